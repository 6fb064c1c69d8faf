#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/doctor/doctor.h"
#include "cmd/system.h"
#include "plat/control/control.h"
#include "plat/text/file.h"
#include "view/url.h"

#define USER "kontor"
#define WEB_USER "www-data"
#define PAGE_MS 4000
#define SOCKETS_MAX 64
#define CONF_FILE_B ((size_t)1 << 20)
#define CONF_TEXT_B ((size_t)8 << 20)
#define INCLUDE_DEPTH 8

const char *
look_folder(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL || slash == path ? "/" : str_zdup(a, str_n(path, (size_t)(slash - path)));
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

/* The user of a worker that lives, by its process. */
static bool
user_of_worker(struct doctor *d, struct rights_user *u)
{
	struct stats st;
	struct stats_report r;
	struct err e = {0};
	bool found = false;

	if (!stats_open_tool(&st, d->conf->paths_stats_file.p, false, &e))
		return false;
	stats_read(&st, d->a, &r);
	for (size_t i = 0; i < r.n_workers && !found; i++) {
		struct stat sb;

		if (r.workers[i].alive && r.workers[i].role == STATS_WORKER
		    && stat(str_fmt(d->a, "/proc/%d", r.workers[i].pid).p, &sb) == 0)
			found = rights_user_id(d->a, sb.st_uid, u, &e);
	}
	stats_close(&st);
	return found;
}

bool
look_worker_user(struct doctor *d, struct rights_user *u)
{
	struct err e = {0};
	struct stat st;

	if (user_of_worker(d, u) || rights_user(d->a, USER, u, &e))
		return true;
	err_clear(&e);
	if (stat(look_folder(d->a, d->conf->paths_stats_file.p), &st) != 0)
		st.st_uid = geteuid();
	return rights_user_id(d->a, st.st_uid, u, &e);
}

bool
look_web_user(struct doctor *d, struct rights_user *u)
{
	struct look_server s;
	struct err e = {0};

	if (look_server(d, &s) && s.pid != 0 && s.ours && rights_user_id(d->a, s.uid, u, &e))
		return true;
	err_clear(&e);
	return rights_user(d->a, WEB_USER, u, &e);
}

/* "1.sock": the name of a backend, and nothing else. */
static bool
is_socket_name(struct str name)
{
	return name.n > 5 && system_backend_ok(str_head(name, name.n - 5));
}

bool
look_sockets(struct doctor *d, struct str **out, size_t *n)
{
	struct str *names = NULL;
	struct err e = {0};
	size_t all = 0;

	*n = 0;
	*out = ARENA_ARRAY(d->a, struct str, SOCKETS_MAX);
	if (!file_list(d->a, d->conf->paths_run_dir.p, STR(".sock"), &names, &all, &e)) {
		doctor_unseen(d, "%s", e.msg);
		return false;
	}
	for (size_t i = 0; i < all && *n < SOCKETS_MAX; i++)
		if (is_socket_name(names[i]))
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
look_page(struct doctor *d, const char *path, struct http_answer *x)
{
	static const char *const at[] = {NULL, "127.0.0.1", "::1"};
	const char *url = str_fmt(d->a, "%s%s", d->conf->site_url.p, path).p;
	struct http_request rq = {.url = url, .limit_ms = PAGE_MS, .unverified = true};
	struct http_answer there;
	struct err e = {0};

	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		rq.at = at[i];
		if (!http_get(d->a, &rq, &there, &e)) {
			doctor_unseen(d, "%s", e.msg);
			return false;
		}
		if (i == 0 || there.result == HTTP_ANSWERED)
			*x = there;
		if (x->result != HTTP_NO_ADDRESS && x->result != HTTP_NO_CONNECT)
			break;
	}
	if (x->result != HTTP_ANSWERED)
		doctor_blocked(d, CHECK_address);
	return x->result == HTTP_ANSWERED;
}

/* ---- the web server ---- */

struct reading {
	struct doctor *d;
	struct buf text;
	const char *root; /* what names of files are relative to */
	struct str error;
};

static void read_conf(struct reading *, const char *file, int depth);

/* What an Include of Apache or an include of lighttpd names, with a star or without. */
static bool
included(struct str line, struct str *name)
{
	struct str word;

	if (!str_cut(&line, ' ', &word)
	    || !(str_eq_case(word, STR("Include")) || str_eq_case(word, STR("IncludeOptional"))))
		return false;
	line = str_trim(line);
	if (line.n > 1 && line.p[0] == '"' && line.p[line.n - 1] == '"')
		line = str_n(line.p + 1, line.n - 2);
	*name = line;
	return line.n > 0;
}

static void
read_included(struct reading *r, struct str name, int depth)
{
	const char *pattern = str_starts(name, STR("/")) ? str_zdup(r->d->a, name)
	                                                 : str_fmt(r->d->a, "%s/%.*s", r->root, STR_ARG(name)).p;
	glob_t g;

	if (glob(pattern, 0, NULL, &g) != 0)
		return;
	for (size_t i = 0; i < g.gl_pathc; i++)
		read_conf(r, g.gl_pathv[i], depth + 1);
	globfree(&g);
}

/* The lines of a configuration, with those that are included, without comments. */
static void
read_conf(struct reading *r, const char *file, int depth)
{
	struct str bytes, line, name;
	struct err e = {0};
	bool found;

	if (depth > INCLUDE_DEPTH)
		return;
	if (!file_find(r->d->a, file, CONF_FILE_B, &bytes, &found, &e)) {
		if (r->error.n == 0)
			r->error = str_dup(r->d->a, str_z(e.msg));
		return;
	}
	while (str_cut(&bytes, '\n', &line)) {
		line = str_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (included(line, &name)) {
			read_included(r, name, depth);
			continue;
		}
		buf_put(&r->text, line);
		buf_ch(&r->text, '\n');
	}
}

static enum look_kind
look_kind_of(const char *name)
{
	if (strcmp(name, "apache2") == 0 || strcmp(name, "httpd") == 0)
		return LOOK_APACHE;
	return strcmp(name, "lighttpd") == 0 ? LOOK_LIGHTTPD : LOOK_NONE;
}

static void
read_server(struct doctor *d, struct look_server *s)
{
	const char *slash = strrchr(s->conf, '/');
	struct reading r = {.d = d, .error = STR("")};

	buf_init(&r.text, d->a, CONF_TEXT_B);
	r.root = slash == NULL ? "/" : str_zdup(d->a, str_n(s->conf, (size_t)(slash - s->conf)));
	read_conf(&r, s->conf, 0);
	s->text = r.text.n == 0 ? STR("") : buf_str(&r.text);
	s->error = r.error;
	s->ours = str_find(s->text, str_fmt(d->a, "%s/", d->conf->paths_run_dir.p)) >= 0;
}

static const char *
default_conf(enum look_kind kind)
{
	return kind == LOOK_APACHE ? "/etc/apache2/apache2.conf" : "/etc/lighttpd/lighttpd.conf";
}

/* Any user may call a process lighttpd and give it any arguments; what they name is run as the caller, with the
 * configuration, which may name commands to run in its turn. So root takes only what is root's, and everybody else runs
 * nothing but programs of root's. */
static bool
may_be_asked(struct doctor *d, struct look_server *s)
{
	const char *usual = s->kind == LOOK_APACHE ? "/usr/sbin/apache2" : "/usr/sbin/lighttpd";
	bool roots = rights_is_roots(d->a, &s->program) && look_kind_of(strrchr(s->program, '/') + 1) == s->kind;

	if (geteuid() == 0)
		return roots && rights_is_roots(d->a, &s->conf);
	if (!roots)
		s->program = usual;
	return true;
}

/* False when it may not be asked. */
static bool
take_process(struct doctor *d, const struct proc *p, struct look_server *s)
{
	struct str rest = p->arguments;
	const char *arg = proc_argument(&rest);

	*s = (struct look_server){.kind = look_kind_of(p->name), .pid = p->pid, .uid = p->uid};
	s->conf = default_conf(s->kind);
	s->program = proc_program(d->a, p->pid);
	if (s->program == NULL)
		s->program = arg != NULL && arg[0] == '/' ? arg : str_fmt(d->a, "/usr/sbin/%s", p->name).p;
	while ((arg = proc_argument(&rest)) != NULL)
		if (strcmp(arg, "-f") == 0 && (arg = proc_argument(&rest)) != NULL)
			s->conf = arg;
	if (!may_be_asked(d, s)) {
		s->text = STR("");
		s->error = str_fmt(d->a,
		    "process %d (%s) is passed over: others than root can change its program or its configuration",
		    p->pid, p->name);
		return false;
	}
	read_server(d, s);
	return true;
}

/* Its children are the ones that open sockets and files; lighttpd itself becomes the user. */
static unsigned
uid_of_children(const struct proc *list, size_t n, const struct proc *master)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].parent == master->pid && strcmp(list[i].name, master->name) == 0)
			return list[i].uid;
	return master->uid;
}

