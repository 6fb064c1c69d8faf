#include "cmd/publish/publish.h"

#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/system.h"
#include "plat/host/tree.h"

void
publish_init(struct publish *p, struct arena *a, const struct conf *conf)
{
	*p = (struct publish){
	    .a = a, .conf = conf, .static_dir = PKGDATADIR "/static", .models_dir = PKGDATADIR};
}

bool
publish_all(const struct publish *p, struct err *e)
{
	const char *dir = p->conf->paths_web_dir.p;
	const char *errors = str_fmt(p->a, "%s/error", dir).p, *statics = str_fmt(p->a, "%s/static", dir).p;

	return tree_make_dir(dir, e) && tree_make_dir(errors, e) && tree_make_dir(statics, e)
	       && publish_static(p, statics, e) && publish_errors(p, errors, e) && publish_servers(p, dir, e);
}

static bool
take_names(struct publish *p, const char *list)
{
	struct str rest = str_z(list), name;
	struct str *names = ARENA_ARRAY(p->a, struct str, SYSTEM_BACKENDS_MAX);

	p->n_backends = 0;
	while (str_cut(&rest, ',', &name)) {
		if (p->n_backends == SYSTEM_BACKENDS_MAX || !system_backend_ok(name))
			return false;
		names[p->n_backends++] = str_dup(p->a, name);
	}
	p->backends = names;
	return p->n_backends > 0;
}

int
cmd_publish(struct cmd *c)
{
	struct publish p;
	const char *names = NULL;
	const struct cmd_option options[] = {{"backends", .text = &names}, {"static", .text = &p.static_dir},
	    {"models", .text = &p.models_dir}};
	struct err e = {0}, lost = {0};

	publish_init(&p, c->a, &c->conf);
	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 1 || (names != NULL && !take_names(&p, names)))
		return cmd_usage(c);
	if (!cmd_settings(c, NULL, &lost))
		fprintf(stderr, "kontor publish: note: without the merchant's settings in the database: %s\n",
		    lost.msg);
	if ((lost.kind != ERR_NONE && !cmd_conf(c, &e))
	    || (p.n_backends == 0 && !system_backends(c->a, &p.backends, &p.n_backends, &e))
	    || !publish_all(&p, &e))
		return cmd_fail(c, &e);
	printf("%s is up to date: %zu backend%s, error pages, static files\n", c->conf.paths_web_dir.p, p.n_backends,
	    PLURAL_S(p.n_backends));
	return CMD_OK;
}
