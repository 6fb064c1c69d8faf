/* tree.h - copies, links, walks and removes files and folders for backups. */
#ifndef KONTOR_PLAT_HOST_TREE_H
#define KONTOR_PLAT_HOST_TREE_H

#include "base/err.h"

/* Creates a folder and its missing parents. */
MUST_USE bool tree_make_dirs(const char *path, unsigned mode, struct err *);

/* Creates a folder that everybody may enter, unless it exists. */
MUST_USE bool tree_make_dir(const char *path, struct err *);

/* Copies a regular file's bytes and mode, and its owner where permitted; a link is an error. The copy is renamed to
 * `to` when complete, so readers never see a part; an existing file is replaced. Call tree_sync() to make it durable.
 * *size_b: bytes copied. */
MUST_USE bool tree_copy(const char *from, const char *to, uint64_t *size_b, struct err *);

/* Gives `path` the owner of `as`, where permitted. */
void tree_own_as(const char *path, const char *as);

/* Gives `path` the owner and mode of `as`, where permitted. */
void tree_be_like(const char *path, const char *as);

/* Hard-links `to` to `from`; false when the file system cannot. */
bool tree_link(const char *from, const char *to);

/* Size of a regular file; false: no such file. */
bool tree_size(const char *path, uint64_t *size_b);

/* Calls `fn` with the path below `root` of each regular file. Skips names that begin with a dot, and does not follow
 * links. Stops at the first false. ERR_NOT_FOUND when there is no such folder. */
typedef bool tree_fn(void *arg, const char *name, struct err *);
MUST_USE bool tree_walk(const char *root, tree_fn *fn, void *arg, struct err *);

/* Removes the path with all its content; succeeds when it does not exist. */
MUST_USE bool tree_remove(const char *path, struct err *);

/* Flushes the folder's file system to disk. */
MUST_USE bool tree_sync(const char *dir, struct err *);

#endif
