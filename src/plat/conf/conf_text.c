/* The configuration for people: example file, values in effect, manual page, warnings. */
#include "plat/conf/conf.h"

#include <string.h>

#include "plat/conf/conf_mail.h"

#define WRAP_COLUMNS 76
#define CONF_MERCHANT_NOTE "A value in the database overrides it: kontor setting."
#define CONF_VALUE_MAX_B ((size_t)64 << 10)

static bool
conf_is_text(enum conf_type t)
{
	return t == CONF_STR || t == CONF_TEXT || t == CONF_PATH || t == CONF_CHOICE;
}

/* Writes a TEXT with indented continuation lines. */
static void
conf_put_lines(struct buf *b, struct str text)
{
	struct str line;
	bool first = true;

	while (str_cut(&text, '\n', &line)) {
		buf_z(b, first ? "" : "\n\t");
		buf_put(b, line);
		first = false;
	}
}

void
conf_put_value(struct buf *b, const struct conf *c, const struct conf_setting *s)
{
	const void *p = (const char *)c + s->offset;
	const struct conf_list *l = p;

	if (conf_is_text(s->type)) {
		conf_put_lines(b, *(const struct str *)p);
	} else if (s->type == CONF_BOOL) {
		buf_z(b, *(const bool *)p ? "yes" : "no");
	} else if (s->type == CONF_LIST) {
		for (size_t i = 0, column = 0; i < l->n; i++) {
			column += l->v[i].n + 2;
			if (i > 0)
				buf_z(b, column > 100 ? ",\n\t" : ", ");
			column = column > 100 ? l->v[i].n : column;
			buf_put(b, l->v[i]);
		}
	} else {
		buf_i64(b, *(const int64_t *)p);
	}
}

/* "Whole number of ms, 50 to 60000; default 2000." */
static struct str
kind_text(struct arena *a, const struct conf_setting *s)
{
	struct buf b;

	buf_init(&b, a, 4096);
	switch (s->type) {
	case CONF_STR: buf_fmt(&b, "Text of %lld to %lld bytes", (long long)s->min, (long long)s->max); break;
	case CONF_TEXT: buf_fmt(&b, "Text of one or more lines, up to %lld bytes", (long long)s->max); break;
	case CONF_PATH: buf_z(&b, s->min == 0 ? "Absolute path or empty" : "Absolute path"); break;
	case CONF_CHOICE: buf_fmt(&b, "One of %s", s->unit); break;
	case CONF_LIST:
		buf_fmt(&b, "Comma-separated list, %lld to %lld entries", (long long)s->min, (long long)s->max);
		break;
	case CONF_BOOL: buf_z(&b, "yes or no"); break;
	default:
		buf_fmt(&b, "Whole number%s%s, %lld to %lld", *s->unit == '\0' ? "" : " of ", s->unit,
		    (long long)s->min, (long long)s->max);
	}
	buf_fmt(&b, "; default %s.", *s->def == '\0' ? "empty" : s->def);
	return buf_str(&b);
}

static void
put_wrapped(struct buf *b, const char *lead, struct str text)
{
	struct str word;
	size_t column = 0;

	while (str_cut(&text, ' ', &word)) {
		if (column == 0 || column + 1 + word.n > WRAP_COLUMNS) {
			buf_fmt(b, "%s%s", column == 0 ? "" : "\n", lead);
			column = strlen(lead);
		} else {
			buf_ch(b, ' ');
			column++;
		}
		buf_put(b, word);
		column += word.n;
	}
	buf_ch(b, '\n');
}

static bool
begins_section(const struct conf_setting *s, size_t i)
{
	return i == 0 || strcmp(s[i].section, s[i - 1].section) != 0;
}

void
conf_put_example(struct buf *b)
{
	size_t n;
	const struct conf_setting *s = conf_settings(&n);

	buf_z(b, "# kontor.conf - every setting with its default. Remove the # in front of a setting to change it.\n"
		 "# A comment must be on a line of its own; an indented line continues the list or text above it.\n"
		 "# After a change: kontor config check\n");
	for (size_t i = 0; i < n; i++) {
		if (begins_section(s, i))
			buf_fmt(b, "\n[%s]\n", s[i].section);
		buf_ch(b, '\n');
		put_wrapped(b, "# ", str_z(s[i].help));
		put_wrapped(b, "# ", kind_text(b->a, &s[i]));
		if (s[i].merchant)
			buf_z(b, "# " CONF_MERCHANT_NOTE "\n");
		buf_fmt(b, "#%s =%s%s\n", s[i].key, *s[i].def == '\0' ? "" : " ", s[i].def);
	}
}

void
conf_put_all(struct buf *b, const struct conf *c, conf_source_fn *source, void *arg)
{
	size_t n;
	const struct conf_setting *s = conf_settings(&n);

	for (size_t i = 0; i < n; i++) {
		if (begins_section(s, i))
			buf_fmt(b, "%s[%s]\n", i == 0 ? "" : "\n", s[i].section);
		if (source != NULL)
			buf_fmt(b, "# %.*s\n", STR_ARG(source(arg, &s[i])));
		buf_fmt(b, "%s = ", s[i].key);
		conf_put_value(b, c, &s[i]);
		buf_ch(b, '\n');
	}
}

