#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "plat/receipt/receipt.h"
#include "plat/text/secret.h"

#define MAGIC UINT64_C(0x317470726b) /* "krpt1" */
#define HEAD_B 4096
#define SUM_B 16
#define NEWEST 256 /* slots in which receipt_find() looks */
#define ACKNOWLEDGED "kontor receipt: acknowledged"
#define ACCEPTED "kontor receipt: accepted"
#define SOON 64 /* slots ahead of the next one, which orders of this moment may write */
#define READS 3    /* of a slot that is being written */

/* Shared by all releases, as the control file. */
struct receipt_head {
	shared_word magic; /* set last */
	uint64_t slots;
	shared_word next; /* the seq of the next intent; its slot is seq % slots */
	uint8_t id[RECEIPT_ID_B];
	char host[RECEIPT_HOST_B];
	char boot[SHARED_BOOT_SIZE];
};

/* One sector, so that a power failure tears it seldom; the sums tell. */
struct receipt_slot {
	uint64_t seq, id, identity;
	int64_t at_s, total_minor;
	char currency[4];
	uint16_t sealed_b, reserved;
	char number[RECEIPT_NUMBER_B];
	uint8_t key_hash[RECEIPT_KEY_HASH_B];
	uint8_t sealed[RECEIPT_SEALED_B];
	uint8_t sum[SUM_B]; /* of all above */
	/* The times have a sum that includes the one above. */
	int64_t acknowledged_s;
	uint8_t acknowledged_sum[8];
	int64_t accepted_s;
	uint8_t accepted_sum[8];
	uint8_t unused[16];
};

_Static_assert(sizeof(struct receipt_slot) == 512 && sizeof(struct receipt_head) <= HEAD_B, "all releases share it");

static struct receipt_head *
head_of(const struct receipts *rs)
{
	return rs->file.area;
}

static off_t
offset_of(const struct receipts *rs, uint64_t slot)
{
	return (off_t)(HEAD_B + slot % rs->slots * sizeof(struct receipt_slot));
}

static bool
write_all(int fd, const void *p, size_t n, off_t at)
{
	ssize_t got;

	do
		got = pwrite(fd, p, n, at);
	while (got < 0 && errno == EINTR);
	if (got >= 0 && got < (ssize_t)n)
		errno = ENOSPC;
	return got == (ssize_t)n;
}

/* Written with zeros, not only reserved: a write to an order's slot then changes no metadata of the file. */
static bool
make_slots(struct receipts *rs, uint64_t slots, struct err *e)
{
	static const char zeros[64 << 10];
	off_t at = HEAD_B, end = HEAD_B + (off_t)(slots * sizeof(struct receipt_slot));

	for (; at < end; at += (off_t)sizeof(zeros)) {
		size_t n = end - at < (off_t)sizeof(zeros) ? (size_t)(end - at) : sizeof(zeros);

		if (!write_all(rs->file.fd, zeros, n, at))
			return err_set(e, ERR_UPSTREAM, "%s: no room for %llu receipts: %s", rs->file.name,
			    (unsigned long long)slots, strerror(errno));
	}
	return fsync(rs->file.fd) == 0 || err_set(e, ERR_UPSTREAM, "%s: %s", rs->file.name, strerror(errno));
}

/* After a power failure the head may be older than the slots. */
static void
find_next(struct receipts *rs)
{
	struct receipt_head *h = head_of(rs);
	uint64_t next = atomic_load(&h->next);
	struct receipt r;
	bool damaged;

	for (uint64_t i = 0; i < rs->slots; i++)
		if (receipt_read(rs, i, &r, &damaged) && r.seq >= next)
			next = r.seq + 1;
	atomic_store(&h->next, next);
}

/* Call it with the creation lock. */
static bool
make_file(struct receipts *rs, uint64_t slots, struct err *e)
{
	struct receipt_head *h = head_of(rs);
	char boot[SHARED_BOOT_SIZE];

	shared_boot(boot);
	if (atomic_load(&h->magic) == 0) {
		if (!make_slots(rs, slots, e))
			return false;
		h->slots = slots;
		atomic_store(&h->next, 0);
		secret_random(h->id, sizeof(h->id));
		if (gethostname(h->host, sizeof(h->host) - 1) != 0)
			h->host[0] = '\0';
		memcpy(h->boot, boot, sizeof(boot));
		atomic_store(&h->magic, MAGIC);
	}
	rs->slots = h->slots;
	if (memcmp(h->boot, boot, sizeof(boot)) != 0) {
		find_next(rs);
		memcpy(h->boot, boot, sizeof(boot));
	}
	return true;
}

static bool
receipts_check(struct receipts *rs, struct err *e)
{
	const struct receipt_head *h = head_of(rs);
	uint64_t size_b = shared_size(&rs->file);

	if (atomic_load(&h->magic) != MAGIC || memchr(h->host, '\0', sizeof(h->host)) == NULL || h->slots == 0
	    || h->slots > (uint64_t)1 << 32 || size_b < HEAD_B + h->slots * sizeof(struct receipt_slot))
		return err_set(
		    e, ERR_UPSTREAM, "%s is not a file of receipts, or was cut short: move it away", rs->file.name);
	rs->slots = h->slots;
	return true;
}

