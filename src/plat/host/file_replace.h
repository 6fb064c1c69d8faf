/* file_replace.h - replaces a file atomically: a reader sees the whole old file or the whole new one. */
#ifndef KONTOR_PLAT_HOST_FILE_REPLACE_H
#define KONTOR_PLAT_HOST_FILE_REPLACE_H

#include "base/err.h"
#include "base/str.h"

/* Writes the new text to disk and renames it over `path`. ERR_UPSTREAM. */
MUST_USE bool file_replace(struct arena *, const char *path, struct str text, struct err *);

/* Writes the new text to a file beside `path`, with the owner and mode of the existing file, or 0644. The caller
 * renames or unlinks the file *beside. ERR_UPSTREAM. */
MUST_USE bool file_replace_beside(struct arena *, const char *path, struct str text, const char **beside, struct err *);

#endif
