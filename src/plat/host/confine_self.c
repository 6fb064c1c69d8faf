/* The confinement of a worker and of kontor-jobs: its folders follow from the configuration. */
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "plat/conf/conf.h"
#include "plat/control/control.h"
#include "plat/host/confine.h"

#define FOLDERS_MAX 80
#define CALLS_MAX 1024
#define FOLDER_B 512

/* The C library, plug-ins of the resolver and of logins, and TLS may read below these at a later reconnect. */
static const struct confine_folder usual[] = {{"/etc", false}, {"/usr", false}, {"/lib", false}, {"/lib64", false},
    {"/run", false}, {"/proc", false}, {"/sys/devices/system/cpu", false}, {"/dev", false}, {"/dev/null", true}};

/* Settings whose folder the process must write; other files and folders that are set are only read. */
static const char *const written[] = {"stats_file", "control_file", "file", "facts_dir", "maildir"};

struct folders {
	struct confine_folder v[FOLDERS_MAX];
	char path[FOLDERS_MAX][FOLDER_B];
	size_t n;
};

static bool
names_file(const char *key)
{
	return str_ends(str_z(key), STR("file"));
}

static void
add_folder(struct folders *f, const struct conf_setting *s, struct str path)
{
	struct confine_folder *to = &f->v[f->n];
	size_t n = path.n;

	/* the web server alone reads what is sold */
	if (n == 0 || n >= FOLDER_B || f->n == FOLDERS_MAX || strcmp(s->key, "download_dir") == 0)
		return;
	while (names_file(s->key) && n > 1 && path.p[n - 1] != '/')
		n--;
	str_copy(f->path[f->n], FOLDER_B, str_head(path, n));
	*to = (struct confine_folder){.path = f->path[f->n]};
	for (size_t i = 0; i < ARRAY_LEN(written); i++)
		to->write |= strcmp(s->key, written[i]) == 0;
	f->n++;
}

static void
list_folders(const struct conf *c, struct folders *f)
{
	const struct conf_setting *s;
	size_t n;

	memcpy(f->v, usual, sizeof(usual));
	f->n = ARRAY_LEN(usual);
	s = conf_settings(&n);
	for (size_t i = 0; i < n; i++)
		if (s[i].type == CONF_PATH)
			add_folder(f, &s[i], *(const struct str *)((uintptr_t)c + s[i].offset));
}

/* The folders that Landlock lets the process write in, as they were when it was confined. */
static struct kept_folder {
	const char *path;
	dev_t dev;
	ino_t inode;
} kept[FOLDERS_MAX];
static size_t n_kept;

static void
keep_written(const struct folders *f)
{
	struct stat st;

	for (size_t i = ARRAY_LEN(usual); i < f->n; i++)
		if (f->v[i].write && stat(f->v[i].path, &st) == 0)
			kept[n_kept++] = (struct kept_folder){f->v[i].path, st.st_dev, st.st_ino};
}

bool
confine_outdated(void)
{
	struct stat st;

	for (size_t i = 0; i < n_kept; i++)
		if (stat(kept[i].path, &st) == 0 && (st.st_dev != kept[i].dev || st.st_ino != kept[i].inode))
			return true;
	return false;
}

static struct stats *refused_stats;

/* Each call is logged once. */
static void
count_refused(int call)
{
	static bool logged[CALLS_MAX];

	stats_add(refused_stats, STAT_calls_refused, 1);
	if (call >= 0 && call < CALLS_MAX && !logged[call]) {
		logged[call] = true;
		log_put(LOG_ERROR,
		    "event=call_refused call=%d msg=\"this process tried a system call that it has given up\"", call);
	}
}

void
confine_self(const struct conf *conf, enum confine_role role, struct control *ctl)
{
	static struct folders f;
	struct confine c = {.role = role, .folders = f.v, .refused = count_refused};
	struct err e = {0};
	unsigned got;

	if (!conf->web_confine) {
		log_put(LOG_WARN, "event=not_confined msg=\"web.confine is off\"");
		return;
	}
	list_folders(conf, &f);
	c.n_folders = f.n;
	refused_stats = ctl->stats;
	got = confine(&c, &e);
	control_set_confined(ctl, (got & CONFINE_SECCOMP) != 0, (got & CONFINE_LANDLOCK) != 0);
	if (got & CONFINE_LANDLOCK)
		keep_written(&f);
	if (got != (CONFINE_SECCOMP | CONFINE_LANDLOCK))
		log_put(LOG_WARN, "event=not_confined msg=\"%s\"", e.msg);
}
