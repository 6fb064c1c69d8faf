/* Asks for what every shop must have and writes it into the configuration. The new file is loaded before it takes
 * the old one's place, so that a wrong answer leaves everything as it was. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cmd.h"

#define FILE_MAX_B ((size_t)1 << 20)

static const struct {
	const char *option, *key, *question;
} asked[] = {
    {"name", "name", "Name of the shop"},
    {"url", "url", "Its address on the web (site.url)"},
    {"languages", "languages", "Languages, the default first"},
    {"currency", "currency", "Currency"},
    {"country", "country", "Country it sells from"},
    {"sender", "sender", "Mail to customers comes from"},
    {"address", "address", "Postal address (lines are divided by |)"},
    {"vat-id", "vat_id", "VAT identification number"},
    {"imprint", "imprint", "Imprint (lines are divided by |)"},
};

struct setup {
	struct cmd *c;
	const char *file;
	struct str text;                     /* of the file, with the answers so far */
	const char *given[ARRAY_LEN(asked)]; /* NULL: not given */
	bool batch;
};

static bool
options(struct cmd *c, struct setup *s)
{
	struct option known[ARRAY_LEN(asked) + 2] = {0};
	int opt;

	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		known[i] = (struct option){asked[i].option, required_argument, NULL, (int)i + 1};
	known[ARRAY_LEN(asked)] = (struct option){"batch", no_argument, NULL, 'b'};
	optind = 0;
	while ((opt = getopt_long(c->argc, c->argv, "", known, NULL)) != -1) {
		if (opt == 'b')
			s->batch = true;
		else if (opt >= 1 && opt <= (int)ARRAY_LEN(asked))
			s->given[opt - 1] = optarg;
		else
			return false;
	}
	return optind == c->argc;
}

/* The file as it is, or the example when there is none. */
static bool
read_text(struct setup *s, struct err *e)
{
	struct buf b;
	char piece[4096];
	size_t n;
	FILE *f = fopen(s->file, "re");

	buf_init(&b, s->c->a, FILE_MAX_B);
	if (f == NULL && errno != ENOENT)
		return err_set(e, ERR_UPSTREAM, "%s: %s", s->file, strerror(errno));
	if (f == NULL) {
		conf_put_example(&b);
	} else {
		while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
			buf_put(&b, str_n(piece, n));
		fclose(f);
	}
	s->text = buf_str(&b);
	return buf_check(&b, e);
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

/* The answer of a person at a terminal; empty: as it is. False at the end of input. */
static bool
ask(struct setup *s, size_t i, const struct conf *now, struct str *answer)
{
	const struct conf_setting *rows;
	struct buf b;
	char line[4096];
	size_t n;

	buf_init(&b, s->c->a, FILE_MAX_B);
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
		else if (!ask(s, i, now, &answer))
			return err_set(e, ERR_INPUT, "the answers ended; nothing was written");
		else if (answer.n == 0)
			continue;
		s->text = conf_edit(s->c->a, s->text, "site", asked[i].key, answer);
	}
	return true;
}

static bool
write_all(int fd, struct str text)
{
	while (text.n > 0) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text = str_from(text, (size_t)n);
	}
	return fsync(fd) == 0;
}

/* Writes beside the file, with its owner and mode, and checks what it wrote. */
static bool
write_beside(struct setup *s, char *temp, struct err *e)
{
	struct conf check;
	struct stat sb = {.st_mode = 0644};
	bool old = stat(s->file, &sb) == 0;
	int fd = mkostemp(temp, O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return err_set(e, ERR_UPSTREAM, "%s: %s", temp, strerror(errno));
	ok = write_all(fd, s->text) && fchmod(fd, sb.st_mode & 07777) == 0
	     && (!old || fchown(fd, sb.st_uid, sb.st_gid) == 0);
	if (!ok)
		(void)err_set(e, ERR_UPSTREAM, "%s: %s", temp, strerror(errno));
	close(fd);
	return ok && (conf_load(s->c->a, temp, &check, e) || err_context(e, "nothing was changed, because of"));
}

static bool
replace_file(struct setup *s, struct err *e)
{
	struct str temp = str_fmt(s->c->a, "%s.new-XXXXXX", s->file);

	if (!write_beside(s, (char *)temp.p, e)) {
		(void)unlink(temp.p);
		return false;
	}
	if (rename(temp.p, s->file) < 0) {
		(void)err_set(e, ERR_UPSTREAM, "%s: %s", s->file, strerror(errno));
		(void)unlink(temp.p);
		return false;
	}
	return true;
}

int
cmd_setup(struct cmd *c)
{
	struct setup s = {.c = c, .file = conf_file(c->conf_file)};
	char real[PATH_MAX];
	struct err e = {0};
	struct conf now;
	bool there = access(s.file, F_OK) == 0;

	if (!options(c, &s))
		return cmd_usage(c);
	if (realpath(s.file, real) != NULL) /* behind a link, the file itself is replaced */
		s.file = real;
	if (!conf_load(c->a, there ? s.file : NULL, &now, &e) || !read_text(&s, &e) || !gather(&s, &now, &e)
	    || !replace_file(&s, &e))
		return cmd_fail(c, &e);
	printf("%s is written; `kontor config check` tells what is still unwise\n", s.file);
	return CMD_OK;
}
