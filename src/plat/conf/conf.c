/* inih parses the lines, but silently cuts long lines, drops text after " ;" or "]", and treats indented lines as
 * continuations. So look_at_line() checks every line before inih sees it, and refuses ambiguous lines. The count of
 * lines passed to inih is the line number. */
#include "plat/conf/conf.h"

#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/num.h"
#include "base/utf8.h"
#include "plat/conf/conf_limits.h"
#include "plat/conf/conf_mail.h"

static const struct conf_setting settings[] = {
#define ROW(section, key, type, def, min, max, unit, help, merchant)                                                   \
	{#section, #key, CONF_##type, def, min, max, unit, help, offsetof(struct conf, section##_##key), merchant},
#define SETTING(section, key, type, def, min, max, unit, help) ROW(section, key, type, def, min, max, unit, help, false)
#define MERCHANT(section, key, type, def, min, max, unit, help) ROW(section, key, type, def, min, max, unit, help, true)
#include "plat/conf/settings.def"
#undef SETTING
#undef ROW
};

#define N_SETTINGS ARRAY_LEN(settings)
#define NO_SETTING N_SETTINGS

struct reading {
	struct arena *a;
	struct conf *c;
	FILE *f;
	conf_report_fn *report;
	void *arg;
	struct err *e;
	int line;
	bool indented;     /* the current line begins with a blank */
	bool line_refused; /* its fault has been reported */
	bool value;        /* a single value is read, not a file */
	size_t last;       /* the setting that an indented line continues */
	size_t faults;
	int seen[N_SETTINGS]; /* line of each setting; 0: not set */
};

const struct conf_setting *
conf_settings(size_t *n)
{
	*n = N_SETTINGS;
	return settings;
}

const char *
conf_file(const char *option)
{
	const char *env = getenv("KONTOR_CONFIG");

	if (option != NULL)
		return option;
	return env != NULL && *env != '\0' ? env : SYSCONFDIR "/kontor/kontor.conf";
}

static void *
field(struct conf *c, const struct conf_setting *s)
{
	return (char *)c + s->offset;
}

static PRINTF(3, 4) void
fault(struct reading *r, int line, const char *fmt, ...)
{
	char reason[240], text[500];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	if (r->value)
		snprintf(text, sizeof(text), "%s", reason);
	else if (line > 0)
		snprintf(text, sizeof(text), "%s:%d: %s", r->c->file, line, reason);
	else
		snprintf(text, sizeof(text), "%s: %s", r->c->file == NULL ? "defaults" : r->c->file, reason);
	if (r->report != NULL)
		r->report(r->arg, text);
	if (r->faults++ == 0)
		(void)err_set(r->e, ERR_INPUT, "%s", text);
	r->line_refused = line == r->line;
}

static bool
parse_number(struct conf_setting const *s, struct str v, int64_t *out)
{
	int64_t unit = 1;

	if (s->type == CONF_BYTES && v.n > 1) {
		char last = v.p[v.n - 1];

		unit = last == 'k' || last == 'K' ? 1 << 10 : last == 'M' ? 1 << 20 : last == 'G' ? 1 << 30 : 1;
		if (unit > 1)
			v = str_head(v, v.n - 1);
	}
	return num_i64(v, INT64_MIN, INT64_MAX, out) && num_mul(*out, unit, out) && *out >= s->min && *out <= s->max;
}

static bool
parse_bool(struct str v, bool *out)
{
	static const char *const words[] = {"no", "yes", "off", "on", "false", "true"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq_case(v, str_z(words[i]))) {
			*out = i % 2 == 1;
			return true;
		}
	return false;
}

static bool
is_choice(const struct conf_setting *s, struct str v)
{
	struct str rest = str_z(s->unit), word;

	while (str_cut(&rest, '|', &word))
		if (str_eq(word, v))
			return true;
	return false;
}

/* Appends the entries of `v` to the list. False when an entry is empty or there are too many. */
static bool
parse_list(struct reading *r, const struct conf_setting *s, struct str v)
{
	struct conf_list *l = field(r->c, s);
	struct str entry;

	if (l->v == NULL)
		l->v = ARENA_ARRAY(r->a, struct str, (size_t)s->max);
	if (v.n == 0)
		return true;
	while (str_cut(&v, ',', &entry)) {
		entry = str_trim(entry);
		if (entry.n == 0 && v.p == NULL) /* a comma at the end of a continued line */
			return true;
		if (entry.n == 0 || l->n == (size_t)s->max)
			return false;
		l->v[l->n++] = str_dup(r->a, entry);
	}
	return true;
}

static void
set_text(struct reading *r, const struct conf_setting *s, struct str v, int line)
{
	if (s->type != CONF_CHOICE && (v.n < (size_t)s->min || v.n > (size_t)s->max))
		fault(r, line, "%s.%s must have %lld to %lld bytes, not %zu", s->section, s->key, (long long)s->min,
		    (long long)s->max, v.n);
	else if (s->type == CONF_PATH && v.n > 0 && v.p[0] != '/')
		fault(r, line, "%s.%s must be an absolute path (one that begins with /), not \"%.*s\"", s->section,
		    s->key, STR_ARG(v));
	else if (s->type == CONF_CHOICE && !is_choice(s, v))
		fault(r, line, "%s.%s must be one of %s, not \"%.*s\"", s->section, s->key, s->unit, STR_ARG(v));
	else
		*(struct str *)field(r->c, s) = str_dup(r->a, v);
}

static void
set_value(struct reading *r, const struct conf_setting *s, struct str v, int line)
{
	switch (s->type) {
	case CONF_INT:
	case CONF_MS:
	case CONF_S:
	case CONF_BYTES:
		if (!parse_number(s, v, field(r->c, s)))
			fault(r, line, "%s.%s must be a whole number%s%s from %lld to %lld, not \"%.*s\"", s->section,
			    s->key, *s->unit == '\0' ? "" : " of ", s->unit, (long long)s->min, (long long)s->max,
			    STR_ARG(v));
		return;
	case CONF_BOOL:
		if (!parse_bool(v, field(r->c, s)))
			fault(r, line, "%s.%s must be yes or no, not \"%.*s\"", s->section, s->key, STR_ARG(v));
		return;
	case CONF_LIST:
		*(struct conf_list *)field(r->c, s) = (struct conf_list){0, NULL};
		if (!parse_list(r, s, v))
			fault(r, line, "%s.%s must have at most %lld comma-separated entries, none of them empty",
			    s->section, s->key, (long long)s->max);
		return;
	default: set_text(r, s, v, line);
	}
}

/* Checks a line of the file before inih sees it. Returns the fault or NULL. `size` is that of inih's buffer. */
static const char *
look_at_line(const char *line, size_t n, size_t size)
{
	struct str text = str_trim(str_n(line, n));
	size_t name_b = strcspn(line, "=:"); /* getline() put a NUL after the line */

	if (memchr(line, '\0', n) != NULL)
		return "a NUL byte";
	if (!utf8_valid(text))
		return "the line is not UTF-8";
	if (text.n == 0 || text.p[0] == '#' || text.p[0] == ';')
		return NULL;
	if (n + 1 > size)
		return "the line is too long; a list or a text can be continued on further, indented lines";
	for (size_t i = 1; i < text.n; i++) {
		if ((unsigned char)text.p[i] < 0x20 && text.p[i] != '\t')
			return "a control character";
		if (text.p[i] == ';'
		    && (text.p[i - 1] == ' ' || text.p[i - 1] == '\t' || text.p + i - 1 == line + name_b))
			return "a comment must be on a line of its own";
	}
	if (text.p[0] == '[' && str_chr(text, ']') != (ptrdiff_t)text.n - 1)
		return "a section is written [name], alone on its line";
	return NULL;
}

/* inih calls this to read a line. A refused line is replaced with an empty one. */
static char *
next_line(char *out, int size, void *arg)
{
	struct reading *r = arg;
	const char *wrong;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n = getline(&line, &cap, r->f);

	if (n < 0) {
		free(line);
		return NULL;
	}
	r->line++;
	r->line_refused = false;
	r->indented = line[0] == ' ' || line[0] == '\t';
	wrong = look_at_line(line, (size_t)n, (size_t)size);
	if (wrong != NULL)
		fault(r, r->line, "%s", wrong);
	if (wrong != NULL || n + 1 > size)
		snprintf(out, (size_t)size, "\n");
	else
		memcpy(out, line, (size_t)n + 1);
	free(line);
	return out;
}

static size_t
find_setting(const char *section, struct str key)
{
	for (size_t i = 0; i < N_SETTINGS; i++)
		if (strcmp(settings[i].section, section) == 0 && str_eq_z(key, settings[i].key))
			return i;
	return NO_SETTING;
}

/* Reports an unknown setting, with a list of the section's settings ("name, url, ..."), or of all sections if there is
 * no such section. */
static void
fault_unknown(struct reading *r, const char *section, const char *key)
{
	struct buf b;
	bool known = false;

	buf_init(&b, r->a, 4096);
	for (size_t i = 0; i < N_SETTINGS; i++)
		known |= strcmp(settings[i].section, section) == 0;
	for (size_t i = 0; i < N_SETTINGS; i++) {
		const struct conf_setting *s = &settings[i];

		if (known ? strcmp(s->section, section) != 0 : i > 0 && strcmp(s[-1].section, s->section) == 0)
			continue;
		buf_fmt(&b, "%s%s", b.n == 0 ? "" : ", ", known ? s->key : s->section);
	}
	if (known)
		fault(r, r->line, "[%s] has no setting \"%s\"; its settings are: %s", section, key, b.p);
	else if (*section == '\0')
		fault(r, r->line, "\"%s\" precedes the first [section]; the sections are: %s", key, b.p);
	else
		fault(r, r->line, "there is no section [%s]; the sections are: %s", section, b.p);
}

static void
continue_value(struct reading *r, const char *text)
{
	const struct conf_setting *s = &settings[r->last];
	struct str head = str_z(text), *old;

	if (str_cut(&head, '=', &(struct str){0}) && head.p != NULL
	    && find_setting(s->section, str_trim(str_n(text, (size_t)(head.p - text) - 1))) != NO_SETTING)
		fault(r, r->line, "the line is indented, so it would continue %s.%s; settings must not be indented",
		    s->section, s->key);
	else if (*text == '[')
		fault(r, r->line, "the line is indented, so it would continue %s.%s", s->section, s->key);
	else if (s->type == CONF_LIST && !parse_list(r, s, str_z(text)))
		fault(r, r->line, "%s.%s must have at most %lld comma-separated entries, none of them empty",
		    s->section, s->key, (long long)s->max);
	else if (s->type == CONF_TEXT) {
		old = field(r->c, s);
		set_text(r, s, str_fmt(r->a, "%s%s%s", old->p, old->n == 0 ? "" : "\n", text), r->line);
	} else if (s->type != CONF_LIST)
		fault(r, r->line, "the line is indented, but %s.%s must be a single line", s->section, s->key);
}

static int
take_setting(void *arg, const char *section, const char *key, const char *value)
{
	struct reading *r = arg;
	size_t i;

	if (r->line_refused)
		return 1;
	if (r->indented && r->last != NO_SETTING && strcmp(settings[r->last].section, section) == 0
	    && strcmp(settings[r->last].key, key) == 0) {
		continue_value(r, value);
		return 1;
	}
	i = find_setting(section, str_z(key));
	r->last = i;
	if (i == NO_SETTING) {
		fault_unknown(r, section, key);
	} else if (r->seen[i] != 0) {
		fault(r, r->line, "%s.%s was already given in line %d", section, key, r->seen[i]);
	} else {
		r->seen[i] = r->line;
		set_value(r, &settings[i], str_z(value), r->line);
	}
	return 1;
}

static bool
is_url(struct str u)
{
	struct str host = str_from(u, str_starts(u, STR("https://")) ? 8 : 7);

	if (!str_starts(u, STR("http://")) && !str_starts(u, STR("https://")))
		return false;
	for (size_t i = 0; i < u.n; i++)
		if ((unsigned char)u.p[i] <= 0x20 || strchr("\"'<>?#\\", u.p[i]) != NULL)
			return false;
	return host.n > 0 && host.p[0] != '/' && !str_ends(u, STR("/"));
}

/* A BCP 47 tag in its plain form: parts of 1 to 8 letters or digits, except that the first part is 2 or 3 letters. */
static bool
is_language(struct str tag)
{
	struct str part;
	size_t n = 0;

	while (str_cut(&tag, '-', &part)) {
		if (part.n < 1 || part.n > 8 || (n == 0 && (part.n < 2 || part.n > 3)))
			return false;
		for (size_t i = 0; i < part.n; i++) {
			char c = (char)(part.p[i] | 0x20);

			if (!((c >= 'a' && c <= 'z') || (n > 0 && part.p[i] >= '0' && part.p[i] <= '9')))
				return false;
		}
		n++;
	}
	return n > 0;
}

#define LINE_OF(field_) r->seen[find_line(offsetof(struct conf, field_))]

static size_t
find_line(size_t offset)
{
	size_t i = 0;

	while (i + 1 < N_SETTINGS && settings[i].offset != offset)
		i++;
	return i;
}

static void
check_site(struct reading *r)
{
	const struct conf *c = r->c;
	currency cur;

	if (!is_url(c->site_url))
		fault(r, LINE_OF(site_url),
		    "site.url must be http:// or https:// with a host and an optional path, "
		    "and must not end with a slash; it is \"%s\"",
		    c->site_url.p);
	if (!currency_find(c->site_currency, &cur))
		fault(r, LINE_OF(site_currency), "site.currency must be a code of ISO 4217 such as EUR, not \"%s\"",
		    c->site_currency.p);
	for (size_t i = 0; i < c->site_country.n; i++)
		if (c->site_country.p[i] < 'A' || c->site_country.p[i] > 'Z') {
			fault(r, LINE_OF(site_country),
			    "site.country must be two capital letters such as DE, not \"%s\"", c->site_country.p);
			break;
		}
	if (c->site_sender.n > 0 && (str_chr(c->site_sender, '@') <= 0 || str_chr(c->site_sender, ' ') >= 0))
		fault(r, LINE_OF(site_sender), "site.sender must be a mail address, not \"%s\"", c->site_sender.p);
	for (size_t i = 0; i < c->site_languages.n; i++) {
		if (!is_language(c->site_languages.v[i]))
			fault(r, LINE_OF(site_languages),
			    "site.languages: \"%s\" is not a language tag such as en or zh-Hans",
			    c->site_languages.v[i].p);
		for (size_t j = 0; j < i; j++)
			if (str_eq_case(c->site_languages.v[i], c->site_languages.v[j]))
				fault(r, LINE_OF(site_languages), "site.languages names \"%s\" twice",
				    c->site_languages.v[i].p);
	}
}

static void
check_limits(struct reading *r)
{
	static const size_t offsets[LIMIT__MAX] = {
#define LIMIT(name, rates, flags, help) offsetof(struct conf, limits_##name),
#include "plat/conf/limits.def"
#undef LIMIT
	};
	struct rates rates;

	for (size_t i = 0; i < LIMIT__MAX; i++) {
		struct err e = {0};

		if (!limit_rates(r->c, (enum limit)i, &rates, &e))
			fault(r, r->seen[find_line(offsets[i])], "%s", e.msg);
	}
}

static void
check_mail(struct reading *r)
{
	struct err e = {0};
	size_t offset;

	if (!conf_mail_check(r->c, &offset, &e))
		fault(r, r->seen[find_line(offset)], "%s", e.msg);
}

static void
check_whole(struct reading *r)
{
	const struct conf *c = r->c;

	for (size_t i = 0; i < N_SETTINGS; i++) {
		const struct conf_setting *s = &settings[i];
		const struct conf_list *l = field(r->c, s);

		if (s->type == CONF_LIST && l->n < (size_t)s->min)
			fault(
			    r, r->seen[i], "%s.%s must have %lld or more entries", s->section, s->key,
			    (long long)s->min);
	}
	if (c->cache_soft_s > c->cache_hard_s)
		fault(r, LINE_OF(cache_soft_s), "cache.soft_s must not exceed cache.hard_s (%lld)",
		    (long long)c->cache_hard_s);
	check_site(r);
	check_limits(r);
	check_mail(r);
}

static void
read_file(struct reading *r)
{
	int line = ini_parse_stream(next_line, r, take_setting, r);

	if (line < 0)
		fault(r, 0, "out of memory while parsing");
	else if (line > 0 && r->faults == 0)
		fault(r, line, "this is neither [section] nor name = value nor a comment");
}

static const int *
keep_lines(struct arena *a, const int seen[N_SETTINGS])
{
	int *lines = ARENA_ARRAY(a, int, N_SETTINGS);

	memcpy(lines, seen, sizeof(*lines) * N_SETTINGS);
	return lines;
}

bool
conf_load_report(struct arena *a, const char *file, struct conf *c, conf_report_fn *report, void *arg, struct err *e)
{
	struct reading r = {.a = a, .c = c, .report = report, .arg = arg, .e = e, .last = NO_SETTING};

	*c = (struct conf){.lines = keep_lines(a, r.seen)};
	for (size_t i = 0; i < N_SETTINGS; i++)
		set_value(&r, &settings[i], str_z(settings[i].def), 0);
	if (file != NULL) {
		r.f = fopen(file, "re");
		if (r.f == NULL) {
			(void)err_set(e, ERR_NOT_FOUND, "%s: %s", file, strerror(errno));
			if (report != NULL)
				report(arg, e->msg);
			return false;
		}
		c->file = file;
		read_file(&r);
		if (ferror(r.f) != 0)
			fault(&r, 0, "%s", strerror(errno));
		fclose(r.f);
	}
	if (r.faults == 0)
		check_whole(&r);
	c->lines = keep_lines(a, r.seen);
	c->merchant = conf_merchant_hash(c, 0);
	if (c->paths_control_file.n == 0)
		c->paths_control_file = str_fmt(a, "%.*s-control", STR_ARG(c->paths_stats_file));
	if (c->receipts_file.n == 0)
		c->receipts_file = str_fmt(a, "%.*s-receipts", STR_ARG(c->paths_stats_file));
	return r.faults == 0;
}

bool
conf_load(struct arena *a, const char *file, struct conf *c, struct err *e)
{
	return conf_load_report(a, file, c, NULL, NULL, e);
}

const struct conf_setting *
conf_find(struct str name, struct err *e)
{
	struct str key = name, section = STR("");

	(void)str_cut(&key, '.', &section);
	for (size_t i = 0; i < N_SETTINGS; i++)
		if (str_eq_z(section, settings[i].section) && str_eq_z(key, settings[i].key))
			return &settings[i];
	(void)err_set(
	    e, ERR_INPUT, "there is no setting %.*s; `kontor config show` lists them", STR_ARG(str_head(name, 100)));
	return NULL;
}

/* Lines and tabs are allowed where a file may have them. */
static bool
is_plain_value(const struct conf_setting *s, struct str v)
{
	for (size_t i = 0; i < v.n; i++)
		if ((unsigned char)v.p[i] < 0x20 && v.p[i] != '\t'
		    && !(v.p[i] == '\n' && (s->type == CONF_TEXT || s->type == CONF_LIST)))
			return false;
	return utf8_valid(v);
}

bool
conf_with(struct arena *a, const struct conf *base, const struct conf_setting *s, struct str value, struct conf *out,
    struct err *e)
{
	struct conf next = *base;
	struct reading r = {.a = a, .c = &next, .e = e, .last = NO_SETTING, .value = true};

	if (!s->merchant)
		return err_set(e, ERR_INPUT, "%s.%s is set in kontor.conf alone", s->section, s->key);
	if (!is_plain_value(s, value))
		return err_set(e, ERR_INPUT, "%s.%s must be UTF-8 without control characters%s", s->section, s->key,
		    s->type == CONF_TEXT || s->type == CONF_LIST ? "" : ", in one line");
	set_value(&r, s, str_dup(a, value), 0);
	if (r.faults == 0)
		check_whole(&r);
	if (r.faults == 0)
		*out = next;
	return r.faults == 0;
}
