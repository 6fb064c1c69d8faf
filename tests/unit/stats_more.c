/* A worker of a release with three counters more: stats_more FILE BACKEND REQUESTS [begin]. Prints what it reads as
 * JSON; with `begin` it then has one request in hand and waits to be killed. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "plat/stats/stats_report.h"

#define ID "0123456789abcdef0123456789abcdef"

int
main(int argc, char **argv)
{
	struct stats_report r;
	struct stats st;
	struct err e = {0};
	struct arena a;
	struct buf b;

	if (argc < 4 || !log_open("more", "/dev/null", LOG_ERROR) || !stats_open(&st, argv[1], &e)
	    || !stats_claim(&st, argv[2], &e))
		return EXIT_FAILURE;
	for (long i = strtol(argv[3], NULL, 10); i > 0; i--) {
		stats_begin(&st, ID, CLOCK_NEVER, STATS_ROUTE_home);
		stats_add(&st, STAT_db_queries, 1);
		stats_add(&st, STAT_more_second, 1);
		stats_end(&st, STATS_ANSWERED);
	}
	if (argc > 4)
		stats_begin(&st, ID, clock_mono_ns() + 60 * CLOCK_S, STATS_ROUTE_home);
	arena_init(&a, (size_t)64 << 20);
	stats_read(&st, &a, &r);
	buf_init(&b, &a, 16 << 20);
	stats_put_json(&b, &r);
	fwrite(b.p, 1, b.n, stdout);
	fflush(stdout);
	arena_fini(&a);
	for (; argc > 4;)
		pause();
	return EXIT_SUCCESS;
}
