#include "plat/host/image.h"

#include <errno.h>
#include <fcntl.h>
#include <gd.h>
#include <grp.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plat/host/tree.h"
#include "plat/text/file.h"

#define FORMAT_VERSION "kontor picture 1"
#define QUALITY 76
#define CHILD_CPU_S 60
#define CHILD_MEMORY_B ((rlim_t)1 << 30)
#define CHILD_OK 0
#define CHILD_NO_PICTURE 3
#define CHILD_NO_DISK 4
#define CHILD_NOT_CONFINED 5
#define PATH_MAX_B 1024
#define NOBODY 65534 /* Debian's user and group of that name */

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif

static const struct {
	const char *name;
	uint32_t side;
} sizes[IMAGE__MAX] = {[IMAGE_THUMB] = {"thumb", 240},
    [IMAGE_CARD] = {"card", 480},
    [IMAGE_PAGE] = {"page", 960},
    [IMAGE_ZOOM] = {"zoom", 1600}};

struct str
image_path(struct arena *a, const uint8_t hash[IMAGE_HASH_B], enum image_size size)
{
	char hex[2 * IMAGE_HASH_B + 1];

	sodium_bin2hex(hex, sizeof(hex), hash, IMAGE_HASH_B);
	return str_fmt(a, "%.2s/%s-%s.webp", hex, hex, sizes[size].name);
}

void
image_measures(uint32_t w, uint32_t h, enum image_size size, uint32_t *out_w, uint32_t *out_h)
{
	uint32_t side = sizes[size].side, longest = w > h ? w : h;

	*out_w = w;
	*out_h = h;
	if (longest <= side)
		return;
	*out_w = (uint32_t)(((uint64_t)w * side + longest / 2) / longest);
	*out_h = (uint32_t)(((uint64_t)h * side + longest / 2) / longest);
	*out_w = *out_w == 0 ? 1 : *out_w;
	*out_h = *out_h == 0 ? 1 : *out_h;
}

static void
limit_child(void)
{
	const struct rlimit cpu = {CHILD_CPU_S, CHILD_CPU_S}, none = {0, 0};

	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_CORE, &none);
#ifndef UNDER_ASAN
	{
		const struct rlimit memory = {CHILD_MEMORY_B, CHILD_MEMORY_B};

		setrlimit(RLIMIT_AS, &memory);
	}
#endif
}

static void
quiet(int priority, const char *format, va_list args)
{
	(void)priority;
	(void)format;
	(void)args;
}

/* The libraries behind libgd write warnings to standard error; the import reports broken pictures itself. */
static void
mute(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		dup2(fd, STDERR_FILENO);
}

static gdImagePtr
decode(struct str s, const struct image_head *h)
{
	void *p = (void *)(uintptr_t)s.p; /* libgd does not write to it */
	int n = (int)s.n;

	switch (h->type) {
	case IMAGE_GIF: return gdImageCreateFromGifPtr(n, p);
	case IMAGE_PNG: return gdImageCreateFromPngPtr(n, p);
	case IMAGE_JPEG: return gdImageCreateFromJpegPtrEx(n, p, 1);
	case IMAGE_WEBP: return gdImageCreateFromWebpPtr(n, p);
	}
	return NULL;
}

/* An EXIF orientation is a rotation; the even ones mirror first. */
static gdImagePtr
orient(gdImagePtr im, int orientation)
{
	static const struct {
		bool mirror;
		float turn;
	} how[9] = {[1] = {false, 0}, [2] = {true, 0}, [3] = {false, 180}, [4] = {true, 180}, [5] = {true, 90},
	    [6] = {false, 270}, [7] = {true, 270}, [8] = {false, 90}};
	gdImagePtr turned;

	if (how[orientation].mirror)
		gdImageFlipHorizontal(im);
	if (how[orientation].turn <= 0)
		return im;
	turned = gdImageRotateInterpolated(im, how[orientation].turn, 0xffffff);
	return turned;
}

/* The temporary files are opened before the fork; the child can write to nothing else. */
struct target {
	char dir[PATH_MAX_B];
	char path[IMAGE__MAX][PATH_MAX_B], temp[IMAGE__MAX][PATH_MAX_B];
	int fd[IMAGE__MAX];
};

static bool
is_target(const struct target *t, int fd)
{
	for (int i = 0; i < IMAGE__MAX; i++)
		if (t->fd[i] == fd)
			return true;
	return false;
}

/* The process that decodes foreign bytes drops the inherited descriptors and root's privileges. */
static bool
confine(const struct target *t)
{
	int top = STDERR_FILENO;

	for (int i = 0; i < IMAGE__MAX; i++)
		top = t->fd[i] > top ? t->fd[i] : top;
	for (int fd = STDERR_FILENO + 1; fd < top; fd++)
		if (!is_target(t, fd))
			(void)close(fd);
	(void)close_range((unsigned)top + 1, ~0U, 0);
	if (geteuid() != 0)
		return true;
	return setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0
	       && setresuid(NOBODY, NOBODY, NOBODY) == 0;
}

