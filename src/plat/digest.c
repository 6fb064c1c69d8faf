#include "plat/digest.h"

#include <sodium.h>

bool
digest(struct str s, uint8_t out[DIGEST_B], struct err *e)
{
	if (sodium_init() < 0)
		return err_set(e, ERR_BUG, "libsodium cannot start");
	crypto_generichash(out, DIGEST_B, (const unsigned char *)s.p, s.n, NULL, 0);
	return true;
}
