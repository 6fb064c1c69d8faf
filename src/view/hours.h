/* hours.h - the opening hours of the shop, as a view tree without words of any language. */
#ifndef KONTOR_VIEW_HOURS_H
#define KONTOR_VIEW_HOURS_H

#include "base/str.h"
#include "view/view.h"

/* Puts the list v.hours. A line "Mo-Fr 10:00-18:00" becomes {first_day, last_day, times}, where a day is an object with
 * one flag; last_day is absent for a single day. Any other line becomes {times}. */
void hours_put(struct arena *, struct view *v, struct str lines);

#endif
