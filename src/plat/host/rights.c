#include "plat/host/rights.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <linux/magic.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

static bool
rights_fill(struct arena *a, const struct passwd *pw, struct rights_user *u)
{
	gid_t groups[RIGHTS_GROUPS_MAX];
	int n = RIGHTS_GROUPS_MAX;

	if (pw == NULL)
		return false;
	*u = (struct rights_user){.name = str_zdup(a, str_z(pw->pw_name)), .uid = pw->pw_uid};
	if (getgrouplist(pw->pw_name, pw->pw_gid, groups, &n) < 0)
		n = RIGHTS_GROUPS_MAX;
	for (int i = 0; i < n; i++)
		u->gid[u->n_gid++] = groups[i];
	return true;
}

bool
rights_user(struct arena *a, const char *name, struct rights_user *u, struct err *e)
{
	return rights_fill(a, getpwnam(name), u) || err_set(e, ERR_NOT_FOUND, "there is no user %s", name);
}

bool
rights_user_id(struct arena *a, unsigned uid, struct rights_user *u, struct err *e)
{
	return rights_fill(a, getpwuid(uid), u) || err_set(e, ERR_NOT_FOUND, "there is no user with the id %u", uid);
}

void
rights_add_group(struct rights_user *u, const char *group)
{
	const struct group *g = getgrnam(group);

	if (g != NULL && u->n_gid < RIGHTS_GROUPS_MAX)
		u->gid[u->n_gid++] = g->gr_gid;
}

bool
rights_drop_to(const struct rights_user *u, struct err *e)
{
	gid_t groups[RIGHTS_GROUPS_MAX];

	for (size_t i = 0; i < u->n_gid; i++)
		groups[i] = u->gid[i];
	if (u->n_gid > 0 && setgroups(u->n_gid, groups) == 0 && setgid(groups[0]) == 0 && setuid(u->uid) == 0)
		return true;
	return err_set(e, ERR_DENIED, "cannot become the user %s: %s", u->name, strerror(errno));
}

bool
rights_allow(const struct rights_user *u, const struct stat *st, unsigned want)
{
	unsigned bits = st->st_mode & 7;

	if (u->uid == 0)
		return true;
	for (size_t i = 0; i < u->n_gid; i++)
		if (u->gid[i] == st->st_gid)
			bits = st->st_mode >> 3 & 7;
	if (u->uid == st->st_uid)
		bits = st->st_mode >> 6 & 7;
	return (bits & want) == want;
}

const char *
rights_text(struct arena *a, const struct stat *st)
{
	const struct passwd *pw = getpwuid(st->st_uid);
	const char *owner = pw == NULL ? str_fmt(a, "%u", st->st_uid).p : str_zdup(a, str_z(pw->pw_name));
	const struct group *g = getgrgid(st->st_gid);
	const char *group = g == NULL ? str_fmt(a, "%u", st->st_gid).p : g->gr_name;

	return str_fmt(a, "%s:%s %04o", owner, group, st->st_mode & 07777).p;
}

static bool
look_at(struct arena *a, const struct rights_user *u, const char *path, unsigned want, const char **why)
{
	struct stat st;

	if (stat(path, &st) != 0)
		*why = str_fmt(a, "%s: %s", path, strerror(errno)).p;
	else if (!rights_allow(u, &st, want))
		*why = str_fmt(a, "%s is %s", path, rights_text(a, &st)).p;
	else
		return true;
	return false;
}

bool
rights_may(struct arena *a, const struct rights_user *u, const char *path, unsigned want, const char **why)
{
	for (const char *slash = path; (slash = strchr(slash, '/')) != NULL; slash++) {
		const char *folder = slash == path ? "/" : str_zdup(a, str_n(path, (size_t)(slash - path)));

		if (!look_at(a, u, folder, RIGHTS_ENTER, why))
			return false;
	}
	return look_at(a, u, path, want, why);
}

static bool
only_root_writes(const struct stat *st)
{
	return st->st_uid == 0 && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* In a sticky folder others cannot rename or remove root's entries, but can hard-link a file of root's into it. So a
 * file directly in a sticky folder is not trusted; root's folders in it are, since folders cannot be hard-linked. */
static bool
is_folder_of_root(const char *path, bool directly_above)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode)
	       && (only_root_writes(&st) || (st.st_uid == 0 && (st.st_mode & S_ISVTX) != 0 && !directly_above));
}

bool
rights_only_root_changes(struct arena *a, const char **path)
{
	char real[PATH_MAX], *slash;
	struct stat st;
	struct statfs fs;
	bool directly_above = true;

	/* /proc files of a root process contain its caller's bytes: arguments, environment */
	if (realpath(*path, real) == NULL || stat(real, &st) != 0 || !S_ISREG(st.st_mode) || !only_root_writes(&st)
	    || statfs(real, &fs) != 0 || fs.f_type == PROC_SUPER_MAGIC)
		return false;
	*path = str_zdup(a, str_z(real));
	while ((slash = strrchr(real, '/')) != NULL && slash != real) {
		*slash = '\0';
		if (!is_folder_of_root(real, directly_above))
			return false;
		directly_above = false;
	}
	return is_folder_of_root("/", directly_above);
}
