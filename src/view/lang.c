#include "view/lang.h"

#include "base/buf.h"
#include "base/num.h"
#include "plat/text/file.h"

#define TAG_MAX_B 35 /* RFC 5646, section 4.4.1 */

static const struct {
	struct str tag, name, dir, decimal, group, money, date, months, plural;
} known[] = {
#define LANG(tag, name, dir, decimal, group, money, date, months, plural)                                              \
	{STR_INIT(tag), STR_INIT(name), STR_INIT(dir), STR_INIT(decimal), STR_INIT(group), STR_INIT(money),            \
	    STR_INIT(date), STR_INIT(months), STR_INIT(plural)},
#include "view/lang.def"
#undef LANG
};

static bool
lang_init(struct arena *a, struct str tag, struct lang *l, struct err *e)
{
	size_t i = 0;
	struct str months;

	while (i < ARRAY_LEN(known) && !str_eq_case(tag, known[i].tag))
		i++;
	if (i == ARRAY_LEN(known))
		return err_set(e, ERR_INPUT, "language '%.*s' is not known", STR_ARG(str_head(tag, 40)));
	l->tag = known[i].tag;
	l->path = str_lower(a, l->tag);
	l->name = known[i].name;
	l->dir = known[i].dir;
	l->format = (struct format){.decimal = known[i].decimal, .money = known[i].money, .date = known[i].date};
	l->format.group = str_eq_z(known[i].group, "~") ? STR("\xe2\x80\xaf") : known[i].group;
	months = known[i].months;
	for (size_t m = 0; m < 12 && str_cut(&months, '|', &l->format.months[m]); m++)
		;
	return plural_parse(known[i].plural, &l->plural, e);
}

bool
langs_init(struct arena *a, const struct str *tags, size_t n, struct langs *out, struct err *e)
{
	*out = (struct langs){0};
	if (n == 0 || n > LANG_MAX)
		return err_set(e, ERR_INPUT, "1 to %d languages are allowed, not %zu", LANG_MAX, n);
	for (; out->n < n; out->n++) {
		struct lang *l = &out->lang[out->n];

		if (!lang_init(a, tags[out->n], l, e))
			return false;
		if (lang_find(out, l->path) != NULL)
			return err_set(e, ERR_INPUT, "language '%.*s' is listed twice", STR_ARG(l->tag));
		l->index = out->n;
	}
	return true;
}

bool
langs_load(struct arena *a, struct langs *langs, struct str dir, struct err *e)
{
	for (size_t i = 0; i < langs->n; i++) {
		struct lang *l = &langs->lang[i];
		struct str path = str_fmt(a, "%.*s/%.*s.mo", STR_ARG(dir), STR_ARG(l->tag)), bytes;
		bool found;

		if (!file_find(a, path.p, CATALOGUE_MAX_B, &bytes, &found, e))
			return false;
		if (!found)
			continue;
		if (!messages_open(bytes, &l->texts, e))
			return err_context(e, "%s", path.p);
		l->plural = l->texts.plural;
		l->has_texts = true;
	}
	return true;
}

const struct lang *
lang_find(const struct langs *langs, struct str path)
{
	for (size_t i = 0; i < langs->n; i++)
		if (str_eq(langs->lang[i].path, path))
			return &langs->lang[i];
	return NULL;
}

/* The q value in thousandths, "0.8" as 800; 1000 when absent, 0 when malformed. */
static int
weight(struct str parameters)
{
	struct str p;
	int64_t q = 1000;

	while (str_cut(&parameters, ';', &p)) {
		p = str_trim(p);
		if ((str_starts(p, STR("q=")) || str_starts(p, STR("Q=")))
		    && (!num_decimal(str_from(p, 2), 3, &q) || q < 0 || q > 1000))
			return 0;
	}
	return (int)q;
}

/* Browsers ask for Chinese by region as often as by script. */
static struct str
script_of(struct str range)
{
	static const struct {
		struct str range, tag;
	} aliases[] = {
	    {STR_INIT("zh-CN"), STR_INIT("zh-Hans")}, {STR_INIT("zh-SG"), STR_INIT("zh-Hans")},
	    {STR_INIT("zh-TW"), STR_INIT("zh-Hant")}, {STR_INIT("zh-HK"), STR_INIT("zh-Hant")},
	    {STR_INIT("zh-MO"), STR_INIT("zh-Hant")},
	};

	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (str_eq_case(range, aliases[i].range))
			return aliases[i].tag;
	return range;
}

static struct str
primary_subtag(struct str tag)
{
	ptrdiff_t dash = str_chr(tag, '-');

	return dash < 0 ? tag : str_head(tag, (size_t)dash);
}

/* 3: equal; 2: one is a prefix of the other ("de-AT", "de"); 1: same language, other script; 0: no match. */
static int
closeness(const struct lang *l, struct str range)
{
	struct str tag = l->tag, shorter = tag.n < range.n ? tag : range, longer = tag.n < range.n ? range : tag;

	if (str_eq_case(tag, range))
		return 3;
	if (str_eq_case(shorter, str_head(longer, shorter.n)) && longer.p[shorter.n] == '-')
		return 2;
	return str_eq_case(primary_subtag(tag), primary_subtag(range)) ? 1 : 0;
}

/* A language of two or three letters, then parts of up to eight letters or digits. */
static bool
is_tag(struct str tag)
{
	struct str part;
	bool first = true;

	while (str_cut(&tag, '-', &part)) {
		if (part.n < (first ? 2 : 1) || part.n > (first ? 3 : 8))
			return false;
		for (size_t i = 0; i < part.n; i++) {
			char c = part.p[i];

			if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && (first || !(c >= '0' && c <= '9')))
				return false;
		}
		first = false;
	}
	return true;
}

const struct lang *
lang_near(const struct langs *langs, struct arena *a, struct str tag)
{
	const struct lang *best = NULL;
	int best_close = 0;
	struct buf b;

	if (tag.n > TAG_MAX_B)
		return NULL;
	buf_init(&b, a, TAG_MAX_B + 1);
	for (size_t i = 0; i < tag.n; i++)
		buf_ch(&b, (char)(tag.p[i] == '_' ? '-' : tag.p[i]));
	tag = buf_str(&b);
	if (!is_tag(tag))
		return NULL;
	tag = script_of(tag);
	for (size_t i = 0; i < langs->n; i++) {
		int close = closeness(&langs->lang[i], tag);

		if (close > best_close) {
			best = &langs->lang[i];
			best_close = close;
		}
	}
	return best;
}

const struct lang *
lang_negotiate(const struct langs *langs, struct str header)
{
	const struct lang *best = &langs->lang[0];
	int best_score = 0;
	struct str item;

	header = str_head(header, 1000);
	while (str_cut(&header, ',', &item)) {
		struct str range;
		int q;

		if (!str_cut(&item, ';', &range))
			continue;
		range = script_of(str_trim(range));
		q = weight(item);
		if (range.n == 0 || str_eq_z(range, "*"))
			continue;
		for (size_t i = 0; i < langs->n; i++) {
			int close = closeness(&langs->lang[i], range), score = close == 0 ? 0 : q * 4 + close;

			if (q > 0 && score > best_score) {
				best = &langs->lang[i];
				best_score = score;
			}
		}
	}
	return best;
}
