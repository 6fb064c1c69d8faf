/* view.h - what a page says, as a tree of typed values, before it is text.
 *
 * Handlers build it, templates and the JSON twin are made from it, memcached keeps it (encode.h). The type of a value
 * decides how it is written: html has been cleaned and goes out as it is, everything else is escaped; money and dates
 * are written in the reader's language. Field names are those of names.def, so that a misspelt one is an error at
 * build or load and a lookup at render compares integers.
 *
 * Nodes live on an arena and borrow the bytes of their strings. Memory is taken by arena_alloc(): the arena's `over`
 * is the sticky error. */
#ifndef KONTOR_VIEW_VIEW_H
#define KONTOR_VIEW_VIEW_H

#include "base/buf.h"
#include "base/money.h"
#include "base/str.h"

#define VIEW_DEPTH_MAX 32 /* levels in a tree that is written or decoded */

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
	uint32_t n, cap; /* bytes of a text; items or fields in use, and room for them */
	union {
		bool b;
		int64_t i; /* int; minor units; UTC seconds */
		const char *p;
		struct view **items;
		struct view_field *fields;
	} u;
	struct arena *a; /* list, object: where it grows */
};

/* Nodes that stand alone, for view_put() and view_push(). */
struct view *view_object(struct arena *);
struct view *view_list(struct arena *);
struct view *view_node_null(struct arena *);
struct view *view_node_bool(struct arena *, bool);
struct view *view_node_int(struct arena *, int64_t);
struct view *view_node_str(struct arena *, struct str);
struct view *view_node_html(struct arena *, struct str);
struct view *view_node_money(struct arena *, struct money);
struct view *view_node_date(struct arena *, int64_t utc_s);

/* Sets a field of an object, in place of one of that name. The node may be shared by several trees; NULL sets
 * nothing. */
void view_put(struct view *obj, uint16_t name, struct view *node);
void view_bool(struct view *obj, uint16_t name, bool);
void view_int(struct view *obj, uint16_t name, int64_t);
void view_str(struct view *obj, uint16_t name, struct str);
void view_html(struct view *obj, uint16_t name, struct str); /* cleaned: goes out as it is */
void view_money(struct view *obj, uint16_t name, struct money);
void view_date(struct view *obj, uint16_t name, int64_t utc_s);
struct view *view_sub(struct view *obj, uint16_t name);	    /* a new object in the field */
struct view *view_sublist(struct view *obj, uint16_t name); /* a new list in the field */

/* Puts a node, or a new object, at the end of a list. */
void view_push(struct view *list, struct view *node);
struct view *view_add(struct view *list);

/* The field, or NULL: also when `obj` is NULL or no object. */
struct view *view_get(const struct view *obj, uint16_t name);

/* Takes the field out of the object; NULL when there is none. */
struct view *view_take(struct view *obj, uint16_t name);

/* view_path(v, N_page, N_title): the field of the field, or NULL. */
#define view_path(v, ...)                                                                                              \
	view_path_((v), (const uint16_t[]){__VA_ARGS__}, sizeof((const uint16_t[]){__VA_ARGS__}) / sizeof(uint16_t))
struct view *view_path_(const struct view *, const uint16_t *names, size_t n);

/* The bytes of a string or html node; none for every other node and for NULL. */
struct str view_text(const struct view *);

/* Number of items of a list, 0 for everything else; the item at `i`, or NULL. */
size_t view_count(const struct view *);
struct view *view_at(const struct view *list, size_t i);

/* False for NULL, null, false, an empty text and an empty list: what a section does not show. A number is true. */
bool view_truth(const struct view *);

/* The tree as JSON, safe inside a <script>: money is {"amount":"12.50","currency":"EUR"}, a date is ISO 8601, html
 * is a string. Deeper than VIEW_DEPTH_MAX: the buf is over. */
void view_json(const struct view *, struct buf *);

#endif
