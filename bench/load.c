/* load - sends requests from a file as fast as they are answered, or at a rate, and says how long the answers took.
 *
 * One thread and one epoll, so that it costs little beside the servers that it shares a machine with. With a rate, each
 * request has a time at which it is due; how late it was sent counts as waiting, as it does for a visitor. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "draw.h"
#include "histogram.h"
#include "http.h"

#define CONNECTIONS_MAX 4096
#define DRAIN_NS (10 * CLOCK_S)
#define ERRORS_IN_A_ROW 1000

enum order { EACH, ROUND, ZIPF };

struct request {
	const char *p;
	size_t n;
};

struct line {             /* a connection, and what it is doing */
	struct http http; /* first: what epoll hands back */
	uint64_t due_ns;
	bool busy;
};

struct load {
	int port;
	const char *path, *file;
	size_t connections;
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
	uint64_t start_ns, end_ns, begun, done, bytes, errors, errors_in_a_row, last_ns;
	uint64_t status[1000];
	struct histogram took;
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
			"            [--draw each|round|zipf:EXP] [--seed N] [--rate R] FILE\n"
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
	    {"draw", 1, NULL, 'd'}, {"seed", 1, NULL, 'e'}, {"rate", 1, NULL, 'r'}, {0}};
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
		default: usage();
		}
	if (argc - optind != 1 || (l->port == 0) == (l->path == NULL) || l->connections == 0
	    || l->connections > CONNECTIONS_MAX || (l->seconds <= 0 && l->requests == 0 && l->order != EACH))
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

static const struct request *
next_request(struct load *l)
{
	switch (l->order) {
	case ZIPF: return &l->request[zipf_draw(&l->zipf, &l->draw)];
	default: return &l->request[l->begun % l->request_n];
	}
}

/* When the next request is due: at once without a rate. */
static uint64_t
due_ns(const struct load *l)
{
	return l->rate > 0 ? l->start_ns + (uint64_t)((double)l->begun / l->rate * 1e9) : l->start_ns;
}

static bool
is_over(const struct load *l, uint64_t now)
{
	return now >= l->end_ns || (l->requests > 0 && l->begun >= l->requests)
	       || (l->rate > 0 && due_ns(l) >= l->end_ns);
}

static void
go_on(struct load *l, struct line *c)
{
	enum http_state s = http_go(&c->http);

	if (s == HTTP_AGAIN)
		return;
	l->last_ns = clock_mono_ns();
	l->done++;
	if (s == HTTP_DONE && c->http.status > 0 && c->http.status < 1000) {
		l->status[c->http.status]++;
		l->bytes += c->http.bytes;
		l->errors_in_a_row = 0;
		histogram_add(&l->took, l->last_ns - c->due_ns);
	} else {
		l->errors++;
		if (++l->errors_in_a_row >= ERRORS_IN_A_ROW)
			die("nothing but errors; is the server there?");
	}
	c->busy = false;
	l->idle[l->idle_n++] = c;
}

/* Gives idle connections what is due. */
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
		l->begun++;
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
report(struct load *l)
{
	double seconds = (double)(l->last_ns - l->start_ns) / 1e9;
	const char *comma = "";
	struct rusage used;

	l->errors += l->begun - l->done; /* never answered */
	printf("{\"seconds\":%.3f,\"requests\":%llu,\"per_s\":%.1f,\"bytes\":%llu,\"statuses\":{", seconds,
	    (unsigned long long)l->took.n, (double)l->took.n / seconds, (unsigned long long)l->bytes);
	for (int i = 0; i < 1000; i++)
		if (l->status[i] > 0) {
			printf("%s\"%d\":%llu", comma, i, (unsigned long long)l->status[i]);
			comma = ",";
		}
	getrusage(RUSAGE_SELF, &used);
	printf("},\"errors\":%llu,\"cpu_s\":%.6f,", (unsigned long long)l->errors,
	    (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec)
		+ (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
	histogram_print(&l->took);
	printf("}\n");
}

int
main(int argc, char **argv)
{
	static struct load l = {.connections = 16, .seed = 1, .order = ROUND};

	read_options(&l, argc, argv);
	read_requests(&l);
	draw_seed(&l.draw, l.seed);
	if (l.order == ZIPF && !zipf_init(&l.zipf, l.request_n, l.exponent))
		die("no memory");
	l.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	l.line = calloc(l.connections, sizeof(*l.line));
	l.idle = calloc(l.connections, sizeof(struct line *));
	if (l.epoll_fd < 0 || l.line == NULL || l.idle == NULL)
		die("no memory");
	for (size_t i = 0; i < l.connections; i++) {
		http_init(&l.line[i].http, l.port, l.path);
		l.line[i].http.poll_fd = l.epoll_fd;
		l.idle[l.idle_n++] = &l.line[i];
	}
	l.start_ns = l.last_ns = clock_mono_ns();
	l.end_ns = l.seconds > 0 ? l.start_ns + (uint64_t)(l.seconds * 1e9) : CLOCK_NEVER - DRAIN_NS;
	run(&l);
	report(&l);
	return 0;
}
