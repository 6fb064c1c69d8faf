#include "pay/transfer.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "shop/payment.h"

#define BIC_B 8
#define BIC_BRANCH_B 11
#define BIC_LETTERS 6

/* of EPC069-12 */
#define HOLDER_MAX 70
#define REFERENCE_MAX 140
#define MINOR_MAX 99999999999
#define CODE_MAX_B 331

static bool
word_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool
is_bic(struct str word)
{
	if (word.n != BIC_B && word.n != BIC_BRANCH_B)
		return false;
	for (size_t i = 0; i < word.n; i++)
		if (!(word.p[i] >= 'A' && word.p[i] <= 'Z')
		    && (i < BIC_LETTERS || !(word.p[i] >= '0' && word.p[i] <= '9')))
			return false;
	return true;
}

/* Cuts the next run of letters and digits off the front of *rest. */
static bool
next_word(struct str *rest, struct str *word)
{
	size_t from = 0, n = 0;

	while (from < rest->n && !word_char(rest->p[from]))
		from++;
	while (from + n < rest->n && word_char(rest->p[from + n]))
		n++;
	*word = str_n(rest->p + from, n);
	*rest = str_from(*rest, from + n);
	return n > 0;
}

static void
find_bic(struct str line, struct str *bic)
{
	bool named = false;
	struct str word;

	while (bic->n == 0 && next_word(&line, &word)) {
		if (named && is_bic(word))
			*bic = word;
		named = named || str_eq_case(word, STR("BIC")) || str_eq_case(word, STR("SWIFT"));
	}
}

static struct str
without_label(struct str line)
{
	struct str label, rest = line;

	return str_cut(&rest, ':', &label) && str_trim(rest).n > 0 ? str_trim(rest) : line;
}

bool
transfer_account_find(struct arena *a, struct str bank, struct str shop, struct transfer_account *t)
{
	struct str line, shown, iban;

	*t = (struct transfer_account){0};
	while (str_cut(&bank, '\n', &line)) {
		line = str_trim(line);
		if (line.n == 0)
			continue;
		if (t->iban.n == 0 && payment_iban(a, line, &shown, &iban))
			t->iban = iban;
		else if (t->holder.n == 0 && t->iban.n == 0)
			t->holder = without_label(line);
		find_bic(line, &t->bic);
	}
	if (t->holder.n == 0)
		t->holder = str_trim(shop);
	return t->iban.n > 0;
}

/* A control character would begin another line of the code. */
static void
put_text(struct buf *b, struct str text, size_t max)
{
	uint32_t cp;

	for (size_t n = 0; n < max && utf8_next(&text, &cp); n++)
		buf_utf8(b, cp < ' ' ? ' ' : cp);
	buf_ch(b, '\n');
}

bool
transfer_code(struct arena *a, const struct transfer_account *t, struct money amount, struct str reference,
    struct str *code)
{
	struct buf b;

	*code = STR_NONE;
	if (!str_eq_z(STR("EUR"), currency_code(amount.cur)) || amount.minor < 1 || amount.minor > MINOR_MAX
	    || t->holder.n == 0 || reference.n > REFERENCE_MAX)
		return false;
	buf_init(&b, a, CODE_MAX_B);
	buf_z(&b, "BCD\n002\n1\nSCT\n"); /* UTF-8; the BIC is optional */
	put_text(&b, t->bic, BIC_BRANCH_B);
	put_text(&b, t->holder, HOLDER_MAX);
	put_text(&b, t->iban, t->iban.n);
	buf_fmt(&b, "EUR%.*s\n\n\n", STR_ARG(money_plain(a, amount)));
	buf_put(&b, reference);
	*code = buf_str(&b);
	return !b.over;
}
