/* The web server: its configuration as it lies on the disk, which is what it has after its next start. */
#include "cmd/doctor/doctor_server.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/num.h"
#include "cmd/doctor/doctor.h"
#include "plat/host/run.h"
#include "view/url.h"

static const char *const apache_modules[] = {"alias", "deflate", "filter", "headers", "lbmethod_bybusyness", "mime",
    "proxy", "proxy_balancer", "proxy_fcgi", "reqtimeout", "setenvif", "slotmem_shm"};

const char *
doctor_apache_lacks(struct str text, size_t *i)
{
	while (*i < ARRAY_LEN(apache_modules)) {
		const char *name = apache_modules[(*i)++];
		char line[64] = " ";

		/* " proxy_fcgi_module (shared)" */
		strncpy(line + 1, name, sizeof(line) - 12);
		memcpy(line + strlen(line), "_module ", 9);
		if (str_find(text, str_z(line)) < 0)
			return name;
	}
	return NULL;
}

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

struct str
doctor_server_wants(struct arena *a, struct str text)
{
	static const struct {
		const char *directive, *module;
	} of[] = {{"BalancerMember", "proxy"}, {"ProxyPass", "proxy"}, {"ProxySet", "proxy"}, {"<Proxy", "proxy"},
	    {"ProxyErrorOverride", "proxy"}, {"Alias", "alias"}, {"RedirectMatch", "alias"}, {"Header", "headers"},
	    {"SetEnvIf", "setenvif"}, {"RequestReadTimeout", "reqtimeout"}, {"DeflateAlterETag", "deflate"},
	    {"AddOutputFilterByType", "filter"}, {"AddType", "mime"}, {"SSLEngine", "ssl"}};
	const struct str invalid = STR("Invalid command '"), mod = STR("mod_");
	ptrdiff_t at = str_find(text, invalid);
	size_t n = 0;

	if (at >= 0) {
		struct str rest = str_from(text, (size_t)at + invalid.n), directive;

		if (str_cut(&rest, '\'', &directive))
			for (size_t i = 0; i < ARRAY_LEN(of); i++)
				if (str_eq_z(directive, of[i].directive))
					return str_z(of[i].module);
		return STR_NONE;
	}
	/* lighttpd: "dlopen() failed for: /usr/lib/lighttpd/mod_deflate.so ..." */
	if (str_find(text, STR("dlopen()")) < 0 || (at = str_find(text, mod)) < 0)
		return STR_NONE;
	text = str_from(text, (size_t)at);
	while (n < text.n && is_word(text.p[n]))
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

/* ---- asking the program ---- */

static const char *
enable(struct doctor *d, enum look_kind kind, struct str module)
{
	if (kind == LOOK_APACHE)
		return str_fmt(d->a, "a2enmod %.*s && systemctl restart apache2", STR_ARG(module)).p;
	if (str_eq_z(module, "mod_deflate") || str_eq_z(module, "mod_openssl"))
		return str_fmt(d->a, "apt install lighttpd-mod-%s && systemctl restart lighttpd", str_from(module, 4).p)
		    .p;
	return str_fmt(d->a, "reinstall lighttpd, which lacks %s", module.p).p;
}

/* Runs the server with these arguments over its own configuration. With Debian's, Apache needs the settings that
 * apache2ctl gives it. */
static bool
ask_server(struct doctor *d, const struct look_server *s, const char *what, struct str *text, int *status)
{
	const char *const plain[] = {s->program, what, "-f", s->conf, NULL}, *const ctl[] = {"apache2ctl", what, NULL};
	bool debian = s->kind == LOOK_APACHE && str_eq_z(STR("/etc/apache2/apache2.conf"), s->conf);
	struct err e = {0};

	if (run_read(d->a, debian ? ctl : plain, text, status, &e))
		return true;
	doctor_unseen(d, "%s", e.msg);
	return false;
}

/* One line of what it said: the last, which is the one with the reason, unless it is a summary. */
static const char *
reason(struct doctor *d, struct str text)
{
	struct str line, best = STR("");

	while (str_cut(&text, '\n', &line)) {
		line = str_trim(line);
		if (line.n > 0 && !str_starts(line, STR("Action '")) && !str_starts(line, STR("The Apache error log"))
		    && str_find(line, STR("AH00558")) < 0)
			best = str_find(line, STR("going down")) >= 0 && best.n > 0 ? best : line;
	}
	return str_zdup(d->a, best);
}

static bool
check_config_test(struct doctor *d, const struct look_server *s)
{
	const bool apache = s->kind == LOOK_APACHE;
	const char *test = str_fmt(d->a, apache ? "apache2ctl -t" : "lighttpd -tt -f %s", s->conf).p;
	struct str text, module;
	struct stat st;
	int status;

	if (geteuid() != 0 && (stat(s->conf, &st) != 0 || st.st_uid != geteuid())) {
		doctor_unseen(d, "%s: only root can test it, who may read the keys", s->conf);
		return false;
	}
	if (!ask_server(d, s, apache ? "-t" : "-tt", &text, &status) || status == 0)
		return status == 0;
	module = doctor_server_wants(d->a, text);
	if (module.n > 0)
		doctor_find(d, FOUND_module_missing, WITH("HINT", enable(d, s->kind, module)),
		    "%s lacks the module %.*s: %s", apache ? "Apache" : "lighttpd", STR_ARG(module), reason(d, text));
	else
		doctor_find(d, FOUND_web_broken, WITH("HINT", test), "%s refuses its configuration %s: %s",
		    apache ? "Apache" : "lighttpd", s->conf, reason(d, text));
	return false;
}

static void
check_modules(struct doctor *d, const struct look_server *s)
{
	const char *name;
	struct str text;
	size_t i = 0;
	int status;

	if (s->kind != LOOK_APACHE || !ask_server(d, s, "-M", &text, &status) || status != 0)
		return;
	while ((name = doctor_apache_lacks(text, &i)) != NULL)
		doctor_find(d, FOUND_module_missing, WITH("HINT", enable(d, s->kind, str_z(name))),
		    "Apache lacks the module %s (%s)", name, s->conf);
}

/* ---- reading the configuration ---- */

static const char *
enable_conf(struct doctor *d, const struct look_server *s)
{
	if (s->kind == LOOK_APACHE)
		return access("/etc/apache2/sites-available/kontor.conf", F_OK) == 0
		           ? "kontor publish; a2ensite kontor && systemctl reload apache2"
		           : "kontor publish; a2enconf kontor && systemctl reload apache2";
	return str_fmt(d->a, "kontor publish; %s && systemctl restart lighttpd", "lighty-enable-mod kontor").p;
}

/* Each socket that it names is there, and each that is there is named. */
static void
compare_sockets(struct doctor *d, const struct look_server *s)
{
	struct str *sockets, rest = s->text, named;
	size_t n;

	if (!look_sockets(d, &sockets, &n))
		return;
	for (size_t i = 0; i < n; i++)
		if (str_find(s->text, sockets[i]) < 0)
			doctor_find(d, FOUND_web_stale, NULL, "the backend %s is not in the configuration %s",
			    sockets[i].p, s->conf);
	while (doctor_server_socket(d->a, &rest, d->conf->paths_run_dir.p, &named)) {
		bool found = false;

		for (size_t i = 0; i < n; i++)
			found |= str_eq(sockets[i], named);
		if (!found)
			doctor_find(d, FOUND_backend_gone,
			    WITH("START", look_start(d, str_fmt(d->a, "kontor@%s", look_backend(d, named)).p)),
			    "the configuration %s names the backend %s, which is not there", s->conf, named.p);
	}
}

static void
compare_base(struct doctor *d, const struct look_server *s)
{
	struct urls u;
	struct err e = {0};
	struct str line;

	if (!urls_init(&u, d->conf->site_url, &e))
		return;
	line = s->kind == LOOK_APACHE ? str_fmt(d->a, "ProxyPass \"%.*s/\" ", STR_ARG(u.base))
	                              : str_fmt(d->a, "fastcgi.server = ( \"%.*s/\" ", STR_ARG(u.base));
	if (str_find(s->text, line) < 0)
		doctor_find(d, FOUND_web_stale, NULL,
		    "the configuration %s does not give \"%.*s/\", the path of site.url, to the backends", s->conf,
		    STR_ARG(u.base));
}

/* It must wait longer than a worker may work: else visitors get 504 while the worker's own page is on its way. */
static void
compare_times(struct doctor *d, const struct look_server *s)
{
	const struct str word = s->kind == LOOK_APACHE ? STR(" timeout=") : STR("\"read-timeout\" => ");
	int64_t need_ms = d->conf->web_deadline_ms + d->conf->web_grace_ms;
	ptrdiff_t at = str_find(s->text, word);
	struct str rest = at < 0 ? STR("") : str_from(s->text, (size_t)at + word.n);
	uint64_t given_s;
	size_t n = 0;

	while (n < rest.n && isdigit((unsigned char)rest.p[n]))
		n++;
	if (num_u64(str_head(rest, n), 0, INT32_MAX, &given_s) && (int64_t)given_s * 1000 < need_ms)
		doctor_find(d, FOUND_web_stale, NULL,
		    "the configuration %s gives a worker %llu s; web.deadline_ms and web.grace_ms are %lld ms together",
		    s->conf, (unsigned long long)given_s, (long long)need_ms);
}

void
check_web_server(struct doctor *d)
{
	struct look_server s;

	if (!look_server(d, &s)) {
		doctor_find(d, FOUND_web_none, NULL, "there is neither Apache nor lighttpd");
		return;
	}
	if (s.text.n == 0) {
		doctor_unseen(d, "%s", s.error.n > 0 ? s.error.p : s.conf);
		return;
	}
	doctor_note(d, "%s, %s", s.kind == LOOK_APACHE ? "Apache" : "lighttpd", s.conf);
	if (!s.ours) {
		doctor_find(d, FOUND_web_off, WITH("HINT", enable_conf(d, &s)),
		    "no web server's configuration names the backends in %s (looked at %s)", d->conf->paths_run_dir.p,
		    s.conf);
		return;
	}
	if (!check_config_test(d, &s))
		return;
	check_modules(d, &s);
	compare_sockets(d, &s);
	compare_base(d, &s);
	compare_times(d, &s);
}
