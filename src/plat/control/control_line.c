/* The line for the database. A process that needs it draws a place, and may go on when fewer live processes of its
 * backend than there are permits have a place before its own. So the first of the line are the holders, no permit has
 * to be passed on, and a process that dies leaves the line. With one permit less than workers, at most one worker of a
 * backend waits. */
#include <linux/futex.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "plat/control/control_area.h"

#define LINE_NONE 0
#define LINE_DRAWING 1 /* comes before every place, so that nobody with a higher place overtakes it */
#define LINE_FIRST 2
#define LINE_WAIT_NS CLOCK_S
#define LINE_STILL_NS (250 * CLOCK_MS) /* a holder that waits that long for an answer waits for a lock */
/* A database is slow if one answer takes LINE_SLOW_NS, as behind a lock, or if even the quickest answer of a request
 * takes LINE_FAR_NS, or LINE_ONE_FAR_NS when there were few. How long a permit is held, or the mean, says less: on a
 * busy machine a holder mostly waits for a processor. */
#define LINE_SLOW_NS CLOCK_S
#define LINE_FAR_NS (20 * CLOCK_MS)
#define LINE_ONE_FAR_NS (100 * CLOCK_MS)
#define LINE_FEW 4
#define LINE_FAR_LASTS_NS (2 * CLOCK_S)
#define LINE_SLOW_LASTS_NS (10 * CLOCK_S)
#define LINE_LOOK_NS (20 * CLOCK_MS) /* how often a waiting process looks for holders that have died */
#define LINE_HELD_NS (20 * CLOCK_MS) /* all holders have waited that long: others had better not begin */

struct line {
	int before;	   /* processes with a place before the own one */
	bool behind;	   /* a process has a place after the own one */
	bool drawing;	   /* one of `before` is about to draw its place */
	uint64_t hope_ns;  /* until then a process before the own one may go on; it is the latest */
	uint64_t found_ns; /* the newest line_found_ns */
};

void
control_line_clear(struct control_slot *s)
{
	atomic_store(&s->line, LINE_NONE);
	atomic_store(&s->line_asked_ns, 0);
	atomic_store(&s->line_found_ns, 0);
}

static int
line_permits(const struct control *ctl)
{
	return ctl == NULL || ctl->area == NULL || ctl->slot < 0 || ctl->workers < 2 ? 0 : ctl->workers - 1;
}

/* Asks the kernel for the locks only if `sure`: it costs a system call for each process in the line. */
static void
line_look(const struct control *ctl, uint64_t place, bool sure, struct line *l)
{
	const struct control_slot *own = &ctl->area->slot[ctl->slot];

	*l = (struct line){0};
	for (int i = 0; i < control_top(ctl->area); i++) {
		const struct control_slot *s = &ctl->area->slot[i];
		uint64_t at = atomic_load(&s->line), asked_ns = shared_get(&s->line_asked_ns),
			 found_ns = shared_get(&s->line_found_ns);

		if (strncmp(s->owner, own->owner, sizeof(s->owner)) != 0)
			continue;
		if (found_ns > l->found_ns)
			l->found_ns = found_ns;
		if (i == ctl->slot || at == LINE_NONE || (sure && !control_slot_held(ctl, i)))
			continue;
		if (at < place) {
			l->before++;
			asked_ns = asked_ns == 0 ? CLOCK_NEVER : asked_ns + LINE_STILL_NS;
			l->hope_ns = asked_ns > l->hope_ns ? asked_ns : l->hope_ns;
		}
		l->behind = l->behind || at > place;
		l->drawing = l->drawing || at == LINE_DRAWING;
	}
}

/* The time until which waiting makes sense; 0: none. */
static uint64_t
line_hope_ns(const struct line *l, uint64_t now_ns)
{
	if ((l->found_ns & 1) != 0 && now_ns < l->found_ns + LINE_SLOW_LASTS_NS)
		return 0;
	return l->hope_ns;
}

static void
line_wait(const struct control *ctl, uint32_t turn, uint64_t ns)
{
	struct timespec t = {.tv_sec = (time_t)(ns / CLOCK_S), .tv_nsec = (long)(ns % CLOCK_S)};

	(void)syscall(SYS_futex, &ctl->area->line_turn, FUTEX_WAIT, turn, &t, NULL, 0);
}

