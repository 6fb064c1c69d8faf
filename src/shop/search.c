#include "shop/search.h"

#include <string.h>

#include "base/utf8.h"

enum script { BREAK, WORD, BIGRAM, JOIN };

/* The text is case-folded: there are no upper-case letters. */
static enum script
script_of(uint32_t cp)
{
	static const struct {
		uint32_t from, to;
		enum script script;
	} ranges[] = {
	    {'0', '9', WORD},
	    {'a', 'z', WORD},
	    {'\'', '\'', JOIN},
	    {0x00ad, 0x00ad, JOIN},
	    {0x00b5, 0x00b5, WORD},
	    {0x00df, 0x02af, WORD},
	    {0x0370, 0x03ff, WORD},
	    {0x0400, 0x0559, WORD},
	    {0x0561, 0x0588, WORD},
	    {0x05d0, 0x05f2, WORD},
	    {0x0620, 0x0669, WORD},
	    {0x066e, 0x06d3, WORD},
	    {0x06d5, 0x0963, WORD},
	    {0x0966, 0x0dff, WORD},
	    {0x0e01, 0x0e4e, BIGRAM}, /* Thai */
	    {0x0e50, 0x0e59, WORD},
	    {0x0e80, 0x0eff, BIGRAM}, /* Lao */
	    {0x1000, 0x109f, BIGRAM}, /* Burmese */
	    {0x10a0, 0x1cff, WORD},
	    {0x1780, 0x17ff, BIGRAM}, /* Khmer */
	    {0x1d00, 0x1fff, WORD},
	    {0x2c00, 0x2dff, WORD},
	    {0x3005, 0x3007, BIGRAM},
	    {0x3041, 0x309f, BIGRAM}, /* Hiragana */
	    {0x30a1, 0x30ff, BIGRAM}, /* Katakana */
	    {0x3400, 0x4dbf, BIGRAM},
	    {0x4e00, 0x9fff, BIGRAM},
	    {0xa640, 0xabff, WORD},
	    {0xac00, 0xd7a3, WORD}, /* Hangul: Korean separates words by blanks */
	    {0xf900, 0xfaff, BIGRAM},
	    {0x20000, 0x3ffff, BIGRAM},
	};

	for (size_t i = ARRAY_LEN(ranges); i-- > 0;) /* a narrower range comes after the wider one */
		if (cp >= ranges[i].from && cp <= ranges[i].to)
			return ranges[i].script;
	return BREAK;
}

void
search_tokens_init(struct search_tokens *t, struct arena *a, size_t max)
{
	*t = (struct search_tokens){.a = a, .max = max, .n_slots = 64};
	while (t->n_slots < max * 2)
		t->n_slots *= 2;
	t->token = ARENA_ARRAY(a, struct search_token, max);
	t->slot = ARENA_ARRAY(a, uint32_t, t->n_slots);
}

void
search_tokens_reset(struct search_tokens *t, struct arena *a)
{
	memset(t->slot, 0, t->n_slots * sizeof(t->slot[0]));
	t->n = 0;
	t->a = a;
}

/* The token's slot in the hash table, or the free slot for it. */
static size_t
search_slot_of(const struct search_tokens *t, struct str s)
{
	size_t i;

	for (i = str_hash(s) & (t->n_slots - 1); t->slot[i] != 0; i = (i + 1) & (t->n_slots - 1))
		if (str_eq(t->token[t->slot[i] - 1].text, s))
			break;
	return i;
}

struct search_token *
search_find(struct search_tokens *t, struct str token)
{
	size_t i = search_slot_of(t, token);

	return t->slot[i] == 0 ? NULL : &t->token[t->slot[i] - 1];
}

static void
search_put(struct search_tokens *t, struct str s)
{
	size_t i;

	s = utf8_head(s, SEARCH_TOKEN_MAX_B);
	i = search_slot_of(t, s);
	if (t->slot[i] != 0 || t->n == t->max)
		return;
	t->token[t->n++] = (struct search_token){.text = str_dup(t->a, s)};
	t->slot[i] = (uint32_t)t->n;
}

/* Adds a word without its inner apostrophes. */
static void
put_word(struct search_tokens *t, struct str s)
{
	char word[SEARCH_TOKEN_MAX_B + 4];
	size_t n = 0;
	uint32_t cp;

	while (s.n > 0 && n <= SEARCH_TOKEN_MAX_B) {
		struct str rest = s;

		if (!utf8_next(&rest, &cp))
			break;
		if (script_of(cp) != JOIN && n + (s.n - rest.n) < sizeof(word)) {
			memcpy(word + n, s.p, s.n - rest.n);
			n += s.n - rest.n;
		}
		s = rest;
	}
	if (n > 0)
		search_put(t, str_n(word, n));
}

static void
put_bigrams(struct search_tokens *t, struct str run)
{
	struct str first = run, second;
	uint32_t cp;

	if (!utf8_next(&run, &cp))
		return;
	if (run.n == 0)
		search_put(t, first);
	while (run.n > 0) {
		second = run;
		if (!utf8_next(&run, &cp))
			return;
		search_put(t, str_n(first.p, (size_t)(run.p - first.p)));
		first = second;
	}
}

void
search_add(struct search_tokens *t, struct str s)
{
	while (s.n > 0) {
		struct str run = s, rest = s;
		enum script script, next;
		uint32_t cp;

		if (!utf8_next(&rest, &cp)) {
			s = str_from(s, 1);
			continue;
		}
		script = script_of(cp);
		for (s = rest; rest.n > 0 && utf8_next(&rest, &cp); s = rest) {
			next = script_of(cp);
			if (next != script && !(script == WORD && next == JOIN))
				break;
		}
		run.n = (size_t)(s.p - run.p);
		if (script == WORD)
			put_word(t, run);
		else if (script == BIGRAM)
			put_bigrams(t, run);
	}
}

static bool
search_is_blank(char c)
{
	return (unsigned char)c <= ' ';
}

static bool
has_blank(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (search_is_blank(s.p[i]))
			return true;
	return false;
}

void
search_add_code(struct search_tokens *t, struct str s)
{
	char joined[SEARCH_TOKEN_MAX_B];
	size_t n = 0;

	s = str_trim(s);
	if (s.n == 0 || s.n > SEARCH_TOKEN_MAX_B)
		return;
	if (!has_blank(s)) /* tokens never contain blanks */
		search_put(t, s);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '-' && s.p[i] != '.' && s.p[i] != '/' && s.p[i] != '_' && !search_is_blank(s.p[i]))
			joined[n++] = s.p[i];
	if (n > 0)
		search_put(t, str_n(joined, n));
	search_add(t, s);
}
