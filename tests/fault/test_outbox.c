/* Three processes deliver the outbox and are killed again and again: nothing is lost, and a row is delivered twice only
 * if the kill fell between its delivery and its end. Mails go into a real Maildir, webhooks into a file.
 *
 * KONTOR_TEST_KILLS and KONTOR_TEST_ROWS: more of both. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "integ.h"
#include "plat/conf/conf.h"
#include "plat/mail/mail.h"
#include "plat/text/file.h"
#include "plat/text/secret.h"
#include "store/sql.h"
#include "work/outbox_run.h"

#define PROCESSES 3
#define JOURNAL_MAX_B ((size_t)4 << 20)

static struct arena arena;
static struct conf conf;
static struct mail_transport maildir;
static const char *journal_file, *maildir_path;
static int journal;
static _Atomic int *finish; /* shared: the children end when nothing is due */
static pid_t child[PROCESSES], *killed;
static size_t n_kills, n_rows, n_killed;

static size_t
number_of_env(const char *name, size_t usual)
{
	const char *text = getenv(name);

	return text == NULL ? usual : (size_t)strtoul(text, NULL, 10);
}

static bool
note(const char *kind, const struct outbox_item *x, struct outbox_result *r, struct err *e)
{
	char line[80];
	int n = snprintf(line, sizeof(line), "%s %llu %d\n", kind, (unsigned long long)x->id, (int)getpid());

	r->end = OUTBOX_DONE;
	return write(journal, line, (size_t)n) == n || err_set(e, ERR_UPSTREAM, "the journal cannot be written");
}

static bool
deliver_mail(void *ctx, const struct outbox_item *x, struct outbox_result *r, struct err *e)
{
	struct arena *a = ctx;
	struct mail_message m = {.from = STR("shop@example.org"),
	    .to = STR("anna@example.org"),
	    .subject = STR("Order"),
	    .text = STR("Thank you.\n"),
	    .language = STR("en"),
	    .date_s = x->created_at};
	struct mail_envelope v = {.from = m.from, .to = m.to};
	struct mail_result sent;

	v.id = m.message_id = str_fmt(a, "%llu.%llu@shop.example", (unsigned long long)x->id,
	    (unsigned long long)x->version);
	if (!mail_write(a, &m, &v.bytes, e))
		return false;
	mail_send(&maildir, &v, &sent);
	ck_assert_msg(sent.end == MAIL_SENT, "%s", sent.why);
	return note("mail", x, r, e);
}

static bool
deliver_hook(void *ctx, const struct outbox_item *x, struct outbox_result *r, struct err *e)
{
	(void)ctx;
	return note("hook", x, r, e);
}

static void
deliver_all(void)
{
	struct outbox_run mails = {.a = &arena, .kind = "mail", .deliver = deliver_mail, .ctx = &arena, .lease_s = 600,
	    .until_ns = CLOCK_NEVER}, hooks = mails;
	struct err e = {0};
	bool more;

	if (!secret_init(&e))
		_exit(2);
	mails.db = hooks.db = services_db(&services, &arena, DB_JOBS);
	hooks.kind = "hook";
	hooks.deliver = deliver_hook;
	for (;;) {
		bool last = atomic_load(finish) != 0;

		if (!outbox_run(&mails, &more, &e) || !outbox_run(&hooks, &more, &e)) {
			fprintf(stderr, "test_outbox: %s\n", e.msg);
			_exit(1);
		}
		if (last)
			_exit(0);
		clock_sleep_ns(5 * CLOCK_MS);
	}
}

static void
start(size_t i)
{
	child[i] = fork();
	ck_assert_int_ge(child[i], 0);
	if (child[i] == 0)
		deliver_all();
}

static void
end_all(void)
{
	atomic_store(finish, 1);
	for (size_t i = 0; i < PROCESSES; i++) {
		int status;

		ck_assert_int_eq(waitpid(child[i], &status, 0), child[i]);
		ck_assert_int_eq(status, 0);
	}
}

static size_t
lines(void)
{
	struct str text;
	struct err e = {0};
	struct arena_mark mark = arena_mark(&arena);
	size_t n = 0;

	ck_ok(file_get(&arena, journal_file, JOURNAL_MAX_B, &text, &e), &e);
	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	arena_rewind(&arena, mark);
	return n;
}

/* The kills are spread over the work, each at a random moment of some row. */
static void
kill_one(void)
{
	uint64_t until_ns = clock_mono_ns() + TEST_PATIENCE_S * CLOCK_S, random;
	size_t i;

	while (lines() < n_killed * n_rows * 2 * 9 / 10 / n_kills) {
		ck_assert_uint_lt(clock_mono_ns(), until_ns);
		clock_sleep_ns(CLOCK_MS);
	}
	secret_random(&random, sizeof(random));
	i = random % PROCESSES;
	clock_sleep_ns(random / PROCESSES % (4 * CLOCK_MS));
	ck_assert_int_eq(kill(child[i], SIGKILL), 0);
	ck_assert_int_eq(waitpid(child[i], NULL, 0), child[i]);
	killed[n_killed++] = child[i];
	start(i);
}

