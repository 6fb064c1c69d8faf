/* public.h - addresses of the internet, for connections to a host that somebody outside has named.
 *
 * This host may reach servers that outsiders may not. A name is no protection: it may resolve to an address of this
 * network, and to another one at each look-up. So the address of each connection is checked, not the name. */
#ifndef KONTOR_PLAT_HOST_PUBLIC_H
#define KONTOR_PLAT_HOST_PUBLIC_H

#include <stdbool.h>
#include <sys/socket.h>

typedef bool public_allowed_fn(const struct sockaddr *);

/* True for a public unicast address of IPv4 or IPv6. */
bool public_address(const struct sockaddr *);

/* The same with a port of the web: 80, 443, 8080, 8443. */
bool public_web(const struct sockaddr *);

/* Loopback addresses too, for tests. */
bool public_or_loopback(const struct sockaddr *);

/* Opens the socket of a connection, for libcurl's CURLOPT_OPENSOCKETFUNCTION. -1 with *refused set if the address is
 * not allowed. */
struct curl_sockaddr;
int public_socket(public_allowed_fn *, const struct curl_sockaddr *, bool *refused);

#endif
