#include "work/hook/hook_message.h"

#include <string.h>

#include "plat/text/json.h"
#include "shop/order_state.h"
#include "view/format.h"
#include "work/order_json.h"

#define BODY_MAX_B ((size_t)4 << 20)
#define ANSWER_MAX_B ((size_t)64 << 10)
#define ID_B 16

/* Failures that hold nothing else up yet, then a pause that doubles. */
#define FREE_FAILURES 2
#define WAIT_FIRST_S 10
#define WAIT_MAX_S 3600
#define ASKED_MAX_S (6 * 3600) /* of Retry-After */

bool
hook_key_load(const struct conf *conf, struct hook_key *k, struct err *e)
{
	uint8_t secret[SECRET_KEY_B];

	if (!secret_file_load(conf->hooks_secret_file.p, secret, e))
		return false;
	secret_subkey(str_n(secret, sizeof(secret)), STR("webhooks"), k->key);
	memset(secret, 0, sizeof(secret));
	return true;
}

static struct str
secret_head(struct arena *a, struct str name)
{
	return str_fmt(a, "hook/%.*s", STR_ARG(name));
}

struct str
hook_secret_make(struct arena *a, const struct hook_key *k, struct str name)
{
	uint8_t secret[SECRET_KEY_B], *sealed = arena_alloc(a, HOOK_SEALED_B);

	secret_random(secret, sizeof(secret));
	secret_seal(k->key, secret_head(a, name), str_n(secret, sizeof(secret)), sealed);
	memset(secret, 0, sizeof(secret));
	return str_n(sealed, HOOK_SEALED_B);
}

static bool
secret_open(struct arena *a, const struct hook_key *k, struct str name, struct str sealed, uint8_t secret[SECRET_KEY_B],
    struct err *e)
{
	return (sealed.n == HOOK_SEALED_B && secret_unseal(k->key, secret_head(a, name), sealed, secret))
	    || err_set(e, ERR_INPUT,
		"hooks.secret_file does not open the secret of '%.*s': copy the file from the host where the receiver "
		"was added, or make a new secret: kontor hook rotate %.*s --now",
		STR_ARG(name), STR_ARG(name));
}

bool
hook_secret_text(struct arena *a, const struct hook_key *k, struct str name, struct str sealed, struct str *text,
    struct err *e)
{
	uint8_t secret[SECRET_KEY_B];

	if (!secret_open(a, k, name, sealed, secret, e))
		return false;
	*text = str_fmt(a, "whsec_%s", secret_base64(a, secret, sizeof(secret)).p);
	return true;
}

static bool
read_event(struct arena *a, struct str payload, enum order_topic *topic, int64_t *about)
{
	const struct json *root = json_parse(payload);
	struct str name;
	bool ok = json_text(json_member(root, "event"), a, &name) && order_topic_find(name, topic);

	if (!json_int(json_member(root, "id"), about))
		*about = 0;
	json_free(root);
	return ok;
}

bool
hook_body_of(
    struct db *db, struct arena *a, const struct outbox_item *item, bool buyer, struct str *body, struct err *e)
{
	struct order_look look;
	struct json_out w;
	enum order_topic topic;
	int64_t about;

	if (!read_event(a, item->payload, &topic, &about))
		return err_set(e, ERR_INPUT, "row %llu is of another release", (unsigned long long)item->id);
	if (!db_snapshot(db, e) || !order_look_outside(db, a, item->order_id, &look, e) || !db_commit(db, e))
		return false;
	json_init(&w, a, BODY_MAX_B, '{');
	json_add_str(&w, "type", str_fmt(a, "order.%s", order_topic_name(topic)));
	format_json_time(&w, "timestamp", item->created_at);
	json_key(&w, "data");
	json_begin(&w, '{');
	json_add_i64(&w, "version", HOOK_JSON_VERSION);
	json_add_i64(&w, "order_version", (int64_t)item->version);
	json_key(&w, "about");
	json_put_i64_or_null(&w, about, about == 0);
	json_key(&w, "order");
	json_begin(&w, '{');
	order_json(&w, &look, buyer ? ORDER_JSON_BUYER : 0);
	json_end(&w, '}');
	json_end(&w, '}');
	return json_done(&w, '}', body, e);
}

bool
hook_body_test(struct arena *a, int64_t now_s, struct str *body, struct err *e)
{
	struct json_out w;

	json_init(&w, a, BODY_MAX_B, '{');
	json_add_str(&w, "type", STR("test"));
	format_json_time(&w, "timestamp", now_s);
	json_key(&w, "data");
	json_begin(&w, '{');
	json_add_i64(&w, "version", HOOK_JSON_VERSION);
	json_end(&w, '}');
	return json_done(&w, '}', body, e);
}

