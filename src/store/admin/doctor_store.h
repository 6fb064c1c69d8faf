/* doctor_store.h - the database queries of `kontor doctor`: server, schema, and the rights of the connected account.
 *
 * The connection is opened as DB_MIGRATE, with any account; statements are prepared on first use. */
#ifndef KONTOR_STORE_ADMIN_DOCTOR_STORE_H
#define KONTOR_STORE_ADMIN_DOCTOR_STORE_H

#include "plat/db/db.h"
#include "plat/text/secret_ring.h"

struct doctor_server {
	struct str version, charset;
	int64_t flush_log, log_bin, sync_binlog, read_only; /* 1: on */
	int64_t max_connections, connections, max_statements, statements;
	int64_t now_s;
};
MUST_USE bool doctor_server(struct db *, struct arena *, struct doctor_server *, struct err *);

struct doctor_schema {
	bool exists;
	int64_t version;       /* the newest migration that was started */
	struct str unfinished; /* the file of an interrupted migration, or empty */
	uint64_t done;         /* the number of its statements that were executed */
};
MUST_USE bool doctor_schema(struct db *, struct arena *, struct doctor_schema *, struct err *);

struct doctor_queue {
	int64_t dead;	/* failed for good */
	int64_t late;	/* cache deletes and events that have waited for an hour */
	int64_t unsent; /* mails and webhooks that have waited for four hours */
};
/* A receiver of webhooks that is paused after failures. */
struct doctor_hook {
	struct str name, why;
};
MUST_USE bool doctor_hooks(struct db *, struct arena *, struct doctor_hook **, size_t *n, struct err *);
MUST_USE bool doctor_queue(struct db *, struct arena *, struct doctor_queue *, struct err *);

/* Of the newest 50 orders, those placed after `since_s`: which of them the links of these keys do not find. */
struct doctor_links {
	int64_t orders, differ;
};
MUST_USE bool doctor_links(
    struct db *, struct arena *, const struct secret_ring *, int64_t since_s, struct doctor_links *, struct err *);

/* SHOW GRANTS of the connected account: one statement per line, each ending with ';'. */
MUST_USE bool doctor_grants(struct db *, struct arena *, struct str *text, struct err *);

/* The number of statements that a process of this role prepares. */
size_t doctor_statements(enum db_role);

#endif
