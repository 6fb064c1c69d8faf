#include "shop/address.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"

#define MAIL_LOCAL_MAX 64

static const struct {
	const char *name;
	size_t max;
	bool required;
} infos[ADDRESS__MAX] = {
#define ADDRESS(id, name, max, required) [ADDRESS_##id] = {name, max, required},
#include "shop/address.def"
#undef ADDRESS
};

const char *
address_field_name(enum address_field f)
{
	ASSERT(f < ADDRESS__MAX);
	return infos[f].name;
}

static bool
is_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 || cp == 0x2029;
}

/* Trims and collapses blanks. False when the text contains a character that no address line may have. */
static bool
tidy(struct arena *a, struct str typed, struct str *out)
{
	struct str rest = str_trim(typed);
	struct buf b;
	uint32_t cp, last = 0;

	buf_init(&b, a, rest.n + 1);
	while (utf8_next(&rest, &cp)) {
		if (cp == '\t' || cp == 0xa0 || cp == 0x3000)
			cp = ' ';
		if (is_control(cp))
			return false;
		if (cp != ' ' || last != ' ')
			buf_utf8(&b, cp);
		last = cp;
	}
	*out = str_trim(buf_str(&b));
	return rest.n == 0;
}

static bool
is_mail_char(char c)
{
	return c > ' ' && c < 0x7f && c != '@' && c != ',' && c != ';' && c != '<' && c != '>' && c != '"' && c != '('
	    && c != ')' && c != '[' && c != ']' && c != '\\' && c != ':';
}

static bool
dots_divide(struct str s)
{
	struct str part;

	while (str_cut(&s, '.', &part))
		if (part.n == 0)
			return false;
	return true;
}

static bool
is_mail(struct str s)
{
	ptrdiff_t at = str_chr(s, '@');
	struct str local, domain;

	if (at < 1 || at > MAIL_LOCAL_MAX)
		return false;
	local = str_head(s, (size_t)at);
	domain = str_from(s, (size_t)at + 1);
	for (size_t i = 0; i < s.n; i++)
		if (i != (size_t)at && !is_mail_char(s.p[i]))
			return false;
	return str_chr(domain, '.') > 0 && dots_divide(local) && dots_divide(domain);
}

static bool
is_phone(struct str s)
{
	size_t digits = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9')
			digits++;
		else if (str_chr(STR(" +-/()."), s.p[i]) < 0)
			return false;
	}
	return digits >= 4;
}

static bool
wants_region(enum country c)
{
	return c == COUNTRY_US || c == COUNTRY_CA || c == COUNTRY_AU;
}

static bool
required(enum address_kind kind, enum address_field f, enum country c)
{
	if (f == ADDRESS_EMAIL && kind == ADDRESS_BILLING)
		return false;
	if (f == ADDRESS_POSTCODE)
		return c == COUNTRY_NONE || country_has_postcode(c);
	return infos[f].required || (f == ADDRESS_REGION && wants_region(c));
}

static bool
well_formed(struct arena *a, enum address_field f, enum country c, struct str *value)
{
	switch (f) {
	case ADDRESS_EMAIL: return is_mail(*value);
	case ADDRESS_PHONE: return is_phone(*value);
	case ADDRESS_POSTCODE: return c == COUNTRY_NONE || country_postcode(a, c, *value, value);
	case ADDRESS_COUNTRY: *value = str_z(country_info(c)->code); return c != COUNTRY_NONE;
	default: return true;
	}
}

static enum address_fault
check_field(struct arena *a, enum address_field f, enum country c, struct str typed, struct str *clean)
{
	if (!tidy(a, typed, clean))
		return ADDRESS_WRONG;
	if (clean->n == 0)
		return ADDRESS_FINE;
	if (utf8_len(*clean) > infos[f].max)
		return ADDRESS_TOO_LONG;
	return well_formed(a, f, c, clean) ? ADDRESS_FINE : ADDRESS_WRONG;
}

bool
address_check(struct arena *a, enum address_kind kind, const struct address *typed, struct address *clean,
    struct address_faults *faults)
{
	enum country c = COUNTRY_NONE;
	bool fine = true;

	if (!country_find(str_trim(typed->field[ADDRESS_COUNTRY]), &c))
		c = COUNTRY_NONE;
	for (int i = 0; i < ADDRESS__MAX; i++) {
		enum address_field f = (enum address_field)i;

		faults->field[f] = check_field(a, f, c, typed->field[f], &clean->field[f]);
		if (faults->field[f] == ADDRESS_FINE && clean->field[f].n == 0 && required(kind, f, c))
			faults->field[f] = ADDRESS_MISSING;
		fine = fine && faults->field[f] == ADDRESS_FINE;
	}
	return fine;
}

bool
address_given(const struct address *addr)
{
	for (int f = 0; f < ADDRESS__MAX; f++)
		if (f != ADDRESS_COUNTRY && str_trim(addr->field[f]).n > 0)
			return true;
	return false;
}

enum country
address_country(const struct address *addr)
{
	enum country c;

	return country_find(addr->field[ADDRESS_COUNTRY], &c) ? c : COUNTRY_NONE;
}

static struct str
join(struct arena *a, struct str first, const char *between, struct str second)
{
	if (first.n == 0 || second.n == 0)
		return first.n == 0 ? second : first;
	return str_fmt(a, "%.*s%s%.*s", STR_ARG(first), between, STR_ARG(second));
}

static struct str
place_line(struct arena *a, const struct address *addr)
{
	struct str postcode = addr->field[ADDRESS_POSTCODE], city = addr->field[ADDRESS_CITY];
	struct str region = addr->field[ADDRESS_REGION];

	switch (address_country(addr)) {
	case COUNTRY_US:
	case COUNTRY_CA:
	case COUNTRY_AU:
	case COUNTRY_GB:
	case COUNTRY_IE:
	case COUNTRY_NZ:
	case COUNTRY_SG:
	case COUNTRY_TW:
	case COUNTRY_CN:
	case COUNTRY_JP:
	case COUNTRY_KR: return join(a, join(a, city, ", ", region), " ", postcode);
	default: return join(a, join(a, postcode, " ", city), ", ", region);
	}
}

size_t
address_lines(struct arena *a, const struct address *addr, struct str lines[ADDRESS_LINES])
{
	static const enum address_field whole[] = {ADDRESS_NAME, ADDRESS_COMPANY, ADDRESS_STREET, ADDRESS_EXTRA};
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(whole); i++)
		if (addr->field[whole[i]].n > 0)
			lines[n++] = addr->field[whole[i]];
	lines[n++] = place_line(a, addr);
	return n;
}
