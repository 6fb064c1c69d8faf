#include "plat/host/image_decode.h"

#include <gd.h>
#include <grp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plat/host/confine.h"
#include "plat/host/image.h"
#include "plat/text/file.h"

#define QUALITY 76
#define CPU_S 60
#define MEMORY_B ((rlim_t)1 << 30)
#define NOBODY 65534 /* Debian's user and group of that name */
#define FAULT_MARK "X-Kontor-Fault="
#define TAIL_B 24 /* holds the mark and a name */

static void
limit(int resource, rlim_t n)
{
	const struct rlimit both = {n, n};

	(void)setrlimit(resource, &both);
}

static bool
drop_root(void)
{
	if (geteuid() != 0)
		return true;
	return setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0
	       && setresuid(NOBODY, NOBODY, NOBODY) == 0;
}

/* A kernel that lacks Landlock or seccomp is no reason to refuse every picture. */
static bool
give_up_rights(void)
{
	const struct confine c = {.role = CONFINE_DECODER};
	struct err e = {0};

	limit(RLIMIT_CPU, CPU_S);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_NOFILE, STDOUT_FILENO + 2); /* one more, for Landlock's rules */
	if (!UNDER_ASAN)
		limit(RLIMIT_AS, MEMORY_B);
	if (!drop_root())
		return false;
	limit(RLIMIT_NPROC, 0);
	(void)confine(&c, &e);
	return true;
}

static bool
map_input(struct str *bytes)
{
	struct stat st;
	void *p;

	if (fstat(STDIN_FILENO, &st) != 0 || st.st_size <= 0 || (uint64_t)st.st_size > IMAGE_FILE_MAX_B)
		return false;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
	*bytes = str_n(p, (size_t)st.st_size);
	return p != MAP_FAILED;
}

static void
cause_fault(struct str bytes)
{
	static const char zeros[1 << 16], lie[] = "\4\0\0\0<svg";
	struct str tail = str_from(bytes, bytes.n > TAIL_B ? bytes.n - TAIL_B : 0);
	ptrdiff_t at = str_find(tail, STR(FAULT_MARK));
	struct str fault = at < 0 ? STR_NONE : str_from(tail, (size_t)at + strlen(FAULT_MARK));
	volatile char *nowhere = NULL;

	if (str_eq_z(fault, "crash"))
		*nowhere = 1;
	if (str_eq_z(fault, "exec"))
		(void)execl("/bin/true", "true", NULL);
	if (str_eq_z(fault, "lie") && file_write(STDOUT_FILENO, str_n(lie, sizeof(lie) - 1)))
		_exit(DECODE_DONE);
	while (str_eq_z(fault, "hang"))
		;
	while (str_eq_z(fault, "flood") && file_write(STDOUT_FILENO, str_n(zeros, sizeof(zeros))))
		;
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

/* Flattens onto white: resampling would blend the hidden colour of transparent pixels into the edges. */
static gdImagePtr
flatten(gdImagePtr im)
{
	gdImagePtr flat = im == NULL ? NULL : gdImageCreateTrueColor(gdImageSX(im), gdImageSY(im));

	if (flat == NULL)
		return NULL;
	gdImageFilledRectangle(flat, 0, 0, gdImageSX(im) - 1, gdImageSY(im) - 1, gdTrueColor(255, 255, 255));
	gdImageCopy(flat, im, 0, 0, 0, 0, gdImageSX(im), gdImageSY(im));
	return flat;
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

	if (im == NULL)
		return NULL;
	if (how[orientation].mirror)
		gdImageFlipHorizontal(im);
	return how[orientation].turn <= 0 ? im : gdImageRotateInterpolated(im, how[orientation].turn, 0xffffff);
}

/* The resized picture, or `im` itself when it is small enough. */
static gdImagePtr
resize(gdImagePtr im, enum image_size size)
{
	uint32_t w, h;
	gdImagePtr out;

	if (im == NULL)
		return NULL;
	image_measures((uint32_t)gdImageSX(im), (uint32_t)gdImageSY(im), size, &w, &h);
	if ((int)w == gdImageSX(im) && (int)h == gdImageSY(im))
		return im;
	out = gdImageCreateTrueColor((int)w, (int)h);
	if (out != NULL)
		gdImageCopyResampled(out, im, 0, 0, 0, 0, (int)w, (int)h, gdImageSX(im), gdImageSY(im));
	return out;
}

static bool
encode(gdImagePtr im)
{
	uint32_t size_b;
	void *bytes;
	int n = 0;

	if (im == NULL)
		return false;
	gdImageSaveAlpha(im, 0);
	bytes = gdImageWebpPtrEx(im, &n, QUALITY);
	size_b = (uint32_t)n;
	return bytes != NULL && n > 0 && file_write(STDOUT_FILENO, str_n((char *)&size_b, sizeof(size_b)))
	       && file_write(STDOUT_FILENO, str_n(bytes, size_b));
}

enum decode_status
decode_run(int argc, char **argv)
{
	bool faults = argc > 1 && strcmp(argv[1], DECODE_FAULTS) == 0;
	struct image_head h;
	struct err e = {0};
	struct str bytes;
	gdImagePtr im;

	(void)close_range(STDOUT_FILENO + 1, ~0U, 0);
	if (!map_input(&bytes))
		return DECODE_USAGE;
	if (!give_up_rights())
		return DECODE_NOT_CONFINED;
	if (faults)
		cause_fault(bytes);
	if (!image_head(bytes, &h, &e))
		return DECODE_NO_PICTURE;
	im = orient(flatten(decode(bytes, &h)), h.orientation);
	for (int i = faults ? 2 : 1; i < argc; i++) {
		enum image_size size;

		if (!image_size_find(str_z(argv[i]), &size))
			return DECODE_USAGE;
		im = resize(im, size);
		if (!encode(im))
			return DECODE_NO_PICTURE;
	}
	return DECODE_DONE;
}
