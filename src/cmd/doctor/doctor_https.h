/* doctor_https.h - what is wrong with a certificate, from what the library said of it. Pure. */
#ifndef KONTOR_CMD_DOCTOR_DOCTOR_HTTPS_H
#define KONTOR_CMD_DOCTOR_DOCTOR_HTTPS_H

#include <stdint.h>

enum doctor_cert { CERT_EXPIRED, CERT_HOST, CERT_UNTRUSTED };

/* `why`: the words with which it was refused; `until_s`: the end of its time, 0 when not known. */
enum doctor_cert doctor_cert(const char *why, int64_t until_s, int64_t now_s);

#endif
