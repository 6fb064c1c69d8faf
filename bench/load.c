/* load - sends requests from a file as fast as they are answered or at a rate, and reports latencies.
 *
 * Each process has one thread and one epoll, so that it costs little beside the servers on the same machine. With a
 * rate, each request has a due time, and latency counts from that time, as it does for a visitor (no coordinated
 * omission). Several processes split connections and rate, so that a stall of one delays only its own requests. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "draw.h"
#include "histogram.h"
#include "http.h"

#define CONNECTIONS_MAX 4096
#define PROCESSES_MAX 64
#define START_NS (200 * CLOCK_MS) /* until all processes are up and the caller is idle */
#define DRAIN_NS (10 * CLOCK_S)
#define ERRORS_IN_A_ROW 1000

enum order { EACH, ROUND, ZIPF };

struct request {
	const char *p;
	size_t n;
};

struct line {             /* a connection and its state */
	struct http http; /* first, since epoll returns its address */
	uint64_t due_ns;
	bool busy;
};

/* The result of one process, in shared memory. */
struct outcome {
	uint64_t begun, done, bytes, errors, last_ns;
	uint64_t status[1000];
	struct histogram took;
};

struct load {
	int port;
	const char *path, *file;
	size_t connections, processes, process;
	double seconds, rate, exponent;
	uint64_t requests, seed;
	enum order order;

	struct request *request;
	size_t request_n;
	struct zipf zipf;
	struct draw draw;

	int epoll_fd;
	struct line *line, **idle;
	size_t idle_n;
	uint64_t start_ns, end_ns, errors_in_a_row;
	struct outcome *all, *mine; /* of all processes; of this one */
};

static void
die(const char *what)
{
	fprintf(stderr, "load: %s\n", what);
	exit(1);
}

static void
usage(void)
{
	fprintf(stderr, "usage: load (--port P | --unix PATH) [--connections N] (--seconds S | --requests N)\n"
			"            [--draw each|round|zipf:EXP] [--seed N] [--rate R] [--processes N] FILE\n"
			"FILE: requests one after another, before each its length in bytes and a line end.\n"
			"each: every request once, then the end; round: in turn; zipf: the first ones most often.\n");
	exit(2);
}

static void
read_order(struct load *l, const char *s)
{
	if (strcmp(s, "each") == 0)
		l->order = EACH;
	else if (strcmp(s, "round") == 0)
		l->order = ROUND;
	else if (strncmp(s, "zipf:", 5) == 0) {
		l->order = ZIPF;
		l->exponent = strtod(s + 5, NULL);
	} else
		usage();
}

static void
read_options(struct load *l, int argc, char **argv)
{
	static const struct option known[] = {{"port", 1, NULL, 'p'}, {"unix", 1, NULL, 'u'},
	    {"connections", 1, NULL, 'c'}, {"seconds", 1, NULL, 's'}, {"requests", 1, NULL, 'n'},
	    {"draw", 1, NULL, 'd'}, {"seed", 1, NULL, 'e'}, {"rate", 1, NULL, 'r'}, {"processes", 1, NULL, 'm'}, {0}};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1)
		switch (c) {
		case 'p': l->port = (int)strtol(optarg, NULL, 10); break;
		case 'u': l->path = optarg; break;
		case 'c': l->connections = strtoul(optarg, NULL, 10); break;
		case 's': l->seconds = strtod(optarg, NULL); break;
		case 'n': l->requests = strtoull(optarg, NULL, 10); break;
		case 'd': read_order(l, optarg); break;
		case 'e': l->seed = strtoull(optarg, NULL, 10); break;
		case 'r': l->rate = strtod(optarg, NULL); break;
		case 'm': l->processes = strtoul(optarg, NULL, 10); break;
		default: usage();
		}
	if (argc - optind != 1 || (l->port == 0) == (l->path == NULL) || l->connections == 0
	    || l->connections > CONNECTIONS_MAX || (l->seconds <= 0 && l->requests == 0 && l->order != EACH)
	    || l->processes == 0 || l->processes > PROCESSES_MAX || l->connections % l->processes != 0
	    || (l->processes > 1 && (l->seconds <= 0 || l->requests > 0 || l->order == EACH)))
		usage();
	l->file = argv[optind];
}

