#include "work/download/download_tree.h"

#include "plat/text/secret.h"

#define SIZE_MAX_B 40
#define DISPOSITION_MAX_B 2000

/* "850 kB", "4.2 MB". */
static struct str
size_text(struct arena *a, const struct lang *lang, int64_t size_b)
{
	static const struct {
		int64_t unit;
		const char *name;
	} units[] = {{1000000000, "GB"}, {1000000, "MB"}, {1000, "kB"}, {1, "B"}};
	size_t i = 0;
	struct buf b;

	while (i + 1 < ARRAY_LEN(units) && size_b < units[i].unit)
		i++;
	buf_init(&b, a, SIZE_MAX_B);
	/* tenths, of what is large enough for them to matter */
	if (i < 2)
		format_rate(&b, &lang->format, (size_b + units[i].unit / 20) / (units[i].unit / 10) * 10);
	else
		format_number(&b, &lang->format, (size_b + units[i].unit / 2) / units[i].unit);
	buf_fmt(&b, "\xc2\xa0%s", units[i].name);
	return buf_str(&b);
}

void
download_tree_files(struct view *order, const struct lang *lang, struct str order_url, const struct downloads *d)
{
	struct view *list = view_sublist(order, N_downloads);
	struct arena *a = order->a;

	for (size_t i = 0; i < d->n; i++) {
		const struct download *one = &d->v[i];
		struct view *v = view_add(list);
		uint8_t ticket[SECRET_TOKEN_B];

		view_str(v, N_name, one->name);
		view_str(v, N_size, size_text(a, lang, one->size_b));
		view_int(v, N_left, one->allowed - one->used);
		view_int(v, N_allowed, one->allowed);
		view_date(v, N_until, one->until_at);
		view_bool(v, N_used_up, one->used >= one->allowed);
		view_bool(v, N_over, one->over);
		if (one->over || order_url.n == 0)
			continue;
		secret_random(ticket, sizeof(ticket));
		view_str(v, N_ticket, secret_base64url(a, ticket, sizeof(ticket)));
		view_str(v, N_url,
		    str_fmt(a, "%.*s/download/%llu", STR_ARG(order_url), (unsigned long long)one->id));
	}
}

void
download_tree_codes(struct view *order, const struct codes_sold *c)
{
	const struct view *lines = view_get(order, N_lines);
	struct view *list = view_sublist(order, N_codes);

	for (size_t i = 0; i < c->n; i++) {
		const struct view *line = view_at(lines, (size_t)c->v[i].pos - 1);
		const struct view *name = line == NULL ? NULL : view_get(line, N_name);
		struct view *v = view_add(list);

		if (name != NULL)
			view_str(v, N_name, view_text(name));
		view_str(v, N_text, c->v[i].code);
	}
}

/* All programs take these inside quotation marks. */
static bool
is_quotable(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
	    || str_chr(STR(" .-_()+,"), c) >= 0;
}

struct str
download_disposition(struct arena *a, struct str name)
{
	struct buf b;

	buf_init(&b, a, DISPOSITION_MAX_B);
	buf_z(&b, "attachment; filename=\"");
	for (size_t i = 0; i < name.n; i++) {
		if (is_quotable(name.p[i]))
			buf_ch(&b, name.p[i]);
		else if (((unsigned char)name.p[i] & 0xc0) != 0x80) /* one for each character */
			buf_ch(&b, '_');
	}
	buf_z(&b, "\"; filename*=UTF-8''");
	buf_url(&b, name);
	return buf_str(&b);
}
