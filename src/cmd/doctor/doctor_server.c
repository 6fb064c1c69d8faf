/* The web server. Its program prints and tests the configuration files, which it reads at its next start. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/run.h"
#include "cmd/doctor/doctor_judge.h"
#include "plat/host/proc.h"
#include "plat/text/file.h"

#define CONF_FILE_B ((size_t)1 << 20)
#define CONF_TEXT_B ((size_t)8 << 20)
#define EVENT_SERVERS 16 /* the defaults of Apache's event MPM */
#define EVENT_THREADS 25
#define THREADS_MIN 400
#define THREADS_PER_WORKER 16

static const struct server {
	const char *name, *process, *program, *conf, *print[6], *test;
} servers[] = {
    [LOOK_NONE] = {.process = "httpd"}, /* Apache's name elsewhere */
    [LOOK_APACHE] = {"Apache", "apache2", "/usr/sbin/apache2", "/etc/apache2/apache2.conf",
	{"-t", "-D", "DUMP_INCLUDES", "-D", "DUMP_MODULES"}, "apache2ctl -t"},
    [LOOK_LIGHTTPD] = {"lighttpd", "lighttpd", "/usr/sbin/lighttpd", "/etc/lighttpd/lighttpd.conf", {"-p"},
	"lighttpd -tt"},
};

static bool
has_module(struct str text, const char *name)
{
	char line[48] = "";

	snprintf(line, sizeof(line), " %s_module ", name);
	return str_find(text, str_z(line)) >= 0;
}

const char *
doctor_apache_lacks(struct str text, size_t *i)
{
	static const char *const names[] = {"alias", "headers", "lbmethod_bybusyness", "mime", "proxy",
	    "proxy_balancer", "proxy_fcgi", "setenvif", "slotmem_shm"};

	while (*i < ARRAY_LEN(names))
		if (!has_module(text, names[(*i)++]))
			return names[*i - 1];
	return NULL;
}

/* The number behind the last line that begins with the directive. */
static uint64_t
last_number(struct str text, const char *directive, uint64_t otherwise)
{
	struct str line, rest;
	size_t length = strlen(directive);
	uint64_t n = otherwise, found;

	while (str_cut(&text, '\n', &line)) {
		line = str_trim(line);
		rest = str_from(line, length);
		if (str_eq_case(str_head(line, length), str_z(directive)) && rest.n > 0
		    && isspace((unsigned char)rest.p[0]) && num_u64(str_trim(rest), 1, UINT32_MAX, &found))
			n = found;
	}
	return n;
}

uint64_t
doctor_apache_threads(struct str text)
{
	uint64_t room = last_number(text, "ServerLimit", EVENT_SERVERS)
			* last_number(text, "ThreadsPerChild", EVENT_THREADS);
	uint64_t most = last_number(text, "MaxRequestWorkers", room);

	return most < room ? most : room;
}

struct str
doctor_server_wants(struct arena *a, struct str text)
{
	static const char of[][2][24] = {{"BalancerMember", "proxy"}, {"ProxyPass", "proxy"}, {"ProxySet", "proxy"},
	    {"<Proxy", "proxy"}, {"ProxyErrorOverride", "proxy"}, {"Alias", "alias"}, {"RedirectMatch", "alias"},
	    {"Header", "headers"}, {"SetEnvIf", "setenvif"}, {"RequestReadTimeout", "reqtimeout"},
	    {"DeflateAlterETag", "deflate"}, {"AddOutputFilterByType", "filter"}, {"AddType", "mime"},
	    {"SSLEngine", "ssl"}};
	const struct str invalid = STR("Invalid command '");
	ptrdiff_t at = str_find(text, invalid), mod = str_find(text, STR("mod_"));
	struct str rest = str_from(text, (size_t)at + invalid.n), directive;
	size_t n = 0;

	if (at >= 0 && str_cut(&rest, '\'', &directive)) {
		for (size_t i = 0; i < ARRAY_LEN(of); i++)
			if (str_eq_z(directive, of[i][0]))
				return str_z(of[i][1]);
		return STR_NONE;
	}
	/* lighttpd: "dlopen() failed for: /usr/lib/lighttpd/mod_deflate.so ..." */
	if (mod < 0 || str_find(text, STR("dlopen()")) < 0)
		return STR_NONE;
	text = str_from(text, (size_t)mod);
	while (n < text.n && (isalnum((unsigned char)text.p[n]) || text.p[n] == '_'))
		n++;
	return str_dup(a, str_head(text, n));
}

