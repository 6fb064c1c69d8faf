#include "cmd/backup/backup_make.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/backup/pictures.h"
#include "cmd/backup/prove.h"
#include "config.h"
#include "plat/host/db_dump.h"
#include "plat/host/image.h"
#include "plat/host/tree.h"
#include "plat/text/digest.h"
#include "plat/text/file.h"
#include "store/admin/accounts.h"
#include "store/admin/copy_store.h"
#include "store/admin/migrate.h"
#include "store/sql.h"
#include "work/progress.h"

#define PART ".part"
#define TIME_CHARS 16 /* 20261124T061500Z */
#define NAME_WAIT_NS (100 * CLOCK_MS)

struct making {
	struct backup *b;
	struct arena *a;
	const char *part;     /* the folder while it is being made */
	const char *previous; /* the newest existing backup, or NULL */
	uint64_t n_linked, n_copied, n_left_out;
	int pictures; /* their list */
};

/* "kontor-": the database's name without bytes that are invalid in file names. */
static struct str
prefix(struct arena *a, const struct conf *conf)
{
	struct buf b;

	buf_init(&b, a, 256);
	for (size_t i = 0; i < conf->db_name.n; i++) {
		char c = conf->db_name.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		buf_ch(&b, plain || c == '_' ? c : '_');
	}
	buf_ch(&b, '-');
	return buf_str(&b);
}

static bool
is_time(struct str s)
{
	if (s.n != TIME_CHARS || s.p[8] != 'T' || s.p[15] != 'Z')
		return false;
	for (size_t i = 0; i < 15; i++)
		if (i != 8 && (s.p[i] < '0' || s.p[i] > '9'))
			return false;
	return true;
}

static const char *const kinds[] = {
    [BACKUP_USUAL] = "", [BACKUP_BEFORE_UPGRADE] = "before-upgrade-", [BACKUP_BEFORE_RESTORE] = "before-restore-"};

/* True for the name of a usual backup. With a `tail`: for the name of any backup followed by it. */
static bool
is_ours(struct str name, struct str head, struct str tail)
{
	if (!str_starts(name, head) || !str_ends(name, tail) || name.n < head.n + tail.n)
		return false;
	name = str_from(str_head(name, name.n - tail.n), head.n);
	for (size_t i = 0; i < (tail.n > 0 ? ARRAY_LEN(kinds) : 1); i++)
		if (str_starts(name, str_z(kinds[i])) && is_time(str_from(name, strlen(kinds[i]))))
			return true;
	return false;
}

/* The names of the existing backups, oldest first. */
static bool
backup_list(const struct backup *b, struct arena *a, struct str **names, size_t *n, struct err *e)
{
	struct str head = prefix(a, b->conf), *all;
	size_t n_all;

	*n = 0;
	if (!file_list(a, b->dir, STR("Z"), &all, &n_all, e))
		return false;
	for (size_t i = 0; i < n_all; i++)
		if (is_ours(all[i], head, STR("")))
			all[(*n)++] = all[i];
	*names = all;
	return true;
}

static const char *
without_slash(struct arena *a, const char *dir)
{
	struct str s = str_z(dir);

	while (s.n > 1 && s.p[s.n - 1] == '/')
		s = str_head(s, s.n - 1);
	return str_dup(a, s).p;
}

/* Allows one backup at a time in a folder. *locked is false, which is no error, if the file system lacks locks, as some
 * network file systems do. */
static bool
lock_dir(const struct backup *b, int *fd, bool *locked, struct err *e)
{
	*fd = open(b->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0 && errno == ENOENT)
		return err_set(
		    e, ERR_INPUT, "%s: %s; `install -d -m 0700 %s` makes it", b->dir, strerror(errno), b->dir);
	if (*fd < 0)
		return err_set(e, ERR_INPUT, "%s: %s", b->dir, strerror(errno));
	*locked = flock(*fd, LOCK_EX | LOCK_NB) == 0;
	return *locked || errno != EWOULDBLOCK
	    || err_set(e, ERR_CONFLICT, "%s: another backup is being made there", b->dir);
}

