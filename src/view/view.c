#include "view/view.h"

#include <string.h>

static struct view *
node_new(struct arena *a, struct view content)
{
	struct view *v = ARENA_NEW(a, struct view);

	*v = content;
	return v;
}

struct view *
view_object(struct arena *a)
{
	return node_new(a, (struct view){.type = VIEW_OBJECT, .a = a});
}

struct view *
view_list(struct arena *a)
{
	return node_new(a, (struct view){.type = VIEW_LIST, .a = a});
}

struct view *
view_node_null(struct arena *a)
{
	return node_new(a, (struct view){.type = VIEW_NULL});
}

struct view *
view_node_bool(struct arena *a, bool b)
{
	return node_new(a, (struct view){.type = VIEW_BOOL, .u.b = b});
}

struct view *
view_node_int(struct arena *a, int64_t i)
{
	return node_new(a, (struct view){.type = VIEW_INT, .u.i = i});
}

static struct view *
node_text(struct arena *a, enum view_type type, struct str s)
{
	ASSERT(s.n <= UINT32_MAX);
	return node_new(a, (struct view){.type = (uint8_t)type, .n = (uint32_t)s.n, .u.p = s.p});
}

struct view *
view_node_str(struct arena *a, struct str s)
{
	return node_text(a, VIEW_STR, s);
}

struct view *
view_node_html(struct arena *a, struct str s)
{
	return node_text(a, VIEW_HTML, s);
}

struct view *
view_node_money(struct arena *a, struct money m)
{
	return node_new(a, (struct view){.type = VIEW_MONEY, .cur = m.cur, .u.i = m.minor});
}

struct view *
view_node_date(struct arena *a, int64_t utc_s)
{
	return node_new(a, (struct view){.type = VIEW_DATE, .u.i = utc_s});
}

/* Makes room for one more element of `size_b` bytes: returns `old`, or a larger copy. */
static void *
grown(struct view *v, void *old, size_t size_b)
{
	uint32_t cap = v->cap < 4 ? 8 : v->cap * 2;
	void *p;

	if (v->n < v->cap)
		return old;
	p = arena_alloc(v->a, cap * size_b);
	if (v->n > 0)
		memcpy(p, old, v->n * size_b);
	v->cap = cap;
	return p;
}

void
view_put(struct view *obj, uint16_t name, struct view *node)
{
	ASSERT(obj->type == VIEW_OBJECT);
	if (node == NULL)
		return;
	for (uint32_t i = 0; i < obj->n; i++)
		if (obj->u.fields[i].name == name) {
			obj->u.fields[i].node = node;
			return;
		}
	obj->u.fields = grown(obj, obj->u.fields, sizeof(obj->u.fields[0]));
	obj->u.fields[obj->n++] = (struct view_field){node, name};
}

void
view_bool(struct view *obj, uint16_t name, bool b)
{
	view_put(obj, name, view_node_bool(obj->a, b));
}

void
view_int(struct view *obj, uint16_t name, int64_t i)
{
	view_put(obj, name, view_node_int(obj->a, i));
}

void
view_str(struct view *obj, uint16_t name, struct str s)
{
	view_put(obj, name, view_node_str(obj->a, s));
}

void
view_html(struct view *obj, uint16_t name, struct str s)
{
	view_put(obj, name, view_node_html(obj->a, s));
}

void
view_money(struct view *obj, uint16_t name, struct money m)
{
	view_put(obj, name, view_node_money(obj->a, m));
}

void
view_date(struct view *obj, uint16_t name, int64_t utc_s)
{
	view_put(obj, name, view_node_date(obj->a, utc_s));
}

struct view *
view_sub(struct view *obj, uint16_t name)
{
	struct view *v = view_object(obj->a);

	view_put(obj, name, v);
	return v;
}

struct view *
view_sublist(struct view *obj, uint16_t name)
{
	struct view *v = view_list(obj->a);

	view_put(obj, name, v);
	return v;
}

void
view_push(struct view *list, struct view *node)
{
	ASSERT(list->type == VIEW_LIST);
	list->u.items = grown(list, list->u.items, sizeof(list->u.items[0]));
	list->u.items[list->n++] = node;
}

struct view *
view_add(struct view *list)
{
	struct view *v = view_object(list->a);

	view_push(list, v);
	return v;
}

struct view *
view_get(const struct view *obj, uint16_t name)
{
	if (obj == NULL || obj->type != VIEW_OBJECT)
		return NULL;
	for (uint32_t i = 0; i < obj->n; i++)
		if (obj->u.fields[i].name == name)
			return obj->u.fields[i].node;
	return NULL;
}

struct view *
view_take(struct view *obj, uint16_t name)
{
	for (uint32_t i = 0; i < obj->n; i++) {
		struct view *node = obj->u.fields[i].node;

		if (obj->u.fields[i].name != name)
			continue;
		obj->n--;
		memmove(obj->u.fields + i, obj->u.fields + i + 1, (obj->n - i) * sizeof(obj->u.fields[0]));
		return node;
	}
	return NULL;
}

struct view *
view_path_(const struct view *v, const uint16_t *names, size_t n)
{
	struct view *found = NULL;

	for (size_t i = 0; i < n; i++) {
		found = view_get(v, names[i]);
		v = found;
	}
	return found;
}

struct str
view_text(const struct view *v)
{
	if (v == NULL || (v->type != VIEW_STR && v->type != VIEW_HTML))
		return STR_NONE;
	return str_n(v->u.p, v->n);
}

size_t
view_count(const struct view *v)
{
	return v != NULL && v->type == VIEW_LIST ? v->n : 0;
}

struct view *
view_at(const struct view *list, size_t i)
{
	return i < view_count(list) ? list->u.items[i] : NULL;
}

bool
view_truth(const struct view *v)
{
	if (v == NULL)
		return false;
	switch ((enum view_type)v->type) {
	case VIEW_NULL: return false;
	case VIEW_BOOL: return v->u.b;
	case VIEW_STR:
	case VIEW_HTML:
	case VIEW_LIST: return v->n > 0;
	case VIEW_INT:
	case VIEW_MONEY:
	case VIEW_DATE:
	case VIEW_OBJECT: return true;
	}
	return false;
}