bool
doctor_server_socket(struct arena *a, struct str *text, const char *folder, struct str *socket)
{
	struct str head = str_fmt(a, "%s/", folder);
	ptrdiff_t at;

	while ((at = str_find(*text, head)) >= 0) {
		size_t n = head.n;

		*text = str_from(*text, (size_t)at);
		while (n < text->n && (isalnum((unsigned char)text->p[n]) || text->p[n] == '-'))
			n++;
		*socket = str_dup(a, str_head(*text, n + 5));
		*text = str_from(*text, n);
		if (n > head.n && str_ends(*socket, STR(".sock")))
			return true;
	}
	return false;
}

/* Runs the server's program on its configuration. Debian's Apache needs the settings of apache2ctl. */
static bool
server_run(struct doctor *d, struct look_server *s, const char *const args[], struct str *text)
{
	bool debian = s->kind == LOOK_APACHE && strcmp(s->conf, servers[LOOK_APACHE].conf) == 0;
	const char *argv[12] = {debian ? "apache2ctl" : s->program, "-f", s->conf};
	size_t n = debian ? 1 : 3;
	struct err e = {0};
	int status;

	while (*args != NULL)
		argv[n++] = *args++;
	if (!run_read(d->a, argv, text, &status, &e)) {
		s->refused = str_zdup(d->a, str_z(e.msg));
		return false;
	}
	return status == 0;
}

/* Concatenates the files in Apache's list ("  (12) /etc/apache2/ports.conf") without their comments. */
static struct str
apache_text(struct doctor *d, struct str list)
{
	struct str line, bytes, mark;
	struct err e = {0};
	struct buf b;
	bool found;

	buf_init(&b, d->a, CONF_TEXT_B);
	while (str_cut(&list, '\n', &line)) {
		if (!str_starts(str_trim(line), STR("(")) || !str_cut(&line, ')', &mark)
		    || !file_find(d->a, str_zdup(d->a, str_trim(line)), CONF_FILE_B, &bytes, &found, &e))
			continue;
		while (str_cut(&bytes, '\n', &line))
			if (!str_starts(str_trim(line), STR("#")))
				buf_fmt(&b, "%.*s\n", STR_ARG(line));
	}
	return b.n == 0 ? STR("") : buf_str(&b);
}

static void
server_read(struct doctor *d, struct look_server *s)
{
	static const char *const test[] = {"-tt", NULL};
	bool printed = server_run(d, s, servers[s->kind].print, &s->said);

	s->text = s->said;
	if (s->kind == LOOK_APACHE)
		s->text = apache_text(d, s->said);
	else if (!printed)
		s->text = STR("");
	s->sound = printed && (s->kind == LOOK_APACHE || server_run(d, s, test, &s->said));
	s->ours = str_find(s->text, str_fmt(d->a, "%s/", d->conf->paths_run_dir.p)) >= 0;
}

/* Any user can start a process named lighttpd, with a program and a configuration of their choice. The configuration
 * names commands and modules. All of these would run as the caller, so only files that nobody but root can change are
 * used; an ordinary user may also use their own configuration. */
static bool
may_ask(struct doctor *d, struct look_server *s)
{
	struct stat st;

	if (!rights_only_root_changes(d->a, &s->program)
	    || strcmp(strrchr(s->program, '/') + 1, strrchr(servers[s->kind].program, '/') + 1) != 0) {
		if (geteuid() == 0)
			return false;
		s->program = servers[s->kind].program;
	}
	return rights_only_root_changes(d->a, &s->conf)
	       || (geteuid() != 0 && stat(s->conf, &st) == 0 && st.st_uid == geteuid());
}

static enum look_kind
kind_of(const char *process)
{
	for (int k = LOOK_LIGHTTPD; k >= LOOK_NONE; k--)
		if (strcmp(process, servers[k].process) == 0)
			return k == LOOK_NONE ? LOOK_APACHE : (enum look_kind)k;
	return LOOK_NONE;
}