static bool
clear_parts(const struct backup *b, struct arena *a, struct err *e)
{
	struct str head = prefix(a, b->conf), *names;
	size_t n;

	if (!file_list(a, b->dir, STR(PART), &names, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *path = str_fmt(a, "%s/%s", b->dir, names[i].p).p;

		if (!is_ours(names[i], head, STR(PART)))
			continue;
		if (!tree_remove(path, e))
			return false;
		progress_step("removed %s, left by an interrupted run", path);
	}
	return true;
}

/* Names contain the second, so the later of two backups in one second waits for the next second. */
static bool
make_folder(struct making *mk, struct err *e)
{
	struct backup *b = mk->b;
	char time[MANIFEST_TIME_B];
	struct stat st;

	for (;;) {
		b->m.made_s = clock_utc_s();
		manifest_time_name(b->m.made_s, time);
		b->m.name = str_fmt(mk->a, "%s%s%s", prefix(mk->a, b->conf).p, kinds[b->kind], time);
		b->path = str_fmt(mk->a, "%s/%s", b->dir, b->m.name.p).p;
		mk->part = str_fmt(mk->a, "%s" PART, b->path).p;
		if (lstat(b->path, &st) != 0)
			break;
		clock_sleep_ns(NAME_WAIT_NS);
	}
	return mkdir(mk->part, 0700) == 0 || err_set(e, ERR_UPSTREAM, "%s: %s", mk->part, strerror(errno));
}

static bool
find_previous(struct making *mk, struct err *e)
{
	struct str *names;
	size_t n;

	if (!backup_list(mk->b, mk->a, &names, &n, e))
		return false;
	if (n > 0)
		mk->previous = str_fmt(mk->a, "%s/%s", mk->b->dir, names[n - 1].p).p;
	return true;
}

static bool
add_file(struct making *mk, struct str name, struct err *e)
{
	struct manifest *m = &mk->b->m;
	struct manifest_file *f = &m->file[m->n_files];
	char hex[DIGEST_FILE_CHARS];

	for (size_t i = 0; i < m->n_files; i++)
		if (str_eq(m->file[i].name, name))
			return true;
	if (m->n_files == MANIFEST_FILES_MAX)
		return err_set(e, ERR_LIMIT, "%s: more than %d files", name.p, MANIFEST_FILES_MAX);
	if (!manifest_is_name(name))
		return err_set(e, ERR_INPUT, "%s: a name with control characters, or not in UTF-8", name.p);
	if (!digest_file(str_fmt(mk->a, "%s/%s", mk->part, name.p).p, hex, &f->size_b, e))
		return false;
	f->name = name;
	f->sha256 = str_dup(mk->a, str_z(hex));
	m->n_files++;
	return true;
}

/* Copied folders keep owner and mode, so copying them back changes neither. */
static bool
make_config_dirs(struct making *mk, const char *file, struct err *e)
{
	for (size_t i = 0; file[i] != '\0'; i++) {
		struct str from, to;

		if (file[i] != '/')
			continue;
		from = i == 0 ? STR("/") : str_fmt(mk->a, "%.*s", (int)i, file);
		to = str_fmt(mk->a, "%s/" BACKUP_CONFIG "%.*s", mk->part, (int)i, file);
		if (mkdir(to.p, 0700) == 0)
			tree_be_like(to.p, from.p);
		else if (errno != EEXIST)
			return err_set(e, ERR_UPSTREAM, "%s: %s", to.p, strerror(errno));
	}
	return true;
}

/* Stores a file under its whole path, so that `config` can be copied back as a whole. */
static bool
save_real_file(struct making *mk, const char *real, struct err *e)
{
	struct str name = str_fmt(mk->a, BACKUP_CONFIG "%s", real);
	uint64_t size_b;

	return make_config_dirs(mk, real, e) && tree_copy(real, str_fmt(mk->a, "%s/%s", mk->part, name.p).p, &size_b, e)
	    && add_file(mk, name, e);
}

static bool
save_config_file(struct making *mk, const char *file, struct err *e)
{
	char real[PATH_MAX];

	if (realpath(file, real) == NULL)
		return err_set(e, ERR_NOT_FOUND, "%s: %s", file, strerror(errno));
	return save_real_file(mk, real, e);
}

/* The folder of overrides may be a link. A link in the folder is an error. */
static bool
save_override(void *arg, const char *name, struct err *e)
{
	struct making *mk = arg;
	char dir[PATH_MAX];

	if (realpath(mk->b->conf->paths_override_dir.p, dir) == NULL)
		return err_set(e, ERR_NOT_FOUND, "%s: %s", mk->b->conf->paths_override_dir.p, strerror(errno));
	return save_real_file(mk, str_fmt(mk->a, "%s/%s", dir, name).p, e);
}

static bool
save_config(struct making *mk, struct err *e)
{
	const struct conf *c = mk->b->conf;
	const struct str passwords[] = {
	    c->db_password_file, c->db_jobs_password_file, c->db_tool_password_file, c->db_backup_password_file};
	struct err why = {0};

	if (access(c->order_links_file.p, F_OK) == 0 && !save_config_file(mk, c->order_links_file.p, e))
		return false;
	if (c->file != NULL && !save_config_file(mk, c->file, e))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(passwords); i++)
		if (passwords[i].n > 0 && !save_config_file(mk, passwords[i].p, e))
			return false;
	if (c->paths_override_dir.n > 0 && access(c->paths_override_dir.p, F_OK) == 0
	    && !tree_walk(c->paths_override_dir.p, save_override, mk, &why)) {
		*e = why;
		return false;
	}
	progress_step("configuration: %zu file(s)", mk->b->m.n_files);
	return true;
}

