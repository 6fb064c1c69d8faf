#include "cmd/backup/pictures.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "plat/host/image.h"
#include "plat/host/tree.h"
#include "plat/text/digest.h"
#include "plat/text/file.h"

#define LIST_MAX_B ((size_t)256 << 20)
#define HEAD_B 64 /* more than the head of a WebP file */

bool
pictures_list_open(struct arena *a, const char *backup, int *fd, struct err *e)
{
	const char *path = str_fmt(a, "%s/" PICTURES_LIST, backup).p;

	*fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return *fd >= 0 || err_set(e, ERR_UPSTREAM, "%s: %s", path, strerror(errno));
}

bool
pictures_list_add(struct arena *a, int fd, const char *backup, const char *name, struct err *e)
{
	char hex[DIGEST_FILE_CHARS];
	uint64_t size_b;

	return digest_file(str_fmt(a, "%s/" PICTURES_FOLDER "/%s", backup, name).p, hex, &size_b, e)
	    && (file_write(fd, str_fmt(a, "%s  " PICTURES_FOLDER "/%s\n", hex, name))
		|| err_set(e, ERR_UPSTREAM, "%s/" PICTURES_LIST ": %s", backup, strerror(errno)));
}

struct pictures {
	struct arena *a;
	const char *folder;
	uint64_t n, bytes;
};

static bool
is_webp(const char *path)
{
	char head[HEAD_B];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct err e = {0};
	struct image_head h;
	size_t n = 0;
	bool ok;

	if (fd < 0)
		return false;
	ok = file_read(fd, head, sizeof(head), &n) && image_head(str_n(head, n), &h, &e) && h.type == IMAGE_WEBP;
	close(fd);
	return ok;
}

static bool
check_picture(void *arg, const char *name, struct err *e)
{
	struct pictures *p = arg;
	struct arena_mark mark = arena_mark(p->a);
	const char *path = str_fmt(p->a, "%s/%s", p->folder, name).p;
	uint64_t size_b = 0;
	bool ok = true;

	if (!image_is_path(str_z(name)))
		ok = err_set(e, ERR_INPUT, "%s: not the name of a picture of a shop, so nothing is restored", path);
	else if (!is_webp(path))
		ok = err_set(e, ERR_INPUT, "%s: not a WebP picture, so nothing is restored", path);
	else if (tree_size(path, &size_b))
		p->n++;
	p->bytes += size_b;
	arena_rewind(p->a, mark);
	return ok;
}

static bool
check_line(struct arena *a, const char *backup, struct str line, struct err *e)
{
	char hex[DIGEST_FILE_CHARS];
	struct str sum, name;
	const char *path;
	uint64_t size_b;

	if (line.n <= DIGEST_FILE_CHARS + 1)
		return err_set(e, ERR_INPUT, "%s/" PICTURES_LIST ": a line cannot be understood", backup);
	sum = str_head(line, DIGEST_FILE_CHARS - 1);
	name = str_from(line, DIGEST_FILE_CHARS + 1);
	if (!str_starts(name, STR(PICTURES_FOLDER "/")) || !image_is_path(str_from(name, strlen(PICTURES_FOLDER) + 1)))
		return err_set(e, ERR_INPUT, "%s/" PICTURES_LIST ": names a file that is no picture of a shop", backup);
	path = str_fmt(a, "%s/%.*s", backup, STR_ARG(name)).p;
	return digest_file(path, hex, &size_b, e)
	    && (str_eq_z(sum, hex)
		|| err_set(e, ERR_INPUT, "%s is damaged: its SHA-256 sum differs from the list's", path));
}

static bool
check_sums(struct arena *a, const char *backup, uint64_t n_pictures, struct err *e)
{
	struct str text, line;
	uint64_t n = 0;

	if (!file_get(a, str_fmt(a, "%s/" PICTURES_LIST, backup).p, LIST_MAX_B, &text, e))
		return false;
	while (str_cut(&text, '\n', &line)) {
		struct arena_mark mark = arena_mark(a);

		if (line.n == 0)
			continue;
		if (!check_line(a, backup, line, e))
			return false;
		arena_rewind(a, mark);
		n++;
	}
	return n == n_pictures
	    || err_set(e, ERR_INPUT, "%s/" PICTURES_LIST " has %llu pictures, the manifest says %llu", backup,
		(unsigned long long)n, (unsigned long long)n_pictures);
}

bool
pictures_check(struct arena *a, const char *backup, const struct manifest *m, struct err *e)
{
	struct pictures p = {.a = a, .folder = str_fmt(a, "%s/" PICTURES_FOLDER, backup).p};
	bool listed = false;

	if (!m->has_pictures)
		return true;
	if (!tree_walk(p.folder, check_picture, &p, e))
		return false;
	if (p.n != m->pictures || p.bytes != m->pictures_b)
		return err_set(e, ERR_INPUT, "%s: %llu pictures of %llu bytes, the manifest says %llu of %llu",
		    p.folder, (unsigned long long)p.n, (unsigned long long)p.bytes, (unsigned long long)m->pictures,
		    (unsigned long long)m->pictures_b);
	for (size_t i = 0; i < m->n_files; i++)
		listed |= str_eq_z(m->file[i].name, PICTURES_LIST);
	return !listed || check_sums(a, backup, m->pictures, e);
}
