/* transfer.h - bank transfers: the shop's account, and the text of the QR code that a banking app reads (EPC069-12). */
#ifndef KONTOR_PAY_TRANSFER_H
#define KONTOR_PAY_TRANSFER_H

#include "base/money.h"

struct transfer_account {
	struct str holder, iban, bic; /* bic: may be none */
};

/* Finds the account in the shop's bank details: the first valid IBAN, the BIC behind that word, and the holder in the
 * first line, without a label such as "Holder:". If the IBAN is in the first line, the holder is `shop`. False when
 * there is no valid IBAN. */
MUST_USE bool transfer_account_find(
    struct arena *, struct str bank, struct str shop, struct transfer_account *);

/* False for transfers that the code cannot order: not in euro, an amount out of its bounds, a text too long. */
MUST_USE bool transfer_code(struct arena *, const struct transfer_account *, struct money, struct str reference,
    struct str *code);

#endif