static bool
look_first(struct making *mk, struct db *db, struct err *e)
{
	struct manifest *m = &mk->b->m;
	struct copy_state s;

	if (!copy_look(db, mk->a, &s, e))
		return false;
	m->schema = s.schema;
	m->schema_name = s.schema_name;
	m->last_order = s.last_order;
	if (mk->b->kind == BACKUP_BEFORE_RESTORE)
		return true;
	if (s.schema == 0)
		return err_set(e, ERR_INPUT, "the database %s has no schema, so it contains no shop to back up",
		    mk->b->conf->db_name.p);
	return !mk->b->check || s.schema <= SQL_SCHEMA
	    || err_set(e, ERR_INPUT,
		"the database has %s, which is newer than this program: use the newer program, or --no-check",
		s.schema_name.p);
}

static bool
save_rows(struct making *mk, struct db *db, const struct db_login *login, struct err *e)
{
	struct manifest *m = &mk->b->m;
	struct str *made;
	struct db_dump d = {.login = login,
	    .file = str_fmt(mk->a, "%s/" BACKUP_DUMP, mk->part).p,
	    .progress = progress_bytes,
	    .arg = "database"};

	if (!copy_look_made(db, mk->a, &made, &d.n_leave_out, e))
		return false;
	d.leave_out = made;
	if (!db_dump_save(&d, mk->a, e) || !add_file(mk, STR(BACKUP_DUMP), e))
		return false;
	m->table = d.tables;
	m->n_tables = d.n_tables;
	progress_step("database: %zu tables, %llu orders, %llu bytes of SQL in %llu", m->n_tables,
	    (unsigned long long)manifest_rows(m, "orders"), (unsigned long long)d.bytes,
	    (unsigned long long)m->file[m->n_files - 1].size_b);
	return true;
}

static bool
save_database(struct making *mk, struct err *e)
{
	struct db_login login = db_login_of(mk->b->conf, DB_ACCOUNT_BACKUP);
	struct db_setup setup = sql_setup(login, NULL, DB_MIGRATE);
	struct db *db;
	bool ok;

	if (!db_open(mk->a, &setup, &db, e))
		return false;
	ok = db_connect(db, e) && (mk->b->kind == BACKUP_BEFORE_RESTORE || migrate_lock(db, mk->a, e))
	     && look_first(mk, db, e) && save_rows(mk, db, &login, e);
	db_close(db);
	return ok;
}

static bool
save_picture(void *arg, const char *name, struct err *e)
{
	struct making *mk = arg;
	struct manifest *m = &mk->b->m;
	struct arena_mark mark = arena_mark(mk->a);
	const char *from = str_fmt(mk->a, "%s/%s", mk->b->conf->paths_media_dir.p, name).p;
	const char *to = str_fmt(mk->a, "%s/" PICTURES_FOLDER "/%s", mk->part, name).p;
	const char *old = NULL;
	uint64_t size_b = 0, old_b;
	bool ok = true;

	if (!image_is_path(str_z(name))) {
		mk->n_left_out++;
		return true;
	}
	if (mk->previous != NULL)
		old = str_fmt(mk->a, "%s/" PICTURES_FOLDER "/%s", mk->previous, name).p;
	if (mkdir(str_fmt(mk->a, "%.*s", (int)(strrchr(to, '/') - to), to).p, 0700) != 0 && errno != EEXIST)
		ok = err_set(e, ERR_UPSTREAM, "%s: %s", to, strerror(errno));
	else if (!tree_size(from, &size_b))
		ok = err_set(e, ERR_NOT_FOUND, "%s: disappeared while it was being copied", from);
	else if (old != NULL && tree_size(old, &old_b) && old_b == size_b && tree_link(old, to))
		mk->n_linked++;
	else if (tree_copy(from, to, &size_b, e))
		mk->n_copied++;
	else
		ok = false;
	ok = ok && pictures_list_add(mk->a, mk->pictures, mk->part, name, e);
	m->pictures++;
	m->pictures_b += ok ? size_b : 0;
	progress_count("pictures", m->pictures);
	arena_rewind(mk->a, mark);
	return ok;
}

