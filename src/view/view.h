/* view.h - the content of a page as a tree of typed values.
 *
 * Handlers build it, templates and the JSON twin render it, memcached stores it (encode.h). The output depends on the
 * type of the value: html is already cleaned and written unchanged, all else is escaped; money and dates are formatted
 * in the reader's language. Field names come from names.def, so a misspelt name fails at build or load.
 *
 * Nodes are allocated with arena_alloc(), whose `over` is the sticky error. They borrow the bytes of their strings. */
#ifndef KONTOR_VIEW_VIEW_H
#define KONTOR_VIEW_VIEW_H

#include "base/buf.h"
#include "base/money.h"
#include "base/str.h"

#define VIEW_DEPTH_MAX 32 /* levels of a tree that is encoded or decoded */

enum view_type {
	VIEW_NULL,
	VIEW_BOOL,
	VIEW_INT,
	VIEW_STR,
	VIEW_HTML,
	VIEW_MONEY,
	VIEW_DATE,
	VIEW_LIST,
	VIEW_OBJECT
};

enum view_name {
	N__NONE,
#define NAME(id, help) N_##id,
#include "view/names.def"
#undef NAME
	N__MAX
};

struct view_field {
	struct view *node;
	uint16_t name;
};

struct view {
	uint8_t type;
	currency cur;
	uint32_t n, cap; /* bytes of a text; items or fields in use and allocated */
	union {
		bool b;
		int64_t i; /* int; minor units; UTC seconds */
		const char *p;
		struct view **items;
		struct view_field *fields;
	} u;
	struct arena *a; /* list, object: for growth */
};

/* Detached nodes, for view_put() and view_push(). */
struct view *view_object(struct arena *);
struct view *view_list(struct arena *);
struct view *view_node_null(struct arena *);
struct view *view_node_bool(struct arena *, bool);
struct view *view_node_int(struct arena *, int64_t);
struct view *view_node_str(struct arena *, struct str);
struct view *view_node_html(struct arena *, struct str);
struct view *view_node_money(struct arena *, struct money);
struct view *view_node_date(struct arena *, int64_t utc_s);

/* Sets or replaces a field of an object. Trees may share a node. NULL sets nothing. */
void view_put(struct view *obj, uint16_t name, struct view *node);
void view_bool(struct view *obj, uint16_t name, bool);
void view_int(struct view *obj, uint16_t name, int64_t);
void view_str(struct view *obj, uint16_t name, struct str);
void view_html(struct view *obj, uint16_t name, struct str); /* cleaned; written unescaped */
void view_money(struct view *obj, uint16_t name, struct money);
void view_date(struct view *obj, uint16_t name, int64_t utc_s);
struct view *view_sub(struct view *obj, uint16_t name);	    /* a new object in the field */
struct view *view_sublist(struct view *obj, uint16_t name); /* a new list in the field */

/* Appends a node, or a new object, to a list. */
void view_push(struct view *list, struct view *node);
struct view *view_add(struct view *list);

/* The field, or NULL. `obj` may be NULL or another type. */
struct view *view_get(const struct view *obj, uint16_t name);

/* Removes and returns the field; NULL when there is none. */
struct view *view_take(struct view *obj, uint16_t name);

/* view_path(v, N_page, N_title): a nested field, or NULL. */
#define view_path(v, ...)                                                                                              \
	view_path_((v), (const uint16_t[]){__VA_ARGS__}, sizeof((const uint16_t[]){__VA_ARGS__}) / sizeof(uint16_t))
struct view *view_path_(const struct view *, const uint16_t *names, size_t n);

/* The bytes of a string or html node; none for other nodes and NULL. */
struct str view_text(const struct view *);

/* The number of items of a list, or 0; the item at `i`, or NULL. */
size_t view_count(const struct view *);
struct view *view_at(const struct view *list, size_t i);

/* The truth of a value as a section: false for NULL, null, false, an empty text and an empty list. Every number is
 * true. */
bool view_truth(const struct view *);

/* Writes the tree as JSON, safe inside <script>: money as {"amount":"12.50","currency":"EUR"}, a date as ISO 8601, html
 * as a string. A tree deeper than VIEW_DEPTH_MAX sets the buf's `over`. */
void view_json(const struct view *, struct buf *);

#endif
