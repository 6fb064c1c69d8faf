#include "view/format.h"

#include <time.h>

/* Currency signs known to readers of every language; other currencies show their code. */
static const struct {
	const char code[4];
	struct str sign;
} signs[] = {
    {"EUR", STR_INIT("€")},  {"USD", STR_INIT("$")},	{"GBP", STR_INIT("£")}, {"CNY", STR_INIT("¥")},
    {"JPY", STR_INIT("¥")},  {"KRW", STR_INIT("₩")},	{"INR", STR_INIT("₹")}, {"PLN", STR_INIT("zł")},
    {"UAH", STR_INIT("₴")},  {"TRY", STR_INIT("₺")},	{"ILS", STR_INIT("₪")}, {"VND", STR_INIT("₫")},
    {"CZK", STR_INIT("Kč")}, {"CAD", STR_INIT("CA$")}, {"AUD", STR_INIT("A$")}, {"BRL", STR_INIT("R$")},
};

static const struct str nbsp = STR_INIT("\xc2\xa0"), minus = STR_INIT("\xe2\x88\x92");

static uint64_t
magnitude(int64_t i)
{
	return i < 0 ? ~(uint64_t)i + 1 : (uint64_t)i;
}

/* Exactly `width` digits, zero-padded. */
static void
put_digits(struct buf *b, uint64_t u, int width)
{
	char digits[20];

	for (int i = width; i-- > 0; u /= 10)
		digits[i] = (char)('0' + u % 10);
	buf_put(b, str_n(digits, (size_t)width));
}

static uint64_t
unit_of(currency c)
{
	uint64_t unit = 1;

	for (int i = currency_digits(c); i > 0; i--)
		unit *= 10;
	return unit;
}

void
format_money_plain(struct buf *b, struct money m)
{
	uint64_t unit = unit_of(m.cur), u = magnitude(m.minor);

	if (m.minor < 0)
		buf_ch(b, '-');
	buf_u64(b, u / unit);
	if (unit > 1) {
		buf_ch(b, '.');
		put_digits(b, u % unit, currency_digits(m.cur));
	}
}

/* A time out of the calendar's range becomes 1970-01-01. */
static struct tm
calendar(int64_t utc_s, bool local)
{
	const struct tm none = {.tm_year = 70, .tm_mday = 1};
	time_t t = (time_t)utc_s;
	struct tm tm;

	if ((local ? localtime_r(&t, &tm) : gmtime_r(&t, &tm)) == NULL || tm.tm_year > 9999 - 1900
	    || tm.tm_year < -1900)
		return none;
	return tm;
}

static void
put_day(struct buf *b, const struct tm *tm)
{
	put_digits(b, (uint64_t)tm->tm_year + 1900, 4);
	buf_ch(b, '-');
	put_digits(b, (uint64_t)tm->tm_mon + 1, 2);
	buf_ch(b, '-');
	put_digits(b, (uint64_t)tm->tm_mday, 2);
}

void
format_date_iso(struct buf *b, int64_t utc_s)
{
	struct tm tm = calendar(utc_s, false);

	put_day(b, &tm);
	buf_ch(b, 'T');
	put_digits(b, (uint64_t)tm.tm_hour, 2);
	buf_ch(b, ':');
	put_digits(b, (uint64_t)tm.tm_min, 2);
	buf_ch(b, ':');
	put_digits(b, (uint64_t)tm.tm_sec, 2);
	buf_ch(b, 'Z');
}

void
format_json_time(struct json_out *w, const char *name, int64_t utc_s)
{
	struct buf b;

	json_key(w, name);
	buf_init(&b, w->b.a, 40);
	format_date_iso(&b, utc_s);
	if (utc_s == 0)
		json_put_null(w);
	else
		json_put_str(w, buf_str(&b));
}

void
format_date_day(struct buf *b, int64_t utc_s)
{
	struct tm tm = calendar(utc_s, true);

	put_day(b, &tm);
}

