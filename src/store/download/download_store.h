/* download_store.h - files of digital goods: what is sold, and what the link of a paid order fetches.
 *
 * The bytes of a file are in paths.download_dir under the hash of its contents. An order keeps the file that it bought;
 * a newer one is for later orders, and for those that the staff give it to.
 *
 * A download is counted once by its ticket: random, made with the form on the order's page, sent with it, and then part
 * of the file's address. So a second click, a repeated request and the ranges of an interrupted one count once, for
 * DOWNLOAD_TICKET_S. Nothing is counted by GET: programs that look at links use nothing up. */
#ifndef KONTOR_STORE_DOWNLOAD_DOWNLOAD_STORE_H
#define KONTOR_STORE_DOWNLOAD_DOWNLOAD_STORE_H

#include "plat/db/db.h"
#include "store/download/grant_store.h"

#define DOWNLOAD_TICKET_S (12 * 3600)
#define DOWNLOAD_HASH_B 32
/* A file beside the others, by which `kontor doctor` sees that the web server sends them. */
#define DOWNLOAD_PROBE "probe"
#define DOWNLOAD_PROBE_TEXT "kontor\n"
#define DOWNLOAD_NAME_MAX 190 /* characters */
#define DOWNLOAD_TYPE_MAX 100

/* ---- by the link of an order ---- */

/* True if the link gives access to any file or code. */
MUST_USE bool download_any(struct db *, struct arena *, struct str token_hash, bool *any, struct err *);

struct download_ask {
	struct str token_hash;
	uint64_t id;
	struct str ticket; /* as text */
};

/* Counts the download, unless it was counted with the same ticket. ERR_CONFLICT: it is used up or too late, or the
 * order gives no access to it. */
MUST_USE bool download_take(struct db *, struct arena *, const struct download_ask *, struct err *);

/* The file of a ticket. ERR_NOT_FOUND if it is not valid, or not any more. */
struct download_sent {
	struct str hash, name, type;
};
MUST_USE bool download_find(
    struct db *, struct arena *, const struct download_ask *, struct download_sent *, struct err *);

/* ---- for the staff ---- */

struct download_file {
	uint64_t id, variant_id;
	struct str sku, name, type, hash; /* hash: in hexadecimal */
	int64_t size_b, added_at, ended_at, orders;
};
struct download_files {
	struct download_file *v;
	size_t n;
};

/* The file is sold from now on, in place of one of the same name. ERR_CONFLICT if the variant is sent by post. */
MUST_USE bool download_add(struct db *, struct arena *, const struct download_file *, struct err *);

/* The file (without a name: each) is not sold any more. *n: how many. */
MUST_USE bool download_end(struct db *, uint64_t variant_id, struct str name, uint64_t *n, struct err *);

MUST_USE bool download_files(struct db *, struct arena *, bool ended, struct download_files *, struct err *);

/* `first`: what the payment of an order that costs nothing grants, and nothing again.
 * Else grants again: the files bought and those sold now, and codes that are lacking. `end`: takes the access away.
 * ERR_CONFLICT if the order is not paid. */
struct download_regrant {
	uint64_t order_id;
	int pos; /* 0: all lines */
	struct grant_terms terms;
	bool first, end, dry_run;
	int64_t now_s;
};
MUST_USE bool download_grant(struct db *, struct arena *, const struct download_regrant *, struct err *);

#endif
