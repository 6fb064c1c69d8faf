#include "plat/cache/cache_entry.h"

#include <stddef.h>
#include <string.h>

#include "base/clock.h"

/* Raise it when the form changes. In host byte order: all workers that share a memcached must have the same
 * architecture; entries of others have a wrong magic. */
#define MAGIC UINT64_C(0x4b4f4e544f523033)
#define QUIET_NS (60 * CLOCK_S)

/* The associated data of the seal. The part before `key` is stored; the sealed payload follows it. */
struct entry_head {
	uint64_t magic, version;
	int64_t soft_at, hard_at, change_at;
	char key[CACHE_ENTRY_KEY_MAX];
};

#define STORED_B offsetof(struct entry_head, key)

bool
cache_entry_key(const char *secret_file, uint8_t seal[SECRET_KEY_B], struct err *e)
{
	uint8_t secret[SECRET_KEY_B];

	if (!secret_file_load(secret_file, secret, e))
		return false;
	secret_subkey(str_n(secret, SECRET_KEY_B), STR("kontor cache 1"), seal);
	explicit_bzero(secret, sizeof(secret));
	return true;
}

static struct str
entry_head_for(struct entry_head *head, struct str key)
{
	ASSERT(key.n <= sizeof(head->key));
	memcpy(head->key, key.p, key.n);
	return str_n(head, STORED_B + key.n);
}

void
cache_entry_format(struct buf *b, const uint8_t seal[SECRET_KEY_B], struct str key, const struct cache_entry *c)
{
	struct entry_head head = {MAGIC, c->version, c->soft_at, c->hard_at, c->change_at, {0}};
	struct str said = entry_head_for(&head, key);
	uint8_t *sealed = arena_try(b->a, c->payload.n + SECRET_SEAL_B);

	if (sealed == NULL) {
		b->over = true;
		return;
	}
	secret_seal(seal, said, c->payload, sealed);
	buf_put(b, str_head(said, STORED_B));
	buf_put(b, str_n(sealed, c->payload.n + SECRET_SEAL_B));
}

bool
cache_entry_parse(struct arena *a, const uint8_t seal[SECRET_KEY_B], struct str key, struct str bytes,
    struct cache_entry *c, struct err *e)
{
	struct entry_head head;
	struct str said, sealed = str_from(bytes, STORED_B);
	char *payload;

	*c = (struct cache_entry){0};
	if (sealed.n < SECRET_SEAL_B)
		return err_set(e, ERR_UPSTREAM, "%zu bytes are not an entry", bytes.n);
	memcpy(&head, bytes.p, STORED_B);
	said = entry_head_for(&head, key);
	if (head.magic != MAGIC)
		return err_set(e, ERR_UPSTREAM, "the entry has another form");
	payload = arena_try(a, sealed.n - SECRET_SEAL_B + 1);
	if (payload == NULL)
		return err_set(e, ERR_LIMIT, "no room for an entry of %zu bytes", bytes.n);
	if (!secret_unseal(seal, said, sealed, payload))
		return err_set(e, ERR_UPSTREAM, "the entry was made without the secret, or for another key");
	*c = (struct cache_entry){
	    head.version, head.soft_at, head.hard_at, head.change_at, str_n(payload, sealed.n - SECRET_SEAL_B)};
	return true;
}

bool
cache_entry_refused(struct stats *st, const char *class_name, const struct err *e)
{
	static uint64_t quiet_until_ns;
	uint64_t now_ns = clock_mono_ns();

	stats_add(st, STAT_cache_corrupt, 1);
	if (now_ns >= quiet_until_ns) {
		quiet_until_ns = now_ns + QUIET_NS;
		log_put(LOG_WARN, "event=cache_value_refused class=%s msg=\"%s\"", class_name, e->msg);
	}
	return false;
}
