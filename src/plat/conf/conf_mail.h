/* conf_mail.h - the settings of section [mail] that depend on one another. */
#ifndef KONTOR_PLAT_CONF_CONF_MAIL_H
#define KONTOR_PLAT_CONF_CONF_MAIL_H

#include "plat/conf/conf.h"

/* Splits mail.server, and names the port that mail.tls implies. ERR_INPUT with the reason. */
MUST_USE bool conf_mail_server(const struct conf *, struct str *host, uint64_t *port, struct err *);

/* True for a host that is this machine: no byte to it passes a network. */
bool conf_mail_local(struct str host);

/* ERR_INPUT with the reason, and the offset of the setting in struct conf, if mails could not be handed over. */
MUST_USE bool conf_mail_check(const struct conf *, size_t *offset, struct err *);

#endif
