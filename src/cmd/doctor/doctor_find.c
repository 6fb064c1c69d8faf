/* What a check says goes through a pipe as records of fields; the two bytes that part them are in no text of ours, and
 * are taken out of foreign ones. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "cmd/doctor/doctor.h"

#define FIELD '\x1f'
#define RECORD '\x1e'
#define TEXT_MAX 1000

static const char *const remedies[] = {
#define CHECK(name, limit_s, promise)
#define FINDING(name, level, effect, remedy) remedy,
#include "cmd/doctor/doctor.def"
#undef CHECK
#undef FINDING
};

static const char *const checks[] = {
#define CHECK(name, limit_s, promise) #name,
#define FINDING(name, level, effect, remedy)
#include "cmd/doctor/doctor.def"
#undef CHECK
#undef FINDING
};

/* One line, and no byte that means something to a terminal or to the reader of the pipe. */
static void
put_clean(struct buf *b, struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		buf_ch(b, (unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f ? ' ' : text.p[i]);
}

/* Puts the remedy with its words filled in. A word that is not given is a bug of the check's. */
static void
put_remedy(struct buf *b, const char *remedy, const char *const words[])
{
	struct str rest = str_z(remedy), part;

	while (str_cut(&rest, '{', &part)) {
		struct str name;
		size_t i = 0;

		buf_put(b, part);
		if (rest.p == NULL)
			return;
		ASSERT(str_cut(&rest, '}', &name) && words != NULL);
		while (words[i] != NULL && !str_eq_z(name, words[i]))
			i += 2;
		ASSERT(words[i] != NULL);
		put_clean(b, str_z(words[i + 1]));
	}
}

static void find_say(struct doctor *, enum doctor_kind, const char *fmt, va_list) PRINTF(3, 0);

static void
find_say(struct doctor *d, enum doctor_kind kind, const char *fmt, va_list ap)
{
	char text[TEXT_MAX];

	vsnprintf(text, sizeof(text), fmt, ap);
	buf_fmt(d->out, "%d%c", (int)kind, FIELD);
	put_clean(d->out, str_trim(str_z(text)));
}

void
doctor_find(struct doctor *d, enum doctor_finding f, const char *const words[], const char *what, ...)
{
	va_list ap;

	va_start(ap, what);
	find_say(d, DOCTOR_FOUND, what, ap);
	va_end(ap);
	buf_fmt(d->out, "%c%d%c", FIELD, (int)f, FIELD);
	put_remedy(d->out, remedies[f], words);
	buf_ch(d->out, RECORD);
}

void
doctor_unseen(struct doctor *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	find_say(d, DOCTOR_UNSEEN, fmt, ap);
	va_end(ap);
	buf_ch(d->out, RECORD);
}

void
doctor_blocked(struct doctor *d, enum doctor_check by)
{
	buf_fmt(d->out, "%d%c%s%c", (int)DOCTOR_BLOCKED, FIELD, checks[by], RECORD);
}

void
doctor_note(struct doctor *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	find_say(d, DOCTOR_NOTE, fmt, ap);
	va_end(ap);
	buf_ch(d->out, RECORD);
}

bool
doctor_next(struct str *rest, struct doctor_said *s)
{
	struct str record, kind = STR_NONE, finding = STR_NONE;
	uint64_t n = 0;

	if (rest->n == 0 || !str_cut(rest, RECORD, &record))
		return false;
	*s = (struct doctor_said){.kind = DOCTOR_NOTE};
	if (!str_cut(&record, FIELD, &kind) || !num_u64(kind, 0, DOCTOR_NOTE, &n) || !str_cut(&record, FIELD, &s->what))
		return false;
	s->kind = (enum doctor_kind)n;
	if (s->kind != DOCTOR_FOUND)
		return true;
	if (!str_cut(&record, FIELD, &finding) || !num_u64(finding, 0, FOUND__MAX - 1, &n))
		return false;
	s->finding = (enum doctor_finding)n;
	s->remedy = record;
	return true;
}
