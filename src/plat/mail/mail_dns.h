/* mail_dns.h - what the domain name system says of a mail domain: MX and TXT records, by the system's resolver.
 *
 * Blocks for at most some ten seconds, so it is for the operator's tool only. */
#ifndef KONTOR_PLAT_MAIL_MAIL_DNS_H
#define KONTOR_PLAT_MAIL_MAIL_DNS_H

#include "base/err.h"
#include "base/str.h"

enum mail_dns_type { MAIL_DNS_MX, MAIL_DNS_TXT };

struct mail_dns {
	bool known;    /* the domain or its servers answered; false: no name server could be asked */
	struct str *v; /* host names of an MX ("." becomes ""), or texts whose parts are joined; on the arena */
	size_t n;
};

void mail_dns_ask(struct arena *, struct str name, enum mail_dns_type, struct mail_dns *);

/* Reads an answer of a name server. False when it is not one. */
MUST_USE bool mail_dns_parse(struct arena *, struct str answer, enum mail_dns_type, struct mail_dns *);

/* The rules of a domain for mails in its name: SPF and DMARC. */
struct mail_domain {
	struct mail_dns mx, spf, dmarc;
	bool has_spf, has_dmarc, null_mx; /* null MX (RFC 7505): the domain takes no mail */
};
void mail_dns_judge(struct mail_domain *);

#endif
