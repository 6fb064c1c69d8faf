/* `kontor maker`: the records of makers and of the persons responsible for their goods in the EU. */
#include "cmd/maker/maker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "import/product_csv.h"
#include "plat/text/columns.h"
#include "plat/text/csv.h"
#include "shop/country.h"
#include "store/catalogue/catalogue_cache.h"
#include "store/catalogue/catalogue_save.h"
#include "store/catalogue/maker_store.h"
#include "store/control_store.h"

#define OUT_MAX_B ((size_t)16 << 20)
#define PRODUCTS_MAX 5000000
#define PRODUCTS_MAX_B ((size_t)512 << 20)
#define ADDRESS_LINES 8

enum { FIELD_NAME, FIELD_COMPANY, FIELD_ADDRESS, FIELD_CONTACT, FIELD_COUNTRY, FIELD_EU_COMPANY, FIELD_EU_ADDRESS,
	FIELD_EU_CONTACT, FIELD__MAX };

static const struct {
	const char *column, *label;
	size_t max_chars;
	bool lines;
} fields[FIELD__MAX] = {{"Maker", "name", 190, false}, {"Company", "company", 190, false},
    {"Address", "address", 500, true}, {"Contact", "contact", 190, false}, {"Country", "country", 2, false},
    {"EU Company", "eu_company", 190, false}, {"EU Address", "eu_address", 500, true},
    {"EU Contact", "eu_contact", 190, false}};

#define MAKER_VERB(name, fn, args, help) static int fn(struct cmd *);
#include "cmd/maker/verbs.def"
#undef MAKER_VERB

static const struct cmd_verb rows[] = {
#define MAKER_VERB(name, fn, args, help) {name, args, help, fn},
#include "cmd/maker/verbs.def"
#undef MAKER_VERB
};

static const struct cmd_verbs verbs = {"maker",
    "NAME is the name that products have in the column Maker, or else as their vendor.", rows, ARRAY_LEN(rows)};

int
cmd_maker(struct cmd *c)
{
	return cmd_run_verb(c, &verbs);
}

struct maker_run {
	struct cmd *c;
	struct db *db;
	struct makers all;
	bool json, dry_run, quiet;
	int64_t now_s;
	uint64_t changed;
};

static struct str *
field_of(struct maker *m, size_t i)
{
	struct str *const all[FIELD__MAX] = {&m->name, &m->company, &m->address, &m->contact, &m->country,
	    &m->eu_company, &m->eu_address, &m->eu_contact};

	return all[i];
}

static bool
maker_open(struct maker_run *r, struct err *e)
{
	if (!cmd_db(r->c, DB_TOOL, &r->db, e))
		return false;
	db_limits(r->db, PRODUCTS_MAX, PRODUCTS_MAX_B);
	db_deadline(r->db, CLOCK_NEVER);
	return shop_control_clock(r->db, r->c->a, &r->now_s, e) && maker_list(r->db, r->c->a, &r->all, e);
}

static bool
maker_named(struct maker_run *r, const char *name, const struct maker **m, struct err *e)
{
	if (!maker_open(r, e))
		return false;
	*m = maker_find(&r->all, str_z(name));
	return *m != NULL || err_set(e, ERR_NOT_FOUND, "there is no maker \"%s\"", name);
}

static const char *
lacks(const struct maker *m)
{
	enum country c;

	return maker_lacks(m, country_find(m->country, &c) && country_info(c)->zone == COUNTRY_EU);
}

