#include "cmd/doctor/doctor.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/cmd.h"
#include "plat/host/task.h"

#define OUTPUT_MAX_B ((size_t)16 << 20)
#define SAID_MAX 1000
#define WIDTH 12

static const struct check {
	const char *name, *promise;
	unsigned limit_s;
	void (*fn)(struct doctor *);
} checks[] = {
#define CHECK(name, limit_s, promise) {#name, promise, limit_s, check_##name},
#define FINDING(name, level, effect, remedy)
#include "cmd/doctor/doctor.def"
#undef CHECK
#undef FINDING
};

static const struct finding {
	const char *name, *effect, *remedy;
	enum doctor_level level;
} findings[] = {
#define CHECK(name, limit_s, promise)
#define FINDING(name, level, effect, remedy) {#name, effect, remedy, DOCTOR_##level},
#include "cmd/doctor/doctor.def"
#undef CHECK
#undef FINDING
};

/* Of the rows of the table, as they stand there: to which check a finding belongs. */
static const struct {
	bool is_check;
	int number;
} rows[] = {
#define CHECK(name, limit_s, promise) {true, CHECK_##name},
#define FINDING(name, level, effect, remedy) {false, FOUND_##name},
#include "cmd/doctor/doctor.def"
#undef CHECK
#undef FINDING
};

struct options {
	bool verbose, json, table, chosen[CHECK__MAX];
	const char *sql_dir;
};

struct report {
	struct cmd *c;
	const struct options *o;
	struct task *task; /* by check; those not chosen have no function */
	size_t n_checks, faults, advice, unseen, blocked;
	uint64_t took_ms;
};

/* "socket-stale": how a name of the table is written for people. */
static const char *
shown(struct arena *a, const char *name)
{
	char *p = arena_alloc(a, strlen(name) + 1);

	for (size_t i = 0; name[i] != '\0'; i++)
		p[i] = name[i] == '_' ? '-' : name[i];
	return p;
}

static const char *
level_name(enum doctor_level level)
{
	return level == DOCTOR_FAULT ? "fault" : "advice";
}

/* The check's time limit is the last resort: what asks a service has a shorter one of its own. */
static void
run_check(void *arg, struct buf *out)
{
	struct doctor *d = arg;

	d->out = out;
	checks[d->check].fn(d);
}

static void
run_all(struct report *r)
{
	struct cmd *c = r->c;
	struct doctor *all = ARENA_ARRAY(c->a, struct doctor, CHECK__MAX);
	struct task *chosen = ARENA_ARRAY(c->a, struct task, CHECK__MAX);
	uint64_t began_ns = clock_mono_ns();
	size_t n = 0;

	for (size_t i = 0; i < CHECK__MAX; i++) {
		if (!r->o->chosen[i])
			continue;
		all[i] = (struct doctor){.a = c->a,
		    .conf = &c->conf,
		    .conf_file = conf_file(c->conf_file),
		    .sql_dir = r->o->sql_dir,
		    .check = (enum doctor_check)i};
		chosen[n++] = (struct task){.fn = run_check, .arg = &all[i], .limit_ms = checks[i].limit_s * 1000};
	}
	fflush(stdout);
	task_run(c->a, chosen, n, WIDTH);
	r->n_checks = n;
	r->task = ARENA_ARRAY(c->a, struct task, CHECK__MAX);
	for (size_t i = CHECK__MAX; i-- > 0;)
		if (r->o->chosen[i])
			r->task[i] = chosen[--n];
	r->took_ms = (clock_mono_ns() - began_ns) / CLOCK_MS;
}

/* What a check came to when it did not come to its end. */
static const char *
no_end(const struct task *t, struct arena *a, unsigned limit_s)
{
	if (t->end == TASK_TIME)
		return str_fmt(a, "had no answer within %u s and was ended: something it asks stands still", limit_s).p;
	return t->end == TASK_DIED ? "crashed, which is a bug of kontor doctor" : NULL;
}

static void
doctor_count(struct report *r)
{
	for (size_t i = 0; i < CHECK__MAX; i++) {
		struct str rest = r->task[i].out;
		struct doctor_said s;

		if (!r->o->chosen[i])
			continue;
		if (r->task[i].end != TASK_DONE)
			r->faults++;
		while (doctor_next(&rest, &s)) {
			r->blocked += s.kind == DOCTOR_BLOCKED;
			r->unseen += s.kind == DOCTOR_UNSEEN;
			r->faults += s.kind == DOCTOR_FOUND && findings[s.finding].level == DOCTOR_FAULT;
			r->advice += s.kind == DOCTOR_FOUND && findings[s.finding].level == DOCTOR_ADVICE;
		}
	}
}

/* ---- for people ---- */

