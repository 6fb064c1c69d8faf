#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "import.h"
#include "../unit/random.h"

/* Which product, and which variant of it, the rows of a table mean. */

#define SHORT "Handle,Title,Variant SKU,Variant Price\n"
#define PRODUCTS "SELECT COUNT(*) FROM product WHERE handle LIKE '%s'"

/* Many imports in one process: each returns its memory, and all use one connection. */
static struct import
run_import(const char *text, bool renames)
{
	static struct import im;
	static struct arena own;

	if (im.db == NULL)
		im = importer();
	im = (struct import){.a = &own, .db = im.db, .conf = &conf, .now_s = clock_utc_s(), .renames = renames};
	arena_init(&own, (size_t)64 << 20);
	write_text(path_of("table.csv"), text);
	im.products = path_of("table.csv");
	run(&im);
	arena_fini(&own);
	return im;
}

static struct import
run_with_renames(const char *text)
{
	return run_import(text, true);
}

#define run_table(text) run_import(text, false)

/* Imports each table in turn, twice; returns the changes of the second round. */
static uint64_t
run_twice(const char *const *tables)
{
	uint64_t changes = 0;

	for (int round = 0; round < 2; round++)
		for (const char *const *t = tables; *t != NULL; t++) {
			struct import im = run_table(*t);

			changes += round == 0 ? 0 : import_changes(&im) + im.n.products_renamed;
		}
	return changes;
}

START_TEST(import_never_takes_over_goods_of_another_product)
{
	static const char *const cases[][3] = {
	    /* one SKU, different titles */
	    {SHORT "ta-pot,Stone pot,A14,40\n", SHORT "ta-ring,Silver ring,A14,90\n", NULL},
	    /* one title, SKUs that overlap */
	    {SHORT "tb-pot,Pot,B1,40\n", HEAD "tb-set,Pot,,Size,S,B1,40,1\ntb-set,,,,L,B2,50,1\n", NULL},
	    {HEAD "tc-set,Pot,,Size,S,C1,40,1\ntc-set,,,,L,C2,50,1\n", SHORT "tc-pot,Pot,C1,40\n", NULL},
	    /* no SKU at all */
	    {SHORT "td-one,Pot,,40\n", SHORT "td-two,Pot,,40\n", NULL},
	    /* a variant without SKU */
	    {HEAD "te-one,Pot,,Size,S,E1,40,1\nte-one,,,,L,,50,1\n",
		HEAD "te-two,Pot,,Size,S,E1,40,1\nte-two,,,,L,,50,1\n", NULL},
	    /* the SKU of two products, in a third */
	    {SHORT "tf-one,Pot,F1,40\ntf-two,Pot,F1,40\n", SHORT "tf-three,Pot,F1,40\n", NULL},
	};
	static const int products[] = {2, 2, 2, 2, 2, 3};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char like[] = {'t', (char)('a' + i), '-', '%', 0};

		ck_assert_uint_eq(run_twice(cases[i]), 0);
		ck_assert_int_eq(number(PRODUCTS, like), products[i]);
		ck_assert_int_eq(number("SELECT COUNT(*) FROM product_handle_old WHERE handle LIKE '%s'", like), 0);
	}
}
END_TEST

START_TEST(import_knows_a_renamed_product_by_its_title_and_skus_and_keeps_its_old_address)
{
	struct import im = run_table(HEAD "rn-tea,Tea,,Size,S,RN1,5.00,1\nrn-tea,,,,L,RN2,6.00,1\n");
	long long id = number("SELECT id FROM product WHERE handle = 'rn-tea'");

	im = run_table(HEAD "rn-fine,Tea,,Size,L,RN2,6.50,1\nrn-fine,,,,S,RN1,5.00,1\n");
	ck_assert_uint_eq(im.n.products_renamed, 1);
	ck_assert_int_eq(number("SELECT id FROM product WHERE handle = 'rn-fine'"), id);
	ck_assert_int_eq(number("SELECT product_id FROM product_handle_old WHERE handle = 'rn-tea'"), id);
	/* The former handle comes again: a product of its own, and so both stay. */
	im = run_table(HEAD "rn-tea,Tea,,Size,S,RN1,5.00,1\nrn-tea,,,,L,RN2,6.00,1\n");
	ck_assert_uint_eq(im.n.products_new, 1);
	ck_assert_int_eq(number("SELECT id FROM product WHERE handle = 'rn-fine'"), id);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM product_handle_old WHERE handle = 'rn-tea'"), 0);
	/* Two products of one table have the title and the SKU of a third: none of them is that one. */
	im = run_table(SHORT "rv-one,Pot,RV1,5\n");
	im = run_table(SHORT "rv-two,Pot,RV1,5\nrv-three,Pot,RV1,5\n");
	ck_assert_uint_eq(im.n.products_new, 2);
}
END_TEST

