/* control_area.h - the bytes of the control file; only the files of plat/control/ look inside.
 *
 * The layout is shared by all releases. A new word replaces a reserved one, which is 0 in older files, and raises
 * `minor`. Words never move or change their meaning. A program accepts any `minor`. */
#ifndef KONTOR_PLAT_CONTROL_CONTROL_AREA_H
#define KONTOR_PLAT_CONTROL_CONTROL_AREA_H

#include <stddef.h>

#include "plat/control/control.h"

#define CONTROL_MAGIC UINT64_C(0x316c7274636b) /* "kctrl1" */
#define CONTROL_MINOR 4
#define CONTROL_SECCOMP 1 /* bits of the word `confined` */
#define CONTROL_LANDLOCK 2
#define CONTROL_BREAKERS 32

struct control_breaker {
	shared_word opened_ns; /* 0: closed; else time of opening or of the last probe */
	shared_word window;    /* time of its first failure in ms, and number of failures: see breaker.c */
	shared_word in_row;    /* failures since the last success */
	shared_word reserved[5];
	char name[64]; /* of the server; may be torn, only displayed */
};

struct control_slot {
	shared_word permits, probes; /* bits, set by the holder */
	shared_word pid, pid_space, since_s;
	shared_word confined; /* CONTROL_SECCOMP + CONTROL_LANDLOCK */
	shared_word workers;	   /* of the backend, as its start said; 0: unknown */
	shared_word line;	   /* place in the line for the database; 0: none, 1: about to draw one */
	shared_word line_asked_ns; /* since when it waits for an answer of the database; 0: it does not */
	shared_word line_found_ns; /* when it last found the database slow (lowest bit 1) or quick (0) */
	shared_word reserved[2];
	char owner[CONTROL_NAME_SIZE];
};

struct control_area {
	shared_word magic; /* set last */
	shared_word minor;
	char boot[SHARED_BOOT_SIZE]; /* the boot in which `opened_ns` is valid */
	shared_word pause; /* when it was last set (UTC, ms) * 4, + 1: paused here, + 2: database not updated yet */
	shared_word epoch;
	shared_word identity;
	shared_word top; /* end of the slots ever taken */
	shared_word shop_paused; /* when it was last set (UTC, ms) * 4 + CONTROL_PAUSED + CONTROL_READ_ONLY */
	shared_word line_next; /* places drawn in the lines for the database */
	shared_word line_turn; /* raised when a permit is given back and somebody waits; its low half is a futex */
	shared_word beat, beat_identity; /* the database's beat as last read, and of which identity */
	/* ids of acknowledged orders: see control_order.c */
	shared_word order_settled, order_old, order_new, order_since_ns, order_last_ns;
	shared_word older; /* the identity under which the database was found older than what was acknowledged */
	shared_word settings;	 /* raised when the merchant's settings may have changed */
	shared_word merchant; /* conf.merchant as last read from the database; 0: unknown */
	shared_word reserved[488];
	struct control_breaker breaker[CONTROL_BREAKERS];
	struct control_slot slot[CONTROL_SLOTS];
};

_Static_assert(offsetof(struct control_area, breaker) == 4096 && sizeof(struct control_breaker) == 128
	&& offsetof(struct control_area, slot) == 8192 && sizeof(struct control_slot) == 128
	&& sizeof(struct control_area) == 40960,
    "all releases share this layout");
_Static_assert(BREAKER__MAX <= CONTROL_BREAKERS && PERMIT__MAX <= 64, "room for a bit or a row each");

/* The number of slots, from the first, that may be in use. */
int control_top(const struct control_area *);

/* True when a live process, or this one, holds the slot. */
bool control_slot_held(const struct control *, int slot);

/* Takes the slot's process out of the line for the database, and forgets its times. */
void control_line_clear(struct control_slot *);
/* After a reboot no order is being placed any more. */
void control_order_settle(struct control_area *);
void control_order_carry_over(struct control_area *to, const struct control_area *from);

/* The process's own slot or NULL. */
struct control_slot *control_own(const struct control *);

/* Sets a bit of a word in the own slot if then at most `max` live processes have it set. True without a slot. */
MUST_USE bool control_take_bit(struct control *, size_t word, unsigned bit, int max);
void control_drop_bit(struct control *, size_t word, unsigned bit);

#endif