/* Escapes for troff: backslashes, hyphens, and a dot or quote at the start of a line. */
static void
put_troff(struct buf *b, struct str s)
{
	if (s.n > 0 && (s.p[0] == '.' || s.p[0] == '\''))
		buf_z(b, "\\&");
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			buf_z(b, "\\e");
		else if (s.p[i] == '-')
			buf_z(b, "\\-");
		else
			buf_ch(b, s.p[i]);
	}
}

void
conf_put_man(struct buf *b)
{
	size_t n;
	const struct conf_setting *s = conf_settings(&n);

	buf_z(b,
	    ".TH KONTOR.CONF 5 \"\" \"Kontor\" \"File formats\"\n"
	    ".SH NAME\nkontor.conf \\- configuration of the Kontor shop\n"
	    ".SH SYNOPSIS\n.I " SYSCONFDIR "/kontor/kontor.conf\n"
	    ".SH DESCRIPTION\nThe file is divided into sections; each line in a section is\n"
	    ".IR \"name \" = \" value\" .\n"
	    "Lines that begin with # or ; are comments; a comment must be on a line of its own. An indented line\n"
	    "continues the list or text above it. A setting that is unknown, given twice or out of range is refused;\n"
	    "the message names its line.\n"
	    "The settings that are the merchant's can also have a value in the database, which counts instead, on all\n"
	    "hosts and without a reload; see\n.B kontor setting\nin\n.BR kontor (1).\n"
	    ".B kontor config check\nchecks the file,\n.B kontor config example\nwrites one with all defaults,\n"
	    ".B kontor config show\nprints the values in effect.\n");
	for (size_t i = 0; i < n; i++) {
		if (begins_section(s, i))
			buf_fmt(b, ".SH SECTION [%s]\n", s[i].section);
		buf_fmt(b, ".TP\n.B %s\n", s[i].key);
		put_troff(b, str_z(s[i].help));
		buf_ch(b, '\n');
		put_troff(b, kind_text(b->a, &s[i]));
		buf_ch(b, '\n');
		if (s[i].merchant)
			buf_z(b, CONF_MERCHANT_NOTE "\n");
	}
	buf_z(b, ".SH SEE ALSO\n.BR kontor (1),\n.BR kontor.fcgi (8),\n.BR kontor-jobs (8)\n");
}

static size_t
warn_if(bool unwise, conf_report_fn *report, void *arg, const char *text)
{
	if (unwise)
		report(arg, text);
	return unwise ? 1 : 0;
}

static bool
sends_openly(const struct conf *c)
{
	struct err e = {0};
	struct str host;
	uint64_t port;

	return str_eq_z(c->mail_transport, "smtp") && str_eq_z(c->mail_tls, "off")
	       && conf_mail_server(c, &host, &port, &e) && !conf_mail_local(host);
}

size_t
conf_warn(const struct conf *c, conf_report_fn *report, void *arg)
{
	return warn_if(
		   c->test_faults, report, arg, "test.faults is on: anybody can crash a worker; never in a shop.")
	       + warn_if(c->test_hook_loopback, report, arg,
		   "test.hook_loopback is on: webhooks may reach services of this machine; never in a shop.")
	       + warn_if(c->test_pay_url.n > 0, report, arg,
		   "test.pay_url is set: a test program stands for a payment provider; never in a shop.")
	       + warn_if(!str_starts(c->site_url, STR("https://")), report, arg,
		   "site.url is not https: cookies and addresses are sent unencrypted.")
	       + warn_if(c->order_unpaid_orders_max == 0 && c->order_unpaid_pieces_max == 0, report, arg,
		   "order.unpaid_orders_max and order.unpaid_pieces_max are 0: one client can hold all goods unpaid.")
	       + warn_if(c->site_sender.n == 0, report, arg, "site.sender is empty: no mail can be sent.")
	       + warn_if(sends_openly(c), report, arg,
		   "mail.tls is off: mails cross the network to mail.server unencrypted.")
	       + warn_if(str_eq_z(c->mail_transport, "file"), report, arg,
		   "mail.transport is file: no mail reaches a customer.")
	       + warn_if(
		   c->site_imprint.n == 0, report, arg, "site.imprint is empty: many countries require one by law.");
}

struct str
conf_value(struct arena *a, const struct conf *c, const struct conf_setting *s)
{
	const void *p = (const char *)c + s->offset;
	const struct conf_list *l = p;
	struct buf b;

	if (conf_is_text(s->type))
		return *(const struct str *)p;
	buf_init(&b, a, CONF_VALUE_MAX_B);
	if (s->type != CONF_LIST)
		conf_put_value(&b, c, s);
	for (size_t i = 0; s->type == CONF_LIST && i < l->n; i++) {
		buf_z(&b, i > 0 ? ", " : "");
		buf_put(&b, l->v[i]);
	}
	return buf_str(&b);
}

uint64_t
conf_merchant_hash(const struct conf *c, uint64_t change)
{
	uint64_t hash = str_hash(str_n(&change, sizeof(change)));
	size_t n;
	const struct conf_setting *s = conf_settings(&n);
	struct arena a;

	arena_init(&a, (size_t)1 << 20);
	for (size_t i = 0; i < n; i++)
		if (s[i].merchant)
			hash = str_hash_more(str_hash_more(hash, conf_value(&a, c, &s[i])), STR("\n"));
	arena_fini(&a);
	return hash;
}
