#include "plat/host/task.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "plat/text/file.h"

#define WIDTH_MAX 32

struct running {
	struct task *task;
	struct buf out;
	uint64_t began_ns;
	pid_t pid;
	int fd;
};

/* The child has its own process group, so that its children are killed with it. It dies with the caller. */
static int
child(struct arena *a, const struct task *t, int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct buf b;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	for (int i = STDIN_FILENO; null >= 0 && i <= STDERR_FILENO; i++)
		dup2(null, i);
	buf_init(&b, a, TASK_OUT_B);
	t->fn(t->arg, &b);
	return !b.over && file_write(fd, b.n == 0 ? STR("") : buf_str(&b)) ? 0 : 1;
}

static bool
task_start(struct arena *a, struct running *r)
{
	int fds[2];

	r->task->end = TASK_DIED;
	r->began_ns = clock_mono_ns();
	buf_init(&r->out, a, TASK_OUT_B);
	if (pipe2(fds, O_CLOEXEC) != 0)
		return false;
	r->pid = fork();
	if (r->pid == 0) {
		close(fds[0]);
		_exit(child(a, r->task, fds[1]));
	}
	close(fds[1]);
	r->fd = fds[0];
	if (r->pid > 0) {
		setpgid(r->pid, r->pid); /* also in the parent: the group may be killed before the child does it */
		return true;
	}
	close(r->fd);
	return false;
}

/* A child in uninterruptible sleep (on a dead disk) survives even SIGKILL and is abandoned. */
static void
task_finish(struct running *r, bool in_time)
{
	int status = -1, flags = 0;

	if (!in_time) {
		kill(-r->pid, SIGKILL);
		kill(r->pid, SIGKILL);
		flags = WNOHANG;
	}
	while (waitpid(r->pid, &status, flags) < 0 && errno == EINTR)
		continue;
	close(r->fd);
	r->task->took_ms = (uint32_t)((clock_mono_ns() - r->began_ns) / CLOCK_MS);
	if (!in_time) {
		r->task->end = TASK_TIME;
	} else if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		r->task->end = TASK_DONE;
		r->task->out = r->out.n == 0 ? STR("") : buf_str(&r->out);
	}
}

static uint64_t
until_ns(const struct running *r)
{
	return r->began_ns + r->task->limit_ms * CLOCK_MS;
}

/* Reads the available output. True when the child has ended. */
static bool
task_take(struct running *r)
{
	char part[4096];
	ssize_t n = read(r->fd, part, sizeof(part));

	if (n > 0)
		buf_put(&r->out, str_n(part, (size_t)n));
	return n == 0 || (n < 0 && errno != EINTR);
}

/* Waits until a child writes, ends or reaches its time limit. Removes ended children from the list. */
static size_t
wait_some(struct running *list, size_t n)
{
	struct pollfd pfd[WIDTH_MAX];
	uint64_t nearest_ns = CLOCK_NEVER;
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		pfd[i] = (struct pollfd){.fd = list[i].fd, .events = POLLIN};
		if (until_ns(&list[i]) < nearest_ns)
			nearest_ns = until_ns(&list[i]);
	}
	if (poll(pfd, (nfds_t)n, clock_left_ms(nearest_ns)) < 0)
		return n;
	for (size_t i = 0; i < n; i++) {
		bool over = clock_left_ns(until_ns(&list[i])) == 0, ended = pfd[i].revents != 0 && task_take(&list[i]);

		if (ended || over)
			task_finish(&list[i], ended);
		else
			list[kept++] = list[i];
	}
	return kept;
}

void
task_run(struct arena *a, struct task *tasks, size_t n, size_t width)
{
	struct running list[WIDTH_MAX];
	size_t next = 0, running = 0;

	if (width > WIDTH_MAX)
		width = WIDTH_MAX;
	while (next < n || running > 0) {
		if (next < n && running < width) {
			list[running].task = &tasks[next++];
			running += task_start(a, &list[running]);
			continue;
		}
		running = wait_some(list, running);
	}
}
