#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "plat/stats/stats_area.h"

static const struct death {
	const char *event, *why;
	enum log_level level;
} deaths[STATS_END__MAX] = {
    [STATS_CRASHED] = {"crashed", "the process died before its answer", LOG_ERROR},
    [STATS_HUNG] = {"hung", "the process was killed past its deadline, before its answer", LOG_ERROR},
    [STATS_CUT] = {"cut_off", "the process died within its answer", LOG_ERROR},
};
static const struct death after_answer = {"died_after_answer", "the process died after its answer", LOG_WARN};

static enum stats_end
ending_of_dead(const struct stats_slot *s, const struct stats_last *last, bool same_boot)
{
	enum sending_state sent = last == NULL ? SENDING_NONE : sending_state(&last->sending);

	if (sent == SENDING_WHOLE && shared_get(&last->sending.end) < STATS_END__MAX)
		return (enum stats_end)shared_get(&last->sending.end);
	if (sent != SENDING_NONE)
		return STATS_CUT;
	return same_boot && clock_mono_ns() > shared_get(&s->deadline_ns) ? STATS_HUNG : STATS_CRASHED;
}

static void
log_slot(struct stats_slot *s, struct stats_last *last)
{
	s->id[STATS_ID_SIZE - 1] = '\0';
	s->backend[STATS_BACKEND_SIZE - 1] = '\0';
	log_request(s->id);
	if (last != NULL) {
		last->note[LOG_NOTE_SIZE - 1] = '\0';
		log_note(last->note);
	}
}

size_t
stats_settle(const struct stats_area *area, int slot, bool same_boot)
{
	struct stats_slot *s = stats_at(area, slot);
	struct stats_last *last = stats_last_of(area, s);
	uint64_t ended = stats_ended(s), begun = shared_get(&s->begun);
	const struct death *death;
	enum stats_end end;

	if (begun <= ended)
		return 0;
	end = ending_of_dead(s, last, same_boot);
	death = deaths[end].event == NULL ? &after_answer : &deaths[end];
	log_slot(s, last);
	log_put(death->level, "event=%s backend=%s slot=%d dead_pid=%d class=%s msg=\"%s\"", death->event, s->backend,
	    slot, (int)shared_get(&s->pid), stats_route_name((enum stats_route)shared_get(&s->route)), death->why);
	log_request(NULL);
	if (area->layout == stats_layout())
		stats_raise_route(s, end);
	stats_raise(&s->ended[end], begun - ended); /* after logging; the line may appear twice */
	return (size_t)(begun - ended);
}

static size_t
sweep_file(struct stats *st, bool same_boot)
{
	size_t n = 0;

	for (int i = 0; i < stats_top(st->area); i++) {
		struct stats_slot *s = stats_at(st->area, i);

		if (i == st->slot || shared_get(&s->taken) == 0 || !stats_in_hand(s) || !stats_lock(st, i))
			continue;
		n += stats_settle(st->area, i, same_boot);
		stats_unlock(st, i);
	}
	return n;
}

/* Sweeps the files of other layouts too: after an upgrade no other process does. */
size_t
stats_sweep(struct stats *st)
{
	struct stats other[STATS_OTHERS];
	size_t n, n_others;

	if (st == NULL || st->area == NULL || st->file.fd < 0 || !st->file.writable)
		return 0;
	n = sweep_file(st, true);
	n_others = stats_others(st, true, other);
	for (size_t i = 0; i < n_others; i++) {
		n += sweep_file(&other[i], memcmp(other[i].area->boot, st->area->boot, SHARED_BOOT_SIZE) == 0);
		stats_close(&other[i]);
	}
	return n;
}

/* The pid is valid only while the slot is held. The slot is checked again after pidfd_open(), so that the pidfd cannot
 * belong to another process. */
static bool
kill_holder(const struct stats *st, int slot, uint64_t late_ns)
{
	const struct stats_slot *s = stats_at(st->area, slot);
	uint64_t pid = shared_get(&s->pid);
	int fd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
	bool done;

	if (fd < 0)
		return false;
	done = stats_held(st, slot) && shared_get(&s->pid) == pid && stats_overdue_ns(st, s) > late_ns
	       && syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) == 0;
	close(fd);
	return done;
}

static void
log_killed(const struct stats_slot *s, int slot, bool busy)
{
	char id[STATS_ID_SIZE];

	str_copy(id, sizeof(id), str_n(s->id, strnlen(s->id, sizeof(s->id))));
	log_request(busy ? id : NULL);
	log_put(LOG_ERROR, "event=killed backend=%.*s slot=%d dead_pid=%d msg=\"%s\"", STATS_BACKEND_SIZE - 1,
	    s->backend, slot, (int)shared_get(&s->pid),
	    busy ? "a process was stuck past its deadline" : "an idle process was stopped, or did not respond");
	log_request(NULL);
}

static size_t
kill_in_file(struct stats *counting, const struct stats *st, uint64_t late_ns)
{
	uint64_t pid_space = shared_pid_space();
	size_t n = 0;

	for (int i = 0; i < stats_top(st->area); i++) {
		const struct stats_slot *s = stats_at(st->area, i);
		bool busy = stats_in_hand(s);

		if (i == st->slot || shared_get(&s->taken) == 0 || stats_overdue_ns(st, s) <= late_ns
		    || shared_get(&s->pid_space) != pid_space || !kill_holder(st, i, late_ns))
			continue;
		log_killed(s, i, busy);
		stats_add(counting, STAT_killed_stuck, 1);
		n++;
	}
	return n;
}

size_t
stats_kill_stuck(struct stats *st, uint64_t grace_ns)
{
	struct stats other[STATS_OTHERS];
	size_t n, n_others;

	if (st == NULL || st->area == NULL || st->file.fd < 0 || shared_pid_space() == 0)
		return 0;
	n = kill_in_file(st, st, grace_ns + CLOCK_S);
	n_others = stats_others(st, false, other);
	for (size_t i = 0; i < n_others; i++) {
		n += kill_in_file(st, &other[i], grace_ns + CLOCK_S);
		stats_close(&other[i]);
	}
	return n;
}