static char *
read_file(const char *name, size_t *n)
{
	FILE *f = fopen(name, "r");
	char *text = NULL;
	long size;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0 || fseek(f, 0, SEEK_SET) != 0)
		die("cannot read the file of requests");
	*n = (size_t)size;
	text = malloc(*n + 1);
	if (text == NULL || fread(text, 1, *n, f) != *n)
		die("cannot read the file of requests");
	text[*n] = '\0';
	fclose(f);
	return text;
}

static void
read_requests(struct load *l)
{
	size_t n, cap = 0, length;
	char *text = read_file(l->file, &n), *at = text, *end = text + n, *behind;

	while (at < end) {
		length = strtoul(at, &behind, 10);
		if (behind == at || *behind != '\n' || length == 0 || length > (size_t)(end - behind - 1))
			die("the file of requests is malformed");
		if (l->request_n == cap) {
			cap = cap == 0 ? 1024 : 2 * cap;
			l->request = reallocarray(l->request, cap, sizeof(*l->request));
			if (l->request == NULL)
				die("no memory");
		}
		l->request[l->request_n++] = (struct request){behind + 1, length};
		at = behind + 1 + length;
	}
	if (l->request_n == 0)
		die("the file of requests is empty");
	if (l->order == EACH && (l->requests == 0 || l->requests > l->request_n))
		l->requests = l->request_n;
}

/* The global number of the next request; processes take turns. */
static uint64_t
number_of_next(const struct load *l)
{
	return l->mine->begun * l->processes + l->process;
}

static const struct request *
next_request(struct load *l)
{
	switch (l->order) {
	case ZIPF: return &l->request[zipf_draw(&l->zipf, &l->draw)];
	default: return &l->request[number_of_next(l) % l->request_n];
	}
}

/* The due time of the next request; now without a rate. */
static uint64_t
due_ns(const struct load *l)
{
	return l->rate > 0 ? l->start_ns + (uint64_t)((double)number_of_next(l) / l->rate * 1e9) : l->start_ns;
}

static bool
is_over(const struct load *l, uint64_t now)
{
	return now >= l->end_ns || (l->requests > 0 && l->mine->begun >= l->requests)
	       || (l->rate > 0 && due_ns(l) >= l->end_ns);
}

static void
go_on(struct load *l, struct line *c)
{
	enum http_state s = http_go(&c->http);
	struct outcome *o = l->mine;

	if (s == HTTP_AGAIN)
		return;
	o->last_ns = clock_mono_ns();
	o->done++;
	if (s == HTTP_DONE && c->http.status > 0 && c->http.status < 1000) {
		o->status[c->http.status]++;
		o->bytes += c->http.bytes;
		l->errors_in_a_row = 0;
		histogram_add(&o->took, o->last_ns - c->due_ns);
	} else {
		o->errors++;
		if (++l->errors_in_a_row >= ERRORS_IN_A_ROW)
			die("nothing but errors; is the server there?");
	}
	c->busy = false;
	l->idle[l->idle_n++] = c;
}

/* Starts due requests on idle connections. */
static void
begin_due(struct load *l)
{
	const struct request *rq;
	struct line *c;
	uint64_t now;

	while (l->idle_n > 0) {
		now = clock_mono_ns();
		if (is_over(l, now) || due_ns(l) > now)
			return;
		c = l->idle[--l->idle_n];
		c->due_ns = l->rate > 0 ? due_ns(l) : now;
		c->busy = true;
		rq = next_request(l);
		l->mine->begun++;
		http_begin(&c->http, rq->p, rq->n);
		go_on(l, c);
	}
}

static uint64_t
wait_ns(const struct load *l, uint64_t now)
{
	uint64_t until = l->end_ns + DRAIN_NS;

	if (!is_over(l, now) && l->rate > 0 && l->idle_n > 0)
		until = due_ns(l);
	if (until <= now)
		return 0;
	return until - now < CLOCK_S ? until - now : CLOCK_S;
}

