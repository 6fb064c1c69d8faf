/* pictures.h - the pictures of a backup: the list of their sums, and the check before a restore publishes them.
 *
 * A web server serves what a restore puts into the folder of pictures, so nothing but WebP files with the names that an
 * import gives them is restored, and nothing at all if a backup contains anything else. The list is in the form of
 * sha256sum(1); the manifest has its sum. Backups of earlier releases have no list. */
#ifndef KONTOR_CMD_BACKUP_PICTURES_H
#define KONTOR_CMD_BACKUP_PICTURES_H

#include "cmd/backup/manifest.h"

#define PICTURES_FOLDER "media"
#define PICTURES_LIST "pictures.sha256"

/* Creates the list in the folder of a backup. */
MUST_USE bool pictures_list_open(struct arena *, const char *backup, int *fd, struct err *);

/* Adds the picture `name`, a path below PICTURES_FOLDER, with its sum. */
MUST_USE bool pictures_list_add(struct arena *, int fd, const char *backup, const char *name, struct err *);

/* Checks names, contents, number, bytes and sums. ERR_INPUT names the first file that is wrong. */
MUST_USE bool pictures_check(struct arena *, const char *backup, const struct manifest *, struct err *);

#endif
