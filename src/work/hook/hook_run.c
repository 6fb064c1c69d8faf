#include "work/hook/hook_run.h"

#include "base/clock.h"
#include "work/hook/hook_message.h"
#include "work/outbox_run.h"

#define SLOTS 16
#define SLOT_MEM_B ((size_t)16 << 20)
#define LEASE_S 60 /* longer than hooks.limit_ms may be, and than the pause between two runs */
#define WAIT_MS 100
#define UNREADY_S 300 /* until a receiver is looked at again whose message cannot be made */

/* A request under way. */
struct slot {
	struct arena a;
	bool taken;
	struct hook_due hook;
	struct outbox_item item;
	struct hook_message message;
	uint64_t began_ns;
};

struct hook_run {
	struct http_pool *pool;
	struct slot slot[SLOTS];
	size_t n_taken;
};

/* The run under way. */
struct running {
	struct hook_run *run;
	const struct hook_turn *turn;
	struct hook_key key;
	struct err key_error; /* set: there is no key */
	bool more; /* receivers were left */
};

static void
run_close(void *arg)
{
	struct hook_run *run = arg;

	for (size_t i = 0; i < SLOTS; i++)
		arena_fini(&run->slot[i].a);
}

bool
hook_run_open(struct arena *a, struct hook_run **out, struct err *e)
{
	struct hook_run *run = ARENA_NEW(a, struct hook_run);

	for (size_t i = 0; i < SLOTS; i++)
		arena_init(&run->slot[i].a, SLOT_MEM_B);
	arena_defer(a, run_close, run);
	*out = run;
	return http_pool_open(a, &run->pool, e);
}

static struct slot *
free_slot(struct hook_run *run)
{
	for (size_t i = 0; i < SLOTS; i++)
		if (!run->slot[i].taken)
			return &run->slot[i];
	ASSERT(false);
	return NULL;
}

static void
leave_slot(struct running *r, struct slot *s)
{
	s->taken = false;
	r->run->n_taken--;
	arena_reset(&s->a);
}

static void
log_end(const struct slot *s, const struct hook_end *end, const struct hook_ended *ended)
{
	log_put(end->ok ? LOG_INFO : LOG_WARN,
	    "event=hook_%s hook=%.*s id=%llu subject=\"%.*s\" status=%d ms=%llu msg=\"%.*s\"",
	    end->ok ? "sent" : "failed", STR_ARG(s->hook.name), (unsigned long long)s->item.id,
	    STR_ARG(s->item.subject), end->status, (unsigned long long)end->ms, STR_ARG(end->why));
	if (ended->paused)
		log_put(LOG_ERROR,
		    "event=hook_paused hook=%.*s msg=\"the receiver fails for long: its messages wait until: "
		    "kontor hook resume %.*s\"",
		    STR_ARG(s->hook.name), STR_ARG(s->hook.name));
	if (!ended->kept)
		log_put(LOG_WARN, "event=outbox_lease_lost kind=hook id=%llu", (unsigned long long)s->item.id);
}

static bool
end_slot(struct running *r, struct slot *s, const struct hook_end *end, enum outbox_end how, struct err *e)
{
	struct outbox_result result = {.end = how, .wait_s = end->wait_s};
	struct hook_ended ended;
	bool ok;

	str_copy(result.why, sizeof(result.why), end->why);
	ok = hook_end(r->turn->db, &s->a, end, &s->item, &result, &ended, e);
	if (ok) {
		log_end(s, end, &ended);
		stats_add(r->turn->st, end->ok ? STAT_hooks_sent : STAT_hooks_failed, 1);
	}
	leave_slot(r, s);
	return ok;
}

/* The fault is of this shop: neither the receiver nor the row is to blame. */
static bool
put_off(struct running *r, struct slot *s, const struct err *why, struct err *e)
{
	struct hook_end end = {
	    .hook_id = s->hook.id, .unready = true, .wait_s = UNREADY_S, .why = str_head(str_z(why->msg), 250)};

	return end_slot(r, s, &end, OUTBOX_LATER, e);
}

static bool
answered(struct running *r, struct slot *s, const struct http_answer *x, struct err *e)
{
	struct hook_end end = {.hook_id = s->hook.id, .ms = (clock_mono_ns() - s->began_ns) / CLOCK_MS};

	hook_judge(&s->a, x, s->hook.failures, &end);
	return end_slot(r, s, &end, end.ok ? OUTBOX_DONE : end.gone ? OUTBOX_LATER : OUTBOX_AGAIN, e);
}

