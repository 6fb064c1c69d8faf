#include "shop/particular/particular.h"

#include <string.h>

enum { OWN_PLAIN, OWN_WORDS };

static const struct particular_info infos[] = {
#define PARTICULAR(id, name, column, other, form, own) \
	{name, column, other, PARTICULAR_FORM_##form, OWN_##own == OWN_WORDS},
#include "shop/particular/particular.def"
#undef PARTICULAR
};

/* Before 2021 labels had seven of these steps, in groups that moved up; since then A to G. */
static const char *const steps[] = {"A+++", "A++", "A+", "A", "B", "C", "D", "E", "F", "G"};

static const struct {
	struct str name;
	size_t best; /* in steps */
} scales[] = {{STR_INIT("A-G"), 3}, {STR_INIT("A+++-D"), 0}, {STR_INIT("A++-E"), 1}, {STR_INIT("A+-F"), 2}};

const struct particular_info *
particular_info(enum particular p)
{
	return &infos[p];
}

bool
particulars_any(const struct particulars *p)
{
	for (size_t i = 0; i < PARTICULAR__MAX; i++)
		if (p->v[i].n > 0)
			return true;
	return false;
}

void
particulars_fill(struct particulars *p, const struct particulars *from)
{
	for (size_t i = 0; i < PARTICULAR__MAX; i++)
		if (p->v[i].n == 0)
			p->v[i] = from->v[i];
}

static size_t
scale_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(scales); i++)
		if (str_eq(name, scales[i].name))
			return scales[i].best;
	return scales[0].best;
}

int
particular_energy_step(struct str scale, struct str cls)
{
	size_t best = scale_of(scale);

	for (size_t i = 0; i < PARTICULAR_CLASSES; i++)
		if (str_eq_z(cls, steps[best + i]))
			return (int)i + 1;
	return 0;
}

void
particular_energy_ends(struct str scale, struct str *best, struct str *worst)
{
	size_t i = scale_of(scale);

	*best = str_z(steps[i]);
	*worst = str_z(steps[i + PARTICULAR_CLASSES - 1]);
}

/* Only the letters and signs of classes count: "A+++ - D", "a+++ to d", "A+++–D" are the same. */
struct str
particular_energy_scale(struct str typed)
{
	char plain[8];
	size_t n = 0;

	for (size_t i = 0; i < typed.n && n < sizeof(plain); i++) {
		char c = typed.p[i] >= 'a' && typed.p[i] <= 'g' ? (char)(typed.p[i] - 'a' + 'A') : typed.p[i];

		if ((c >= 'A' && c <= 'G') || c == '+')
			plain[n++] = c;
	}
	for (size_t i = 0; i < ARRAY_LEN(scales); i++) {
		struct str name = scales[i].name;

		if (name.n == n + 1 && memcmp(name.p, plain, n - 1) == 0 && name.p[n] == plain[n - 1])
			return name;
	}
	return STR_NONE;
}

const char *
maker_lacks(const struct maker *m, bool in_union)
{
	if (m->address.n == 0)
		return "its postal address";
	if (m->contact.n == 0)
		return "its mail address or web page";
	if (m->country.n == 0)
		return "its country";
	if (in_union)
		return NULL;
	if (m->eu_company.n == 0 || m->eu_address.n == 0)
		return "name and address of the responsible person in the EU";
	return m->eu_contact.n == 0 ? "mail address or web page of the responsible person in the EU" : NULL;
}
