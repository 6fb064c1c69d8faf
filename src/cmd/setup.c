/* Asks for the settings that every shop needs, writes the configuration, and creates the secret of the cache. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/conf_change.h"
#include "cmd/config_check.h"
#include "plat/receipt/receipt.h"
#include "plat/text/secret.h"

#define GROUP "kontor" /* the workers' group in the package */
#define ANSWER_MAX_B ((size_t)64 << 10)

static const struct {
	const char *option, *key, *question;
} asked[] = {
    {"name", "name", "Name of the shop"},
    {"url", "url", "Address of the shop (site.url)"},
    {"languages", "languages", "Languages, the default first"},
    {"currency", "currency", "Currency"},
    {"country", "country", "Country that the shop sells from"},
    {"sender", "sender", "Sender address of mail to customers"},
    {"address", "address", "Postal address (lines separated by |)"},
    {"vat-id", "vat_id", "VAT identification number"},
    {"imprint", "imprint", "Imprint (lines separated by |)"},
};

struct setup {
	struct cmd *c;
	struct conf_change change;
	const char *given[ARRAY_LEN(asked)]; /* NULL: not given */
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

/* Asks at the terminal; an empty answer keeps the value. False at the end of input. */
static bool
setup_ask(struct setup *s, size_t i, const struct conf *now, struct str *answer)
{
	const struct conf_setting *rows;
	struct buf b;
	char line[4096];
	size_t n;

	buf_init(&b, s->c->a, ANSWER_MAX_B);
	rows = conf_settings(&n);
	for (size_t k = 0; k < n; k++)
		if (strcmp(rows[k].section, "site") == 0 && strcmp(rows[k].key, asked[i].key) == 0)
			conf_put_value(&b, now, &rows[k]);
	printf("%s [%.*s]: ", asked[i].question, STR_ARG(buf_str(&b)));
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
		conf_change_set(&s->change, "site", asked[i].key, answer);
	}
	return true;
}

int
cmd_setup(struct cmd *c)
{
	struct setup s = {.c = c};
	struct err e = {0};

	if (!setup_options(c, &s))
		return cmd_usage(c);
	if (!conf_change_begin(&s.change, c->a, conf_file(c->conf_file), &e) || !gather(&s, &s.change.now, &e)
	    || !conf_change_end(&s.change, &e) || !secret_init(&e))
		return cmd_fail(c, &e);
	if (!secret_file_make(s.change.now.cache_secret_file.p, GROUP, &e))
		fprintf(stderr, "kontor: warning: %s; without this file memcached is not used\n", e.msg);
	if (!receipt_keys_make(
		s.change.now.receipts_public_key_file.p, s.change.now.receipts_private_key_file.p, &(struct err){0}))
		fprintf(stderr,
		    "kontor: warning: receipts do not name buyers: their keys cannot be made (kontor receipts keys)\n");
	printf("%s was written\n", s.change.file);
	fflush(stdout);
	(void)config_check(c);
	return CMD_OK;
}