static bool
drop(struct running *r, struct slot *s, enum outbox_end how, const char *why, struct err *e)
{
	struct outbox_result result = {.end = how};
	bool kept, ok;

	str_copy(result.why, sizeof(result.why), str_z(why));
	ok = outbox_finish(r->turn->db, &s->item, &result, &kept, e) && hook_leave(r->turn->db, s->hook.id, e);
	log_put(LOG_ERROR, "event=hook_dropped hook=%.*s id=%llu msg=\"%s\"", STR_ARG(s->hook.name),
	    (unsigned long long)s->item.id, why);
	leave_slot(r, s);
	return ok;
}

/* Makes the message of the claimed row and begins to send it. */
static bool
slot_send(struct running *r, struct slot *s, struct err *e)
{
	struct err why = r->key_error;
	char kind[HOOK_KIND_B];
	struct hook_letter l = {.conf = r->turn->conf,
	    .key = &r->key,
	    .name = s->hook.name,
	    .url = s->hook.url,
	    .sealed = s->hook.sealed,
	    .old_sealed = s->hook.old_sealed,
	    .now_s = clock_utc_s()};

	if (s->item.attempts > OUTBOX_ATTEMPTS_MAX)
		return drop(r, s, OUTBOX_NEVER, "the last attempts ended with the process", e);
	l.id = hook_id_of(&s->a, &s->item, hook_kind(s->hook.id, kind));
	if (why.kind == ERR_NONE && hook_body_of(r->turn->db, &s->a, &s->item, s->hook.buyer, &l.body, &why)
	    && hook_message_make(&s->a, &l, &s->message, &why)) {
		s->began_ns = clock_mono_ns();
		return http_pool_post(r->run->pool, &s->a, &s->message.rq, &s->message.body, s, e);
	}
	db_rollback(r->turn->db);
	if (why.kind == ERR_NOT_FOUND)
		return drop(r, s, OUTBOX_DROP, "the order does not exist any more", e);
	return put_off(r, s, &why, e);
}

static void
copy_hook(struct slot *s, const struct hook_due *h)
{
	s->hook = *h;
	s->hook.name = str_dup(&s->a, h->name);
	s->hook.url = str_dup(&s->a, h->url);
	s->hook.sealed = str_dup(&s->a, h->sealed);
	if (h->old_sealed.p != NULL)
		s->hook.old_sealed = str_dup(&s->a, h->old_sealed);
}

static bool
begin(struct running *r, const struct hook_due *h, struct err *e)
{
	struct slot *s = free_slot(r->run);
	char kind[HOOK_KIND_B];
	bool found;

	s->taken = true;
	r->run->n_taken++;
	copy_hook(s, h);
	if (!outbox_claim(r->turn->db, &s->a, hook_kind(h->id, kind), LEASE_S, &s->item, &found, e)) {
		leave_slot(r, s);
		return false;
	}
	if (found)
		return slot_send(r, s, e);
	leave_slot(r, s);
	return hook_leave(r->turn->db, h->id, e);
}

/* Gives free slots to receivers. */
static bool
fill(struct running *r, struct err *e)
{
	struct hook_due due[SLOTS];
	size_t n, left = SLOTS - r->run->n_taken;

	if (left == 0 || !hook_take(r->turn->db, r->turn->a, LEASE_S, due, left, &n, e))
		return left == 0;
	r->more = n > 0;
	if (n > 0) {
		r->key_error = (struct err){0};
		if (!hook_key_load(r->turn->conf, &r->key, &r->key_error))
			r->key_error.kind = ERR_INPUT;
	}
	for (size_t i = 0; i < n; i++)
		if (!begin(r, &due[i], e))
			return false;
	return true;
}

bool
hook_run(struct hook_run *run, const struct hook_turn *turn, bool *more, struct err *e)
{
	struct running r = {.run = run, .turn = turn};

	do {
		struct http_answer x;
		struct slot *s;

		if (!turn->finish && !fill(&r, e))
			return false;
		s = http_pool_next(run->pool, run->n_taken > 0 ? WAIT_MS : 0, &x);
		if (s != NULL && !answered(&r, s, &x, e))
			return false;
	} while ((run->n_taken > 0 || r.more) && (turn->complete || clock_mono_ns() < turn->until_ns));
	*more = run->n_taken > 0 || r.more;
	return true;
}
