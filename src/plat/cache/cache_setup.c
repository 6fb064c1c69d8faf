#include "plat/cache/cache_setup.h"

#include "base/clock.h"

struct cache_setup
cache_setup(const struct conf *conf, uint64_t salt)
{
	return (struct cache_setup){.servers = conf->cache_socket.v,
	    .n_servers = conf->cache_socket.n,
	    .salt = salt,
	    .secret_file = conf->cache_secret_file.p,
	    .timeout_ns = (uint64_t)conf->cache_timeout_ms * CLOCK_MS,
	    .soft_s = conf->cache_soft_s,
	    .hard_s = conf->cache_hard_s,
	    .l1_b = (size_t)conf->cache_l1_bytes,
	    .fills = (int)conf->cache_fills};
}
