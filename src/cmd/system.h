/* system.h - the machine that an installed shop runs on: systemd's instances of kontor@.service, one a backend, and
 * the web servers. All of it goes through systemctl. */
#ifndef KONTOR_CMD_SYSTEM_H
#define KONTOR_CMD_SYSTEM_H

#include "base/err.h"
#include "base/str.h"
#include "plat/host/rights.h"

#define SYSTEM_BACKENDS_MAX 64

/* Does systemd run this machine? */
bool system_is_there(void);

/* Is this a valid name of a backend, the part of its unit behind the @ and of its socket before the dot? */
bool system_backend_ok(struct str name);

/* The names of the enabled backends, in the order of their numbers; "1" and "2" when none is, as without systemd. */
MUST_USE bool system_backends(struct arena *, const struct str **names, size_t *n, struct err *);

/* The workers' user: the owner of a worker that lives, else the user kontor, else the owner of the folder of the
 * counters (`stats_file`, as paths.stats_file). False when none of them is known. */
bool system_worker_user(struct arena *, const char *stats_file, struct rights_user *);

/* "kontor@1.service" */
const char *system_unit(struct arena *, struct str backend);

/* Prints "UNIT reloaded" to standard output. */
void system_print_reloaded(const char *unit);

/* `systemctl VERB UNIT`. ERR_UPSTREAM with what it said, ERR_NOT_FOUND without systemctl. */
MUST_USE bool system_ctl(struct arena *, const char *verb, const char *unit, struct err *);

/* The unit's state in systemd's word: "active", "inactive", "failed"; "unknown" when it cannot be asked. */
const char *system_state(struct arena *, const char *unit);

/* Reloads each running web server without losing a request, and prints its name. One with an invalid configuration is
 * left alone: ERR_INPUT with its message; the other one is reloaded all the same. */
MUST_USE bool system_reload_servers(struct arena *, struct err *);

/* Does a program listen on the socket? */
bool system_listens(const char *socket_path);

#endif
