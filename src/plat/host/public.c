#include "plat/host/public.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <stdint.h>

#include "base/attr.h"

struct range {
	uint32_t net;
	int bits;
};

/* Special-purpose addresses (IANA), multicast, and what is reserved. */
static bool
is_public_4(uint32_t ip)
{
	static const struct range special[] = {{0x00000000, 8}, {0x0a000000, 8}, {0x64400000, 10}, {0x7f000000, 8},
	    {0xa9fe0000, 16}, {0xac100000, 12}, {0xc0000000, 24}, {0xc0000200, 24}, {0xc0586300, 24}, {0xc0a80000, 16},
	    {0xc6120000, 15}, {0xc6336400, 24}, {0xcb007100, 24}, {0xe0000000, 3}};

	for (size_t i = 0; i < ARRAY_LEN(special); i++)
		if ((ip ^ special[i].net) >> (32 - special[i].bits) == 0)
			return false;
	return true;
}

static uint32_t
u32_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Global unicast only, without ranges that contain or translate to addresses of IPv4, and those for documentation. */
static bool
is_public_6(const uint8_t *p)
{
	uint32_t front = u32_at(p);

	return p[0] >> 5 == 1 && front >> 16 != 0x2002 && front != 0x20010000 && front != 0x20010db8
	       && front >> 20 != 0x3ff && front >> 8 != 0x200100;
}

bool
public_address(const struct sockaddr *sa)
{
	const struct sockaddr_in *in = (const void *)sa;
	const struct sockaddr_in6 *in6 = (const void *)sa;

	if (sa->sa_family == AF_INET)
		return is_public_4(ntohl(in->sin_addr.s_addr));
	return sa->sa_family == AF_INET6 && is_public_6(in6->sin6_addr.s6_addr);
}

bool
public_web(const struct sockaddr *sa)
{
	static const uint16_t ports[] = {80, 443, 8080, 8443};
	const struct sockaddr_in *in = (const void *)sa;
	const struct sockaddr_in6 *in6 = (const void *)sa;
	uint16_t port = ntohs(sa->sa_family == AF_INET ? in->sin_port : in6->sin6_port);
	bool web = false;

	for (size_t i = 0; i < ARRAY_LEN(ports); i++)
		web = web || port == ports[i];
	return web && public_address(sa);
}

bool
public_or_loopback(const struct sockaddr *sa)
{
	const struct sockaddr_in *in = (const void *)sa;
	const struct sockaddr_in6 *in6 = (const void *)sa;

	if (sa->sa_family == AF_INET && ntohl(in->sin_addr.s_addr) >> 24 == 127)
		return true;
	return (sa->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr)) || public_address(sa);
}

int
public_socket(public_allowed_fn *allowed, const struct curl_sockaddr *to, bool *refused)
{
	if (!allowed(&to->addr)) {
		*refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}
