#include "plat/control/tally.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "plat/control/tally_area.h"

#define TAG_BITS 16
#define PART_BITS 24
#define COUNT_MAX ((UINT64_C(1) << PART_BITS) - 1)
#define PART_MASK COUNT_MAX
#define TAGGED_MASK ((UINT64_C(1) << 48) - 1)
#define SUFFIX "-limits"
#define KEPT_S 3600

/* Call it with the creation lock. Times of an earlier boot are meaningless, so its entries are dropped. */
static void
tally_make(struct tally_area *area)
{
	char boot[SHARED_BOOT_SIZE];
	uint64_t seed;

	shared_boot(boot);
	if (shared_get(&area->magic) == TALLY_MAGIC && memcmp(area->boot, boot, sizeof(boot)) == 0)
		return;
	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		seed = clock_mono_ns();
	shared_set(&area->seed, seed);
	for (size_t i = 0; i < TALLY_ROWS; i++)
		for (size_t k = 0; k < TALLY_WAYS; k++)
			atomic_store(&area->row[i].tag[k], 0);
	memcpy(area->boot, boot, sizeof(boot));
	atomic_store(&area->magic, TALLY_MAGIC);
}

static bool
tally_open(struct tally *t, const char *control_path, int flags, struct err *e)
{
	char path[SHARED_NAME_SIZE];

	*t = (struct tally){.area = NULL};
	snprintf(path, sizeof(path), "%s%s", control_path, SUFFIX);
	if (!shared_open(&t->file, path, flags, sizeof(struct tally_area), e))
		return false;
	t->area = t->file.area;
	if ((flags & O_CREAT) != 0) {
		tally_make(t->area);
		shared_ready(&t->file);
	} else if (shared_get(&t->area->magic) != TALLY_MAGIC) {
		tally_close(t);
		return err_set(e, ERR_UPSTREAM, "%s: not a table of this program's limits", path);
	}
	return true;
}

bool
tally_join(struct tally *t, const char *control_path, struct err *e)
{
	struct tally fresh;
	struct err none = {0};

	if (shared_sound(&t->file, &none))
		return true;
	if (!tally_open(&fresh, control_path, O_RDWR | O_CREAT, e))
		return false;
	tally_close(t);
	*t = fresh;
	return true;
}

bool
tally_open_tool(struct tally *t, const char *control_path, bool write, struct err *e)
{
	return tally_open(t, control_path, write ? O_RDWR : O_RDONLY, e);
}

void
tally_close(struct tally *t)
{
	shared_close(&t->file);
	t->area = NULL;
}

struct tally *
tally_none(void)
{
	static struct tally_area area;
	static struct tally t = {.file = {.fd = -1, .writable = true}};

	t.area = t.file.area = &area;
	tally_make(&area);
	return &t;
}

/* N is not part of it, so that a changed setting keeps the counts. */
static uint64_t
tag_of(const struct tally_area *area, const struct tally_key *key)
{
	const uint32_t about[] = {key->rate.period_s, (uint32_t)key->per};
	uint64_t tag = str_hash_more(shared_get(&area->seed), str_n(key->client, sizeof(key->client)));

	tag = str_hash_more(str_hash_more(tag, str_n(key->name, sizeof(key->name))), str_n(about, sizeof(about)));
	return tag == 0 ? 1 : tag;
}

static uint64_t
tagged(uint64_t tag, uint64_t value)
{
	return tag << (64 - TAG_BITS) | (value & TAGGED_MASK);
}

/* 0 if the word belongs to an earlier tag. */
static uint64_t
untagged(uint64_t tag, uint64_t word)
{
	return word >> (64 - TAG_BITS) == (tag & ((1 << TAG_BITS) - 1)) ? word & TAGGED_MASK : 0;
}

static void
describe(struct tally_entry *entry, const struct tally_key *key)
{
	uint64_t words[4];

	memcpy(words, key->client, sizeof(key->client));
	memcpy(words + 2, key->name, sizeof(key->name));
	for (size_t i = 0; i < 2; i++) {
		shared_set(&entry->client[i], words[i]);
		shared_set(&entry->name[i], words[2 + i]);
	}
	shared_set(&entry->period_s, key->rate.period_s);
	shared_set(&entry->n_per, (uint64_t)key->rate.n * 4 + (uint64_t)key->per);
}

static bool
row_find(const struct tally_row *row, uint64_t tag, size_t *way)
{
	for (size_t k = 0; k < TALLY_WAYS; k++)
		if (atomic_load(&row->tag[k]) == tag) {
			*way = k;
			return true;
		}
	return false;
}

/* A free way, or the one idle for the longest time. */
static size_t
row_victim(struct tally_area *area, size_t row, uint64_t *tag)
{
	size_t oldest = 0;

	for (size_t k = 0; k < TALLY_WAYS; k++) {
		*tag = atomic_load(&area->row[row].tag[k]);
		if (*tag == 0)
			return k;
		if (shared_get(&area->entry[row][k].used_s) < shared_get(&area->entry[row][oldest].used_s))
			oldest = k;
	}
	*tag = atomic_load(&area->row[row].tag[oldest]);
	return oldest;
}