/* The resized picture, or `im` itself when it is small enough. */
static gdImagePtr
resize(gdImagePtr im, enum image_size size)
{
	uint32_t w, h;
	gdImagePtr out;

	image_measures((uint32_t)gdImageSX(im), (uint32_t)gdImageSY(im), size, &w, &h);
	if ((int)w == gdImageSX(im) && (int)h == gdImageSY(im))
		return im;
	out = gdImageCreateTrueColor((int)w, (int)h);
	if (out != NULL)
		gdImageCopyResampled(out, im, 0, 0, 0, 0, (int)w, (int)h, gdImageSX(im), gdImageSY(im));
	return out;
}

static int
encode(gdImagePtr im, int fd)
{
	void *bytes;
	int n = 0;

	if (im == NULL)
		return CHILD_NO_PICTURE;
	gdImageSaveAlpha(im, 0);
	bytes = gdImageWebpPtrEx(im, &n, QUALITY);
	if (bytes == NULL || n <= 0)
		return CHILD_NO_PICTURE;
	return file_write(fd, str_n(bytes, (size_t)n)) && fsync(fd) == 0 ? CHILD_OK : CHILD_NO_DISK;
}

/* Encoding takes most of the time, so the largest size is encoded in a process of its own, parallel to the others. */
static int
encode_all(gdImagePtr im, const struct target *t)
{
	int status = CHILD_OK, zoom = 0;
	gdImagePtr page, card;
	pid_t pid;

	if (im == NULL)
		return CHILD_NO_PICTURE;
	pid = fork();
	if (pid == 0)
		_exit(encode(resize(im, IMAGE_ZOOM), t->fd[IMAGE_ZOOM]));
	page = resize(im, IMAGE_PAGE);
	status = encode(page, t->fd[IMAGE_PAGE]);
	if (status == CHILD_OK)
		status = encode(card = resize(page, IMAGE_CARD), t->fd[IMAGE_CARD]);
	if (status == CHILD_OK)
		status = encode(resize(card, IMAGE_THUMB), t->fd[IMAGE_THUMB]);
	if (pid < 0)
		return status != CHILD_OK ? status : encode(resize(im, IMAGE_ZOOM), t->fd[IMAGE_ZOOM]);
	while (waitpid(pid, &zoom, 0) < 0 && errno == EINTR)
		;
	if (status == CHILD_OK && zoom != 0)
		status = WIFEXITED(zoom) ? WEXITSTATUS(zoom) : CHILD_NO_PICTURE;
	return status;
}

static int
child(struct str s, const struct image_head *h, const struct target *t)
{
	gdImagePtr im, flat;

	limit_child();
	mute();
	if (!confine(t))
		return CHILD_NOT_CONFINED;
	gdSetErrorMethod(quiet);
	im = decode(s, h);
	if (im == NULL)
		return CHILD_NO_PICTURE;
	/* Flatten onto white first: resampling would blend the hidden colour of transparent pixels into the edges. */
	flat = gdImageCreateTrueColor(gdImageSX(im), gdImageSY(im));
	if (flat == NULL)
		return CHILD_NO_PICTURE;
	gdImageFilledRectangle(flat, 0, 0, gdImageSX(im) - 1, gdImageSY(im) - 1, gdTrueColor(255, 255, 255));
	gdImageCopy(flat, im, 0, 0, 0, 0, gdImageSX(im), gdImageSY(im));
	return encode_all(orient(flat, h->orientation), t);
}

static bool
make_target(struct str media_dir, const uint8_t hash[IMAGE_HASH_B], struct target *t, struct err *e)
{
	char hex[2 * IMAGE_HASH_B + 1];

	if (media_dir.n > PATH_MAX_B - 100)
		return err_set(e, ERR_INPUT, "the name of the folder of pictures is too long");
	sodium_bin2hex(hex, sizeof(hex), hash, IMAGE_HASH_B);
	snprintf(t->dir, sizeof(t->dir), "%.*s/%.2s", STR_ARG(media_dir), hex);
	for (int i = 0; i < IMAGE__MAX; i++) {
		snprintf(t->path[i], sizeof(t->path[i]), "%.900s/%s-%s.webp", t->dir, hex, sizes[i].name);
		snprintf(
		    t->temp[i], sizeof(t->temp[i]), "%.900s/.%s-%s.%ld", t->dir, hex, sizes[i].name, (long)getpid());
	}
	return true;
}

static bool
all_there(const struct target *t)
{
	for (int i = 0; i < IMAGE__MAX; i++)
		if (access(t->path[i], R_OK) != 0)
			return false;
	return true;
}

