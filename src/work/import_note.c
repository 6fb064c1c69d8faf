#include <inttypes.h>

#include "work/import_impl.h"

#define KINDS_MAX 256
#define PLACES_MAX 5

/* Findings that differ only in numbers and quoted texts. */
struct kind {
	uint64_t hash, n;
	bool refused;
	const char *file, *column, *why; /* of the first */
	uint32_t line[PLACES_MAX], col;  /* col: of the first */
};

struct import_kinds {
	struct kind v[KINDS_MAX];
	size_t n;
	uint64_t n_others; /* findings of further kinds */
};

static uint64_t
kind_hash(bool refused, const char *column, const char *why)
{
	uint64_t hash = str_hash_more(refused, str_z(column));
	bool quoted = false;

	for (const char *z = why; *z != '\0'; z++) {
		quoted = quoted != (*z == '\'');
		if (!quoted && (*z < '0' || *z > '9'))
			hash = str_hash_more(hash, str_n(z, 1));
	}
	return hash;
}

static void
note_kind(struct import_run *r, const struct product_note *n)
{
	struct import *im = r->im;
	struct import_kinds *kinds = im->kinds;
	uint64_t hash = kind_hash(n->refused, n->column, n->why);
	size_t i = 0;

	if (kinds == NULL)
		kinds = im->kinds = ARENA_NEW(im->a, struct import_kinds);
	while (i < kinds->n && kinds->v[i].hash != hash)
		i++;
	if (i == KINDS_MAX) {
		kinds->n_others++;
		return;
	}
	if (i == kinds->n)
		kinds->v[kinds->n++] = (struct kind){.hash = hash,
		    .refused = n->refused,
		    .file = str_zdup(im->a, str_z(r->file)),
		    .column = str_zdup(im->a, str_z(n->column)),
		    .why = str_zdup(im->a, str_z(n->why)),
		    .col = n->col};
	if (kinds->v[i].n < PLACES_MAX)
		kinds->v[i].line[kinds->v[i].n] = n->line;
	kinds->v[i].n++;
}

void
import_note(void *arg, const struct product_note *n)
{
	struct import_run *r = arg;
	FILE *f = r->im->report;

	if (!n->refused)
		r->im->n.notes++;
	note_kind(r, n);
	if (f != NULL)
		fprintf(f, "%s:%u:%u: %s%s%s%s\n", r->file, n->line, n->col,
		    n->refused ? "left out: " : "note: ", n->column, n->column[0] == '\0' ? "" : ": ", n->why);
}

void
import_say(struct import_run *r, bool refused, uint32_t line, uint32_t col, const char *column, const char *why)
{
	import_note(r, &(struct product_note){refused, line, col, column, why});
}

void
import_findings(const struct import *im, FILE *f)
{
	const struct import_kinds *kinds = im->kinds;

	for (size_t i = 0; kinds != NULL && i < kinds->n; i++) {
		const struct kind *k = &kinds->v[i];
		const char *word = k->refused ? "left out" : "note", *colon = k->column[0] == '\0' ? "" : ": ";

		if (k->n == 1) {
			fprintf(
			    f, "%s:%u:%u: %s: %s%s%s\n", k->file, k->line[0], k->col, word, k->column, colon, k->why);
			continue;
		}
		fprintf(f, "%s: %" PRIu64 " x %s: %s%s%s (lines", k->file, k->n, word, k->column, colon, k->why);
		for (size_t p = 0; p < PLACES_MAX && p < k->n; p++)
			fprintf(f, "%s %u", p == 0 ? "" : ",", k->line[p]);
		if (k->n > PLACES_MAX)
			fprintf(f, " and %" PRIu64 " more", k->n - PLACES_MAX);
		fprintf(f, ")\n");
	}
	if (kinds != NULL && kinds->n_others > 0)
		fprintf(f, "%" PRIu64 " further findings; --report FILE has them\n", kinds->n_others);
}
