#include "import/number.h"

#include <string.h>

#include "base/num.h"
#include "base/utf8.h"

#define CHARS_MAX 48

/* A number in ASCII: digits, and the signs . , and _ for a blank or an apostrophe between groups. */
struct numeral {
	char c[CHARS_MAX];
	size_t n;
	bool negative;
};

/* The numeral's character for a code point; 0: none. */
static char
numeral_char(uint32_t cp)
{
	static const uint32_t zeros[] = {'0', 0x660, 0x6f0, 0x966, 0xff10};

	for (size_t i = 0; i < ARRAY_LEN(zeros); i++)
		if (cp >= zeros[i] && cp <= zeros[i] + 9)
			return (char)('0' + (cp - zeros[i]));
	switch (cp) {
	case '.':
	case 0x66b:
	case 0xff0e: return '.';
	case ',':
	case 0xff0c: return ',';
	case ' ':
	case '\'':
	case 0xa0:
	case 0x2009:
	case 0x2019:
	case 0x202f:
	case 0x66c: return '_';
	default: return '\0';
	}
}

static bool
numeral_read(struct str s, struct numeral *x)
{
	uint32_t cp;

	*x = (struct numeral){.n = 0};
	while (s.n > 0) {
		bool front = x->n == 0 && !x->negative;

		if (!utf8_next(&s, &cp) || x->n == CHARS_MAX)
			return false;
		if (front && (cp == '-' || cp == 0x2212 || cp == 0xff0d))
			x->negative = true;
		else if ((x->c[x->n] = numeral_char(cp)) == '\0')
			return false;
		else if (x->c[x->n] != '_' || x->n > 0) /* also an apostrophe that makes it a text */
			x->n++;
	}
	while (x->n > 0 && x->c[x->n - 1] == '_')
		x->n--;
	return x->n > 0;
}

static size_t
count(const struct numeral *x, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < x->n; i++)
		n += x->c[i] == c;
	return n;
}

/* The digits behind the last `c`. */
static size_t
behind(const struct numeral *x, char c)
{
	size_t n = 0;

	while (n < x->n && x->c[x->n - 1 - n] != c)
		n++;
	return n;
}

/* True when `group` divides the digits before `end` into thousands. */
static bool
grouped(const struct numeral *x, size_t end, char group)
{
	size_t digits = 0;
	bool any = false;

	for (size_t i = 0; i < end; i++) {
		if (x->c[i] >= '0' && x->c[i] <= '9') {
			digits++;
			continue;
		}
		if (x->c[i] != group || digits == 0 || digits > 3 || (any && digits != 3))
			return false;
		any = true;
		digits = 0;
	}
	return !any || digits == 3;
}

/* The kind of a numeral that has `sign` once and the other sign never. */
static enum number_kind
single_kind(const struct numeral *x, char sign)
{
	enum number_kind sure = sign == '.' ? NUMBER_POINT : NUMBER_COMMA;
	size_t after = behind(x, sign), before = x->n - after - 1;

	if (count(x, '_') > 0)
		return grouped(x, before, '_') ? sure : NUMBER_NONE;
	if (after != 3 || before == 0 || before > 3 || x->c[0] == '0')
		return sure;
	return sign == '.' ? NUMBER_POINT_UNSURE : NUMBER_COMMA_UNSURE;
}

static enum number_kind
numeral_kind(const struct numeral *x)
{
	size_t points = count(x, '.'), commas = count(x, ','), blanks = count(x, '_');
	char last;

	if (x->n == points + commas + blanks)
		return NUMBER_NONE;
	if (points + commas == 0)
		return grouped(x, x->n, '_') ? NUMBER_PLAIN : NUMBER_NONE;
	if (points + commas == 1)
		return single_kind(x, points == 1 ? '.' : ',');
	if (points == 0 || commas == 0) {
		char group = points == 0 ? ',' : '.';

		return !grouped(x, x->n, group) ? NUMBER_NONE : group == '.' ? NUMBER_COMMA : NUMBER_POINT;
	}
	last = behind(x, '.') < behind(x, ',') ? '.' : ',';
	if (count(x, last) != 1 || blanks > 0 || !grouped(x, x->n - behind(x, last) - 1, last == '.' ? ',' : '.'))
		return NUMBER_NONE;
	return last == '.' ? NUMBER_POINT : NUMBER_COMMA;
}

enum number_kind
number_kind(struct str s)
{
	struct numeral x;

	return numeral_read(s, &x) ? numeral_kind(&x) : NUMBER_NONE;
}

void
number_vote(struct number_votes *v, struct str cell, bool price, uint32_t line)
{
	enum number_kind kind = number_kind(cell);
	bool comma = kind == NUMBER_COMMA || kind == NUMBER_COMMA_UNSURE;

	if (kind == NUMBER_POINT || kind == NUMBER_COMMA) {
		v->n[price][comma]++;
		if (price && v->line[comma] == 0)
			v->line[comma] = line;
	} else if (price && kind != NUMBER_PLAIN && kind != NUMBER_NONE && v->unsure_line[comma] == 0) {
		v->unsure_line[comma] = line;
	}
}