/* True for the parent of a web server's processes. *uid: the user of the children, which open sockets and files. */
static bool
is_master(const struct proc *list, size_t n, const struct proc *p, unsigned *uid)
{
	*uid = p->uid;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i].name, p->name) != 0)
			continue;
		if (list[i].pid == p->parent)
			return false;
		if (list[i].parent == p->pid)
			*uid = list[i].uid;
	}
	return kind_of(p->name) != LOOK_NONE;
}

static struct look_server
server_of(struct doctor *d, const struct proc *p, unsigned uid)
{
	struct look_server s = {.kind = kind_of(p->name), .pid = p->pid, .uid = uid, .text = STR(""), .said = STR("")};
	struct str rest = p->arguments;
	const char *arg = proc_argument(&rest);

	s.conf = servers[s.kind].conf;
	s.program = proc_program(d->a, p->pid);
	if (s.program == NULL)
		s.program = arg != NULL && arg[0] == '/' ? arg : servers[s.kind].program;
	while ((arg = proc_argument(&rest)) != NULL)
		if (strcmp(arg, "-f") == 0 && (arg = proc_argument(&rest)) != NULL)
			s.conf = arg;
	if (may_ask(d, &s))
		server_read(d, &s);
	else
		s.refused = str_fmt(d->a, "process %d (%s) is ignored: users other than root can change its program or "
					  "configuration", p->pid, p->name).p;
	return s;
}

/* Prefers the server that names our sockets, then the one at the port of site.url: a broken configuration is empty. */
bool
look_server(struct doctor *d, struct look_server *best)
{
	struct proc *list = NULL;
	struct err e = {0};
	size_t n = 0;
	int listens, most = -1;
	unsigned uid;

	*best = (struct look_server){.kind = LOOK_NONE, .text = STR("")};
	if (!proc_list(d->a, &list, &n, &e))
		n = 0;
	listens = n == 0 ? 0 : proc_listening(d->a, list, n, d->urls->port);
	for (size_t i = 0; i < n; i++) {
		struct look_server s;
		int score;

		if (!is_master(list, n, &list[i], &uid))
			continue;
		s = server_of(d, &list[i], uid);
		s.ours |= s.refused == NULL && !s.sound && s.text.n == 0 && s.pid == listens;
		score = s.refused != NULL ? 0 : 1 + 2 * s.ours + (s.pid == listens);
		if (score > most) {
			most = score;
			*best = s;
		}
	}
	for (int k = LOOK_APACHE; k <= LOOK_LIGHTTPD && most < 1; k++) {
		if (access(servers[k].conf, F_OK) != 0 || access(servers[k].program, F_OK) != 0)
			continue;
		*best = (struct look_server){
		    .kind = (enum look_kind)k, .program = servers[k].program, .conf = servers[k].conf, .said = STR("")};
		server_read(d, best);
		most = 1;
	}
	return best->kind != LOOK_NONE;
}

const char *
look_restart(struct doctor *d, enum look_kind kind, const char *verb)
{
	return str_fmt(d->a,
	    kind == LOOK_LIGHTTPD ? "lighttpd -tt -f /etc/lighttpd/lighttpd.conf && systemctl %s lighttpd"
				  : "apache2ctl configtest && systemctl %s apache2",
	    verb).p;
}

static const char *
enable(struct doctor *d, enum look_kind kind, struct str module)
{
	const char *restart = look_restart(d, kind, "restart");

	if (kind == LOOK_APACHE)
		return str_fmt(d->a, "a2enmod %.*s && %s", STR_ARG(module), restart).p;
	if (str_eq_z(module, "mod_deflate") || str_eq_z(module, "mod_openssl"))
		return str_fmt(d->a, "apt install lighttpd-mod-%s && %s", module.p + 4, restart).p;
	return str_fmt(d->a, "reinstall lighttpd, which lacks %.*s", STR_ARG(module)).p;
}

/* The line with the reason: the last one that is not a summary. */
static const char *
reason(struct doctor *d, struct str text)
{
	static const char *const summaries[] = {"Action '", "The Apache error log", "AH00558", "going down"};
	struct str line, best = STR("");

	while (str_cut(&text, '\n', &line)) {
		bool summary = str_trim(line).n == 0;

		for (size_t i = 0; i < ARRAY_LEN(summaries); i++)
			summary |= str_find(line, str_z(summaries[i])) >= 0;
		if (!summary)
			best = str_trim(line);
	}
	return str_zdup(d->a, best);
}

