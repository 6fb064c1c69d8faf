/* manifest.h - the file MANIFEST in the folder of a backup.
 *
 * Plain text, one fact per line: a word and its values. The last line is "end", so that a truncated file is recognised.
 * Times are UTC. Pure, except for loading and saving. */
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
	struct str name;    /* of the folder when the backup was made */
	int64_t made_s;     /* the time before the dump began */
	struct str program; /* the version that made it */
	uint64_t schema;
	struct str schema_name; /* none if the database had no schema */
	struct str database;
	bool checked;          /* a trial restore has succeeded */
	struct str last_order; /* the newest order before the dump began, or none */
	bool has_pictures;     /* false: left out on purpose */
	uint64_t pictures, pictures_b;
	struct dump_table *table;
	size_t n_tables;
	struct manifest_file *file;
	size_t n_files;
};

void manifest_put(struct buf *, const struct manifest *);

/* ERR_INPUT, with the line, if it is truncated, or in the format of a newer program. */
MUST_USE bool manifest_parse(struct arena *, struct str text, struct manifest *, struct err *);

/* Reads it from the folder of a backup. ERR_NOT_FOUND: the folder is not a backup. */
MUST_USE bool manifest_load(struct arena *, const char *dir, struct manifest *, struct err *);
MUST_USE bool manifest_save(struct arena *, const char *dir, const struct manifest *, struct err *);

/* "2026-11-24T06:15:00Z" and, for names, "20261124T061500Z". */
void manifest_time(int64_t utc_s, char out[MANIFEST_TIME_B]);
void manifest_time_name(int64_t utc_s, char out[MANIFEST_TIME_B]);

/* True if the manifest may list this name: below the folder, UTF-8, no control characters. */
bool manifest_is_name(struct str);

/* The number of rows of a table; 0 if it is empty or does not exist. */
uint64_t manifest_rows(const struct manifest *, const char *table);

#endif