static void
run(struct load *l)
{
	struct epoll_event ev[64];
	uint64_t now, wait;
	int n;

	for (;;) {
		begin_due(l);
		now = clock_mono_ns();
		if (is_over(l, now) && (l->idle_n == l->connections || now >= l->end_ns + DRAIN_NS))
			return;
		wait = wait_ns(l, now);
		n = epoll_pwait2(l->epoll_fd, ev, 64,
		    &(struct timespec){.tv_sec = (time_t)(wait / CLOCK_S), .tv_nsec = (long)(wait % CLOCK_S)}, NULL);
		for (int i = 0; i < n; i++) {
			struct line *c = ev[i].data.ptr;

			if (c->busy)
				go_on(l, c);
		}
	}
}

static void
report(const struct load *l, struct outcome *o)
{
	double seconds = (double)(o->last_ns - l->start_ns) / 1e9;
	const char *comma = "";
	struct rusage used;

	o->errors += o->begun - o->done; /* never answered */
	printf("{\"seconds\":%.3f,\"requests\":%llu,\"per_s\":%.1f,\"bytes\":%llu,\"statuses\":{", seconds,
	    (unsigned long long)o->took.n, (double)o->took.n / seconds, (unsigned long long)o->bytes);
	for (int i = 0; i < 1000; i++)
		if (o->status[i] > 0) {
			printf("%s\"%d\":%llu", comma, i, (unsigned long long)o->status[i]);
			comma = ",";
		}
	getrusage(RUSAGE_CHILDREN, &used);
	printf("},\"errors\":%llu,\"cpu_s\":%.6f,", (unsigned long long)o->errors,
	    (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec)
		+ (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
	histogram_print(&o->took);
	printf("}\n");
}

/* The n-th process. */
static void
visit(struct load *l, size_t n)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* all processes die with the parent */
	l->process = n;
	l->mine = &l->all[n];
	draw_seed(&l->draw, l->seed + n);
	l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	l->line = calloc(l->connections, sizeof(*l->line));
	l->idle = calloc(l->connections, sizeof(struct line *));
	if (l->epoll_fd < 0 || l->line == NULL || l->idle == NULL)
		die("no memory");
	for (size_t i = 0; i < l->connections; i++) {
		http_init(&l->line[i].http, l->port, l->path);
		l->line[i].http.poll_fd = l->epoll_fd;
		l->idle[l->idle_n++] = &l->line[i];
	}
	clock_sleep_ns(clock_left_ns(l->start_ns));
	l->mine->last_ns = l->start_ns;
	run(l);
}

/* Waits for all processes and merges their results into the first. */
static struct outcome *
gather(struct load *l)
{
	struct outcome *sum = &l->all[0], *o;
	int status;

	for (size_t i = 0; i < l->processes; i++)
		if (wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
			die("a process failed");
	for (o = sum + 1; o < sum + l->processes; o++) {
		sum->begun += o->begun;
		sum->done += o->done;
		sum->bytes += o->bytes;
		sum->errors += o->errors;
		if (o->last_ns > sum->last_ns)
			sum->last_ns = o->last_ns;
		for (int i = 0; i < 1000; i++)
			sum->status[i] += o->status[i];
		histogram_join(&sum->took, &o->took);
	}
	return sum;
}

int
main(int argc, char **argv)
{
	static struct load l = {.connections = 16, .processes = 1, .seed = 1, .order = ROUND};
	pid_t pid;

	read_options(&l, argc, argv);
	read_requests(&l);
	if (l.order == ZIPF && !zipf_init(&l.zipf, l.request_n, l.exponent))
		die("no memory");
	l.all = mmap(NULL, l.processes * sizeof(*l.all), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (l.all == MAP_FAILED)
		die("no memory");
	l.connections /= l.processes;
	l.start_ns = clock_mono_ns() + START_NS;
	l.end_ns = l.seconds > 0 ? l.start_ns + (uint64_t)(l.seconds * 1e9) : CLOCK_NEVER - DRAIN_NS;
	for (size_t i = 0; i < l.processes; i++) {
		pid = fork();
		if (pid < 0)
			die("cannot start a process");
		if (pid == 0) {
			visit(&l, i);
			exit(0);
		}
	}
	report(&l, gather(&l));
	return 0;
}