static bool
receipts_open(struct receipts *rs, const char *path, int flags, uint64_t slots, struct err *e)
{
	bool ok;

	*rs = (struct receipts){.slots = 0};
	if (!shared_open(&rs->file, path, flags, HEAD_B, e))
		return false;
	ok = (flags & O_CREAT) == 0
	     || ((atomic_load(&head_of(rs)->magic) == 0 || receipts_check(rs, e)) && make_file(rs, slots, e));
	if ((flags & O_CREAT) != 0)
		shared_ready(&rs->file);
	ok = ok && receipts_check(rs, e);
	if (!ok)
		receipts_close(rs);
	return ok;
}

bool
receipts_open_tool(struct receipts *rs, const char *path, bool write, struct err *e)
{
	return receipts_open(rs, path, write ? O_RDWR : O_RDONLY, 0, e);
}

void
receipts_close(struct receipts *rs)
{
	shared_close(&rs->file);
	rs->slots = 0;
}

bool
receipts_sound(const struct receipts *rs, struct err *e)
{
	return shared_sound(&rs->file, e)
	       && (shared_size(&rs->file) >= HEAD_B + rs->slots * sizeof(struct receipt_slot)
		   || err_set(e, ERR_BUSY, "%s has been cut short", rs->file.name));
}

bool
receipts_join(struct receipts *rs, const struct receipt_setup *setup, struct err *e)
{
	struct receipts fresh;
	struct err none = {0};

	if (rs->slots > 0 && receipts_sound(rs, &none))
		return true;
	if (!receipts_open(&fresh, setup->file.p, O_RDWR | O_CREAT, setup->slots, e))
		return false;
	receipts_close(rs);
	*rs = fresh;
	rs->setup = setup;
	rs->has_key = receipt_public_load(setup->public_key_file.p, rs->key);
	if (!rs->has_key)
		log_put(LOG_WARN,
		    "event=receipts_unsealed msg=\"%s is missing, so receipts do not name the buyers: kontor "
		    "receipts keys, then kontor reload\"",
		    setup->public_key_file.p);
	return true;
}

const char *
receipts_host(const struct receipts *rs)
{
	return head_of(rs)->host;
}

const uint8_t *
receipts_id(const struct receipts *rs)
{
	return head_of(rs)->id;
}

static void
slot_sum(const struct receipt_slot *s, uint8_t sum[SUM_B])
{
	receipt_sum(s, offsetof(struct receipt_slot, sum), NULL, sum, SUM_B);
}

static void
time_sum(const uint8_t sum[SUM_B], int64_t at_s, const char *purpose, uint8_t out[8])
{
	uint8_t both[SUM_B + sizeof(at_s)];

	memcpy(both, sum, SUM_B);
	memcpy(both + SUM_B, &at_s, sizeof(at_s));
	receipt_sum(both, sizeof(both), purpose, out, 8);
}

static void
fill_slot(const struct receipt *r, struct receipt_slot *s)
{
	*s = (struct receipt_slot){.seq = r->seq,
	    .id = r->id,
	    .identity = r->identity,
	    .at_s = r->at_s,
	    .total_minor = r->total_minor,
	    .sealed_b = (uint16_t)r->sealed_b};
	memcpy(s->currency, r->currency, sizeof(s->currency));
	memcpy(s->number, r->number, strnlen(r->number, sizeof(s->number)));
	memcpy(s->key_hash, r->key_hash, sizeof(s->key_hash));
	memcpy(s->sealed, r->sealed, r->sealed_b);
	slot_sum(s, s->sum);
}

bool
receipt_intent(struct receipts *rs, struct receipt *r, uint64_t *slot, struct err *e)
{
	struct receipt_slot s;

	if (*slot == RECEIPT_NO_SLOT) {
		r->seq = atomic_fetch_add(&head_of(rs)->next, 1);
		*slot = r->seq % rs->slots;
	}
	fill_slot(r, &s);
	return write_all(rs->file.fd, &s, sizeof(s), offset_of(rs, *slot))
	       || err_set(e, ERR_BUSY, "no order without a receipt: %s: %s", rs->file.name, strerror(errno));
}

static bool
write_time(struct receipts *rs, uint64_t slot, const struct receipt *r, int64_t now_s, bool accepted, struct err *e)
{
	struct {
		int64_t at_s;
		uint8_t sum[8];
	} t = {.at_s = now_s};
	size_t at =
	    accepted ? offsetof(struct receipt_slot, accepted_s) : offsetof(struct receipt_slot, acknowledged_s);
	struct receipt_slot s;

	fill_slot(r, &s);
	time_sum(s.sum, now_s, accepted ? ACCEPTED : ACKNOWLEDGED, t.sum);
	return write_all(rs->file.fd, &t, sizeof(t), offset_of(rs, slot) + (off_t)at)
	       || err_set(e, ERR_UPSTREAM, "%s: %s", rs->file.name, strerror(errno));
}

