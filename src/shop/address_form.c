#include "shop/address_form.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "shop/postcode.h"

#define LINE_MAX_B 4096

static const struct form {
	const char *lines, *native, *fields, *postcodes, *example;
	enum address_word postcode, region, extra;
} forms[COUNTRY__MAX] = {
#define FORM(code, lines, native, fields, postcodes, example, postcode_word, region_word, extra_word)                  \
	[COUNTRY_##code] = {lines, native, fields, postcodes, example, ADDRESS_WORD_##postcode_word,                   \
	    ADDRESS_WORD_##region_word, ADDRESS_WORD_##extra_word},
#include "shop/address_form.def"
#undef FORM
};

static const struct form common = {
    "N;O;A;X;Z C;S", "", "zs", "", "", ADDRESS_WORD_POSTCODE, ADDRESS_WORD_REGION_ANY, ADDRESS_WORD_EXTRA};

static const char letters[ADDRESS__MAX] = {
    [ADDRESS_NAME] = 'N',
    [ADDRESS_COMPANY] = 'O',
    [ADDRESS_STREET] = 'A',
    [ADDRESS_EXTRA] = 'X',
    [ADDRESS_POSTCODE] = 'Z',
    [ADDRESS_CITY] = 'C',
    [ADDRESS_REGION] = 'S',
};

static const struct form *
form_of(enum country c)
{
	ASSERT(c < COUNTRY__MAX);
	return forms[c].lines == NULL ? &common : &forms[c];
}

/* ADDRESS__MAX: the character is none of a field. */
static enum address_field
field_of(char letter)
{
	int f = 0;

	while (f < ADDRESS__MAX && (letters[f] == '\0' || letters[f] != letter))
		f++;
	return (enum address_field)f;
}

enum address_need
address_form_need(enum country c, enum address_field field)
{
	const char *fields = form_of(c)->fields;

	switch (field) {
	case ADDRESS_CITY: return strchr(fields, 'c') != NULL ? ADDRESS_OPTIONAL : ADDRESS_REQUIRED;
	case ADDRESS_POSTCODE:
	case ADDRESS_REGION: break;
	case ADDRESS_NAME:
	case ADDRESS_STREET:
	case ADDRESS_COUNTRY: return ADDRESS_REQUIRED;
	default: return ADDRESS_OPTIONAL;
	}
	if (strchr(fields, letters[field]) != NULL)
		return ADDRESS_REQUIRED;
	return strchr(fields, letters[field] - 'A' + 'a') != NULL ? ADDRESS_OPTIONAL : ADDRESS_UNUSED;
}

enum address_word
address_form_word(enum country c, enum address_field field)
{
	const struct form *form = form_of(c);

	return field == ADDRESS_POSTCODE ? form->postcode : field == ADDRESS_REGION ? form->region : form->extra;
}

static const char *
lines_of(const struct form *form, bool native)
{
	return native && form->native[0] != '\0' ? form->native : form->lines;
}

size_t
address_form_order(enum country c, bool native, enum address_field order[ADDRESS__MAX])
{
	bool taken[ADDRESS__MAX] = {[ADDRESS_COUNTRY] = true};
	size_t n = 0;

	order[n++] = ADDRESS_COUNTRY;
	for (const char *p = lines_of(form_of(c), native); *p != '\0'; p++) {
		enum address_field f = field_of(*p);

		if (f == ADDRESS__MAX)
			continue;
		order[n++] = f;
		taken[f] = true;
	}
	for (int f = ADDRESS_NAME; f < ADDRESS__MAX; f++)
		if (!taken[f])
			order[n++] = (enum address_field)f;
	return n;
}

const char *
address_form_example(enum country c)
{
	return form_of(c)->example;
}

/* Forms elsewhere demand a postcode also of those whose country has none: "0000", "-". */
static bool
means_none(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (strchr("0-. ", s.p[i]) == NULL)
			return false;
	return true;
}

bool
address_form_postcode(struct arena *a, enum country c, struct str typed, struct str *out)
{
	const char *known = form_of(c)->postcodes;
	bool fits = postcode_read(a, known, typed, out) || known[0] == '\0' || out->n == 0;

	if (address_form_need(c, ADDRESS_POSTCODE) == ADDRESS_UNUSED && means_none(*out))
		*out = STR("");
	return fits;
}

/* Han, Kana, Hangul. */
static bool
is_east_asian(struct str s)
{
	uint32_t cp;

	while (utf8_next(&s, &cp))
		if ((cp >= 0x2e80 && cp < 0xa000) || (cp >= 0xac00 && cp < 0xd7b0) || (cp >= 0xf900 && cp < 0xfb00)
		    || (cp >= 0x20000 && cp < 0x40000))
			return true;
	return false;
}

static void
flush(struct buf *line, struct arena *a, struct str *lines, size_t *n)
{
	if (line->n > 0)
		lines[(*n)++] = str_dup(a, buf_str(line));
	line->n = 0;
}

size_t
address_form_lines(struct arena *a, enum country c, const struct address *addr, struct str lines[ADDRESS_LINES])
{
	bool native = is_east_asian(addr->field[ADDRESS_STREET]) || is_east_asian(addr->field[ADDRESS_CITY]);
	const char *p = lines_of(form_of(c), native), *between = p;
	bool taken[ADDRESS__MAX] = {false}, first = true;
	struct buf line;
	size_t n = 0;

	buf_init(&line, a, LINE_MAX_B);
	for (; *p != '\0'; p++) {
		enum address_field f = field_of(*p);

		if (*p == ';') {
			flush(&line, a, lines, &n);
			first = true;
			between = p + 1;
		} else if (f != ADDRESS__MAX) {
			taken[f] = true;
			if (addr->field[f].n > 0) {
				if (first || line.n > 0)
					buf_put(&line, str_n(between, (size_t)(p - between)));
				buf_put(&line, addr->field[f]);
			}
			first = false;
			between = p + 1;
		}
	}
	flush(&line, a, lines, &n);
	for (int f = ADDRESS_NAME; f < ADDRESS_COUNTRY; f++)
		if (!taken[f] && addr->field[f].n > 0)
			lines[n++] = addr->field[f];
	return n;
}
