/* Asks for the settings that every shop needs, writes the configuration, and creates the secret of the cache. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/money.h"
#include "cmd/config_check.h"
#include "cmd/setting/setting_conf.h"
#include "plat/receipt/receipt.h"
#include "plat/text/secret_ring.h"

#define GROUP "kontor" /* the workers' group in the package */
#define ANSWER_MAX_B ((size_t)64 << 10)

static const struct {
	const char *option, *section, *key, *question;
} asked[] = {
    {"name", "site", "name", "Name of the shop"},
    {"url", "site", "url", "Address of the shop (site.url)"},
    {"languages", "site", "languages", "Languages, the default first"},
    {"currency", "site", "currency", "Currency"},
    {"country", "site", "country", "Country that the shop sells from"},
    {"countries", "shipping", "countries", "Countries that it delivers to: home, eu, all, or codes such as AT, CH"},
    {"sender", "site", "sender", "Sender address of mail to customers"},
    {"address", "site", "address", "Postal address (lines separated by |)"},
    {"vat-id", "site", "vat_id", "VAT identification number"},
    {"imprint", "site", "imprint", "Imprint (lines separated by |)"},
};

/* Settings with amounts of money. */
static const char *const priced[] = {
    "home", "home_free_from", "eu", "eu_free_from", "world", "world_free_from"};

struct setup {
	struct cmd *c;
	struct setting_conf change;
	const char *given[ARRAY_LEN(asked)]; /* NULL: not given */
	struct str currency; /* answered */
	bool batch;
};

static bool
setup_options(struct cmd *c, struct setup *s)
{
	struct cmd_option options[ARRAY_LEN(asked) + 1] = {{"batch", .flag = &s->batch}};

	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		options[i + 1] = (struct cmd_option){asked[i].option, .text = &s->given[i]};
	return cmd_options(c, options, ARRAY_LEN(options)) && c->argc == 1;
}

static struct str
with_lines(struct arena *a, const char *answer)
{
	char *text = (char *)str_zdup(a, str_z(answer));

	for (char *p = text; *p != '\0'; p++)
		if (*p == '|')
			*p = '\n';
	return str_trim(str_z(text));
}

static const struct conf_setting *
setting_of(struct setup *s, const char *section, const char *key)
{
	struct err e = {0};
	const struct conf_setting *row = conf_find(str_fmt(s->c->a, "%s.%s", section, key), &e);

	ASSERT(row != NULL);
	return row;
}

static struct str
value_now(struct setup *s, const struct conf *now, const char *section, const char *key)
{
	return conf_value(s->c->a, now, setting_of(s, section, key));
}

static void
setup_set(struct setup *s, const char *section, const char *key, struct str value)
{
	setting_conf_set(&s->change, setting_of(s, section, key), value);
}

/* Asks at the terminal; an empty answer keeps the value. False at the end of input. */
static bool
setup_ask(struct setup *s, size_t i, const struct conf *now, struct str *answer)
{
	char line[4096];

	struct str current = value_now(s, now, asked[i].section, asked[i].key);

	if (s->change.file.fresh && strcmp(asked[i].key, "countries") == 0)
		current = STR("all");
	printf("%s [%.*s]: ", asked[i].question, STR_ARG(current));
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return false;
	*answer = with_lines(s->c->a, line);
	return true;
}

static bool
gather(struct setup *s, const struct conf *now, struct err *e)
{
	bool terminal = !s->batch && isatty(STDIN_FILENO) == 1;

	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		struct str answer = STR_NONE;

		if (s->given[i] != NULL)
			answer = with_lines(s->c->a, s->given[i]);
		else if (!terminal)
			continue;
		else if (!setup_ask(s, i, now, &answer))
			return err_set(e, ERR_INPUT, "the answers ended; nothing was written");
		else if (answer.n == 0)
			continue;
		setup_set(s, asked[i].section, asked[i].key, answer);
		if (strcmp(asked[i].key, "currency") == 0)
			s->currency = answer;
	}
	return true;
}

/* "2000:4.90" as "2000:490". */
static struct str
without_cents(struct arena *a, struct str text)
{
	struct buf b;

	buf_init(&b, a, ANSWER_MAX_B);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '.') {
			buf_ch(&b, text.p[i]);
			continue;
		}
		for (size_t k = 1; k <= 2; k++) {
			bool digit = i + 1 < text.n && text.p[i + 1] >= '0' && text.p[i + 1] <= '9';

			buf_ch(&b, digit ? text.p[++i] : '0');
		}
	}
	return buf_str(&b);
}

/* The prices of delivery must be amounts of the currency, or no worker starts. Their values remain the merchant's
 * affair. */
static void
price_delivery(struct setup *s, const struct conf *now)
{
	currency cur;

	if (s->currency.n == 0 || !currency_find(s->currency, &cur) || str_eq(s->currency, now->site_currency))
		return;
	for (size_t i = 0; currency_digits(cur) == 0 && i < ARRAY_LEN(priced); i++) {
		struct str value = value_now(s, now, "shipping", priced[i]);

		if (str_chr(value, '.') >= 0)
			setup_set(s, "shipping", priced[i], without_cents(s->c->a, value));
	}
	printf("the prices of delivery are examples: set shipping.home, shipping.eu, shipping.world and "
	       "shipping.*_free_from in %s\n",
	    currency_code(cur));
}

/* Only a new shop delivers to all countries without being asked. */
static void
serve_all(struct setup *s)
{
	if (s->change.file.fresh)
		setup_set(s, "shipping", "countries", STR("all"));
}

/* A shop with a configuration may have workers of a release that cannot read the new links. */
static void
make_links_keys(struct setup *s)
{
	struct secret_ring keys;
	struct err e = {0};

	if (!s->change.file.fresh)
		return;
	secret_ring_make(&keys, 0);
	if (!secret_file_create(s->change.file.now.order_links_file.p, GROUP, secret_ring_text(s->c->a, &keys), &e))
		fprintf(stderr, "kontor: warning: %s; order links are made without it (kontor links keys)\n", e.msg);
}

int
cmd_setup(struct cmd *c)
{
	struct setup s = {.c = c};
	struct err e = {0};

	if (!setup_options(c, &s))
		return cmd_usage(c);
	if (!setting_conf_begin(&s.change, c, &e))
		return cmd_fail(c, &e);
	serve_all(&s);
	if (!gather(&s, setting_conf_now(&s.change), &e))
		return cmd_fail(c, &e);
	price_delivery(&s, setting_conf_now(&s.change));
	if (!setting_conf_end(&s.change, &e) || !secret_init(&e))
		return cmd_fail(c, &e);
	if (!secret_file_make(s.change.file.now.cache_secret_file.p, GROUP, &e))
		fprintf(stderr, "kontor: warning: %s; without this file memcached is not used\n", e.msg);
	if (!receipt_keys_make(s.change.file.now.receipts_public_key_file.p,
		s.change.file.now.receipts_private_key_file.p, &(struct err){0}))
		fprintf(stderr,
		    "kontor: warning: receipts do not name buyers: their keys cannot be made (kontor receipts keys)\n");
	make_links_keys(&s);
	printf("%s was written\n", s.change.file.file);
	fflush(stdout);
	(void)config_check(c);
	return CMD_OK;
}