/* Finds or makes the entry. Two processes may make it at once: both then use the first one in the row. */
static struct tally_entry *
tally_entry(struct tally *t, const struct tally_key *key, uint64_t tag)
{
	struct tally_area *area = t->area;
	size_t row = (size_t)(tag >> TAG_BITS) % TALLY_ROWS, way, mine;
	uint64_t old;

	while (!row_find(&area->row[row], tag, &way)) {
		mine = row_victim(area, row, &old);
		if (!atomic_compare_exchange_strong(&area->row[row].tag[mine], &old, tag))
			continue;
		describe(&area->entry[row][mine], key);
		if (row_find(&area->row[row], tag, &way) && way != mine) {
			old = tag;
			(void)atomic_compare_exchange_strong(&area->row[row].tag[mine], &old, 0);
		}
	}
	return &area->entry[row][way];
}

/* The time in parts: TALLY_BUCKETS of them cover a period, wherever in a part it begins. */
struct parts {
	uint64_t tag, part_ms, period_ms, now_ms, number;
};

static struct parts
parts_at(uint64_t tag, const struct rate *r, uint64_t mono_ms)
{
	uint64_t period_ms = (uint64_t)r->period_s * 1000;
	uint64_t part_ms = (period_ms + TALLY_BUCKETS - 2) / (TALLY_BUCKETS - 1);

	return (struct parts){tag, part_ms, period_ms, mono_ms, mono_ms / part_ms};
}

/* The count of a bucket, and the age of its part in parts. A part that another process has begun already is new. */
static uint64_t
bucket_count(const struct parts *p, uint64_t word, uint64_t *age)
{
	uint64_t value = untagged(p->tag, word);

	*age = (p->number - (value >> PART_BITS)) & PART_MASK;
	if (*age > PART_MASK / 2)
		*age = 0;
	return *age < TALLY_BUCKETS ? value & COUNT_MAX : 0;
}

/* Sums the buckets. `*oldest`: the age of the oldest part that counts. */
static uint64_t
count_parts(const struct tally_entry *entry, const struct parts *p, enum tally_how how, uint64_t *oldest)
{
	uint64_t sum = 0;

	*oldest = 0;
	for (size_t i = 0; i < TALLY_BUCKETS; i++) {
		uint64_t age, n = bucket_count(p, atomic_load(&entry->bucket[i]), &age);
		uint64_t from = (p->number - age) * p->part_ms; /* lenient: a part counts while all of it is inside */

		if (n == 0 || (how == TALLY_LENIENT && from + p->period_ms <= p->now_ms))
			continue;
		sum += n;
		*oldest = age > *oldest ? age : *oldest;
	}
	return sum;
}

static struct rate_left
left_of(const struct parts *p, const struct rate *r, uint64_t sum, uint64_t oldest)
{
	uint64_t gone_ms = (p->number - oldest + TALLY_BUCKETS) * p->part_ms;

	return (struct rate_left){sum < r->n ? (uint32_t)(r->n - sum) : 0,
	    sum == 0 || gone_ms < p->now_ms ? 0 : (uint32_t)(gone_ms - p->now_ms)};
}

/* Adds one to the bucket of the present part, or of a newer part that is there already. False: it changed meanwhile. */
static bool
bucket_add(struct tally_entry *entry, const struct parts *p, uint64_t seen, struct tally_taken *taken)
{
	shared_word *bucket = &entry->bucket[p->number % TALLY_BUCKETS];
	uint64_t value = untagged(p->tag, seen), number = value >> PART_BITS, count = value & COUNT_MAX;
	uint64_t age = (p->number - number) & PART_MASK;

	if (value == 0 || (age != 0 && age <= PART_MASK / 2)) {
		number = p->number & PART_MASK;
		count = 0;
	}
	if (count == COUNT_MAX)
		return true;
	value = tagged(p->tag, number << PART_BITS | (count + 1));
	if (!atomic_compare_exchange_strong(bucket, &seen, value))
		return false;
	taken->bucket = bucket;
	taken->mark = value >> PART_BITS;
	return true;
}

bool
tally_take(
    struct tally *t, const struct tally_key *key, enum tally_how how, uint64_t mono_ms, struct tally_taken *taken)
{
	uint64_t tag = tag_of(t->area, key), sum, oldest, seen;
	struct tally_entry *entry = tally_entry(t, key, tag);
	struct parts p = parts_at(tag, &key->rate, mono_ms);

