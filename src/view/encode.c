#include "view/encode.h"

/* Format: two bytes of magic, the numbers of nodes and of slots (fields and items), then the root node. A node is a tag
 * byte, followed, depending on its type, by nothing, a zigzag varint, a length and bytes, a currency and a zigzag
 * varint, a count and items, or a count and fields (a name and a node each). */
static const struct str magic = STR_INIT("K\x01");

enum { TAG_TRUE = VIEW_OBJECT + 1 };

static void
put_varint(struct buf *b, uint64_t u)
{
	char bytes[10];
	size_t n = 0;

	for (; u >= 0x80; u >>= 7)
		bytes[n++] = (char)(u | 0x80);
	bytes[n++] = (char)u;
	buf_put(b, str_n(bytes, n));
}

static void
put_zigzag(struct buf *b, int64_t i)
{
	put_varint(b, (uint64_t)i << 1 ^ (i < 0 ? UINT64_MAX : 0));
}

static bool
encode_count(const struct view *v, int depth, uint64_t *nodes, uint64_t *slots)
{
	if (depth > VIEW_DEPTH_MAX)
		return false;
	++*nodes;
	if (v->type != VIEW_LIST && v->type != VIEW_OBJECT)
		return true;
	*slots += v->n;
	for (uint32_t i = 0; i < v->n; i++)
		if (!encode_count(v->type == VIEW_LIST ? v->u.items[i] : v->u.fields[i].node, depth + 1, nodes, slots))
			return false;
	return true;
}

static void
put_node(struct buf *b, const struct view *v)
{
	if (v->type == VIEW_BOOL) {
		buf_ch(b, v->u.b ? TAG_TRUE : VIEW_BOOL);
		return;
	}
	buf_ch(b, (char)v->type);
	switch ((enum view_type)v->type) {
	case VIEW_NULL:
	case VIEW_BOOL: return;
	case VIEW_MONEY: buf_ch(b, (char)v->cur); /* fall through */
	case VIEW_INT:
	case VIEW_DATE: put_zigzag(b, v->u.i); return;
	case VIEW_STR:
	case VIEW_HTML:
		put_varint(b, v->n);
		buf_put(b, str_n(v->u.p, v->n));
		return;
	case VIEW_LIST:
		put_varint(b, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			put_node(b, v->u.items[i]);
		return;
	case VIEW_OBJECT:
		put_varint(b, v->n);
		for (uint32_t i = 0; i < v->n; i++) {
			ASSERT(v->u.fields[i].name < N__MAX);
			put_varint(b, v->u.fields[i].name);
			put_node(b, v->u.fields[i].node);
		}
		return;
	}
}

void
view_encode(const struct view *v, struct buf *b)
{
	uint64_t nodes = 0, slots = 0;

	if (!encode_count(v, 1, &nodes, &slots)) {
		b->over = true;
		return;
	}
	buf_put(b, magic);
	put_varint(b, nodes);
	put_varint(b, slots);
	put_node(b, v);
}

bool
view_encoded(struct arena *a, const struct view *v, struct str *out, struct err *e)
{
	struct buf b;

	buf_init(&b, a, VIEW_ENCODED_MAX_B);
	view_encode(v, &b);
	*out = buf_str(&b);
	return buf_check(&b, e);
}

struct reader {
	struct arena *a;
	const uint8_t *p, *end;
	struct view *nodes;	/* the nodes still free */
	uint64_t n_nodes;
	struct view_field *slots; /* the fields and items still free */
	uint64_t n_slots;
};

static bool
get_varint(struct reader *r, uint64_t max, uint64_t *out)
{
	uint64_t u = 0;

	for (unsigned shift = 0; shift < 64 && r->p < r->end; shift += 7) {
		uint8_t byte = *r->p++;

		if (shift == 63 && byte > 1)
			return false;
		u |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*out = u;
			return u <= max;
		}
	}
	return false;
}

static bool
get_zigzag(struct reader *r, int64_t *out)
{
	uint64_t u;

	if (!get_varint(r, UINT64_MAX, &u))
		return false;
	*out = (int64_t)(u >> 1 ^ (~(u & 1) + 1));
	return true;
}

static bool get_node(struct reader *, int depth, struct view **out);

