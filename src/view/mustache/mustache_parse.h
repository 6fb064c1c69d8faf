/* mustache_parse.h - parses a Mustache template into a tree of parts.
 *
 * The grammar is that of the published specification with inheritance. In shop mode the sections `{{#_}}...{{/_}}` and
 * `{{#_n}}...{{/_n}}` are translatable texts (see mustache_text.h), and every name must be in names.def.
 *
 * White space: a standalone line (one tag other than a variable or text, or only inheritance tags) is not part of the
 * text. The indentation of every other line is a part of its own (PART_LINE), so that a partial or block can be
 * re-indented as a whole. */
#ifndef KONTOR_VIEW_MUSTACHE_MUSTACHE_PARSE_H
#define KONTOR_VIEW_MUSTACHE_MUSTACHE_PARSE_H

#include "view/names.h"

#define MUSTACHE_PATH_MAX 7  /* names in a path */
#define MUSTACHE_OPEN_MAX 64 /* nested sections */
#define MUSTACHE_FILE_MAX_B ((size_t)1 << 20)

enum part_kind {
	PART_TEXT,
	PART_LINE, /* start of a line; text is its indentation */
	PART_VAR,
	PART_RAW, /* not escaped; this kind exists in specification mode only */
	PART_SECTION,
	PART_INVERTED,
	PART_PARTIAL,
	PART_PARENT,
	PART_BLOCK,
	PART_I18N,  /* a translatable text */
	PART_PLURAL /* the same; the number at `path` selects the plural form */
};

struct path {
	uint16_t n; /* 0: the implicit iterator "." */
	uint16_t name[MUSTACHE_PATH_MAX];
};

struct part {
	enum part_kind kind;
	unsigned line;
	bool alone; /* partial, parent, block: its tags are standalone lines */
	struct path path;
	struct str text;   /* depending on the kind: text, white space, the name as written, the source text */
	struct str plural; /* the plural source text */
	struct str indent; /* white space before a partial, parent or block that begins its line */
	struct str inner;  /* block: indentation of its content's first line if standalone, else `indent` */
	struct part *first, *next;
};

struct mustache_file {
	struct str name; /* by which other templates refer to it */
	struct str path; /* for messages */
	struct part *first;
};

/* Parses `text`, which must outlive the file. `spec` NULL: shop mode; else specification mode, which adds new names to
 * `spec`. ERR_INPUT, "path:line: reason". */
MUST_USE bool mustache_parse(
    struct arena *, struct view_names *spec, struct str text, struct mustache_file *, struct err *);

/* Parses "a.b.c" into ids. ERR_INPUT when the name is malformed or, with `spec` NULL, unknown. */
MUST_USE bool mustache_path(struct view_names *spec, struct str name, struct path *, struct err *);

#endif