bool
number_decide(const struct number_votes *v, char separator, char *point, struct err *e)
{
	const uint64_t *prices = v->n[1], *others = v->n[0];
	/* Commas separate fields where the point is the decimal sign. Tables with tabs come from all countries. */
	char usual = separator == ',' ? '.' : separator == ';' ? ',' : '\0';
	bool unsure = v->unsure_line[0] > 0 || v->unsure_line[1] > 0;

	if (prices[0] > 0 && prices[1] > 0 && unsure)
		return err_set(e, ERR_INPUT,
		    "the decimal sign of the prices is ambiguous: it is a point in line %u and a comma in line %u, so "
		    "line %u can be read as thousands or as a fraction",
		    v->line[0], v->line[1], v->unsure_line[v->unsure_line[0] == 0]);
	if (prices[0] != prices[1])
		*point = prices[0] > prices[1] ? '.' : ',';
	else if (others[0] != others[1])
		*point = others[0] > others[1] ? '.' : ',';
	else if (unsure && (usual == '\0' || v->unsure_line[usual == '.'] > 0))
		return err_set(e, ERR_INPUT,
		    "the decimal sign of the prices is ambiguous: line %u can be read as thousands or as a fraction, "
		    "and no other price shows which; write prices with two decimals",
		    v->unsure_line[usual == '\0' ? v->unsure_line[0] == 0 : usual == '.']);
	else
		*point = usual == ',' ? ',' : '.';
	return true;
}

struct str
number_plain(struct arena *a, struct str s, char point)
{
	struct numeral x;
	enum number_kind kind = numeral_read(s, &x) ? numeral_kind(&x) : NUMBER_NONE;
	char *p, decimal = '\0';
	size_t n = 0;

	switch (kind) {
	case NUMBER_NONE: return STR_NONE;
	case NUMBER_PLAIN: break;
	case NUMBER_POINT: decimal = '.'; break;
	case NUMBER_COMMA: decimal = ','; break;
	default: decimal = point;
	}
	p = arena_alloc(a, x.n + 2);
	if (x.negative)
		p[n++] = '-';
	for (size_t i = 0; i < x.n; i++)
		if (x.c[i] >= '0' && x.c[i] <= '9')
			p[n++] = x.c[i];
		else if (x.c[i] == decimal)
			p[n++] = '.';
	return str_n(p, n);
}

bool
number_round(struct str plain, int digits, int64_t *out, bool *rounded)
{
	ptrdiff_t point = str_chr(plain, '.');
	size_t keep = point < 0 ? plain.n : (size_t)point + 1 + (size_t)digits;
	struct str rest = str_from(plain, keep);

	*rounded = false;
	if (!num_decimal(str_head(plain, keep), digits, out))
		return false;
	for (size_t i = 0; i < rest.n; i++)
		*rounded = *rounded || rest.p[i] != '0';
	if (rest.n > 0 && rest.p[0] >= '5')
		*out += plain.p[0] == '-' ? -1 : 1;
	return true;
}

struct str
number_of_amount(struct str s, const char *currency_code)
{
	static const struct {
		const char *code, *sign;
	} signs[] = {{"EUR", "€"}, {"USD", "$"}, {"USD", "US$"}, {"GBP", "£"}, {"JPY", "¥"}, {"JPY", "￥"},
	    {"JPY", "円"}, {"CNY", "¥"}, {"CNY", "￥"}, {"CNY", "元"}, {"CHF", "Fr."}, {"CHF", "SFr."}, {"SEK", "kr"},
	    {"NOK", "kr"}, {"DKK", "kr"}, {"DKK", "kr."}, {"ISK", "kr"}, {"PLN", "zł"}, {"CZK", "Kč"}, {"HUF", "Ft"},
	    {"RON", "lei"}, {"BGN", "лв."}, {"TRY", "₺"}, {"UAH", "₴"}, {"INR", "₹"}, {"KRW", "₩"}, {"VND", "₫"},
	    {"THB", "฿"}, {"ILS", "₪"}, {"PHP", "₱"}, {"BRL", "R$"}, {"CAD", "$"}, {"AUD", "$"}, {"NZD", "$"},
	    {"MXN", "$"}};
	struct str sign = str_z(currency_code);

	for (size_t i = 0; i <= ARRAY_LEN(signs); i++) {
		if (sign.n > 0 && str_eq_case(str_head(s, sign.n), sign))
			return str_trim(str_from(s, sign.n));
		if (sign.n > 0 && s.n > sign.n && str_eq_case(str_from(s, s.n - sign.n), sign))
			return str_trim(str_head(s, s.n - sign.n));
		sign =
		    i < ARRAY_LEN(signs) && strcmp(signs[i].code, currency_code) == 0 ? str_z(signs[i].sign) : STR_NONE;
	}
	return s;
}
