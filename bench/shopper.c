/* shopper - simulates visitors by a TPC-W mix, and reports the latency of each interaction.
 *
 * One thread per visitor. Without a think time the figures are those of a saturated shop. */
#include "shopper.h"

#include <getopt.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define VISITORS_MAX 10000
#define SESSION_MEAN 128 /* interactions: 15 minutes of 7 seconds each */
#define THINK_MAX 10     /* times the mean, as in TPC-W */
#define STACK_B ((size_t)256 * 1024)
#define COMPLAINTS 10

struct options {
	int port;
	size_t visitors;
	double seconds, think_s;
	uint64_t seed;
	enum mix mix;
	const char *file;
};

struct one {
	pthread_t thread;
	struct shopper s;
	const struct options *o;
	uint64_t end_ns;
};

static const char *const mixes[] = {"browsing", "shopping", "ordering"};
static unsigned complaints;

static void
die(const char *what)
{
	fprintf(stderr, "shopper: %s\n", what);
	exit(1);
}

static void
usage(void)
{
	fprintf(stderr,
	    "usage: shopper --port P [--visitors N] [--seconds S] [--mix browsing|shopping|ordering]\n"
	    "               [--think-s MEAN] [--seed N] FILE\n"
	    "FILE: what visitors know, one a line: \"p ADDRESS\" of a product, \"c ADDRESS\" of a category,\n"
	    "\"w WORD\" to search for.\n");
	exit(2);
}

static enum mix
mix_of(const char *name)
{
	for (unsigned i = 0; i < 3; i++)
		if (strcmp(mixes[i], name) == 0)
			return (enum mix)i;
	usage();
	return MIX_SHOPPING;
}

static void
read_options(struct options *o, int argc, char **argv)
{
	static const struct option known[] = {{"port", 1, NULL, 'p'}, {"visitors", 1, NULL, 'v'},
	    {"seconds", 1, NULL, 's'}, {"mix", 1, NULL, 'm'}, {"think-s", 1, NULL, 't'}, {"seed", 1, NULL, 'e'}, {0}};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1)
		switch (c) {
		case 'p': o->port = (int)strtol(optarg, NULL, 10); break;
		case 'v': o->visitors = strtoul(optarg, NULL, 10); break;
		case 's': o->seconds = strtod(optarg, NULL); break;
		case 'm': o->mix = mix_of(optarg); break;
		case 't': o->think_s = strtod(optarg, NULL); break;
		case 'e': o->seed = strtoull(optarg, NULL, 10); break;
		default: usage();
		}
	if (argc - optind != 1 || o->port == 0 || o->visitors == 0 || o->visitors > VISITORS_MAX || o->seconds <= 0)
		usage();
	o->file = argv[optind];
}

static void
append(char ***list, size_t *n, const char *text)
{
	*list = reallocarray(*list, *n + 1, sizeof(**list));
	if (*list == NULL || ((*list)[(*n)++] = strdup(text)) == NULL)
		die("no memory");
}

static void
read_world(struct world *w, const char *file)
{
	FILE *f = fopen(file, "r");
	char line[FORM_ACTION_B];

	if (f == NULL)
		die("cannot read the file");
	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "p ", 2) == 0)
			append(&w->product, &w->product_n, line + 2);
		else if (strncmp(line, "c ", 2) == 0)
			append(&w->category, &w->category_n, line + 2);
		else if (strncmp(line, "w ", 2) == 0)
			append(&w->word, &w->word_n, line + 2);
	}
	fclose(f);
	if (w->product_n == 0 || w->category_n == 0 || w->word_n == 0)
		die("the file must name products, categories and words");
}

static double
exponential(struct draw *d, double mean)
{
	return -log(1 - draw_unit(d)) * mean;
}

static void
think(struct one *v)
{
	double s = exponential(&v->s.v.draw, v->o->think_s);

	if (s > THINK_MAX * v->o->think_s)
		s = THINK_MAX * v->o->think_s;
	clock_sleep_ns((uint64_t)(s * 1e9));
}

/* Runs and counts the interaction; false: the visitor leaves. */
static bool
interact(struct one *v, enum interaction what)
{
	uint64_t begin = clock_mono_ns();
	enum outcome o = shopper_do(&v->s, what);

	if (o == SHOPPER_DONE) {
		histogram_add(&v->s.took[what], clock_mono_ns() - begin);
		v->s.n[what]++;
		return true;
	}
	if (o == SHOPPER_REFUSED) {
		v->s.refused++;
		return false;
	}
	v->s.errors++;
	if (__atomic_fetch_add(&complaints, 1, __ATOMIC_RELAXED) < COMPLAINTS)
		fprintf(stderr, "shopper: %s failed at %s (status %d)\n", shopper_rows[what].name, v->s.v.target,
		    v->s.v.http.status);
	return false;
}

