/* Makes all processes use a changed configuration, template or program, without losing a request. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/config_check.h"
#include "cmd/publish/publish.h"
#include "cmd/system.h"

/* The unit's ExecReload sends USR2: each worker finishes its request and is replaced. */
static bool
reload_workers(struct cmd *c, const struct publish *p, struct err *e)
{
	for (size_t i = 0; i < p->n_backends; i++) {
		const char *unit = system_unit(c->a, p->backends[i]);

		if (strcmp(system_state(c->a, unit), "active") != 0)
			continue;
		if (!system_ctl(c->a, "reload", unit, e))
			return false;
		system_print_reloaded(unit);
	}
	if (strcmp(system_state(c->a, "kontor-jobs.service"), "active") != 0)
		return true;
	if (!system_ctl(c->a, "restart", "kontor-jobs.service", e))
		return false;
	printf("kontor-jobs.service restarted\n");
	return true;
}

int
cmd_reload(struct cmd *c)
{
	struct publish p;
	struct err e = {0};

	if (c->argc != 1)
		return cmd_usage(c);
	publish_init(&p, c->a, &c->conf);
	if (!system_is_there())
		(void)err_set(&e, ERR_INPUT, "systemd does not run this machine: see doc/administration.md");
	else if (geteuid() != 0)
		(void)err_set(&e, ERR_DENIED, "only root can reload the shop");
	else if (config_check(c) != CMD_OK)
		(void)err_set(&e, ERR_INPUT, "nothing was reloaded: the configuration cannot be used");
	else if (system_backends(c->a, &p.backends, &p.n_backends, &e) && publish_all(&p, &e)
		 && reload_workers(c, &p, &e) && system_reload_servers(c->a, &e))
		return CMD_OK;
	return cmd_fail(c, &e);
}
