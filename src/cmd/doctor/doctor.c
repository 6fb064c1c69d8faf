#include "cmd/doctor/doctor.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/cmd.h"
#include "plat/host/task.h"

#define OUTPUT_MAX_B ((size_t)16 << 20)
#define REPORTS_MAX 4096
#define WIDTH 12

/* A chosen check, and its reports. */
struct outcome {
	const struct doctor_job *job;
	const char *name;
	const struct task *task;
	struct doctor_said *said;
	size_t n, of_kind[DOCTOR_NOTE + 1];
};

struct report {
	struct cmd *c;
	bool verbose, json, table, chosen[CHECK__MAX];
	const char *sql_dir;
	struct outcome outcome[CHECK__MAX];
	size_t n, faults, advice, unseen;
	uint64_t took_ms;
};

/* "socket-stale" for socket_stale. */
static const char *
shown(struct arena *a, const char *name)
{
	char *p = (char *)str_zdup(a, str_z(name));

	for (size_t i = 0; p[i] != '\0'; i++)
		if (p[i] == '_')
			p[i] = '-';
	return p;
}

static const char *
level_name(enum doctor_level level)
{
	return level == DOCTOR_FAULT ? "fault" : "advice";
}

/* Each exchange with a service has a shorter limit than the whole check, which is killed only as a last resort. */
static void
run_check(void *arg, struct buf *out)
{
	struct doctor *d = arg;

	d->out = out;
	doctor_jobs[d->check].fn(d);
}

/* Splits the output of a task into reports, and counts them. */
static void
take_reports(struct report *r, struct outcome *o)
{
	struct str rest = o->task->out;

	o->said = ARENA_ARRAY(r->c->a, struct doctor_said, REPORTS_MAX);
	for (; o->n < REPORTS_MAX && doctor_next(&rest, &o->said[o->n]); o->n++) {
		const struct doctor_said *s = &o->said[o->n];
		bool fault = s->kind == DOCTOR_FOUND && doctor_rows[s->finding].level == DOCTOR_FAULT;

		o->of_kind[s->kind]++;
		r->faults += fault;
		r->advice += s->kind == DOCTOR_FOUND && !fault;
		r->unseen += s->kind == DOCTOR_UNSEEN;
	}
	r->faults += o->task->end != TASK_DONE;
}

static void
run_all(struct report *r)
{
	struct cmd *c = r->c;
	struct doctor *all = ARENA_ARRAY(c->a, struct doctor, CHECK__MAX);
	struct task *tasks = ARENA_ARRAY(c->a, struct task, CHECK__MAX);
	struct urls *urls = ARENA_NEW(c->a, struct urls);
	uint64_t began_ns = clock_mono_ns();
	struct err e = {0};

	if (!urls_init(urls, c->conf.site_url, &e)) /* the check `config` reports it */
		*urls = (struct urls){.base = STR(""), .host = STR(""), .name = STR("")};
	for (size_t i = 0; i < CHECK__MAX; i++) {
		if (!r->chosen[i])
			continue;
		all[r->n] = (struct doctor){.a = c->a,
		    .site = c->site,
		    .conf = &c->conf,
		    .file = &c->file,
		    .conf_file = conf_file(c->conf_file),
		    .sql_dir = r->sql_dir,
		    .urls = urls,
		    .check = (enum doctor_check)i};
		tasks[r->n] = (struct task){
		    .fn = run_check, .arg = &all[r->n], .limit_ms = doctor_jobs[i].limit_s * 1000};
		r->outcome[r->n] = (struct outcome){
		    .job = &doctor_jobs[i], .name = shown(c->a, doctor_jobs[i].name), .task = &tasks[r->n]};
		r->n++;
	}
	fflush(stdout);
	task_run(c->a, tasks, r->n, WIDTH);
	for (size_t i = 0; i < r->n; i++)
		take_reports(r, &r->outcome[i]);
	r->took_ms = (clock_mono_ns() - began_ns) / CLOCK_MS;
}

static void
put_finding(struct report *r, struct buf *b, const struct doctor_said *s)
{
	const struct doctor_row *f = &doctor_rows[s->finding];

	buf_fmt(b, "%-7s %s: %.*s\n", f->level == DOCTOR_FAULT ? "FAULT" : "advice", shown(r->c->a, f->name),
	    STR_ARG(s->what));
	if (*f->effect != '\0')
		buf_fmt(b, "        visitors: %s\n", f->effect);
	buf_fmt(b, "        remedy: %.*s\n", STR_ARG(s->remedy));
}

