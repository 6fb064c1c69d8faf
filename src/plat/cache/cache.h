/* cache.h - values made from the database, kept in memcached and in the worker; never the truth and never needed.
 *
 * The read path is L1 (the worker's own), memcached, database. What must stay true:
 *
 *  - A placeholder of ours is in memcached BEFORE the database is read, and what was read goes in only over that very
 *    placeholder (memc.h: its mark). A writer marks or deletes after its commit, which changes the placeholder, so that
 *    what was read before the commit can never be stored after it.
 *  - One reader fills. The others are served the old value, or wait. For fills and for memcached itself a
 *    request waits twice `timeout_ns` at most, all together; then it reads the database and stores nothing.
 *  - A change marks a value instead of deleting it. A marked value is shown only when the database has failed.
 *    Sessions and orders are deleted.
 *  - An L1 entry carries the epoch that was read before memcached was asked.
 *  - memcached's trouble is never the visitor's: then the database is read, under a cap that all workers share, and
 *    when the database is down, an old value serves until its hard expiry.
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
	CACHE_NONE,   /* there is no such thing: the fill left no value */
	CACHE_FRESH,  /* from L1 or memcached, or just filled */
	CACHE_STALE,  /* past its soft expiry, or marked; still allowed */
	CACHE_LOST    /* not to be had from anywhere: cache_fetch() has failed */
};

struct cache_item;

/* Makes what the caller needs of a value, into `made`, and checks that it is what the class holds: a value of memcached
 * that is not is a miss. `value` lives as long as what is made. */
typedef bool cache_read_fn(struct arena *, struct cache_item *, struct str value, struct err *);

/* In: key, arg, read (NULL: any bytes will do). Out: value (on the arena of cache_fetch()), version, how, and, where
 * there is a value, made. A fill sets value and version. */
struct cache_item {
	struct cache_key key;
	void *arg; /* the caller's own: what the fill needs to know */
	cache_read_fn *read;
	void *made;
	struct str value;
	uint64_t version;
	enum cache_how how;
};

/* Reads the wanted items from the database in one go; an item that does not exist keeps value none. */
typedef bool cache_fill_fn(void *arg, struct arena *, struct cache_item **want, size_t n, struct err *);

struct cache;

struct cache_setup {
	const struct str *servers; /* as memc_name.h takes them; none: no memcached */
	size_t n_servers;
	uint64_t salt; /* a hash of what decides the values' form: names of nodes, settings. It goes into every key. */
	const char *secret_file;
	uint64_t timeout_ns;
	int64_t soft_s, hard_s;
	size_t l1_b;
	int fills; /* that all workers together may make at a time */
};

/* Lives on the arena, which also keeps what `servers` points to; connects at first use. */
MUST_USE bool cache_open(struct arena *, const struct cache_setup *, struct control *, struct cache **, struct err *);

/* Reads the secret that values in memcached are sealed with. Before, and when it fails, memcached is only asked to mark
 * and delete, which needs no secret. Nothing to do where no memcached is configured. */
MUST_USE bool cache_unlock(struct cache *, struct err *);

/* A request begins: it may wait as long as a request may, and not past its deadline. */
void cache_deadline(struct cache *, uint64_t mono_ns);

/* `lang` may be none; `id` may hold any bytes and have any length. */
struct cache_key cache_key(const struct cache *, enum cache_class, struct str lang, struct str id);

/* Fills in all items. Fails when an item could not be had from anywhere, with the fill's own error, or ERR_BUSY when
 * too many fills are under way. The other items are there then, too. */
MUST_USE bool cache_fetch(struct cache *, struct arena *, struct cache_item *items, size_t n, cache_fill_fn *,
    void *arg, struct err *);

/* A page of this name begins and ends with the arena's next reset. What the page of that name fetched the last time is
 * asked for together as soon as memcached is asked for any of it (cache_ahead.h). */
void cache_page_begin(struct cache *, struct arena *, struct str name);

/* Whole pages are kept where they were made: in the worker's own memory, never in memcached. What is made of the values
 * that are fetched after cache_page_begin() may be kept as long as the shortest-lived of them, and only when all were
 * fresh. A key says everything that the page depends on beside them. cache_page_wanted(): whether it may be kept and
 * was asked for lately; for pages that hardly anybody asks for there is no room. It counts the page as a miss, as
 * cache_page_find() counts a hit. */
bool cache_page_wanted(struct cache *, struct str key);
void cache_page_keep(struct cache *, struct str key, struct str head, struct str body);

/* Head and body in one; borrowed until the next cache_page_keep(). */
MUST_USE bool cache_page_find(struct cache *, struct str key, struct str *page);

/* The rows behind the keys have changed and the changes are committed: marks their values, or deletes them when they
 * are many or of a class that is never shown stale, and, where workers may hold them themselves, raises the epoch.
 * False when memcached did not confirm each: the outbox must do it again. */
bool cache_forget(struct cache *, struct arena *, const struct cache_key *keys, size_t n);

/* The whole database was changed, and that is over: forgets every value in memcached and raises the epoch. What was
 * read before cannot be stored afterwards, since the placeholders are gone too. ERR_UPSTREAM when a server that runs
 * did not confirm it: then it may serve what was, until it is started anew. */
MUST_USE bool cache_flush(struct cache *, struct err *);

/* Asks each server once, so that its breaker learns how it is also while no page is asked for. */
void cache_probe(struct cache *);

#endif
