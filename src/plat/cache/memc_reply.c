#include "plat/cache/memc_reply.h"

#include "base/num.h"

static const struct {
	struct str word;
	enum memc_code code;
} codes[] = {
    {STR_INIT("VA"), MEMC_CODE_VA},
    {STR_INIT("HD"), MEMC_CODE_HD},
    {STR_INIT("EN"), MEMC_CODE_EN},
    {STR_INIT("NS"), MEMC_CODE_NS},
    {STR_INIT("EX"), MEMC_CODE_EX},
    {STR_INIT("NF"), MEMC_CODE_NF},
};

static bool
parse_code(struct str word, enum memc_code *code)
{
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		if (str_eq(word, codes[i].word)) {
			*code = codes[i].code;
			return true;
		}
	}
	return false;
}

/* Flags that say nothing here are passed over, as the protocol wants of its readers. */
static bool
parse_flag(struct str flag, struct memc_reply *r)
{
	if (flag.n == 0)
		return true;
	switch (flag.p[0]) {
	case 'c': return num_u64(str_from(flag, 1), 0, UINT64_MAX, &r->cas);
	case 'O': return num_u64(str_from(flag, 1), 1, UINT64_MAX, &r->opaque);
	case 'W': r->won = true; return true;
	default: return true;
	}
}

bool
memc_reply_parse(struct str line, struct memc_reply *r)
{
	struct str word;
	uint64_t value_b;

	*r = (struct memc_reply){0};
	if (!str_cut(&line, ' ', &word) || !parse_code(word, &r->code))
		return false;
	if (r->code == MEMC_CODE_VA) {
		if (!str_cut(&line, ' ', &word) || !num_u64(word, 0, SIZE_MAX / 2, &value_b))
			return false;
		r->value_b = (size_t)value_b;
	}
	while (str_cut(&line, ' ', &word))
		if (!parse_flag(word, r))
			return false;
	return true;
}
