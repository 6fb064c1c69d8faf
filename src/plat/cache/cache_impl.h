/* cache_impl.h - what the files of the cache share. cache.c runs a fetch: cache_read.c asks memcached and judges its
 * answers, cache_fill.c reads the database and stores; cache_exchange.c is the way to memcached for all of them. */
#ifndef KONTOR_PLAT_CACHE_CACHE_IMPL_H
#define KONTOR_PLAT_CACHE_CACHE_IMPL_H

#include "base/clock.h"
#include "plat/cache/cache.h"
#include "plat/cache/cache_ahead.h"
#include "plat/cache/cache_l1.h"
#include "plat/cache/cache_stored.h"
#include "plat/cache/memc.h"

#define CACHE_HEAD_MAX 32
#define CACHE_PLACEHOLDER_S 3 /* how long a filler may take before another one may try */

struct cache {
	struct cache_setup set;
	struct control *ctl;
	struct stats *st;
	uint64_t identity; /* of the database; it stands in key_head */
	struct memc *memc; /* NULL: none */
	uint8_t seal[SECRET_KEY_B];
	bool unlocked; /* there is a key; else memcached is only asked to mark and delete */
	struct cache_l1 *l1, *pages;
	struct cache_ahead *ahead;
	struct str key_head; /* of every key, in key_head_text */
	char key_head_text[CACHE_HEAD_MAX];
	struct cache_placeholder placeholder; /* the last one that was given out */
	uint64_t deadline_ns;
	uint64_t wait_ns; /* what is left for waiting in this request */
	struct arena *page_arena;  /* of the page that was begun; NULL: none */
	struct cache_l1_life page; /* of what was fetched since cache_page_begin() */
	bool page_whole;	   /* all of it was fresh */
	struct arena stores;	   /* values on their way out */
};

/* Where an item stands while cache_fetch() works on it. */
enum cache_phase {
	CACHE_ASK,    /* memcached has not answered yet */
	CACHE_ABSENT, /* it was not there */
	CACHE_DONE,   /* value is final */
	CACHE_OURS,   /* our placeholder is in: read the database, then store over it */
	CACHE_RENEW,  /* our lock is in, the old value too: read, then store over the old one */
	CACHE_THEIRS, /* somebody else fills */
	CACHE_DIRECT  /* read the database, store nothing */
};

struct cache_work {
	struct cache_item *item;
	enum cache_phase phase;
	struct cache_l1_life life;  /* its epoch was read before memcached was asked */
	struct memc_mark mark;	    /* OURS, RENEW: of what is stored over; known before the database is read */
	struct str stale;	    /* a value to fall back on */
	bool outage_only;	    /* `stale` is marked */
	struct str lock;	    /* RENEW: the key of our lock */
	bool counted;		    /* as a hit, a miss or an error */
};

struct cache_run {
	struct cache *c;
	struct arena *a;
	struct cache_work *works;
	size_t n;
	cache_fill_fn *fill;
	void *arg;
};

/* cache_class.c */
enum cache_counter { CACHE_HITS, CACHE_MISSES, CACHE_ERRORS, CACHE_STALES, CACHE_FILLS };

const char *cache_class_name(enum cache_class);
bool cache_class_in_l1(enum cache_class);
bool cache_class_stale(enum cache_class);
void cache_count(struct cache *, const struct cache_work *, enum cache_counter);

/* Each lookup is one hit, one miss or one error, however often memcached is asked: who waited for another's fill and
 * got it had a hit. */
void cache_count_lookup(struct cache *, struct cache_work *, enum cache_counter);

/* cache_key.c */
/* Makes the beginning of every key for the database's identity. */
void cache_key_head(struct cache *, uint64_t identity);

static inline struct str
cache_key_str(const struct cache_key *key)
{
	return str_n(key->text, key->n);
}

/* cache_exchange.c */
enum cache_urgency {
	CACHE_ORDINARY, /* for a page: within what it may wait, and not while a server's breaker is open */
	CACHE_QUIET,	/* nothing is waited for; only quiet operations */
	CACHE_MUST	/* whatever the breaker holds of the server */
};

/* Like memc_do(); reports to the breakers. */
void cache_exchange(struct cache *, struct arena *, struct memc_op *ops, size_t n, enum cache_urgency);
void cache_waited(struct cache *, uint64_t since_ns);

/* cache_read.c */
void cache_ask(struct cache_run *);
/* Verifies and reads the value in the bytes. False: a placeholder, or refused and counted; *s tells which. */
bool cache_parse(
    struct cache_run *, struct cache_work *, struct str bytes, struct cache_stored *s, struct cache_entry *);

/* cache_fill.c: reads everything of the phases OURS, RENEW and DIRECT from the database. */
MUST_USE bool cache_fill(struct cache_run *, struct err *);

/* cache.c */
struct cache_l1_now cache_l1_now(struct cache *);
void cache_done(struct cache_work *, struct str value, enum cache_how);
size_t cache_count_phase(const struct cache_run *, enum cache_phase);

#endif
