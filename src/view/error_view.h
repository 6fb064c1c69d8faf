/* error_view.h - the view tree of the error page. Workers send this page, and `kontor publish` writes it into static
 * files for the web servers. */
#ifndef KONTOR_VIEW_ERROR_VIEW_H
#define KONTOR_VIEW_ERROR_VIEW_H

#include "base/err.h"
#include "view/view.h"

/* The tree `page` for a status of 400 or above. `kind`: of the error, if it is known. `id`: the request's id, or none
 * for static files. */
struct view *error_view(struct arena *, int status, enum err_kind kind, struct str id);

/* The statuses that have a static file; ends with 0. */
extern const int error_view_statuses[];

/* The statuses with which a web server itself reports a failure of the shop; ends with 0. */
extern const int error_view_failures[];

#endif
