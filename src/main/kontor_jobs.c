/* kontor-jobs - background work: counts dead workers, kills stuck ones, repeats cache deletes, expires orders. */
#include <getopt.h>
#include <sysexits.h>

#include "base/clock.h"
#include "jobs/job.h"
#include "plat/host/confine.h"
#include "plat/mail/mail.h"
#include "plat/text/secret.h"

#define CONF_MEM_B ((size_t)16 << 20)
#define PAUSE_NS (5 * CLOCK_S) /* before exiting, so that a supervisor does not restart it in a tight loop */

static int
give_up(const char *event, const struct err *e, int status)
{
	log_put(LOG_ERROR, "event=%s msg=\"%s\"", event, e->msg);
	clock_sleep_ns(PAUSE_NS);
	return status;
}

/* --config FILE; --once: run each job once. */
static bool
jobs_options(int argc, char **argv, const char **file, bool *once)
{
	static const struct option known[] = {
	    {"config", required_argument, NULL, 'c'}, {"once", no_argument, NULL, 'o'}, {NULL, 0, NULL, 0}};
	int opt;

	while ((opt = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (opt) {
		case 'c': *file = optarg; break;
		case 'o': *once = true; break;
		default: return false;
		}
	}
	return optind == argc;
}

/* Later the process may create no folders. */
static void
prepare_mail(struct arena *a, const struct conf *conf)
{
	struct mail_transport mail;
	struct err e = {0};

	if (!mail_transport_open(a, conf, &mail, &e))
		log_put(LOG_ERROR, "event=no_mail_transport msg=\"%s\"", e.msg);
}

int
main(int argc, char **argv)
{
	static struct arena a;
	static struct conf conf;
	static struct control ctl;
	static struct stats st;
	struct err e = {0};
	const char *file = NULL;
	struct job_process process = {.part = JOB_ALL};
	bool once = false;

	if (!jobs_options(argc, argv, &file, &once) || !log_open("kontor-jobs", NULL, LOG_INFO) || !secret_init(&e))
		return EX_USAGE;
	arena_init(&a, CONF_MEM_B);
	if (!conf_load(&a, conf_file(file), &conf, &e))
		return give_up("config_unusable", &e, EX_CONFIG);
	conf_log_open("kontor-jobs", &conf);
	if (!once && !job_split(&process, &e))
		return give_up("no_process", &e, EX_OSERR);
	if (!job_join(&conf, &st, &ctl, &e))
		return give_up("no_shared_files", &e, EX_UNAVAILABLE);
	prepare_mail(&a, &conf);
	confine_self(&conf, CONFINE_JOBS, &ctl);
	return job_loop(&conf, &ctl, &process);
}
