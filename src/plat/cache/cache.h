/* cache.h - caches, in memcached and in the worker, values made from the database. The cache is never required, and the
 * database alone holds the truth.
 *
 * A reader looks in L1 (the worker's own memory), then in memcached, then in the database. To fill is to read a missing
 * value from the database and store it. Invariants:
 *
 *  - A reader puts its placeholder (a lease) into memcached BEFORE it reads the database, and stores the value only
 *    over that same placeholder (by its cas id). A writer marks or deletes the key after its commit. Either
 *    invalidates the placeholder, so a value read before the commit can never be stored after it.
 *  - One reader fills. The others get the stale value, or wait. A request waits at most twice `timeout_ns` in total,
 *    for fills and for memcached itself. Then it reads the database and stores nothing.
 *  - A value that changes by itself, at a time that its fill knows, counts as marked from that time on.
 *  - A change marks a value, which from then on is shown only when the database has failed. Sessions and orders
 *    are deleted instead, and so are all values of a change that affects many.
 *  - The epoch is a counter shared by all workers of a host; changes raise it. An L1 entry is valid only in the epoch
 *    that was read before the request to memcached.
 *  - Faults of memcached do not reach the visitor: values then come from the database, with a shared limit on fills.
 *    When the database is down, a stale value is used until its hard expiry.
 *
 * After C. Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013, section 3.2.1 (leases). */
#ifndef KONTOR_PLAT_CACHE_CACHE_H
#define KONTOR_PLAT_CACHE_CACHE_H

#include "base/buf.h"
#include "base/err.h"
#include "plat/control/control.h"

enum cache_class {
#define CLASS(name, l1, stale, help) CACHE_##name,
#include "plat/cache/cache.def"
#undef CLASS
	CACHE__MAX
};

#define CACHE_KEY_MAX 200

struct cache_key {
	enum cache_class cls;
	size_t n;
	char text[CACHE_KEY_MAX];
};

enum cache_how {
	CACHE_NONE,   /* no such object: the fill left no value */
	CACHE_FRESH,  /* from L1 or memcached, or just filled */
	CACHE_STALE,  /* past its soft expiry, or marked; still allowed */
	CACHE_LOST    /* not available from any source: cache_fetch() has failed */
};

struct cache_item;

/* Decodes a value into item->made, which may point into `value`. False when it is not valid for its class: a value from
 * memcached then counts as a miss. */
typedef bool cache_read_fn(struct arena *, struct cache_item *, struct str value, struct err *);

/* In: key, arg, read (NULL: any bytes are valid). Out: how, value (on the arena of cache_fetch()), version, and, if
 * there is a value, made. A fill sets value, version and, if the value changes by itself, change_in_s: the seconds from
 * the fill's call until then. */
struct cache_item {
	struct cache_key key;
	void *arg; /* the caller's data for the fill */
	cache_read_fn *read;
	void *made;
	struct str value;
	uint64_t version;
	int64_t change_in_s; /* 0: never */
	enum cache_how how;
};

/* Reads the wanted items from the database in one go; the value of an item that does not exist stays none. */
typedef bool cache_fill_fn(void *arg, struct arena *, struct cache_item **want, size_t n, struct err *);

struct cache;

struct cache_setup {
	const struct str *servers; /* in the syntax of memc_name.h; none: no memcached */
	size_t n_servers;
	uint64_t salt; /* hash of all that determines the values' form (field names, settings); part of every key */
	const char *secret_file;
	uint64_t timeout_ns;
	int64_t soft_s, hard_s;
	size_t l1_b;
	int fills; /* limit on the concurrent fills of all workers together */
	bool repeats; /* the caller repeats unconfirmed deletes, so none goes to a server while its breaker is open */
};

/* Allocated on the arena; `servers` must live as long. Connects on first use. */
MUST_USE bool cache_open(struct arena *, const struct cache_setup *, struct control *, struct cache **, struct err *);

/* Reads the secret that seals values in memcached. Until this succeeds, memcached is used only to mark and delete,
 * which requires no secret. Does nothing when no memcached is configured. */
MUST_USE bool cache_unlock(struct cache *, struct err *);

/* Changes the salt of the setup, and drops the worker's own values and pages. */
void cache_resalt(struct cache *, uint64_t salt);

/* While `hold`, nothing that is read from the database is stored: the caller may lack the settings that the salt stands
 * for. */
void cache_hold(struct cache *, bool hold);

/* Begins a request: resets its wait budget and sets its deadline. */
void cache_deadline(struct cache *, uint64_t mono_ns);

/* `lang` may be none; `id` may contain any bytes and have any length. */
struct cache_key cache_key(const struct cache *, enum cache_class, struct str lang, struct str id);

/* Fetches all items. The call fails if one of them is not available from any source: with the fill's error, or with
 * ERR_BUSY when too many fills are running. The other items are then still valid. */
MUST_USE bool cache_fetch(struct cache *, struct arena *, struct cache_item *items, size_t n, cache_fill_fn *,
    void *arg, struct err *);

/* Begins a page of this name; it ends with the arena's next reset. The first request to memcached prefetches the keys
 * that the page needed last time (cache_ahead.h). */
void cache_page_begin(struct cache *, struct arena *, struct str name);

/* Kept pages stay in the worker's own memory, never in memcached. A page made of values fetched after
 * cache_page_begin() may be kept as long as the shortest-lived of them, and only if all were fresh. The key must cover
 * everything else that the page depends on. cache_page_wanted() is true when the page may be kept and was requested
 * recently: rare pages would evict hot ones. Each call of it counts a miss, cache_page_find() counts a hit. */
bool cache_page_wanted(struct cache *, struct str key);
void cache_page_keep(struct cache *, struct str key, struct str head, struct str body);

/* Head and body together; borrowed until the next cache_page_keep(). */
MUST_USE bool cache_page_find(struct cache *, struct str key, struct str *page);

/* Call it after committing a change of the rows behind the keys. Marks their values, or deletes them when there are
 * many or their class is never served stale. Raises the epoch if the class may be in L1. False when memcached did not
 * confirm all: the outbox must retry. */
bool cache_forget(struct cache *, struct arena *, const struct cache_key *keys, size_t n);

/* Call it after a change of the whole database. Flushes memcached and raises the epoch. Values read before cannot be
 * stored afterwards, since the placeholders are gone too. ERR_UPSTREAM when a running server did not confirm: it may
 * then serve old values until it is restarted. */
MUST_USE bool cache_flush(struct cache *, struct err *);

/* Queries each server once, so that its breaker is updated even without page requests. */
void cache_probe(struct cache *);

#endif
