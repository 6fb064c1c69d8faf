#include "view/mustache/mustache_op.h"

#include <string.h>

struct frame {
	const struct view *v;
	const struct view *list; /* NULL: the section is not a list */
	uint32_t i;
};

struct render {
	const struct mustache *m;
	struct buf *out;
	size_t n_frames, n_calls;
	struct frame frame[RENDER_CONTEXT_MAX];
	uint32_t call[RENDER_CALL_MAX];
	const struct view *page[N__MAX]; /* the fields of `page` by name, since most paths begin there */
};

/* A value, and the form that the path's last name selects, such as N_plain of an amount. */
struct value {
	const struct view *v;
	uint16_t form;
};

/* True when the value has this form. Templates refer to forms as if they were fields. */
static bool
has_form(const struct view *v, uint16_t form)
{
	switch ((enum view_type)v->type) {
	case VIEW_LIST: return form == N_any;
	case VIEW_MONEY: return form == N_plain || form == N_currency;
	case VIEW_DATE: return form == N_iso || form == N_day || form == N_clock;
	case VIEW_INT: return form == N_grouped;
	case VIEW_STR: return form == N_whole;
	default: return false;
	}
}

static struct value
resolve(const struct render *r, const struct op *op)
{
	const struct view *v = NULL;
	size_t i;

	if (op->n_path == 0)
		return (struct value){r->frame[r->n_frames - 1].v, 0};
	if (op->rooted && op->path[0] == N_page && op->n_path > 1) {
		v = r->page[op->path[1]];
		i = 2;
	} else {
		for (i = op->rooted ? 1 : r->n_frames; v == NULL && i-- > 0;)
			v = view_get(r->frame[i].v, op->path[0]);
		i = 1;
	}
	for (; v != NULL && i < op->n_path; i++) {
		if (v->type != VIEW_OBJECT && r->m->lang != NULL && i == op->n_path - 1u && has_form(v, op->path[i]))
			return (struct value){v, op->path[i]};
		v = view_get(v, op->path[i]);
	}
	return (struct value){v, 0};
}

static void
put_money(struct render *r, struct money m, uint16_t form)
{
	if (form == N_plain)
		format_money_plain(r->out, m);
	else if (form == N_currency)
		buf_z(r->out, currency_code(m.cur));
	else if (r->m->lang != NULL)
		format_money(r->out, &r->m->lang->format, m);
}

static void
put_date(struct render *r, int64_t utc_s, uint16_t form)
{
	if (form == N_iso)
		format_date_iso(r->out, utc_s);
	else if (form == N_day)
		format_date_day(r->out, utc_s);
	else if (form == N_clock)
		format_date_clock(r->out, utc_s);
	else if (r->m->lang != NULL)
		format_date(r->out, &r->m->lang->format, utc_s);
}

static void
put_whole(struct render *r, struct str text)
{
	buf_z(r->out, "<span class=\"nobr\">");
	buf_html(r->out, text);
	buf_z(r->out, "</span>");
}

static void
put_value(struct render *r, struct value value, bool raw)
{
	const struct view *v = value.v;

	if (v == NULL)
		return;
	switch ((enum view_type)v->type) {
	case VIEW_NULL:
	case VIEW_LIST:
	case VIEW_OBJECT: return;
	case VIEW_BOOL: buf_put(r->out, v->u.b ? STR("true") : STR("false")); return;
	case VIEW_INT:
		if (value.form == N_grouped)
			format_number(r->out, &r->m->lang->format, v->u.i);
		else
			buf_i64(r->out, v->u.i);
		return;
	case VIEW_STR:
	case VIEW_HTML:
		if (value.form == N_whole)
			put_whole(r, str_n(v->u.p, v->n));
		else if (raw || v->type == VIEW_HTML)
			buf_put(r->out, str_n(v->u.p, v->n));
		else
			buf_html(r->out, str_n(v->u.p, v->n));
		return;
	case VIEW_MONEY: put_money(r, (struct money){v->u.i, v->cur}, value.form); return;
	case VIEW_DATE: put_date(r, v->u.i, value.form); return;
	}
}

