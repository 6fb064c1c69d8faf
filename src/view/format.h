/* format.h - amounts, numbers and dates as text.
 *
 * The machine forms are the same everywhere. The reader's forms follow a `struct format`, which is part of a language
 * (lang.h): patterns in which the figures take the place of letters. */
#ifndef KONTOR_VIEW_FORMAT_H
#define KONTOR_VIEW_FORMAT_H

#include "base/buf.h"
#include "base/money.h"

struct format {
	struct str decimal, group; /* between units and decimals; between thousands */
	struct str money;	   /* "$#", "# $": the sign and the figure; a blank does not break */
	struct str date;	   /* "d. M y": day, month by name (m: by number), year */
	struct str months[12];
};

void format_money_plain(struct buf *, struct money);  /* 1234.50 */
void format_date_iso(struct buf *, int64_t utc_s);   /* 2026-11-23T12:30:00Z */
void format_date_day(struct buf *, int64_t utc_s);   /* 2026-11-23, in the shop's time zone */
void format_date_clock(struct buf *, int64_t utc_s); /* 12:30, in the shop's time zone */

void format_money(struct buf *, const struct format *, struct money);
void format_number(struct buf *, const struct format *, int64_t);
void format_date(struct buf *, const struct format *, int64_t utc_s); /* in the shop's time zone, without the time */

#endif
