/* pauses - measures the time that the machine takes away from all programs.
 *
 * pauses MS: a process on each processor reads the clock for MS milliseconds. A jump of more than 100 microseconds
 * means that something else ran: the kernel, other guests of the host, other programs. Writes {"lost", "longest_us"}:
 * the share of processor time lost, and the longest jump. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define JUMP_NS 100000
#define PROCESSORS_MAX 256

struct seen {
	uint64_t lost_ns, longest_ns;
};

static void
watch(int processor, uint64_t ns, struct seen *seen)
{
	uint64_t last, now, end;
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(processor, &one);
	sched_setaffinity(0, sizeof(one), &one);
	last = clock_mono_ns();
	for (end = last + ns; last < end; last = now) {
		now = clock_mono_ns();
		if (now - last < JUMP_NS)
			continue;
		seen->lost_ns += now - last;
		if (now - last > seen->longest_ns)
			seen->longest_ns = now - last;
	}
}

int
main(int argc, char **argv)
{
	uint64_t ns = argc == 2 ? strtoull(argv[1], NULL, 10) * CLOCK_MS : 0, lost_ns = 0, longest_ns = 0;
	struct seen *seen;
	cpu_set_t ours;
	int n = 0;

	seen = mmap(NULL, PROCESSORS_MAX * sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ns == 0 || seen == MAP_FAILED || sched_getaffinity(0, sizeof(ours), &ours) != 0) {
		fprintf(stderr, "usage: pauses MS\n");
		return 2;
	}
	for (int i = 0; i < PROCESSORS_MAX; i++) {
		if (!CPU_ISSET(i, &ours))
			continue;
		n++;
		if (fork() == 0) {
			watch(i, ns, &seen[i]);
			_exit(0);
		}
	}
	while (wait(NULL) > 0) {}
	for (int i = 0; i < PROCESSORS_MAX; i++) {
		lost_ns += seen[i].lost_ns;
		longest_ns = seen[i].longest_ns > longest_ns ? seen[i].longest_ns : longest_ns;
	}
	printf("{\"lost\":%.5f,\"longest_us\":%.0f}\n", (double)lost_ns / ((double)ns * n), (double)longest_ns / 1e3);
	return 0;
}
