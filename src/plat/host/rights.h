/* rights.h - the access of a user to a file, computed from owners and modes.
 *
 * Ignores access control lists, read-only mounts and security modules. */
#ifndef KONTOR_PLAT_HOST_RIGHTS_H
#define KONTOR_PLAT_HOST_RIGHTS_H

#include <sys/stat.h>

#include "base/err.h"
#include "base/str.h"

#define RIGHTS_GROUPS_MAX 128

enum { RIGHTS_READ = 4, RIGHTS_WRITE = 2, RIGHTS_ENTER = 1 }; /* bits of a mode */

struct rights_user {
	const char *name;
	unsigned uid;
	unsigned gid[RIGHTS_GROUPS_MAX];
	size_t n_gid;
};

/* Looks up the user and all groups. ERR_NOT_FOUND when there is no such user. */
MUST_USE bool rights_user(struct arena *, const char *name, struct rights_user *, struct err *);
MUST_USE bool rights_user_id(struct arena *, unsigned uid, struct rights_user *, struct err *);

/* Adds a supplementary group, as a systemd unit may. Ignores a group that does not exist. */
void rights_add_group(struct rights_user *, const char *group);

/* Permanently drops this process's privileges to those of the user. ERR_DENIED unless root. */
MUST_USE bool rights_drop_to(const struct rights_user *, struct err *);

/* Pure: true when owner, group and mode allow all of `want`. */
bool rights_allow(const struct rights_user *, const struct stat *, unsigned want);

/* True when the user can reach the path through all its parent folders and has the access `want`. Otherwise *why names
 * the obstacle, "/etc/kontor is root:root 0700"; on the arena. */
MUST_USE bool rights_may(struct arena *, const struct rights_user *, const char *path, unsigned want, const char **why);

/* True when only root can change or replace a regular file: root owns it and every folder above, and nobody else may
 * write to them. A sticky folder such as /tmp may be among the folders above, but not the file's own folder. *path
 * becomes the path without symbolic links, on the arena; the caller must use this path. False for files in /proc. */
MUST_USE bool rights_only_root_changes(struct arena *, const char **path);

/* "root:kontor 0640" */
const char *rights_text(struct arena *, const struct stat *);

#endif
