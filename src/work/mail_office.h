/* mail_office.h - the facts of mails to the merchant that are about no order. */
#ifndef KONTOR_WORK_MAIL_OFFICE_H
#define KONTOR_WORK_MAIL_OFFICE_H

#include "work/mail_facts.h"

/* Puts a list of the lines that somebody typed. */
void mail_put_typed(struct view *, uint16_t name, struct str text);

/* Fills `page`. ERR_NOT_FOUND if the row of the outbox is gone; ERR_INPUT if `about` or the payload is not of
 * the kind's form. */
MUST_USE bool mail_office_put(const struct mail_job *, struct mail_facts *, struct view *page, struct err *);

#endif
