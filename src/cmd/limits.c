#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/cmd.h"
#include "plat/cache/cache_setup.h"
#include "plat/cache/limiter.h"
#include "plat/conf/conf_limits.h"
#include "plat/stats/stats_report.h"
#include "plat/text/secret.h"
#include "view/form_hash.h"
#include "serve/addr.h"
#include "serve/site.h"

#define OUTPUT_MAX_B ((size_t)4 << 20)
#define TOP_LINES 30
#define STOPPED_LINES 5
#define STOPPED_S 3600
#define SESSION_SHOWN_B 4

/* ---- list ---- */

static void
put_routes(struct cmd *c, struct buf *b, enum limit limit)
{
	const struct route_table *routes = &c->site->routes;
	const char *comma = "";

	for (size_t i = 0; i < routes->n; i++)
		if ((routes->v[i].limits & 1U << limit) != 0) {
			buf_fmt(b, "%s%s", comma, routes->v[i].name);
			comma = ", ";
		}
	if ((limit_flags(limit) & LIMIT_HOST) != 0)
		buf_z(b, "all pages but those for monitoring");
}

static void
put_limit_text(struct cmd *c, struct buf *b, enum limit limit, const struct rates *rates, const struct stats_sum *sum)
{
	struct buf text;

	buf_init(&text, c->a, 400);
	rates_format(&text, rates);
	if (rates->n > 0 && (limit_flags(limit) & LIMIT_HOST) != 0)
		buf_z(&text, ", on each host");
	buf_fmt(b, "%-10s %-45.*s %10llu %10llu  ", limit_name(limit), STR_ARG(buf_str(&text)),
	    (unsigned long long)sum->count[STAT_limit_pages_allowed + limit],
	    (unsigned long long)sum->count[STAT_limit_pages_refused + limit]);
	put_routes(c, b, limit);
	buf_ch(b, '\n');
}

static void
put_limit_json(struct cmd *c, struct buf *b, enum limit limit, const struct rates *rates, const struct stats_sum *sum)
{
	struct buf text;

	buf_init(&text, c->a, 400);
	rates_format(&text, rates);
	buf_fmt(b, "%s{\"limit\":\"%s\",\"rates\":", limit == 0 ? "" : ",\n", limit_name(limit));
	buf_json(b, buf_str(&text));
	buf_fmt(b, ",\"host_only\":%s,\"allowed\":%llu,\"refused\":%llu,\"routes\":\"",
	    (limit_flags(limit) & LIMIT_HOST) != 0 ? "true" : "false",
	    (unsigned long long)sum->count[STAT_limit_pages_allowed + limit],
	    (unsigned long long)sum->count[STAT_limit_pages_refused + limit]);
	put_routes(c, b, limit);
	buf_z(b, "\"}");
}

static void
put_trusted(struct cmd *c, struct buf *b, bool json)
{
	const struct conf_list *l = &c->conf.limits_trusted;

	buf_z(b, json ? "],\n\"trusted\":[" : "never limited (limits.trusted): ");
	for (size_t i = 0; i < l->n; i++) {
		buf_z(b, i == 0 ? "" : json ? "," : ", ");
		if (json)
			buf_json(b, l->v[i]);
		else
			buf_put(b, l->v[i]);
	}
	buf_z(b, json ? "]}\n" : l->n == 0 ? "nobody\n" : "\n");
}

static int
limits_list(struct cmd *c, bool json, struct err *e)
{
	struct stats_report report;
	struct stats_sum none = {.begun = 0};
	const struct stats_sum *sum = &none;
	struct err unread = {0};
	struct rates rates;
	struct buf b;

	buf_init(&b, c->a, OUTPUT_MAX_B);
	if (cmd_report(c, &report, &unread))
		sum = report.all;
	if (json)
		buf_z(&b, "{\"limits\":[");
	else
		buf_fmt(&b, "%-10s %-45s %10s %10s  %s\n", "LIMIT", "RATES", "ALLOWED", "REFUSED", "PAGES");
	for (unsigned i = 0; i < LIMIT__MAX; i++) {
		if (!limit_rates(&c->conf, (enum limit)i, &rates, e))
			return cmd_fail(c, e);
		(json ? put_limit_json : put_limit_text)(c, &b, (enum limit)i, &rates, sum);
	}
	put_trusted(c, &b, json);
	return cmd_print(c, &b);
}

