#include "store/order/draft.h"

#include <jansson.h>

#include "base/buf.h"
#include "base/utf8.h"

#define TEXT_MAX_B 1500
#define NOTE_MAX_B 5000
#define JSON_MAX_B 60000

static void
draft_put(struct buf *b, const char *name, struct str value, size_t max_b)
{
	if (value.n == 0 || !utf8_valid(value))
		return;
	if (buf_str(b).p[buf_str(b).n - 1] != '{')
		buf_ch(b, ',');
	buf_json(b, str_z(name));
	buf_ch(b, ':');
	buf_json(b, utf8_head(value, max_b));
}

static void
put_address(struct buf *b, const char *name, const struct address *address)
{
	if (buf_str(b).p[buf_str(b).n - 1] != '{')
		buf_ch(b, ',');
	buf_json(b, str_z(name));
	buf_z(b, ":{");
	for (int i = 0; i < ADDRESS__MAX; i++)
		draft_put(b, address_field_name((enum address_field)i), address->field[i], TEXT_MAX_B);
	buf_ch(b, '}');
}

bool
draft_format(struct arena *a, const struct checkout_draft *d, struct str *json, struct err *e)
{
	struct buf b;

	buf_init(&b, a, JSON_MAX_B);
	buf_ch(&b, '{');
	put_address(&b, "address", &d->address);
	put_address(&b, "billing", &d->billing);
	draft_put(&b, "delivery", d->shipping, TEXT_MAX_B);
	draft_put(&b, "payment", d->payment, TEXT_MAX_B);
	draft_put(&b, "message", d->note, NOTE_MAX_B);
	buf_ch(&b, '}');
	*json = buf_str(&b);
	return buf_check(&b, e);
}

static struct str
draft_take(struct arena *a, const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	if (!json_is_string(value))
		return STR_NONE;
	return str_dup(a, str_n(json_string_value(value), json_string_length(value)));
}

static void
take_address(struct arena *a, const json_t *root, const char *name, struct address *address)
{
	const json_t *object = json_object_get(root, name);

	for (int i = 0; i < ADDRESS__MAX; i++)
		address->field[i] = draft_take(a, object, address_field_name((enum address_field)i));
}

void
draft_parse(struct arena *a, struct str json, struct checkout_draft *d)
{
	json_t *root;

	*d = (struct checkout_draft){0};
	if (json.n == 0)
		return;
	root = json_loadb(json.p, json.n, 0, NULL);
	if (root == NULL)
		return;
	take_address(a, root, "address", &d->address);
	take_address(a, root, "billing", &d->billing);
	d->shipping = draft_take(a, root, "delivery");
	d->payment = draft_take(a, root, "payment");
	d->note = draft_take(a, root, "message");
	json_decref(root);
}
