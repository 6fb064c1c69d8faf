#include "plat/host/db_dump.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/run.h"
#include "plat/text/file.h"

#define PART_B ((size_t)64 << 10)
#define WORDS_B 400

/* One of the two programs of a pipe, and its standard error. */
struct side {
	struct run run;
	pid_t pid;
	bool started;
};

struct pump {
	struct db_dump *d;
	struct arena *a;
	struct side from, to;
	int in, out, login, file; /* ours: the first program's output, the second's input */
	struct dump_scan *scan;   /* NULL: no scan */
	bool refused;             /* the second program stopped reading before the end */
};

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* The end of the program's standard error, on one line. */
static const char *
words_of(const struct side *s, char out[WORDS_B])
{
	off_t size = s->run.err < 0 ? 0 : lseek(s->run.err, 0, SEEK_END);
	off_t from = size >= WORDS_B ? size - WORDS_B + 1 : 0;
	ssize_t n = size <= 0 ? 0 : pread(s->run.err, out, WORDS_B - 1, from);

	while (n > 0 && (out[n - 1] == '\n' || out[n - 1] == ' '))
		n--;
	out[n < 0 ? 0 : n] = '\0';
	for (char *p = out; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
	return *out == '\0' ? "no message" : out;
}

static bool
dump_start(struct side *s, struct err *e)
{
	s->run.err = memfd_create("kontor-words", MFD_CLOEXEC);
	s->started = run_start(&s->run, &s->pid, e);
	return s->started;
}

/* Waits for the program; returns its exit status. */
static int
end(struct side *s)
{
	struct err ignored = {0};
	int status = 0;

	if (s->started && !run_wait(s->pid, &status, &ignored))
		status = 127;
	s->started = false;
	return status;
}

static bool
judge_one(const struct side *s, int status, struct err *e)
{
	char words[WORDS_B];

	return status == 0
	    || err_set(e, ERR_UPSTREAM, "%s ended with status %d: %s", s->run.argv[0], status, words_of(s, words));
}

/* Fills the error. Only the program that failed first knows the cause; the other failed because its pipe broke. */
static bool
judge(const struct pump *p, int from, int to, struct err *e)
{
	if (p->refused)
		return judge_one(&p->to, to, e) && judge_one(&p->from, from, e);
	return judge_one(&p->from, from, e) && judge_one(&p->to, to, e);
}

/* Copies until end of file, or until the second program stops reading. */
static bool
move(struct pump *p, struct err *e)
{
	char *part = ARENA_ARRAY(p->a, char, PART_B);
	struct buf out;
	ssize_t n;

	buf_init(&out, p->a, 2 * PART_B);
	while ((n = read(p->in, part, PART_B)) != 0) {
		struct str bytes = str_n(part, n < 0 ? 0 : (size_t)n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, ERR_UPSTREAM, "%s: %s", p->from.run.argv[0], strerror(errno));
		p->d->bytes += bytes.n;
		if (p->d->progress != NULL)
			p->d->progress(p->d->arg, p->d->bytes);
		if (p->scan != NULL) {
			out.n = 0;
			dump_scan_take(p->scan, bytes, &out);
			bytes = str_n(out.p, out.n);
		}
		p->refused = !file_write(p->out, bytes);
		if (p->refused)
			return true; /* its exit status tells why */
	}
	if (p->scan != NULL) {
		out.n = 0;
		dump_scan_end(p->scan, &out);
		p->refused = !file_write(p->out, str_n(out.p, out.n));
	}
	return buf_check(&out, e);
}

static bool
pump(struct pump *p, struct err *e)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
	int a[2] = {-1, -1}, b[2] = {-1, -1}, from, to;
	bool ok;

	if (pipe2(a, O_CLOEXEC) != 0 || pipe2(b, O_CLOEXEC) != 0) {
		close_fd(&a[0]);
		close_fd(&a[1]);
		return err_set(e, ERR_LIMIT, "pipe: %s", strerror(errno));
	}
	p->from.run.out = a[1];
	p->in = a[0];
	p->to.run.in = b[0];
	p->out = b[1];
	sigaction(SIGPIPE, &ignore, &before);
	ok = dump_start(&p->to, e) && dump_start(&p->from, e);
	close_fd(&a[1]);
	close_fd(&b[0]);
	ok = ok && move(p, e);
	close_fd(&p->in);
	close_fd(&p->out);
	from = end(&p->from);
	to = end(&p->to);
	sigaction(SIGPIPE, &before, NULL);
	ok = ok && judge(p, from, to, e);
	if (ok && p->refused)
		ok = err_set(e, ERR_UPSTREAM, "%s stopped reading before the end", p->to.run.argv[0]);
	close_fd(&p->from.run.err);
	close_fd(&p->to.run.err);
	return ok;
}

