/* tree.h - files and folders as a backup needs them: copied whole, linked, walked, removed. */
#ifndef KONTOR_PLAT_HOST_TREE_H
#define KONTOR_PLAT_HOST_TREE_H

#include "base/err.h"
#include "base/str.h"

/* A folder and all above it that are missing. */
MUST_USE bool tree_make_dirs(const char *path, unsigned mode, struct err *);

/* A folder that everybody may enter; it may be there already. */
MUST_USE bool tree_make_dir(const char *path, struct err *);

/* A regular file's bytes and mode, and its owner where that is allowed; a link is an error. `to` takes its name only
 * when it is whole, so that nobody sees a part; one that is there is replaced. Whether it is on the disk is for
 * tree_sync() to say. *size_b: how much was copied. */
MUST_USE bool tree_copy(const char *from, const char *to, uint64_t *size_b, struct err *);

/* Gives `path` to whom `as` belongs, where that is allowed. */
void tree_own_as(const char *path, const char *as);

/* The same, and the mode. */
void tree_be_like(const char *path, const char *as);

/* Another name for `from` where the file system can do that; else, false. */
bool tree_link(const char *from, const char *to);

/* Size of a regular file; false when there is none. */
bool tree_size(const char *path, uint64_t *size_b);

/* Calls `fn` with the name, below `root`, of each regular file whose name, and those of its folders, begin with no dot;
 * links are not followed. Stops at the first false. ERR_NOT_FOUND when there is no such folder. */
typedef bool tree_fn(void *arg, const char *name, struct err *);
MUST_USE bool tree_walk(const char *root, tree_fn *fn, void *arg, struct err *);

/* Removes it with all that is in it; it is well when it is not there. */
MUST_USE bool tree_remove(const char *path, struct err *);

/* Waits until what was written below a folder is on the disk. */
MUST_USE bool tree_sync(const char *dir, struct err *);

#endif
