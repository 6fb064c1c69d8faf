/* doctor_host.h - is the clock right? Pure. */
#ifndef KONTOR_CMD_DOCTOR_DOCTOR_HOST_H
#define KONTOR_CMD_DOCTOR_DOCTOR_HOST_H

#include <stdint.h>

enum doctor_clock { CLOCK_RIGHT, CLOCK_BEHIND, CLOCK_AHEAD };

/* A clock that is before the day on which this program was made is wrong, and so is one ten years after it. */
enum doctor_clock doctor_clock(int64_t now_s, int64_t made_s);

/* How far two clocks may be apart: what is compared are moments in rows and in workers. */
#define DOCTOR_APART_S 5

#endif
