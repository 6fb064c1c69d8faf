/* A confined process connects to a database by host name and with TLS, which loads libraries and certificates, and
 * hands over mails. */
#include <arpa/inet.h>
#include <mysql.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "integ.h"
#include "plat/conf/conf.h"
#include "plat/control/control.h"
#include "plat/host/confine.h"
#include "plat/mail/mail.h"

static unsigned port;
static char tls[] = "/tmp/kontor-tls-XXXXXX"; /* certificate and key of the server */

static unsigned
free_port(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t n = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ASSERT(bind(fd, (struct sockaddr *)&in, n) == 0 && getsockname(fd, (struct sockaddr *)&in, &n) == 0);
	close(fd);
	return ntohs(in.sin_port);
}

/* As the client of a worker does it. The name has a capital, since the client takes the socket for "localhost". */
static const char *
connect_with_tls(void)
{
	char ca[64];
	my_bool on = 1;
	MYSQL *my = mysql_init(NULL);

	snprintf(ca, sizeof(ca), "%s/cert.pem", tls);
	mysql_options(my, MYSQL_OPT_SSL_CA, ca);
	mysql_options(my, MYSQL_OPT_SSL_ENFORCE, &on);
	if (mysql_real_connect(my, "Localhost", "visitor", "", NULL, port, NULL, 0) == NULL)
		return mysql_error(my);
	return mysql_get_ssl_cipher(my) == NULL ? "there is no TLS" : NULL;
}

/* In a process of its own, since nothing ends a confinement. */
static void
in_child(enum confine_role role, bool readable)
{
	struct arena arena;
	struct conf conf;
	int status;
	pid_t pid;

	arena_init(&arena, 1 << 20);
	services_conf(&services, &arena, &conf);
	if (readable)
		conf.db_password_file = str_fmt(&arena, "%s/password", tls);
	pid = fork();
	if (pid == 0) {
		const char *why;

		confine_self(&conf, role, control_none());
		why = connect_with_tls();
		if (why != NULL && readable)
			fprintf(stderr, "# %s\n", why);
		_exit(why != NULL);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(WIFEXITED(status) && WEXITSTATUS(status) == 0, readable);
	arena_fini(&arena);
}

START_TEST(a_confined_worker_and_jobs_connect_by_host_name_and_with_tls)
{
	in_child(CONFINE_WORKER, true);
	in_child(CONFINE_JOBS, true);
}
END_TEST

START_TEST(a_certificate_outside_of_the_settings_folders_cannot_be_read)
{
	if (confine_landlock())
		in_child(CONFINE_WORKER, false);
}
END_TEST

/* Takes one mail, in a process of its own. */
static pid_t
smtp_start(unsigned *smtp_port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t n = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char line[2000];
	bool body = false;
	pid_t pid;
	FILE *f;

	ASSERT(bind(fd, (struct sockaddr *)&in, n) == 0 && getsockname(fd, (struct sockaddr *)&in, &n) == 0);
	ASSERT(listen(fd, 1) == 0);
	*smtp_port = ntohs(in.sin_port);
	pid = fork();
	if (pid != 0) {
		close(fd);
		return pid;
	}
	f = fdopen(accept(fd, NULL, NULL), "r+");
	fputs("220 ready\r\n", f);
	while (fflush(f) == 0 && fgets(line, sizeof(line), f) != NULL) {
		bool ends = strcmp(line, ".\r\n") == 0, begins = !body && strcmp(line, "DATA\r\n") == 0;

		fseek(f, 0, SEEK_CUR);
		if (!body || ends)
			fputs(begins ? "354 go\r\n" : "250 ok\r\n", f);
		body = begins || (body && !ends);
	}
	_exit(0);
}

static const char *
hand_over(struct arena *a, struct conf *conf, const char *transport)
{
	static const struct mail_envelope mail = {STR_INIT("shop@example.org"), STR_INIT("ada@example.org"),
	    STR_INIT("Subject: confined\r\n\r\nHello\r\n"), STR_INIT("confined.1.0@shop.example")};
	struct mail_transport t;
	struct mail_result r;
	struct err e = {0};

	conf->mail_transport = str_z(transport);
	if (!mail_transport_open(a, conf, &t, &e))
		return str_fmt(a, "%s: %s", transport, e.msg).p;
	mail_send(&t, &mail, &r);
	return r.end == MAIL_SENT ? NULL : str_fmt(a, "%s: %s", transport, r.why).p;
}

START_TEST(confined_jobs_hand_over_mails)
{
	unsigned smtp_port;
	pid_t server = smtp_start(&smtp_port), pid;
	struct mail_transport t;
	struct arena arena;
	struct conf conf;
	struct err e = {0};
	int status;

	arena_init(&arena, 1 << 20);
	services_conf(&services, &arena, &conf);
	conf.mail_server = str_fmt(&arena, "localhost:%u", smtp_port);
	conf.mail_maildir = str_fmt(&arena, "%s/mail", tls);
	conf.mail_transport = STR("file");
	ck_ok(mail_transport_open(&arena, &conf, &t, &e), &e); /* makes the folders, as kontor-jobs does */
	pid = fork();
	if (pid == 0) {
		const char *why;

		confine_self(&conf, CONFINE_JOBS, control_none());
		why = hand_over(&arena, &conf, "file");
		if (why == NULL)
			why = hand_over(&arena, &conf, "smtp");
		if (why != NULL)
			fprintf(stderr, "# %s\n", why);
		_exit(why != NULL);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	arena_fini(&arena);
}
END_TEST

static void
make_server(void)
{
	char cmd[400], options[400];

	ASSERT(mkdtemp(tls) != NULL);
	snprintf(cmd, sizeof(cmd),
	    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost "
	    "-keyout %s/key.pem -out %s/cert.pem 2>/dev/null && chmod -R a+rX %s",
	    tls, tls, tls);
	ASSERT(system(cmd) == 0);
	port = free_port();
	snprintf(options, sizeof(options),
	    "--skip-networking=0 --bind-address=127.0.0.1 --port=%u --ssl-cert=%s/cert.pem --ssl-key=%s/key.pem", port,
	    tls, tls);
	ASSERT(setenv("SERVICES_DB_OPTIONS", options, 1) == 0);
}

int
main(void)
{
	Suite *s = suite_create("confine");
	TCase *tc = tcase_create("confine");
	SRunner *sr;
	char cmd[64];

	make_server();
	services_start(&services, true);
	services_sql(&services, "CREATE USER visitor REQUIRE SSL");
	tcase_set_timeout(tc, TEST_LIFE_S);
	tcase_add_checked_fixture(tc, heal, NULL);
	tcase_add_test(tc, a_confined_worker_and_jobs_connect_by_host_name_and_with_tls);
	tcase_add_test(tc, a_certificate_outside_of_the_settings_folders_cannot_be_read);
	tcase_add_test(tc, confined_jobs_hand_over_mails);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_set_tap(sr, "-");
	srunner_run_all(sr, CK_SILENT);
	srunner_free(sr);
	services_stop(&services);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", tls);
	return system(cmd) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