static bool
get_slots(struct reader *r, struct view *v, int depth)
{
	uint64_t n;

	if (depth >= VIEW_DEPTH_MAX || !get_varint(r, r->n_slots, &n))
		return false;
	v->a = r->a;
	v->n = v->cap = (uint32_t)n;
	r->n_slots -= n;
	if (v->type == VIEW_OBJECT) {
		v->u.fields = r->slots;
		r->slots += n;
		for (uint64_t i = 0; i < n; i++) {
			uint64_t name;

			if (!get_varint(r, N__MAX - 1, &name) || !get_node(r, depth + 1, &v->u.fields[i].node))
				return false;
			v->u.fields[i].name = (uint16_t)name;
		}
		return true;
	}
	v->u.items = &r->slots->node; /* items use slots too */
	r->slots += n;
	for (uint64_t i = 0; i < n; i++)
		if (!get_node(r, depth + 1, &v->u.items[i]))
			return false;
	return true;
}

static bool
get_node(struct reader *r, int depth, struct view **out)
{
	struct view *v = r->nodes;
	uint64_t n;

	if (r->n_nodes == 0 || r->p == r->end || *r->p > TAG_TRUE)
		return false;
	r->nodes++;
	r->n_nodes--;
	*out = v;
	v->type = *r->p++;
	switch (v->type) {
	case VIEW_NULL:
	case VIEW_BOOL: return true;
	case TAG_TRUE:
		v->type = VIEW_BOOL;
		v->u.b = true;
		return true;
	case VIEW_MONEY:
		if (r->p == r->end || !currency_known(*r->p))
			return false;
		v->cur = *r->p++;
		return get_zigzag(r, &v->u.i);
	case VIEW_INT:
	case VIEW_DATE: return get_zigzag(r, &v->u.i);
	case VIEW_STR:
	case VIEW_HTML:
		if (!get_varint(r, UINT32_MAX, &n) || n > (size_t)(r->end - r->p))
			return false;
		v->n = (uint32_t)n;
		v->u.p = (const char *)r->p;
		r->p += n;
		return true;
	default: return get_slots(r, v, depth);
	}
}

static const struct view_shape *
shape_of(const struct view_shape *fields, uint16_t name)
{
	for (; fields != NULL && fields->name != N__NONE; fields++)
		if (fields->name == name)
			return fields;
	return NULL;
}

static bool
object_fits(const struct view *v, const struct view_shape *fields)
{
	for (const struct view_shape *f = fields; f != NULL && f->name != N__NONE; f++)
		if (f->needed && view_get(v, f->name) == NULL)
			return false;
	for (uint32_t i = 0; i < v->n; i++)
		if (!view_fits(v->u.fields[i].node, shape_of(fields, v->u.fields[i].name)))
			return false;
	return true;
}

bool
view_fits(const struct view *v, const struct view_shape *s)
{
	const struct view_shape *fields = s == NULL ? NULL : s->fields;
	const struct view_shape item = {.types = VIEW_IS(VIEW_OBJECT), .fields = fields};

	if (s == NULL ? v->type == VIEW_HTML : !(s->types & VIEW_IS(v->type)))
		return false;
	if (v->type == VIEW_OBJECT)
		return object_fits(v, fields);
	for (size_t i = 0; i < view_count(v); i++)
		if (!view_fits(v->u.items[i], fields == NULL ? NULL : &item))
			return false;
	return true;
}

bool
view_decode(struct arena *a, struct str bytes, const struct view_shape *shape, struct view **out, struct err *e)
{
	struct reader r = {.a = a, .p = (const uint8_t *)bytes.p, .end = (const uint8_t *)bytes.p + bytes.n};

	if (!str_starts(bytes, magic))
		return err_set(e, ERR_UPSTREAM, "cached tree: wrong format");
	r.p += magic.n;
	/* Each node takes at least one byte and each slot holds a node, so neither number exceeds the number of
	 * bytes. */
	if (!get_varint(&r, bytes.n, &r.n_nodes) || !get_varint(&r, bytes.n, &r.n_slots))
		return err_set(e, ERR_UPSTREAM, "cached tree: wrong counts");
	r.nodes = arena_try(a, r.n_nodes * sizeof(*r.nodes));
	r.slots = arena_try(a, r.n_slots * sizeof(*r.slots));
	if (r.nodes == NULL || r.slots == NULL)
		return err_set(e, ERR_LIMIT, "cached tree: no room for %zu bytes", bytes.n);
	if (!get_node(&r, 1, out) || r.p != r.end || r.n_nodes != 0 || r.n_slots != 0)
		return err_set(
		    e, ERR_UPSTREAM, "cached tree: broken at byte %zu", (size_t)(r.p - (const uint8_t *)bytes.p));
	return view_fits(*out, shape) || err_set(e, ERR_UPSTREAM, "cached tree: not of the expected shape");
}
