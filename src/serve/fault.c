#include "serve/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"
#include "plat/db/db.h"
#include "plat/text/form.h"
#include "serve/app.h"

#define FAULT_FIELD "X-Kontor-Fault="

static struct str
asked_for(const struct request *rq)
{
	struct str rest = rq->query, pair;

	if (!rq->app->conf.test_faults)
		return STR_NONE;
	while (str_cut(&rest, '&', &pair))
		if (str_starts(pair, STR(FAULT_FIELD)))
			return str_from(pair, STR(FAULT_FIELD).n);
	return request_header(rq, "HTTP_X_KONTOR_FAULT");
}

bool
fault_asked(const struct request *rq)
{
	return asked_for(rq).n > 0;
}

static bool
slow(struct str text, struct err *e)
{
	uint64_t ms;

	if (!num_u64(text, 0, 3600000, &ms))
		return err_set(e, ERR_INPUT, "slow: a number of milliseconds must follow");
	clock_sleep_ns(ms * CLOCK_MS);
	return true;
}

static bool
database(struct request *rq, struct str text, struct err *e)
{
	struct str rest = text, number;
	uint64_t n, code = 0;
	bool coded = str_cut(&rest, ':', &number) && rest.n > 0, after = str_eq_z(rest, "after");

	if (rq->db == NULL)
		return err_set(e, ERR_INPUT, "db: this worker has no database");
	if (!num_u64(number, 1, 10000, &n) || (coded && !after && !num_u64(rest, 1, 9999, &code)))
		return err_set(e, ERR_INPUT, "db: N, N:CODE or N:after must follow");
	if (!coded)
		db_fault(rq->db, (unsigned)n, DB_FAULT_LOST_BEFORE);
	else
		db_fault(rq->db, (unsigned)n, after ? DB_FAULT_LOST_AFTER : (int)code);
	return true;
}

static bool
is_refused(const char *what, long result, struct err *e)
{
	return (result == -1 && (errno == EPERM || errno == EACCES)) || err_set(e, ERR_BUG, "%s was possible", what);
}

/* Each would have another error, or none, in a process that is not confined. */
static bool
try_calls(struct err *e)
{
	char *none[] = {NULL};
	void *page = mmap(NULL, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	return (UNDER_ASAN /* needs both itself */
		   || (is_refused("fork", child, e)
		       && is_refused("ptrace", ptrace(PTRACE_SEIZE, getppid(), 0, 0), e)))
	    && is_refused("execve", execve("/nonexistent", none, none), e)
	    && is_refused("mount", mount("none", "/nonexistent", "tmpfs", 0, NULL), e)
	    && is_refused("kill", kill(getppid(), 0), e)
	    && is_refused("packets", socket(AF_PACKET, SOCK_RAW, 0), e)
	    && is_refused("code", mprotect(page, 1, PROT_READ | PROT_EXEC), e);
}

static bool
try_files(const struct request *rq, struct err *e)
{
	const char *planted = str_fmt(rq->a, "%s/planted", rq->app->conf.paths_media_dir.p).p;

	return is_refused("reading", open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), e)
	    && is_refused("writing", open(planted, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), e);
}

static void
hang(void)
{
	for (;;)
		pause();
}

bool
fault_before(struct request *rq, struct err *e)
{
	struct str what = asked_for(rq);

	if (rq->db != NULL && rq->app->conf.test_faults)
		db_fault(rq->db, 0, 0); /* cancels a fault that the previous request did not reach */
	if (str_starts(what, STR("db:")))
		return database(rq, str_from(what, STR("db:").n), e);
	if (what.n == 0 || str_eq_z(what, "cut"))
		return true;
	if (str_eq_z(what, "crash"))
		abort();
	if (str_eq_z(what, "kill"))
		raise(SIGKILL);
	if (str_eq_z(what, "hang"))
		hang();
	if (str_eq_z(what, "stop"))
		return raise(SIGSTOP) == 0;
	if (str_starts(what, STR("slow:")))
		return slow(str_from(what, STR("slow:").n), e);
	if (str_eq_z(what, "calls"))
		return try_calls(e);
	if (str_eq_z(what, "files"))
		return try_files(rq, e);
	if (str_eq_z(what, "bug"))
		return err_set(e, ERR_BUG, "an injected fault");
	if (str_eq_z(what, "busy"))
		return err_set(e, ERR_BUSY, "an injected fault");
	if (str_eq_z(what, "upstream"))
		return err_set(e, ERR_UPSTREAM, "an injected fault");
	if (str_eq_z(what, "limit"))
		return err_set(e, ERR_LIMIT, "an injected fault");
	return true;
}

bool
fault_cuts(const struct request *rq)
{
	return str_eq_z(asked_for(rq), "cut");
}
