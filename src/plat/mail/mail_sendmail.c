/* The program sendmail, without a shell: `sendmail -i -f BOUNCE -- RECIPIENT`, never -t, which obeys the header.
 *
 * Its exit status says little: postfix reports a mail that is too big as "try again", msmtp a full mailbox as "never".
 * So 0 is accepted, and everything else is tried again. A program that does not end in time is killed with all that it
 * has started; its mail may be queued. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/run.h"
#include "plat/mail/mail_impl.h"

#define SAID_B 200
#define ADDRESS_B 256

static void
sendmail_judge(int out, int status, const char *program, struct mail_result *r)
{
	char said[SAID_B + 1];
	ssize_t n = pread(out, said, SAID_B, 0);

	said[n < 0 ? 0 : n] = '\0';
	if (status > RUN_SIGNAL)
		mail_ends(r, MAIL_UNKNOWN, "%s was ended by signal %d: %s", program, status - RUN_SIGNAL, said);
	else if (status == 0)
		mail_ends(r, MAIL_SENT, "accepted by %s", program);
	else
		mail_ends(r, MAIL_AGAIN, "%s: exit status %d: %s", program, status, said);
	r->code = status > RUN_SIGNAL ? 0 : status;
}

/* `in` and `out` are memory files, so that neither side waits for the other. */
static void
sendmail_run(const struct mail_transport *t, const struct mail_envelope *v, int in, int out, struct mail_result *r)
{
	char from[ADDRESS_B], to[ADDRESS_B];
	const char *const argv[] = {t->where, "-i", "-f", from, "--", to, NULL};
	const struct run run = {.argv = argv, .in = in, .out = out, .err = out, .group = true};
	struct err e = {0};
	int status = 0;
	bool late;
	pid_t pid;

	str_copy(from, sizeof(from), v->from);
	str_copy(to, sizeof(to), v->to);
	if (!run_start(&run, &pid, &e))
		mail_ends(r, MAIL_HALT, "%s", e.msg);
	else if (!run_wait_until(pid, clock_mono_ns() + t->limit_ms * CLOCK_MS, &status, &late, &e))
		mail_ends(r, MAIL_UNKNOWN, "%s: %s", t->where, e.msg);
	else if (late)
		mail_ends(r, MAIL_UNKNOWN, "%s did not end within %u s and was killed", t->where, t->limit_ms / 1000);
	else
		sendmail_judge(out, status, t->where, r);
}

void
mail_sendmail(const struct mail_transport *t, const struct mail_envelope *v, struct mail_result *r)
{
	int in = memfd_create("mail", MFD_CLOEXEC), out = memfd_create("mail", MFD_CLOEXEC);

	if (in < 0 || out < 0 || !mail_put_file(in, v->bytes) || lseek(in, 0, SEEK_SET) != 0)
		mail_ends(r, MAIL_AGAIN, "no memory for %s: %s", t->where, strerror(errno));
	else
		sendmail_run(t, v, in, out, r);
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
}
