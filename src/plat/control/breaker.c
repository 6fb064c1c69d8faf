#include <string.h>

#include "base/clock.h"
#include "plat/control/control_area.h"

#define BREAKER_FAILURES 5
#define BREAKER_WINDOW_MS 1000
#define PROBE_EVERY_NS CLOCK_S
#define COUNT_BITS 16

static struct control_breaker *
breaker_of(const struct control *ctl, unsigned breaker)
{
	ASSERT(breaker < BREAKER__MAX);
	return ctl == NULL || ctl->area == NULL || !ctl->file.writable ? NULL : &ctl->area->breaker[breaker];
}

static void
log_breaker(enum log_level level, const char *event, const struct control_breaker *b, unsigned breaker)
{
	char name[sizeof(b->name)];

	str_copy(name, sizeof(name), str_n(b->name, strnlen(b->name, sizeof(b->name) - 1)));
	log_put(level, "event=%s service=%s server=\"%s\"", event, breaker == BREAKER_DB ? "db" : "cache", name);
}

void
breaker_set_server(struct control *ctl, unsigned breaker, const char *server)
{
	struct control_breaker *b = breaker_of(ctl, breaker);
	char name[sizeof(b->name)] = "";

	if (b == NULL)
		return;
	str_copy(name, sizeof(name), str_z(server));
	if (memcmp(b->name, name, sizeof(name)) == 0)
		return;
	memcpy(b->name, name, sizeof(name));
	atomic_store(&b->in_row, 0);
	atomic_store(&b->window, 0);
	atomic_store(&b->opened_ns, 0);
}

static void
end_probe(struct control *ctl, unsigned breaker)
{
	control_drop_bit(ctl, offsetof(struct control_slot, probes), breaker);
}

/* The compare-and-swap allows one probe a second; the bit prevents a second probe while one is running. */
static bool
may_probe(struct control *ctl, struct control_breaker *b, unsigned breaker, uint64_t opened_ns)
{
	uint64_t now_ns = clock_mono_ns();

	return now_ns >= opened_ns + PROBE_EVERY_NS && atomic_compare_exchange_strong(&b->opened_ns, &opened_ns, now_ns)
	    && control_take_bit(ctl, offsetof(struct control_slot, probes), breaker, 1);
}

bool
breaker_allow(struct control *ctl, unsigned breaker)
{
	struct control_breaker *b = breaker_of(ctl, breaker);
	uint64_t opened_ns = b == NULL ? 0 : atomic_load(&b->opened_ns);

	if (opened_ns == 0 || may_probe(ctl, b, breaker, opened_ns))
		return true;
	stats_add(ctl->stats, STAT_breaker_refused, 1);
	return false;
}

void
breaker_success(struct control *ctl, unsigned breaker)
{
	struct control_breaker *b = breaker_of(ctl, breaker);

	if (b == NULL)
		return;
	end_probe(ctl, breaker);
	if (shared_get(&b->in_row) != 0)
		atomic_store(&b->in_row, 0);
	if (atomic_load(&b->opened_ns) != 0) {
		atomic_store(&b->window, 0);
		atomic_store(&b->opened_ns, 0);
		log_breaker(LOG_INFO, "breaker_closed", b, breaker);
	}
}

/* Counts a failure. Returns the number of failures within the window or in a row, whichever is larger. Those in a row
 * may be any time apart: when the server hangs, each call takes seconds, so a few workers would never see five failures
 * within one second. */
static uint64_t
note_failure(struct control_breaker *b)
{
	uint64_t old = atomic_load(&b->window), now_ms = clock_mono_ns() / CLOCK_MS, fresh;

	do {
		if (old == 0 || now_ms > (old >> COUNT_BITS) + BREAKER_WINDOW_MS)
			fresh = now_ms << COUNT_BITS | 1;
		else if ((old & ((1 << COUNT_BITS) - 1)) == (1 << COUNT_BITS) - 1)
			fresh = old;
		else
			fresh = old + 1;
	} while (!atomic_compare_exchange_weak(&b->window, &old, fresh));
	fresh &= (1 << COUNT_BITS) - 1;
	old = atomic_fetch_add(&b->in_row, 1) + 1;
	return fresh > old ? fresh : old;
}

void
breaker_failure(struct control *ctl, unsigned breaker)
{
	struct control_breaker *b = breaker_of(ctl, breaker);
	uint64_t closed = 0;

	if (b == NULL)
		return;
	end_probe(ctl, breaker);
	if (note_failure(b) < BREAKER_FAILURES || atomic_load(&b->opened_ns) != 0)
		return;
	if (atomic_compare_exchange_strong(&b->opened_ns, &closed, clock_mono_ns())) {
		stats_add(ctl->stats, STAT_breaker_opened, 1);
		log_breaker(LOG_WARN, "breaker_opened", b, breaker);
	}
}

bool
breaker_is_open(const struct control *ctl, unsigned breaker)
{
	ASSERT(breaker < BREAKER__MAX);
	return ctl != NULL && ctl->area != NULL && atomic_load(&ctl->area->breaker[breaker].opened_ns) != 0;
}

bool
breaker_is_failing(const struct control *ctl, unsigned breaker)
{
	ASSERT(breaker < BREAKER__MAX);
	return ctl != NULL && ctl->area != NULL && shared_get(&ctl->area->breaker[breaker].in_row) != 0;
}
