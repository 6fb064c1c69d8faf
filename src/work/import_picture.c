#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "import/picture_name.h"
#include "plat/host/image.h"
#include "store/sql.h"
#include "work/import_impl.h"

#define KNOWN_MAX 4096

/* A cache of files that were already read, since many products share a picture. */
struct picture_known {
	uint64_t hash; /* of the path; 0: empty */
	struct image image;
};

static bool
make_folders(struct str path, struct err *e)
{
	char z[512];

	if (path.n == 0 || path.n >= sizeof(z))
		return err_set(e, ERR_INPUT, "paths.media_dir is not the name of a folder");
	for (size_t i = 1; i <= path.n; i++) {
		if (i < path.n && path.p[i] != '/')
			continue;
		memcpy(z, path.p, i);
		z[i] = '\0';
		if (mkdir(z, 0755) != 0 && errno != EEXIST)
			return err_set(e, ERR_NOT_FOUND, "%s: %s", z, strerror(errno));
	}
	return true;
}

bool
import_pictures_open(struct import_run *r, struct err *e)
{
	const char *dir = r->im->images;

	r->known = ARENA_ARRAY(&r->tables, struct picture_known, KNOWN_MAX);
	if (dir == NULL)
		return true;
	r->images_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->images_fd < 0)
		return err_set(e, ERR_NOT_FOUND, "%s: %s", dir, strerror(errno));
	return r->im->dry_run || make_folders(r->im->conf->paths_media_dir, e);
}

static bool
import_named(struct import_run *r, struct str name, struct image *out, struct err *e)
{
	const struct image_out to = {
	    .media_dir = r->im->dry_run ? STR_NONE : r->im->conf->paths_media_dir, .faults = r->im->conf->test_faults};

	err_clear(e);
	arena_reset(&r->picture);
	return image_import(&r->picture, r->images_fd, name, &to, out, e);
}

/* ERR_NOT_FOUND with the reason when the picture cannot be had. */
static bool
fetch_file(struct import_run *r, struct str url, struct str name, struct image *out, struct err *e)
{
	const char *why;

	err_clear(e);
	if (!import_fetch(r, url, name, &why, e))
		return false;
	return why == NULL ? import_named(r, name, out, e) : err_set(e, ERR_NOT_FOUND, "%s", why);
}

static bool
import_file(struct import_run *r, struct str source, struct image *out, struct err *e)
{
	struct str names[PICTURE_NAMES_MAX], fetched;
	size_t n = picture_names(&r->group, source, names);
	bool remote = picture_is_remote(source);

	if (remote) { /* the very file of this address, not one that has the same name */
		if (!import_fetched_name(&r->group, source, &fetched, e))
			return false;
		if (import_named(r, fetched, out, e) || e->kind != ERR_NOT_FOUND)
			return e->kind == ERR_NONE;
	}
	for (size_t i = 0; i < n; i++)
		if (import_named(r, names[i], out, e) || e->kind != ERR_NOT_FOUND)
			return e->kind == ERR_NONE;
	if (remote && r->fetch != NULL && !r->im->dry_run)
		return fetch_file(r, source, fetched, out, e);
	return e->kind == ERR_NOT_FOUND ? false : err_set(e, ERR_NOT_FOUND, "no name of a file");
}

static bool
find_picture(struct import_run *r, struct str source, struct image *out, struct err *e)
{
	uint64_t hash = str_hash(source) | 1;
	struct picture_known *k = &r->known[hash >> 8 & (KNOWN_MAX - 1)];
	struct str content;

	if (k->hash == hash) {
		*out = k->image;
		return true;
	}
	if (!import_file(r, source, out, e))
		return false;
	*k = (struct picture_known){hash, *out};
	content = str_n(out->hash, IMAGE_HASH_B);
	if (import_set_has(&r->pictures, content))
		return true;
	import_set_add(&r->pictures, content);
	if (out->made)
		r->im->n.pictures_new++;
	else
		r->im->n.pictures_same++;
	return true;
}

