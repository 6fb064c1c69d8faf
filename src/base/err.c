#include "base/err.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INFO_NAME_MAX 16

static const struct err_info infos[ERR__MAX] = {
    [ERR_NONE] = {"none", 200, LOG_INFO},
#define ERR(kind, status, level, help) [ERR_##kind] = {#kind, status, level},
#include "base/err.def"
#undef ERR
};

const struct err_info *
err_info(enum err_kind kind)
{
	static struct err_info lower[ERR__MAX];
	static char names[ERR__MAX][INFO_NAME_MAX];

	ASSERT(kind < ERR__MAX);
	if (lower[kind].name == NULL) {
		const char *from = infos[kind].name;

		for (size_t i = 0; i + 1 < INFO_NAME_MAX && from[i] != '\0'; i++)
			names[kind][i] = (char)tolower((unsigned char)from[i]);
		lower[kind] = infos[kind];
		lower[kind].name = names[kind];
	}
	return &lower[kind];
}

bool
err_set_(struct err *e, enum err_kind kind, const char *place, const char *fmt, ...)
{
	va_list ap;

	if (e->kind != ERR_NONE)
		return false;
	e->kind = kind;
	e->place = place;
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	return false;
}

bool
err_context(struct err *e, const char *fmt, ...)
{
	char was[sizeof(e->msg)];
	va_list ap;
	int n;

	memcpy(was, e->msg, sizeof(was));
	va_start(ap, fmt);
	n = vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(e->msg))
		snprintf(e->msg + n, sizeof(e->msg) - (size_t)n, ": %.200s", was);
	return false;
}

void
err_clear(struct err *e)
{
	*e = (struct err){0};
}

void
err_assert_failed(const char *cond, const char *place)
{
	log_put(LOG_ERROR, "event=assert place=%s cond=\"%s\"", place, cond);
	abort();
}
