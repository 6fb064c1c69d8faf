#include "store/order/draft.h"

#include "base/utf8.h"
#include "plat/text/json.h"
#include "plat/text/secret.h"

#define TEXT_MAX_B 1500
#define NOTE_MAX_B 5000
#define JSON_MAX_B 48000 /* a third more when sealed: it must fit into the column */

static void
draft_put(struct json_out *w, const char *name, struct str value, size_t max_b)
{
	if (value.n == 0 || !utf8_valid(value))
		return;
	json_key(w, name);
	json_put_str(w, utf8_head(value, max_b));
}

static void
put_address(struct json_out *w, const char *name, const struct address *address)
{
	json_key(w, name);
	json_begin(w, '{');
	for (int i = 0; i < ADDRESS__MAX; i++)
		draft_put(w, address_field_name((enum address_field)i), address->field[i], TEXT_MAX_B);
	json_end(w, '}');
}

bool
draft_format(struct arena *a, const struct checkout_draft *d, struct str *json, struct err *e)
{
	struct json_out w;

	json_init(&w, a, JSON_MAX_B, '{');
	put_address(&w, "address", &d->address);
	put_address(&w, "billing", &d->billing);
	draft_put(&w, "delivery", d->shipping, TEXT_MAX_B);
	draft_put(&w, "payment", d->payment, TEXT_MAX_B);
	draft_put(&w, "message", d->note, NOTE_MAX_B);
	draft_put(&w, "wrong", d->wrong, TEXT_MAX_B);
	draft_put(&w, "terms", d->terms, TEXT_MAX_B);
	draft_put(&w, "early", d->early, TEXT_MAX_B);
	draft_put(&w, "was", d->was, TEXT_MAX_B);
	return json_done(&w, '}', json, e);
}

static struct str
draft_take(struct arena *a, const struct json *object, const char *name)
{
	struct str text = STR_NONE;

	(void)json_text(json_member(object, name), a, &text);
	return text;
}

static void
take_address(struct arena *a, const struct json *root, const char *name, struct address *address)
{
	const struct json *object = json_member(root, name);

	for (int i = 0; i < ADDRESS__MAX; i++)
		address->field[i] = draft_take(a, object, address_field_name((enum address_field)i));
}

void
draft_parse(struct arena *a, struct str json, struct checkout_draft *d)
{
	const struct json *root = json.n == 0 ? NULL : json_parse(json);

	*d = (struct checkout_draft){0};
	if (root == NULL)
		return;
	take_address(a, root, "address", &d->address);
	take_address(a, root, "billing", &d->billing);
	d->shipping = draft_take(a, root, "delivery");
	d->payment = draft_take(a, root, "payment");
	d->note = draft_take(a, root, "message");
	d->wrong = draft_take(a, root, "wrong");
	d->terms = draft_take(a, root, "terms");
	d->early = draft_take(a, root, "early");
	d->was = draft_take(a, root, "was");
	json_free(root);
}

static void
draft_subkey(const struct draft_key *k, uint8_t key[SECRET_KEY_B])
{
	secret_subkey(k->token, STR("kontor draft 1"), key);
}

static struct str
draft_head(struct arena *a, const struct draft_key *k)
{
	return str_fmt(a, "%llu", (unsigned long long)k->cart_id);
}

struct str
draft_seal(struct arena *a, const struct draft_key *k, struct str json)
{
	uint8_t key[SECRET_KEY_B], *sealed = arena_alloc(a, json.n + SECRET_SEAL_B);

	draft_subkey(k, key);
	secret_seal(key, draft_head(a, k), json, sealed);
	return secret_base64url(a, sealed, json.n + SECRET_SEAL_B);
}

struct str
draft_unseal(struct arena *a, const struct draft_key *k, struct str stored)
{
	size_t n = stored.n / 4 * 3 + (stored.n % 4 == 0 ? 0 : stored.n % 4 - 1);
	uint8_t key[SECRET_KEY_B], *sealed;
	char *json;

	if (str_starts(stored, STR("{")))
		return stored;
	if (n < SECRET_SEAL_B)
		return STR("");
	sealed = arena_alloc(a, n);
	json = arena_alloc(a, n);
	draft_subkey(k, key);
	if (!secret_from_base64url(stored, sealed, n) || !secret_unseal(key, draft_head(a, k), str_n(sealed, n), json))
		return STR("");
	return str_n(json, n - SECRET_SEAL_B);
}
