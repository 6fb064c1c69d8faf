#include "store/admin/schema.h"
#include "store/admin/verify_store.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "cmd/cmd.h"
#include "cmd/order/receipts_show.h"
#include "store/control_store.h"

#define REPORT_MAX_B ((size_t)16 << 20)
#define RECEIPTS_MEM_B ((size_t)512 << 20)

static void
verify_print(void *arg, const struct verify_result *r)
{
	(void)arg;
	printf("%-6s  %-14s  %6llu ms  %s\n", r->n == 0 ? "ok" : "BROKEN", r->check->name, (unsigned long long)r->ms,
	    r->check->promise);
	for (size_t i = 0; i < r->n; i++)
		printf("        %.*s: %.*s\n", STR_ARG(r->breach[i].what), STR_ARG(r->breach[i].why));
	if (r->more)
		printf("        and others\n");
	fflush(stdout);
}

static void
print_result_json(void *arg, const struct verify_result *r)
{
	struct buf *b = arg;

	buf_z(b, b->n == 0 ? "" : ",");
	buf_z(b, "{\"check\":");
	buf_json(b, str_z(r->check->name));
	buf_z(b, ",\"promise\":");
	buf_json(b, str_z(r->check->promise));
	buf_fmt(b, ",\"holds\":%s,\"ms\":%llu,\"more\":%s,\"breaches\":[", r->n == 0 ? "true" : "false",
	    (unsigned long long)r->ms, r->more ? "true" : "false");
	for (size_t i = 0; i < r->n; i++) {
		buf_z(b, i == 0 ? "{\"what\":" : ",{\"what\":");
		buf_json(b, r->breach[i].what);
		buf_z(b, ",\"why\":");
		buf_json(b, r->breach[i].why);
		buf_ch(b, '}');
	}
	buf_z(b, "]}");
}

static int
print_json(const struct cmd *c, const struct buf *rows, size_t n_broken)
{
	struct err e = {0};
	struct buf b;

	if (!buf_check(rows, &e))
		return cmd_fail(c, &e);
	buf_init(&b, c->a, REPORT_MAX_B + 100);
	buf_fmt(&b, "{\"holds\":%s,\"broken\":%zu,\"checks\":[", n_broken == 0 ? "true" : "false", n_broken);
	buf_put(&b, buf_str(rows));
	buf_z(&b, "]}\n");
	return cmd_print(c, &b);
}

/* For `make update-schema`. */
static int
print_schema(struct cmd *c)
{
	struct schema schema;
	struct err e = {0};
	struct db *db;
	struct buf b;

	buf_init(&b, c->a, REPORT_MAX_B);
	if (!cmd_db(c, DB_MIGRATE, &db, &e) || !schema_read(db, c->a, &schema, &e))
		return cmd_fail(c, &e);
	buf_z(&b, "/* schema.def - the parts of the schema that the migrations make (schema.h).\n"
		  " *\n"
		  " * SCHEMA(table, kind, name, definition). `make update-schema` writes this file. */\n");
	schema_print(&schema, &b);
	return cmd_print(c, &b);
}

struct verify_out {
	verify_report_fn *report;
	void *arg;
	size_t n_broken;
};

/* After the checks of the database itself. The receipts were read before it. */
static bool
check_receipts(const struct cmd *c, struct db *db, struct receipt_set *set, struct verify_out *p, struct err *e)
{
	struct receipts_reader reader;
	struct verify_result r;
	uint64_t began_ns = clock_mono_ns();

	if (!receipt_set_compare(set, db, c->a, e))
		return err_context(e, "check receipts");
	receipts_reader_init(&reader, c);
	receipts_result(&reader, set, &r);
	r.ms = (clock_mono_ns() - began_ns) / CLOCK_MS;
	p->n_broken += r.n > 0;
	p->report(p->arg, &r);
	return true;
}

static bool
run_checks(struct cmd *c, struct verify_out *p, struct err *e)
{
	static struct receipt_set set;
	struct arena a;
	int64_t now_s;
	struct db *db;
	bool ok;

	arena_init(&a, RECEIPTS_MEM_B);
	ok = cmd_db(c, DB_TOOL, &db, e) && shop_control_clock(db, c->a, &now_s, e)
	    && receipt_set_open(&a, c->conf.receipts_file, false, &set, e)
	    && verify_run(db, now_s, p->report, p->arg, &p->n_broken, e) && check_receipts(c, db, &set, p, e);
	receipt_set_close(&set);
	arena_fini(&a);
	return ok;
}

int
cmd_verify(struct cmd *c)
{
	bool json = c->argc == 2 && strcmp(c->argv[1], "--json") == 0;
	struct err e = {0};
	struct buf rows;
	struct verify_out p = {json ? print_result_json : verify_print, &rows, 0};

	if (c->argc == 2 && strcmp(c->argv[1], "--schema") == 0)
		return print_schema(c);
	if (c->argc > 2 || (c->argc == 2 && !json))
		return cmd_usage(c);
	buf_init(&rows, c->a, REPORT_MAX_B);
	if (!run_checks(c, &p, &e))
		return cmd_fail(c, &e);
	cmd_note_fact(c, FACT_VERIFY, p.n_broken == 0);
	if (json && print_json(c, &rows, p.n_broken) != CMD_OK)
		return CMD_FAILED;
	if (!json)
		printf("%s\n", p.n_broken == 0 ? "every invariant holds" : "invariants are violated: see above");
	return p.n_broken == 0 ? CMD_OK : CMD_FAILED;
}
