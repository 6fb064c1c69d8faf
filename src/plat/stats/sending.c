#include "plat/stats/sending.h"

static void
set_length(struct sending *s, unsigned n)
{
	*(volatile unsigned *)&s->message.msg_len = n;
	atomic_signal_fence(memory_order_seq_cst);
}

static void
set_word(shared_word *w, uint64_t v)
{
	atomic_store_explicit(w, v, memory_order_seq_cst);
}

void
sending_clear(struct sending *s)
{
	set_word(&s->left_b, 0);
	set_word(&s->resumed, 0);
	set_length(s, 0);
}

void
sending_begin(struct sending *s, size_t all_b)
{
	sending_clear(s);
	set_word(&s->left_b, all_b);
}

/* Between two calls the length must not be taken for that of the new call. */
static void
resume(struct sending *s)
{
	uint64_t left_b = shared_get(&s->left_b) - s->message.msg_len;

	if (s->message.msg_len == 0)
		return;
	set_word(&s->resumed, 1);
	set_length(s, 0);
	set_word(&s->left_b, left_b);
}

ssize_t
sending_send(struct sending *s, int fd, struct iovec *iov, size_t n)
{
	resume(s);
	s->message.msg_hdr = (struct msghdr){.msg_iov = iov, .msg_iovlen = n};
	if (sendmmsg(fd, &s->message, 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return -1;
	return (ssize_t)s->message.msg_len;
}

enum sending_state
sending_state(const struct sending *s)
{
	uint64_t left_b = shared_get(&s->left_b), sent_b = *(const volatile unsigned *)&s->message.msg_len;

	if (left_b > 0 && sent_b == left_b)
		return SENDING_WHOLE;
	return sent_b > 0 || shared_get(&s->resumed) != 0 ? SENDING_PART : SENDING_NONE;
}
