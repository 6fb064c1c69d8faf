/* fuzz_html_clean.c - foreign descriptions: the output has only allowed tags and attributes, and cleaning it again
 * changes nothing. */
#include "plat/text/html_clean.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static bool
is_allowed(struct str tag)
{
	static const char *const heads[] = {"p>", "br>", "ul>", "ol>", "li>", "blockquote>", "h2>", "h3>", "h4>",
	    "table>", "caption>", "thead>", "tbody>", "tr>", "th>", "td>", "th ", "td ", "strong>", "em>", "b>", "i>",
	    "u>", "sub>", "sup>", "a href=\"", "a>"};

	if (str_starts(tag, STR("/")))
		tag = str_from(tag, 1);
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		if (str_starts(tag, str_z(heads[i])))
			return true;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str out, again;
	struct err e = {0};
	struct arena a;

	arena_init(&a, (size_t)64 << 20);
	if (html_clean(&a, str_n(data, size), &out, &e)) {
		for (struct str s = out; str_chr(s, '<') >= 0;) {
			s = str_from(s, (size_t)str_chr(s, '<') + 1);
			ASSERT(is_allowed(s));
		}
		ASSERT(html_clean(&a, out, &again, &e) && str_eq(out, again));
	}
	arena_fini(&a);
	return 0;
}
