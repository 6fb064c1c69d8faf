/* memcached, asked in its own words: each server by itself, which the client that workers use cannot. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "cmd/doctor/doctor.h"
#include "plat/host/ask.h"

#define ASK_NS (2 * CLOCK_S)
#define ANSWER_MAX_B ((size_t)256 << 10)
#define SMALL_MB 64
#define EVICTED_PERCENT 1
#define OLDEST 1006018 /* 1.6.18 */

/* The number or text behind "STAT name ". */
static struct str
stat_of(struct str text, const char *name)
{
	struct str line, word;

	while (str_cut(&text, '\n', &line)) {
		line = str_trim(line);
		if (str_cut(&line, ' ', &word) && str_eq_z(word, "STAT") && str_cut(&line, ' ', &word)
		    && str_eq_z(word, name))
			return line;
	}
	return STR("");
}

static uint64_t
number_of(struct str text, const char *name)
{
	uint64_t n = 0;

	return num_u64(stat_of(text, name), 0, UINT64_MAX, &n) ? n : 0;
}

static bool
cache_ask(struct ask *k, struct buf *b, struct err *e)
{
	return ask_send(k, STR("stats\r\n"), e) && ask_read(k, b, STR("END\r\n"), e)
	       && ask_send(k, STR("stats settings\r\n"), e) && ask_read(k, b, STR("END\r\n"), e);
}

/* It listens to all addresses when none is named; the addresses of this machine's own are not public. */
static void
check_public(struct doctor *d, const char *where, struct str stats)
{
	struct str inter = stat_of(stats, "inter");
	bool local = str_starts(inter, STR("127.")) || str_eq_z(inter, "::1") || str_eq_z(inter, "localhost");

	if (where[0] == '/' || local || number_of(stats, "tcpport") == 0)
		return;
	doctor_find(d, FOUND_cache_public, NULL,
	    "memcached at %s listens at %s: whoever reaches it may change what it holds", where,
	    inter.n == 0 || str_eq_z(inter, "NULL") ? "all addresses" : str_zdup(d->a, inter));
}

static void
check_size(struct doctor *d, const char *where, struct str stats)
{
	uint64_t mb = number_of(stats, "limit_maxbytes") >> 20, evicted = number_of(stats, "evictions");
	uint64_t stored = number_of(stats, "total_items");
	const char *more = str_fmt(d->a, "%llu", (unsigned long long)(mb < SMALL_MB ? SMALL_MB : mb * 2)).p;

	if (evicted * 100 > stored * EVICTED_PERCENT)
		doctor_find(d, FOUND_cache_small, WITH("MB", more),
		    "memcached at %s has %llu MB and had to drop %llu of %llu values before their time", where,
		    (unsigned long long)mb, (unsigned long long)evicted, (unsigned long long)stored);
	else if (mb < SMALL_MB)
		doctor_find(d, FOUND_cache_small, WITH("MB", more), "memcached at %s has %llu MB only", where,
		    (unsigned long long)mb);
}

/* Meta commands came with 1.6; their form was another one in its first releases. */
static void
check_version(struct doctor *d, const char *where, struct str version)
{
	struct str rest = version, part;
	uint64_t n = 0, all = 0;

	for (int i = 0; i < 3 && str_cut(&rest, '.', &part); i++)
		all = num_u64(part, 0, 999, &n) ? all * 1000 + n : 0;
	if (all >= OLDEST)
		return;
	doctor_find(d, FOUND_cache_old, WITH("WHERE", where), "memcached at %s is %s, too old for what it is asked",
	    where, version.n == 0 ? "of no version" : str_zdup(d->a, version));
}

static void
check_server(struct doctor *d, struct str server)
{
	const char *where = str_starts(server, STR("/")) || str_chr(server, ':') >= 0
	                        ? str_zdup(d->a, server)
	                        : str_fmt(d->a, "%.*s:11211", STR_ARG(server)).p;
	const char *const *words = WITH("WHERE", where, "CONF", d->conf_file);
	struct err e = {0};
	struct ask k;
	struct buf b;
	bool ok;

	buf_init(&b, d->a, ANSWER_MAX_B);
	ok = ask_open(&k, str_z(where), clock_mono_ns() + ASK_NS, &e) && cache_ask(&k, &b, &e);
	ask_close(&k);
	if (ok) {
		check_version(d, where, stat_of(buf_str(&b), "version"));
		check_public(d, where, buf_str(&b));
		check_size(d, where, buf_str(&b));
		doctor_note(d, "%s: memcached %.*s, %llu MB", where, STR_ARG(stat_of(buf_str(&b), "version")),
		    (unsigned long long)(number_of(buf_str(&b), "limit_maxbytes") >> 20));
	} else if (e.code == EACCES) {
		doctor_unseen(d, "%s: %s", where, e.msg);
	} else if (e.code == ETIMEDOUT) {
		doctor_find(
		    d, FOUND_cache_hangs, words, "memcached at %s takes connections, but does not answer", where);
	} else {
		doctor_find(d, FOUND_cache_down, words, "memcached at %s cannot be reached: %s", where, e.msg);
	}
}

void
check_cache(struct doctor *d)
{
	const struct conf_list *servers = &d->conf->cache_socket;

	if (servers->n == 0)
		doctor_find(
		    d, FOUND_cache_none, WITH("CONF", d->conf_file), "cache.socket is empty: there is no shared cache");
	for (size_t i = 0; i < servers->n; i++)
		check_server(d, str_trim(servers->v[i]));
}
