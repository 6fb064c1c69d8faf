/* cache_impl.h - internals of the cache. cache.c runs a fetch; cache_read.c queries memcached and evaluates the
 * answers; cache_fill.c reads the database and stores; cache_exchange.c does all exchanges with memcached. */
#ifndef KONTOR_PLAT_CACHE_CACHE_IMPL_H
#define KONTOR_PLAT_CACHE_CACHE_IMPL_H

#include "base/clock.h"
#include "plat/cache/cache.h"
#include "plat/cache/cache_ahead.h"
#include "plat/cache/cache_l1.h"
#include "plat/cache/cache_stored.h"
#include "plat/cache/memc.h"

#define CACHE_HEAD_MAX 32
#define CACHE_PLACEHOLDER_S 3 /* time for a fill before another reader may try */

struct cache {
	struct cache_setup set;
	struct control *ctl;
	struct stats *st;
	uint64_t identity; /* of the database; part of key_head */
	struct memc *memc; /* NULL: none */
	uint8_t seal[SECRET_KEY_B];
	bool hold;     /* see cache_hold() */
	bool unlocked; /* `seal` is set; otherwise memcached is used only to mark and delete */
	struct cache_l1 *l1, *pages;
	struct cache_ahead *ahead;
	struct str key_head; /* prefix of the keys of values, in key_head_text */
	char key_head_text[CACHE_HEAD_MAX];
	struct str window_head; /* prefix of the keys of limits, in window_head_text; does not depend on set.salt */
	char window_head_text[CACHE_HEAD_MAX];
	struct cache_placeholder placeholder; /* the last one used */
	uint64_t deadline_ns;
	uint64_t wait_ns; /* remaining wait budget of this request */
	struct arena *page_arena;  /* of the current page; NULL: none */
	struct cache_l1_life page; /* shortest life of the values fetched since cache_page_begin() */
	bool page_whole;	   /* all of them were fresh */
	struct arena stores;	   /* values waiting to be sent */
};

/* The phase of an item during cache_fetch(). */
enum cache_phase {
	CACHE_ASK,    /* memcached has not answered yet */
	CACHE_ABSENT, /* memcached has no value */
	CACHE_DONE,   /* value is final */
	CACHE_OURS,   /* our placeholder is set: read the database, then store over it */
	CACHE_RENEW,  /* our lock is set: read the database, then store over the stale value */
	CACHE_THEIRS, /* another worker fills */
	CACHE_DIRECT  /* read the database, store nothing */
};

struct cache_work {
	struct cache_item *item;
	enum cache_phase phase;
	struct cache_l1_life life;  /* its epoch was read before the request to memcached */
	struct memc_token token;    /* OURS, RENEW: of the bytes that our value will replace; got before the database
				     * is read, so that a later change defeats the store */
	struct str stale;	    /* a value to fall back on */
	bool outage_only;	    /* `stale` is marked */
	bool orphaned;		    /* THEIRS: not yet taken over; this reader may do so when its wait ends */
	struct str lock;	    /* RENEW: the key of our lock */
	bool counted;		    /* as a hit, a miss or an error */
	int64_t change_at;	    /* filled: when the value changes by itself; INT64_MAX: never */
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

/* Each lookup counts as one hit, miss or error, however many exchanges it took; a value got by waiting for another
 * worker's fill is a hit. */
void cache_count_lookup(struct cache *, struct cache_work *, enum cache_counter);

/* cache_key.c */
/* Makes the prefixes of all keys from the database's identity. */
void cache_key_head(struct cache *, uint64_t identity);

static inline struct str
cache_key_str(const struct cache_key *key)
{
	return str_n(key->text, key->n);
}

/* cache_exchange.c */
enum cache_urgency {
	CACHE_ORDINARY, /* for a page: within its wait budget, and not while a server's breaker is open */
	CACHE_QUIET,	/* does not wait; only quiet operations */
	CACHE_MUST,	/* marks, deletes: also while a breaker is open, unless set.repeats */
	CACHE_PROBE	/* always, whatever the breaker's state */
};

/* Like memc_do(), and reports to the breakers. */
void cache_exchange(struct cache *, struct arena *, struct memc_op *ops, size_t n, enum cache_urgency);
void cache_waited(struct cache *, uint64_t since_ns);

/* cache_read.c */
void cache_ask(struct cache_run *);
/* Changes an item from THEIRS to OURS or DIRECT when waiting for it must end. */
void cache_take_over(struct cache_run *, struct cache_work *);
/* Verifies and decodes a value. False: a placeholder, or refused and counted; s->kind distinguishes the two. */
bool cache_parse(
    struct cache_run *, struct cache_work *, struct str bytes, struct cache_stored *s, struct cache_entry *);

/* cache_fill.c: reads all items in the phases OURS, RENEW and DIRECT from the database. */
MUST_USE bool cache_fill(struct cache_run *, struct err *);

/* cache.c */
struct cache_l1_now cache_l1_now(struct cache *);
void cache_done(struct cache_work *, struct str value, enum cache_how);
size_t cache_count_phase(const struct cache_run *, enum cache_phase);

#endif
