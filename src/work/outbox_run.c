#include "work/outbox_run.h"

#include "base/clock.h"

static void
log_end(const struct outbox_run *run, const struct outbox_item *x, const struct outbox_result *r)
{
	static const char *const name[] = {[OUTBOX_DONE] = "done", [OUTBOX_AGAIN] = "again", [OUTBOX_NEVER] = "never",
	    [OUTBOX_DROP] = "dropped", [OUTBOX_LATER] = "later", [OUTBOX_HALT] = "halt"};
	enum log_level level = r->end == OUTBOX_NEVER || r->end == OUTBOX_HALT ? LOG_ERROR
	    : r->end == OUTBOX_AGAIN					       ? LOG_WARN
									       : LOG_INFO;

	if (r->end == OUTBOX_LATER)
		return;
	log_put(level, "event=outbox_%s kind=%s id=%llu subject=\"%.*s\" attempts=%u msg=\"%s\"", name[r->end],
	    run->kind, (unsigned long long)x->id, STR_ARG(x->subject), x->attempts, r->why);
}

/* A process that dies in deliver() counts as an attempt, so a row that kills each of them is dead in the end. */
static void
try_item(struct outbox_run *run, const struct outbox_item *x, struct outbox_result *r)
{
	struct err e = {0};

	*r = (struct outbox_result){.end = OUTBOX_AGAIN};
	if (x->late) {
		r->end = OUTBOX_DROP;
		str_copy(r->why, sizeof(r->why), STR("too late to be of use"));
	} else if (x->attempts > OUTBOX_ATTEMPTS_MAX) {
		r->end = OUTBOX_NEVER;
		str_copy(r->why, sizeof(r->why), STR("the last attempts ended with the process"));
	} else if (!run->deliver(run->ctx, x, r, &e)) {
		*r = (struct outbox_result){.end = OUTBOX_AGAIN};
		str_copy(r->why, sizeof(r->why), str_z(e.msg));
	}
	db_rollback(run->db);
}

static bool
end_item(struct outbox_run *run, const struct outbox_item *x, const struct outbox_result *r, struct err *e)
{
	bool kept = true;

	log_end(run, x, r);
	if (r->end == OUTBOX_HALT)
		run->halted_ns = clock_mono_ns() + OUTBOX_HALT_S * CLOCK_S;
	if (!r->ended && !outbox_finish(run->db, x, r, &kept, e))
		return false;
	if (!kept)
		log_put(LOG_WARN,
		    "event=outbox_lease_lost kind=%s id=%llu msg=\"delivering took longer than the lease\"", run->kind,
		    (unsigned long long)x->id);
	return true;
}

bool
outbox_run(struct outbox_run *run, bool *more, struct err *e)
{
	*more = false;
	while (clock_mono_ns() >= run->halted_ns) {
		struct arena_mark mark = arena_mark(run->a);
		struct outbox_result r;
		struct outbox_item x;
		bool found;

		if (clock_mono_ns() >= run->until_ns) {
			*more = true;
			return true;
		}
		if (!outbox_claim(run->db, run->a, str_z(run->kind), run->lease_s, &x, &found, e))
			return false;
		if (!found)
			return true;
		try_item(run, &x, &r);
		if (!end_item(run, &x, &r, e))
			return false;
		arena_rewind(run->a, mark);
	}
	return true;
}