static void *
visit(void *arg)
{
	struct one *v = arg;
	double left = 0, chance;
	enum interaction what = SHOPPER_HOME;

	while (clock_mono_ns() < v->end_ns) {
		if (left <= 0) {
			shopper_leave(&v->s);
			left = exponential(&v->s.v.draw, SESSION_MEAN);
		}
		left--;
		if (!interact(v, what))
			left = 0;
		if (v->o->think_s > 0)
			think(v);
		if (left <= 0 || !shopper_next(what, v->s.mix, &what, &chance) || draw_unit(&v->s.v.draw) >= chance)
			what = shopper_draw(v->s.mix, &v->s.v.draw);
	}
	return NULL;
}

static void
print_kinds(const struct shopper *all, uint64_t n)
{
	printf("\"interactions\":{");
	for (unsigned i = 0; i < SHOPPER_KINDS; i++) {
		printf("%s\"%s\":{\"n\":%llu,\"percent\":%.2f,\"meant\":%.2f,", i == 0 ? "" : ",", shopper_rows[i].name,
		    (unsigned long long)all->n[i], n == 0 ? 0 : 100.0 * (double)all->n[i] / (double)n,
		    shopper_rows[i].share[all->mix] / 100.0);
		histogram_print(&all->took[i]);
		printf("}");
	}
	printf("}");
}

static void
report(struct one *v, const struct options *o, double seconds)
{
	static struct shopper all;
	static struct histogram took;
	uint64_t n = 0, exchanges = 0;

	all.mix = o->mix;
	for (size_t i = 0; i < o->visitors; i++) {
		all.errors += v[i].s.errors;
		all.refused += v[i].s.refused;
		all.orders += v[i].s.orders;
		all.sessions += v[i].s.sessions;
		exchanges += v[i].s.v.exchanges;
		for (unsigned k = 0; k < SHOPPER_KINDS; k++) {
			all.n[k] += v[i].s.n[k];
			n += v[i].s.n[k];
			histogram_join(&all.took[k], &v[i].s.took[k]);
			histogram_join(&took, &v[i].s.took[k]);
		}
	}
	printf("{\"mix\":\"%s\",\"visitors\":%zu,\"seconds\":%.3f,\"n\":%llu,\"per_s\":%.1f,\"exchanges\":%llu,"
	       "\"sessions\":%llu,\"orders\":%llu,\"refused\":%llu,\"errors\":%llu,",
	    mixes[o->mix], o->visitors, seconds, (unsigned long long)n, (double)n / seconds,
	    (unsigned long long)exchanges, (unsigned long long)all.sessions, (unsigned long long)all.orders,
	    (unsigned long long)all.refused, (unsigned long long)all.errors);
	histogram_print(&took);
	printf(",");
	print_kinds(&all, n);
	printf("}\n");
}

int
main(int argc, char **argv)
{
	struct options o = {.visitors = 16, .seconds = 10, .seed = 1, .mix = MIX_SHOPPING};
	struct world world = {0};
	struct one *v;
	pthread_attr_t attr;
	uint64_t start;

	signal(SIGPIPE, SIG_IGN);
	read_options(&o, argc, argv);
	read_world(&world, o.file);
	v = calloc(o.visitors, sizeof(*v));
	if (v == NULL || pthread_attr_init(&attr) != 0 || pthread_attr_setstacksize(&attr, STACK_B) != 0)
		die("no memory");
	start = clock_mono_ns();
	for (size_t i = 0; i < o.visitors; i++) {
		visitor_init(&v[i].s.v, o.port, o.seed * VISITORS_MAX + i);
		v[i].s.world = &world;
		v[i].s.mix = o.mix;
		v[i].o = &o;
		v[i].end_ns = start + (uint64_t)(o.seconds * 1e9);
		if (pthread_create(&v[i].thread, &attr, visit, &v[i]) != 0)
			die("cannot start a thread");
	}
	for (size_t i = 0; i < o.visitors; i++)
		pthread_join(v[i].thread, NULL);
	report(v, &o, (double)(clock_mono_ns() - start) / 1e9);
	return 0;
}
