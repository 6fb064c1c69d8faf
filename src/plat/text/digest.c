#include "plat/text/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#define PART_B 65536

bool
digest(struct str s, uint8_t out[DIGEST_B], struct err *e)
{
	if (sodium_init() < 0)
		return err_set(e, ERR_BUG, "libsodium does not start");
	crypto_generichash(out, DIGEST_B, (const unsigned char *)s.p, s.n, NULL, 0);
	return true;
}

bool
digest_sha256(const struct str *parts, size_t n, uint8_t out[DIGEST_SHA256_B], struct err *e)
{
	crypto_hash_sha256_state st;

	if (sodium_init() < 0)
		return err_set(e, ERR_BUG, "libsodium does not start");
	crypto_hash_sha256_init(&st);
	for (size_t i = 0; i < n; i++)
		crypto_hash_sha256_update(&st, (const unsigned char *)parts[i].p, parts[i].n);
	crypto_hash_sha256_final(&st, out);
	return true;
}

bool
digest_file(const char *path, char hex[DIGEST_FILE_CHARS], uint64_t *size_b, struct err *e)
{
	unsigned char part[PART_B], sum[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;

	*size_b = 0;
	if (fd < 0)
		return err_set(e, ERR_UPSTREAM, "%s: %s", path, strerror(errno));
	crypto_hash_sha256_init(&st);
	while ((n = read(fd, part, sizeof(part))) > 0 || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		crypto_hash_sha256_update(&st, part, (size_t)n);
		*size_b += (uint64_t)n;
	}
	if (n < 0)
		(void)err_set(e, ERR_UPSTREAM, "%s: %s", path, strerror(errno));
	close(fd);
	crypto_hash_sha256_final(&st, sum);
	sodium_bin2hex(hex, DIGEST_FILE_CHARS, sum, sizeof(sum));
	return n == 0;
}
