/* hook_message.h - a webhook in the form of Standard Webhooks (standardwebhooks.com): the JSON, its id, its signatures.
 *
 * A row of the outbox has one id, so a receiver recognises a repeat. The row fixes the event; the order is read when
 * the message is made, so that a late message never shows a state that is over, nor data that were erased since
 * (doc/webhooks.md). */
#ifndef KONTOR_WORK_HOOK_HOOK_MESSAGE_H
#define KONTOR_WORK_HOOK_HOOK_MESSAGE_H

#include "plat/conf/conf.h"
#include "plat/host/http.h"
#include "store/hook_store.h"

#define HOOK_JSON_VERSION 1
#define HOOK_HEADERS 4
#define HOOK_SECRETS_MAX 2

/* The key that seals the receivers' secrets (hooks.secret_file). */
struct hook_key {
	uint8_t key[SECRET_KEY_B];
};

/* ERR_NOT_FOUND without the file. */
MUST_USE bool hook_key_load(const struct conf *, struct hook_key *, struct err *);

/* A new secret of the receiver, sealed for the column. */
struct str hook_secret_make(struct arena *, const struct hook_key *, struct str name);

/* "whsec_...", as the receiver needs it. ERR_INPUT when the key is another one. */
MUST_USE bool hook_secret_text(struct arena *, const struct hook_key *, struct str name, struct str sealed,
    struct str *text, struct err *);

struct hook_message {
	struct http_request rq;
	struct http_body body;
	struct str headers[HOOK_HEADERS];
};

/* A change of an order. ERR_NOT_FOUND: there is no such order any more. */
MUST_USE bool hook_body_of(
    struct db *, struct arena *, const struct outbox_item *, bool buyer, struct str *body, struct err *);

/* A test, which `kontor hook test` sends. */
MUST_USE bool hook_body_test(struct arena *, int64_t now_s, struct str *body, struct err *);

/* The same for each attempt to send the row. */
struct str hook_id_of(struct arena *, const struct outbox_item *, struct str kind);
struct str hook_id_new(struct arena *);

struct hook_letter {
	const struct conf *conf;
	const struct hook_key *key;
	struct str name, url, sealed, old_sealed; /* of the receiver */
	struct str id, body;
	int64_t now_s;
};

/* Signs the body with the receiver's secrets. ERR_INPUT when the key does not open them. */
MUST_USE bool hook_message_make(struct arena *, const struct hook_letter *, struct hook_message *, struct err *);

/* Judges an answer: fills status, ok, gone, wait_s and why. */
void hook_judge(struct arena *, const struct http_answer *, uint64_t failures, struct hook_end *);

#endif
