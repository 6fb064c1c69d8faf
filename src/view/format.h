/* format.h - amounts, numbers and dates as text.
 *
 * Forms for programs are the same in every language. Forms for readers follow the patterns in the language's `struct
 * format` (lang.h). */
#ifndef KONTOR_VIEW_FORMAT_H
#define KONTOR_VIEW_FORMAT_H

#include "base/buf.h"
#include "base/money.h"
#include "plat/text/json.h"

struct format {
	struct str decimal, group; /* decimal point; thousands separator */
	struct str money;	   /* "$#", "# $": sign and number; a blank becomes a no-break space */
	struct str date;	   /* "d. M y": day, month by name (m: by number), year */
	struct str months[12];
};

void format_money_plain(struct buf *, struct money);  /* 1234.50 */
void format_date_iso(struct buf *, int64_t utc_s);   /* 2026-11-23T12:30:00Z */
void format_date_day(struct buf *, int64_t utc_s);   /* 2026-11-23, in the shop's time zone */
void format_date_clock(struct buf *, int64_t utc_s); /* 12:30, in the shop's time zone */

/* 2026-11-23T12:30:00Z as a member of an object; null for 0. */
void format_json_time(struct json_out *, const char *name, int64_t utc_s);

void format_money(struct buf *, const struct format *, struct money);
void format_kg(struct buf *, const struct format *, int64_t g); /* 31.5 kg */
void format_rate(struct buf *, const struct format *, int64_t bp);  /* 5.5, of a rate in hundredths of a percent */
void format_number(struct buf *, const struct format *, int64_t);
void format_date(struct buf *, const struct format *, int64_t utc_s); /* in the shop's time zone; date only */

#endif
