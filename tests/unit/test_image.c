#include <fcntl.h>
#include <gd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "plat/host/image.h"
#include "unit.h"

static struct arena a;
static char dir[32];

static void
remove_folder(const char *folder)
{
	char cmd[80];

	snprintf(cmd, sizeof(cmd), "rm -rf %s", folder);
	ck_assert_int_eq(system(cmd), 0);
}

static struct str
drawn(int w, int h, enum image_type type)
{
	gdImagePtr im = gdImageCreateTrueColor(w, h);
	struct str bytes;
	void *p = NULL;
	int n = 0;

	gdImageAlphaBlending(im, 0);
	gdImageFilledRectangle(im, 0, 0, w - 1, h - 1, gdTrueColorAlpha(200, 0, 0, type == IMAGE_PNG ? 127 : 0));
	gdImageSaveAlpha(im, 1);
	switch (type) {
	case IMAGE_GIF: p = gdImageGifPtr(im, &n); break;
	case IMAGE_PNG: p = gdImagePngPtr(im, &n); break;
	case IMAGE_JPEG: p = gdImageJpegPtr(im, &n, 90); break;
	case IMAGE_WEBP: p = gdImageWebpPtrEx(im, &n, 90); break;
	}
	ck_assert_ptr_nonnull(p);
	gdImageDestroy(im);
	bytes = str_dup(&a, str_n(p, (size_t)n));
	gdFree(p);
	return bytes;
}

START_TEST(image_head_knows_the_four_types_by_content)
{
	static const enum image_type types[] = {IMAGE_GIF, IMAGE_PNG, IMAGE_JPEG, IMAGE_WEBP};
	struct image_head h;
	struct err e = {0};

	arena_init(&a, 64 << 20);
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		ck_ok(image_head(drawn(123, 45, types[i]), &h, &e), &e);
		ck_assert_int_eq(h.type, types[i]);
		ck_assert_uint_eq(h.w, 123);
		ck_assert_uint_eq(h.h, 45);
	}
	arena_fini(&a);
}
END_TEST

START_TEST(image_head_refuses_truncated_other_or_huge_files)
{
	static const struct str bad[] = {STR_INIT(""), STR_INIT("GIF89a"), STR_INIT("<svg xmlns='x'/>"),
	    STR_INIT("\xff\xd8\xff"), STR_INIT("\xff\xd8\xff\xe1\0\x02\xff\xda\0\x02"), STR_INIT("\x89PNG\r\n\x1a\n"),
	    STR_INIT("RIFF1234WEBPVP8X"), STR_INIT("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\1\0\0\0\1\0\0\x08\2\0\0\0\0\0\0\0"),
	    STR_INIT("GIF89a\0\0\0\0\0\0\0"), STR_INIT("MZ\x90\0"),
	    STR_INIT("\xff\xd8\xff\xe1\xff\xff"
		     "Exif\0\0II*\0\xff\xff\xff\xff")};
	struct image_head h;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = {0};

		ck_assert_msg(!image_head(bad[i], &h, &e), "case %zu", i);
		ck_assert_int_eq(e.kind, ERR_INPUT);
	}
}
END_TEST

START_TEST(image_measures_keep_the_aspect_and_never_enlarge)
{
	uint32_t w, h;

	image_measures(240, 150, IMAGE_CARD, &w, &h);
	ck_assert(w == 240 && h == 150);
	image_measures(1920, 1080, IMAGE_CARD, &w, &h);
	ck_assert(w == 480 && h == 270);
	image_measures(1000, 4000, IMAGE_PAGE, &w, &h);
	ck_assert(w == 240 && h == 960);
	image_measures(16000, 1, IMAGE_CARD, &w, &h);
	ck_assert(w == 480 && h == 1);
}
END_TEST

static struct str
file_of(const struct image *im, enum image_size size)
{
	static char bytes[1 << 20];
	char path[300];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", dir, image_path(&a, im->hash, size).p);
	f = fopen(path, "rb");
	ck_assert_msg(f != NULL, "%s", path);
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	return str_n(bytes, n);
}

