#include <unistd.h>

#include "plat/text/html_clean.h"
#include "work/import_impl.h"

#define BATCH_MAX 100
#define BATCH_MAX_B ((size_t)24 << 20)

struct batch {
	struct import_run *r;
	struct translation text[BATCH_MAX];
	enum catalogue_change change[BATCH_MAX];
	bool refused[BATCH_MAX];
	uint64_t dirty[BATCH_MAX]; /* products to be indexed again */
	size_t n, n_dirty;
};

static void
note_dirty(struct batch *b, uint64_t id)
{
	for (size_t i = 0; i < b->n_dirty; i++)
		if (b->dirty[i] == id)
			return;
	b->dirty[b->n_dirty++] = id;
}

static bool
save_batch(struct db *db, void *arg, struct err *e)
{
	struct batch *b = arg;

	(void)db;
	b->n_dirty = 0;
	for (size_t i = 0; i < b->n; i++) {
		struct err why = {0};
		uint64_t id;

		arena_reset(&b->r->scratch);
		b->refused[i] = false;
		if (!catalogue_save_text(&b->r->save, &b->text[i], &b->change[i], &id, &why)) {
			b->refused[i] = why.kind == ERR_NOT_FOUND;
			if (!b->refused[i]) {
				*e = why;
				return false;
			}
		} else if (id != 0 && b->change[i] != CATALOGUE_SAME) {
			note_dirty(b, id);
		}
	}
	arena_reset(&b->r->scratch);
	return catalogue_index(&b->r->save, b->dirty, b->n_dirty, e);
}

static void
note_lang(struct import *im, struct str lang)
{
	for (size_t i = 0; i < im->n_langs; i++)
		if (str_eq(im->langs[i], lang))
			return;
	if (im->n_langs < IMPORT_LANGS_MAX)
		im->langs[im->n_langs++] = str_dup(im->a, lang);
}

static bool
texts_flush(struct batch *b, struct err *e)
{
	struct import *im = b->r->im;

	if (b->n > 0 && !import_tx(b->r, save_batch, b, e))
		return false;
	for (size_t i = 0; i < b->n; i++) {
		if (b->refused[i]) {
			im->n.rows_refused++;
			import_say(b->r, true, b->text[i].line, 1, "Handle",
			    b->text[i].kind == TRANSLATION_CATEGORY ? "there is no such category"
								    : "there is no such product");
			continue;
		}
		im->n.texts_new += b->change[i] == CATALOGUE_NEW;
		im->n.texts_changed += b->change[i] == CATALOGUE_CHANGED;
		im->n.texts_same += b->change[i] == CATALOGUE_SAME;
		note_lang(im, b->text[i].lang);
	}
	if (b->n > 0 && !import_forget(b->r, &(struct catalogue_stale){b->dirty, b->n_dirty, true}, e))
		return false;
	b->n = 0;
	arena_reset(&b->r->group);
	return true;
}

static bool
texts_take(struct batch *b, const struct translation_csv *t, const struct cells *row, struct err *e)
{
	struct import_run *r = b->r;
	struct translation *text = &b->text[b->n];
	struct err why = {0};

	r->im->n.rows++;
	if (!translation_csv_row(t, &r->group, row, text)) {
		r->im->n.rows_refused++;
		return true;
	}
	if (!html_clean(&r->group, text->body_html, &text->body_html, &why)) {
		r->im->n.rows_refused++;
		import_say(r, true, text->line, 1, "Body", why.msg);
		return true;
	}
	b->n++;
	return (b->n < BATCH_MAX && r->group.used_b < BATCH_MAX_B) || texts_flush(b, e);
}

static bool
texts_read_rows(struct batch *b, struct csv *csv, struct err *e)
{
	struct translation_csv t = {.own_lang = b->r->im->conf->site_languages.v[0], .note = import_note, .arg = b->r};
	bool open = false;
	struct csv_bad bad;
	struct cells row;

	for (;;) {
		switch (csv_next(csv, &row, &bad, e)) {
		case CSV_ROW:
			if (open ? !texts_take(b, &t, &row, e) : !translation_csv_open(&t, &row, e))
				return false;
			open = true;
			break;
		case CSV_BAD:
			b->r->im->n.rows++;
			b->r->im->n.rows_refused++;
			import_say(b->r, true, bad.line, bad.col, "", bad.why);
			break;
		case CSV_END: return (open || err_set(e, ERR_INPUT, "the file is empty")) && texts_flush(b, e);
		case CSV_FAILED: return false;
		}
		import_progress(b->r, csv, false);
	}
}

bool
import_translations(struct import_run *r, struct err *e)
{
	struct batch *b = ARENA_NEW(r->im->a, struct batch);
	struct csv *csv;
	int fd;
	bool ok;

	b->r = r;
	ok = import_open(r, r->im->translations, &fd, e) && csv_open(&r->tables, fd, &csv, e);
	if (ok) {
		ok = texts_read_rows(b, csv, e) || err_context(e, "%s", r->file);
		import_progress(r, csv, true);
	}
	close(fd);
	return ok;
}
