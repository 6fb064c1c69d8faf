/* fields.h - the numbers of the storefront's input fields, from fields.def. */
#ifndef KONTOR_WEB_FIELDS_H
#define KONTOR_WEB_FIELDS_H

enum web_field {
#define FIELD(id, name, kind, min, max, flags) F_##id,
#include "web/fields.def"
#undef FIELD
	F__MAX
};

#endif
