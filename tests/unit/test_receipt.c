/* The file of receipts with real processes: intents and acknowledgements, their keys, and what damages them. */
#include "plat/receipt/receipt.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plat/text/secret.h"
#include "unit.h"

#define HEAD_B 4096
#define SLOT_B 512

static char dir[] = "/tmp/kontor-receipt-XXXXXX";
static char path[64], public_file[64], private_file[64];
static struct receipt_setup set;
static struct receipts rs;
static struct arena a;
static struct err e;

static void
setup(void)
{
	snprintf(dir, sizeof(dir), "/tmp/kontor-receipt-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/receipts", dir);
	snprintf(public_file, sizeof(public_file), "%s/public", dir);
	snprintf(private_file, sizeof(private_file), "%s/private", dir);
	err_clear(&e);
	arena_init(&a, (size_t)16 << 20);
	ck_assert(log_open("test", "/dev/null", LOG_ERROR) && secret_init(&e));
	ck_ok(receipt_keys_make(public_file, private_file, &e), &e);
	set = (struct receipt_setup){str_z(path), str_z(public_file), 300, true};
	rs = (struct receipts){.slots = 0};
	ck_ok(receipts_join(&rs, &set, &e), &e);
}

static void
teardown(void)
{
	char cmd[80];

	receipts_close(&rs);
	arena_fini(&a);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	ck_assert_int_eq(system(cmd), 0);
}

static struct receipt
of(uint64_t id)
{
	const struct receipt_buyer buyer = {STR("Ada Müßig"), STR("ada@example.org"), STR("+49 40 1")};
	struct receipt r = {.id = id, .identity = 7, .at_s = 1800000000, .total_minor = 4990, .currency = "EUR"};

	snprintf(r.number, sizeof(r.number), "K-%llu", (unsigned long long)id);
	receipt_hash(str_n(&id, sizeof(id)), r.key_hash);
	receipt_seal(&rs, &buyer, &r);
	return r;
}

static uint64_t
intend(uint64_t id)
{
	struct receipt r = of(id);
	uint64_t slot = RECEIPT_NO_SLOT;

	ck_ok(receipt_intent(&rs, &r, &slot, &e), &e);
	return slot;
}

static struct receipt
at(uint64_t slot)
{
	struct receipt r;
	bool damaged;

	ck_assert(receipt_read(&rs, slot, &r, &damaged));
	return r;
}

START_TEST(a_receipt_is_an_intent_until_it_is_acknowledged_and_a_loss_until_it_is_accepted)
{
	uint64_t slot = intend(42);
	struct receipt r = at(slot);

	ck_assert_uint_eq(r.id, 42);
	ck_assert_uint_eq(r.identity, 7);
	ck_assert_int_eq(r.total_minor, 4990);
	ck_assert_str_eq(r.number, "K-42");
	ck_assert_str_eq(r.currency, "EUR");
	ck_assert_int_eq(r.acknowledged_s, 0);
	ck_ok(receipt_acknowledge(&rs, slot, &r, 1800000005, &e), &e);
	ck_assert_int_eq(at(slot).acknowledged_s, 1800000005);
	ck_assert_int_eq(at(slot).accepted_s, 0);
	ck_ok(receipt_accept(&rs, slot, &r, 1800000009, &e), &e);
	ck_assert_int_eq(at(slot).accepted_s, 1800000009);
	ck_assert_int_eq(at(slot).acknowledged_s, 1800000005);
}
END_TEST

START_TEST(the_buyer_is_read_with_the_private_key_alone)
{
	uint8_t key[RECEIPT_KEY_B], other[RECEIPT_KEY_B];
	struct receipt r = at(intend(1));
	struct receipt_buyer b;
	char text[SLOT_B];
	int fd = open(path, O_RDONLY);

	ck_assert_int_eq(pread(fd, text, sizeof(text), HEAD_B), sizeof(text));
	close(fd);
	ck_assert_ptr_null(memmem(text, sizeof(text), "ada@", 4));
	ck_assert_ptr_null(memmem(text, sizeof(text), "Ada", 3));
	ck_ok(receipt_private_load(private_file, key, &e), &e);
	ck_assert(receipt_open_buyer(&a, key, &r, &b));
	ck_assert(
	    str_eq_z(b.name, "Ada Müßig") && str_eq_z(b.mail, "ada@example.org") && str_eq_z(b.phone, "+49 40 1"));
	memcpy(other, key, sizeof(other));
	other[5] ^= 1;
	ck_assert(!receipt_open_buyer(&a, other, &r, &b));
}
END_TEST

