/* mustache_parse.h - a Mustache template as a tree of parts.
 *
 * The grammar is that of the published specification with inheritance. In shop mode two sections are texts for the
 * reader, `{{#_}}...{{/_}}` and `{{#_n}}...{{/_n}}` (see mustache_text.h), and every name must be one of names.def.
 *
 * White space: a line that holds one tag of those that write nothing, or only tags of inheritance, is not part of the
 * text. The white space in front of every other line is kept apart (PART_LINE), so that the lines of a partial or of
 * a block can be moved in or out as a whole. */
#ifndef KONTOR_VIEW_MUSTACHE_MUSTACHE_PARSE_H
#define KONTOR_VIEW_MUSTACHE_MUSTACHE_PARSE_H

#include "view/names.h"

#define MUSTACHE_PATH_MAX 7   /* names in a dotted name */
#define MUSTACHE_OPEN_MAX 64  /* sections in sections */
#define MUSTACHE_FILE_MAX_B ((size_t)1 << 20)

enum part_kind {
	PART_TEXT,
	PART_LINE,     /* here begins a line, text is its white space */
	PART_VAR,
	PART_RAW,      /* not escaped, in specification mode only */
	PART_SECTION,
	PART_INVERTED,
	PART_PARTIAL,
	PART_PARENT,
	PART_BLOCK,
	PART_I18N,     /* a text for the reader */
	PART_PLURAL    /* the same, by the number in `path` */
};

struct path {
	uint16_t n; /* 0: the implicit iterator "." */
	uint16_t name[MUSTACHE_PATH_MAX];
};

struct part {
	enum part_kind kind;
	unsigned line;
	bool alone;	   /* partial, parent, block: nothing else stands on the lines of its tags */
	struct path path;
	struct str text;   /* as by kind: text, white space, the name as written, the source text */
	struct str plural; /* the source text for many */
	struct str indent; /* in front of a partial, parent or block that is the first of its line */
	struct str inner;  /* block that stands alone: white space in front of its first line, or `indent` */
	struct part *first, *next;
};

struct mustache_file {
	struct str name; /* as other templates call it */
	struct str path; /* for messages */
	struct part *first;
};

/* Parses `text`, which must live as long as the file. `spec` NULL: shop mode; else specification mode, in which names
 * are made as they come. ERR_INPUT, "path:line: reason". */
MUST_USE bool mustache_parse(struct arena *, struct view_names *spec, struct str text, struct mustache_file *,
    struct err *);

/* "a.b.c" to ids; ERR_INPUT when it is no name or, with `spec` NULL, an unknown one. */
MUST_USE bool mustache_path(struct view_names *spec, struct str name, struct path *, struct err *);

#endif
