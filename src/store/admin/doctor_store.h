/* doctor_store.h - what `kontor doctor` asks a database: about the server, the schema, and an account's own rights.
 *
 * The connection is opened as DB_MIGRATE, with whichever account: nothing is prepared before it is asked for. */
#ifndef KONTOR_STORE_ADMIN_DOCTOR_STORE_H
#define KONTOR_STORE_ADMIN_DOCTOR_STORE_H

#include "plat/db/db.h"

struct doctor_server {
	struct str version, charset;
	int64_t flush_log, log_bin, sync_binlog, read_only; /* 1: on */
	int64_t max_connections, connections, max_statements, statements;
	int64_t now_s;
};
MUST_USE bool doctor_server(struct db *, struct arena *, struct doctor_server *, struct err *);

struct doctor_schema {
	bool exists;
	int64_t version;       /* the last one that was begun */
	struct str unfinished; /* the file of one that is half done, or empty */
	uint64_t done;         /* how many of its statements are */
};
MUST_USE bool doctor_schema(struct db *, struct arena *, struct doctor_schema *, struct err *);

struct doctor_queue {
	int64_t dead, late; /* late: due before `before_s` and still waiting */
};
MUST_USE bool doctor_queue(struct db *, struct arena *, int64_t before_s, struct doctor_queue *, struct err *);

/* SHOW GRANTS of the connected account: one statement a line, each ended by ';'. */
MUST_USE bool doctor_grants(struct db *, struct arena *, struct str *text, struct err *);

/* How many statements a process of this role prepares. */
size_t doctor_statements(enum db_role);

#endif
