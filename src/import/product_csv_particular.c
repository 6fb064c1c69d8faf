#include "import/product_particular.h"
#include "import/product_csv_impl.h"

bool
product_particular_column(struct product_csv *pc, struct str name, size_t at)
{
	struct str label = product_spec_label(name);
	enum particular p = particular_of_column(label.n > 0 ? label : name);

	if (p == PARTICULAR__MAX || pc->particular_at[p] >= 0)
		return false;
	pc->particular_at[p] = (int)at;
	pc->given |= 1U << p;
	return true;
}

static struct str
particular_text(const struct product_row *r, size_t at)
{
	struct str s = product_unquote(product_trim(r->cells->cell[at].text)), value;
	bool lost;

	if (s.n == 0)
		return s;
	value = product_spec_value(r->pc->group, s, &lost);
	return lost ? s : value;
}

void
product_read_particulars(const struct product_row *r, struct product *p)
{
	enum particular about;
	const char *why;

	p->given = r->pc->given;
	for (int i = 0; i < PARTICULAR__MAX; i++) {
		int at = r->pc->particular_at[i];

		if (at < 0 || (size_t)at >= r->cells->n)
			continue;
		why = particular_cell(r->pc->group, (enum particular)i, particular_text(r, (size_t)at),
		    r->pc->setup.point, &p->particulars.v[i]);
		if (why != NULL)
			product_note_cell(r, false, at, particular_info((enum particular)i)->column, why);
	}
	why = particulars_settle(&p->particulars, &about);
	if (why != NULL && r->pc->particular_at[about] >= 0)
		product_note_cell(r, false, r->pc->particular_at[about], particular_info(about)->column, why);
}
