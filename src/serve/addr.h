/* addr.h - client addresses: tests against networks, and the address behind trusted proxies. Pure. */
#ifndef KONTOR_SERVE_ADDR_H
#define KONTOR_SERVE_ADDR_H

#include "plat/conf/conf.h"

/* True if the list of addresses and networks ("10.0.0.0/8", "::1") contains the address. An IPv4-mapped IPv6 address
 * ("::ffff:10.0.0.1") counts as IPv4. Invalid text is in no network. */
bool addr_in(struct str addr, const struct conf_list *nets);

/* The way of a request, as its headers tell it. */
struct addr_way {
	struct str peer;	  /* REMOTE_ADDR */
	struct str forwarded_for; /* X-Forwarded-For; .p NULL: there is none */
	bool doubled;		  /* a second header gave the same variable, such as X_Forwarded_For */
};

/* The client's address, or none if it is unknown. It is the peer's, or, if the peer is a trusted proxy, the last
 * address of X-Forwarded-For that is not a trusted proxy's. An entry before that which is no plain address (a port, a
 * name, nothing), or a doubled header, makes it unknown: it is never taken for the proxy's own. */
struct str addr_client(const struct addr_way *, const struct conf_list *trusted);

#define ADDR_KEY_B 16

/* The part of an address that stands for one client: all of IPv4, the /64 network of IPv6; zeros if the address is
 * unknown. addr_key_text() writes it as an address or network. */
void addr_key(struct str addr, uint8_t key[ADDR_KEY_B]);
struct str addr_key_text(struct arena *, const uint8_t key[ADDR_KEY_B]);

/* True if every entry is valid; otherwise *bad is the first invalid one. */
bool addr_list_ok(const struct conf_list *nets, struct str *bad);

#endif
