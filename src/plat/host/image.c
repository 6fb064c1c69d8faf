#include "plat/host/image.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/run.h"
#include "plat/host/image_decode.h"
#include "plat/host/tree.h"
#include "plat/text/file.h"

#define FORMAT_VERSION "kontor picture 1"
#define LIMIT_MS 300000 /* the decoder's limit of computing time is shorter; this one ends one that is stopped */
#define SIZE_MAX_B ((size_t)8 << 20) /* of one encoded picture */
#define OUTPUTS_MEM_B ((size_t)128 << 20)
#define PATH_MAX_B 1024
#define PROGRAM "kontor-decode"

struct str
image_path(struct arena *a, const uint8_t hash[IMAGE_HASH_B], enum image_size size)
{
	char hex[2 * IMAGE_HASH_B + 1];

	sodium_bin2hex(hex, sizeof(hex), hash, IMAGE_HASH_B);
	return str_fmt(a, "%.2s/%s-%s.webp", hex, hex, image_size_name(size));
}

struct target {
	char dir[PATH_MAX_B];
	char path[IMAGE__MAX][PATH_MAX_B], temp[IMAGE__MAX][PATH_MAX_B];
};

static bool
make_target(struct str media_dir, const uint8_t hash[IMAGE_HASH_B], struct target *t, struct err *e)
{
	char hex[2 * IMAGE_HASH_B + 1];

	if (media_dir.n > PATH_MAX_B - 100)
		return err_set(e, ERR_INPUT, "the name of the folder of pictures is too long");
	sodium_bin2hex(hex, sizeof(hex), hash, IMAGE_HASH_B);
	snprintf(t->dir, sizeof(t->dir), "%.*s/%.2s", STR_ARG(media_dir), hex);
	for (int i = 0; i < IMAGE__MAX; i++) {
		const char *size = image_size_name((enum image_size)i);

		snprintf(t->path[i], sizeof(t->path[i]), "%.900s/%s-%s.webp", t->dir, hex, size);
		snprintf(t->temp[i], sizeof(t->temp[i]), "%.900s/.%s-%s.%ld", t->dir, hex, size, (long)getpid());
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

/* Encoding takes most of the time, so the largest size has a process of its own, parallel to the others. */
#define DECODERS 2
#define DECODER_SIZES 3
static const enum image_size decoder_sizes[DECODERS][DECODER_SIZES] = {
    {IMAGE_ZOOM, IMAGE__MAX}, {IMAGE_PAGE, IMAGE_CARD, IMAGE_THUMB}};

struct decoder {
	const enum image_size *sizes; /* up to IMAGE__MAX or DECODER_SIZES */
	pid_t pid;		      /* 0: not started */
	int fd;			      /* its output; -1: closed */
	int status;
	struct buf out;
};

struct work {
	const struct image_head *head;
	const struct image_out *to;
	int input; /* the file, in memory */
	struct arena a;
	struct decoder d[DECODERS];
	struct str made[IMAGE__MAX];
};

/* KONTOR_DECODE names the program in tests; else it is beside this one in a build folder, or installed. */
static const char *
find_program(struct arena *a)
{
	const char *named = getenv("KONTOR_DECODE"), *beside;
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self));

	while (n > 0 && self[n - 1] != '/')
		n--;
	beside = str_fmt(a, "%.*s" PROGRAM, n < 0 ? 0 : (int)n, self).p;
	if (named != NULL)
		return named;
	return access(beside, X_OK) == 0 ? beside : PKGLIBEXECDIR "/" PROGRAM;
}