static void
remote_picture(struct import_run *r, const struct product_image *im, const char *why)
{
	r->im->n.pictures_remote++;
	import_say(r, false, im->line, im->col, product_column_name(PRODUCT_COLUMN_IMAGE),
	    why != NULL ? why : "on another server, and no file of its name in --images");
}

static bool
take_picture(struct import_run *r, struct product_image *im, struct err *e)
{
	struct image image;
	struct err why = {0};

	if (im->remote && r->images_fd < 0) {
		remote_picture(r, im, NULL);
		return true;
	}
	if (r->images_fd < 0) {
		r->im->n.pictures_not_looked_for++;
		return true;
	}
	if (find_picture(r, im->source, &image, &why)) {
		memcpy(im->picture, image.hash, sizeof(im->picture));
		im->has_picture = true;
		im->w = image.w;
		im->h = image.h;
		return true;
	}
	if (why.kind != ERR_NOT_FOUND && why.kind != ERR_INPUT)
		return err_set(e, why.kind, "%s", why.msg);
	if (why.kind == ERR_NOT_FOUND && im->remote) {
		remote_picture(r, im, r->fetch == NULL ? NULL : why.msg);
		return true;
	}
	if (why.kind == ERR_NOT_FOUND)
		r->im->n.pictures_missing++;
	else
		r->im->n.pictures_broken++;
	import_say(r, false, im->line, im->col, product_column_name(PRODUCT_COLUMN_IMAGE),
	    why.kind == ERR_NOT_FOUND ? "the picture file does not exist" : why.msg);
	return true;
}

bool
import_pictures(struct import_run *r, struct product *p, struct err *e)
{
	for (size_t i = 0; i < p->n_images; i++)
		if (!take_picture(r, &p->images[i], e))
			return false;
	return true;
}

static bool
save_category_picture(struct import_run *r, uint64_t id, const struct image *image, struct err *e)
{
	struct db_query *q = db_query(r->im->db, SQL_SAVE_CATEGORY_IMAGE);

	q_bytes(q, str_n(image->hash, IMAGE_HASH_B));
	q_u64(q, image->w);
	q_u64(q, image->h);
	q_u64(q, id);
	return db_run(q, NULL, e);
}

/* The first existing file among the possible names. */
static bool
find_category_picture(struct import_run *r, struct str slug, struct image *image, bool *found, struct err *e)
{
	static const char *const tails[] = {"webp", "png", "jpg"};

	*found = false;
	for (size_t i = 0; i < ARRAY_LEN(tails) && !*found; i++) {
		struct str name = str_fmt(&r->group, "category-%.*s.%s", STR_ARG(slug), tails[i]);
		struct err why = {0};

		*found = find_picture(r, name, image, &why);
		if (*found || why.kind == ERR_NOT_FOUND)
			continue;
		if (why.kind != ERR_INPUT)
			return err_set(e, why.kind, "%s", why.msg);
		r->im->n.pictures_broken++;
		r->file = name.p;
		import_say(r, false, 1, 1, "", why.msg);
	}
	return true;
}

bool
import_category_pictures(struct import_run *r, struct err *e)
{
	struct db_rows rows;
	uint64_t id = 0;

	do {
		struct db_query *q = db_query(r->im->db, SQL_SAVE_CATEGORIES_ARE);

		arena_reset(&r->group);
		q_u64(q, id);
		if (!db_select(q, &r->group, &rows, e))
			return false;
		while (db_next(&rows)) {
			struct str slug, hash;
			struct image image;
			bool found;

			id = c_u64(&rows);
			slug = c_str(&rows);
			hash = c_is_null(&rows) ? STR_NONE : c_bytes(&rows);
			if (!find_category_picture(r, slug, &image, &found, e))
				return false;
			if (found && !r->im->dry_run && !str_eq(hash, str_n(image.hash, IMAGE_HASH_B))
			    && !save_category_picture(r, id, &image, e))
				return false;
		}
	} while (rows.n > 0);
	arena_reset(&r->group);
	return true;
}
