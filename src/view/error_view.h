/* error_view.h - what the error page is given: shared by the workers, which answer with it, and by the command that
 * writes it as files for the web servers, so that both are the same page. */
#ifndef KONTOR_VIEW_ERROR_VIEW_H
#define KONTOR_VIEW_ERROR_VIEW_H

#include "view/view.h"

/* The public part for a status of 400 or above. `id` may be none: nobody's request. */
struct view *error_view(struct arena *, int status, struct str id);

/* The statuses for which web servers need a file; 0 ends the list. */
extern const int error_view_statuses[];

#endif
