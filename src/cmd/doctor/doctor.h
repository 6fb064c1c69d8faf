/* doctor.h - `kontor doctor`: checks of the whole installation, and their findings.
 *
 * doctor.def is the table of checks and findings. Each check runs in a child process under a time limit
 * (plat/host/task.h), several at a time, and none changes anything. Checks that lack privileges are reported as
 * skipped, not as findings.
 *
 * doctor.c: the command and its output. doctor_find.c: the reports of a check. doctor_look.c: helpers of several areas.
 * doctor_AREA.c: the checks. doctor_judge.h: their pure parts. */
#ifndef KONTOR_CMD_DOCTOR_DOCTOR_H
#define KONTOR_CMD_DOCTOR_DOCTOR_H

#include "base/buf.h"
#include "plat/conf/conf.h"
#include "plat/host/http.h"
#include "plat/host/rights.h"
#include "plat/stats/stats_report.h"
#include "view/url.h"

enum doctor_level { DOCTOR_ADVICE, DOCTOR_FAULT };

#define FINDING(name, level, text, effect, remedy)
#define CHECK(name, limit_s, promise) CHECK_##name,
enum doctor_check {
#include "cmd/doctor/doctor.def"
	CHECK__MAX
};
#undef CHECK
#undef FINDING
#define FINDING(name, level, text, effect, remedy) FOUND_##name,
#define CHECK(name, limit_s, promise)
enum doctor_finding {
#include "cmd/doctor/doctor.def"
	FOUND__MAX
};
#undef CHECK
#undef FINDING

struct site;
struct setting_rows;
struct doctor {
	struct arena *a;
	const struct site *site;
	const struct conf *conf; /* as much as could be read; look_settings() adds the database's settings */
	const struct conf *file; /* kontor.conf alone */
	const struct setting_rows *rows; /* of look_settings(); NULL: not read */
	const char *conf_file;
	const char *sql_dir;	  /* of grants.sql */
	const struct urls *urls; /* of site.url */
	struct buf *out;
	enum doctor_check check;
};

#define CHECK(name, limit_s, promise) void check_##name(struct doctor *);
#define FINDING(name, level, text, effect, remedy)
#include "cmd/doctor/doctor.def"
#undef CHECK
#undef FINDING

/* The rows of doctor.def. */
struct doctor_row {
	const char *name, *text, *effect, *remedy;
	enum doctor_level level;
};
struct doctor_job {
	const char *name, *promise;
	unsigned limit_s;
	void (*fn)(struct doctor *);
};
extern const struct doctor_row doctor_rows[FOUND__MAX];
extern const struct doctor_job doctor_jobs[CHECK__MAX];

/* FIND(d, socket_open, "FILE", path, ...) reports a finding. Its name is followed by pairs: the name of a {PLACEHOLDER}
 * in the row's texts, its value. */
#define FIND(d, name, ...) doctor_find(d, FOUND_##name, (const char *const[]){"", "", ##__VA_ARGS__, NULL})
void doctor_find(struct doctor *, enum doctor_finding, const char *const words[]);
const char *doctor_n(struct doctor *, int64_t); /* a number as the value of a placeholder */

/* Reports that something was skipped, and the reason, which is mostly missing privileges. */
void doctor_unseen(struct doctor *, const char *fmt, ...) PRINTF(2, 3);

/* Reports that the check was skipped because of a finding of the check `by`. */
void doctor_blocked(struct doctor *, enum doctor_check by);

/* A detail for --verbose. */
void doctor_note(struct doctor *, const char *fmt, ...) PRINTF(2, 3);

/* One report, received from the process of a check. */
enum doctor_kind { DOCTOR_FOUND, DOCTOR_UNSEEN, DOCTOR_BLOCKED, DOCTOR_NOTE };
struct doctor_said {
	enum doctor_kind kind;
	enum doctor_finding finding;
	struct str what, remedy;
};

/* Cuts the next report from the front of a check's output; false at the end. */
bool doctor_next(struct str *rest, struct doctor_said *);

/* Reads the counters. False if they cannot be read: then the check `counters` reports it. */
bool look_stats(struct doctor *, struct stats_report *);

/* Reads the merchant's settings of the database into d->rows and d->conf, if it gives them. */
void look_settings(struct doctor *);

/* The number of running processes of a role, in all backends. */
size_t look_alive(const struct stats_report *, enum stats_role);

/* The folder of a file, on the arena. */
const char *look_folder(struct arena *, const char *path);

/* True if the file can be read. Otherwise *absent says that it does not exist; any other reason is reported as
 * skipped. */
bool look_readable(struct doctor *, const char *path, bool *absent);

/* The workers' user. False, after a report, if it is not known. */
bool look_worker_user(struct doctor *, struct rights_user *);

/* The web server's user: the owner of its processes, else www-data. False, after a report, if neither is known. */
bool look_web_user(struct doctor *, struct rights_user *);

/* The backends' sockets, "/run/kontor/1.sock" and so on, sorted; *n may be 0. */
bool look_sockets(struct doctor *, struct str **, size_t *n);

/* The backend's name in the path of its socket: "1". */
const char *look_backend(struct doctor *, struct str socket);

/* Fetches a URL from its host or, if that cannot be reached, from 127.0.0.1 or ::1. */
bool look_get(struct doctor *, const char *url, bool unverified, struct http_answer *);

/* Fetches a path below site.url with any certificate. False without an answer, which the check `address` reports. */
bool look_page(struct doctor *, const char *path, struct http_answer *);

/* Finds the web server of this shop (`ours`), else any web server. The server itself prints its configuration. Since
 * this executes the program and what its configuration names, root does so only if nobody else can change either. */
enum look_kind { LOOK_NONE, LOOK_APACHE, LOOK_LIGHTTPD };
struct look_server {
	enum look_kind kind;
	bool ours;		   /* names our sockets, or is unreadable and at the port of site.url */
	int pid;		   /* 0: not running */
	unsigned uid;		   /* of its children */
	const char *program, *conf; /* their paths */
	struct str text;	   /* the configuration with all included files; empty: not known */
	struct str said;	   /* output of the configuration test; Apache's includes its modules */
	bool sound;		   /* the test passed */
	const char *refused;	   /* why the server was not run; NULL: it was run */
};
bool look_server(struct doctor *, struct look_server *);

/* The command that restarts or reloads a web server, if its configuration is valid: a server that was stopped with an
 * invalid one serves no site at all. */
const char *look_restart(struct doctor *, enum look_kind, const char *verb);

/* The id of a request if it may be used in a command, else "-": a foreign server may send anything. */
const char *look_id(struct doctor *, struct str);

#endif