START_TEST(import_renames_on_request_a_product_that_has_all_the_skus)
{
	struct import im = run_table(HEAD "rq-pot,Pot,,Size,S,RQ1,5,1\nrq-pot,,,,L,RQ2,6,1\n");

	im = run_with_renames(SHORT "rq-new,Urn,RQ1,5\n");
	ck_assert_uint_eq(im.n.products_renamed, 1);
	im = run_with_renames(HEAD "rq-other,Vase,,Size,S,RQ1,5,1\nrq-other,,,,L,RQ9,6,1\n");
	ck_assert_uint_eq(im.n.products_renamed, 0);
	ck_assert_uint_eq(im.n.products_new, 1);
}
END_TEST

START_TEST(import_keeps_all_variants_that_share_a_sku)
{
	static const char *const cases[] = {
	    HEAD "sk-a,Dress,,Size,S,KA,89,1\nsk-a,,,,M,KA,89,2\nsk-a,,,,L,KA,95,3\n",
	    HEAD "sk-b,Dress,,Size,S,KB,89,1\nsk-b,,,,M,,89,2\nsk-b,,,,L,KB,95,3\nsk-b,,,,XL,,95,3\n",
	    HEAD "sk-c,Dress,,Size,S,KC,89,1\nsk-c,,,,M,KC2,89,2\nsk-c,,,,L,KC2,95,3\nsk-c,,,,XL,KC,95,3\n",
	    HEAD "sk-d,Dress,,Size,XL,KD,89,1\nsk-d,,,,M,KD,89,2\nsk-e,Coat,,Size,S,KD,9,3\nsk-e,,,,M,KD,9,3\n",
	    HEAD "sk-f,Dress,,Size,S,'1,89,1\nsk-f,,,,s,'1,89,2\n",
	};
	static const uint64_t n[] = {3, 4, 4, 4, 2}, notes[] = {2, 1, 2, 2, 1};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct import im = run_table(cases[i]);

		ck_assert_uint_eq(im.n.variants_new, n[i]);
		ck_assert_uint_eq(im.n.rows_refused, 0);
		ck_assert_ptr_nonnull(strstr(report, "ambiguous"));
		ck_assert_uint_ge(im.n.notes, notes[i]);
		im = run_table(cases[i]);
		ck_assert_uint_eq(import_changes(&im), 0);
	}
	ck_assert_int_eq(number("SELECT COUNT(*) FROM variant WHERE sku = 'KA' AND gone = 0"), 3);
}
END_TEST

START_TEST(import_does_not_exchange_variants_that_share_a_sku)
{
	static const char *const first = HEAD "sx,Dress,,Size,S,SX,89,1\nsx,,,,M,SX,89,2\nsx,,,,L,SX,95,3\n";
	struct import im = run_table(first);
	long long m = number("SELECT id FROM variant WHERE sku = 'SX' AND value1 = 'M'");

	im = run_table(HEAD "sx,Dress,,Size,XL,SX,89,1\nsx,,,,M,SX,99,2\n");
	ck_assert_uint_eq(im.n.variants_new, 1);
	ck_assert_uint_eq(im.n.variants_gone, 2);
	ck_assert_int_eq(number("SELECT id FROM variant WHERE sku = 'SX' AND value1 = 'M'"), m);
	im = run_table(first);
	ck_assert_uint_eq(im.n.variants_new, 0);
	ck_assert_int_eq(number("SELECT SUM(on_hand) FROM stock s JOIN variant v ON v.id = s.variant_id"
				" WHERE sku = 'SX' AND gone = 0"), 6);
}
END_TEST