static void
line_leave(struct control *ctl, uint64_t place)
{
	struct line l;

	atomic_store(&ctl->area->slot[ctl->slot].line, LINE_NONE);
	line_look(ctl, place, false, &l);
	if (!l.behind && !l.drawing)
		return;
	atomic_fetch_add(&ctl->area->line_turn, 1);
	(void)syscall(SYS_futex, &ctl->area->line_turn, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static bool
line_first(const struct control *ctl, uint64_t place, struct line *l)
{
	line_look(ctl, place, false, l);
	if (l->before >= line_permits(ctl))
		line_look(ctl, place, true, l);
	return l->before < line_permits(ctl);
}

/* Waits until the place is among the first. When the database was far just now, that takes too long to be worth this
 * worker. */
static bool
line_reach(const struct control *ctl, uint64_t place)
{
	uint64_t now_ns = clock_mono_ns(),
		 until_ns = now_ns + (now_ns < ctl->far_until_ns ? LINE_LOOK_NS : LINE_WAIT_NS);
	bool waited = false;

	for (;; now_ns = clock_mono_ns()) {
		uint32_t turn = (uint32_t)atomic_load(&ctl->area->line_turn);
		uint64_t hope_ns, left_ns;
		struct line l;

		if (line_first(ctl, place, &l))
			return true;
		hope_ns = line_hope_ns(&l, now_ns);
		left_ns = clock_left_ns(hope_ns < until_ns ? hope_ns : until_ns);
		if (left_ns == 0)
			return false;
		if (!waited)
			stats_add(ctl->stats, STAT_db_permit_waits, 1);
		waited = true;
		if (l.drawing)
			sched_yield();
		else
			line_wait(ctl, turn, left_ns < LINE_LOOK_NS ? left_ns : LINE_LOOK_NS);
	}
}

bool
control_db_permit(struct control *ctl)
{
	struct control_slot *own;
	uint64_t place;

	if (line_permits(ctl) == 0)
		return true;
	own = &ctl->area->slot[ctl->slot];
	atomic_store(&own->line, LINE_DRAWING);
	place = atomic_fetch_add(&ctl->area->line_next, 1) + LINE_FIRST;
	atomic_store(&own->line, place);
	if (line_reach(ctl, place)) {
		ctl->answers = 0;
		ctl->slowest_ns = 0;
		ctl->quickest_ns = CLOCK_NEVER;
		return true;
	}
	line_leave(ctl, place);
	stats_add(ctl->stats, STAT_db_permit_refused, 1);
	return false;
}

static void
line_find(struct control *ctl, bool slow)
{
	shared_set(&ctl->area->slot[ctl->slot].line_found_ns, (clock_mono_ns() & ~UINT64_C(1)) | slow);
}

void
control_db_asked(struct control *ctl)
{
	if (line_permits(ctl) > 0)
		shared_set(&ctl->area->slot[ctl->slot].line_asked_ns, clock_mono_ns());
}

void
control_db_answered(struct control *ctl, uint64_t took_ns)
{
	if (line_permits(ctl) == 0)
		return;
	shared_set(&ctl->area->slot[ctl->slot].line_asked_ns, 0);
	ctl->answers++;
	if (took_ns >= LINE_SLOW_NS)
		line_find(ctl, true);
	ctl->slowest_ns = took_ns > ctl->slowest_ns ? took_ns : ctl->slowest_ns;
	ctl->quickest_ns = took_ns < ctl->quickest_ns ? took_ns : ctl->quickest_ns;
}

void
control_db_release(struct control *ctl)
{
	uint64_t place = line_permits(ctl) == 0 ? 0 : atomic_load(&ctl->area->slot[ctl->slot].line);

	if (place < LINE_FIRST)
		return;
	shared_set(&ctl->area->slot[ctl->slot].line_asked_ns, 0);
	if (ctl->answers > 0)
		line_find(ctl, ctl->slowest_ns >= LINE_SLOW_NS
			|| ctl->quickest_ns >= (ctl->answers < LINE_FEW ? LINE_ONE_FAR_NS : LINE_FAR_NS));
	line_leave(ctl, place);
}

bool
control_db_stuck(const struct control *ctl)
{
	uint64_t now_ns = clock_mono_ns();
	struct line l;

	return line_permits(ctl) > 0 && atomic_load(&ctl->area->slot[ctl->slot].line) == LINE_NONE
	    && !line_first(ctl, UINT64_MAX, &l) && line_hope_ns(&l, now_ns) <= now_ns;
}

bool
control_db_held_up(struct control *ctl)
{
	uint64_t now_ns = clock_mono_ns(), asked_ns;
	struct line l;

	if (line_permits(ctl) == 0 || line_first(ctl, UINT64_MAX, &l) || line_hope_ns(&l, now_ns) <= now_ns)
		return false;
	asked_ns = l.hope_ns - LINE_STILL_NS;
	if (l.hope_ns == CLOCK_NEVER || now_ns < asked_ns + LINE_HELD_NS)
		return false;
	if (now_ns >= asked_ns + LINE_ONE_FAR_NS)
		ctl->far_until_ns = now_ns + LINE_FAR_LASTS_NS;
	return true;
}

bool
control_db_slow(const struct control *ctl)
{
	struct line l;

	if (line_permits(ctl) == 0)
		return false;
	line_look(ctl, LINE_NONE, false, &l);
	return (l.found_ns & 1) != 0 && clock_mono_ns() < l.found_ns + LINE_SLOW_LASTS_NS;
}

void
control_set_workers(struct control *ctl, int workers)
{
	struct control_slot *own = control_own(ctl);

	ctl->workers = workers;
	if (own != NULL)
		shared_set(&own->workers, (uint64_t)workers);
}

struct control_crew
control_crew(const struct control *ctl, const char *owner)
{
	struct control_crew crew = {0};
	char name[CONTROL_NAME_SIZE] = "";

	str_copy(name, sizeof(name), str_z(owner));
	for (int i = 0; ctl != NULL && ctl->area != NULL && i < control_top(ctl->area); i++) {
		const struct control_slot *s = &ctl->area->slot[i];

		if (strncmp(s->owner, name, sizeof(name)) != 0 || !control_slot_held(ctl, i))
			continue;
		crew.alive++;
		crew.informed += shared_get(&s->workers) > 0;
	}
	return crew;
}
