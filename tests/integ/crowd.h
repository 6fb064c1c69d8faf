/* crowd.h - processes that start together, for tests of what happens at once. */
#ifndef KONTOR_TESTS_CROWD_H
#define KONTOR_TESTS_CROWD_H

#include <stdatomic.h>
#include <sys/mman.h>

#include "order.h"

struct crowd {
	atomic_int ready;
};

/* Runs `work(i)` in n processes that start together. */
static inline void
run_crowd(int n, void (*work)(int i, void *arg), void *arg)
{
	struct crowd *c = mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t *pids = calloc((size_t)n, sizeof(*pids));
	int status;

	for (int i = 0; i < n; i++) {
		pids[i] = fork();
		ck_assert_int_ge(pids[i], 0);
		if (pids[i] == 0) {
			atomic_fetch_add(&c->ready, 1);
			while (atomic_load(&c->ready) < n)
				usleep(200);
			work(i, arg);
			_exit(0);
		}
	}
	for (int i = 0; i < n; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "process %d: status %x", i, status);
	}
	free(pids);
	munmap(c, sizeof(*c));
}

#define FAIL_UNLESS(cond)                                                                                              \
	do {                                                                                                           \
		if (!(cond)) {                                                                                         \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond);                                     \
			_exit(1);                                                                                      \
		}                                                                                                      \
	} while (0)

#endif