static int
maker_do_list(struct cmd *c)
{
	struct maker_run r = {.c = c};
	const struct cmd_option options[] = {{"json", .flag = &r.json}};
	struct json_out w;
	struct columns t;
	struct err e = {0};
	struct buf b;
	size_t n = 0;
	int status;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 1)
		return cmd_verb_usage(c, &verbs);
	if (!maker_open(&r, &e))
		return cmd_fail(c, &e);
	json_init(&w, c->a, OUT_MAX_B, '{');
	json_key(&w, "makers");
	json_begin(&w, '[');
	columns_init(&t, c->a, "Maker|Country|Lacks");
	for (size_t i = 0; i < r.all.n; i++) {
		struct maker *m = &r.all.v[i];
		const char *missing = lacks(m);

		n += missing != NULL;
		json_begin(&w, '{');
		for (size_t k = 0; k < FIELD__MAX; k++)
			json_add_str(&w, fields[k].label, *field_of(m, k));
		json_add_str(&w, "lacks", str_z(missing == NULL ? "" : missing));
		json_end(&w, '}');
		columns_put(&t, m->name);
		columns_put(&t, m->country);
		columns_put(&t, str_z(missing == NULL ? "" : missing));
	}
	json_end(&w, ']');
	buf_init(&b, c->a, OUT_MAX_B);
	columns_print(&t, &b);
	status = r.json ? cmd_print_json(c, &w) : cmd_print(c, &b);
	return status == CMD_OK && n > 0 ? CMD_FAILED : status;
}

static int
maker_do_show(struct cmd *c)
{
	struct maker_run r = {.c = c};
	const struct cmd_option options[] = {{"json", .flag = &r.json}};
	const struct maker *m;
	struct json_out w;
	struct err e = {0};

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2)
		return cmd_verb_usage(c, &verbs);
	if (!maker_named(&r, c->argv[1], &m, &e))
		return cmd_fail(c, &e);
	json_init(&w, c->a, OUT_MAX_B, '{');
	for (size_t k = 0; k < FIELD__MAX; k++) {
		struct str s = *field_of((struct maker *)(uintptr_t)m, k);

		json_add_str(&w, fields[k].label, s);
		if (!r.json && s.n > 0)
			printf("%-12s%.*s\n", fields[k].label, STR_ARG(columns_plain(c->a, s, true)));
	}
	json_add_str(&w, "lacks", str_z(lacks(m) == NULL ? "" : lacks(m)));
	if (r.json)
		return cmd_print_json(c, &w);
	if (lacks(m) != NULL)
		printf("lacks       %s\n", lacks(m));
	return CMD_OK;
}

/* Lines end at line ends and semicolons. */
static struct str
address_lines(struct arena *a, struct str typed)
{
	struct buf b;
	size_t n = 0;

	buf_init(&b, a, 4000);
	while (typed.n > 0) {
		size_t i = 0;
		struct str line;

		while (i < typed.n && typed.p[i] != '\n' && typed.p[i] != ';')
			i++;
		line = product_one_line(a, str_head(typed, i));
		typed = str_from(typed, i < typed.n ? i + 1 : i);
		if (line.n == 0 || n == ADDRESS_LINES)
			continue;
		buf_z(&b, n++ == 0 ? "" : "\n");
		buf_put(&b, line);
	}
	return buf_str(&b);
}

static bool
contact_check(struct str s)
{
	ptrdiff_t at = str_chr(s, '@');
	bool ok = s.n == 0 || str_starts(s, STR("https://")) || str_starts(s, STR("http://"))
	       || (at > 0 && (size_t)at + 1 < s.n);

	for (size_t i = 0; i < s.n && ok; i++)
		ok = (unsigned char)s.p[i] > ' ' && s.p[i] != '<' && s.p[i] != '>' && s.p[i] != '"';
	return ok;
}

/* Brings a typed field into its form. ERR_INPUT names it. */
static bool
field_take(struct arena *a, struct maker *m, size_t i, struct str typed, struct err *e)
{
	struct str s = fields[i].lines ? address_lines(a, str_head(typed, 4000)) : product_one_line(a, typed);
	enum country country;

	if (!utf8_valid(typed) || utf8_len(s) > fields[i].max_chars)
		return err_set(e, ERR_INPUT, "%s: longer than %zu characters", fields[i].column, fields[i].max_chars);
	if ((i == FIELD_CONTACT || i == FIELD_EU_CONTACT) && !contact_check(s))
		return err_set(e, ERR_INPUT, "%s: neither a mail address nor https://...", fields[i].column);
	if (i == FIELD_COUNTRY && s.n > 0) {
		if (!country_find(s, &country))
			return err_set(e, ERR_INPUT, "%s: no code of a country (ISO 3166)", fields[i].column);
		s = str_z(country_info(country)->code);
	}
	if (i == FIELD_NAME && s.n == 0)
		return err_set(e, ERR_INPUT, "%s: empty", fields[i].column);
	*field_of(m, i) = s;
	return true;
}

