/* A configuration file: an accepted one, written and read again, must give the same configuration. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "plat/conf/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
ignore(void *arg, const char *text)
{
	(void)arg;
	ASSERT(text[0] != '\0');
}

static bool
load(struct arena *a, struct str text, struct conf *c)
{
	int fd = memfd_create("conf", 0);
	struct err e = {0};
	char path[64];
	bool ok;

	ASSERT(fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ok = conf_load_report(a, path, c, ignore, NULL, &e);
	close(fd);
	return ok;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct conf c, again;
	struct buf b, b2;
	struct arena a;

	arena_init(&a, (size_t)32 << 20);
	if (load(&a, str_n(p, n), &c)) {
		conf_warn(&c, ignore, NULL);
		buf_init(&b, &a, (size_t)1 << 20);
		conf_put_all(&b, &c, NULL, NULL);
		ASSERT(load(&a, buf_str(&b), &again));
		buf_init(&b2, &a, (size_t)1 << 20);
		conf_put_all(&b2, &again, NULL, NULL);
		ASSERT(str_eq(buf_str(&b), buf_str(&b2)));
	}
	arena_fini(&a);
	return 0;
}