START_TEST(import_of_a_table_without_handles_makes_stable_ones)
{
	static const char *const one = "Title,Price\nNut board,25.00\nNut board,26.00\nNut board,27.00\n";
	struct import im = run_table(one);

	ck_assert_uint_eq(im.n.products_new, 3);
	ck_assert_int_eq(number("SELECT price_minor FROM product WHERE handle = 'nut-board'"), 2500);
	ck_assert_int_eq(number("SELECT price_minor FROM product WHERE handle = 'nut-board-2'"), 2700);
	im = run_table(one);
	ck_assert_uint_eq(import_changes(&im), 0);
	/* SKUs tell products of one title apart, in any order and in several tables. */
	im = run_table("Title,SKU,Price\nOak board,OB1,1\nOak board,OB2,2\n");
	im = run_table("Title,SKU,Price\nOak board,OB3,3\n");
	ck_assert_uint_eq(im.n.products_new, 1);
	im = run_table("Title,SKU,Price\nOak board,OB3,3\nOak board,OB2,2\nOak board,OB1,1\n");
	ck_assert_uint_eq(import_changes(&im), 0);
	/* The address of another product is not taken. */
	im = run_table(SHORT "elm-board,Something else,EB1,5\n");
	im = run_table("Title,Price\nElm board,3\n");
	ck_assert_int_eq(number("SELECT price_minor FROM product WHERE handle = 'elm-board-1'"), 300);
	ck_assert_int_eq(number("SELECT price_minor FROM product WHERE handle = 'elm-board'"), 500);
	/* Variants of a product follow it. */
	im = run_table("Title,Option1 name,Option1 value,Price\nAsh board,Size,S,3\n,,L,4\nAsh board,Size,S,5\n");
	ck_assert_uint_eq(im.n.products_new, 2);
	ck_assert_uint_eq(im.n.variants_new, 3);
}
END_TEST

START_TEST(import_puts_typed_handles_right_and_keeps_products_apart)
{
	static const char *const cases[][4] = {
	    {SHORT "Ha Shirt,Shirt,,30\n", NULL},
	    {SHORT "Hb Shirt,Shirt,,30\nhb-shirt,Blouse,,31\nHB  SHIRT,Coat,,32\n", NULL},
	    {SHORT "Hc Shirt,Shirt,,30\n", SHORT "hc/shirt,Blouse,,31\n", NULL},
	    {SHORT "hd-shirt,Shirt,,30\n", SHORT "Hd Shirt,Blouse,,31\n", NULL},
	    {SHORT "He Shirt,Shirt,,30\nHe Shirt,,HE2,\n", NULL},
	};
	static const int products[] = {1, 3, 2, 2, 1};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char like[] = {'h', (char)('a' + i), '-', '%', 0};
		struct import im;

		ck_assert_uint_eq(run_twice(cases[i]), 0);
		ck_assert_int_eq(number(PRODUCTS, like), products[i]);
		im = run_table(cases[i][0]);
		ck_assert(i == 3 || strstr(report, "is not valid in an address: changed to 'h") != NULL);
		ck_assert_uint_eq(im.n.products_refused, 0);
	}
	/* A new title under the same typed handle is the same product. */
	run_table(SHORT "Ha Shirt,Shirt with stripes,,30\n");
	ck_assert_int_eq(number(PRODUCTS, "ha-%"), 1);
}
END_TEST

#define WARES 24
#define SHOPS 8

/* A product with SKUs, partly shared, partly repeated, partly missing. The prefix makes the shops of a trial apart. */
static size_t
put_ware(char *text, size_t size, uint64_t seed, int ware, const char *prefix)
{
	uint64_t r = seed + (uint64_t)ware * 7919;
	int n_variants = (int)random_in(&r, 1, 4);
	size_t n = 0;

	for (int v = 0; v < n_variants; v++) {
		unsigned pool = (unsigned)random_in(&r, 0, 13);
		const char *sku = pool == 0 ? "" : str_fmt(&a, "%s%u", prefix, pool).p;
		const char *title = ware % 5 == 0 ? "Ware" : str_fmt(&a, "Ware %d", ware / 2).p;

		n += (size_t)snprintf(text + n, size - n, "%s%d,%s,Kind %d,Size,S%d,%s,%d.00,%d\n", prefix, ware,
		    v > 0 ? "" : title, ware % 3, v, sku, ware + v, v);
	}
	return n;
}

/* Everything about the products with this prefix but their ids and times. */
static long long
sum_of_shop(const char *prefix)
{
	return number("SELECT SUM(CRC32(CONCAT_WS('/', SUBSTR(p.handle, %d), t.title, c.path, p.price_minor, p.avail,"
		      " v.value1, SUBSTR(v.sku, %d), v.price_minor, v.position, v.gone, s.on_hand))) FROM product p"
		      " JOIN product_text t ON t.product_id = p.id JOIN category c ON c.id = p.category_id"
		      " JOIN variant v ON v.product_id = p.id JOIN stock s ON s.variant_id = v.id"
		      " WHERE p.handle LIKE '%s%%'",
	    (int)strlen(prefix) + 1, (int)strlen(prefix) + 1, prefix);
}

