/* expire.c - expires orders that were not paid in time, by the database's clock alone.
 *
 * A clock that jumps ahead would end all unpaid orders for good. So the database's time is believed only if it agrees
 * with this host's, and if the time since the last expiry is short or this process has seen it pass. Otherwise the
 * orders that became due in between are held back, until `kontor expiry --allow` confirms the time, or until the clock
 * is right again. */
#include "base/clock.h"
#include "jobs/job.h"
#include "store/control_store.h"
#include "store/order/order_store.h"

#define BATCH 50
#define APART_S 60 /* between the clocks of database and host */
#define GAP_S 600  /* without an expiry */
#define LOG_EVERY_NS (60 * CLOCK_S)

static struct {
	int64_t db_s; /* the database's clock at the last run; 0: none */
	uint64_t mono_ns, log_ns;
} last;

static bool
time_passed(const struct shop_expiry *x)
{
	int64_t seen_s = (int64_t)((clock_mono_ns() - last.mono_ns) / CLOCK_S);

	return x->now_s - x->expired_s <= GAP_S
	       || (last.db_s != 0 && last.db_s - x->expired_s <= GAP_S && x->now_s - last.db_s <= seen_s + APART_S);
}

static void
note_held(struct job_context *j, enum stats_counter counter, int64_t orders, int64_t apart_s)
{
	stats_add(j->st, counter, 1);
	if (last.log_ns != 0 && clock_mono_ns() < last.log_ns + LOG_EVERY_NS)
		return;
	last.log_ns = clock_mono_ns();
	log_put(LOG_ERROR, "event=expiry_held orders=%lld apart_s=%lld msg=\"%s; see kontor expiry\"",
	    (long long)orders, (long long)apart_s,
	    apart_s != 0 ? "this host's clock differs from the database's"
			 : "these unpaid orders are due only if the database's clock is right");
}

/* *until_s: orders due by then may expire. */
static bool
expiry_bound(struct job_context *j, const struct shop_expiry *x, int64_t *until_s, struct err *e)
{
	int64_t n = 0;

	if (!time_passed(x) && !order_due(j->db, j->a, x->expired_s, x->now_s, &n, e))
		return false;
	last.db_s = x->now_s;
	last.mono_ns = clock_mono_ns();
	*until_s = n == 0 ? x->now_s : x->expired_s;
	if (n > 0)
		note_held(j, STAT_expiry_held_jump, n, 0);
	return n > 0 || shop_expiry_set(j->db, x->now_s, e);
}

bool
job_expire(struct job_context *j, struct err *e)
{
	struct shop_expiry x;
	int64_t until_s, apart_s;
	unsigned n;

	if (!shop_expiry_read(j->db, j->a, &x, e))
		return false;
	apart_s = x.now_s - clock_utc_s();
	if (apart_s > APART_S || apart_s < -APART_S) {
		note_held(j, STAT_expiry_held_clock, 0, apart_s);
		return true;
	}
	if (!expiry_bound(j, &x, &until_s, e) || !order_expire(j->db, j->a, until_s, BATCH, &n, e))
		return false;
	if (n > 0)
		log_put(LOG_INFO, "event=orders_expired n=%u", n);
	j->more = n == BATCH;
	return true;
}
