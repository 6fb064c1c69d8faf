#include "plat/text/fold.h"

#include <utf8proc.h>

#include "base/buf.h"
#include "base/utf8.h"

#define DIAERESIS 0x0308

static bool
is_accent(uint32_t cp)
{
	return (cp >= 0x0300 && cp <= 0x036f) || (cp >= 0x0483 && cp <= 0x0487) || (cp >= 0x0591 && cp <= 0x05c7)
	    || cp == 0x0640 || (cp >= 0x064b && cp <= 0x065f) || cp == 0x0670;
}

/* Letters whose mark is not a separate accent in NFD. */
static uint32_t
bare(uint32_t cp)
{
	switch (cp) {
	case 0xf8: return 'o';	  /* o with stroke */
	case 0x142: return 'l';	  /* l with stroke */
	case 0x111: return 'd';	  /* d with stroke */
	case 0x131: return 'i';	  /* dotless i */
	case 0x2019: return '\''; /* the apostrophe of typesetters */
	default: return cp;
	}
}

bool
fold_text(struct arena *a, struct str s, enum fold_how how, struct str *out, struct err *e)
{
	const utf8proc_option_t options = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
	utf8proc_ssize_t n, kept = 0;
	utf8proc_int32_t *cps;
	struct buf b;

	if (s.n > FOLD_MAX_B || !utf8_valid(s))
		return err_set(e, ERR_INPUT, "the text is too long or not UTF-8");
	*out = STR("");
	if (s.n == 0)
		return true;
	n = utf8proc_decompose((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, NULL, 0, options);
	if (n < 0)
		return err_set(e, ERR_INPUT, "%s", utf8proc_errmsg(n));
	cps = arena_try(a, ((size_t)n + 1) * sizeof(*cps));
	if (cps == NULL)
		return err_set(e, ERR_LIMIT, "no memory to fold a text of %zu bytes", s.n);
	n = utf8proc_decompose((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, cps, n, options);
	for (utf8proc_ssize_t i = 0; i < n; i++) {
		uint32_t cp = (uint32_t)cps[i];

		if (cp == DIAERESIS && how == FOLD_GERMAN && kept > 0
		    && (cps[kept - 1] == 'a' || cps[kept - 1] == 'o' || cps[kept - 1] == 'u'))
			cps[kept++] = 'e';
		else if (!is_accent(cp))
			cps[kept++] = (utf8proc_int32_t)bare(cp);
	}
	n = kept == 0 ? 0 : utf8proc_normalize_utf32(cps, kept, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
	buf_init(&b, a, FOLD_MAX_B * 4);
	for (utf8proc_ssize_t i = 0; i < n; i++)
		buf_utf8(&b, (uint32_t)cps[i]);
	*out = buf_str(&b);
	return buf_check(&b, e);
}
