/* addr.h - client addresses: which networks they belong to, and what a proxy's header may say of them. Pure. */
#ifndef KONTOR_SERVE_ADDR_H
#define KONTOR_SERVE_ADDR_H

#include "plat/conf/conf.h"

/* Whether the address lies in one of the addresses or networks ("10.0.0.0/8", "::1"). An IPv4 address in IPv6 form
 * ("::ffff:10.0.0.1") counts as IPv4. What is no address lies nowhere. */
bool addr_in(struct str addr, const struct conf_list *nets);

/* The client's address: the peer's, or, while that is a trusted proxy, the next one from the right of
 * X-Forwarded-For. */
struct str addr_client(struct str peer, struct str forwarded_for, const struct conf_list *trusted);

/* Whether every entry can be understood; *bad is the first that cannot. */
bool addr_list_ok(const struct conf_list *nets, struct str *bad);

#endif