static void
begin(void)
{
	struct err e = {0};

	arena_init(&arena, (size_t)64 << 20);
	services_conf(&services, &arena, &conf);
	n_kills = number_of_env("KONTOR_TEST_KILLS", 20);
	n_rows = number_of_env("KONTOR_TEST_ROWS", 150);
	n_killed = 0;
	killed = ARENA_ARRAY(&arena, pid_t, n_kills);
	journal_file = str_fmt(&arena, "%s/journal", services.dir).p;
	maildir_path = str_fmt(&arena, "%s/Maildir", services.dir).p;
	journal = open(journal_file, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	ck_assert_int_ge(journal, 0);
	finish = mmap(NULL, sizeof(*finish), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert(finish != MAP_FAILED);
	conf.mail_transport = STR("file");
	conf.mail_maildir = str_z(maildir_path);
	ck_ok(secret_init(&e) && mail_transport_open(&arena, &conf, &maildir, &e), &e);
	services_sql(&services, "DELETE FROM outbox");
	services_sql(&services,
	    str_fmt(&arena, "INSERT INTO outbox (kind, subject, version, payload, due_at, created_at)"
			    " SELECT k.kind, CONCAT('row/', s.seq), 1, '', 1, 1 FROM seq_1_to_%zu s"
			    " JOIN (SELECT 'mail' AS kind UNION SELECT 'hook') k", n_rows).p);
}

/* True if `line` is the last one of a process that was killed: the kill fell before the row's end was written. */
static bool
is_last_of_killed(struct str text, size_t line_end, int pid)
{
	const char *mark = str_fmt(&arena, " %d\n", pid).p;

	for (size_t i = 0; i < n_killed; i++)
		if (killed[i] == pid)
			return strstr(text.p + line_end - 1, mark) == NULL;
	return false;
}

/* Returns how many lines are of a row that was delivered again later. */
static size_t
check_doubles(void)
{
	struct arena_mark mark = arena_mark(&arena);
	struct str text, rest, line;
	struct err e = {0};
	size_t doubles = 0;

	ck_ok(file_get(&arena, journal_file, JOURNAL_MAX_B, &text, &e), &e);
	rest = text;
	while (str_cut(&rest, '\n', &line) && line.n > 0) {
		struct arena_mark each = arena_mark(&arena);
		size_t end = (size_t)(line.p + line.n + 1 - text.p);
		char kind[8];
		unsigned long long id;
		int pid;

		ck_assert_int_eq(sscanf(line.p, "%7s %llu %d", kind, &id, &pid), 3);
		if (strstr(text.p + end - 1, str_fmt(&arena, "\n%s %llu ", kind, id).p) != NULL) {
			doubles++;
			ck_assert_msg(is_last_of_killed(text, end, pid), "%s %llu was delivered twice", kind, id);
		}
		arena_rewind(&arena, each);
	}
	arena_rewind(&arena, mark);
	return doubles;
}

/* The name of a file is its Message-ID, so a mail that was sent twice is there once, and the same. */
static size_t
mails_arrived(void)
{
	DIR *d = opendir(str_fmt(&arena, "%s/new", maildir_path).p);
	const struct dirent *at;
	size_t n = 0;

	ck_assert_ptr_nonnull(d);
	while ((at = readdir(d)) != NULL) {
		struct str text;
		struct err e = {0};

		if (*at->d_name == '.')
			continue;
		ck_ok(
		    file_get(&arena, str_fmt(&arena, "%s/new/%s", maildir_path, at->d_name).p, 1 << 16, &text, &e), &e);
		ck_assert_ptr_nonnull(strstr(text.p, str_fmt(&arena, "<%s>", at->d_name).p));
		n++;
	}
	closedir(d);
	return n;
}

START_TEST(nothing_is_lost_and_only_a_kill_before_the_end_doubles)
{
	size_t doubles;

	begin();
	for (size_t i = 0; i < PROCESSES; i++)
		start(i);
	while (n_killed < n_kills)
		kill_one();
	end_all();
	/* The leases of the killed run out. */
	services_sql(&services, "UPDATE outbox SET due_at = 1, lease_until = 1 WHERE state = 0");
	for (size_t i = 0; i < PROCESSES; i++)
		start(i);
	end_all();
	doubles = check_doubles();
	printf("# %zu kills, %zu rows, %zu doubles\n", n_killed, 2 * n_rows, doubles);
	ck_assert_uint_le(doubles, n_kills);
	ck_assert_uint_eq(lines(), 2 * n_rows + doubles);
	ck_assert_int_eq(
	    services_number(&services, "SELECT COUNT(*) FROM outbox WHERE state = 1"), 2 * (int64_t)n_rows);
	ck_assert_uint_eq(mails_arrived(), n_rows);
}
END_TEST

INTEG_MAIN("outbox_kills", false, nothing_is_lost_and_only_a_kill_before_the_end_doubles)