/* ---- top ---- */

static struct str
client_text(struct arena *a, const struct tally_key *key)
{
	switch (key->per) {
	case RATE_PER_ADDRESS: return addr_key_text(a, key->client);
	case RATE_PER_SESSION:
		return str_fmt(a, "session %.*s", STR_ARG(secret_hex(a, key->client, SESSION_SHOWN_B)));
	default: return STR("all");
	}
}

/* Refused clients come first, then the ones nearest to their limit. */
static int
by_trouble(const void *x, const void *y)
{
	const struct tally_seen *a = x, *b = y;
	uint64_t part_a = a->taken * b->key.rate.n, part_b = b->taken * a->key.rate.n;

	if (a->refused != b->refused)
		return a->refused > b->refused ? -1 : 1;
	return (part_a < part_b) - (part_a > part_b);
}

static size_t
read_clients(struct cmd *c, struct tally_seen **seen, struct err *e)
{
	struct tally t;
	size_t n;

	if (!tally_open_tool(&t, c->conf.paths_control_file.p, false, e)) {
		(void)err_context(e, "no worker has counted yet");
		return 0;
	}
	n = tally_list(&t, c->a, clock_mono_ns() / CLOCK_MS, seen);
	tally_close(&t);
	if (n > 0)
		qsort(*seen, n, sizeof(**seen), by_trouble);
	return n;
}

static void
put_client(struct buf *b, const struct tally_seen *s, int64_t now_s)
{
	struct buf rate;

	buf_init(&rate, b->a, 60);
	rate_format(&rate, &s->key.rate);
	buf_fmt(b, "%-40.*s %-10s %-16.*s %8llu %10llu", STR_ARG(client_text(b->a, &s->key)), s->key.name,
	    STR_ARG(buf_str(&rate)), (unsigned long long)s->taken, (unsigned long long)s->refused);
	if (s->refused > 0)
		buf_fmt(b, "  %lld s ago", (long long)(now_s - s->refused_s));
	buf_ch(b, '\n');
}

static void
put_client_json(struct buf *b, const struct tally_seen *s)
{
	buf_fmt(b, "{\"client\":");
	buf_json(b, client_text(b->a, &s->key));
	buf_fmt(b,
	    ",\"limit\":\"%s\",\"per\":\"%s\",\"n\":%u,\"period_s\":%u,\"allowed\":%llu,\"refused\":%llu,"
	    "\"last_refused\":%lld}",
	    s->key.name, rate_per_name(s->key.per), s->key.rate.n, s->key.rate.period_s, (unsigned long long)s->taken,
	    (unsigned long long)s->refused, (long long)s->refused_s);
}

static int
limits_top(struct cmd *c, bool json, struct err *e)
{
	struct tally_seen *seen;
	size_t n = read_clients(c, &seen, e);
	struct buf b;

	if (e->kind != ERR_NONE)
		return cmd_fail(c, e);
	buf_init(&b, c->a, OUTPUT_MAX_B);
	if (json)
		buf_z(&b, "{\"clients\":[");
	else
		buf_fmt(&b, "%-40s %-10s %-16s %8s %10s  %s\n", "CLIENT, of this host", "LIMIT", "RATE",
		    "ALLOWED", "REFUSED", "LAST");
	for (size_t i = 0; i < n && i < TOP_LINES; i++) {
		if (!json) {
			put_client(&b, &seen[i], clock_utc_s());
			continue;
		}
		buf_z(&b, i == 0 ? "\n" : ",\n");
		put_client_json(&b, &seen[i]);
	}
	buf_z(&b, json ? "]}\n" : "");
	return cmd_print(c, &b);
}

