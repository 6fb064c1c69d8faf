/* kontor links: makes, replaces and lists the keys of order links, and makes the link of an order. */
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/cmd.h"
#include "plat/host/file_replace.h"
#include "store/order/order_store.h"
#include "view/url.h"

#define GROUP "kontor"
#define HOUR_S 3600
#define AFTER_MAX_H 8760

struct links_run {
	struct cmd *c;
	struct secret_ring keys;
	uint64_t after_h;
	bool revoke;
	int64_t now_s;
};

static const char *
links_path(const struct links_run *x)
{
	return x->c->conf.order_links_file.p;
}

static bool
links_print(struct links_run *x, struct err *e)
{
	const struct secret_ring_key *signer = secret_ring_signer(&x->keys, x->now_s);

	for (size_t i = 0; i < x->keys.n; i++) {
		const struct secret_ring_key *k = &x->keys.v[i];
		const char *use = k == signer ? "makes links" : k->since_s > x->now_s ? "not yet" : "opens older links";

		if (printf("key %02x  %-17s  since %s\n", k->id, use,
			k->since_s == 0 ? "the beginning" : cmd_utc(x->c->a, k->since_s))
		    < 0)
			return err_set(e, ERR_UPSTREAM, "standard output cannot be written");
	}
	return true;
}

static bool
links_list(struct links_run *x, struct err *e)
{
	return secret_ring_load(&x->keys, links_path(x), e) && links_print(x, e);
}

static bool
links_make(struct links_run *x, struct err *e)
{
	secret_ring_make(&x->keys, x->after_h == 0 ? 0 : x->now_s + (int64_t)x->after_h * HOUR_S);
	return secret_file_create(links_path(x), GROUP, secret_ring_text(x->c->a, &x->keys), e) && links_list(x, e);
}

static bool
links_rotate(struct links_run *x, struct err *e)
{
	if (!secret_ring_load(&x->keys, links_path(x), e))
		return false;
	secret_ring_turn(&x->keys, x->now_s + (int64_t)x->after_h * HOUR_S, x->now_s, x->revoke);
	if (!file_replace(x->c->a, links_path(x), secret_ring_text(x->c->a, &x->keys), e) || !links_print(x, e))
		return false;
	printf("copy %s to the other hosts, if there are any; workers read it within a second\n", links_path(x));
	return true;
}

static bool
links_url(struct links_run *x, const struct order_keyed *o, struct str token, struct err *e)
{
	const struct conf *conf = &x->c->conf;
	const struct lang *lang;
	struct langs langs;
	struct urls urls;
	struct str url;

	if (!urls_init(&urls, conf->site_url, e)
	    || !langs_init(x->c->a, conf->site_languages.v, conf->site_languages.n, &langs, e))
		return false;
	lang = &langs.lang[0];
	for (size_t i = 0; i < langs.n; i++)
		if (str_eq(langs.lang[i].tag, o->lang))
			lang = &langs.lang[i];
	url = url_absolute(&urls, x->c->a, url_to(&urls, x->c->a, lang, URL_order, token));
	return printf("%.*s\n", STR_ARG(url)) > 0 || err_set(e, ERR_UPSTREAM, "standard output cannot be written");
}

static bool
links_show(struct links_run *x, const char *number, struct err *e)
{
	uint8_t hash[SECRET_HASH_B];
	struct order_keyed o;
	struct str token;
	struct db *db;

	if (!secret_ring_load(&x->keys, links_path(x), e) || !cmd_db(x->c, DB_TOOL, &db, e)
	    || !order_keyed_get(db, x->c->a, str_z(number), &o, e))
		return false;
	order_link_hash(&x->keys, o.key, hash);
	if (!secret_equal(o.token_hash, str_n(hash, sizeof(hash))))
		return err_set(e, ERR_NOT_FOUND,
		    "%s was placed without these keys, so only its buyer has its link; or the order was erased",
		    number);
	token = order_link(x->c->a, &x->keys, o.key, x->now_s);
	if (token.n == 0)
		return err_set(e, ERR_NOT_FOUND, "no key is in use yet: kontor links list");
	return links_url(x, &o, token, e);
}

static bool
links_word(const struct links_run *x, const char *word)
{
	return str_eq_z(str_z(x->c->argv[1]), word);
}

int
cmd_links(struct cmd *c)
{
	struct links_run x = {.c = c, .now_s = clock_utc_s()};
	const struct cmd_option options[] = {
	    {"after", .number = &x.after_h, .min = 0, .max = AFTER_MAX_H}, {"revoke", .flag = &x.revoke}};
	struct err e = {0};
	bool ok;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc < 2 || (x.revoke && x.after_h > 0))
		return cmd_usage(c);
	if (!secret_init(&e) || !cmd_conf(c, &e))
		return cmd_fail(c, &e);
	if (links_word(&x, "show") && c->argc == 3)
		ok = links_show(&x, c->argv[2], &e);
	else if (c->argc != 2)
		return cmd_usage(c);
	else if (links_word(&x, "list"))
		ok = links_list(&x, &e);
	else if (links_word(&x, "keys"))
		ok = links_make(&x, &e);
	else if (links_word(&x, "rotate"))
		ok = links_rotate(&x, &e);
	else
		return cmd_usage(c);
	return ok ? CMD_OK : cmd_fail(c, &e);
}