bool
receipt_acknowledge(struct receipts *rs, uint64_t slot, const struct receipt *r, int64_t now_s, struct err *e)
{
	return write_time(rs, slot, r, now_s, false, e)
	       && (!rs->setup->sync || fdatasync(rs->file.fd) == 0
		   || err_set(e, ERR_UPSTREAM, "%s: %s", rs->file.name, strerror(errno)));
}

bool
receipt_accept(struct receipts *rs, uint64_t slot, const struct receipt *r, int64_t now_s, struct err *e)
{
	struct receipt now;
	bool damaged;

	if (!receipt_read(rs, slot, &now, &damaged) || now.seq != r->seq)
		return err_set(e, ERR_CONFLICT, "%s: another order has the place of %s", rs->file.name, r->number);
	return write_time(rs, slot, r, now_s, true, e)
	       && (fdatasync(rs->file.fd) == 0 || err_set(e, ERR_UPSTREAM, "%s: %s", rs->file.name, strerror(errno)));
}

bool
receipt_forget(struct receipts *rs, uint64_t slot, const struct receipt *r, bool *done, struct err *e)
{
	uint64_t next = atomic_load(&head_of(rs)->next);
	struct receipt now = {.seq = 0};
	struct receipt_slot s;
	bool damaged;

	*done = false;
	if (r->seq + rs->slots < next + SOON || !receipt_read(rs, slot, &now, &damaged) || now.seq != r->seq
	    || now.sealed_b == 0)
		return true;
	now.sealed_b = 0;
	memset(now.sealed, 0, sizeof(now.sealed));
	fill_slot(&now, &s);
	s.acknowledged_s = now.acknowledged_s;
	s.accepted_s = now.accepted_s;
	if (now.acknowledged_s != 0)
		time_sum(s.sum, now.acknowledged_s, ACKNOWLEDGED, s.acknowledged_sum);
	if (now.accepted_s != 0)
		time_sum(s.sum, now.accepted_s, ACCEPTED, s.accepted_sum);
	*done = write_all(rs->file.fd, &s, sizeof(s), offset_of(rs, slot)) && fdatasync(rs->file.fd) == 0;
	return *done || err_set(e, ERR_UPSTREAM, "%s: %s", rs->file.name, strerror(errno));
}

static int64_t
time_of(const struct receipt_slot *s, int64_t at_s, const uint8_t sum[8], const char *purpose)
{
	uint8_t want[8];

	if (at_s == 0)
		return 0;
	time_sum(s->sum, at_s, purpose, want);
	return memcmp(want, sum, sizeof(want)) == 0 ? at_s : 0;
}

static bool
read_slot(const struct receipts *rs, uint64_t slot, struct receipt_slot *s, bool *empty)
{
	static const struct receipt_slot none;
	uint8_t sum[SUM_B];

	*empty = false;
	if (pread(rs->file.fd, s, sizeof(*s), offset_of(rs, slot)) != (ssize_t)sizeof(*s))
		return false;
	*empty = memcmp(s, &none, sizeof(none)) == 0;
	slot_sum(s, sum);
	return !*empty && memcmp(sum, s->sum, sizeof(sum)) == 0 && s->sealed_b <= RECEIPT_SEALED_B;
}

bool
receipt_read(const struct receipts *rs, uint64_t slot, struct receipt *r, bool *damaged)
{
	struct receipt_slot s;
	bool empty = false, ok = false;

	for (int i = 0; i < READS && !ok && !empty; i++)
		ok = read_slot(rs, slot, &s, &empty);
	*damaged = !ok && !empty;
	if (!ok)
		return false;
	*r = (struct receipt){.seq = s.seq,
	    .id = s.id,
	    .identity = s.identity,
	    .at_s = s.at_s,
	    .total_minor = s.total_minor,
	    .sealed_b = s.sealed_b,
	    .acknowledged_s = time_of(&s, s.acknowledged_s, s.acknowledged_sum, ACKNOWLEDGED),
	    .accepted_s = time_of(&s, s.accepted_s, s.accepted_sum, ACCEPTED)};
	memcpy(r->currency, s.currency, sizeof(r->currency));
	r->currency[sizeof(r->currency) - 1] = '\0';
	memcpy(r->number, s.number, sizeof(s.number));
	memcpy(r->key_hash, s.key_hash, sizeof(r->key_hash));
	memcpy(r->sealed, s.sealed, s.sealed_b);
	return true;
}

bool
receipt_find(const struct receipts *rs, const struct receipt *like, struct receipt *r, uint64_t *slot)
{
	uint64_t next = atomic_load(&head_of(rs)->next), n = rs->slots < NEWEST ? rs->slots : NEWEST;
	bool damaged;

	for (uint64_t i = 1; i <= n && i <= next; i++) {
		*slot = (next - i) % rs->slots;
		if (receipt_read(rs, *slot, r, &damaged) && r->id == like->id
		    && memcmp(r->key_hash, like->key_hash, sizeof(r->key_hash)) == 0)
			return true;
	}
	return false;
}