static void
put_outcome(struct report *r, struct buf *b, const struct outcome *o)
{
	if (o->task->end == TASK_TIME)
		buf_fmt(
		    b, "FAULT   %s: the check got no answer within %u s and was killed\n", o->name, o->job->limit_s);
	else if (o->task->end == TASK_DIED)
		buf_fmt(b, "FAULT   %s: the check crashed, which is a bug of kontor doctor\n", o->name);
	if (o->task->end != TASK_DONE)
		buf_fmt(b, "        remedy: kontor doctor --verbose %s\n", o->name);
	for (size_t i = 0; i < o->n; i++) {
		if (o->said[i].kind == DOCTOR_FOUND)
			put_finding(r, b, &o->said[i]);
		else if (o->said[i].kind == DOCTOR_UNSEEN)
			buf_fmt(b, "skipped %s: %.*s\n", o->name, STR_ARG(o->said[i].what));
	}
	if (r->verbose && o->task->end == TASK_DONE && o->n == o->of_kind[DOCTOR_NOTE])
		buf_fmt(b, "ok      %s: %s (%u ms)\n", o->name, o->job->promise, o->task->took_ms);
	for (size_t i = 0; i < o->n && r->verbose; i++)
		if (o->said[i].kind == DOCTOR_NOTE)
			buf_fmt(b, "        %.*s\n", STR_ARG(o->said[i].what));
}

static void
put_report(struct report *r, struct buf *b)
{
	const char *before = "later   skipped, because of the above: ", *end = "";

	buf_fmt(b, "%.*s  %.*s  %s\n", STR_ARG(r->c->conf.site_name), STR_ARG(r->c->conf.site_url),
	    conf_file(r->c->conf_file));
	for (size_t i = 0; i < r->n; i++)
		put_outcome(r, b, &r->outcome[i]);
	for (size_t i = 0; i < r->n; i++) {
		if (r->outcome[i].of_kind[DOCTOR_BLOCKED] == 0)
			continue;
		buf_fmt(b, "%s%s", before, r->outcome[i].name);
		before = ", ";
		end = "\n";
	}
	buf_fmt(b, "%s%zu check%s in %llu.%llu s: ", end, r->n, PLURAL_S(r->n),
	    (unsigned long long)r->took_ms / 1000, (unsigned long long)r->took_ms % 1000 / 100);
	if (r->faults + r->advice == 0)
		buf_fmt(b, "nothing is wrong");
	else
		buf_fmt(b, "%zu fault%s, %zu advice", r->faults, PLURAL_S(r->faults), r->advice);
	if (r->unseen > 0)
		buf_fmt(b, "; %zu skipped%s", r->unseen, geteuid() == 0 ? "" : " (run it as root)");
	buf_ch(b, '\n');
}

/* A list of the reports of one kind: texts, or objects for findings. */
static void
put_json_list(struct report *r, struct buf *b, const char *key, const struct outcome *o, enum doctor_kind kind)
{
	const char *before = "";

	buf_fmt(b, ",\"%s\":[", key);
	for (size_t i = 0; i < o->n; i++) {
		const struct doctor_said *s = &o->said[i];
		const struct doctor_row *f = &doctor_rows[s->finding];

		if (s->kind != kind)
			continue;
		buf_z(b, before);
		before = ",";
		if (kind == DOCTOR_FOUND)
			buf_fmt(b, "{\"name\":\"%s\",\"level\":\"%s\",\"what\":", shown(r->c->a, f->name),
			    level_name(f->level));
		buf_json(b, s->what);
		if (kind != DOCTOR_FOUND)
			continue;
		buf_z(b, ",\"visitors\":");
		buf_json(b, str_z(f->effect));
		buf_z(b, ",\"mend\":");
		buf_json(b, s->remedy);
		buf_ch(b, '}');
	}
	buf_ch(b, ']');
}

