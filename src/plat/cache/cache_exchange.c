#include "plat/cache/cache_impl.h"

#define QUIET_NS (2 * CLOCK_MS) /* for operations that wait only for space in the socket's buffer */
#define PROBE_KEY STR("kontor-probe")

static bool
may_ask(struct cache *c, size_t server, enum cache_urgency urgency)
{
	switch (urgency) {
	case CACHE_ORDINARY: return c->wait_ns > 0 && breaker_allow(c->ctl, BREAKER_CACHE + (unsigned)server);
	case CACHE_QUIET: return !breaker_is_open(c->ctl, BREAKER_CACHE + (unsigned)server);
	case CACHE_MUST: return !c->set.repeats || !breaker_is_open(c->ctl, BREAKER_CACHE + (unsigned)server);
	case CACHE_PROBE: break;
	}
	return true;
}

/* A successful send alone does not prove that the server works. */
static void
report(struct cache *c, size_t server, bool ok, enum cache_urgency urgency)
{
	if (!ok)
		breaker_failure(c->ctl, BREAKER_CACHE + (unsigned)server);
	else if (urgency != CACHE_QUIET)
		breaker_success(c->ctl, BREAKER_CACHE + (unsigned)server);
}

static uint64_t
limit(const struct cache *c, enum cache_urgency urgency)
{
	uint64_t ns = c->set.timeout_ns, at_ns;

	if (urgency < CACHE_MUST && ns > c->wait_ns)
		ns = c->wait_ns;
	if (urgency == CACHE_QUIET && ns < QUIET_NS)
		ns = QUIET_NS;
	at_ns = clock_mono_ns() + ns;
	return urgency < CACHE_MUST && at_ns > c->deadline_ns ? c->deadline_ns : at_ns;
}

void
cache_waited(struct cache *c, uint64_t since_ns)
{
	uint64_t ns = clock_mono_ns() - since_ns;

	c->wait_ns -= ns < c->wait_ns ? ns : c->wait_ns;
}

/* memc_place() has already set the servers of the operations. */
static void
exchange(struct cache *c, struct arena *a, struct memc_op *ops, size_t n, enum cache_urgency urgency)
{
	enum { NOT_ASKED, ASKED, REFUSED } state[CONTROL_CACHES] = {NOT_ASKED};
	bool failed[CONTROL_CACHES] = {false}, any = false;
	uint64_t since_ns = clock_mono_ns();

	for (size_t i = 0; i < n; i++) {
		size_t s = ops[i].server;

		if (state[s] == NOT_ASKED)
			state[s] = may_ask(c, s, urgency) ? ASKED : REFUSED;
		ops[i].skip = state[s] == REFUSED;
		any = any || !ops[i].skip;
	}
	memc_do(c->memc, a, ops, n, any ? limit(c, urgency) : since_ns);
	for (size_t i = 0; i < n; i++)
		failed[ops[i].server] = failed[ops[i].server] || ops[i].result == MEMC_ERROR;
	for (size_t s = 0; s < memc_servers(c->memc); s++)
		if (state[s] == ASKED)
			report(c, s, !failed[s], urgency);
	if (any && urgency != CACHE_QUIET)
		stats_add(c->st, STAT_cache_exchanges, 1);
	cache_waited(c, since_ns);
}

void
cache_exchange(struct cache *c, struct arena *a, struct memc_op *ops, size_t n, enum cache_urgency urgency)
{
	if (c->memc == NULL || (!c->unlocked && urgency < CACHE_MUST)) {
		for (size_t i = 0; i < n; i++)
			ops[i].result = MEMC_ERROR;
		return;
	}
	memc_place(c->memc, ops, n);
	exchange(c, a, ops, n, urgency);
}

void
cache_probe(struct cache *c)
{
	struct memc_op ops[CONTROL_CACHES];
	struct arena a;
	size_t n = c->memc == NULL ? 0 : memc_servers(c->memc);

	if (n == 0)
		return;
	arena_init(&a, (size_t)1 << 16);
	for (size_t i = 0; i < n; i++)
		ops[i] = (struct memc_op){MEMC_GET, .key = PROBE_KEY, .server = i};
	exchange(c, &a, ops, n, CACHE_PROBE);
	arena_fini(&a);
}
