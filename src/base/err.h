/* err.h - one error type for everything that can fail.
 *
 * A function that can fail returns bool and fills a struct err. The first error wins; outer layers only add context.
 * The kind decides HTTP status, counter and log level by the table in err.def. The message is for the log and is never
 * shown to a visitor. */
#ifndef KONTOR_BASE_ERR_H
#define KONTOR_BASE_ERR_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/log.h"

enum err_kind {
	ERR_NONE,
#define ERR(kind, status, level, help) ERR_##kind,
#include "base/err.def"
#undef ERR
	ERR__MAX
};

struct err_info {
	const char *name; /* lower case, as in counters: "not_found" */
	int status;
	enum log_level level;
};

struct err {
	enum err_kind kind;
	const char *place;   /* "src/store/order/order_store.c:88" */
	int code;	     /* the library's error number, such as MariaDB's 1213; 0: none */
	int retry_after_s;   /* for 429 and 503; 0: default */
	char msg[320];
};

const struct err_info *err_info(enum err_kind);

/* Fills *e unless it already holds an error. Always returns false, for `return err_set(...)`. */
#define err_set(e, kind, ...) err_set_((e), (kind), ERR_PLACE_, __VA_ARGS__)
#define ERR_PLACE_ __FILE__ ":" ERR_PLACE_TEXT_(__LINE__)
#define ERR_PLACE_TEXT_(x) ERR_PLACE_TEXT2_(x)
#define ERR_PLACE_TEXT2_(x) #x
bool err_set_(struct err *, enum err_kind, const char *place, const char *fmt, ...) PRINTF(4, 5) COLD;

/* Prefixes the message with the formatted text and ": ". Always returns false. */
bool err_context(struct err *, const char *fmt, ...) PRINTF(2, 3) COLD;

void err_clear(struct err *);

/* For our own invariants. On failure the process aborts; a sweep or the next owner of its slot counts the crash. */
#define ASSERT(cond) ((cond) ? (void)0 : err_assert_failed(#cond, ERR_PLACE_))
void err_assert_failed(const char *cond, const char *place) NORETURN COLD;

#endif
