/* control.h - control state shared by the processes of one host: pause, epoch, breakers, permits, identity.
 *
 * Every process maps one small file. Its layout is append-only (control_area.h), so that different releases share it: a
 * pause by one is a pause for all. Metrics are in plat/stats.
 *
 * Invariants:
 *  - A worker without this file accepts no order: it calls control_sound() before each.
 *  - Each process holds one slot with a kernel lock. Permits and probes are bits in the slot. They count only while the
 *    slot is held, so they end with the process.
 *  - A new file never repeats an epoch, and inherits the pause from processes that still map the old file.
 *
 * Functions also accept NULL (a tool that shares nothing): permits are then granted and breakers closed. */
#ifndef KONTOR_PLAT_CONTROL_CONTROL_H
#define KONTOR_PLAT_CONTROL_CONTROL_H

#include "plat/stats/shared.h"
#include "plat/stats/stats.h"
#include "plat/stats/stats_report.h"

#define CONTROL_SLOTS 256
#define CONTROL_NAME_SIZE 32
#define CONTROL_CACHES 16 /* memcached servers that may have a breaker each */

/* Append only: each is a bit of the shared file. */
enum permit { PERMIT_FILL, PERMIT_HASH, PERMIT__MAX };

#define BREAKER_DB 0u
#define BREAKER_CACHE 1u /* + the index of the server */
#define BREAKER__MAX (BREAKER_CACHE + CONTROL_CACHES)

struct control_area;

struct control {
	struct shared file;
	struct control_area *area; /* NULL: not open */
	struct stats *stats;	   /* counts breakers and permits; may be NULL */
	int slot;		   /* -1: none */
	uint64_t confined;	   /* see control_set_confined() */
	int workers;		   /* of the backend; 0: unknown or not a worker */
	uint64_t answers, slowest_ns, quickest_ns; /* of the database, since this process got its permit */
	uint64_t far_until_ns;	   /* until then this process does not wait long in line */
};

/* Maps the file, creating it when missing. ERR_UPSTREAM when that fails. `stats` is borrowed. */
MUST_USE bool control_open(struct control *, const char *path, struct stats *, struct err *);

/* The same for a tool. ERR_NOT_FOUND when the file does not exist. `write` is for tools that change something. */
MUST_USE bool control_open_tool(struct control *, const char *path, bool write, struct err *);

/* Takes a slot for the life of the process, in the name of a backend or "jobs". ERR_LIMIT when all are held. */
MUST_USE bool control_claim(struct control *, const char *name, struct err *);

/* Opens and claims unless already open and sound; long-lived processes call it between two pieces of work. The state of
 * a lost file that this process still maps is carried over: last pause, epoch, identity. On failure the old mapping
 * stays. */
MUST_USE bool control_join(struct control *, const char *path, const char *name, struct stats *, struct err *);

/* ERR_BUSY unless the process has a slot and the path still leads to the mapped file, which was not truncated. */
MUST_USE bool control_sound(const struct control *, struct err *);

/* Releases the slot and unmaps. The end of the process does the same. */
void control_close(struct control *);

/* A private area in memory with a slot, which counts in stats_none(); never fails. For tests and tools. */
struct control *control_none(void);

/* Notes in the process's slot, and in each later one, how it is confined. */
void control_set_confined(struct control *, bool seccomp, bool landlock);

/* True when a live process with this pid, in this process's pid namespace, holds a slot. */
bool control_has(const struct control *, int pid);

static inline struct stats *
control_stats(const struct control *ctl)
{
	return ctl == NULL ? NULL : ctl->stats;
}

/* True when ordering is paused on this host: set when the pause of all hosts, a row of the database
 * (store/control_store.h), cannot be written. Also true when the file is not open, since the pause is then unknown. */
bool control_paused(const struct control *);

/* `due`: kontor-jobs writes the row as soon as the database answers. control_pause_written() then ends the pause of
 * this host, unless it was set again meanwhile. */
void control_pause(struct control *, bool paused, bool due);
bool control_pause_due(const struct control *);
void control_pause_written(struct control *);

/* Why no host can take orders, as last read from the database; 0: they can. For display only: placing an order finds
 * out by itself. */
