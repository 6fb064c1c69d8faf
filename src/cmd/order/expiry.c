/* Shows up to when unpaid orders have expired; confirms the database's clock after kontor-jobs has doubted it. */
#include <stdio.h>

#include "base/clock.h"
#include "cmd/cmd.h"
#include "store/control_store.h"
#include "store/order/order_store.h"

#define APART_S 60 /* as jobs/expire.c */

static bool
expiry_allow(struct db *db, const struct shop_expiry *x, int64_t apart_s, struct err *e)
{
	if (apart_s > APART_S || apart_s < -APART_S)
		return err_set(
		    e, ERR_CONFLICT, "the clocks differ by %lld s: set them right first", (long long)apart_s);
	return shop_expiry_set(db, x->now_s, e);
}

static int
expiry_print(struct cmd *c, const struct shop_expiry *x, int64_t apart_s, int64_t due, bool json)
{
	struct buf b;

	buf_init(&b, c->a, 1000);
	if (json)
		buf_fmt(&b, "{\"expired\":%lld,\"database\":%lld,\"apart\":%lld,\"due\":%lld}\n",
		    (long long)x->expired_s, (long long)x->now_s, (long long)apart_s, (long long)due);
	else
		buf_fmt(&b,
		    "unpaid orders expired up to   %s\n"
		    "the database's clock shows    %s, %lld s ahead of this host's\n"
		    "orders that are due since     %lld\n",
		    cmd_utc(c->a, x->expired_s), cmd_utc(c->a, x->now_s), (long long)apart_s, (long long)due);
	return cmd_print(c, &b);
}

int
cmd_expiry(struct cmd *c)
{
	bool allow = false, json = false;
	const struct cmd_option options[] = {{"allow", .flag = &allow}, {"json", .flag = &json}};
	struct shop_expiry x;
	struct err e = {0};
	int64_t apart_s, due;
	struct db *db;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 1)
		return cmd_usage(c);
	if (!cmd_db(c, DB_TOOL, &db, &e) || !shop_expiry_read(db, c->a, &x, &e)
	    || !order_due(db, c->a, x.expired_s, x.now_s, &due, &e))
		return cmd_fail(c, &e);
	apart_s = x.now_s - clock_utc_s();
	if (allow && !expiry_allow(db, &x, apart_s, &e))
		return cmd_fail(c, &e);
	if (allow && !json)
		printf("kontor-jobs expires the due orders now: %lld\n", (long long)due);
	return allow && !json ? CMD_OK : expiry_print(c, &x, apart_s, due, json);
}