/* Splits the products into tables at random, in a random order. */
static void
import_split(uint64_t *r, uint64_t seed, const char *prefix, int n_tables)
{
	static char tables[WARES][20000];
	size_t n[WARES];
	int order[WARES];

	for (int t = 0; t < n_tables; t++)
		n[t] = (size_t)snprintf(tables[t], sizeof(tables[t]), "%s", HEAD);
	for (int i = 0; i < WARES; i++)
		order[i] = i;
	for (int i = WARES - 1; i > 0; i--) {
		int k = (int)random_in(r, 0, i), was = order[i];

		order[i] = order[k];
		order[k] = was;
	}
	for (int i = 0; i < WARES; i++) {
		int t = (int)random_in(r, 0, n_tables - 1);

		n[t] += put_ware(tables[t] + n[t], sizeof(tables[t]) - n[t], seed, order[i], prefix);
	}
	for (int round = 0; round < 2; round++)
		for (int t = 0; t < n_tables; t++) {
			struct import im = run_table(tables[t]);

			ck_assert_uint_eq(im.n.products_refused + im.n.rows_refused + im.n.products_renamed, 0);
			ck_assert(round == 0 || import_changes(&im) == 0);
		}
}

START_TEST(import_of_any_split_in_any_order_gives_the_same_shop)
{
	long long whole = 0;
	uint64_t r = 42;

	prepare();
	for (int shop = 0; shop < SHOPS; shop++) {
		const char *prefix = str_fmt(&a, "sp%c-", (char)('a' + shop)).p;

		import_split(&r, 11, prefix, shop == 0 ? 1 : 1 + shop);
		ck_assert_int_eq(number(PRODUCTS, str_fmt(&a, "%s%%", prefix).p), WARES);
		if (shop == 0)
			whole = sum_of_shop(prefix);
		ck_assert_int_eq(sum_of_shop(prefix), whole);
	}
}
END_TEST

START_TEST(import_puts_a_product_into_several_categories)
{
	static const char *const head = "Handle,Title,Type,Further Categories,Variant Price\n";
	const char *table;
	struct import im;

	prepare();
	table = str_fmt(&a, "%smc-one,One,Mc > Tea,Mc > Gifts > Small; Mcx,1\nmc-two,Two,Mcx,,2\n", head).p;
	im = run_table(table);
	ck_assert_uint_eq(im.n.products_new, 2);
	ck_assert_int_eq(number("SELECT n_products FROM category WHERE path = 'Mcx'"), 2);
	ck_assert_int_eq(number("SELECT n_products FROM category WHERE path = 'Mc'"), 1);
	ck_assert_int_eq(number("SELECT n_products FROM category WHERE path = 'Mc > Gifts'"), 1);
	im = run_table(table);
	ck_assert_uint_eq(import_changes(&im), 0);
	im = run_table(str_fmt(&a, "%smc-one,One,Mc > Tea,Mc > Gifts,1\n", head).p);
	ck_assert_uint_eq(im.n.products_changed, 1);
	ck_assert_int_eq(number("SELECT n_products FROM category WHERE path = 'Mcx'"), 1);
	ck_assert_int_eq(number("SELECT n_products FROM category WHERE path = 'Mc > Gifts > Small'"), 0);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM listing l JOIN product p ON p.id = l.product_id"
				" WHERE handle = 'mc-one'"), 4);
}
END_TEST

START_TEST(all_that_was_imported_is_consistent)
{
	check_imported();
}
END_TEST

INTEG_MAIN("import_identity", false, import_never_takes_over_goods_of_another_product,
    import_knows_a_renamed_product_by_its_title_and_skus_and_keeps_its_old_address,
    import_renames_on_request_a_product_that_has_all_the_skus, import_keeps_all_variants_that_share_a_sku,
    import_does_not_exchange_variants_that_share_a_sku, import_of_a_table_without_handles_makes_stable_ones,
    import_puts_typed_handles_right_and_keeps_products_apart, import_of_any_split_in_any_order_gives_the_same_shop,
    import_puts_a_product_into_several_categories, all_that_was_imported_is_consistent)