START_TEST(a_long_name_is_cut_between_letters_and_the_mail_is_kept)
{
	static char name[760], mail[255];
	struct receipt_buyer b = {str_n(name, 760), str_n(mail, 254), STR("12345678901234567890123456789012")}, got;
	uint8_t key[RECEIPT_KEY_B];
	struct receipt r = {.id = 1};

	for (size_t i = 0; i < sizeof(name); i += 2)
		memcpy(name + i, "ü", 2);
	memset(mail, 'm', sizeof(mail));
	receipt_seal(&rs, &b, &r);
	ck_ok(receipt_private_load(private_file, key, &e), &e);
	ck_assert(receipt_open_buyer(&a, key, &r, &got));
	ck_assert(str_eq(got.mail, b.mail) && str_eq(got.phone, b.phone));
	ck_assert(got.name.n >= 8 && got.name.n % 2 == 0 && memcmp(got.name.p, name, got.name.n) == 0);
}
END_TEST

START_TEST(the_newest_order_overwrites_the_oldest)
{
	for (uint64_t i = 0; i < 302; i++)
		ck_assert_uint_eq(intend(i + 1), i % 300);
	ck_assert_uint_eq(at(0).id, 301);
	ck_assert_uint_eq(at(1).id, 302);
	ck_assert_uint_eq(at(2).id, 3);
}
END_TEST

START_TEST(processes_share_the_file_without_sharing_a_slot)
{
	enum { CHILDREN = 4, EACH = 60 };
	bool seen[CHILDREN * EACH] = {false};
	pid_t pid[CHILDREN];
	int status;

	for (int i = 0; i < CHILDREN; i++) {
		pid[i] = fork();
		if (pid[i] == 0) {
			struct receipts own = {.slots = 0};

			if (!receipts_join(&own, &set, &e))
				_exit(1);
			for (int k = 0; k < EACH; k++) {
				struct receipt r = of((uint64_t)(i * EACH + k) + 1);
				uint64_t slot = RECEIPT_NO_SLOT;

				if (!receipt_intent(&own, &r, &slot, &e) || !receipt_acknowledge(&own, slot, &r, 1, &e))
					_exit(2);
			}
			_exit(0);
		}
	}
	for (int i = 0; i < CHILDREN; i++) {
		ck_assert_int_eq(waitpid(pid[i], &status, 0), pid[i]);
		ck_assert_int_eq(status, 0);
	}
	for (uint64_t i = 0; i < CHILDREN * EACH; i++) {
		struct receipt r = at(i);

		ck_assert(!seen[r.id - 1] && r.acknowledged_s == 1);
		seen[r.id - 1] = true;
	}
}
END_TEST

START_TEST(a_damaged_or_torn_slot_is_no_receipt)
{
	uint64_t slot = intend(9);
	struct receipt r = at(slot);
	int fd = open(path, O_RDWR);
	bool damaged;

	ck_ok(receipt_acknowledge(&rs, slot, &r, 5, &e), &e);
	ck_assert_int_eq(pwrite(fd, "\xff", 1, HEAD_B + 464 + 8), 1); /* in the sum of the acknowledgement */
	ck_assert_int_eq(at(slot).acknowledged_s, 0);
	ck_assert_int_eq(pwrite(fd, "\xff", 1, HEAD_B + 9), 1); /* in the id */
	ck_assert(!receipt_read(&rs, slot, &r, &damaged) && damaged);
	ck_assert(!receipt_read(&rs, 100, &r, &damaged) && !damaged); /* empty */
	close(fd);
}
END_TEST

START_TEST(without_room_there_is_no_intent_and_no_new_file)
{
	struct rlimit limit = {HEAD_B + SLOT_B, RLIM_INFINITY};
	struct receipt r = of(3);
	uint64_t slot = RECEIPT_NO_SLOT;
	struct receipts other = {.slots = 0};
	struct receipt_setup more = set;

	signal(SIGXFSZ, SIG_IGN);
	(void)intend(1);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert(!receipt_intent(&rs, &r, &slot, &e));
	ck_assert_int_eq(e.kind, ERR_BUSY);
	err_clear(&e);
	more.file = str_fmt(&a, "%s/other", dir);
	ck_assert(!receipts_join(&other, &more, &e));
	ck_assert_ptr_nonnull(strstr(e.msg, "no room"));
	limit.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	err_clear(&e);
	ck_ok(receipts_join(&other, &more, &e), &e); /* the unfinished file is finished */
	receipts_close(&other);
}
END_TEST

START_TEST(a_file_that_was_replaced_or_cut_short_is_noticed)
{
	char aside[80];

	snprintf(aside, sizeof(aside), "%s.aside", path);
	ck_ok(receipts_sound(&rs, &e), &e);
	ck_assert_int_eq(rename(path, aside), 0);
	ck_assert(!receipts_sound(&rs, &e));
	err_clear(&e);
	ck_ok(receipts_join(&rs, &set, &e) && receipts_sound(&rs, &e), &e);
	ck_assert_int_eq(truncate(path, HEAD_B + SLOT_B), 0);
	ck_assert(!receipts_sound(&rs, &e));
	err_clear(&e);
	ck_assert(!receipts_join(&rs, &set, &e));
	ck_assert_ptr_nonnull(strstr(e.msg, "move it away"));
}
END_TEST