struct str
hook_id_of(struct arena *a, const struct outbox_item *item, struct str kind)
{
	uint8_t hash[SECRET_HASH_B];

	/* With the time, since an older copy of the database gives numbers again. */
	secret_hash(str_fmt(a, "%.*s %.*s %llu %lld", STR_ARG(kind), STR_ARG(item->subject),
			(unsigned long long)item->version, (long long)item->created_at),
	    hash);
	return str_fmt(a, "msg_%s", secret_hex(a, hash, ID_B).p);
}

struct str
hook_id_new(struct arena *a)
{
	uint8_t id[ID_B];

	secret_random(id, sizeof(id));
	return str_fmt(a, "msg_%s", secret_hex(a, id, sizeof(id)).p);
}

/* "v1,... v1,...": the newest secret first. */
static bool
hook_sign(struct arena *a, const struct hook_letter *l, struct str *signature, struct err *e)
{
	const struct str sealed[HOOK_SECRETS_MAX] = {l->sealed, l->old_sealed};
	struct str text = str_fmt(a, "%.*s.%lld.%.*s", STR_ARG(l->id), (long long)l->now_s, STR_ARG(l->body));

	*signature = STR("");
	for (size_t i = 0; i < ARRAY_LEN(sealed); i++) {
		uint8_t secret[SECRET_KEY_B], mac[SECRET_HMAC_B];

		if (sealed[i].p == NULL)
			continue;
		if (!secret_open(a, l->key, l->name, sealed[i], secret, e))
			return false;
		secret_hmac(str_n(secret, sizeof(secret)), text, mac);
		memset(secret, 0, sizeof(secret));
		*signature = str_fmt(a, "%.*s%sv1,%s", STR_ARG(*signature), i == 0 ? "" : " ",
		    secret_base64(a, mac, sizeof(mac)).p);
	}
	return true;
}

bool
hook_message_make(struct arena *a, const struct hook_letter *l, struct hook_message *m, struct err *e)
{
	struct str signature;

	if (!hook_sign(a, l, &signature, e))
		return false;
	m->headers[0] = STR("Content-Type: application/json");
	m->headers[1] = str_fmt(a, "webhook-id: %.*s", STR_ARG(l->id));
	m->headers[2] = str_fmt(a, "webhook-timestamp: %lld", (long long)l->now_s);
	m->headers[3] = str_fmt(a, "webhook-signature: %.*s", STR_ARG(signature));
	m->body = (struct http_body){.headers = m->headers, .n_headers = HOOK_HEADERS, .text = l->body};
	m->rq = (struct http_request){.url = str_zdup(a, l->url),
	    .limit_ms = (uint32_t)l->conf->hooks_limit_ms,
	    .tls_only = true,
	    .max_b = ANSWER_MAX_B,
	    .agent = "Kontor (webhook)",
	    .allowed = l->conf->test_hook_loopback ? public_or_loopback : public_address};
	return true;
}

static int64_t
wait_of(uint64_t failures)
{
	int64_t s = WAIT_FIRST_S;

	if (failures <= FREE_FAILURES)
		return 0;
	for (uint64_t i = FREE_FAILURES + 1; i < failures && s < WAIT_MAX_S; i++)
		s *= 2;
	return s < WAIT_MAX_S ? s : WAIT_MAX_S;
}

/* The status counts once the head is complete; the rest of an answer is of no use. */
static bool
has_status(const struct http_answer *x)
{
	return x->status >= 200 && (str_ends(x->head, STR("\r\n\r\n")) || str_ends(x->head, STR("\n\n")));
}

void
hook_judge(struct arena *a, const struct http_answer *x, uint64_t failures, struct hook_end *end)
{
	int64_t asked = x->status == 429 || x->status == 503 ? x->retry_s : 0;

	end->status = has_status(x) ? x->status : 0;
	end->ok = end->status >= 200 && end->status < 300;
	end->gone = end->status == 410;
	end->wait_s = end->ok ? 0 : wait_of(failures + 1);
	if (end->wait_s < asked)
		end->wait_s = asked < ASKED_MAX_S ? asked : ASKED_MAX_S;
	if (end->ok)
		end->why = STR("");
	else if (end->status >= 300 && end->status < 400)
		end->why = str_fmt(a, "the receiver answers %d; redirects are not followed", end->status);
	else if (end->status != 0)
		end->why = str_fmt(a, "the receiver answers %d", end->status);
	else
		end->why = str_head(str_z(*x->why == '\0' ? "the answer is not complete" : x->why), 200);
}