static bool
save_pictures(struct making *mk, struct err *e)
{
	const char *dir = str_fmt(mk->a, "%s/" PICTURES_FOLDER, mk->part).p;
	struct manifest *m = &mk->b->m;
	bool ok;

	if (mkdir(dir, 0700) != 0)
		return err_set(e, ERR_UPSTREAM, "%s: %s", dir, strerror(errno));
	m->has_pictures = true;
	if (!pictures_list_open(mk->a, mk->part, &mk->pictures, e))
		return false;
	ok = tree_walk(mk->b->conf->paths_media_dir.p, save_picture, mk, e);
	close(mk->pictures);
	if (!ok)
		return err_context(e, "pictures (paths.media_dir)");
	if (mk->n_left_out > 0)
		progress_step("pictures: %llu files in %s are left out, since no import made them",
		    (unsigned long long)mk->n_left_out, mk->b->conf->paths_media_dir.p);
	progress_step("pictures: %llu, %llu bytes; %llu copied, %llu as in the backup before",
	    (unsigned long long)m->pictures, (unsigned long long)m->pictures_b, (unsigned long long)mk->n_copied,
	    (unsigned long long)mk->n_linked);
	return add_file(mk, STR(PICTURES_LIST), e);
}

static bool
check(struct making *mk, struct err *e)
{
	const struct prove p = {.backup = db_login_of(mk->b->conf, DB_ACCOUNT_BACKUP),
	    .dump = str_fmt(mk->a, "%s/" BACKUP_DUMP, mk->part).p,
	    .sql_dir = mk->b->sql_dir,
	    .m = &mk->b->m};

	if (!mk->b->check)
		return true;
	if (!prove_dump(&p, mk->a, e))
		return false;
	mk->b->m.checked = true;
	progress_step("check: the trial restore has every row, and every invariant holds");
	return true;
}

/* Writes the manifest, and loads it again as a check. */
static bool
save_manifest(struct making *mk, struct err *e)
{
	struct manifest again;

	return manifest_save(mk->a, mk->part, &mk->b->m, e) && manifest_load(mk->a, mk->part, &again, e);
}

/* Cheap steps that may fail come first. The manifest is written last; then the folder gets its final name. */
static bool
backup_fill(struct making *mk, struct err *e)
{
	struct backup *b = mk->b;

	b->m.program = STR(PACKAGE_VERSION);
	b->m.database = b->conf->db_name;
	b->m.file = ARENA_ARRAY(mk->a, struct manifest_file, MANIFEST_FILES_MAX + 1);
	if (!find_previous(mk, e) || !save_config(mk, e) || !save_database(mk, e)
	    || (b->kind == BACKUP_USUAL && !save_pictures(mk, e)) || !check(mk, e) || !save_manifest(mk, e)
	    || !tree_sync(mk->part, e))
		return false;
	if (rename(mk->part, b->path) != 0)
		return err_set(e, ERR_UPSTREAM, "%s: %s", b->path, strerror(errno));
	b->made = true;
	b->durable = tree_sync(b->dir, e);
	return b->durable || err_context(e, "the backup is made, but a power failure may lose it");
}

/* Renames it first, so that an interrupted removal leaves nothing that looks like a complete backup. */
static bool
remove_old(const struct backup *b, struct arena *a, struct err *e)
{
	struct str *names;
	size_t n;

	if (!backup_list(b, a, &names, &n, e))
		return false;
	for (size_t i = 0; i + b->keep < n; i++) {
		const char *path = str_fmt(a, "%s/%s", b->dir, names[i].p).p, *part = str_fmt(a, "%s" PART, path).p;

		if (rename(path, part) != 0)
			return err_set(e, ERR_UPSTREAM, "%s: %s", path, strerror(errno));
		if (!tree_remove(part, e))
			return false;
		progress_step("removed: %s", path);
	}
	return true;
}

bool
backup_make(struct backup *b, struct arena *a, struct err *e)
{
	struct making mk = {.b = b, .a = a};
	struct err ignored = {0};
	bool locked = false, ok;
	int fd;

	b->made = b->durable = false;
	b->m = (struct manifest){.made_s = 0};
	b->dir = without_slash(a, b->dir);
	if (!lock_dir(b, &fd, &locked, e)) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	ok = (!locked || clear_parts(b, a, e)) && make_folder(&mk, e);
	if (ok && !backup_fill(&mk, e)) {
		ok = false;
		if (!tree_remove(mk.part, &ignored))
			fprintf(stderr, "the unfinished backup remains in %s\n", mk.part);
	}
	if (ok && b->keep > 0 && !remove_old(b, a, e))
		ok = err_context(e, "the backup is made, but an old one cannot be removed");
	close(fd); /* releases the lock */
	return ok;
}
