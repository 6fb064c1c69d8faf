#include "base/fill.h"

bool
fill_text(struct buf *b, struct str text, const struct fill_word *words, size_t n)
{
	while (text.n > 0) {
		size_t i = 0;

		while (i < n && !str_starts(text, words[i].name))
			i++;
		if (i < n && words[i].value.p == NULL)
			return false;
		buf_put(b, i < n ? words[i].value : str_head(text, 1));
		text = str_from(text, i < n ? words[i].name.n : 1);
	}
	return true;
}
