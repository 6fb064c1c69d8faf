/* doctor.h - `kontor doctor`: checks that look at one thing each, and what they found.
 *
 * doctor.def is the table of checks and of everything that they can find, with its remedy. Each check runs in a process
 * of its own under a time limit (plat/host/task.h), several run at a time, and none changes anything. Checks that lack
 * privileges are reported as skipped, not as findings.
 *
 * doctor.c: the command and its output. doctor_find.c: what a check may say. doctor_AREA.c: the checks. */
#ifndef KONTOR_CMD_DOCTOR_DOCTOR_H
#define KONTOR_CMD_DOCTOR_DOCTOR_H

#include "base/buf.h"
#include "plat/conf/conf.h"
#include "plat/db/db.h"
#include "plat/host/http.h"
#include "plat/host/proc.h"
#include "plat/host/rights.h"
#include "plat/stats/stats_report.h"

enum doctor_level { DOCTOR_ADVICE, DOCTOR_FAULT };

enum doctor_check {
#define CHECK(name, limit_s, promise) CHECK_##name,
#define FINDING(name, level, effect, remedy)
#include "cmd/doctor/doctor.def"
#undef CHECK
#undef FINDING
	CHECK__MAX
};

enum doctor_finding {
#define CHECK(name, limit_s, promise)
#define FINDING(name, level, effect, remedy) FOUND_##name,
#include "cmd/doctor/doctor.def"
#undef CHECK
#undef FINDING
	FOUND__MAX
};

/* What a check is given. */
struct doctor {
	struct arena *a;
	const struct conf *conf; /* of what could be read of it */
	const char *conf_file;
	const char *sql_dir; /* where grants.sql lies */
	struct buf *out;
	enum doctor_check check;
	unsigned said; /* how often a check has said what it says once */
};

/* What it may say. `words` are pairs that fill the remedy's {NAME}s, NULL behind the last: WITH("FILE", path). */
#define WITH(...) ((const char *const[]){__VA_ARGS__, NULL})
void doctor_find(struct doctor *, enum doctor_finding, const char *const words[], const char *what, ...) PRINTF(4, 5);

/* Something was not looked at, and why: who runs this may not. */
void doctor_unseen(struct doctor *, const char *fmt, ...) PRINTF(2, 3);

/* The same, because of what another check finds. */
void doctor_blocked(struct doctor *, enum doctor_check by);

/* What was seen, for --verbose. */
void doctor_note(struct doctor *, const char *fmt, ...) PRINTF(2, 3);

#define CHECK(name, limit_s, promise) void check_##name(struct doctor *);
#define FINDING(name, level, effect, remedy)
#include "cmd/doctor/doctor.def"
#undef CHECK
#undef FINDING

/* One thing that a check said, as its process hands it over. */
enum doctor_kind { DOCTOR_FOUND, DOCTOR_UNSEEN, DOCTOR_BLOCKED, DOCTOR_NOTE };
struct doctor_said {
	enum doctor_kind kind;
	enum doctor_finding finding;
	struct str what, remedy;
};

/* Takes the next one off the front of what a check said; false at the end. */
bool doctor_next(struct str *rest, struct doctor_said *);

/* ---- what several areas look at (doctor_look.c) ---- */

/* The counters; false when there are none to be read, which the check `counters` tells. */
bool look_stats(struct doctor *, struct stats_report *);

/* The folder that a file lies in, on the arena. */
const char *look_folder(struct arena *, const char *path);

/* Who the workers run as: the owner of one that lives, else the user kontor, else whose the folder of the counters
 * is. */
bool look_worker_user(struct doctor *, struct rights_user *);

/* The web server's user: that of its processes, else www-data. */
bool look_web_user(struct doctor *, struct rights_user *);

/* The sockets of the backends, "/run/kontor/1.sock" and so on, sorted; *n may be 0. */
bool look_sockets(struct doctor *, struct str **, size_t *n);

/* The name of a backend by its socket: "1". */
const char *look_backend(struct doctor *, struct str socket);

/* A page of the shop, by its path below site.url: from site.url, or, when that cannot be reached from here, from this
 * machine's own addresses. False when nothing answers, which the check `address` tells. Any certificate is taken. */
bool look_page(struct doctor *, const char *path, struct http_answer *);

/* The web server of this shop: a process whose configuration names our sockets, else one that runs at all. For root
 * only one whose program and configuration nobody else can change: both may be run. */
enum look_kind { LOOK_NONE, LOOK_APACHE, LOOK_LIGHTTPD };
struct look_server {
	enum look_kind kind;
	bool ours;           /* its configuration names the folder of our sockets */
	int pid;             /* 0: it does not run */
	unsigned uid;        /* of its children */
	const char *program; /* its path */
	const char *conf;
	struct str text;  /* of its configuration with all that is included; empty: it cannot be read */
	struct str error; /* what it said against its configuration */
};
bool look_server(struct doctor *, struct look_server *);

/* That web server's unit, Apache's where none is known; and the command that lets it take its configuration anew. */
const char *look_unit(struct doctor *);
const char *look_reload(struct doctor *);

/* The number of a request, for a command; "-" when it is none: another server may have sent anything. */
const char *look_id(struct doctor *, struct str);

/* "kontor@1" as systemd calls it when systemd runs here, else how it is started by hand. */
const char *look_start(struct doctor *, const char *what);

#endif
