/* system.h - the machine that an installed shop runs on: systemd's instances of kontor@.service, one per backend, and
 * the web servers. All of them are controlled through systemctl. */
#ifndef KONTOR_CMD_SYSTEM_H
#define KONTOR_CMD_SYSTEM_H

#include "base/err.h"
#include "base/str.h"
#include "plat/host/rights.h"

#define SYSTEM_BACKENDS_MAX 64

/* True if systemd runs this machine. */
bool system_is_there(void);

/* True if the name of a backend is valid. Unit and socket are named after it: "kontor@NAME.service", "NAME.sock". */
bool system_backend_ok(struct str name);

/* The names of the enabled backends, in numerical order; "1" and "2" if none is enabled or systemd is missing. */
MUST_USE bool system_backends(struct arena *, const struct str **names, size_t *n, struct err *);

/* The workers' user: the owner of a running worker, else the user kontor, else the owner of the folder of `stats_file`
 * (paths.stats_file). False if none of them is known. */
bool system_worker_user(struct arena *, const char *stats_file, struct rights_user *);

/* "kontor@1.service" */
const char *system_unit(struct arena *, struct str backend);

/* Prints "UNIT reloaded" to standard output. */
void system_print_reloaded(const char *unit);

/* `systemctl VERB UNIT`. ERR_UPSTREAM with its message, ERR_NOT_FOUND without systemctl. */
MUST_USE bool system_ctl(struct arena *, const char *verb, const char *unit, struct err *);

/* The unit's state in systemd's word: "active", "inactive", "failed"; "unknown" without systemd. */
const char *system_state(struct arena *, const char *unit);

/* False if a web server of this machine refuses its configuration: ERR_INPUT with its message. */
MUST_USE bool system_test_servers(struct arena *, struct err *);

/* Reloads each running web server without losing a request, and prints its name. A server with an invalid configuration
 * is not reloaded: ERR_INPUT with its message. The other server is reloaded all the same. */
MUST_USE bool system_reload_servers(struct arena *, struct err *);

/* True if a program listens on the socket. */
bool system_listens(const char *socket_path);

#endif
