#include "plat/text/secret_ring.h"

#include <string.h>
#include <sys/stat.h>

#include "base/num.h"

#define FILE_MAX_B 1000

static uint8_t
ring_id(const uint8_t key[SECRET_KEY_B])
{
	uint8_t hash[SECRET_HASH_B];

	secret_hash(str_n(key, SECRET_KEY_B), hash);
	return hash[0];
}

/* "base KEY", or "key SINCE KEY". */
static bool
ring_line(struct secret_ring *r, bool *base, struct str line)
{
	struct str word, since;
	struct secret_ring_key *k = &r->v[r->n];

	if (line.n == 0 || line.p[0] == '#')
		return true;
	if (!str_cut(&line, ' ', &word))
		return false;
	if (str_eq_z(word, "base") && !*base)
		return *base = secret_from_hex(line, r->base, SECRET_KEY_B);
	if (!str_eq_z(word, "key") || r->n == SECRET_RING_KEYS || !str_cut(&line, ' ', &since)
	    || !num_i64(since, 0, INT64_MAX, &k->since_s) || !secret_from_hex(line, k->key, SECRET_KEY_B))
		return false;
	k->id = ring_id(k->key);
	r->n++;
	return true;
}

static bool
ring_parse(struct secret_ring *r, struct str text)
{
	struct str line;
	bool base = false;

	while (str_cut(&text, '\n', &line))
		if (!ring_line(r, &base, str_trim(line)))
			return false;
	return base && r->n > 0 && (r->n == 1 || r->v[0].id != r->v[1].id);
}

bool
secret_ring_load(struct secret_ring *r, const char *path, struct err *e)
{
	struct secret_ring fresh = {.n = 0};
	char text[FILE_MAX_B];
	struct secret_text file = {.text = text,
	    .size = sizeof(text),
	    .maker = "kontor links keys, or copy it from another host",
	    .remedy = ""};
	struct stat st;
	bool ok;

	if (stat(path, &st) == 0) {
		fresh.dev = st.st_dev;
		fresh.inode = st.st_ino;
		fresh.changed_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
		fresh.size = st.st_size;
		if (r->n > 0 && fresh.dev == r->dev && fresh.inode == r->inode && fresh.changed_ns == r->changed_ns
		    && fresh.size == r->size)
			return true;
	}
	if (!secret_file_text(path, &file, e))
		return false;
	ok = file.n < sizeof(text) && ring_parse(&fresh, str_n(text, file.n));
	memset(text, 0, sizeof(text));
	if (!ok)
		return err_set(e, ERR_INPUT, "%s is damaged: copy it from another host or from a backup", path);
	*r = fresh;
	return true;
}

const struct secret_ring_key *
secret_ring_signer(const struct secret_ring *r, int64_t now_s)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].since_s <= now_s)
			return &r->v[i];
	return NULL;
}

const struct secret_ring_key *
secret_ring_find(const struct secret_ring *r, uint8_t id)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].id == id)
			return &r->v[i];
	return NULL;
}

void
secret_ring_make(struct secret_ring *r, int64_t since_s)
{
	*r = (struct secret_ring){.n = 0};
	secret_random(r->base, sizeof(r->base));
	secret_ring_turn(r, since_s, since_s, true);
}

void
secret_ring_turn(struct secret_ring *r, int64_t since_s, int64_t now_s, bool revoke)
{
	const struct secret_ring_key *signer = revoke ? NULL : secret_ring_signer(r, now_s);
	struct secret_ring_key fresh = {.since_s = since_s}, stays = signer == NULL ? fresh : *signer;

	do {
		secret_random(fresh.key, sizeof(fresh.key));
		fresh.id = ring_id(fresh.key);
	} while (secret_ring_find(r, fresh.id) != NULL);
	r->v[0] = fresh;
	r->v[1] = stays;
	r->n = signer == NULL ? 1 : 2;
}

struct str
secret_ring_text(struct arena *a, const struct secret_ring *r)
{
	struct str text = str_fmt(a,
	    "# Kontor: the keys of order links. The same file on all hosts; see kontor links.\nbase %.*s\n",
	    STR_ARG(secret_hex(a, r->base, sizeof(r->base))));

	for (size_t i = 0; i < r->n; i++)
		text = str_fmt(a, "%.*skey %lld %.*s\n", STR_ARG(text), (long long)r->v[i].since_s,
		    STR_ARG(secret_hex(a, r->v[i].key, sizeof(r->v[i].key))));
	return text;
}