static void
put_json(struct report *r, struct buf *b)
{
	static const char *const ends[] = {[TASK_DONE] = "well", [TASK_TIME] = "late", [TASK_DIED] = "crashed"};

	buf_fmt(b, "{\"faults\":%zu,\"advice\":%zu,\"unseen\":%zu,\"ms\":%llu,\"checks\":[", r->faults, r->advice,
	    r->unseen, (unsigned long long)r->took_ms);
	for (size_t i = 0; i < r->n; i++) {
		const struct outcome *o = &r->outcome[i];

		buf_fmt(b, "%s\n{\"check\":\"%s\",\"promise\":", i == 0 ? "" : ",", o->name);
		buf_json(b, str_z(o->job->promise));
		buf_fmt(b, ",\"ended\":\"%s\",\"ms\":%u", ends[o->task->end], o->task->took_ms);
		put_json_list(r, b, "findings", o, DOCTOR_FOUND);
		put_json_list(r, b, "unseen", o, DOCTOR_UNSEEN);
		put_json_list(r, b, "blocked_by", o, DOCTOR_BLOCKED);
		put_json_list(r, b, "notes", o, DOCTOR_NOTE);
		buf_ch(b, '}');
	}
	buf_z(b, "]}\n");
}

static void
put_row(struct arena *a, struct buf *b, const struct doctor_row *f)
{
	buf_fmt(b, "| %s | %s | %s | `", shown(a, f->name), level_name(f->level),
	    *f->effect == '\0' ? "nothing" : f->effect);
	for (const char *p = f->remedy; *p != '\0'; p++)
		buf_z(b, *p == '|' ? "\\|" : *p == '`' ? "'" : (const char[]){*p, '\0'});
	buf_z(b, "` |\n");
}

static void
put_table(struct arena *a, struct buf *b)
{
#define CHECK(name, limit_s, promise)                                                                                  \
	buf_fmt(b, "\n### %s\n\n%s.\n\n", shown(a, #name), promise);                                                  \
	buf_z(b, "| finding | level | what visitors notice | remedy |\n|---|---|---|---|\n");
#define FINDING(name, level, text, effect, remedy) put_row(a, b, &doctor_rows[FOUND_##name]);
#include "cmd/doctor/doctor.def"
#undef CHECK
#undef FINDING
}

static bool
doctor_choose(struct report *r, const char *name)
{
	for (size_t i = 0; i < CHECK__MAX; i++)
		if (strcmp(shown(r->c->a, doctor_jobs[i].name), shown(r->c->a, name)) == 0)
			return r->chosen[i] = true;
	fprintf(stderr, "kontor doctor: there is no check '%s'; --table lists them\n", name);
	return false;
}

static bool
doctor_options(struct cmd *c, struct report *r)
{
	static const struct option known[] = {{"verbose", no_argument, NULL, 'v'}, {"json", no_argument, NULL, 'j'},
	    {"table", no_argument, NULL, 't'}, {"dir", required_argument, NULL, 'd'}, {NULL, 0, NULL, 0}};
	int opt;

	optind = 0;
	while ((opt = getopt_long(c->argc, c->argv, "v", known, NULL)) != -1) {
		switch (opt) {
		case 'v': r->verbose = true; break;
		case 'j': r->json = true; break;
		case 't': r->table = true; break;
		case 'd': r->sql_dir = optarg; break;
		default: return false;
		}
	}
	for (size_t i = 0; i < CHECK__MAX; i++)
		r->chosen[i] = optind == c->argc;
	for (int i = optind; i < c->argc; i++)
		if (!doctor_choose(r, c->argv[i]))
			return false;
	return true;
}

int
cmd_doctor(struct cmd *c)
{
	struct report r = {.c = c, .sql_dir = PKGDATADIR "/sql"};
	struct err e = {0};
	struct buf b;
	int status;

	if (!doctor_options(c, &r))
		return cmd_usage(c);
	buf_init(&b, c->a, OUTPUT_MAX_B);
	if (r.table) {
		put_table(c->a, &b);
		return cmd_print(c, &b);
	}
	if (!cmd_conf(c, &e)) /* the check `config` reports it; the others use the settings that were read */
		err_clear(&e);
	run_all(&r);
	if (r.json)
		put_json(&r, &b);
	else
		put_report(&r, &b);
	status = cmd_print(c, &b);
	return status == CMD_OK && r.faults > 0 ? CMD_FAILED : status;
}
