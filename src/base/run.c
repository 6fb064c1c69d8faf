#include "base/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

extern char **environ;

static int
give(posix_spawn_file_actions_t *fa, int fd, int to)
{
	if (fd == RUN_NULL)
		return posix_spawn_file_actions_addopen(fa, to, "/dev/null", O_RDWR, 0);
	return posix_spawn_file_actions_adddup2(fa, fd, to);
}

/* Resets the signals, some of which we ignore or block, for the program. */
static int
run_spawn(const struct run *r, pid_t *pid)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	sigset_t none, usual;
	int rc;

	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	sigaddset(&usual, SIGTERM);
	sigaddset(&usual, SIGINT);
	posix_spawn_file_actions_init(&fa);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(
	    &attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | (r->group ? POSIX_SPAWN_SETPGROUP : 0));
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigdefault(&attr, &usual);
	posix_spawnattr_setsigmask(&attr, &none);
	rc = give(&fa, r->in, STDIN_FILENO);
	if (rc == 0)
		rc = give(&fa, r->out, STDOUT_FILENO);
	if (rc == 0)
		rc = give(&fa, r->err, STDERR_FILENO);
	if (rc == 0 && r->also > 0)
		rc = posix_spawn_file_actions_adddup2(&fa, r->also, RUN_ALSO);
	if (rc == 0)
		rc = posix_spawnp(pid, r->argv[0], &fa, &attr, (char *const *)r->argv,
		    r->env == NULL ? environ : (char *const *)r->env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&fa);
	return rc;
}

bool
run_start(const struct run *r, pid_t *pid, struct err *e)
{
	int rc = run_spawn(r, pid);

	return rc == 0 || err_set(e, ERR_NOT_FOUND, "%s cannot be run: %s", r->argv[0], strerror(rc));
}

bool
run_wait(pid_t pid, int *status, struct err *e)
{
	int raw;
	pid_t got;

	do
		got = waitpid(pid, &raw, 0);
	while (got < 0 && errno == EINTR);
	if (got != pid)
		return err_set(e, ERR_BUG, "waitpid: %s", strerror(errno));
	*status = WIFEXITED(raw) ? WEXITSTATUS(raw) : RUN_SIGNAL + WTERMSIG(raw);
	return true;
}

bool
run_wait_until(pid_t pid, uint64_t deadline_ns, int *status, bool *late, struct err *e)
{
	struct pollfd pfd = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
	int n;

	do
		n = pfd.fd < 0 ? 0 : poll(&pfd, 1, clock_left_ms(deadline_ns));
	while (n < 0 && errno == EINTR);
	if (pfd.fd >= 0)
		close(pfd.fd);
	*late = n <= 0;
	if (*late)
		kill(-pid, SIGKILL);
	return run_wait(pid, status, e);
}

static void
read_to_end(int fd, struct buf *b)
{
	char part[4096];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) != 0) {
		size_t room = RUN_CAPTURE_B - b->n;

		if (n < 0 && errno != EINTR)
			return;
		if (n > 0)
			buf_put(b, str_n(part, (size_t)n < room ? (size_t)n : room));
	}
}

bool
run_read(struct arena *a, const char *const argv[], struct str *text, int *status, struct err *e)
{
	struct run r = {.argv = argv, .in = RUN_NULL};
	struct buf b;
	int fds[2];
	pid_t pid;
	bool ok;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return err_set(e, ERR_LIMIT, "pipe: %s", strerror(errno));
	buf_init(&b, a, RUN_CAPTURE_B + 1);
	r.out = r.err = fds[1];
	ok = run_start(&r, &pid, e);
	close(fds[1]);
	if (ok)
		read_to_end(fds[0], &b);
	close(fds[0]);
	if (ok)
		ok = run_wait(pid, status, e);
	*text = b.n == 0 ? STR("") : buf_str(&b);
	return ok;
}
