/* import_fetch.c - downloads the pictures that a table names by addresses, into the folder of pictures.
 *
 * The file's name has a digest of the whole address, so that the next import finds it, also after an interruption, and
 * a new version of a picture (?v=2) is a new file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "import/picture_name.h"
#include "plat/host/fetch.h"
#include "plat/host/image.h"
#include "plat/text/digest.h"
#include "plat/text/file.h"
#include "plat/text/secret.h"
#include "work/import_impl.h"

#define FETCH_LIMIT_MS 60000
#define FETCH_TOTAL_B ((uint64_t)20 << 30)
#define HOSTS_MAX 64
#define FAILURES_MAX 3 /* of a host, one after another; then it is not asked again */
#define NAME_TAIL_B 100

struct import_fetch {
	struct fetch *f;
	uint64_t total_b;
	struct {
		uint64_t hash;
		int failures;
	} host[HOSTS_MAX];
};

bool
import_fetch_open(struct import_run *r, struct err *e)
{
	const struct fetch_setup setup = {
	    .allowed = r->im->fetch_allowed, .max_b = IMAGE_FILE_MAX_B, .limit_ms = FETCH_LIMIT_MS};

	if (!r->im->fetch)
		return true;
	if (r->im->images == NULL)
		return err_set(e, ERR_INPUT, "--fetch needs --images, the folder in which the pictures are kept");
	r->fetch = ARENA_NEW(&r->tables, struct import_fetch);
	return fetch_open(&r->tables, &setup, &r->fetch->f, e);
}

bool
import_fetched_name(struct arena *a, struct str url, struct str *name, struct err *e)
{
	struct str names[PICTURE_NAMES_MAX], last = STR("picture");
	uint8_t hash[DIGEST_B];

	if (!digest(url, hash, e))
		return false;
	if (picture_names(a, url, names) > 0)
		last = utf8_head(names[0], NAME_TAIL_B);
	*name = str_fmt(a, "%.16s-%.*s", secret_hex(a, hash, DIGEST_B).p, STR_ARG(last));
	return true;
}

static int *
failures_of(struct import_fetch *x, struct str url)
{
	struct str host = str_from(url, (size_t)(str_find(url, STR("//")) + 2));
	uint64_t hash;

	if (str_chr(host, '/') >= 0)
		host = str_head(host, (size_t)str_chr(host, '/'));
	hash = str_hash(host) | 1;
	for (size_t i = 0; i < HOSTS_MAX; i++)
		if (x->host[i].hash == hash || x->host[i].hash == 0) {
			x->host[i].hash = hash;
			return &x->host[i].failures;
		}
	return &x->host[HOSTS_MAX - 1].failures;
}

/* Complete or not at all, so that no later import finds a part. */
static bool
fetch_keep(struct import_run *r, struct str name, struct str bytes, struct err *e)
{
	const char *to = str_zdup(&r->group, name), *temp = str_fmt(&r->group, ".fetch-%ld", (long)getpid()).p;
	int fd = openat(r->images_fd, temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	bool ok = fd >= 0 && file_write(fd, bytes);

	if (fd >= 0 && close(fd) != 0)
		ok = false;
	ok = ok && renameat(r->images_fd, temp, r->images_fd, to) == 0;
	if (!ok) {
		(void)err_set(e, ERR_UPSTREAM, "%s cannot be written: %s", to, strerror(errno));
		(void)unlinkat(r->images_fd, temp, 0);
	}
	return ok;
}

bool
import_fetch(struct import_run *r, struct str url, struct str name, const char **why, struct err *e)
{
	struct import_fetch *x = r->fetch;
	int *failures = failures_of(x, url);
	struct err none = {0};
	struct image_head head;
	enum fetch_result result;
	struct str bytes;

	if (*failures >= FAILURES_MAX) {
		*why = "its server failed several times: not asked again";
		return true;
	}
	if (x->total_b > FETCH_TOTAL_B) {
		*why = "more than 20 GiB in one import; import again to continue";
		return true;
	}
	arena_reset(&r->picture);
	result = fetch_get(x->f, &r->picture, url, &bytes, why);
	*failures = result == FETCH_FAILED ? *failures + 1 : 0;
	x->total_b += bytes.n;
	if (result != FETCH_DONE) {
		*why = str_zdup(&r->group, str_z(*why));
		return true;
	}
	if (!image_head(bytes, &head, &none)) {
		*why = str_zdup(&r->group, str_z(none.msg));
		return true;
	}
	*why = NULL;
	r->im->n.pictures_fetched++;
	import_show(r, false);
	return fetch_keep(r, name, bytes, e);
}