static bool
change_tx(struct db *db, void *arg, struct err *e)
{
	return maker_change(db, arg, e);
}

static bool
maker_apply(struct maker_run *r, const struct maker *m, bool remove, struct err *e)
{
	struct maker_change x = {.a = r->c->a,
	    .own_lang = r->c->conf.site_languages.v[0],
	    .maker = m,
	    .remove = remove,
	    .now_s = r->now_s};
	struct outbox_forget forget = {.db = r->db, .a = r->c->a, .conf = &r->c->conf, .done = true};
	bool ok;

	r->changed++;
	if (r->dry_run)
		return true;
	if (!catalogue_save_lock(r->db, r->c->a, e))
		return false;
	ok = db_tx(r->db, change_tx, &x, e);
	catalogue_save_unlock(r->db, r->c->a);
	if (!ok)
		return false;
	if (!r->quiet)
		printf("%.*s: %s; pages of %zu products\n", STR_ARG(m->name), remove ? "removed" : "saved",
		    x.n_products);
	return cmd_cache(r->c, &forget.cache, e)
	    && catalogue_forget(&forget, &(struct catalogue_stale){.v = x.products, .n = x.n_products}, e);
}

static bool
maker_same(struct maker *a, struct maker *b)
{
	for (size_t i = 0; i < FIELD__MAX; i++)
		if (!str_eq(*field_of(a, i), *field_of(b, i)))
			return false;
	return true;
}

static int
maker_do_set(struct cmd *c)
{
	struct maker_run r = {.c = c};
	const char *typed[FIELD__MAX] = {0};
	const struct cmd_option options[] = {{"company", .text = &typed[FIELD_COMPANY]},
	    {"address", .text = &typed[FIELD_ADDRESS]}, {"contact", .text = &typed[FIELD_CONTACT]},
	    {"country", .text = &typed[FIELD_COUNTRY]}, {"eu-company", .text = &typed[FIELD_EU_COMPANY]},
	    {"eu-address", .text = &typed[FIELD_EU_ADDRESS]}, {"eu-contact", .text = &typed[FIELD_EU_CONTACT]},
	    {"dry-run", .flag = &r.dry_run}};
	const struct maker *known;
	struct maker m = {0};
	struct err e = {0};

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2)
		return cmd_verb_usage(c, &verbs);
	if (!maker_open(&r, &e))
		return cmd_fail(c, &e);
	known = maker_find(&r.all, str_z(c->argv[1]));
	if (known != NULL)
		m = *known;
	typed[FIELD_NAME] = known == NULL ? c->argv[1] : NULL;
	for (size_t i = 0; i < FIELD__MAX; i++)
		if (typed[i] != NULL && !field_take(c->a, &m, i, str_z(typed[i]), &e))
			return cmd_fail(c, &e);
	if (!maker_apply(&r, &m, false, &e))
		return cmd_fail(c, &e);
	if (lacks(&m) != NULL)
		printf("%.*s lacks %s\n", STR_ARG(m.name), lacks(&m));
	return CMD_OK;
}

static int
maker_do_remove(struct cmd *c)
{
	struct maker_run r = {.c = c};
	const struct cmd_option options[] = {{"dry-run", .flag = &r.dry_run}};
	const struct maker *m;
	struct err e = {0};

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2)
		return cmd_verb_usage(c, &verbs);
	if (!maker_named(&r, c->argv[1], &m, &e))
		return cmd_fail(c, &e);
	return maker_apply(&r, m, true, &e) ? CMD_OK : cmd_fail(c, &e);
}

