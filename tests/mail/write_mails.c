/* write_mails - writes random mails as N.eml, and what a reader must find in them as N.json: write_mails SEED COUNT
 * DIR */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/random.h"
#include "base/buf.h"
#include "base/num.h"
#include "plat/mail/mail.h"
#include "plat/text/file.h"

#define MEM_B ((size_t)64 << 20)
#define TEXT_MAX_B ((size_t)1 << 20)
#define HEAD_MAX_B 900
#define PATH_B 300

/* Scripts, emoji of several code points, and all that one of the encodings gives a meaning to. */
static const char *const pieces[] = {"order", " ", "  ", "Größe", "您的订单", "🧑‍🚀", "🇩🇪", "😀", "é",
    "e\u0301", "עברית", "नमस्ते", "\"", "\\", ",", ";", ":", "<b>", "&auml;", "=?UTF-8?Q?x?=", "?=",
    "=", "=3D", "@", "(c)", "[x]", "%", "€ 5.00", "'", "a.b", "K-1042", ".", "..", "_", "\t"};
static const char *const lines[] = {"\n", "\n\n", ".\n", "..\n", ". \n", "From you\n", "From: x\n", ">From y\n", " \n",
    "\t\n", "--\n", "-- \n", "--=_\n", "=\n", "=20\n", "=\n=\n", "begin 644 x\n"};

struct writing {
	struct arena a;
	uint64_t seed;
};

static struct str
random_head(struct writing *w, int64_t most)
{
	int64_t n = random_in(&w->seed, 0, most);
	struct buf b;

	buf_init(&b, &w->a, HEAD_MAX_B);
	while (n-- > 0 && b.n + 30 < HEAD_MAX_B) {
		const char *piece = pieces[random_in(&w->seed, 0, ARRAY_LEN(pieces) - 2)]; /* no tab */

		buf_z(&b, piece);
	}
	return b.n == 0 ? STR("") : buf_str(&b);
}

/* Names reach the shop without blanks around them or in a row. */
static struct str
random_name(struct writing *w, int64_t most)
{
	struct str rest = random_head(w, most), word;
	struct buf b;

	buf_init(&b, &w->a, HEAD_MAX_B);
	while (str_cut(&rest, ' ', &word)) {
		buf_z(&b, b.n > 0 && word.n > 0 ? " " : "");
		buf_put(&b, word);
	}
	return b.n == 0 ? STR("") : buf_str(&b);
}

static struct str
random_body(struct writing *w)
{
	int64_t n = random_in(&w->seed, 1, random_in(&w->seed, 0, 9) == 0 ? 300 : 12);
	struct buf b;

	buf_init(&b, &w->a, TEXT_MAX_B);
	while (n-- > 0) {
		int64_t words = random_in(&w->seed, 0, random_in(&w->seed, 0, 30) == 0 ? 900 : 20);

		while (words-- > 0)
			buf_z(&b, pieces[random_in(&w->seed, 0, ARRAY_LEN(pieces) - 1)]);
		buf_z(&b, lines[random_in(&w->seed, 0, ARRAY_LEN(lines) - 1)]);
	}
	buf_z(&b, "end\n");
	return buf_str(&b);
}

static void
save(struct writing *w, const char *dir, int64_t i, const char *ending, struct str text)
{
	FILE *f = fopen(str_fmt(&w->a, "%s/%lld.%s", dir, (long long)i, ending).p, "we");

	if (f == NULL || !file_write(fileno(f), text) || fclose(f) != 0) {
		fprintf(stderr, "write_mails: %s cannot be written\n", dir);
		exit(1);
	}
}

static void
write_one(struct writing *w, const char *dir, int64_t i)
{
	struct mail_message m = {.from_name = random_name(w, 6),
	    .from = STR("shop@example.org"),
	    .to_name = random_name(w, 12),
	    .to = STR("ada+o'neil@example.com"),
	    .reply_to = STR("help@example.org"),
	    .subject = random_head(w, 40),
	    .text = random_body(w),
	    .html = random_in(&w->seed, 0, 9) == 0 ? STR_NONE : random_body(w),
	    .message_id = str_fmt(&w->a, "test.%lld.0@shop.example", (long long)i),
	    .references = random_in(&w->seed, 0, 1) == 0 ? STR_NONE : STR("first.1.0@shop.example"),
	    .language = STR("zh-Hans"),
	    .date_s = random_in(&w->seed, 0, 4102444800)};
	struct err e = {0};
	struct str bytes;
	json_t *j;
	char *text;

	if (!mail_write(&w->a, &m, &bytes, &e)) {
		fprintf(stderr, "write_mails: %s\n", e.msg);
		exit(1);
	}
	save(w, dir, i, "eml", bytes);
	j = json_pack("{s:s%,s:s%,s:s%,s:s%,s:s%,s:s%,s:s%,s:I}", "from_name", m.from_name.p, m.from_name.n, "to_name",
	    m.to_name.p, m.to_name.n, "subject", m.subject.p, m.subject.n, "text", m.text.p, m.text.n, "html",
	    m.html.n == 0 ? "" : m.html.p, m.html.n, "message_id", m.message_id.p, m.message_id.n, "references",
	    m.references.n == 0 ? "" : m.references.p, m.references.n, "date", (json_int_t)m.date_s);
	text = json_dumps(j, JSON_COMPACT);
	save(w, dir, i, "json", str_z(text));
	free(text);
	json_decref(j);
}

int
main(int argc, char **argv)
{
	struct writing w;
	int64_t count;

	if (argc != 4 || !num_u64(str_z(argv[1]), 0, INT64_MAX, &w.seed)
	    || !num_i64(str_z(argv[2]), 1, 1000000, &count))
		return 2;
	arena_init(&w.a, MEM_B);
	for (int64_t i = 0; i < count; i++) {
		write_one(&w, argv[3], i);
		arena_reset(&w.a);
	}
	arena_fini(&w.a);
	return 0;
}
