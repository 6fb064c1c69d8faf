#include "view/format.h"
#include "view/names.h"
#include "view/view.h"

static void put_node(struct buf *, const struct view *, int depth);

static void
put_items(struct buf *b, const struct view *v, int depth)
{
	bool object = v->type == VIEW_OBJECT;

	if (depth >= VIEW_DEPTH_MAX) {
		b->over = true;
		return;
	}
	buf_ch(b, object ? '{' : '[');
	for (uint32_t i = 0; i < v->n; i++) {
		if (i > 0)
			buf_ch(b, ',');
		if (object) {
			buf_json(b, view_name(v->u.fields[i].name));
			buf_ch(b, ':');
		}
		put_node(b, object ? v->u.fields[i].node : v->u.items[i], depth + 1);
	}
	buf_ch(b, object ? '}' : ']');
}

static void
put_node(struct buf *b, const struct view *v, int depth)
{
	switch ((enum view_type)v->type) {
	case VIEW_NULL: buf_put(b, STR("null")); return;
	case VIEW_BOOL: buf_put(b, v->u.b ? STR("true") : STR("false")); return;
	case VIEW_INT: buf_i64(b, v->u.i); return;
	case VIEW_STR:
	case VIEW_HTML: buf_json(b, str_n(v->u.p, v->n)); return;
	case VIEW_MONEY:
		buf_put(b, STR("{\"amount\":\""));
		format_money_plain(b, (struct money){v->u.i, v->cur});
		buf_put(b, STR("\",\"currency\":\""));
		buf_z(b, currency_code(v->cur));
		buf_put(b, STR("\"}"));
		return;
	case VIEW_DATE:
		buf_ch(b, '"');
		format_date_iso(b, v->u.i);
		buf_ch(b, '"');
		return;
	case VIEW_LIST:
	case VIEW_OBJECT: put_items(b, v, depth); return;
	}
}

void
view_json(const struct view *v, struct buf *b)
{
	put_node(b, v, 1);
}