enum { CONTROL_PAUSED = 1, CONTROL_READ_ONLY = 2 };
unsigned control_shop_paused(const struct control *);
void control_set_shop_paused(struct control *, unsigned why);

/* Remembers the id of an acknowledged order. control_order_floor(): the highest id acknowledged longer than `window_ns`
 * ago, the longest time that placing an order takes. A new order has a higher id, unless the database is older than
 * what was acknowledged; 0: unknown. */
void control_order_acknowledged(struct control *, uint64_t id, uint64_t window_ns);
uint64_t control_order_floor(const struct control *, uint64_t window_ns);

/* The highest id of all. */
uint64_t control_order_top(const struct control *);

/* Stops ordering on this host: the database of this identity is older than what was acknowledged. It ends when the
 * database gets a new identity. */
void control_set_older(struct control *, uint64_t identity);
bool control_older(const struct control *, uint64_t identity);

/* The epoch of the workers' L1 values; a writer raises it after its delete. Never 0. */
uint64_t control_epoch(const struct control *);
void control_epoch_raise(struct control *);

/* A number that is raised when the merchant's settings in the database may have changed. */
uint64_t control_settings(const struct control *);
void control_settings_raise(struct control *);

/* The hash of the merchant's settings (conf.merchant) as last read from the database on this host; 0: unknown. */
uint64_t control_merchant(const struct control *);
void control_set_merchant(struct control *, uint64_t);

/* The identity of the last connected database; 0: unknown. */
uint64_t control_identity(const struct control *);
void control_set_identity(struct control *, uint64_t);

/* The beat of the database as last read under this identity; 0: none. A lower one means that it is an older copy. */
uint64_t control_beat(const struct control *, uint64_t identity);
void control_set_beat(struct control *, uint64_t identity, uint64_t beat);

/* Takes a permit if fewer than `max` live processes hold one. It lasts until it is released or the process ends. */
MUST_USE bool control_permit(struct control *, enum permit, int max);
void control_permit_release(struct control *, enum permit);

/* The permits for the database. The workers of a backend share one permit less than there are workers, so that one of
 * them is always free for pages that need no database. Without a known number of workers, or with a single one, every
 * call succeeds.
 *
 * control_db_permit() returns true at once or after waiting in line, at most a second. It does not wait if that seems
 * vain: all holders have been waiting for an answer of the database for 250 ms, or have found it slow. A permit is held
 * until it is released or the process ends. */
MUST_USE bool control_db_permit(struct control *);
void control_db_release(struct control *);

/* A holder waits for an answer of the database; it had it after `took_ns`. */
void control_db_asked(struct control *);
void control_db_answered(struct control *, uint64_t took_ns);

/* True when control_db_permit() would fail at once. */
bool control_db_stuck(const struct control *);

/* True when all permits are taken, and all holders have been waiting for an answer for a while, but not yet in vain: a
 * request that needs the database had better not begin, so that the worker stays free for others. Not for a process
 * that has a place in line. */
bool control_db_held_up(struct control *);

/* True when a worker of this backend found the database slow within the last 10 s, and none found it quick since. */
bool control_db_slow(const struct control *);

/* The number of workers in this process's backend. */
void control_set_workers(struct control *, int workers);

/* The live processes named `owner`, and how many of them know the number of workers. */
struct control_crew {
	int alive, informed;
};
struct control_crew control_crew(const struct control *, const char *owner);

/* Sets the name of the server behind a breaker, for the log and `kontor status`. A new name closes the breaker. */
void breaker_set_server(struct control *, unsigned breaker, const char *server);

/* True when the service may be called. While the breaker is open, only one probe at a time, and one a second, is
 * allowed. The caller must report the result. The breaker opens after 5 failures within 1 s or in a row; one success
 * closes it. */
MUST_USE bool breaker_allow(struct control *, unsigned breaker);
void breaker_success(struct control *, unsigned breaker);
void breaker_failure(struct control *, unsigned breaker);
bool breaker_is_open(const struct control *, unsigned breaker);

/* True when the last call of any process failed. */
bool breaker_is_failing(const struct control *, unsigned breaker);

/* Adds this state to the report of `kontor status` and /metrics. */
void control_report(const struct control *, struct arena *, struct stats_report *);

#endif
