/* Asks each memcached server for its version, size and address. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"
#include "cmd/doctor/doctor.h"
#include "plat/cache/memc_name.h"
#include "plat/host/ask.h"

#define ASK_NS (2 * CLOCK_S)
#define ANSWER_MAX_B ((size_t)256 << 10)
#define SMALL_MB 64
#define EVICTED_PERCENT 1
#define MEMCACHED "/usr/bin/memcached"
#define OLDEST 1006018 /* 1.6.18 */

/* The text behind "STAT name ". */
static struct str
stat_of(struct doctor *d, struct str text, const char *name)
{
	struct str head = str_fmt(d->a, "STAT %s ", name), line;

	while (str_cut(&text, '\n', &line))
		if (str_starts(line, head))
			return str_trim(str_from(line, head.n));
	return STR("");
}

static int64_t
number_of(struct doctor *d, struct str text, const char *name)
{
	int64_t n = 0;

	return num_i64(stat_of(d, text, name), 0, INT64_MAX, &n) ? n : 0;
}

/* memcached listens at all addresses if none is configured. */
static void
check_public(struct doctor *d, const char *where, struct str stats)
{
	struct str inter = stat_of(d, stats, "inter");

	if (where[0] == '/' || number_of(d, stats, "tcpport") == 0 || str_starts(inter, STR("127."))
	    || str_eq_z(inter, "::1") || str_eq_z(inter, "localhost"))
		return;
	FIND(d, cache_public, "WHERE", where, "NAME",
	    inter.n == 0 || str_eq_z(inter, "NULL") ? "all addresses" : str_zdup(d->a, inter));
}

static void
check_size(struct doctor *d, const char *where, struct str stats)
{
	int64_t mb = number_of(d, stats, "limit_maxbytes") >> 20, evicted = number_of(d, stats, "evictions");
	int64_t stored = number_of(d, stats, "total_items");
	const char *lost = "";

	if (evicted * 100 > stored * EVICTED_PERCENT)
		lost = str_fmt(d->a, " and had to drop %lld of %lld values before they expired", (long long)evicted,
		    (long long)stored).p;
	else if (mb >= SMALL_MB)
		return;
	FIND(d, cache_small, "WHERE", where, "N", doctor_n(d, mb), "REASON", lost, "MB",
	    doctor_n(d, mb < SMALL_MB ? SMALL_MB : mb * 2));
}

static void
check_version(struct doctor *d, const char *where, struct str version)
{
	struct str rest = version, part;
	uint64_t n = 0, all = 0;

	for (int i = 0; i < 3 && str_cut(&rest, '.', &part); i++)
		all = num_u64(part, 0, 999, &n) ? all * 1000 + n : 0;
	if (all < OLDEST)
		FIND(d, cache_old, "WHERE", where, "NAME",
		    version.n == 0 ? "of an unknown version" : str_zdup(d->a, version));
}

static bool
is_here(const char *where)
{
	return where[0] == '/' || strncmp(where, "127.", 4) == 0 || strncmp(where, "localhost", 9) == 0
	       || strncmp(where, "::1", 3) == 0 || strncmp(where, "[::1]", 5) == 0;
}

static void
check_server(struct doctor *d, struct str server)
{
	const char *where = str_zdup(d->a, server);
	struct memc_name name;
	struct str stats;
	struct err e = {0};
	struct ask k;
	struct buf b;
	bool ok;

	buf_init(&b, d->a, ANSWER_MAX_B);
	if (!memc_name_parse(d->a, server, &name, &e)) {
		FIND(d, cache_down, "WHERE", where, "WHY", e.msg);
		return;
	}
	where = name.port == 0 ? name.host.p : str_fmt(d->a, "%s:%u", name.host.p, (unsigned)name.port).p;
	ok = ask_open(&k, str_z(where), clock_mono_ns() + ASK_NS, &e) && ask_send(&k, STR("stats\r\n"), &e)
	     && ask_read(&k, &b, STR("END\r\n"), &e) && ask_send(&k, STR("stats settings\r\n"), &e)
	     && ask_read(&k, &b, STR("END\r\n"), &e);
	ask_close(&k);
	if (ok) {
		stats = buf_str(&b);
		check_version(d, where, stat_of(d, stats, "version"));
		check_public(d, where, stats);
		check_size(d, where, stats);
		doctor_note(d, "%s: memcached %.*s, %lld MB", where, STR_ARG(stat_of(d, stats, "version")),
		    (long long)number_of(d, stats, "limit_maxbytes") >> 20);
	} else if (e.code == EACCES) {
		doctor_unseen(d, "%s: %s", where, e.msg);
	} else if (e.code == ETIMEDOUT) {
		FIND(d, cache_hangs, "WHERE", where);
	} else if (is_here(where) && access(MEMCACHED, F_OK) != 0) {
		FIND(d, cache_missing, "WHERE", where);
	} else {
		FIND(d, cache_down, "WHERE", where, "WHY", e.msg);
	}
}

void
check_cache(struct doctor *d)
{
	const struct conf_list *servers = &d->conf->cache_socket;

	if (servers->n == 0)
		FIND(d, cache_none);
	for (size_t i = 0; i < servers->n; i++)
		check_server(d, str_trim(servers->v[i]));
}