void
format_date_clock(struct buf *b, int64_t utc_s)
{
	struct tm tm = calendar(utc_s, true);

	put_digits(b, (uint64_t)tm.tm_hour, 2);
	buf_ch(b, ':');
	put_digits(b, (uint64_t)tm.tm_min, 2);
}

static void
put_grouped(struct buf *b, const struct format *f, uint64_t u)
{
	int groups = 0;
	uint64_t head = u, power = 1;

	/* A separator of several bytes is the narrow no-break space; with it, four digits stay together. */
	if (u < 10000 && f->group.n > 1) {
		buf_u64(b, u);
		return;
	}
	for (; head >= 1000; head /= 1000, power *= 1000)
		groups++;
	buf_u64(b, head);
	for (; groups > 0; groups--) {
		u %= power;
		power /= 1000;
		buf_put(b, f->group);
		put_digits(b, u / power, 3);
	}
}

void
format_kg(struct buf *b, const struct format *f, int64_t g)
{
	int64_t rest = g % 1000, power = 100;

	put_grouped(b, f, (uint64_t)(g / 1000));
	if (rest > 0)
		buf_put(b, f->decimal);
	for (; rest > 0; rest %= power, power /= 10)
		buf_ch(b, (char)('0' + rest / power));
	buf_z(b, "\xc2\xa0kg");
}

void
format_rate(struct buf *b, const struct format *f, int64_t bp)
{
	buf_i64(b, bp / 100);
	if (bp % 100 == 0)
		return;
	buf_put(b, f->decimal);
	put_digits(b, (uint64_t)(bp % 10 == 0 ? bp % 100 / 10 : bp % 100), bp % 10 == 0 ? 1 : 2);
}

void
format_number(struct buf *b, const struct format *f, int64_t i)
{
	if (i < 0)
		buf_put(b, minus);
	put_grouped(b, f, magnitude(i));
}

static struct str
sign_of(currency c)
{
	struct str code = str_z(currency_code(c));

	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		if (code.n == 3 && signs[i].code[0] == code.p[0] && signs[i].code[1] == code.p[1]
		    && signs[i].code[2] == code.p[2])
			return signs[i].sign;
	}
	return code;
}

void
format_money(struct buf *b, const struct format *f, struct money m)
{
	uint64_t unit = unit_of(m.cur), u = magnitude(m.minor);
	struct str sign = sign_of(m.cur);
	const char *p = f->money.p, *end = p + f->money.n;

	if (m.minor < 0)
		buf_put(b, minus);
	for (; p < end; p++) {
		if (*p == '#') {
			put_grouped(b, f, u / unit);
			if (unit > 1) {
				buf_put(b, f->decimal);
				put_digits(b, u % unit, currency_digits(m.cur));
			}
		} else if (*p == '$') {
			buf_put(b, sign);
			/* A letter code is set off from the digits by a blank. */
			if (p + 1 < end && p[1] == '#' && sign.n == 3 && sign.p[0] >= 'A' && sign.p[0] <= 'Z'
			    && sign.p[2] >= 'A' && sign.p[2] <= 'Z')
				buf_put(b, nbsp);
		} else if (*p == ' ') {
			buf_put(b, nbsp);
		} else {
			buf_ch(b, *p);
		}
	}
}

void
format_date(struct buf *b, const struct format *f, int64_t utc_s)
{
	struct tm tm = calendar(utc_s, true);

	for (size_t i = 0; i < f->date.n; i++) {
		char c = f->date.p[i];

		if (c == 'd')
			buf_u64(b, (uint64_t)tm.tm_mday);
		else if (c == 'm')
			buf_u64(b, (uint64_t)tm.tm_mon + 1);
		else if (c == 'M')
			buf_put(b, f->months[tm.tm_mon]);
		else if (c == 'y')
			put_digits(b, (uint64_t)tm.tm_year + 1900, 4);
		else
			buf_ch(b, c);
	}
}
