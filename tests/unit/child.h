/* child.h - processes that do their part, say so, and wait to be killed. */
#ifndef KONTOR_TESTS_CHILD_H
#define KONTOR_TESTS_CHILD_H

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

struct child {
	pid_t pid;
	int ready, say; /* a byte comes when the child has done its part */
};

/* pid 0: this is the child, which ends in child_wait(). */
static inline struct child
child_fork(void)
{
	struct child c;
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	c.pid = fork();
	ck_assert_int_ge(c.pid, 0);
	c.ready = fds[0];
	c.say = fds[1];
	close(c.pid == 0 ? c.ready : c.say);
	return c;
}

static inline void
child_wait(struct child c)
{
	if (write(c.say, "r", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static inline void
child_await(struct child c)
{
	char byte;

	ck_assert_int_eq(read(c.ready, &byte, 1), 1);
}

static inline void
child_end(struct child c, int sig)
{
	ck_assert_int_eq(kill(c.pid, sig), 0);
	ck_assert_int_eq(waitpid(c.pid, NULL, 0), c.pid);
	close(c.ready);
}

#endif
