/* The program sendmail, without a shell: `sendmail -i -f BOUNCE -- RECIPIENT`, never -t, which obeys the header.
 *
 * Its exit status says little: postfix reports a mail that is too big as "try again", msmtp a full mailbox as "never".
 * So 0 is accepted, and everything else is tried again. A program that does not end in time is killed with all that it
 * has started; its mail may be queued. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "plat/mail/mail_impl.h"

#define SAID_B 200
#define ADDRESS_B 256

extern char **environ;

struct sendmail {
	int in, out; /* memory files, so that neither side waits for the other */
	pid_t pid;
};

static int
sendmail_spawn(struct sendmail *s, const char *const argv[])
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
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setsigdefault(&attr, &usual);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setpgroup(&attr, 0);
	rc = posix_spawn_file_actions_adddup2(&fa, s->in, STDIN_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&fa, s->out, STDOUT_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&fa, s->out, STDERR_FILENO);
	if (rc == 0)
		rc = posix_spawn(&s->pid, argv[0], &fa, &attr, (char *const *)argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&fa);
	return rc;
}

/* Waits for the program; false when it did not end in time and was killed. */
static bool
sendmail_wait(const struct sendmail *s, uint32_t limit_ms, int *status)
{
	const uint64_t deadline_ns = clock_mono_ns() + limit_ms * CLOCK_MS;
	struct pollfd pfd = {.fd = (int)syscall(SYS_pidfd_open, s->pid, 0), .events = POLLIN};
	int n;

	do
		n = pfd.fd < 0 ? 0 : poll(&pfd, 1, clock_left_ms(deadline_ns));
	while (n < 0 && errno == EINTR);
	if (pfd.fd >= 0)
		close(pfd.fd);
	if (n <= 0)
		kill(-s->pid, SIGKILL);
	while (waitpid(s->pid, status, 0) < 0 && errno == EINTR)
		;
	return n > 0;
}

static void
sendmail_judge(const struct sendmail *s, int status, const char *program, struct mail_result *r)
{
	char said[SAID_B + 1];
	ssize_t n = pread(s->out, said, SAID_B, 0);

	said[n < 0 ? 0 : n] = '\0';
	if (WIFSIGNALED(status))
		mail_ends(r, MAIL_UNKNOWN, "%s was ended by signal %d: %s", program, WTERMSIG(status), said);
	else if (WEXITSTATUS(status) == 0)
		mail_ends(r, MAIL_SENT, "accepted by %s", program);
	else
		mail_ends(r, MAIL_AGAIN, "%s: exit status %d: %s", program, WEXITSTATUS(status), said);
	r->code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

void
mail_sendmail(const struct mail_transport *t, const struct mail_envelope *v, struct mail_result *r)
{
	struct sendmail s = {.in = memfd_create("mail", MFD_CLOEXEC), .out = memfd_create("mail", MFD_CLOEXEC)};
	char from[ADDRESS_B], to[ADDRESS_B];
	const char *const argv[] = {t->where, "-i", "-f", from, "--", to, NULL};
	int rc, status = 0;

	str_copy(from, sizeof(from), v->from);
	str_copy(to, sizeof(to), v->to);
	if (s.in < 0 || s.out < 0 || !mail_put_file(s.in, v->bytes) || lseek(s.in, 0, SEEK_SET) != 0)
		mail_ends(r, MAIL_AGAIN, "no memory for %s: %s", t->where, strerror(errno));
	else if ((rc = sendmail_spawn(&s, argv)) != 0)
		mail_ends(r, MAIL_HALT, "%s cannot be run: %s", t->where, strerror(rc));
	else if (!sendmail_wait(&s, t->limit_ms, &status))
		mail_ends(r, MAIL_UNKNOWN, "%s did not end within %u s and was killed", t->where, t->limit_ms / 1000);
	else
		sendmail_judge(&s, status, t->where, r);
	if (s.in >= 0)
		close(s.in);
	if (s.out >= 0)
		close(s.out);
}
