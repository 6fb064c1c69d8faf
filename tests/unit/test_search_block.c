#include "shop/search_block.h"

#include <stdlib.h>

#include "random.h"
#include "unit.h"

#define IDS 3000 /* drawn from the first of three blocks */

static struct arena a;

static struct str
list(const uint64_t *ids, size_t n)
{
	struct buf b;

	buf_init(&b, &a, 2 * n);
	for (size_t i = 0; i < n; i++)
		search_block_put(&b, ids[i]);
	ck_assert(!b.over);
	return buf_str(&b);
}

START_TEST(block_holds_ids_as_the_server_writes_them_too)
{
	static const uint64_t ids[] = {5 * SEARCH_BLOCK_IDS, 5 * SEARCH_BLOCK_IDS + 1, 6 * SEARCH_BLOCK_IDS - 1};
	uint64_t out[3];
	struct str l;

	arena_init(&a, 1 << 20);
	l = list(ids, 3);
	ck_assert_uint_eq(l.n, 6);
	ck_assert_mem_eq(l.p, "\x00\x00\x00\x01\x3f\xff", 6);
	ck_assert_uint_eq(search_block_of(ids[0] - 1), 4);
	ck_assert_uint_eq(search_block_of(ids[2]), 5);
	ck_assert_uint_eq(search_block_common(&(struct search_lists){5, &l, 1}, UINT64_MAX, out, 3), 3);
	for (size_t i = 0; i < 3; i++)
		ck_assert_uint_eq(out[i], ids[2 - i]);
	arena_fini(&a);
}
END_TEST

START_TEST(block_ignores_invalid_offsets)
{
	/* Two offsets too high, one duplicate, one cut in half. */
	static const struct str list = STR_INIT("\x00\x05\x40\x00\xff\xff\x00\x07\x00\x05\x01");
	uint64_t out[9];

	ck_assert_uint_eq(search_block_common(&(struct search_lists){0, &list, 1}, 100, out, 9), 2);
	ck_assert_uint_eq(out[0], 7);
	ck_assert_uint_eq(out[1], 5);
}
END_TEST

/* Compares with a naive implementation. */
START_TEST(block_finds_what_is_in_all_lists_newest_first_below_a_limit)
{
	uint64_t state = 1;

	for (int round = 0; round < 200; round++) {
		size_t n_lists = 1 + (size_t)(random_next(&state) % 4), max = 1 + (size_t)(random_next(&state) % 60), n;
		uint64_t before = SEARCH_BLOCK_IDS + random_next(&state) % IDS, out[60], ids[IDS];
		static bool in[4][IDS];
		struct str lists[4];
		size_t want = 0;

		arena_init(&a, 1 << 20);
		for (size_t l = 0; l < n_lists; l++) {
			for (n = 0; n < IDS / 2; n++) {
				ids[n] = SEARCH_BLOCK_IDS + random_next(&state) % IDS;
				in[l][ids[n] - SEARCH_BLOCK_IDS] = true;
			}
			lists[l] = list(ids, n);
		}
		n = search_block_common(&(struct search_lists){1, lists, n_lists}, before, out, max);
		for (uint64_t id = before; id-- > SEARCH_BLOCK_IDS && want < max;) {
			bool all = true;

			for (size_t l = 0; l < n_lists; l++)
				all = all && in[l][id - SEARCH_BLOCK_IDS];
			if (all)
				ck_assert_uint_eq(out[want++], id);
		}
		ck_assert_uint_eq(n, want);
		memset(in, 0, sizeof(in));
		arena_fini(&a);
	}
}
END_TEST

START_TEST(block_removes_exactly_the_given_ids)
{
	static const uint64_t ids[] = {16390, 16384, 16999, 16390, 17000}, gone[] = {16390, 16385, 17000};
	struct buf b;

	arena_init(&a, 1 << 20);
	buf_init(&b, &a, 100);
	search_block_put_without(&b, list(ids, 5), gone, 3);
	ck_assert_uint_eq(b.n, 4);
	ck_assert_mem_eq(buf_str(&b).p, "\x00\x00\x02\x67", 4);
	arena_fini(&a);
}
END_TEST

UNIT_MAIN("search_block", block_holds_ids_as_the_server_writes_them_too, block_ignores_invalid_offsets,
    block_finds_what_is_in_all_lists_newest_first_below_a_limit, block_removes_exactly_the_given_ids)