static bool
run_child(struct str s, const struct image_head *h, const struct target *t, struct err *e)
{
	int status = 0;
	pid_t pid = fork(), got;

	if (pid < 0)
		return err_set(e, ERR_UPSTREAM, "fork: %s", strerror(errno));
	if (pid == 0)
		_exit(child(s, h, t));
	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	if (got != pid)
		return err_set(e, ERR_UPSTREAM, "waitpid: %s", strerror(errno));
	if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_OK)
		return true;
	if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_NO_DISK)
		return err_set(e, ERR_UPSTREAM, "%s cannot be written", t->dir);
	if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_NOT_CONFINED)
		return err_set(e, ERR_UPSTREAM, "root's privileges cannot be dropped, so no picture is decoded");
	return err_set(e, ERR_INPUT, "the picture is broken: it cannot be decoded");
}

static bool
open_temps(struct target *t, struct err *e)
{
	bool ok = true;

	for (int i = 0; i < IMAGE__MAX; i++) {
		(void)unlink(t->temp[i]); /* left by an aborted run */
		t->fd[i] = ok ? open(t->temp[i], O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644) : -1;
		if (ok && (t->fd[i] < 0 || fchmod(t->fd[i], 0644) != 0)) /* regardless of the umask */
			ok = err_set(e, ERR_UPSTREAM, "%s cannot be written: %s", t->dir, strerror(errno));
	}
	return ok;
}

static bool
make_files(struct str s, const struct image_head *h, struct target *t, struct err *e)
{
	bool ok;

	if (!tree_make_dir(t->dir, e))
		return false;
	ok = open_temps(t, e) && run_child(s, h, t, e);
	for (int i = 0; i < IMAGE__MAX; i++) {
		if (t->fd[i] >= 0 && close(t->fd[i]) != 0 && ok)
			ok = err_set(e, ERR_UPSTREAM, "%s: %s", t->temp[i], strerror(errno));
		if (ok && rename(t->temp[i], t->path[i]) != 0)
			ok = err_set(e, ERR_UPSTREAM, "%s: %s", t->path[i], strerror(errno));
		if (!ok)
			unlink(t->temp[i]);
	}
	return ok;
}

bool
image_store(struct arena *scratch, struct str bytes, struct str media_dir, struct image *im, struct err *e)
{
	crypto_generichash_state st;
	struct image_head h;
	struct target *t;

	if (!image_head(bytes, &h, e))
		return false;
	*im = (struct image){.w = h.w, .h = h.h};
	if (sodium_init() < 0)
		return err_set(e, ERR_BUG, "libsodium does not start");
	crypto_generichash_init(&st, NULL, 0, IMAGE_HASH_B);
	crypto_generichash_update(&st, (const unsigned char *)FORMAT_VERSION, sizeof(FORMAT_VERSION));
	crypto_generichash_update(&st, (const unsigned char *)bytes.p, bytes.n);
	crypto_generichash_final(&st, im->hash, IMAGE_HASH_B);
	if (media_dir.n == 0)
		return true;
	t = ARENA_NEW(scratch, struct target);
	if (!make_target(media_dir, im->hash, t, e))
		return false;
	if (all_there(t))
		return true;
	im->made = true;
	return make_files(bytes, &h, t, e);
}

static bool
leads_out(struct str path)
{
	struct str part;

	if (path.n == 0 || path.p[0] == '/' || memchr(path.p, '\0', path.n) != NULL)
		return true;
	while (str_cut(&path, '/', &part))
		if (str_eq_z(part, ".."))
			return true;
	return false;
}

static bool
read_whole(struct arena *a, int fd, struct str *out, struct err *e)
{
	struct stat st;
	size_t n, size;
	char *p;

	if (fstat(fd, &st) != 0)
		return err_set(e, ERR_UPSTREAM, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "not a file");
	if (st.st_size <= 0 || (uint64_t)st.st_size > IMAGE_FILE_MAX_B)
		return err_set(e, ERR_INPUT, st.st_size == 0 ? "the file is empty" : "the file is larger than 32 MiB");
	size = (size_t)st.st_size;
	p = arena_try(a, size);
	if (p == NULL)
		return err_set(e, ERR_LIMIT, "no memory for a picture of %zu bytes", size);
	if (!file_read(fd, p, size, &n))
		return err_set(e, ERR_UPSTREAM, "%s", strerror(errno));
	*out = str_n(p, n);
	return true;
}

bool
image_import(struct arena *scratch, int dir_fd, struct str path, struct str media_dir, struct image *im, struct err *e)
{
	struct arena_mark mark = arena_mark(scratch);
	struct str bytes;
	bool ok;
	int fd;

	if (leads_out(path))
		return err_set(e, ERR_INPUT, "leaves the folder of pictures");
	fd = openat(dir_fd, str_zdup(scratch, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		arena_rewind(scratch, mark);
		return err_set(
		    e, errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_INPUT, "%s", strerror(errno));
	}
	ok = read_whole(scratch, fd, &bytes, e) && image_store(scratch, bytes, media_dir, im, e);
	close(fd);
	arena_rewind(scratch, mark);
	return ok;
}
