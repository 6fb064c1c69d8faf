#include "plat/rights.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

static bool
fill(struct arena *a, const struct passwd *pw, struct rights_user *u)
{
	gid_t groups[RIGHTS_GROUPS_MAX];
	int n = RIGHTS_GROUPS_MAX;

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
	const struct passwd *pw = getpwnam(name);

	return pw != NULL ? fill(a, pw, u) : err_set(e, ERR_NOT_FOUND, "there is no user %s", name);
}

bool
rights_user_id(struct arena *a, unsigned uid, struct rights_user *u, struct err *e)
{
	const struct passwd *pw = getpwuid(uid);

	return pw != NULL ? fill(a, pw, u) : err_set(e, ERR_NOT_FOUND, "there is no user with number %u", uid);
}

void
rights_join(struct rights_user *u, const char *group)
{
	const struct group *g = getgrnam(group);

	if (g != NULL && u->n_gid < RIGHTS_GROUPS_MAX)
		u->gid[u->n_gid++] = g->gr_gid;
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
