/* file.h - whole small files, and folders. */
#ifndef KONTOR_PLAT_HOST_FILE_H
#define KONTOR_PLAT_HOST_FILE_H

#include "base/err.h"
#include "base/str.h"

/* The bytes of a file, with a NUL behind. *found is false when there is none; ERR_BUG when it cannot be read, is no
 * regular file or has more than max_b bytes. */
MUST_USE bool file_find(struct arena *, const char *path, size_t max_b, struct str *bytes, bool *found, struct err *);

/* The names in a folder that end in `tail`, sorted, without those that begin with a dot. A folder that is absent has
 * none. ERR_BUG when it cannot be read. */
MUST_USE bool file_list(struct arena *, const char *dir, struct str tail, struct str **names, size_t *n, struct err *);

/* Writes the text beside the file, onto the disk, with the owner and mode of the one that is there, else 0644.
 * *beside is its name, the caller's to rename or unlink. ERR_UPSTREAM. */
MUST_USE bool file_beside(struct arena *, const char *path, struct str text, const char **beside, struct err *);

/* The same, and renames it: a reader sees the old or the new one whole. */
MUST_USE bool file_replace(struct arena *, const char *path, struct str text, struct err *);

/* All of the bytes, however many calls that takes; false with errno. */
MUST_USE bool file_write(int fd, struct str bytes);

/* Makes the folder (0755) unless it is there; its parent must be. ERR_UPSTREAM. */
MUST_USE bool file_folder(const char *path, struct err *);

#endif
