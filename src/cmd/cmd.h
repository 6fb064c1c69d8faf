/* cmd.h - the commands of `kontor`, the operator's tool: one file each, one row each in commands.def. */
#ifndef KONTOR_CMD_CMD_H
#define KONTOR_CMD_CMD_H

#include <stdio.h>

#include "plat/conf/conf.h"
#include "plat/db/db.h"
#include "plat/control/control.h"
#include "plat/stats/facts.h"
#include "plat/text/json.h"

struct site;

enum {
	CMD_OK = 0,
	CMD_FAILED = 1, /* the command failed, or found breaches, faults or warnings */
	CMD_USAGE = 2
};

struct cmd {
	struct arena *a;
	const struct site *site; /* the storefront */
	const char *conf_file; /* of --config; NULL: not given */
	struct conf file;      /* kontor.conf alone, after cmd_conf() */
	struct conf conf;      /* the same; after cmd_db() and cmd_settings() with the database's settings over it */
	int argc;	       /* argv[0] is the command's own name */
	char **argv;
};

/* Each returns the exit status. */
#define CMD(name, fn, args, help) int fn(struct cmd *);
#include "cmd/commands.def"
#undef CMD

/* Reads the configuration. */
MUST_USE bool cmd_conf(struct cmd *, struct err *);

/* Reads the configuration and opens the database. Reads the merchant's settings too, unless the role is DB_MIGRATE. */
MUST_USE bool cmd_db(struct cmd *, enum db_role, struct db **, struct err *);

/* Reads the configuration and, if the database can be read, the merchant's settings there. `rows` (or NULL) gets them;
 * rows->v is NULL before the migration that makes their table. False: c->conf has the file's settings alone, and *e is
 * the reason. */
struct setting_rows;
MUST_USE bool cmd_settings(struct cmd *, struct setting_rows *rows, struct err *);

/* Opens the cache. Works without memcached or a control file (nothing has run yet): all deletes are in the outbox. */
struct cache;
MUST_USE bool cmd_cache(struct cmd *, struct cache **, struct err *);

/* The name of the person at the terminal, for journals: "kontor:NAME" of SUDO_USER, else the login name; ASCII, at most
 * 64 bytes. */
const char *cmd_actor(const struct cmd *);

/* Opens database and cache, imports (work/import_run.h), and prints the result. Returns the exit status: 1 if rows were
 * left out, 2 if the import did not finish. */
struct import;
int cmd_import_run(struct cmd *, struct import *);

/* "2026-11-29 10:00:00 UTC". */
const char *cmd_utc(struct arena *, int64_t utc_s);

/* Prints the error to standard error; returns CMD_FAILED. */
int cmd_fail(const struct cmd *, const struct err *);

/* Notes an outcome for the metrics, in paths.facts_dir if that exists. A failure is only reported. */
void cmd_note_fact(const struct cmd *, enum fact_name, int64_t value);

/* Opens the counters and reads them with the control state. */
MUST_USE bool cmd_report(struct cmd *, struct stats_report *, struct err *);

/* Names the clients that a rate limit refused in the last hour. */
void limits_put_stopped(struct cmd *, struct buf *);

/* Writes to standard output. CMD_FAILED if the write or the buffer failed. */
int cmd_print(const struct cmd *, const struct buf *);

/* Ends the object and writes it, with a line end. CMD_FAILED if one of both failed. */
int cmd_print_json(const struct cmd *, struct json_out *);

/* Prints the list of commands, or the help of one. Returns CMD_OK. */
int cmd_help_all(FILE *);
int cmd_help_one(const char *name);

/* Prints the command's usage; returns CMD_USAGE. */
int cmd_usage(const struct cmd *);

/* The verbs of a command that has several. Each gets argv from "COMMAND VERB" on, and returns the exit status. */
struct cmd_verb {
	const char *name, *args, *help;
	int (*fn)(struct cmd *);
};
struct cmd_verbs {
	const char *command, *operand; /* the operand is explained at the end of the list of verbs */
	const struct cmd_verb *v;
	size_t n;
};
int cmd_run_verb(struct cmd *, const struct cmd_verbs *);

/* Prints the usage of the verb that runs; returns CMD_USAGE. */
int cmd_verb_usage(const struct cmd *, const struct cmd_verbs *);

#define CMD_OPTIONS_MAX 16

/* A long option: a flag, or one with a value, which is a text or a number from min to max. */
struct cmd_option {
	const char *name;
	bool *flag;
	const char **text;
	uint64_t *number, min, max;
};

/* Removes the options from c->argv, which keeps the command's name and its operands. False for wrong usage; getopt has
 * already reported an unknown option. */
bool cmd_options(struct cmd *, const struct cmd_option *, size_t n);

#endif
