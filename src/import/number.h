/* number.h - reads numbers as the spreadsheets of any country write them. Pure.
 *
 * The decimal sign is a point or a comma. Most cells show which: 19,90 and 1.234,50 can only be read in one way. Only
 * one sign with three digits behind it, as in 1.234, is ambiguous by itself; the other cells of its table decide.
 * Groups of thousands may be separated by the other sign, blanks of any kind, or apostrophes. Digits may be fullwidth
 * or Arabic. */
#ifndef KONTOR_IMPORT_NUMBER_H
#define KONTOR_IMPORT_NUMBER_H

#include "base/err.h"
#include "base/str.h"

enum number_kind {
	NUMBER_NONE,  /* not a number */
	NUMBER_PLAIN, /* shows nothing about the decimal sign */
	NUMBER_POINT,
	NUMBER_COMMA,
	NUMBER_POINT_UNSURE, /* 1.234 */
	NUMBER_COMMA_UNSURE
};

/* Counts over a table. */
struct number_votes {
	uint64_t n[2][2]; /* [prices or other numbers][point or comma] */
	uint32_t line[2]; /* of the first price with a point, with a comma; 0: none */
	uint32_t unsure_line[2];
};

enum number_kind number_kind(struct str);

void number_vote(struct number_votes *, struct str cell, bool price, uint32_t line);

/* The decimal sign of the table, '.' or ','. `separator`: of its fields. ERR_INPUT when a price is ambiguous. */
MUST_USE bool number_decide(const struct number_votes *, char separator, char *point, struct err *);

/* The number as "-1234.50", on the arena; none when it is no number. `point`: the table's decimal sign. */
struct str number_plain(struct arena *, struct str, char point);

/* Such a number in units of 10^-digits, rounded half away from zero. False: not a number, or too large. */
MUST_USE bool number_round(struct str plain, int digits, int64_t *out, bool *rounded);

/* The amount without the shop's own currency beside it: "EUR 5" and "5 EUR" give "5". Other texts stay as they are. */
struct str number_of_amount(struct str, const char *currency_code);

#endif
