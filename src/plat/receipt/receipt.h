/* receipt.h - the orders that this host has acknowledged to buyers, remembered outside the database.
 *
 * A database cannot know that it has lost an order. So each host keeps a preallocated file of fixed slots, used in
 * turn: the newest order overwrites the oldest. The intent goes into a slot before COMMIT; if it cannot be written,
 * there is no order. The acknowledgement goes into the same slot after COMMIT, before the answer. A process killed in
 * between leaves an intent, which promises nothing.
 *
 * Name, mail and phone are sealed to a public key. Its private half is readable by root alone. */
#ifndef KONTOR_PLAT_RECEIPT_RECEIPT_H
#define KONTOR_PLAT_RECEIPT_RECEIPT_H

#include "base/str.h"
#include "plat/stats/shared.h"

#define RECEIPT_KEY_HASH_B 16
#define RECEIPT_NUMBER_B 32
#define RECEIPT_SEALED_B 352
#define RECEIPT_KEY_B 32
#define RECEIPT_HOST_B 64
#define RECEIPT_ID_B 8
#define RECEIPT_NO_SLOT UINT64_MAX

struct receipt {
	uint64_t seq;          /* the place in the order of all intents; set by receipt_intent() */
	uint64_t id, identity; /* of the order; of the database */
	int64_t at_s, total_minor;
	char currency[4], number[RECEIPT_NUMBER_B + 1];
	uint8_t key_hash[RECEIPT_KEY_HASH_B]; /* of the order key */
	uint8_t sealed[RECEIPT_SEALED_B];
	size_t sealed_b;        /* 0: no buyer is named */
	int64_t acknowledged_s; /* 0: not */
	int64_t accepted_s;     /* when the operator has closed the loss; 0: not */
};

struct receipt_buyer {
	struct str name, mail, phone;
};

struct receipt_setup {
	struct str file, public_key_file;
	uint64_t slots; /* of a new file */
	bool sync;      /* wait for the disk before an order is acknowledged */
};

struct receipts {
	struct shared file; /* the head is mapped; slots are read and written */
	const struct receipt_setup *setup;
	uint64_t slots;
	bool has_key;
	uint8_t key[RECEIPT_KEY_B];
};

/* Opens the file, creating it when missing, unless it is open and sound. Without the public key buyers are not named,
 * which is logged. `setup` is borrowed. */
MUST_USE bool receipts_join(struct receipts *, const struct receipt_setup *, struct err *);

/* ERR_BUSY unless the file is open and still the one at its path. */
MUST_USE bool receipts_sound(const struct receipts *, struct err *);

/* For tools. ERR_NOT_FOUND when the file does not exist. */
MUST_USE bool receipts_open_tool(struct receipts *, const char *path, bool write, struct err *);
void receipts_close(struct receipts *);

/* The host that writes the file, and the file's own id. */
const char *receipts_host(const struct receipts *);
const uint8_t *receipts_id(const struct receipts *);

/* The hash by which a receipt knows an order key. */
void receipt_hash(struct str order_key, uint8_t hash[RECEIPT_KEY_HASH_B]);

/* Seals the buyer, if there is a key; a long name is cut. */
void receipt_seal(const struct receipts *, const struct receipt_buyer *, struct receipt *);

/* Writes the intent: into *slot, or for RECEIPT_NO_SLOT into the next one. ERR_BUSY. */
MUST_USE bool receipt_intent(struct receipts *, struct receipt *, uint64_t *slot, struct err *);

/* Acknowledges the intent that is in the slot. After ERR_UPSTREAM the order is acknowledged all the same. */
MUST_USE bool receipt_acknowledge(
    struct receipts *, uint64_t slot, const struct receipt *, int64_t now_s, struct err *);

/* Looks for the order's receipt among the newest ones. */
bool receipt_find(const struct receipts *, const struct receipt *like, struct receipt *, uint64_t *slot);

/* Closes a known loss. ERR_CONFLICT when the slot has another receipt by now. */
MUST_USE bool receipt_accept(struct receipts *, uint64_t slot, const struct receipt *, int64_t now_s, struct err *);

/* Takes the buyer out of a receipt. A slot that will soon be used again is left: the next order may be writing it. Sets
 * *done if the slot still had this receipt. */
MUST_USE bool receipt_forget(struct receipts *, uint64_t slot, const struct receipt *, bool *done, struct err *);

/* Reads a slot. False if it is empty or *damaged. */
bool receipt_read(const struct receipts *, uint64_t slot, struct receipt *, bool *damaged);

/* The keys: 32 bytes in hexadecimal, one line each. Creates what is missing; the public half from the private one. A
 * public key without its private half is left: that may be kept elsewhere. */
MUST_USE bool receipt_keys_make(const char *public_file, const char *private_file, struct err *);

/* ERR_NOT_FOUND when the file is missing; ERR_DENIED when it cannot be read. */
MUST_USE bool receipt_private_load(const char *file, uint8_t key[RECEIPT_KEY_B], struct err *);

/* Opens the buyer; the texts are on the arena. False: sealed to another key. */
MUST_USE bool receipt_open_buyer(
    struct arena *, const uint8_t private_key[RECEIPT_KEY_B], const struct receipt *, struct receipt_buyer *);

/* Used by receipt_file.c. */
bool receipt_public_load(const char *file, uint8_t key[RECEIPT_KEY_B]);
void receipt_sum(const void *p, size_t n, const char *purpose, uint8_t *sum, size_t sum_b);

#endif
