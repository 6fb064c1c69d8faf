#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/doctor/doctor.h"
#include "cmd/system.h"
#include "plat/control/control.h"
#include "plat/text/file.h"
#include "store/setting_store.h"

#define WEB_USER "www-data"
#define PAGE_MS 4000
#define SOCKETS_MAX 64

const char *
look_folder(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL || slash == path ? "/" : str_zdup(a, str_n(path, (size_t)(slash - path)));
}

bool
look_readable(struct doctor *d, const char *path, bool *absent)
{
	if (access(path, R_OK) == 0) {
		*absent = false;
		return true;
	}
	*absent = errno == ENOENT;
	if (!*absent)
		doctor_unseen(d, "%s: %s", path, strerror(errno));
	return false;
}

bool
look_stats(struct doctor *d, struct stats_report *r)
{
	struct control ctl;
	struct stats st;
	struct err e = {0};

	if (!stats_open_tool(&st, d->conf->paths_stats_file.p, false, &e)
	    || !control_open_tool(&ctl, d->conf->paths_control_file.p, false, &e)) {
		doctor_blocked(d, CHECK_counters);
		return false;
	}
	stats_read(&st, d->a, r);
	control_report(&ctl, d->a, r);
	control_close(&ctl);
	stats_close(&st);
	return true;
}

size_t
look_alive(const struct stats_report *r, enum stats_role role)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_backends; i++)
		n += r->backends[i].role == role ? r->backends[i].alive : 0;
	return n;
}

bool
look_worker_user(struct doctor *d, struct rights_user *u)
{
	if (system_worker_user(d->a, d->conf->paths_stats_file.p, u))
		return true;
	doctor_unseen(d, "the workers' user is not known");
	return false;
}

bool
look_web_user(struct doctor *d, struct rights_user *u)
{
	struct look_server s;
	struct err e = {0};

	if (look_server(d, &s) && s.pid != 0 && s.ours && rights_user_id(d->a, s.uid, u, &e))
		return true;
	err_clear(&e);
	if (rights_user(d->a, WEB_USER, u, &e))
		return true;
	doctor_unseen(d, "the web server's user is not known");
	return false;
}

bool
look_sockets(struct doctor *d, struct str **out, size_t *n)
{
	const struct str tail = STR(".sock");
	struct str *names = NULL;
	struct err e = {0};
	size_t all = 0;

	*n = 0;
	*out = ARENA_ARRAY(d->a, struct str, SOCKETS_MAX);
	if (!file_list(d->a, d->conf->paths_run_dir.p, tail, &names, &all, &e)) {
		doctor_unseen(d, "%s", e.msg);
		return false;
	}
	for (size_t i = 0; i < all && *n < SOCKETS_MAX; i++)
		if (system_backend_ok(str_head(names[i], names[i].n - tail.n)))
			(*out)[(*n)++] = str_fmt(d->a, "%s/%s", d->conf->paths_run_dir.p, names[i].p);
	return true;
}

const char *
look_backend(struct doctor *d, struct str socket)
{
	struct str name = str_z(strrchr(socket.p, '/') + 1);

	return str_zdup(d->a, str_head(name, (size_t)str_chr(name, '.')));
}

bool
look_get(struct doctor *d, const char *url, bool unverified, struct http_answer *x)
{
	static const char *const at[] = {NULL, "127.0.0.1", "::1"};
	struct http_request rq = {.url = url, .agent = "kontor doctor", .limit_ms = PAGE_MS, .unverified = unverified};
	struct http_answer there;
	struct err e = {0};

	*x = (struct http_answer){.result = HTTP_NO_CONNECT};
	for (size_t i = 0; i < ARRAY_LEN(at) && (x->result == HTTP_NO_ADDRESS || x->result == HTTP_NO_CONNECT); i++) {
		rq.at = at[i];
		if (!http_get(d->a, &rq, &there, &e)) {
			doctor_unseen(d, "%s", e.msg);
			return false;
		}
		if (i == 0 || there.result != HTTP_NO_CONNECT)
			*x = there;
	}
	return true;
}

bool
look_page(struct doctor *d, const char *path, struct http_answer *x)
{
	if (!look_get(d, str_fmt(d->a, "%s%s", d->conf->site_url.p, path).p, true, x))
		return false;
	if (x->result != HTTP_ANSWERED)
		doctor_blocked(d, CHECK_address);
	return x->result == HTTP_ANSWERED;
}

const char *
look_id(struct doctor *d, struct str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!isxdigit((unsigned char)id.p[i]))
			return "-";
	return id.n == 0 ? "-" : str_zdup(d->a, id);
}

void
look_settings(struct doctor *d)
{
	struct cmd *c = ARENA_NEW(d->a, struct cmd);
	struct setting_rows *rows = ARENA_NEW(d->a, struct setting_rows);
	struct err e = {0};

	c->a = d->a;
	c->conf_file = d->conf_file;
	if (!cmd_settings(c, rows, &e))
		return;
	d->rows = rows;
	d->conf = &c->conf;
	d->file = &c->file;
}