/* The pictures go into a folder of their own for each test. */
static struct image_out
make_folder(void)
{
	snprintf(dir, sizeof(dir), "/tmp/kontor-image-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	return (struct image_out){.media_dir = str_z(dir)};
}

START_TEST(image_store_writes_three_sizes_once_and_clear_becomes_white)
{
	struct image im, again;
	struct image_out into;
	struct image_head h;
	struct err e = {0};
	gdImagePtr back;
	struct str bytes;

	arena_init(&a, 64 << 20);
	into = make_folder();
	bytes = drawn(1200, 600, IMAGE_PNG);
	ck_ok(image_store(&a, bytes, &into, &im, &e), &e);
	ck_assert(im.made);
	ck_assert_uint_eq(im.w, 1200);
	ck_ok(image_head(file_of(&im, IMAGE_CARD), &h, &e), &e);
	ck_assert(h.type == IMAGE_WEBP && h.w == 480 && h.h == 240);
	ck_ok(image_head(file_of(&im, IMAGE_PAGE), &h, &e), &e);
	ck_assert_uint_eq(h.w, 960);
	ck_ok(image_head(file_of(&im, IMAGE_ZOOM), &h, &e), &e);
	ck_assert_uint_eq(h.w, 1200);
	bytes = file_of(&im, IMAGE_CARD);
	back = gdImageCreateFromWebpPtr((int)bytes.n, (void *)(uintptr_t)bytes.p);
	ck_assert_int_ge(gdTrueColorGetGreen(gdImageGetTrueColorPixel(back, 5, 5)), 250);
	gdImageDestroy(back);
	ck_ok(image_store(&a, drawn(1200, 600, IMAGE_PNG), &into, &again, &e), &e);
	ck_assert(!again.made);
	ck_assert_mem_eq(im.hash, again.hash, IMAGE_HASH_B);
	remove_folder(dir);
	arena_fini(&a);
}
END_TEST

START_TEST(image_store_refuses_a_picture_that_is_broken_inside)
{
	struct image im;
	struct image_out into;
	struct err e = {0};
	struct str bytes;
	char *p;

	arena_init(&a, 64 << 20);
	bytes = drawn(100, 100, IMAGE_PNG);
	p = (char *)(uintptr_t)bytes.p;
	memset(p + 40, 0x55, bytes.n - 40);
	into = make_folder();
	ck_assert(!image_store(&a, bytes, &into, &im, &e));
	ck_assert_int_eq(e.kind, ERR_INPUT);
	remove_folder(dir);
	arena_fini(&a);
}
END_TEST

START_TEST(image_import_stays_in_its_folder)
{
	static const char *const out[] = {"../x.png", "/etc/passwd", "a/../../x", "", "."};
	const struct image_out into = {.media_dir = str_z("/nonexistent")};
	struct image im;
	int fd;

	arena_init(&a, 64 << 20);
	fd = open("/tmp", O_RDONLY | O_DIRECTORY);
	for (size_t i = 0; i < ARRAY_LEN(out); i++) {
		struct err e = {0};

		ck_assert(!image_import(&a, fd, str_z(out[i]), &into, &im, &e));
		ck_assert_int_eq(e.kind, ERR_INPUT);
	}
	close(fd);
	arena_fini(&a);
}
END_TEST

START_TEST(image_is_path_knows_its_own_names_only)
{
	static const uint8_t hash[IMAGE_HASH_B] = {0xab, 1};
	static const char *const other[] = {"", "ab/ab.webp", "x.html", "ab/ab010000000000000000000000000000-card.html",
	    "ab/ab010000000000000000000000000000-cards.webp", "ab/ab010000000000000000000000000000.webp",
	    "ab/AB010000000000000000000000000000-card.webp", "cd/ab010000000000000000000000000000-card.webp",
	    "ab/ab010000000000000000000000000000-card.webp.html", "ab/ab01000000000000000000000000000/-card.webp",
	    "ab/ab010000000000000000000000000000-.webp", "../ab010000000000000000000000000000-card.webp"};

	arena_init(&a, 1 << 20);
	for (int i = 0; i < IMAGE__MAX; i++)
		ck_assert(image_is_path(image_path(&a, hash, (enum image_size)i)));
	for (size_t i = 0; i < ARRAY_LEN(other); i++)
		ck_assert_msg(!image_is_path(str_z(other[i])), "%s", other[i]);
	arena_fini(&a);
}
END_TEST

static size_t
count_files(void)
{
	char cmd[120], text[20] = "";
	FILE *f;

	snprintf(cmd, sizeof(cmd), "find %s -type f | wc -l", dir);
	f = popen(cmd, "r");
	ck_assert_ptr_nonnull(fgets(text, sizeof(text), f));
	pclose(f);
	return (size_t)strtoul(text, NULL, 10);
}

/* The pixels are good; libgd ignores what follows them. */
static struct str
with_fault(struct str picture, const char *name)
{
	struct buf b;

	buf_init(&b, &a, picture.n + 100);
	buf_put(&b, picture);
	buf_fmt(&b, "X-Kontor-Fault=%s", name);
	return buf_str(&b);
}

START_TEST(image_store_survives_its_decoder)
{
	static const struct {
		const char *fault, *why;
	} cases[] = {{"crash", "crashed"}, {"hang", "did not end in time"}, {"flood", "wrote without end"},
	    {"exec", "crashed (signal 31)"}, {"lie", "made no picture"}};
	struct image_out into;
	struct image im;
	struct str good;

	arena_init(&a, 64 << 20);
	good = drawn(50, 50, IMAGE_JPEG);
	into = make_folder();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str bad = with_fault(good, cases[i].fault);
		struct err e = {0};

		into.faults = true;
		into.limit_ms = strcmp(cases[i].fault, "hang") == 0 ? 500 : 0;
		ck_assert_msg(!image_store(&a, bad, &into, &im, &e), "%s", cases[i].fault);
		ck_assert_int_eq(e.kind, ERR_INPUT);
		ck_assert_msg(strstr(e.msg, cases[i].why) != NULL, "%s: %s", cases[i].fault, e.msg);
		ck_assert_uint_eq(count_files(), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) { /* in a shop it is a picture like any other */
		struct err e = {0};

		into.faults = false;
		into.limit_ms = 0;
		ck_ok(image_store(&a, with_fault(good, cases[i].fault), &into, &im, &e), &e);
	}
	ck_assert_uint_eq(count_files(), ARRAY_LEN(cases) * IMAGE__MAX);
	remove_folder(dir);
	arena_fini(&a);
}
END_TEST

UNIT_MAIN("image", image_head_knows_the_four_types_by_content, image_head_refuses_truncated_other_or_huge_files,
    image_measures_keep_the_aspect_and_never_enlarge, image_store_writes_three_sizes_once_and_clear_becomes_white,
    image_store_refuses_a_picture_that_is_broken_inside, image_import_stays_in_its_folder,
    image_is_path_knows_its_own_names_only, image_store_survives_its_decoder)