static void
put_finding(struct report *r, struct buf *b, const struct doctor_said *s)
{
	const struct finding *f = &findings[s->finding];

	buf_fmt(b, "%-7s %s: %.*s\n", f->level == DOCTOR_FAULT ? "FAULT" : "advice", shown(r->c->a, f->name),
	    STR_ARG(s->what));
	if (*f->effect != '\0')
		buf_fmt(b, "        visitors: %s\n", f->effect);
	buf_fmt(b, "        mend: %.*s\n", STR_ARG(s->remedy));
}

static void
put_check(struct report *r, struct buf *b, size_t i)
{
	const struct task *t = &r->task[i];
	const char *name = shown(r->c->a, checks[i].name), *bad = no_end(t, r->c->a, checks[i].limit_s);
	struct str rest = t->out;
	struct doctor_said s;
	bool well = bad == NULL;

	if (bad != NULL)
		buf_fmt(b, "FAULT   %s: the check %s\n        mend: kontor doctor --verbose %s\n", name, bad,
		    checks[i].name);
	while (doctor_next(&rest, &s)) {
		well = well && s.kind == DOCTOR_NOTE;
		if (s.kind == DOCTOR_FOUND)
			put_finding(r, b, &s);
		else if (s.kind == DOCTOR_UNSEEN)
			buf_fmt(b, "unseen  %s: %.*s\n", name, STR_ARG(s.what));
	}
	if (!r->o->verbose)
		return;
	if (well)
		buf_fmt(b, "ok      %s: %s (%u ms)\n", name, checks[i].promise, t->took_ms);
	rest = t->out;
	while (doctor_next(&rest, &s))
		if (s.kind == DOCTOR_NOTE)
			buf_fmt(b, "        %.*s\n", STR_ARG(s.what));
}

/* The checks that could not look because of what another one has found. */
static void
put_blocked(struct report *r, struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < CHECK__MAX; i++) {
		struct str rest = r->task[i].out;
		struct doctor_said s;

		while (r->o->chosen[i] && doctor_next(&rest, &s)) {
			if (s.kind != DOCTOR_BLOCKED)
				continue;
			buf_fmt(b, "%s%s", n++ == 0 ? "later   not looked at, because of the above: " : ", ",
			    shown(r->c->a, checks[i].name));
			break;
		}
	}
	buf_z(b, n > 0 ? "\n" : "");
}

static void
put_report(struct report *r, struct buf *b)
{
	buf_fmt(b, "%.*s  %.*s  %s\n", STR_ARG(r->c->conf.site_name), STR_ARG(r->c->conf.site_url),
	    conf_file(r->c->conf_file));
	for (size_t i = 0; i < CHECK__MAX; i++)
		if (r->o->chosen[i])
			put_check(r, b, i);
	put_blocked(r, b);
	buf_fmt(b, "%zu check%s in %llu.%llu s: ", r->n_checks, r->n_checks == 1 ? "" : "s",
	    (unsigned long long)r->took_ms / 1000, (unsigned long long)r->took_ms % 1000 / 100);
	if (r->faults + r->advice == 0)
		buf_fmt(b, "nothing is wrong");
	else
		buf_fmt(b, "%zu fault%s, %zu advice", r->faults, r->faults == 1 ? "" : "s", r->advice);
	if (r->unseen > 0)
		buf_fmt(b, "; %zu not looked at%s", r->unseen, geteuid() == 0 ? "" : " (run it as root)");
	buf_ch(b, '\n');
}

/* ---- for programs ---- */

static void
put_json_texts(struct buf *b, const char *key, struct str rest, enum doctor_kind kind)
{
	struct doctor_said s;
	bool first = true;

	buf_fmt(b, ",\"%s\":[", key);
	while (doctor_next(&rest, &s)) {
		if (s.kind != kind)
			continue;
		buf_z(b, first ? "" : ",");
		buf_json(b, s.what);
		first = false;
	}
	buf_ch(b, ']');
}

static void
put_json_finding(struct buf *b, const char *name, const struct doctor_said *s)
{
	const struct finding *f = &findings[s->finding];

	buf_z(b, "{\"name\":");
	buf_json(b, str_z(name));
	buf_fmt(b, ",\"level\":\"%s\",\"what\":", level_name(f->level));
	buf_json(b, s->what);
	buf_z(b, ",\"visitors\":");
	buf_json(b, str_z(f->effect));
	buf_z(b, ",\"mend\":");
	buf_json(b, s->remedy);
	buf_ch(b, '}');
}

