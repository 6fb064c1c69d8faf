#include "import/picture_name.h"

#include <string.h>

#define NAME_MAX_B 255
#define UUID_B 37 /* with the underscore before it */

struct names {
	struct arena *a;
	struct str *out;
	size_t n;
};

bool
picture_is_remote(struct str s)
{
	return str_starts(s, STR("//")) || str_eq_case(str_head(s, 7), STR("http://"))
	       || str_eq_case(str_head(s, 8), STR("https://"));
}

/* Every part of the path is a file name, and none goes up. */
static bool
stays_inside(struct str path)
{
	struct str part;

	if (path.n == 0 || memchr(path.p, '\0', path.n) != NULL)
		return false;
	while (str_cut(&path, '/', &part))
		if (part.n == 0 || part.n > NAME_MAX_B || str_eq_z(part, ".") || str_eq_z(part, ".."))
			return false;
	return true;
}

static void
names_add(struct names *x, struct str path)
{
	if (x->n == PICTURE_NAMES_MAX || !stays_inside(path))
		return;
	for (size_t i = 0; i < x->n; i++)
		if (str_eq(x->out[i], path))
			return;
	x->out[x->n++] = path;
}

static struct str
last_part(struct str s)
{
	for (ptrdiff_t i; (i = str_chr(s, '/')) >= 0;)
		s = str_from(s, (size_t)i + 1);
	return s;
}

static struct str
without(struct str s, char from)
{
	ptrdiff_t i = str_chr(s, from);

	return i < 0 ? s : str_head(s, (size_t)i);
}

static int
hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

static struct str
decoded(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '%' && i + 2 < s.n && hex(s.p[i + 1]) >= 0 && hex(s.p[i + 2]) >= 0) {
			p[n++] = (char)(hex(s.p[i + 1]) << 4 | hex(s.p[i + 2]));
			i += 2;
		} else {
			p[n++] = s.p[i];
		}
	}
	return str_n(p, n);
}

/* The place of the last dot; the length when there is none. */
static size_t
dot_of(struct str s)
{
	size_t i = s.n;

	while (i > 0 && s.p[i - 1] != '.')
		i--;
	return i == 0 ? s.n : i - 1;
}

static bool
ends_in_uuid(struct str s)
{
	if (s.n <= UUID_B || s.p[s.n - UUID_B] != '_')
		return false;
	s = str_from(s, s.n - UUID_B + 1);
	for (size_t i = 0; i < s.n; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? s.p[i] != '-' : hex(s.p[i]) < 0)
			return false;
	return true;
}

/* The length of a size at the end: _1024x1024, _x300, _grande, with an @2x behind it; 0: none. */
static size_t
size_at_end(struct str s)
{
	static const char *const words[] = {
	    "pico", "icon", "thumb", "small", "compact", "medium", "large", "grande", "original", "master"};
	struct str size;
	size_t from, x = 0, digits = 0;

	if (s.n > 3 && str_starts(str_from(s, s.n - 3), STR("@2x")))
		s = str_head(s, s.n - 3);
	for (from = s.n; from > 0 && s.p[from - 1] != '_'; from--)
		;
	if (from < 2)
		return 0;
	size = str_from(s, from);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq_z(size, words[i]))
			return s.n - from + 1;
	for (size_t i = 0; i < size.n; i++) {
		x += size.p[i] == 'x';
		digits += size.p[i] >= '0' && size.p[i] <= '9';
	}
	return x == 1 && digits > 0 && x + digits == size.n ? s.n - from + 1 : 0;
}

static void
names_add_shorter(struct names *x, struct str name)
{
	size_t dot = dot_of(name);
	struct str stem = str_head(name, dot), tail = str_from(name, dot);

	for (int i = 0; i < 2; i++) {
		bool retina = stem.n > 3 && str_starts(str_from(stem, stem.n - 3), STR("@2x"));
		size_t cut = ends_in_uuid(stem) ? UUID_B : size_at_end(stem);

		if (cut == 0)
			return;
		stem = str_head(stem, stem.n - cut - (retina ? 3 : 0));
		names_add(x, str_fmt(x->a, "%.*s%.*s", STR_ARG(stem), STR_ARG(tail)));
	}
}

/* The path in one form: no drive, no leading slashes, / between its parts. */
static struct str
local_path(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);

	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[i] == '\\' ? '/' : s.p[i];
	s = str_n(p, s.n);
	if (s.n > 2 && s.p[1] == ':' && s.p[2] == '/')
		s = str_from(s, 2);
	while (s.n > 0 && (s.p[0] == '/' || str_starts(s, STR("./"))))
		s = str_from(s, s.p[0] == '/' ? 1 : 2);
	return s;
}

size_t
picture_names(struct arena *a, struct str source, struct str out[PICTURE_NAMES_MAX])
{
	struct names x = {a, out, 0};
	struct str path, last;

	if (!picture_is_remote(source)) {
		source = local_path(a, source);
		names_add(&x, source);
	}
	source = without(source, '#');
	path = without(source, '?');
	last = last_part(path);
	names_add(&x, decoded(a, last));
	names_add(&x, last);
	names_add(&x, str_from(source, path.n - last.n));
	names_add_shorter(&x, decoded(a, last));
	return x.n;
}
