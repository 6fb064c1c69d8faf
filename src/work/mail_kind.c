#include "work/mail_kind.h"

static const struct mail_kind_info kinds[MAIL_KIND__MAX] = {
#define MAIL(id, name, reader, use_s, facts, help)                                                                     \
	[MAIL_KIND_##id] = {name, MAIL_##reader, MAIL_ABOUT_##facts, use_s, help},
#include "work/mail_kind.def"
};

const struct mail_kind_info *
mail_kind_info(enum mail_kind kind)
{
	ASSERT(kind < MAIL_KIND__MAX);
	return &kinds[kind];
}

bool
mail_kind_find(struct str name, enum mail_kind *kind)
{
	for (int i = 0; i < MAIL_KIND__MAX; i++)
		if (str_eq_z(name, kinds[i].name)) {
			*kind = (enum mail_kind)i;
			return true;
		}
	return false;
}

bool
mail_kind_has_order(enum mail_kind kind)
{
	return mail_kind_info(kind)->facts <= MAIL_ABOUT_RETURN;
}