static bool
row_take(struct maker_run *r, const struct cells *row, const int *at, struct err *e)
{
	struct maker m = {0};
	const struct maker *known;

	if (at[FIELD_NAME] < 0)
		return err_set(e, ERR_INPUT, "the column \"Maker\" is missing");
	for (size_t i = 0; i < FIELD__MAX; i++) {
		if (at[i] >= 0
		    && !field_take(r->c->a, &m, i,
			(size_t)at[i] < row->n ? row->cell[at[i]].text : STR_NONE, e))
			return false;
		if (i > FIELD_NAME)
			continue;
		known = maker_find(&r->all, m.name);
		if (known != NULL)
			m = *known;
	}
	known = maker_find(&r->all, m.name);
	if (known != NULL && maker_same(&m, (struct maker *)(uintptr_t)known))
		return true;
	return maker_apply(r, &m, false, e);
}

static bool
read_makers(struct maker_run *r, struct csv *csv, uint64_t *refused, struct err *e)
{
	int at[FIELD__MAX];
	struct csv_bad bad;
	struct cells row;
	enum csv_got got;
	bool header = true;

	while ((got = csv_next(csv, &row, &bad, e)) != CSV_END && got != CSV_FAILED) {
		struct err why = {0};

		if (got == CSV_BAD)
			err_set(&why, ERR_INPUT, "%s", bad.why);
		for (size_t i = 0; i < FIELD__MAX && header && got == CSV_ROW; i++) {
			at[i] = -1;
			for (size_t k = 0; k < row.n; k++)
				if (str_eq_case(str_trim(row.cell[k].text), str_z(fields[i].column)))
					at[i] = (int)k;
		}
		if (got == CSV_ROW && !header && !row_take(r, &row, at, &why) && why.kind != ERR_INPUT) {
			*e = why;
			return false;
		}
		header = header && got != CSV_ROW;
		if (why.kind == ERR_NONE)
			continue;
		(*refused)++;
		fprintf(stderr, "line %u: left out: %s\n", got == CSV_BAD ? bad.line : row.line, why.msg);
	}
	return got == CSV_END;
}

int
maker_import(struct cmd *c, const char *path, bool dry_run)
{
	struct maker_run r = {.c = c, .dry_run = dry_run, .quiet = true};
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	uint64_t refused = 0;
	struct csv *csv;
	struct err e = {0};
	bool ok;

	if (fd < 0) {
		err_set(&e, ERR_NOT_FOUND, "%s: %s", path, strerror(errno));
		return cmd_fail(c, &e);
	}
	ok = maker_open(&r, &e) && csv_open(c->a, fd, &csv, &e) && read_makers(&r, csv, &refused, &e);
	close(fd);
	if (!ok)
		return cmd_fail(c, &e);
	printf("makers:   %llu changed%s, %llu rows left out\n", (unsigned long long)r.changed,
	    dry_run ? " (dry run)" : "", (unsigned long long)refused);
	return refused > 0 ? CMD_FAILED : CMD_OK;
}

static int
maker_do_import(struct cmd *c)
{
	bool dry_run = false;
	const struct cmd_option options[] = {{"dry-run", .flag = &dry_run}};

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2)
		return cmd_verb_usage(c, &verbs);
	return maker_import(c, c->argv[1], dry_run);
}

static int
maker_do_export(struct cmd *c)
{
	struct maker_run r = {.c = c};
	struct err e = {0};
	struct buf b;
	FILE *f = stdout;

	if (!cmd_options(c, NULL, 0) || c->argc > 2)
		return cmd_verb_usage(c, &verbs);
	if (!maker_open(&r, &e))
		return cmd_fail(c, &e);
	buf_init(&b, c->a, OUT_MAX_B);
	for (size_t k = 0; k < FIELD__MAX; k++)
		csv_put(&b, str_z(fields[k].column), k == 0);
	csv_end_row(&b);
	for (size_t i = 0; i < r.all.n; i++) {
		for (size_t k = 0; k < FIELD__MAX; k++)
			csv_put(&b, *field_of(&r.all.v[i], k), k == 0);
		csv_end_row(&b);
	}
	if (c->argc == 1)
		return cmd_print(c, &b);
	f = fopen(c->argv[1], "we");
	if (f == NULL || fwrite(b.p, 1, b.n, f) != b.n || fclose(f) != 0) {
		err_set(&e, ERR_UPSTREAM, "%s: %s", c->argv[1], strerror(errno));
		return cmd_fail(c, &e);
	}
	return CMD_OK;
}
