#include "plat/cache/memc_name.h"

#include "base/num.h"

#define HOST_MAX_B 255

static bool
parse_weight(struct str text, struct str *rest, uint32_t *weight, struct err *e)
{
	ptrdiff_t at = str_find(text, STR("/?"));
	uint64_t n = 1;

	*rest = at < 0 ? text : str_head(text, (size_t)at);
	if (at >= 0 && !num_u64(str_from(text, (size_t)at + 2), 1, MEMC_WEIGHT_MAX, &n))
		return err_set(e, ERR_INPUT, "cache.socket: the weight in '%.*s' is not a number from 1 to %d",
		    STR_ARG(text), MEMC_WEIGHT_MAX);
	*weight = (uint32_t)n;
	return true;
}

static size_t
count_colons(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == ':';
	return n;
}

/* `port`: the text after the colon, or none. */
static bool
split_host(struct str text, struct str *host, struct str *port)
{
	ptrdiff_t at;

	*port = STR_NONE;
	if (str_starts(text, STR("["))) {
		at = str_find(text, STR("]"));
		if (at < 0)
			return false;
		*host = str_from(str_head(text, (size_t)at), 1);
		*port = str_from(text, (size_t)at + 1);
		if (port->n == 0)
			return true;
		if (port->n < 2 || port->p[0] != ':')
			return false;
		*port = str_from(*port, 1);
		return true;
	}
	*host = text;
	at = str_find(text, STR(":"));
	if (at < 0 || count_colons(text) > 1) /* an IPv6 address without a port */
		return true;
	*host = str_head(text, (size_t)at);
	*port = str_from(text, (size_t)at + 1);
	return port->n > 0;
}

bool
memc_name_parse(struct arena *a, struct str text, struct memc_name *name, struct err *e)
{
	struct str rest, host, port;
	uint64_t n = MEMC_PORT;

	text = str_trim(text);
	*name = (struct memc_name){0};
	if (!parse_weight(text, &rest, &name->weight, e))
		return false;
	if (str_starts(rest, STR("/"))) {
		name->host = str_dup(a, rest);
		return true;
	}
	if (!split_host(rest, &host, &port) || (port.n > 0 && !num_u64(port, 1, 65535, &n)))
		return err_set(e, ERR_INPUT, "cache.socket: '%.*s' has no valid port", STR_ARG(text));
	if (host.n == 0 || host.n > HOST_MAX_B)
		return err_set(e, ERR_INPUT, "cache.socket: '%.*s' has no host", STR_ARG(text));
	name->host = str_dup(a, host);
	name->port = (uint16_t)n;
	return true;
}
