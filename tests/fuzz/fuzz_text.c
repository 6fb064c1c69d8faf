/* Small readers of text: numbers, amounts, UTF-8, search words, tokens, addresses, drafts, parts of products, plural
 * rules, SQL files. */
#include "base/money.h"
#include "base/num.h"
#include "base/utf8.h"
#include "plat/text/fold.h"
#include "plat/cache/memc_name.h"
#include "plat/text/secret.h"
#include "shop/address.h"
#include "import/product_csv.h"
#include "shop/search.h"
#include "store/order/draft.h"
#include "store/catalogue/product_parts.h"
#include "store/admin/sql_text.h"
#include "view/lang.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
numbers(struct arena *a, struct str s)
{
	struct money m, back;
	struct err e = {0};
	currency cur;
	int64_t i;
	uint64_t u;

	if (num_i64(s, INT64_MIN, INT64_MAX, &i) && s.p[0] >= '1' && s.p[0] <= '9')
		ASSERT(str_eq(str_fmt(a, "%lld", (long long)i), s));
	if (num_u64(s, 5, 500, &u))
		ASSERT(u >= 5 && u <= 500);
	for (int digits = 0; digits < 4; digits++)
		(void)num_decimal(s, digits, &i);
	if (currency_find(STR("EUR"), &cur) && money_parse(s, cur, &m, &e))
		ASSERT(money_parse(money_plain(a, m), cur, &back, &e) && back.minor == m.minor);
}

static void
words(struct arena *a, struct str s)
{
	struct search_tokens tokens;
	struct str folded, again;
	struct err e = {0};

	if (utf8_valid(s))
		ASSERT(utf8_len(s) <= s.n && utf8_valid(utf8_head(s, 10)) && utf8_head(s, 10).n <= 10);
	if (!fold_text(a, s, FOLD_GERMAN, &folded, &e))
		return;
	ASSERT(utf8_valid(folded) && fold_text(a, folded, FOLD_PLAIN, &again, &e));
	search_tokens_init(&tokens, a, 50);
	search_add(&tokens, folded);
	search_add_code(&tokens, folded);
	for (size_t i = 0; i < tokens.n; i++)
		ASSERT(utf8_valid(tokens.token[i].text) && tokens.token[i].text.n > 0);
}

static void
addresses(struct arena *a, struct str s)
{
	struct address typed = {0}, clean, twice;
	struct address_faults faults;
	struct checkout_draft draft = {0};
	struct str lines[ADDRESS_LINES], rest = s;

	for (int i = 0; i < ADDRESS__MAX; i++)
		if (!str_cut(&rest, '\n', &typed.field[i]))
			break;
	if (address_check(a, ADDRESS_BILLING, &typed, &clean, &faults)) {
		ASSERT(address_lines(a, &clean, lines) <= ADDRESS_LINES);
		ASSERT(address_check(a, ADDRESS_BILLING, &clean, &twice, &faults));
		for (int i = 0; i < ADDRESS__MAX; i++)
			ASSERT(str_eq(clean.field[i], twice.field[i]));
	}
	draft_parse(a, s, &draft);
}

static void
parts(struct arena *a, struct str s)
{
	struct catalogue_product p = {0}, again = {0};
	struct str json, twice;
	struct err e = {0};

	if (!product_parts_parse(a, s, &p) || !product_parts_format(a, &p, &json, &e))
		return;
	ASSERT(product_parts_parse(a, json, &again) && product_parts_format(a, &again, &twice, &e));
	ASSERT(str_eq(json, twice));
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str s = str_n(p, n), stmt, category;
	struct sql_text sql = {s, 1};
	struct plural plural;
	struct err e = {0};
	struct memc_name name;
	uint8_t bytes[16];
	struct arena a;
	unsigned line;

	arena_init(&a, (size_t)32 << 20);
	numbers(&a, s);
	words(&a, s);
	addresses(&a, s);
	parts(&a, s);
	if (secret_from_base64url(s, bytes, sizeof(bytes)))
		ASSERT(str_eq(secret_base64url(&a, bytes, sizeof(bytes)), s));
	(void)secret_from_hex(s, bytes, sizeof(bytes));
	if (plural_parse(s, &plural, &e))
		for (int i = 0; i < 200; i++)
			ASSERT(plural_form(&plural, i) < plural.forms);
	while (sql_text_next(&sql, &stmt, &line))
		ASSERT(stmt.n > 0);
	if (product_category_clean(&a, s, &category))
		ASSERT(utf8_len(category) <= 255);
	(void)product_handle_check(s);
	if (memc_name_parse(&a, s, &name, &e))
		ASSERT(name.host.n > 0 && name.weight > 0);
	arena_fini(&a);
	return 0;
}
