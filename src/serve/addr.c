#include "serve/addr.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/num.h"

struct addr {
	unsigned char p[16]; /* IPv4 as ::ffff:a.b.c.d */
};

static const unsigned char v4_head[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
static const struct addr v4_net = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}};

static bool
parse(struct str s, struct addr *out, bool *v4)
{
	char z[INET6_ADDRSTRLEN];

	if (s.n == 0 || s.n >= sizeof(z))
		return false;
	memcpy(z, s.p, s.n);
	z[s.n] = '\0';
	*v4 = inet_pton(AF_INET, z, out->p + sizeof(v4_head)) == 1;
	if (*v4)
		memcpy(out->p, v4_head, sizeof(v4_head));
	return *v4 || inet_pton(AF_INET6, z, out->p) == 1;
}

static bool
parse_net(struct str s, struct addr *out, unsigned *bits)
{
	struct str host;
	uint64_t n;
	bool v4;

	if (!str_cut(&s, '/', &host) || !parse(host, out, &v4))
		return false;
	*bits = 128;
	if (s.p == NULL)
		return true;
	if (!num_u64(s, 0, v4 ? 32 : 128, &n))
		return false;
	*bits = (unsigned)n + (v4 ? 96 : 0);
	return true;
}

static bool
same_head(const struct addr *x, const struct addr *y, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	return memcmp(x->p, y->p, whole) == 0 && (rest == 0 || (x->p[whole] ^ y->p[whole]) >> (8 - rest) == 0);
}

bool
addr_in(struct str text, const struct conf_list *nets)
{
	struct addr addr, net;
	unsigned bits;
	bool v4;

	if (!parse(text, &addr, &v4))
		return false;
	for (size_t i = 0; i < nets->n; i++)
		if (parse_net(nets->v[i], &net, &bits) && same_head(&addr, &net, bits))
			return true;
	return false;
}

/* Takes the last address off the list. */
static struct str
last_hop(struct str *list)
{
	size_t cut = list->n;
	struct str last;

	while (cut > 0 && list->p[cut - 1] != ',')
		cut--;
	last = str_trim(str_from(*list, cut));
	*list = cut == 0 ? STR_NONE : str_head(*list, cut - 1);
	return last;
}

struct str
addr_client(const struct addr_way *way, const struct conf_list *trusted)
{
	struct str client = way->peer, list = way->forwarded_for;
	struct addr addr;
	bool v4;

	if (!parse(client, &addr, &v4))
		return STR_NONE;
	if (!addr_in(client, trusted))
		return client;
	if (way->doubled)
		return STR_NONE;
	while (list.p != NULL && addr_in(client, trusted)) {
		client = last_hop(&list);
		if (!parse(client, &addr, &v4))
			return STR_NONE;
	}
	return client;
}

void
addr_key(struct str text, uint8_t key[ADDR_KEY_B])
{
	struct addr addr = {{0}};
	bool v4;

	memset(key, 0, ADDR_KEY_B);
	if (parse(text, &addr, &v4))
		memcpy(key, addr.p, same_head(&addr, &v4_net, 96) ? ADDR_KEY_B : ADDR_KEY_B / 2);
}

struct str
addr_key_text(struct arena *a, const uint8_t key[ADDR_KEY_B])
{
	struct addr addr, none = {{0}};
	char text[INET6_ADDRSTRLEN];

	memcpy(addr.p, key, sizeof(addr.p));
	if (same_head(&addr, &none, 128))
		return STR("unknown");
	if (same_head(&addr, &v4_net, 96) && inet_ntop(AF_INET, key + sizeof(v4_head), text, sizeof(text)) != NULL)
		return str_dup(a, str_z(text));
	return inet_ntop(AF_INET6, key, text, sizeof(text)) == NULL ? STR("unknown") : str_fmt(a, "%s/64", text);
}

bool
addr_list_ok(const struct conf_list *nets, struct str *bad)
{
	struct addr addr;
	unsigned bits;

	for (size_t i = 0; i < nets->n; i++)
		if (!parse_net(nets->v[i], &addr, &bits)) {
			*bad = nets->v[i];
			return false;
		}
	return true;
}
