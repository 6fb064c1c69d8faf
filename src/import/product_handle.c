#include "import/product_handle.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "plat/text/fold.h"

#define MADE_MAX 180
#define TEXT_MAX_B ((size_t)4000)

bool
product_handle_check(struct str s)
{
	uint32_t cp;

	if (s.n == 0 || utf8_len(s) > PRODUCT_HANDLE_MAX || str_eq_z(s, ".") || str_eq_z(s, ".."))
		return false;
	while (s.n > 0) {
		if (!utf8_next(&s, &cp))
			return false;
		if (cp <= 0x20 || (cp >= 0x7f && cp <= 0xa0) || cp == 0x3000)
			return false;
		if (cp < 0x80 && strchr("/?#%\\\"<>&", (int)cp) != NULL)
			return false;
	}
	return true;
}

/* Punctuation and symbols outside ASCII, by block; all else there counts as letters. */
static bool
is_letter(uint32_t cp)
{
	static const struct {
		uint32_t from, to;
	} marks[] = {{0x80, 0xa9}, {0xab, 0xb1}, {0xb4, 0xb4}, {0xb6, 0xb8}, {0xbb, 0xbf}, {0xd7, 0xd7}, {0xf7, 0xf7},
	    {0x2000, 0x206f}, {0x20a0, 0x20cf}, {0x2190, 0x2bff}, {0x3000, 0x3004}, {0x3008, 0x3020}, {0xe000, 0xf8ff},
	    {0xfe00, 0xfe6f}, {0xfeff, 0xfeff}, {0xff00, 0xff0f}, {0xfff0, 0xffff}, {0x1f000, 0x1faff},
	    {0xe0000, 0x10ffff}};

	if (cp < 0x80)
		return (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') || (cp >= '0' && cp <= '9') || cp == '_';
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (cp >= marks[i].from && cp <= marks[i].to)
			return false;
	return true;
}

/* Vanishes instead of separating words: "men's" gives "mens". */
static bool
is_silent(uint32_t cp)
{
	return cp == '\'' || cp == 0x2019 || cp == 0x00ad || (cp >= 0x200b && cp <= 0x200d) || cp == 0xfeff;
}

struct str
product_handle_make(struct arena *a, struct str text)
{
	struct str folded, rest;
	struct err ignored = {0};
	bool due = false;
	size_t chars = 0;
	struct buf b;

	text = utf8_head(text, TEXT_MAX_B);
	if (!fold_text(a, text, FOLD_PLAIN, &folded, &ignored)) {
		err_clear(&ignored);
		folded = text;
	}
	buf_init(&b, a, MADE_MAX * 4 + 1);
	for (rest = folded; rest.n > 0 && chars < MADE_MAX;) {
		struct str from = rest;
		uint32_t cp;

		if (!utf8_next(&rest, &cp))
			break;
		if (is_silent(cp))
			continue;
		if (!is_letter(cp)) {
			due = b.n > 0;
			continue;
		}
		if (due) {
			buf_ch(&b, '-');
			chars++;
		}
		due = false;
		buf_put(&b, str_head(from, from.n - rest.n));
		chars++;
	}
	return b.n > 0 ? buf_str(&b) : STR("product");
}
