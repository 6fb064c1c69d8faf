#include "view/hours.h"

#include "base/buf.h"
#include "view/names.h"

#define TIMES_MAX_B 400

/* The flag of "Mo"; 0: it is no day. */
static uint16_t
day_flag(struct str word)
{
	static const struct {
		const char *code;
		uint16_t flag;
	} days[] = {{"Mo", N_mo}, {"Tu", N_tu}, {"We", N_we}, {"Th", N_th}, {"Fr", N_fr}, {"Sa", N_sa}, {"Su", N_su}};

	for (size_t i = 0; i < ARRAY_LEN(days); i++)
		if (str_eq_case(str_trim(word), str_z(days[i].code)))
			return days[i].flag;
	return 0;
}

/* "10:00-18:00": a range has an en dash. */
static struct str
times_text(struct arena *a, struct str times)
{
	struct buf b;

	buf_init(&b, a, TIMES_MAX_B * 3);
	for (size_t i = 0; i < times.n; i++)
		if (times.p[i] == '-')
			buf_z(&b, "\xe2\x80\x93");
		else
			buf_ch(&b, times.p[i]);
	return buf_str(&b);
}

static bool
is_times(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < '0' || s.p[i] > '9') && str_chr(STR(":.,- "), s.p[i]) < 0)
			return false;
	return s.n > 0 && s.n <= TIMES_MAX_B;
}

static bool
put_days(struct arena *a, struct view *v, struct str line)
{
	struct str times = line, days, first;
	uint16_t from, to = 0;

	if (!str_cut(&times, ' ', &days) || !is_times(str_trim(times)))
		return false;
	if (str_chr(days, '-') < 0)
		first = days;
	else if (!str_cut(&days, '-', &first) || (to = day_flag(days)) == 0)
		return false;
	from = day_flag(first);
	if (from == 0)
		return false;
	view_bool(view_sub(v, N_first_day), from, true);
	if (to != 0)
		view_bool(view_sub(v, N_last_day), to, true);
	view_str(v, N_times, times_text(a, str_trim(times)));
	return true;
}

void
hours_put(struct arena *a, struct view *v, struct str lines)
{
	struct view *list = view_sublist(v, N_hours);
	struct str line;

	while (str_cut(&lines, '\n', &line)) {
		struct view *one;

		line = str_trim(line);
		if (line.n == 0)
			continue;
		one = view_add(list);
		if (!put_days(a, one, line))
			view_str(one, N_times, line);
	}
}
