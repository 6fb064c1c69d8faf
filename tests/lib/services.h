/* services.h - a private MariaDB and memcached for an integration test.
 *
 * Wraps the script of the same name. Everything is in `dir`; it is gone when the test ends, however it ends. */
#ifndef KONTOR_TESTS_SERVICES_H
#define KONTOR_TESTS_SERVICES_H

#include "plat/db/db.h"

struct services {
	char dir[64]; /* db.sock, mc.sock, db.pid, mc.pid, db.log, kontor.conf */
	char conf_file[96];
};

/* Exits with status 99 (for TAP: a hard error) when they do not come up. `empty`: no schema. */
void services_start(struct services *, bool empty);
void services_stop(struct services *);

/* "db-kill", "db-stop", "db-cont", "db-start", and the same with mc. */
void services_do(const struct services *, const char *verb);

/* Continues what is stopped and starts what is dead. */
void services_heal(const struct services *);

/* The configuration of these services; `a` must live as long. */
void services_conf(const struct services *, struct arena *a, struct conf *);

/* Opens and connects with the tables of store/sql/; each statement fits. */
struct db *services_db(const struct services *, struct arena *a, enum db_role);

/* Runs SQL text as root of the private server, with neither foreign keys nor CHECKs in force, so that a test can plant
 * what must not be; a failed statement ends the test. */
void services_sql(const struct services *, const char *text);

/* The first column of the first row, for what a test looks up behind the shop's back. */
long long services_number(const struct services *, const char *query);

#endif
