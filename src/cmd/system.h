/* system.h - the machine that an installed shop runs on: systemd's instances of kontor@.service, one a backend, and
 * the web servers. Everything is asked of and told to systemctl. */
#ifndef KONTOR_CMD_SYSTEM_H
#define KONTOR_CMD_SYSTEM_H

#include "base/err.h"
#include "base/str.h"
#include "plat/host/rights.h"

#define SYSTEM_BACKENDS_MAX 64

/* Whether systemd runs this machine. */
bool system_is_there(void);

/* A backend's name: what stands behind the @ of its unit and before the dot of its socket. */
bool system_backend_ok(struct str name);

/* The names of the enabled backends, in the order of their numbers; "1" and "2" when none is, as without systemd. */
MUST_USE bool system_backends(struct arena *, const struct str **names, size_t *n, struct err *);

/* The workers' user: the owner of a worker that lives, else the user kontor, else the owner of the folder of the
 * counters (`stats_file`, as paths.stats_file). False when none of them is known. */
bool system_worker_user(struct arena *, const char *stats_file, struct rights_user *);

/* "kontor@1.service" */
const char *system_unit(struct arena *, struct str backend);

/* Says "UNIT reloaded" on standard output. */
void system_tell_reloaded(const char *unit);

/* `systemctl VERB UNIT`. ERR_UPSTREAM with what it said, ERR_NOT_FOUND without systemctl. */
MUST_USE bool system_ctl(struct arena *, const char *verb, const char *unit, struct err *);

/* The unit's state in systemd's word: "active", "inactive", "failed"; "unknown" when it cannot be asked. */
const char *system_state(struct arena *, const char *unit);

/* Lets each web server that runs take its configuration anew, without losing a request; one whose configuration does
 * not hold is left as it is, and the other one is reloaded all the same: ERR_INPUT with what it says. Tells of each. */
MUST_USE bool system_reload_servers(struct arena *, struct err *);

/* Whether something listens on the socket. */
bool system_listens(const char *socket_path);

#endif
