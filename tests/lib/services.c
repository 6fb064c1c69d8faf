#include "services.h"

#include <mysql.h>
#include <mysqld_error.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "patience.h"
#include "plat/conf/conf.h"
#include "store/sql.h"

#define HARD_ERROR 99

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "services: %s: %s\n", what, why);
	exit(HARD_ERROR);
}

static void
script(const char *verb, const char *dir, const char *option)
{
	const char *src = getenv("top_srcdir");
	char path[512];
	int status;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/tests/lib/services", src != NULL ? src : "..");
	pid = fork();
	if (pid == 0) {
		execl(path, path, verb, dir, option, (char *)NULL);
		_exit(127);
	}
	if (pid == -1 || waitpid(pid, &status, 0) != pid || status != 0)
		die(path, verb);
}

void
services_start(struct services *s, bool empty)
{
	snprintf(s->dir, sizeof(s->dir), "/tmp/kontor-XXXXXX");
	if (mkdtemp(s->dir) == NULL)
		die(s->dir, "mkdtemp");
	snprintf(s->conf_file, sizeof(s->conf_file), "%s/kontor.conf", s->dir);
	script("start", s->dir, empty ? "--empty" : NULL);
}

void
services_stop(struct services *s)
{
	script("stop", s->dir, NULL);
}

void
services_do(const struct services *s, const char *verb)
{
	script(verb, s->dir, NULL);
}

static void
heal(const struct services *s, const char *which)
{
	char path[128], verb[32];
	long pid = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.pid", s->dir, which);
	f = fopen(path, "r");
	if (f != NULL && fscanf(f, "%ld", &pid) != 1)
		pid = 0;
	if (f != NULL)
		fclose(f);
	if (pid > 0 && kill((pid_t)pid, SIGCONT) == 0)
		return;
	snprintf(verb, sizeof(verb), "%s-start", which);
	services_do(s, verb);
}

void
services_heal(const struct services *s)
{
	heal(s, "db");
	heal(s, "mc");
}

void
services_conf(const struct services *s, struct arena *a, struct conf *conf)
{
	struct err e = {0};

	if (!conf_load(a, s->conf_file, conf, &e))
		die(s->conf_file, e.msg);
}

struct db *
services_db(const struct services *s, struct arena *a, enum db_role role)
{
	struct conf *conf = ARENA_NEW(a, struct conf);
	struct db_setup setup;
	struct err e = {0};
	struct db *db;

	services_conf(s, a, conf);
	setup = sql_setup(db_login_of(conf, role == DB_WEB ? DB_ACCOUNT_WEB : role == DB_JOBS ? DB_ACCOUNT_JOBS
	    : DB_ACCOUNT_TOOL), NULL, role);
	if (!db_open(a, &setup, &db, &e) || !db_connect(db, &e) || db_unusable(db, &e) > 0)
		die("database", e.msg);
	return db;
}

static MYSQL *
root(const struct services *s)
{
	MYSQL *mysql = mysql_init(NULL);
	unsigned timeout_s = TEST_PATIENCE_S;
	char socket[96];

	snprintf(socket, sizeof(socket), "%s/db.sock", s->dir);
	if (mysql != NULL) {
		mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &timeout_s);
		mysql_options(mysql, MYSQL_INIT_COMMAND, "SET foreign_key_checks = 0, check_constraint_checks = 0");
	}
	if (mysql == NULL || mysql_real_connect(mysql, NULL, "root", "", "kontor", 0, socket, 0) == NULL)
		die("connect as root", mysql == NULL ? "no memory" : mysql_error(mysql));
	return mysql;
}

void
services_sql(const struct services *s, const char *text)
{
	MYSQL *mysql = root(s);
	MYSQL_RES *res;

	while (mysql_query(mysql, text) != 0)
		if (mysql_errno(mysql) != ER_LOCK_DEADLOCK)
			die(text, mysql_error(mysql));
	if ((res = mysql_store_result(mysql)) != NULL)
		mysql_free_result(res);
	mysql_close(mysql);
}

long long
services_number(const struct services *s, const char *query)
{
	MYSQL *mysql = root(s);
	MYSQL_RES *res = NULL;
	MYSQL_ROW row;
	long long n;

	if (mysql_query(mysql, query) != 0 || (res = mysql_store_result(mysql)) == NULL)
		die(query, mysql_error(mysql));
	row = mysql_fetch_row(res);
	if (row == NULL || row[0] == NULL)
		die(query, "no row");
	n = strtoll(row[0], NULL, 10);
	mysql_free_result(res);
	mysql_close(mysql);
	return n;
}
