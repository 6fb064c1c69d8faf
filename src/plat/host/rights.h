/* rights.h - what a user may do with a file, judged from owners and modes, without being that user.
 *
 * Access control lists, mounts that are read-only and security modules are not looked at. */
#ifndef KONTOR_PLAT_HOST_RIGHTS_H
#define KONTOR_PLAT_HOST_RIGHTS_H

#include <sys/stat.h>

#include "base/err.h"
#include "base/str.h"

#define RIGHTS_GROUPS_MAX 128

enum { RIGHTS_READ = 4, RIGHTS_WRITE = 2, RIGHTS_ENTER = 1 }; /* as in a mode */

struct rights_user {
	const char *name;
	unsigned uid;
	unsigned gid[RIGHTS_GROUPS_MAX];
	size_t n_gid;
};

/* The user with all groups. ERR_NOT_FOUND when there is none. */
MUST_USE bool rights_user(struct arena *, const char *name, struct rights_user *, struct err *);
MUST_USE bool rights_user_id(struct arena *, unsigned uid, struct rights_user *, struct err *);

/* One group more, as a unit may give it; one that does not exist is passed over. */
void rights_join(struct rights_user *, const char *group);

/* Makes this process one of the user's, for good. Only root can: ERR_DENIED. */
MUST_USE bool rights_become(const struct rights_user *, struct err *);

/* Pure: whether all of `want` is allowed by owner, group and mode. */
bool rights_allow(const struct rights_user *, const struct stat *, unsigned want);

/* Whether the user comes to the path, through all folders above it, and may do there what is wanted. When not, *why
 * says what stands in the way, "/etc/kontor is root:root 0700"; on the arena. */
MUST_USE bool rights_may(struct arena *, const struct rights_user *, const char *path, unsigned want, const char **why);

/* Whether nobody but root can change or replace a file: it and every folder above it are root's and written by nobody
 * else; a sticky folder, as /tmp, may be among them, but not be the one that the file lies in. Then *path is its path
 * without symbolic links, on the arena: the one to use. False also for what is no regular file, and for /proc. */
MUST_USE bool rights_is_roots(struct arena *, const char **path);

/* "root:kontor 0640" */
const char *rights_text(struct arena *, const struct stat *);

#endif
