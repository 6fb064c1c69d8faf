/* control.h - the state by which the processes of one host decide together: pause, epoch, breakers, permits, identity.
 *
 * One small file is mapped by every process. Its layout only ever grows (control_area.h), so that programs of
 * different releases share one file: what one of them pauses is paused for all. Metrics are elsewhere (plat/stats).
 *
 * What must stay true:
 *  - A worker that has not this file takes no order: control_sound() is asked before each.
 *  - Each process holds one slot by a lock of the kernel. Permits and probes are bits in the holder's slot and count
 *    only while the slot is held: they die with the holder.
 *  - A file that is made anew never repeats an epoch, and takes over the pause from those that map the old one.
 *
 * Functions also take NULL (a tool that shares nothing): then permits are given and breakers are closed. */
#ifndef KONTOR_PLAT_CONTROL_CONTROL_H
#define KONTOR_PLAT_CONTROL_CONTROL_H

#include "plat/stats/shared.h"
#include "plat/stats/stats.h"
#include "plat/stats/stats_report.h"

#define CONTROL_SLOTS 256
#define CONTROL_NAME_SIZE 32
#define CONTROL_CACHES 16 /* memcached servers that may have a breaker each */

/* Rows are only ever added at the end: each is a bit of the shared file. */
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
};

/* Maps the file, making it when it is missing. ERR_UPSTREAM when it cannot be had. `stats` is borrowed. */
MUST_USE bool control_open(struct control *, const char *path, struct stats *, struct err *);

/* The same for a tool: the file must be there (ERR_NOT_FOUND). `write` is for those that change something. */
MUST_USE bool control_open_tool(struct control *, const char *path, bool write, struct err *);

/* Takes a slot for life, in the name of a backend or "jobs". ERR_LIMIT when all are held. */
MUST_USE bool control_claim(struct control *, const char *name, struct err *);

/* Opens and claims, unless that is done and sound; for processes that live on, between two pieces of work. What this
 * process still maps of a lost file is carried over: the pause as it was last set, epoch, identity. On failure the old
 * mapping stays. */
MUST_USE bool control_join(struct control *, const char *path, const char *name, struct stats *, struct err *);

/* The process has a slot, and the path still leads to the file that it maps; else ERR_BUSY. */
MUST_USE bool control_sound(const struct control *, struct err *);

/* Gives the slot free and unmaps. The end of the process does the same. */
void control_close(struct control *);

/* A private area in memory with a slot, which counts in stats_none(); never fails. For tests and tools. */
struct control *control_none(void);

/* A live process of this id, in this process's own space of ids, holds a slot. */
bool control_has(const struct control *, int pid);

static inline struct stats *
control_stats(const struct control *ctl)
{
	return ctl == NULL ? NULL : ctl->stats;
}

/* ---- pause, epoch, identity ---- */

/* Ordering is paused on this host: the stand-in for the database's own row (store/control_store.h) while that cannot be
 * written. True also when the file is not open: nobody can say that orders may be taken. */
bool control_paused(const struct control *);

/* `due`: kontor-jobs writes the row as soon as the database answers, and control_pause_written() then ends the pause
 * of this host alone, unless it was set anew meanwhile. */
void control_pause(struct control *, bool paused, bool due);
bool control_pause_due(const struct control *);
void control_pause_written(struct control *);

/* What the row last said; decides nothing, and is shown. */
bool control_shop_paused(const struct control *);
void control_set_shop_paused(struct control *, bool);

/* The epoch of the workers' own values: a writer raises it after its delete. Never 0. */
uint64_t control_epoch(const struct control *);
void control_epoch_raise(struct control *);

/* The identity of the database that was last connected to; 0: not known. */
uint64_t control_identity(const struct control *);
void control_set_identity(struct control *, uint64_t);

/* A hash of the list of memcached servers that keys were last formed for; 0: not known. */
uint64_t control_servers(const struct control *);
void control_set_servers(struct control *, uint64_t);

/* ---- permits ---- */

/* True when fewer than `max` live processes held one; then it is held until released or dead. */
MUST_USE bool control_permit(struct control *, enum permit, int max);
void control_permit_release(struct control *, enum permit);

/* ---- breakers ---- */

/* Names the server behind a breaker, for the log and `kontor status`. The state of a server of another name is
 * dropped. */
void breaker_name(struct control *, unsigned breaker, const char *server);

/* May the service be called? False while its breaker is open, but for one probe at a time and a second. The caller
 * reports how the call went. It opens after 5 failures within 1 s or in a row; one success closes it. */
MUST_USE bool breaker_allow(struct control *, unsigned breaker);
void breaker_success(struct control *, unsigned breaker);
void breaker_failure(struct control *, unsigned breaker);
bool breaker_is_open(const struct control *, unsigned breaker);

/* Adds what `kontor status` and /metrics show of this state. */
void control_report(const struct control *, struct arena *, struct stats_report *);

#endif
