#include "plat/cache/memc.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "plat/cache/memc_impl.h"

#define KEY_MAX_B 250
#define KEYS_MAX_B ((size_t)1 << 20) /* of the key lists of one exchange */
#define TICK_NS (1 * CLOCK_MS)	     /* between the timer's signals after the deadline */
#define WAKE (SIGRTMIN + 1)

static void
wake(int signal)
{
	(void)signal; /* poll returns EINTR, which the library treats as a time-out because its own limit is -1 */
}

/* The timer repeats from the deadline on, since the first signal may fall between two polls. 0: off. */
static void
arm_timer(struct memc *m, uint64_t at_ns)
{
	struct itimerspec at = {
	    .it_value = {.tv_sec = (time_t)(at_ns / CLOCK_S), .tv_nsec = (long)(at_ns % CLOCK_S)}};

	if (at_ns > 0)
		at.it_interval.tv_nsec = TICK_NS;
	timer_settime(m->timer, TIMER_ABSTIME, &at, NULL);
	m->deadline_ns = at_ns;
}

static void
memc_free(void *arg)
{
	struct memc *m = arg;

	for (size_t i = 0; i < m->n_servers; i++)
		memc_server_drop(&m->server[i]);
	memcached_free(m->ring);
	timer_delete(m->timer);
	arena_fini(&m->keys);
}

static bool
make_ring(struct memc *m)
{
	m->ring = memcached_create(NULL);
	if (m->ring == NULL
	    || memcached_behavior_set(m->ring, MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED, 1) != MEMCACHED_SUCCESS)
		return false;
	for (size_t i = 0; i < m->n_servers; i++)
		if (!memc_server_add(m->ring, &m->server[i].name))
			return false;
	return true;
}

static bool
make_timer(struct memc *m)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = WAKE};
	struct sigaction sa = {.sa_handler = wake};

	sigemptyset(&sa.sa_mask);
	return sigaction(WAKE, &sa, NULL) == 0 && timer_create(CLOCK_MONOTONIC, &event, &m->timer) == 0;
}

bool
memc_open(struct arena *a, const struct str *servers, size_t n, struct memc **out, struct err *e)
{
	struct memc *m = ARENA_NEW(a, struct memc);

	m->server = ARENA_ARRAY(a, struct memc_server, n);
	m->n_servers = n;
	for (size_t i = 0; i < n; i++)
		if (!memc_name_parse(a, servers[i], &m->server[i].name, e))
			return false;
	if (!make_timer(m))
		return err_set(e, ERR_LIMIT, "memcached: no timer: %s", strerror(errno));
	arena_init(&m->keys, KEYS_MAX_B);
	arena_defer(a, memc_free, m);
	*out = m;
	return make_ring(m) || err_set(e, ERR_LIMIT, "memcached: libmemcached does not accept the list of servers");
}

size_t
memc_servers(const struct memc *m)
{
	return m->n_servers;
}

void
memc_place(const struct memc *m, struct memc_op *ops, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct str key = ops[i].near.n > 0 ? ops[i].near : ops[i].key;

		ops[i].server = m->n_servers == 1 ? 0 : memcached_generate_hash(m->ring, key.p, key.n);
	}
}

void
memc_do(struct memc *m, struct arena *a, struct memc_op *ops, size_t n, uint64_t deadline_ns)
{
	for (size_t i = 0; i < n; i++) {
		ASSERT(ops[i].key.n > 0 && ops[i].key.n <= KEY_MAX_B);
		ops[i].result = MEMC_ERROR;
	}
	arm_timer(m, deadline_ns);
	/* Connected servers first, since connecting may use up the time. A server with a broken connection is retried
	 * with the rest. */
	for (int connected = 1; connected >= 0; connected--)
		for (size_t k = 0; k < m->n_servers; k++)
			if (m->server[k].connected == connected)
				memc_server_send(m, &m->server[k], ops, n);
	for (size_t k = 0; k < m->n_servers; k++)
		memc_server_fetch(m, &m->server[k], a, ops, n);
	for (size_t k = 0; k < m->n_servers; k++)
		m->server[k].first = m->server[k].connected;
	for (int first = 1; first >= 0; first--)
		for (size_t k = 0; k < m->n_servers; k++)
			if (m->server[k].first == first)
				memc_server_ask(m, &m->server[k], ops, n);
	arm_timer(m, 0);
	arena_reset(&m->keys);
}

enum memc_result
memc_flush(struct memc *m, size_t server, uint64_t deadline_ns)
{
	struct memc_server *s = &m->server[server];
	enum memc_result result = MEMC_ERROR;
	int code;

	arm_timer(m, deadline_ns);
	memc_server_drop(s); /* on a new connection the error is that of connecting */
	if (memc_server_need(s)) {
		if (memcached_flush(s->client, 0) == MEMCACHED_SUCCESS) {
			result = MEMC_OK;
		} else {
			code = memcached_last_error_errno(s->client);
			result = code == ECONNREFUSED || code == ENOENT ? MEMC_MISS : MEMC_ERROR;
			memc_server_drop(s);
		}
	}
	arm_timer(m, 0);
	return result;
}
