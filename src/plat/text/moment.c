#include "plat/text/moment.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/num.h"

#define TEXT_MAX 40

static bool
same_time(const struct tm *a, const struct tm *b)
{
	return a->tm_year == b->tm_year && a->tm_mon == b->tm_mon && a->tm_mday == b->tm_mday
	    && a->tm_hour == b->tm_hour && a->tm_min == b->tm_min && a->tm_sec == b->tm_sec;
}

/* mktime() with the clocks put forward or not. False when they never show that time so. */
static bool
moment(const struct tm *shown, int isdst, int64_t *utc_s)
{
	struct tm tm = *shown, back;
	time_t t;

	tm.tm_isdst = isdst;
	t = mktime(&tm);
	*utc_s = (int64_t)t;
	return localtime_r(&t, &back) != NULL && same_time(shown, &back) && (isdst < 0 || back.tm_isdst == isdst);
}

static void
local_moment(struct tm *shown, struct moment *out)
{
	int64_t winter_s, summer_s;
	struct tm normal = *shown;

	(void)timegm(&normal); /* a date alone may have named the day after the last of its month */
	*shown = normal;
	out->skipped = !moment(shown, -1, &out->utc_s);
	out->twice = moment(shown, 0, &winter_s) && moment(shown, 1, &summer_s) && winter_s != summer_s;
	if (out->twice)
		out->utc_s = winter_s < summer_s ? winter_s : summer_s;
}

/* "Z" or "+01:00". */
static bool
parse_offset(const char *p, int64_t *offset_s)
{
	uint64_t h, m;

	*offset_s = 0;
	if (strcmp(p, "Z") == 0)
		return true;
	if ((*p != '+' && *p != '-') || strlen(p) != 6 || p[3] != ':' || !num_u64(str_n(p + 1, 2), 0, 14, &h)
	    || !num_u64(str_n(p + 4, 2), 0, 59, &m))
		return false;
	*offset_s = (int64_t)(h * 3600 + m * 60) * (*p == '-' ? -1 : 1);
	return true;
}

static bool
parse_later(struct str s, int64_t from_s, int64_t *utc_s)
{
	static const struct {
		char unit;
		int64_t s;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	uint64_t n;

	if (s.n < 3 || s.p[0] != '+' || !num_u64(str_n(s.p + 1, s.n - 2), 0, 100000000, &n))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (s.p[s.n - 1] == units[i].unit) {
			*utc_s = from_s + (int64_t)n * units[i].s;
			return true;
		}
	return false;
}

/* Returns what follows the date and time; NULL: it is none. */
static const char *
parse_date(const char *text, bool last, struct tm *tm)
{
	const char *p, *rest = strptime(text, "%Y-%m-%d", tm);
	struct tm day = *tm;

	if (timegm(&day) == -1 || day.tm_mday != tm->tm_mday)
		return NULL;
	if (rest == NULL || (*rest != ' ' && *rest != 'T')) {
		tm->tm_mday += last;
		return rest;
	}
	p = strptime(rest + 1, "%H:%M", tm);
	if (p != NULL && *p == ':')
		p = strptime(p + 1, "%S", tm);
	return p;
}

bool
moment_parse(struct str s, int64_t from_s, bool last, struct moment *out, struct err *e)
{
	char text[TEXT_MAX];
	struct tm tm = {0};
	const char *rest;
	int64_t offset_s;

	*out = (struct moment){.utc_s = from_s};
	if (str_eq_z(s, "now") || parse_later(s, from_s, &out->utc_s))
		return true;
	if (s.n >= sizeof(text))
		return err_set(e, ERR_INPUT, "\"%.*s\" is not a time", STR_ARG(s));
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	rest = parse_date(text, last, &tm);
	while (rest != NULL && *rest == ' ')
		rest++;
	if (rest != NULL && *rest == '\0') {
		local_moment(&tm, out);
		return true;
	}
	if (rest == NULL || !parse_offset(rest, &offset_s))
		return err_set(e, ERR_INPUT,
		    "\"%.*s\" is not a time: 2026-12-04, \"2026-12-04 18:30\", now, or +2h", STR_ARG(s));
	out->utc_s = (int64_t)timegm(&tm) - offset_s;
	return true;
}

int64_t
moment_offset(int64_t utc_s)
{
	time_t t = (time_t)utc_s;
	struct tm tm;

	return localtime_r(&t, &tm) == NULL ? 0 : (int64_t)tm.tm_gmtoff;
}

struct str
moment_text(struct arena *a, int64_t utc_s)
{
	int64_t offset_s = moment_offset(utc_s), minutes = llabs(offset_s) / 60;
	time_t t = (time_t)utc_s;
	char text[TEXT_MAX];
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL
	    || strftime(text, sizeof(text), tm.tm_sec == 0 ? "%Y-%m-%d %H:%M" : "%Y-%m-%d %H:%M:%S", &tm) == 0)
		return STR("?");
	return str_fmt(a, "%s %c%02lld:%02lld", text, offset_s < 0 ? '-' : '+', (long long)(minutes / 60),
	    (long long)(minutes % 60));
}