START_TEST(after_a_power_failure_the_newest_receipts_are_not_overwritten)
{
	int fd;

	for (uint64_t i = 0; i < 10; i++)
		(void)intend(i + 1);
	receipts_close(&rs);
	fd = open(path, O_RDWR);
	ck_assert_int_eq(pwrite(fd, "\0\0\0\0\0\0\0\0", 8, 16), 8);                    /* the head is older */
	ck_assert_int_eq(pwrite(fd, "another boot", 12, 24 + 8 + RECEIPT_HOST_B), 12); /* and of another boot */
	close(fd);
	ck_ok(receipts_join(&rs, &set, &e), &e);
	ck_assert_uint_eq(intend(11), 10);
}
END_TEST

START_TEST(the_private_key_is_its_owners_alone_and_makes_the_public_one_again)
{
	uint8_t before[RECEIPT_KEY_B], after[RECEIPT_KEY_B], key[RECEIPT_KEY_B];
	struct stat st;

	ck_assert(stat(private_file, &st) == 0 && (st.st_mode & 0777) == 0600);
	ck_assert(stat(public_file, &st) == 0 && (st.st_mode & 0777) == 0644);
	ck_assert(receipt_public_load(public_file, before));
	ck_assert_int_eq(unlink(public_file), 0);
	ck_ok(receipt_keys_make(public_file, private_file, &e), &e);
	ck_assert(receipt_public_load(public_file, after) && memcmp(before, after, sizeof(before)) == 0);
	ck_assert_int_eq(chmod(private_file, 0640), 0);
	ck_assert(!receipt_private_load(private_file, key, &e));
	ck_assert_int_eq(e.kind, ERR_DENIED);
	err_clear(&e);
	ck_assert_int_eq(unlink(private_file), 0); /* kept elsewhere: no other pair is made */
	ck_ok(receipt_keys_make(public_file, private_file, &e), &e);
	ck_assert(!receipt_private_load(private_file, key, &e));
	ck_assert_int_eq(e.kind, ERR_NOT_FOUND);
}
END_TEST

START_TEST(a_receipt_is_found_among_the_newest)
{
	struct receipt like = of(5), r;
	uint64_t slot, own = intend(5);

	for (uint64_t i = 0; i < 200; i++)
		(void)intend(100 + i);
	ck_assert(receipt_find(&rs, &like, &r, &slot) && slot == own && r.id == 5);
	like.key_hash[0] ^= 1;
	ck_assert(!receipt_find(&rs, &like, &r, &slot));
}
END_TEST

START_TEST(a_buyer_is_taken_out_of_a_receipt_which_stays_one)
{
	struct receipt r, back;
	bool done, damaged;
	uint64_t slot = intend(7);

	ck_assert(receipt_read(&rs, slot, &r, &damaged) && r.sealed_b > 0);
	ck_ok(receipt_acknowledge(&rs, slot, &r, 1000, &e) && receipt_accept(&rs, slot, &r, 2000, &e), &e);
	ck_ok(receipt_forget(&rs, slot, &r, &done, &e), &e);
	ck_assert(done && receipt_read(&rs, slot, &back, &damaged));
	ck_assert(back.sealed_b == 0 && back.id == r.id && back.seq == r.seq && back.total_minor == r.total_minor);
	ck_assert(back.acknowledged_s == 1000 && back.accepted_s == 2000);
	ck_ok(receipt_forget(&rs, slot, &r, &done, &e), &e); /* nothing is left to take out */
	ck_assert(!done);
	(void)intend(8);
	r.seq++; /* the slot has another receipt by now */
	ck_ok(receipt_forget(&rs, slot, &r, &done, &e), &e);
	ck_assert(!done);
}
END_TEST

UNIT_MAIN_WITH(setup, teardown, "receipt",
    a_receipt_is_an_intent_until_it_is_acknowledged_and_a_loss_until_it_is_accepted,
    the_buyer_is_read_with_the_private_key_alone, a_long_name_is_cut_between_letters_and_the_mail_is_kept,
    the_newest_order_overwrites_the_oldest, processes_share_the_file_without_sharing_a_slot,
    a_damaged_or_torn_slot_is_no_receipt, without_room_there_is_no_intent_and_no_new_file,
    a_file_that_was_replaced_or_cut_short_is_noticed, after_a_power_failure_the_newest_receipts_are_not_overwritten,
    the_private_key_is_its_owners_alone_and_makes_the_public_one_again, a_receipt_is_found_among_the_newest,
    a_buyer_is_taken_out_of_a_receipt_which_stays_one)
