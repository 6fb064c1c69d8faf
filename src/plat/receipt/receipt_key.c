/* The keys of receipts, and what is sealed with them. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "plat/receipt/receipt.h"
#include "plat/text/secret.h"

#define LINE_B (2 * RECEIPT_KEY_B + 1)
#define BUYER_B (RECEIPT_SEALED_B - crypto_box_SEALBYTES)

_Static_assert(RECEIPT_KEY_B == crypto_box_PUBLICKEYBYTES && RECEIPT_KEY_B == crypto_box_SECRETKEYBYTES, "key");

void
receipt_sum(const void *p, size_t n, const char *purpose, uint8_t *sum, size_t sum_b)
{
	uint8_t full[crypto_generichash_BYTES];
	int failed = crypto_generichash(
	    full, sizeof(full), p, n, (const uint8_t *)purpose, purpose == NULL ? 0 : strlen(purpose));

	ASSERT(failed == 0 && sum_b <= sizeof(full));
	memcpy(sum, full, sum_b);
}

void
receipt_hash(struct str order_key, uint8_t hash[RECEIPT_KEY_HASH_B])
{
	receipt_sum(order_key.p, order_key.n, "kontor receipt: key", hash, RECEIPT_KEY_HASH_B);
}

/* Mail and phone reach the buyer, so the name alone is cut. */
void
receipt_seal(const struct receipts *rs, const struct receipt_buyer *b, struct receipt *r)
{
	char text[BUYER_B];
	struct str part[] = {b->mail, b->phone, b->name};
	size_t n = 0;

	r->sealed_b = 0;
	if (!rs->has_key)
		return;
	for (size_t i = 0; i < ARRAY_LEN(part); i++) {
		struct str s = utf8_head(part[i], BUYER_B - n - (ARRAY_LEN(part) - 1 - i));

		memcpy(text + n, s.n == 0 ? "" : s.p, s.n);
		n += s.n;
		if (i + 1 < ARRAY_LEN(part))
			text[n++] = '\n';
	}
	if (crypto_box_seal(r->sealed, (const uint8_t *)text, n, rs->key) == 0)
		r->sealed_b = n + crypto_box_SEALBYTES;
	sodium_memzero(text, sizeof(text));
}

bool
receipt_open_buyer(
    struct arena *a, const uint8_t private_key[RECEIPT_KEY_B], const struct receipt *r, struct receipt_buyer *b)
{
	uint8_t public_key[RECEIPT_KEY_B];
	char *text;
	struct str rest;

	if (r->sealed_b < crypto_box_SEALBYTES || r->sealed_b > RECEIPT_SEALED_B
	    || crypto_scalarmult_base(public_key, private_key) != 0)
		return false;
	text = arena_alloc(a, BUYER_B + 1);
	if (crypto_box_seal_open((uint8_t *)text, r->sealed, r->sealed_b, public_key, private_key) != 0)
		return false;
	rest = str_n(text, r->sealed_b - crypto_box_SEALBYTES);
	return str_cut(&rest, '\n', &b->mail) && str_cut(&rest, '\n', &b->phone) && (b->name = rest, true);
}

static bool
read_key(const char *file, uint8_t key[RECEIPT_KEY_B], struct stat *st)
{
	char line[LINE_B + 2];
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = -1;
	bool ok;

	if (fd < 0)
		return false;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		n = read(fd, line, sizeof(line) - 1);
	close(fd);
	ok = n > 0 && secret_from_hex(str_trim(str_n(line, (size_t)n)), key, RECEIPT_KEY_B);
	sodium_memzero(line, sizeof(line));
	if (!ok)
		errno = EINVAL;
	return ok;
}

bool
receipt_public_load(const char *file, uint8_t key[RECEIPT_KEY_B])
{
	struct stat st;

	return read_key(file, key, &st);
}

bool
receipt_private_load(const char *file, uint8_t key[RECEIPT_KEY_B], struct err *e)
{
	struct stat st;

	if (read_key(file, key, &st))
		return (st.st_mode & (S_IRWXG | S_IRWXO)) == 0
		       || err_set(e, ERR_DENIED, "%s may be read by others than its owner: chmod 0600 %s", file, file);
	return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_DENIED, "%s: %s", file,
	    errno == EINVAL ? "no key in hexadecimal" : strerror(errno));
}

static bool
write_key(const char *file, const uint8_t key[RECEIPT_KEY_B], mode_t mode, struct err *e)
{
	char line[LINE_B + 1];
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok;

	if (fd < 0)
		return err_set(e, ERR_INPUT, "%s cannot be created: %s", file, strerror(errno));
	sodium_bin2hex(line, sizeof(line), key, RECEIPT_KEY_B);
	line[LINE_B - 1] = '\n';
	ok = write(fd, line, LINE_B) == (ssize_t)LINE_B && fchmod(fd, mode) == 0 && fsync(fd) == 0;
	sodium_memzero(line, sizeof(line));
	if (!ok)
		(void)err_set(e, ERR_INPUT, "%s cannot be created: %s", file, strerror(errno));
	if (close(fd) == 0 && ok)
		return true;
	unlink(file);
	return false;
}

bool
receipt_keys_make(const char *public_file, const char *private_file, struct err *e)
{
	uint8_t public_key[RECEIPT_KEY_B], private_key[RECEIPT_KEY_B];
	bool has_private = access(private_file, F_OK) == 0, ok;

	if (access(public_file, F_OK) == 0)
		return true;
	if (has_private) {
		ok = receipt_private_load(private_file, private_key, e)
		     && (crypto_scalarmult_base(public_key, private_key) == 0
			 || err_set(e, ERR_INPUT, "%s is no key", private_file));
	} else {
		crypto_box_keypair(public_key, private_key);
		ok = write_key(private_file, private_key, 0600, e);
	}
	sodium_memzero(private_key, sizeof(private_key));
	return ok && write_key(public_file, public_key, 0644, e);
}