bool
db_dump_save(struct db_dump *d, struct arena *a, struct err *e)
{
	static const char *const options[] = {"mariadb-dump", DB_LOGIN_OPTION, "--single-transaction",
	    "--skip-triggers", "--no-tablespaces", "--hex-blob", "--default-character-set=utf8mb4",
	    "--max-allowed-packet=1G"};
	const char **dump = ARENA_ARRAY(a, const char *, ARRAY_LEN(options) + d->n_leave_out + 2);
	size_t n = ARRAY_LEN(options);
	static const char *const gzip[] = {"gzip", "-c", NULL};
	struct dump_scan scan;
	struct pump p = {.d = d, .a = a, .scan = &scan, .file = -1, .login = -1};
	bool ok;

	memcpy(dump, options, sizeof(options));
	for (size_t i = 0; i < d->n_leave_out; i++)
		dump[n++] = str_fmt(a, "--ignore-table=%s.%s", d->login->database.p, d->leave_out[i].p).p;
	dump[n] = d->login->database.p;
	d->bytes = 0;
	dump_scan_init(&scan, a);
	p.file = open(d->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (p.file < 0)
		return err_set(e, ERR_UPSTREAM, "%s: %s", d->file, strerror(errno));
	ok = db_login_open(d->login, &p.login, e);
	p.from.run = (struct run){.argv = dump, .in = RUN_NULL, .err = RUN_NULL, .also = p.login};
	p.to.run = (struct run){.argv = gzip, .out = p.file, .err = RUN_NULL};
	ok = ok && pump(&p, e);
	if (ok && !scan.complete)
		ok = err_set(e, ERR_UPSTREAM, "mariadb-dump did not write its last line: the dump is incomplete");
	if (ok && fsync(p.file) != 0)
		ok = err_set(e, ERR_UPSTREAM, "%s: %s", d->file, strerror(errno));
	close_fd(&p.file);
	close_fd(&p.login);
	d->tables = scan.tables;
	d->n_tables = scan.n_tables;
	return ok;
}

bool
db_dump_load(struct db_dump *d, struct arena *a, struct err *e)
{
	static const char *const gunzip[] = {"gzip", "-dc", NULL};
	/* The sandbox: a dump must contain SQL only, no commands for this machine. */
	const char *const mariadb[] = {"mariadb", DB_LOGIN_OPTION, "--batch", "--loose-sandbox",
	    "--default-character-set=utf8mb4", "--max-allowed-packet=1G", d->login->database.p, NULL};
	struct pump p = {.d = d, .a = a, .file = -1, .login = -1};
	bool ok;

	d->bytes = 0;
	p.file = open(d->file, O_RDONLY | O_CLOEXEC);
	if (p.file < 0)
		return err_set(e, ERR_UPSTREAM, "%s: %s", d->file, strerror(errno));
	ok = db_login_open(d->login, &p.login, e);
	p.from.run = (struct run){.argv = gunzip, .in = p.file, .err = RUN_NULL};
	p.to.run = (struct run){.argv = mariadb, .out = RUN_NULL, .err = RUN_NULL, .also = p.login};
	ok = ok && pump(&p, e);
	close_fd(&p.file);
	close_fd(&p.login);
	return ok;
}
