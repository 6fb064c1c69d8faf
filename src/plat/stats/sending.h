/* sending.h - how much of an answer has been sent, in shared memory, so that it is known after the sender's death.
 *
 * The kernel itself notes the bytes: sendmmsg(2) stores their number in its argument before it returns, and a signal
 * cannot kill a process before that. So a process killed around a send either sent nothing, or all, or it is known that
 * a part is missing. A program's own note after the call would come too late: a kill takes effect just there. */
#ifndef KONTOR_PLAT_STATS_SENDING_H
#define KONTOR_PLAT_STATS_SENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "plat/stats/shared.h"

/* One sender writes, with its stores in this order; any process may read. All zero: nothing is being sent. */
struct sending {
	struct mmsghdr message; /* msg_len: of the last call */
	shared_word left_b;	/* to be sent when the last call began */
	shared_word resumed;	/* an earlier call sent a part */
	shared_word end;	/* how the request ends when all is sent (enum stats_end) */
};

enum sending_state { SENDING_NONE, SENDING_PART, SENDING_WHOLE };

void sending_clear(struct sending *);

/* Before the first byte of `all_b`. */
void sending_begin(struct sending *, size_t all_b);

/* Sends without waiting. Returns the bytes sent, or -1 with errno. `iov` is as for writev(2). */
ssize_t sending_send(struct sending *, int fd, struct iovec *iov, size_t n);

enum sending_state sending_state(const struct sending *);

#endif