	*taken = (struct tally_taken){.bucket = NULL};
	shared_set(&entry->used_s, mono_ms / 1000);
	do {
		seen = atomic_load(&entry->bucket[p.number % TALLY_BUCKETS]);
		sum = count_parts(entry, &p, how, &oldest);
		taken->left = left_of(&p, &key->rate, sum, oldest);
		if (sum >= key->rate.n)
			return false;
	} while (!bucket_add(entry, &p, seen, taken));
	/* Another process may have added to another bucket meanwhile. Both may then be refused, never both allowed. */
	sum = count_parts(entry, &p, how, &oldest);
	taken->left = left_of(&p, &key->rate, sum, oldest);
	if (sum <= key->rate.n)
		return true;
	tally_give_back(taken);
	return false;
}

void
tally_give_back(const struct tally_taken *taken)
{
	uint64_t old = taken->bucket == NULL ? 0 : atomic_load(taken->bucket);

	while (old >> PART_BITS == taken->mark && (old & COUNT_MAX) > 0)
		if (atomic_compare_exchange_weak(taken->bucket, &old, old - 1))
			return;
}

void
tally_refuse(struct tally *t, const struct tally_key *key, uint64_t mono_ms, int64_t utc_s)
{
	uint64_t tag = tag_of(t->area, key);
	struct tally_entry *entry = tally_entry(t, key, tag);
	uint64_t old = atomic_load(&entry->refused);

	shared_set(&entry->used_s, mono_ms / 1000);
	while (!atomic_compare_exchange_weak(&entry->refused, &old, tagged(tag, untagged(tag, old) + 1)))
		;
	shared_set(&entry->refused_s, tagged(tag, (uint64_t)utc_s));
}

void
tally_release(struct tally *t, const struct tally_key *key, uint64_t mono_ms, uint64_t utc_ms)
{
	uint64_t tag = tag_of(t->area, key);
	struct tally_entry *entry = tally_entry(t, key, tag);

	shared_set(&entry->used_s, mono_ms / 1000);
	if (untagged(tag, atomic_load(&entry->released)) >= utc_ms)
		return;
	for (size_t i = 0; i < TALLY_BUCKETS; i++)
		atomic_store(&entry->bucket[i], 0);
	atomic_store(&entry->refused, 0);
	atomic_store(&entry->released, tagged(tag, utc_ms));
}

void
tally_tidy(struct tally *t, uint64_t mono_ms)
{
	static size_t row;

	if (t->area == NULL)
		return;
	row = (row + 1) % TALLY_ROWS;
	for (size_t way = 0; way < TALLY_WAYS; way++) {
		struct tally_entry *entry = &t->area->entry[row][way];
		uint64_t tag = atomic_load(&t->area->row[row].tag[way]);

		if (tag == 0 || shared_get(&entry->used_s) + shared_get(&entry->period_s) + KEPT_S > mono_ms / 1000
		    || !atomic_compare_exchange_strong(&t->area->row[row].tag[way], &tag, 0))
			continue;
		for (size_t i = 0; i < 2; i++)
			shared_set(&entry->client[i], 0);
	}
}

/* False if the entry is free, or its description is not the tag's: the process that made it has died before it was
 * complete, or has not yet completed it. */
static bool
read_entry(const struct tally_area *area, size_t row, size_t way, struct tally_seen *seen)
{
	const struct tally_entry *entry = &area->entry[row][way];
	uint64_t tag = atomic_load(&area->row[row].tag[way]), words[4];

	if (tag == 0)
		return false;
	for (size_t i = 0; i < 2; i++) {
		words[i] = shared_get(&entry->client[i]);
		words[2 + i] = shared_get(&entry->name[i]);
	}
	*seen = (struct tally_seen){.refused = untagged(tag, atomic_load(&entry->refused)),
	    .refused_s = (int64_t)untagged(tag, atomic_load(&entry->refused_s))};
	memcpy(seen->key.client, words, sizeof(seen->key.client));
	memcpy(seen->key.name, words + 2, sizeof(seen->key.name));
	seen->key.rate.period_s = (uint32_t)shared_get(&entry->period_s);
	seen->key.rate.n = (uint32_t)(shared_get(&entry->n_per) / 4);
	seen->key.per = (enum rate_per)(shared_get(&entry->n_per) % 4);
	return seen->key.per < RATE_PER__MAX && seen->key.rate.period_s > 0 && tag_of(area, &seen->key) == tag;
}

size_t
tally_list(const struct tally *t, struct arena *a, uint64_t mono_ms, struct tally_seen **out)
{
	size_t n = 0, cap = 0;

	*out = NULL;
	for (size_t row = 0; t->area != NULL && row < TALLY_ROWS; row++)
		for (size_t way = 0; way < TALLY_WAYS; way++) {
			struct tally_seen seen;
			struct parts p;
			uint64_t oldest;

			if (!read_entry(t->area, row, way, &seen))
				continue;
			p = parts_at(tag_of(t->area, &seen.key), &seen.key.rate, mono_ms);
			seen.taken = count_parts(&t->area->entry[row][way], &p, TALLY_STRICT, &oldest);
			*out = arena_more(a, *out, n, &cap, sizeof(seen));
			(*out)[n++] = seen;
		}
	return n;
}