static bool
is_master(const struct proc *list, size_t n, const struct proc *p)
{
	if (look_kind_of(p->name) == LOOK_NONE)
		return false;
	for (size_t i = 0; i < n; i++)
		if (list[i].pid == p->parent && strcmp(list[i].name, p->name) == 0)
			return false;
	return true;
}

/* The port of site.url. */
static unsigned
port_of(const struct conf *c)
{
	struct err e = {0};
	struct urls u;

	return urls_init(&u, c->site_url, &e) ? u.port : 0;
}

/* Of several that know our sockets, the one that listens where site.url leads. */
bool
look_server(struct doctor *d, struct look_server *best)
{
	struct look_server s, passed = {.kind = LOOK_NONE};
	struct proc *list;
	struct err e = {0};
	size_t n;
	int listens;

	*best = (struct look_server){.kind = LOOK_NONE};
	if (!proc_list(d->a, &list, &n, &e))
		n = 0;
	listens = n == 0 ? 0 : proc_listening(d->a, list, n, port_of(d->conf));
	for (size_t i = 0; i < n; i++) {
		if (!is_master(list, n, &list[i]))
			continue;
		if (!take_process(d, &list[i], &s)) {
			passed = s;
			continue;
		}
		if (s.text.n == 0 && s.error.n == 0) /* it is gone, or just begins */
			continue;
		s.uid = uid_of_children(list, n, &list[i]);
		if (best->kind == LOOK_NONE || (s.ours && (!best->ours || list[i].pid == listens)))
			*best = s;
	}
	for (int kind = LOOK_APACHE; best->kind == LOOK_NONE && kind <= LOOK_LIGHTTPD; kind++) {
		s = (struct look_server){.kind = (enum look_kind)kind, .conf = default_conf((enum look_kind)kind)};
		s.program = kind == LOOK_APACHE ? "/usr/sbin/apache2" : "/usr/sbin/lighttpd";
		if (access(s.conf, F_OK) != 0 || access(s.program, F_OK) != 0)
			continue;
		read_server(d, &s);
		*best = s;
	}
	if (best->kind == LOOK_NONE)
		*best = passed;
	return best->kind != LOOK_NONE;
}

const char *
look_id(struct doctor *d, struct str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!isxdigit((unsigned char)id.p[i]))
			return "-";
	return id.n == 0 ? "-" : str_zdup(d->a, id);
}

const char *
look_start(struct doctor *d, const char *what)
{
	if (system_is_there())
		return str_fmt(d->a, "systemctl restart %s", what).p;
	return str_fmt(d->a, "start %s again (no systemd here; under it: systemctl restart %s)", what, what).p;
}

const char *
look_unit(struct doctor *d)
{
	struct look_server s;

	return look_server(d, &s) && s.kind == LOOK_LIGHTTPD ? "lighttpd" : "apache2";
}

const char *
look_reload(struct doctor *d)
{
	return str_fmt(d->a, "systemctl reload %s", look_unit(d)).p;
}
