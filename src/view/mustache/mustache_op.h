/* mustache_op.h - the operations of a compiled template; shared by mustache_compile.c and mustache_render.c. */
#ifndef KONTOR_VIEW_MUSTACHE_MUSTACHE_OP_H
#define KONTOR_VIEW_MUSTACHE_MUSTACHE_OP_H

#include "view/mustache/mustache.h"

#define RENDER_CONTEXT_MAX 64 /* nested sections, across partials */
#define RENDER_CALL_MAX 48    /* nested partials */
#define RENDER_STEPS_MAX 20000000

enum op_code {
	OP_TEXT,     /* p, n */
	OP_VAR,	     /* path */
	OP_RAW,	     /* path: never escaped */
	OP_SECTION, /* path; n: after its end */
	OP_INVERTED, /* path; n: after its end */
	OP_END,	     /* of a section; n: its first operation */
	OP_PLURAL,   /* path; n: the language of the rule; jumps to the forms follow */
	OP_GO,	     /* n */
	OP_CALL,     /* n */
	OP_RETURN
};

enum { PLURAL_OF_LANGUAGE, PLURAL_OF_SOURCE };

struct op {
	uint8_t code;
	uint8_t n_path;
	bool rooted; /* path: its first name exists in the root only */
	uint16_t path[MUSTACHE_PATH_MAX];
	uint32_t n;
	const char *p;
};

struct mustache {
	const struct lang *lang; /* NULL: specification mode */
	struct op *op;
	uint32_t n_op;
	uint32_t *entry; /* by file */
	size_t n_files;
};

#endif
