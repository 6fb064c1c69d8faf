/* download_tree.h - the downloads and codes of a paid order as view trees, for its page and its mails. */
#ifndef KONTOR_WORK_DOWNLOAD_DOWNLOAD_TREE_H
#define KONTOR_WORK_DOWNLOAD_DOWNLOAD_TREE_H

#include "store/download/code_store.h"
#include "store/download/download_store.h"
#include "view/lang.h"
#include "view/view.h"

/* order.downloads: one node per file. `order_url` is the address of the order's page, from which those of the files are
 * made, with a new ticket each; none: without addresses. */
void download_tree_files(struct view *order, const struct lang *, struct str order_url, const struct downloads *);

/* order.codes: one node per code, with the name of its line, from order.lines. */
void download_tree_codes(struct view *order, const struct codes_sold *);

/* The value of Content-Disposition for a file of this name (RFC 6266, RFC 8187): names of all scripts, and a plain one
 * for old programs. */
struct str download_disposition(struct arena *, struct str name);

#endif
