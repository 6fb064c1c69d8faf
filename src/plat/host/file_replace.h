/* file_replace.h - replaces a file at once: a reader sees the old one or the new one whole. */
#ifndef KONTOR_PLAT_HOST_FILE_REPLACE_H
#define KONTOR_PLAT_HOST_FILE_REPLACE_H

#include "base/err.h"
#include "base/str.h"

/* Writes the new text to disk and renames it over `path`. ERR_UPSTREAM. */
MUST_USE bool file_replace(struct arena *, const char *path, struct str text, struct err *);

/* Only writes it, beside `path`, with the owner and mode of the file that is there, else 0644. *beside is its name, for
 * the caller to rename or unlink. ERR_UPSTREAM. */
MUST_USE bool file_replace_beside(struct arena *, const char *path, struct str text, const char **beside, struct err *);

#endif
