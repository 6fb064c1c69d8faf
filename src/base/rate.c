#include "base/rate.h"

#include <string.h>

#include "base/num.h"

/* A time that is too old here may still count on a host whose clock is behind. */
#define CLOCKS_DIFFER_MS 60000

static const struct {
	const char *name;
	uint32_t s;
} periods[] = {{"second", 1}, {"minute", 60}, {"hour", 3600}, {"day", 86400}};

static const char *const pers[RATE_PER__MAX] = {"address", "session", "all"};

const char *
rate_per_name(enum rate_per per)
{
	return pers[per];
}

/* "minute", "10 minutes" */
static bool
parse_period(struct str s, uint32_t *period_s, struct err *e)
{
	uint64_t count = 1;
	size_t digits = 0;

	while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	if (digits > 0 && !num_u64(str_head(s, digits), 1, RATE_PERIOD_MAX_S, &count))
		count = UINT32_MAX;
	s = str_trim(str_from(s, digits));
	if (s.n > 1 && str_ends(s, STR("s")))
		s.n--;
	for (size_t i = 0; i < ARRAY_LEN(periods); i++) {
		if (!str_eq_z(s, periods[i].name))
			continue;
		if (count * periods[i].s > RATE_PERIOD_MAX_S)
			return err_set(e, ERR_INPUT, "the time must not exceed %d days", RATE_PERIOD_MAX_S / 86400);
		*period_s = (uint32_t)count * periods[i].s;
		return true;
	}
	return err_set(e, ERR_INPUT, "the time must be second, minute, hour or day");
}

static bool
parse_rate(struct str s, uint32_t most, struct rate *r, struct err *e)
{
	struct str rest = str_trim(s), number;
	uint64_t n;

	if (!str_cut(&rest, '/', &number) || rest.p == NULL)
		return err_set(e, ERR_INPUT, "\"%.*s\" is not a rate such as 10/minute", STR_ARG(str_trim(s)));
	if (!num_u64(str_trim(number), 1, most, &n)) /* the number may be too large for any type */
		return err_set(e, ERR_INPUT, "\"%.*s\": the number must be 1 to %u", STR_ARG(str_trim(s)), most);
	r->n = (uint32_t)n;
	return parse_period(str_trim(rest), &r->period_s, e) || err_context(e, "\"%.*s\"", STR_ARG(str_trim(s)));
}

/* Cuts " per WHAT" off the end. */
static bool
parse_per(struct str *s, enum rate_per *per, struct err *e)
{
	ptrdiff_t at = str_find(*s, STR(" per "));
	struct str what;

	*per = RATE_PER_ADDRESS;
	if (at < 0)
		return true;
	what = str_trim(str_from(*s, (size_t)at + 5));
	*s = str_head(*s, (size_t)at);
	for (int i = 0; i < RATE_PER__MAX; i++)
		if (str_eq_z(what, pers[i])) {
			*per = (enum rate_per)i;
			return true;
		}
	return err_set(e, ERR_INPUT, "\"per %.*s\": a limit is per address, per session or per all", STR_ARG(what));
}

/* A rate that another one always reaches first is a mistake. */
static bool
check_rates(const struct rates *r, struct err *e)
{
	for (size_t i = 0; i < r->n; i++)
		for (size_t j = 0; j < r->n; j++)
			if (i != j && r->v[i].n <= r->v[j].n && r->v[i].period_s >= r->v[j].period_s)
				return err_set(e, ERR_INPUT,
				    "%u in %u s can never be reached, since only %u are allowed in %u s", r->v[j].n,
				    r->v[j].period_s, r->v[i].n, r->v[i].period_s);
	return true;
}

bool
rates_parse(struct str s, const struct rate_bounds *bounds, struct rates *r, struct err *e)
{
	struct str part;
	uint32_t most;

	*r = (struct rates){.n = 0};
	s = str_trim(s);
	if (str_eq_z(s, "off"))
		return true;
	if (!parse_per(&s, &r->per, e))
		return false;
	if (bounds->only_address && r->per != RATE_PER_ADDRESS)
		return err_set(e, ERR_INPUT, "this limit must be per address");
	most = r->per == RATE_PER_ALL ? bounds->most_per_all : bounds->most;
	while (str_cut(&s, ';', &part)) {
		if (r->n == RATE_MAX)
			return err_set(e, ERR_INPUT, "more than %d rates", RATE_MAX);
		if (!parse_rate(part, most, &r->v[r->n++], e))
			return false;
	}
	return check_rates(r, e);
}

void
rate_format(struct buf *b, const struct rate *r)
{
	size_t i = ARRAY_LEN(periods) - 1;

	while (r->period_s % periods[i].s != 0)
		i--;
	if (r->period_s == periods[i].s)
		buf_fmt(b, "%u/%s", r->n, periods[i].name);
	else
		buf_fmt(b, "%u/%u %ss", r->n, r->period_s / periods[i].s, periods[i].name);
}

void
rates_format(struct buf *b, const struct rates *r)
{
	for (size_t i = 0; i < r->n; i++) {
		buf_z(b, i == 0 ? "" : "; ");
		rate_format(b, &r->v[i]);
	}
	if (r->n == 0)
		buf_z(b, "off");
	else
		buf_fmt(b, " per %s", pers[r->per]);
}

uint32_t
rates_most(const struct rates *r)
{
	uint32_t most = 0;

	for (size_t i = 0; i < r->n; i++)
		most = r->v[i].n > most ? r->v[i].n : most;
	return most;
}

uint32_t
rates_longest_s(const struct rates *r)
{
	uint32_t longest = 0;

	for (size_t i = 0; i < r->n; i++)
		longest = r->v[i].period_s > longest ? r->v[i].period_s : longest;
	return longest;
}

/* 0 for a time in the future. */
static uint32_t
age_ms(uint64_t now_ms, uint32_t time)
{
	uint32_t age = (uint32_t)now_ms - time;

	return age > INT32_MAX ? 0 : age;
}

/* A request exactly one period ago still counts: both times were rounded down, so less than a period may have passed
 * since. */
struct rate_left
rate_window_left(const struct rate_window *w, const struct rate *r, uint64_t now_ms)
{
	uint32_t period_ms = r->period_s * 1000, inside = 0;
	uint32_t next; /* the request whose age decides when one more is allowed */

	while (inside < w->n && age_ms(now_ms, w->time[w->n - 1 - inside]) <= period_ms)
		inside++;
	if (inside == 0)
		return (struct rate_left){r->n, 0};
	next = inside > r->n ? r->n : inside;
	return (struct rate_left){r->n > inside ? r->n - inside : 0,
	    period_ms + 1 - age_ms(now_ms, w->time[w->n - next])};
}

void
rate_window_add(struct rate_window *w, const struct rates *r, uint64_t now_ms)
{
	uint32_t now = (uint32_t)now_ms, old_ms = 2 * rates_longest_s(r) * 1000 + CLOCKS_DIFFER_MS;
	size_t most = rates_most(r), drop = 0, at = w->n;

	while (at > 0 && now - w->time[at - 1] > INT32_MAX) {
		w->time[at] = w->time[at - 1];
		at--;
	}
	w->time[at] = now;
	w->n++;
	while (drop < w->n && (w->n - drop > most || age_ms(now_ms, w->time[drop]) > old_ms))
		drop++;
	w->n -= drop;
	memmove(w->time, w->time + drop, w->n * sizeof(*w->time));
}