static void
put_json_check(struct report *r, struct buf *b, size_t i)
{
	const struct task *t = &r->task[i];
	struct str rest = t->out;
	struct doctor_said s;
	bool first = true;

	buf_z(b, "{\"check\":");
	buf_json(b, str_z(shown(r->c->a, checks[i].name)));
	buf_z(b, ",\"promise\":");
	buf_json(b, str_z(checks[i].promise));
	buf_fmt(b, ",\"ended\":\"%s\",\"ms\":%u,\"findings\":[",
	    t->end == TASK_DONE   ? "well"
	    : t->end == TASK_TIME ? "late"
				  : "crashed",
	    t->took_ms);
	while (doctor_next(&rest, &s)) {
		if (s.kind != DOCTOR_FOUND)
			continue;
		buf_z(b, first ? "" : ",");
		put_json_finding(b, shown(r->c->a, findings[s.finding].name), &s);
		first = false;
	}
	buf_ch(b, ']');
	put_json_texts(b, "unseen", t->out, DOCTOR_UNSEEN);
	put_json_texts(b, "blocked_by", t->out, DOCTOR_BLOCKED);
	put_json_texts(b, "notes", t->out, DOCTOR_NOTE);
	buf_ch(b, '}');
}

static void
put_json(struct report *r, struct buf *b)
{
	bool first = true;

	buf_fmt(b, "{\"faults\":%zu,\"advice\":%zu,\"unseen\":%zu,\"ms\":%llu,\"checks\":[", r->faults, r->advice,
	    r->unseen, (unsigned long long)r->took_ms);
	for (size_t i = 0; i < CHECK__MAX; i++) {
		if (!r->o->chosen[i])
			continue;
		buf_z(b, first ? "\n" : ",\n");
		put_json_check(r, b, i);
		first = false;
	}
	buf_z(b, "]}\n");
}

/* ---- the table, for doc/doctor.md ---- */

static void
put_table(struct arena *a, struct buf *b)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct finding *f = &findings[rows[i].number];

		if (rows[i].is_check) {
			buf_fmt(b,
			    "\n### %s\n\n%s.\n\n| finding | level | what visitors notice | what mends it |\n"
			    "|---|---|---|---|\n",
			    shown(a, checks[rows[i].number].name), checks[rows[i].number].promise);
			continue;
		}
		buf_fmt(b, "| %s | %s | %s | `", shown(a, f->name), level_name(f->level),
		    *f->effect == '\0' ? "nothing" : f->effect);
		for (const char *p = f->remedy; *p != '\0'; p++)
			buf_z(b, *p == '|' ? "\\|" : *p == '`' ? "'" : (const char[]){*p, '\0'});
		buf_z(b, "` |\n");
	}
}

/* ---- the command ---- */

static bool
doctor_choose(struct options *o, const char *name)
{
	for (size_t i = 0; i < CHECK__MAX; i++) {
		const char *p = checks[i].name, *q = name;

		while (*p != '\0' && (*p == *q || (*p == '_' && *q == '-'))) {
			p++;
			q++;
		}
		if (*p == '\0' && *q == '\0')
			return o->chosen[i] = true;
	}
	fprintf(stderr, "kontor doctor: there is no check '%s'; --table names them\n", name);
	return false;
}

static bool
doctor_options(struct cmd *c, struct options *o)
{
	static const struct option known[] = {{"verbose", no_argument, NULL, 'v'}, {"json", no_argument, NULL, 'j'},
	    {"table", no_argument, NULL, 't'}, {"dir", required_argument, NULL, 'd'}, {NULL, 0, NULL, 0}};
	int opt;

	optind = 0;
	while ((opt = getopt_long(c->argc, c->argv, "v", known, NULL)) != -1) {
		switch (opt) {
		case 'v': o->verbose = true; break;
		case 'j': o->json = true; break;
		case 't': o->table = true; break;
		case 'd': o->sql_dir = optarg; break;
		default: return false;
		}
	}
	for (int i = optind; i < c->argc; i++)
		if (!doctor_choose(o, c->argv[i]))
			return false;
	for (size_t i = 0; i < CHECK__MAX && optind == c->argc; i++)
		o->chosen[i] = true;
	return true;
}

int
cmd_doctor(struct cmd *c)
{
	struct options o = {.sql_dir = PKGDATADIR "/sql"};
	struct report r = {.c = c, .o = &o};
	struct err e = {0};
	struct buf b;
	int status;

	if (!doctor_options(c, &o))
		return cmd_usage(c);
	buf_init(&b, c->a, OUTPUT_MAX_B);
	if (o.table) {
		put_table(c->a, &b);
		return cmd_print(c, &b);
	}
	/* What is wrong with it the check `config` tells; the rest goes by what can be used of it. */
	if (!conf_load(c->a, conf_file(c->conf_file), &c->conf, &e))
		err_clear(&e);
	run_all(&r);
	doctor_count(&r);
	if (o.json)
		put_json(&r, &b);
	else
		put_report(&r, &b);
	status = cmd_print(c, &b);
	return status == CMD_OK && r.faults > 0 ? CMD_FAILED : status;
}