static void
report_broken(struct doctor *d, const struct look_server *s)
{
	const struct server *k = &servers[s->kind];
	struct str module = doctor_server_wants(d->a, s->said);

	if (module.n > 0)
		FIND(d, module_missing, "NAME", k->name, "MODULE", str_zdup(d->a, module), "REASON", reason(d, s->said),
		    "HINT", enable(d, s->kind, module));
	else
		FIND(d, web_broken, "NAME", k->name, "FILE", s->conf, "REASON", reason(d, s->said), "HINT",
		    s->kind == LOOK_APACHE ? k->test : str_fmt(d->a, "%s -f %s", k->test, s->conf).p);
}

/* Checks that the configuration names exactly the sockets that exist. */
static void
compare_sockets(struct doctor *d, const struct look_server *s)
{
	struct str *sockets, rest = s->text, named;
	size_t n;

	if (!look_sockets(d, &sockets, &n))
		return;
	for (size_t i = 0; i < n; i++)
		if (str_find(s->text, sockets[i]) < 0)
			FIND(d, web_stale, "REASON",
			    str_fmt(d->a, "the backend %s is not in the configuration %s", sockets[i].p, s->conf).p);
	while (doctor_server_socket(d->a, &rest, d->conf->paths_run_dir.p, &named)) {
		bool found = false;

		for (size_t i = 0; i < n; i++)
			found |= str_eq(sockets[i], named);
		if (!found)
			FIND(d, backend_gone, "FILE", s->conf, "SOCKET", named.p, "BACKEND", look_backend(d, named));
	}
}

/* Checks that the web server passes the path of site.url to the backends, and waits longer than a worker may take.
 * Otherwise visitors get 504 although the worker's own page is about to arrive. */
static void
compare_settings(struct doctor *d, const struct look_server *s)
{
	const bool apache = s->kind == LOOK_APACHE;
	const struct str word = apache ? STR(" timeout=") : STR("\"read-timeout\""), base = d->urls->base;
	const struct str at_base = base.n > 0 ? base : STR("/");
	struct str pass = str_fmt(d->a, apache ? "ProxyPass \"%.*s\" " : "\"%.*s\" => (", STR_ARG(at_base));
	int64_t need_ms = d->conf->web_deadline_ms + d->conf->web_grace_ms;
	ptrdiff_t at = str_find(s->text, word);
	struct str rest = at < 0 ? STR("") : str_from(s->text, (size_t)at + word.n);
	uint64_t given_s;
	size_t n = 0;

	while (rest.n > 0 && strchr(" =>", rest.p[0]) != NULL) /* lighttpd aligns values */
		rest = str_from(rest, 1);
	if (str_find(s->text, pass) < 0)
		FIND(d, web_stale, "REASON",
		    str_fmt(d->a, "the configuration %s does not pass \"%.*s/\", the path of site.url, to the backends",
			s->conf, STR_ARG(base)).p);
	while (n < rest.n && isdigit((unsigned char)rest.p[n]))
		n++;
	if (num_u64(str_head(rest, n), 0, INT32_MAX, &given_s) && (int64_t)given_s * 1000 < need_ms)
		FIND(d, web_stale, "REASON",
		    str_fmt(d->a, "the configuration %s gives a worker %llu s; "
				  "web.deadline_ms and web.grace_ms are %lld ms together",
			s->conf, (unsigned long long)given_s, (long long)need_ms).p);
}

/* The commands that put the shop into a server's configuration. */
static const char *
put_in(struct doctor *d, enum look_kind kind)
{
	const struct conf_list *hosts = &d->conf->web_hosts;
	bool everywhere = false;

	if (kind == LOOK_LIGHTTPD)
		return str_fmt(d->a, "kontor publish; lighty-enable-mod kontor; %s",
		    look_restart(d, kind, "restart")).p;
	for (size_t i = 0; i < hosts->n; i++)
		everywhere |= str_eq_z(hosts->v[i], "*");
	if (everywhere && d->urls->base.n > 0)
		return "kontor publish; a2enconf kontor && apache2ctl configtest && systemctl reload apache2";
	return str_fmt(d->a,
	    "kontor publish; put \"Include %s/apache.conf\" into the <VirtualHost> of %.*s (an example: "
	    "/usr/share/doc/kontor/examples/apache-vhost.conf) && a2ensite its file; apache2ctl configtest && "
	    "systemctl reload apache2",
	    d->conf->paths_web_dir.p, STR_ARG(d->urls->name)).p;
}

