#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "plat/stats/stats_report.h"
#include "plat/text/secret.h"

#define OUTPUT_MAX_B ((size_t)16 << 20)

static int
print_man(struct cmd *c)
{
	struct buf b;

	buf_init(&b, c->a, OUTPUT_MAX_B);
	stats_put_man(&b);
	return cmd_print(c, &b);
}

/* Reports the secret only to root, or if the file is missing: another user may lack a right that the workers have.
 * Running workers may have read it before. */
static void
put_secret(const struct cmd *c, struct buf *b)
{
	uint8_t secret[SECRET_KEY_B];
	struct err e = {0};

	if (c->conf.cache_socket.n > 0 && !secret_file_load(c->conf.cache_secret_file.p, secret, &e)
	    && (geteuid() == 0 || e.kind == ERR_NOT_FOUND))
		buf_fmt(b, "memcached is NOT USED by newly started workers: %s\n", e.msg);
}

int
cmd_status(struct cmd *c)
{
	const char *form = c->argc == 1 ? "" : c->argv[1];
	struct stats_report r;
	struct err e = {0};
	struct buf b;
	int status;

	if (c->argc == 2 && strcmp(form, "--man") == 0)
		return print_man(c);
	if (c->argc > 2 || (strcmp(form, "") != 0 && strcmp(form, "--json") != 0 && strcmp(form, "--metrics") != 0))
		return cmd_usage(c);
	if (!cmd_conf(c, &e) || !cmd_report(c, &r, &e))
		return cmd_fail(c, &e);
	buf_init(&b, c->a, OUTPUT_MAX_B);
	if (strcmp(form, "--json") == 0) {
		stats_put_json(&b, &r);
	} else if (strcmp(form, "--metrics") == 0) {
		stats_put_metrics(&b, &r);
	} else {
		buf_fmt(&b, "%.*s  %.*s\n", STR_ARG(c->conf.site_name), STR_ARG(c->conf.site_url));
		put_secret(c, &b);
		limits_put_stopped(c, &b);
		stats_put_text(&b, &r);
	}
	status = cmd_print(c, &b);
	return status == CMD_OK && !stats_is_well(&r) ? CMD_FAILED : status;
}
