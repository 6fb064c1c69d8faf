#include "work/refund_run.h"

#include "pay/provider.h"
#include "plat/host/http.h"
#include "plat/text/secret.h"
#include "store/order/order_cache.h"
#include "store/order/order_change.h"
#include "store/order/refund_store.h"

#define LATE_TRIES 7 /* two hours after the first one */

/* The refund under way. */
struct under_way {
	struct refund_run *run;
	const struct provider *provider;
	struct refund_due due;
	struct pay_refund ask;
	struct pay_result result;
};

static bool
exchange(struct under_way *u, bool look, struct err *e)
{
	struct refund_run *run = u->run;
	struct http_request rq = {.limit_ms = run->limit_ms};
	struct http_answer x;
	struct pay_answer answer;
	struct pay_call call;

	if (!(look ? u->provider->look : u->provider->refund)(run->a, &u->ask, &call, e))
		return false;
	rq.url = str_fmt(run->a, "%.*s%.*s", STR_ARG(run->conf->test_pay_url), STR_ARG(call.path)).p;
	if (call.body.n > 0) {
		const struct str headers[] = {str_fmt(run->a, "Content-Type: %s", call.type),
		    str_fmt(run->a, "Idempotency-Key: %.*s", STR_ARG(u->ask.key))};
		struct http_body body = {.headers = headers, .n_headers = ARRAY_LEN(headers), .text = call.body};

		if (!http_post(run->a, &rq, &body, &x, e))
			return false;
	} else if (!http_get(run->a, &rq, &x, e)) {
		return false;
	}
	answer = (struct pay_answer){x.result == HTTP_ANSWERED ? x.status : 0, x.body};
	u->provider->read(run->a, &u->ask, &answer, &u->result);
	if (x.result != HTTP_ANSWERED)
		u->result.why = str_z(x.why);
	return true;
}

/* The key of the action comes from the refund and its new state: of two processes that learn the same, one books it. */
static bool
refund_run_settle(struct under_way *u, uint8_t state, struct err *e)
{
	struct refund_run *run = u->run;
	struct order_refund_answer answer = {.refund = u->due.id, .state = state, .ref = u->result.ref};
	uint8_t key[SECRET_TOKEN_B] = {0};
	struct order_act act = {.order_id = u->due.order_id,
	    .key = str_n(key, sizeof(key)),
	    .actor = str_fmt(run->a, "provider:%.*s", STR_ARG(u->due.provider)).p,
	    .why = str_head(u->result.why, ORDER_WHY_MAX)};
	struct order_done done;

	secret_derive(u->due.key, str_fmt(run->a, "refund %d", state), key);
	if (!order_refund_settle(run->db, run->a, &act, &answer, &done, e)) {
		if (e->kind != ERR_CONFLICT)
			return false;
		err_clear(e); /* another process has settled it meanwhile */
		return true;
	}
	if (run->cache != NULL) {
		struct outbox_forget x = {.db = run->db, .cache = run->cache, .a = run->a, .conf = run->conf};

		return outbox_forget_order(&x, order_cache_id(run->a, done.token_hash), e);
	}
	return true;
}

/* The tries of a refund are further and further apart: this one is late. */
static void
note_late(const struct under_way *u)
{
	if (u->due.tries > LATE_TRIES && u->run->st != NULL)
		stats_add(u->run->st, STAT_refunds_late, 1);
}

static bool
conclude(struct under_way *u, struct err *e)
{
	switch (u->result.outcome) {
	case PAY_DONE: return refund_run_settle(u, ORDER_REFUND_DONE, e);
	case PAY_REFUSED: return refund_run_settle(u, ORDER_REFUND_REFUSED, e);
	case PAY_ABSENT:
	case PAY_UNKNOWN: break;
	}
	log_put(LOG_WARN, "event=refund_unknown refund=%llu order=%.*s provider=%.*s tries=%llu msg=\"%.*s\"",
	    (unsigned long long)u->due.id, STR_ARG(u->due.number), STR_ARG(u->due.provider),
	    (unsigned long long)u->due.tries, STR_ARG(u->result.why));
	note_late(u);
	return u->due.state != ORDER_REFUND_ASKED || refund_run_settle(u, ORDER_REFUND_UNKNOWN, e);
}

/* An earlier try may have reached the provider, also one by a process that died before it could note the answer. */
static bool
try_refund(struct under_way *u, struct err *e)
{
	u->result.outcome = PAY_ABSENT;
	if (u->due.tries > 1 && !exchange(u, true, e))
		return false;
	if (u->result.outcome == PAY_ABSENT && !exchange(u, false, e))
		return false;
	return conclude(u, e);
}

bool
refund_run(struct refund_run *run, bool *found, struct err *e)
{
	struct under_way u = {.run = run};

	if (!refund_claim(run->db, run->a, &u.due, found, e) || !*found)
		return e->kind == ERR_NONE;
	u.provider = provider_find(u.due.provider);
	if (u.provider != NULL && u.provider->offline)
		return refund_rest(run->db, u.due.id, e);
	if (u.provider == NULL || run->conf->test_pay_url.n == 0) {
		log_put(LOG_ERROR,
		    "event=refund_no_provider refund=%llu order=%.*s msg=\"no provider '%.*s' is set up: pay the "
		    "refund by hand\"",
		    (unsigned long long)u.due.id, STR_ARG(u.due.number), STR_ARG(u.due.provider));
		note_late(&u);
		return true;
	}
	u.ask = (struct pay_refund){.key = secret_hex(run->a, u.due.key.p, u.due.key.n),
	    .payment = u.due.payment,
	    .number = u.due.number,
	    .amount = u.due.amount};
	if (u.due.payment.n == 0) {
		u.result = (struct pay_result){
		    .outcome = PAY_REFUSED, .why = STR("no payment of this provider has so much left")};
		return conclude(&u, e);
	}
	return try_refund(&u, e);
}
