#include "shop/address.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"
#include "shop/address_form.h"

#define MAIL_LOCAL_MAX 64

static const struct {
	const char *name;
	size_t max;
} infos[ADDRESS__MAX] = {
#define ADDRESS(id, name, max) [ADDRESS_##id] = {name, max},
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

bool
address_has(enum address_kind kind, enum address_field f)
{
	switch (f) {
	case ADDRESS_EMAIL: return kind != ADDRESS_BILLING;
	case ADDRESS_PHONE: return kind == ADDRESS_DELIVERY || kind == ADDRESS_PERSON;
	case ADDRESS_NAME:
	case ADDRESS_COMPANY: return true;
	case ADDRESS_POSTCODE:
	case ADDRESS_COUNTRY: return kind != ADDRESS_PERSON;
	default: return kind == ADDRESS_DELIVERY || kind == ADDRESS_BILLING;
	}
}

static bool
required(enum address_kind kind, enum address_field f, enum country c)
{
	if (!address_has(kind, f))
		return false;
	if (f == ADDRESS_EMAIL)
		return true;
	return address_form_need(c, f) == ADDRESS_REQUIRED;
}

static enum address_fault
well_formed(struct arena *a, enum address_field f, enum country c, struct str *value)
{
	switch (f) {
	case ADDRESS_EMAIL: return is_mail(*value) ? ADDRESS_FINE : ADDRESS_WRONG;
	case ADDRESS_POSTCODE: return address_form_postcode(a, c, *value, value) ? ADDRESS_FINE : ADDRESS_UNUSUAL;
	case ADDRESS_COUNTRY:
		*value = str_z(country_info(c)->code);
		return c != COUNTRY_NONE ? ADDRESS_FINE : ADDRESS_WRONG;
	default: return ADDRESS_FINE;
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
	return well_formed(a, f, c, clean);
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

		faults->field[f] = ADDRESS_FINE;
		clean->field[f] = STR_NONE;
		if (address_has(kind, f))
			faults->field[f] = check_field(a, f, c, typed->field[f], &clean->field[f]);
		if (faults->field[f] == ADDRESS_FINE && clean->field[f].n == 0 && required(kind, f, c))
			faults->field[f] = ADDRESS_MISSING;
		fine = fine && (faults->field[f] == ADDRESS_FINE || faults->field[f] == ADDRESS_UNUSUAL);
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

size_t
address_lines(struct arena *a, const struct address *addr, struct str lines[ADDRESS_LINES])
{
	return address_form_lines(a, address_country(addr), addr, lines);
}
