/* file.h - reads small files whole, and lists folders. */
#ifndef KONTOR_PLAT_TEXT_FILE_H
#define KONTOR_PLAT_TEXT_FILE_H

#include "base/err.h"
#include "base/str.h"

/* The bytes of a file, followed by a NUL. *found is false when it does not exist; ERR_BUG when it cannot be read, is
 * not a regular file or exceeds max_b bytes. */
MUST_USE bool file_find(struct arena *, const char *path, size_t max_b, struct str *bytes, bool *found, struct err *);

/* The same; a missing file is ERR_INPUT. */
MUST_USE bool file_get(struct arena *, const char *path, size_t max_b, struct str *bytes, struct err *);

/* Reads until `size` bytes are read or the file ends; false with errno. *n: the bytes read. */
MUST_USE bool file_read(int fd, char *p, size_t size, size_t *n);

/* The names in a folder that end in `tail` and do not begin with a dot, sorted; none when the folder does not exist.
 * ERR_BUG when it cannot be read. */
MUST_USE bool file_list(struct arena *, const char *dir, struct str tail, struct str **names, size_t *n, struct err *);

/* Writes all bytes to a descriptor; false with errno. */
MUST_USE bool file_write(int fd, struct str bytes);

#endif
