#include "shop/catalogue.h"

#include "base/buf.h"
#include "base/num.h"

bool
catalogue_is_digital(const struct catalogue_variant *v)
{
	return !v->shipped && !v->stock.tracked;
}

bool
catalogue_is_gtin(struct str barcode)
{
	static const char *const inside[] = {"00000", "002", "004", "005", "02", "098", "099"}; /* of 14 digits */
	char digits[15] = "00000000000000";
	unsigned sum = 0;

	if (barcode.n != 8 && (barcode.n < 12 || barcode.n > 14))
		return false;
	for (size_t i = 0; i < barcode.n; i++) {
		char c = barcode.p[i];

		if (c < '0' || c > '9')
			return false;
		digits[14 - barcode.n + i] = c;
		sum += (unsigned)(c - '0') * ((barcode.n - i) % 2 == 0 ? 3 : 1);
	}
	if (sum % 10 != 0)
		return false;
	if (barcode.n == 8)
		return barcode.p[0] != '0' && barcode.p[0] != '2';
	for (size_t i = 0; i < ARRAY_LEN(inside); i++)
		if (str_starts(str_from(str_n(digits, 14), barcode.n == 14 ? 1 : 0),
			str_from(str_z(inside[i]), barcode.n == 14 ? 1 : 0)))
			return false;
	return true;
}

bool
catalogue_unit_price(const struct catalogue_variant *v, int64_t *minor)
{
	static const struct {
		const char *unit;
		int kind;
		int64_t factor; /* in the smallest unit of its kind */
	} units[] = {{"mg", 0, 1}, {"g", 0, 1000}, {"kg", 0, 1000000}, {"ml", 1, 1}, {"cl", 1, 10}, {"l", 1, 1000},
	    {"mm", 2, 1}, {"cm", 2, 10}, {"m", 2, 1000}, {"m2", 3, 1}, {"item", 4, 1}};
	const struct catalogue_measure *m = &v->measure;
	int64_t content = 0, base = 0;
	int content_kind = -1, base_kind = -2;

	if (m->content_milli <= 0 || m->base_milli <= 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (str_eq_z(m->content_unit, units[i].unit)) {
			content_kind = units[i].kind;
			if (!num_mul(m->content_milli, units[i].factor, &content))
				return false;
		}
		if (str_eq_z(m->base_unit, units[i].unit)) {
			base_kind = units[i].kind;
			if (!num_mul(m->base_milli, units[i].factor, &base))
				return false;
		}
	}
	return content_kind == base_kind && num_mul_div(v->price_minor, base, content, minor);
}

struct str
catalogue_variant_text(struct arena *a, const struct catalogue_variant *v)
{
	struct buf b;

	buf_init(&b, a, CATALOGUE_OPTIONS * (CATALOGUE_WORD_B + sizeof(" / ")));
	for (size_t i = 0; i < CATALOGUE_OPTIONS; i++) {
		if (v->words[i].text.n == 0)
			continue;
		if (b.n > 0)
			buf_z(&b, " / ");
		buf_put(&b, v->words[i].text);
	}
	return buf_str(&b);
}
