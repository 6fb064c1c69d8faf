/* count_allocs.c - for LD_PRELOAD: counts a process's allocations, by the library that asks, into a file.
 *
 * KONTOR_COUNT_ALLOCS names the file, of ROWS rows; it is mapped, so that the count can be read while the process runs.
 * Allocations inside the C library are counted as well; those of the dynamic linker are not. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ROWS 64

/* As tests/e2e/counts.js reads it. */
struct row {
	char library[56];
	uint64_t n;
};

/* glibc's own, so that nothing has to be looked up before the first allocation */
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static struct row *rows;

__attribute__((constructor)) static void
map_rows(void)
{
	const char *name = getenv("KONTOR_COUNT_ALLOCS");
	int fd = name == NULL ? -1 : open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	void *p;

	if (fd < 0)
		return;
	if (ftruncate(fd, ROWS * sizeof(struct row)) == 0) {
		p = mmap(NULL, ROWS * sizeof(struct row), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		rows = p == MAP_FAILED ? NULL : p;
	}
	close(fd);
}

/* The last row is for what found none. */
static void
count(const void *caller)
{
	const char *name = "?", *slash;
	Dl_info info;
	int i;

	if (rows == NULL)
		return;
	if (dladdr(caller, &info) != 0 && info.dli_fname != NULL)
		name = (slash = strrchr(info.dli_fname, '/')) == NULL ? info.dli_fname : slash + 1;
	for (i = 0; i < ROWS - 1 && rows[i].library[0] != '\0'; i++)
		if (strncmp(rows[i].library, name, sizeof(rows[i].library) - 1) == 0)
			break;
	if (rows[i].library[0] == '\0')
		strncpy(rows[i].library, name, sizeof(rows[i].library) - 1);
	rows[i].n++;
}

void *
malloc(size_t n)
{
	count(__builtin_return_address(0));
	return __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	count(__builtin_return_address(0));
	return __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	count(__builtin_return_address(0));
	return __libc_realloc(p, n);
}

void *
aligned_alloc(size_t align, size_t n)
{
	count(__builtin_return_address(0));
	return __libc_memalign(align, n);
}

int
posix_memalign(void **out, size_t align, size_t n)
{
	count(__builtin_return_address(0));
	*out = __libc_memalign(align, n);
	return *out == NULL ? ENOMEM : 0;
}
