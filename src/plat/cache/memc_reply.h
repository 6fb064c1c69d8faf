/* memc_reply.h - the first line of memcached's answer to a meta command, taken apart.
 *
 * As memcached 1.6 describes it in doc/protocol.txt. */
#ifndef KONTOR_PLAT_CACHE_MEMC_REPLY_H
#define KONTOR_PLAT_CACHE_MEMC_REPLY_H

#include <stdint.h>

#include "base/attr.h"
#include "base/str.h"

enum memc_code {
	MEMC_CODE_VA, /* a value follows */
	MEMC_CODE_HD, /* done; there */
	MEMC_CODE_EN, /* get: not there */
	MEMC_CODE_NS, /* not stored */
	MEMC_CODE_EX, /* another has stored meanwhile */
	MEMC_CODE_NF  /* to be changed, and not there */
};

struct memc_reply {
	enum memc_code code;
	size_t value_b;	 /* VA; without the line end that follows the value */
	uint64_t cas;	 /* 0: not told */
	uint64_t opaque; /* what the command gave with it; 0: not told */
	bool won;	 /* there was nothing, and now there is an empty value that is ours */
};

/* `line` without its line end. False when it is none of these: an error of the server's, or no memcached. */
MUST_USE bool memc_reply_parse(struct str line, struct memc_reply *);

#endif