void
limits_put_stopped(struct cmd *c, struct buf *b)
{
	struct tally_seen *seen;
	struct err e = {0};
	size_t n = read_clients(c, &seen, &e), lines = 0;
	int64_t now_s = clock_utc_s();

	for (size_t i = 0; i < n && lines < STOPPED_LINES; i++) {
		const struct tally_seen *s = &seen[i];

		if (s->refused == 0 || now_s - s->refused_s > STOPPED_S)
			continue;
		lines++;
		buf_fmt(b, "  %.*s was refused %llu times by limits.%s, last %lld s ago (kontor limits)\n",
		    STR_ARG(client_text(c->a, &s->key)), (unsigned long long)s->refused, s->key.name,
		    (long long)(now_s - s->refused_s));
	}
}

/* ---- release ---- */

static bool
open_limiter(struct cmd *c, struct control *ctl, struct tally *t, struct limiter *l, struct err *e)
{
	struct cache_setup setup = cache_setup(&c->conf, form_hash(&c->conf));
	struct err none = {0};

	*l = (struct limiter){.a = c->a};
	if (!control_open_tool(ctl, c->conf.paths_control_file.p, true, e)
	    || !cache_open(c->a, &setup, ctl, &l->cache, e) || !cache_unlock(l->cache, e))
		return false;
	l->tally = tally_open_tool(t, c->conf.paths_control_file.p, true, &none) ? t : NULL;
	return true;
}

static bool
release_all(struct cmd *c, const struct limiter *l, const uint8_t client[TALLY_CLIENT_B], struct err *e)
{
	bool ok = true;

	for (unsigned i = 0; i < LIMIT__MAX; i++) {
		struct limiter here = *l;
		struct limiter_ask ask = {.name = limit_name((enum limit)i)};
		struct rates rates;

		if (!limit_rates(&c->conf, (enum limit)i, &rates, e))
			return false;
		if (rates.n == 0 || rates.per == RATE_PER_ALL)
			continue;
		rates.per = RATE_PER_ADDRESS; /* without a session, a limit per session counts for the address too */
		ask.rates = &rates;
		memcpy(ask.client, client, sizeof(ask.client));
		if ((limit_flags((enum limit)i) & LIMIT_HOST) != 0)
			here.cache = NULL;
		cache_deadline(l->cache, CLOCK_NEVER);
		ok = limiter_release(&here, &ask, e) && ok;
	}
	return ok;
}

static int
limits_release(struct cmd *c, struct err *e)
{
	const char *text = c->argv[2];
	uint8_t client[TALLY_CLIENT_B], none[TALLY_CLIENT_B] = {0};
	struct control ctl;
	struct limiter l;
	struct tally t;
	struct buf b;

	addr_key(str_z(text), client);
	if (memcmp(client, none, sizeof(none)) == 0 && strcmp(text, "unknown") != 0) {
		(void)err_set(e, ERR_INPUT, "\"%s\" is neither an address nor \"unknown\"", text);
		cmd_fail(c, e);
		return CMD_USAGE;
	}
	if (!open_limiter(c, &ctl, &t, &l, e) || !release_all(c, &l, client, e))
		return cmd_fail(c, e);
	buf_init(&b, c->a, OUTPUT_MAX_B);
	buf_fmt(&b, "%.*s is released: what it requested before counts no more, for limits.%s on this host only\n",
	    STR_ARG(addr_key_text(c->a, client)), limit_name(LIMIT_pages));
	return cmd_print(c, &b);
}

int
cmd_limits(struct cmd *c)
{
	bool json = false;
	const struct cmd_option options[] = {{"json", .flag = &json}};
	struct err e = {0};
	const char *verb;

	if (!cmd_options(c, options, ARRAY_LEN(options)))
		return cmd_usage(c);
	verb = c->argc > 1 ? c->argv[1] : "list";
	if (c->argc != (strcmp(verb, "release") == 0 ? 3 : c->argc > 1 ? 2 : 1))
		return cmd_usage(c);
	if (!cmd_conf(c, &e))
		return cmd_fail(c, &e);
	if (strcmp(verb, "list") == 0)
		return limits_list(c, json, &e);
	if (strcmp(verb, "top") == 0)
		return limits_top(c, json, &e);
	return strcmp(verb, "release") == 0 && !json ? limits_release(c, &e) : cmd_usage(c);
}
