/* doctor_judge.h - the pure parts of the checks, which judge the output of programs and the contents of files. */
#ifndef KONTOR_CMD_DOCTOR_DOCTOR_JUDGE_H
#define KONTOR_CMD_DOCTOR_DOCTOR_JUDGE_H

#include "cmd/doctor/doctor.h"

/* A clock is wrong if it is a day before the build of the program, or ten years after it. made_s 0: not known. */
enum doctor_clock { CLOCK_RIGHT, CLOCK_BEHIND, CLOCK_AHEAD };
enum doctor_clock doctor_clock(int64_t now_s, int64_t made_s);

/* `why`: the library's reason for refusing the certificate; `until_s`: the end of its validity, 0 if not known. */
enum doctor_cert { CERT_EXPIRED, CERT_HOST, CERT_UNTRUSTED };
enum doctor_cert doctor_cert(const char *why, int64_t until_s, int64_t now_s);

/* Counts the lines of level error with a request, from `since` ("2026-11-24T05:00:00") on. */
struct doctor_log {
	size_t failures;
	const char *last_event, *last_id; /* "" when there is none */
};
void doctor_log_count(struct arena *, struct str text, const char *since, struct doctor_log *);

/* True if a line of an access log contains the address of an order with its token. */
bool doctor_log_names_order(struct str text);

/* The next module that Apache needs but that is missing in `text`, the output of apache2 -M. NULL at the end. *i starts
 * at 0. */
const char *doctor_apache_lacks(struct str text, size_t *i);

/* The number of requests that Apache's event MPM serves at a time, by the text of its configuration. */
uint64_t doctor_apache_threads(struct str text);

/* The module that a server's error message is about: Apache does not know its directive ("Invalid command
 * 'BalancerMember', ..."), or lighttpd could not load it. None for any other message. */
struct str doctor_server_wants(struct arena *, struct str text);

/* The next socket of a backend below `folder` in a configuration; false at the end. */
bool doctor_server_socket(struct arena *, struct str *text, const char *folder, struct str *socket);

/* A unit in the output of `systemctl show`. */
struct doctor_unit {
	struct str name, load, active, sub, file, result;
	uint64_t restarts;
	bool reload; /* the unit's file has changed since systemd read it */
};
bool doctor_unit_next(struct str *rest, struct doctor_unit *);
enum doctor_unit_state { UNIT_WELL, UNIT_ABSENT, UNIT_FAILED, UNIT_DOWN };
enum doctor_unit_state doctor_unit_state(const struct doctor_unit *);
bool doctor_unit_is_disabled(const struct doctor_unit *); /* nothing starts it at boot */

/* Reports faults of the shop's units, and other needed services that will not start at boot. */
void doctor_units_judge(struct doctor *, struct str text);

#endif
