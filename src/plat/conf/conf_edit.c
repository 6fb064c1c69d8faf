/* Changes one setting in the text of a configuration file and keeps every other line. */
#include "plat/conf/conf.h"

struct editing {
	struct buf out;
	const char *section, *key;
	struct str value;
	bool in_section; /* the current line is in the section */
	bool done;       /* the new line is written */
	bool dropping;   /* continuations of the old value */
};

static void
put_setting(struct editing *ed)
{
	struct str rest = ed->value, line;
	bool first = true;

	buf_fmt(&ed->out, "%s =", ed->key);
	while (str_cut(&rest, '\n', &line)) {
		buf_z(&ed->out, first ? (line.n == 0 ? "" : " ") : "\n\t");
		buf_put(&ed->out, line);
		first = false;
	}
	buf_ch(&ed->out, '\n');
	ed->done = true;
}

/* True for a line "key = ..." or, if `commented`, "#key = ...". */
static bool
is_setting(struct str line, const char *key, bool commented)
{
	struct str name, rest = str_trim(line);

	if (commented) {
		if (rest.n == 0 || rest.p[0] != '#')
			return false;
		rest = str_from(rest, 1);
	}
	return str_chr(rest, '=') > 0 && str_cut(&rest, '=', &name) && str_eq_z(str_trim(name), key);
}

static bool
is_section(struct str line)
{
	return line.n > 0 && line.p[0] == '[';
}

/* True when the section sets the key; its commented default is then left unchanged. */
static bool
is_set(struct str text, const char *section, const char *key)
{
	struct str line, head = STR_NONE;

	while (str_cut(&text, '\n', &line)) {
		if (is_section(line))
			head = str_trim(line);
		else if (head.n > 2 && str_eq_z(str_n(head.p + 1, head.n - 2), section) && is_setting(line, key, false))
			return true;
	}
	return false;
}

static void
edit_line(struct editing *ed, struct str line, bool replace_comment)
{
	struct str head = str_trim(line);

	if (ed->dropping && head.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t'))
		return;
	ed->dropping = false;
	if (is_section(line)) {
		if (ed->in_section && !ed->done)
			put_setting(ed);
		ed->in_section = head.n > 2 && str_eq_z(str_n(head.p + 1, head.n - 2), ed->section);
	} else if (ed->in_section && !ed->done && is_setting(line, ed->key, replace_comment)) {
		put_setting(ed);
		ed->dropping = !replace_comment;
		return;
	}
	buf_put(&ed->out, line);
	buf_ch(&ed->out, '\n');
}

struct str
conf_edit(struct arena *a, struct str text, const char *section, const char *key, struct str value)
{
	struct editing ed = {.section = section, .key = key, .value = value};
	bool replace_comment = !is_set(text, section, key);
	struct str line;

	buf_init(&ed.out, a, text.n + value.n * 2 + 1024);
	if (str_ends(text, STR("\n")))
		text = str_head(text, text.n - 1);
	while (text.n > 0 && str_cut(&text, '\n', &line))
		edit_line(&ed, line, replace_comment);
	if (!ed.done) {
		if (!ed.in_section)
			buf_fmt(&ed.out, "%s[%s]\n", ed.out.n == 0 ? "" : "\n", section);
		put_setting(&ed);
	}
	return buf_str(&ed.out);
}
