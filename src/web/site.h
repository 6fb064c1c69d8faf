/* site.h - the storefront as a site of the request loop. */
#ifndef KONTOR_WEB_SITE_H
#define KONTOR_WEB_SITE_H

#include "serve/site.h"

extern const struct site web_site;

#endif
