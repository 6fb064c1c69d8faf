/* doctor_server.h - what a web server says about its configuration, and that about the shop. Pure. */
#ifndef KONTOR_CMD_DOCTOR_DOCTOR_SERVER_H
#define KONTOR_CMD_DOCTOR_DOCTOR_SERVER_H

#include "base/str.h"

/* The next of the modules that Apache needs and that `text`, the output of apache2 -M, does not name. `i` begins at 0;
 * NULL behind the last. */
const char *doctor_apache_lacks(struct str text, size_t *i);

/* The module of a directive that Apache does not know ("Invalid command 'BalancerMember', ..."), or that lighttpd could
 * not load; none when the text is about something else. */
struct str doctor_server_wants(struct arena *, struct str text);

/* The next backend's socket that a configuration names below `folder`; false behind the last. */
bool doctor_server_socket(struct arena *, struct str *text, const char *folder, struct str *socket);

#endif