/* Sealed, so that no decoder can change what another reads. */
static bool
put_input(struct work *w, struct str bytes, struct err *e)
{
	w->input = memfd_create("kontor-picture", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return (w->input >= 0 && file_write(w->input, bytes)
		   && fcntl(w->input, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW) == 0)
	    || err_set(e, ERR_LIMIT, "no memory for the decoder's input: %s", strerror(errno));
}

static bool
start_decoder(struct work *w, struct decoder *d, struct err *e)
{
	static const char *const nothing[] = {NULL};
	const char *argv[DECODER_SIZES + 3] = {find_program(&w->a)};
	struct run r = {.argv = argv, .env = nothing, .in = w->input, .err = RUN_NULL};
	struct err why = {0};
	int fds[2], n = 1;

	if (w->to->faults)
		argv[n++] = DECODE_FAULTS;
	for (int i = 0; i < DECODER_SIZES && d->sizes[i] != IMAGE__MAX; i++)
		argv[n++] = image_size_name(d->sizes[i]);
	buf_init(&d->out, &w->a, DECODER_SIZES * (SIZE_MAX_B + sizeof(uint32_t)));
	if (pipe2(fds, O_CLOEXEC) != 0)
		return err_set(e, ERR_LIMIT, "pipe: %s", strerror(errno));
	r.out = fds[1];
	if (!run_start(&r, &d->pid, &why))
		(void)err_set(e, ERR_UPSTREAM, "%s", why.msg);
	close(fds[1]);
	d->fd = fds[0];
	return why.kind == ERR_NONE;
}

static bool
broken(struct err *e, const char *why)
{
	return err_set(e, ERR_INPUT, "the picture is broken: %s", why);
}

static bool
read_part(struct decoder *d, struct err *e)
{
	char part[1 << 16];
	ssize_t n = read(d->fd, part, sizeof(part));

	if (n < 0)
		return errno == EINTR || err_set(e, ERR_UPSTREAM, PROGRAM ": %s", strerror(errno));
	if (n == 0) {
		close(d->fd);
		d->fd = -1;
		return true;
	}
	buf_put(&d->out, str_n(part, (size_t)n));
	return !d->out.over || broken(e, "its decoder wrote without end");
}

/* Reads until both have ended, so that neither waits for the other. */
static bool
read_all(struct work *w, struct err *e)
{
	uint64_t limit_ms = w->to->limit_ms == 0 ? LIMIT_MS : w->to->limit_ms;
	uint64_t until_ns = clock_mono_ns() + limit_ms * CLOCK_MS;

	while (w->d[0].fd >= 0 || w->d[1].fd >= 0) {
		struct pollfd p[DECODERS] = {{w->d[0].fd, POLLIN, 0}, {w->d[1].fd, POLLIN, 0}};
		uint64_t left_ns = clock_left_ns(until_ns);

		if (left_ns == 0)
			return broken(e, "its decoder did not end in time");
		if (poll(p, DECODERS, (int)(left_ns / CLOCK_MS) + 1) < 0 && errno != EINTR)
			return err_set(e, ERR_BUG, "poll: %s", strerror(errno));
		for (int i = 0; i < DECODERS; i++)
			if (p[i].revents != 0 && !read_part(&w->d[i], e))
				return false;
	}
	return true;
}

/* After an error it is killed, whatever it does. */
static void
end_decoder(struct decoder *d, bool ok)
{
	struct err e = {0};

	if (d->fd >= 0)
		close(d->fd);
	if (d->pid > 0 && !ok)
		kill(d->pid, SIGKILL);
	if (d->pid > 0 && !run_wait(d->pid, &d->status, &e))
		d->status = -1;
}

static bool
check_status(int status, struct err *e)
{
	if (status == DECODE_NOT_CONFINED)
		return err_set(e, ERR_UPSTREAM, "root's privileges cannot be dropped, so no picture is decoded");
	if (status > RUN_SIGNAL)
		return err_set(e, ERR_INPUT, "the picture is broken: its decoder crashed (signal %d)",
		    status - RUN_SIGNAL);
	return status == DECODE_DONE || broken(e, "it cannot be decoded");
}

/* Takes the pictures out of a decoder's output. Each must be a WebP file of the measures that are expected, whatever
 * the picture has made of its decoder. */
static bool
take_output(struct work *w, const struct decoder *d, struct err *e)
{
	struct str rest = buf_str(&d->out);

	for (int i = 0; i < DECODER_SIZES && d->sizes[i] != IMAGE__MAX; i++) {
		struct err none = {0};
		struct image_head h;
		uint32_t size_b = 0, width, height;

		if (rest.n >= sizeof(size_b))
			memcpy(&size_b, rest.p, sizeof(size_b));
		rest = str_from(rest, sizeof(size_b));
		image_measures(w->head->w, w->head->h, d->sizes[i], &width, &height);
		if (size_b > rest.n || !image_head(str_head(rest, size_b), &h, &none) || h.type != IMAGE_WEBP
		    || h.w != width || h.h != height)
			return broken(e, "its decoder made no picture of it");
		w->made[d->sizes[i]] = str_head(rest, size_b);
		rest = str_from(rest, size_b);
	}
	return rest.n == 0 || broken(e, "its decoder wrote too much");
}

static bool
decode_all(struct work *w, struct str bytes, struct err *e)
{
	bool ok = put_input(w, bytes, e);

	for (int i = 0; i < DECODERS && ok; i++)
		ok = start_decoder(w, &w->d[i], e);
	ok = ok && read_all(w, e);
	for (int i = 0; i < DECODERS; i++)
		end_decoder(&w->d[i], ok);
	if (w->input >= 0)
		close(w->input);
	for (int i = 0; i < DECODERS && ok; i++)
		ok = check_status(w->d[i].status, e) && take_output(w, &w->d[i], e);
	return ok;
}

static bool
write_file(const char *temp, struct str bytes, struct err *e)
{
	bool ok;
	int fd;

	(void)unlink(temp); /* left by an aborted run */
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	ok = fd >= 0 && fchmod(fd, 0644) == 0 /* regardless of the umask */ && file_write(fd, bytes) && fsync(fd) == 0;
	if (fd >= 0 && close(fd) != 0)
		ok = false;
	return ok || err_set(e, ERR_UPSTREAM, "%s cannot be written: %s", temp, strerror(errno));
}

static bool
write_files(const struct work *w, const struct target *t, struct err *e)
{
	bool ok = tree_make_dir(t->dir, e);

	for (int i = 0; i < IMAGE__MAX && ok; i++)
		ok = write_file(t->temp[i], w->made[i], e);
	for (int i = 0; i < IMAGE__MAX; i++) {
		if (ok && rename(t->temp[i], t->path[i]) != 0)
			ok = err_set(e, ERR_UPSTREAM, "%s: %s", t->path[i], strerror(errno));
		if (!ok)
			(void)unlink(t->temp[i]);
	}
	return ok;
}

static bool
make_files(struct str bytes, const struct image_head *h, const struct image_out *to, const struct target *t,
    struct err *e)
{
	struct work w = {.head = h, .to = to, .input = -1};
	bool ok;

	arena_init(&w.a, OUTPUTS_MEM_B);
	for (int i = 0; i < DECODERS; i++)
		w.d[i] = (struct decoder){.sizes = decoder_sizes[i], .fd = -1};
	ok = decode_all(&w, bytes, e) && write_files(&w, t, e);
	arena_fini(&w.a);
	return ok;
}

bool
image_store(struct arena *scratch, struct str bytes, const struct image_out *to, struct image *im, struct err *e)
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
	if (to->media_dir.n == 0)
		return true;
	t = ARENA_NEW(scratch, struct target);
	if (!make_target(to->media_dir, im->hash, t, e))
		return false;
	if (all_there(t))
		return true;
	im->made = true;
	return make_files(bytes, &h, to, t, e);
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

/* Opens a file below the folder, through no symbolic link that leads out of it. */
static int
open_below(int dir_fd, const char *path)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK, .resolve = RESOLVE_BENEATH};

	return (int)syscall(SYS_openat2, dir_fd, path, &how, sizeof(how));
}

bool
image_import(
    struct arena *scratch, int dir_fd, struct str path, const struct image_out *to, struct image *im, struct err *e)
{
	struct arena_mark mark = arena_mark(scratch);
	struct str bytes;
	bool ok;
	int fd;

	if (leads_out(path))
		return err_set(e, ERR_INPUT, "leaves the folder of pictures");
	fd = open_below(dir_fd, str_zdup(scratch, path));
	if (fd < 0) {
		arena_rewind(scratch, mark);
		return err_set(e, errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_INPUT, "%s",
		    errno == EXDEV ? "a symbolic link leads out of the folder of pictures" : strerror(errno));
	}
	ok = read_whole(scratch, fd, &bytes, e) && image_store(scratch, bytes, to, im, e);
	close(fd);
	arena_rewind(scratch, mark);
	return ok;
}