/* Each client whose request or answer is under way holds a thread, also a slow one. */
static void
check_threads(struct doctor *d, const struct look_server *s)
{
	uint64_t threads = doctor_apache_threads(s->text), workers = 0;
	struct stats_report r;

	if (look_stats(d, &r))
		workers = look_alive(&r, STATS_WORKER);
	if (threads < THREADS_MIN || threads < workers * THREADS_PER_WORKER)
		FIND(d, threads_few, "N", doctor_n(d, (int64_t)threads), "WORKERS", doctor_n(d, (int64_t)workers),
		    "HINT", look_restart(d, s->kind, "restart"));
}

static void
check_optional(struct doctor *d, const struct look_server *s)
{
	static const char *const numbers[] = {"include", "unique_id"};
	static const char *const modules[][2] = {{"deflate", "pages are sent uncompressed"},
	    {"filter", "pages are sent uncompressed"}, {"reqtimeout", "slow clients keep their connections"}};

	for (size_t i = 0; i < ARRAY_LEN(modules); i++)
		if (!has_module(s->said, modules[i][0]))
			FIND(d, module_off, "MODULE", modules[i][0], "WHY", modules[i][1], "HINT",
			    enable(d, s->kind, str_z(modules[i][0])));
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if (!has_module(s->said, numbers[i]))
			FIND(d, module_numbers, "MODULE", numbers[i], "HINT", enable(d, s->kind, str_z(numbers[i])));
}

/* Reports another program at the port of site.url, unless it is a proxy that passes requests on to the shop. */
static bool
check_port(struct doctor *d, const struct look_server *s)
{
	struct proc *list;
	struct http_answer x;
	struct err e = {0};
	size_t n;
	int pid;

	if (!proc_list(d->a, &list, &n, &e) || (pid = proc_listening(d->a, list, n, d->urls->port)) == 0)
		return true;
	for (size_t i = 0; i < n; i++) {
		if (list[i].pid != pid || kind_of(list[i].name) != LOOK_NONE)
			continue;
		if (look_get(d, str_fmt(d->a, "%s/healthz", d->conf->site_url.p).p, true, &x)
		    && http_header(&x, STR("X-Request-Id")).n > 0)
			return true;
		FIND(d, port_taken, "N", doctor_n(d, d->urls->port), "NAME", list[i].name, "PID", doctor_n(d, pid),
		    "HINT", look_restart(d, s->kind, "restart"));
		return false;
	}
	return true;
}

void
check_web_server(struct doctor *d)
{
	struct look_server s;
	const char *name;
	size_t i = 0;

	if (!look_server(d, &s)) {
		if (check_port(d, &s))
			FIND(d, web_none);
		return;
	}
	(void)check_port(d, &s);
	if (s.refused != NULL) {
		doctor_unseen(d, "%s", s.refused);
		return;
	}
	doctor_note(d, "%s, %s", servers[s.kind].name, s.conf);
	if (!s.ours)
		FIND(d, web_off, "FILE", s.conf, "HINT", put_in(d, s.kind));
	else if (!s.sound && geteuid() != 0 && s.uid != geteuid())
		doctor_unseen(d, "%s: only root can test it, since only root can read the keys", s.conf);
	else if (!s.sound)
		report_broken(d, &s);
	if (!s.ours || !s.sound)
		return;
	while (s.kind == LOOK_APACHE && (name = doctor_apache_lacks(s.said, &i)) != NULL)
		FIND(d, module_missing, "NAME", "Apache", "MODULE", name, "REASON", s.conf, "HINT",
		    enable(d, s.kind, str_z(name)));
	if (s.kind == LOOK_APACHE) {
		check_optional(d, &s);
		check_threads(d, &s);
	}
	compare_sockets(d, &s);
	compare_settings(d, &s);
}
