#include "plat/mail/mail_verp.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"

#define MAC_B 8
#define TAIL_B (1 + MAC_B)
#define LOCAL_MAX_B 64

static void
verp_mac(const struct secret_ring_key *k, uint64_t id, uint8_t tail[TAIL_B])
{
	uint8_t key[SECRET_KEY_B], token[SECRET_TOKEN_B];
	char text[24];
	int n = snprintf(text, sizeof(text), "%llu", (unsigned long long)id);

	secret_subkey(str_n(k->key, sizeof(k->key)), STR("bounce"), key);
	secret_derive(str_n(key, sizeof(key)), str_n(text, (size_t)n), token);
	tail[0] = k->id;
	memcpy(tail + 1, token, MAC_B);
}

struct str
mail_verp(struct arena *a, const struct secret_ring *keys, struct str plain, uint64_t id, int64_t now_s)
{
	const struct secret_ring_key *k = secret_ring_signer(keys, now_s);
	ptrdiff_t at = str_chr(plain, '@');
	uint8_t tail[TAIL_B];
	struct str local;

	if (k == NULL || at <= 0)
		return plain;
	verp_mac(k, id, tail);
	local = str_fmt(a, "%.*s+%llu.%s", (int)at, plain.p, (unsigned long long)id, secret_hex(a, tail, TAIL_B).p);
	if (local.n > LOCAL_MAX_B)
		return plain;
	return str_fmt(a, "%.*s%.*s", STR_ARG(local), STR_ARG(str_from(plain, (size_t)at)));
}

/* Splits "bounce+1234.07a1...@host". */
static bool
verp_parse(struct str plain, struct str address, uint64_t *id, uint8_t tail[TAIL_B])
{
	ptrdiff_t at = str_chr(plain, '@'), end = str_chr(address, '@');
	struct str rest, number;

	if (at <= 0 || end <= at || !str_eq_case(str_from(plain, (size_t)at), str_from(address, (size_t)end)))
		return false;
	if (!str_eq_case(str_head(plain, (size_t)at), str_head(address, (size_t)at)) || address.p[at] != '+')
		return false;
	rest = str_head(str_from(address, (size_t)at + 1), (size_t)(end - at) - 1);
	return str_cut(&rest, '.', &number) && num_u64(number, 1, INT64_MAX, id) && secret_from_hex(rest, tail, TAIL_B);
}

enum mail_verp_state
mail_verp_read(const struct secret_ring *keys, struct str plain, struct str address, uint64_t *id)
{
	uint8_t tail[TAIL_B], right[TAIL_B];
	const struct secret_ring_key *k;

	if (!verp_parse(plain, address, id, tail))
		return MAIL_VERP_OTHER;
	k = secret_ring_find(keys, tail[0]);
	if (k == NULL)
		return MAIL_VERP_FORGED;
	verp_mac(k, *id, right);
	return secret_equal(str_n(right, TAIL_B), str_n(tail, TAIL_B)) ? MAIL_VERP_GOOD : MAIL_VERP_FORGED;
}
