/* manifest.h - what a backup says about itself: the file MANIFEST in its folder.
 *
 * Plain text, one fact a line, a word and its values; the last line is "end", so that a part is not taken for the
 * whole. Times are UTC. Pure, but for reading and writing the file. */
#ifndef KONTOR_CMD_BACKUP_MANIFEST_H
#define KONTOR_CMD_BACKUP_MANIFEST_H

#include "base/buf.h"
#include "plat/host/dump_scan.h"

#define MANIFEST_FORMAT 1
#define MANIFEST_NAME "MANIFEST"
#define MANIFEST_FILES_MAX 1000
#define MANIFEST_TIME_B 24

struct manifest_file {
	struct str name; /* below the backup's folder */
	struct str sha256;
	uint64_t size_b;
};

struct manifest {
	struct str name;    /* of the backup, as its folder was called */
	int64_t made_s;     /* before its reading of the database began */
	struct str program; /* the version that made it */
	uint64_t schema;
	struct str schema_name; /* none when the database had no schema */
	struct str database;
	bool checked;          /* it was restored on trial */
	struct str last_order; /* the newest order before the reading began; or none */
	bool has_pictures;     /* false: left out on purpose */
	uint64_t pictures, pictures_b;
	struct dump_table *table;
	size_t n_tables;
	struct manifest_file *file;
	size_t n_files;
};

void manifest_put(struct buf *, const struct manifest *);

/* ERR_INPUT, with the line, when it is not whole or was written by a newer program in another format. */
MUST_USE bool manifest_parse(struct arena *, struct str text, struct manifest *, struct err *);

/* Reads it from a backup's folder. ERR_NOT_FOUND: that is no backup. */
MUST_USE bool manifest_load(struct arena *, const char *dir, struct manifest *, struct err *);
MUST_USE bool manifest_save(struct arena *, const char *dir, const struct manifest *, struct err *);

/* "2026-11-24T06:15:00Z" and, for names, "20261124T061500Z". */
void manifest_time(int64_t utc_s, char out[MANIFEST_TIME_B]);
void manifest_time_name(int64_t utc_s, char out[MANIFEST_TIME_B]);

/* May a file of that name be in it? below the folder, UTF-8, no control characters. */
bool manifest_is_name(struct str);

/* Rows of a table; 0 when it has none or there is no such table. */
uint64_t manifest_rows(const struct manifest *, const char *table);

#endif