/* Enters a section or skips it; sets *pc. */
static bool
enter(struct render *r, const struct op *op, uint32_t *pc, struct err *e)
{
	struct value value = resolve(r, op);
	struct frame *f = &r->frame[r->n_frames];

	if (!view_truth(value.v)) {
		*pc = op->n;
		return true;
	}
	if (r->n_frames == RENDER_CONTEXT_MAX)
		return err_set(e, ERR_BUG, "template: sections nested more than %d deep", RENDER_CONTEXT_MAX);
	r->n_frames++;
	if (value.v->type == VIEW_LIST && value.form == 0)
		*f = (struct frame){value.v->u.items[0], value.v, 0};
	else
		*f = (struct frame){value.v, NULL, 0};
	++*pc;
	return true;
}

/* The end of a section: goes to the next item or continues. Returns the next operation. */
static uint32_t
render_leave(struct render *r, const struct op *op, uint32_t pc)
{
	struct frame *f = &r->frame[r->n_frames - 1];

	if (f->list != NULL && ++f->i < f->list->n) {
		f->v = f->list->u.items[f->i];
		return op->n;
	}
	r->n_frames--;
	return pc + 1;
}

static uint32_t
form_of(const struct render *r, const struct op *op)
{
	const struct view *v = resolve(r, op).v;
	int64_t count = v != NULL && v->type == VIEW_INT ? v->u.i : 0;

	return op->n == PLURAL_OF_SOURCE ? count != 1 : plural_form(&r->m->lang->plural, count);
}

static bool
render_run(struct render *r, uint32_t pc, struct err *e)
{
	for (unsigned long steps = 0; steps < RENDER_STEPS_MAX; steps++) {
		const struct op *op = &r->m->op[pc];

		switch ((enum op_code)op->code) {
		case OP_TEXT: buf_put(r->out, str_n(op->p, op->n)); break;
		case OP_VAR: put_value(r, resolve(r, op), false); break;
		case OP_RAW: put_value(r, resolve(r, op), true); break;
		case OP_SECTION:
			if (!enter(r, op, &pc, e))
				return false;
			continue;
		case OP_INVERTED: pc = view_truth(resolve(r, op).v) ? op->n : pc + 1; continue;
		case OP_END: pc = render_leave(r, op, pc); continue;
		case OP_PLURAL: pc += 1 + form_of(r, op); continue;
		case OP_GO: pc = op->n; continue;
		case OP_CALL:
			if (r->n_calls == RENDER_CALL_MAX)
				return err_set(
				    e, ERR_BUG, "template: partials nested more than %d deep", RENDER_CALL_MAX);
			r->call[r->n_calls++] = pc + 1;
			pc = op->n;
			continue;
		case OP_RETURN:
			if (r->n_calls == 0)
				return true;
			pc = r->call[--r->n_calls];
			continue;
		}
		pc++;
	}
	return err_set(e, ERR_BUG, "template: lists nested without end");
}

bool
mustache_render(const struct mustache *m, size_t file, const struct view *root, struct buf *out, struct err *e)
{
	const struct view *page;
	struct render r;

	ASSERT(file < m->n_files);
	r.m = m;
	r.out = out;
	r.n_calls = 0;
	r.n_frames = 1;
	r.frame[0] = (struct frame){root, NULL, 0};
	memset(r.page, 0, sizeof(r.page));
	page = m->lang == NULL ? NULL : view_get(root, N_page); /* in specification mode N_page is not a name */
	for (uint32_t i = 0; page != NULL && i < page->n; i++)
		r.page[page->u.fields[i].name] = page->u.fields[i].node;
	return render_run(&r, m->entry[file], e) && buf_check(out, e);
}
