#include "work/document/paper.h"

#include "config.h"
#include "plat/text/digest.h"
#include "plat/text/file.h"
#include "plat/text/secret.h"

#define DIGEST_SHOWN_B 8

bool
paper_open(struct arena *a, const struct conf *conf, struct paper *p, struct err *e)
{
	const struct template_dirs dirs = {
	    .installed = conf->paths_template_dir.p, .overrides = conf->paths_override_dir.p};

	*p = (struct paper){.conf = conf};
	return urls_init(&p->urls, conf->site_url, e)
	       && langs_init(a, conf->site_languages.v, conf->site_languages.n, &p->langs, e)
	       && langs_load(a, &p->langs, conf->paths_locale_dir, e) && shop_rules_init(&p->rules, conf, e)
	       && template_load(a, &dirs, &p->langs, &p->set, e);
}

const struct lang *
paper_lang(const struct paper *p, struct arena *a, struct str tag)
{
	const struct lang *lang = lang_near(&p->langs, a, tag);

	return lang != NULL ? lang : &p->langs.lang[0];
}

static bool
paper_find(const struct paper *p, const char *template, size_t *id, struct err *e)
{
	return template_find(&p->set, str_z(template), id)
	       || err_set(e, ERR_INPUT, "the template \"%s\" is missing", template);
}

bool
paper_render(const struct paper *p, const char *template, const struct lang *lang, const struct view *root,
    struct buf *b, struct err *e)
{
	size_t id;

	return paper_find(p, template, &id, e) && template_render(&p->set, id, lang, root, b, e) && buf_check(b, e);
}

bool
paper_version(const struct paper *p, struct arena *a, const char *template, struct str *out, struct err *e)
{
	const char *const names[] = {template, "_paper_style"};
	uint8_t sum[DIGEST_SHA256_B] = {0};
	struct str text[ARRAY_LEN(names)];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t id;

		if (!paper_find(p, names[i], &id, e)
		    || !file_get(a, p->set.files[id].path.p, MUSTACHE_FILE_MAX_B, &text[i], e))
			return false;
	}
	if (!digest_sha256(text, ARRAY_LEN(names), sum, e))
		return false;
	*out = str_fmt(a, "%s/%.*s", PACKAGE_VERSION, STR_ARG(secret_hex(a, sum, DIGEST_SHOWN_B)));
	return true;
}
