-- The whole life of an order: pieces sent, cancelled and returned, money received and paid back, notes, and the key of
-- each action, so that none is done twice. Columns are added INSTANT and keys INPLACE: workers go on meanwhile.

SET NAMES utf8mb4;

ALTER TABLE orders
	ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 1,	-- rises with every change
	ADD COLUMN country CHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',	-- of the delivery address; '': not copied yet
	ALGORITHM=INSTANT;

-- The list in which somebody has to do something about the order. It is computed, so it holds for every row, whoever
-- wrote it. 1 check payment, 2 to pack, 3 owed back to the buyer, 4 under way, 5 to collect money for.
ALTER TABLE orders
	ADD COLUMN queue TINYINT UNSIGNED AS (CASE
		WHEN state = 1 THEN 1
		WHEN state = 2 AND fulfilment_state IN (1, 2) THEN 2
		WHEN payment_state = 7 THEN 3
		WHEN state = 2 AND fulfilment_state = 3 THEN 4
		WHEN state = 2 AND payment_state IN (1, 6) THEN 5
		END) VIRTUAL;
ALTER TABLE orders ADD KEY orders_queue (queue, id), ALGORITHM=INPLACE, LOCK=NONE;

-- Words of names, companies, streets, towns, postcodes, mail addresses and phone numbers, folded as in the search of goods.
CREATE TABLE IF NOT EXISTS order_word (
	word		VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	order_id	BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (word, order_id),
	KEY order_word_order (order_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Each change of an order inserts its key first. A second one with the same key changes nothing.
CREATE TABLE IF NOT EXISTS order_action (
	action_key	BINARY(16) NOT NULL PRIMARY KEY,
	order_id	BIGINT UNSIGNED NOT NULL,
	event		TINYINT UNSIGNED NOT NULL,	-- of order_state.def
	made		BIGINT UNSIGNED NOT NULL DEFAULT 0,	-- id of the parcel, return, refund or note; 0: none
	version		INT UNSIGNED NOT NULL DEFAULT 0,	-- of the order after the action
	actor		VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	at		BIGINT NOT NULL,
	KEY order_action_order (order_id, version)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

ALTER TABLE order_event
	ADD COLUMN ref_id BIGINT UNSIGNED NULL,	-- the parcel, return, refund or note that it is about
	ALGORITHM=INSTANT;

CREATE TABLE IF NOT EXISTS parcel (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	order_id	BIGINT UNSIGNED NOT NULL,
	carrier		VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	tracking	VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,	-- NULL: none
	url		VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	sent_at		BIGINT NOT NULL,
	delivered_at	BIGINT NULL,
	UNIQUE KEY parcel_tracking (tracking, carrier),
	KEY parcel_order (order_id, id),
	CONSTRAINT parcel_fk FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS parcel_line (
	parcel_id	BIGINT UNSIGNED NOT NULL,
	order_id	BIGINT UNSIGNED NOT NULL,
	pos		SMALLINT UNSIGNED NOT NULL,
	qty		INT NOT NULL,
	PRIMARY KEY (parcel_id, pos),
	KEY parcel_line_order (order_id, pos),
	CONSTRAINT parcel_line_qty CHECK (qty > 0),
	CONSTRAINT parcel_line_parcel_fk FOREIGN KEY (parcel_id) REFERENCES parcel (id),
	CONSTRAINT parcel_line_line_fk FOREIGN KEY (order_id, pos) REFERENCES order_line (order_id, pos)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Pieces that will not be sent.
CREATE TABLE IF NOT EXISTS order_cut (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	order_id	BIGINT UNSIGNED NOT NULL,
	pos		SMALLINT UNSIGNED NOT NULL,
	qty		INT NOT NULL,
	at		BIGINT NOT NULL,
	KEY order_cut_order (order_id, pos),
	CONSTRAINT order_cut_qty CHECK (qty > 0),
	CONSTRAINT order_cut_line_fk FOREIGN KEY (order_id, pos) REFERENCES order_line (order_id, pos)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS return_case (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	order_id	BIGINT UNSIGNED NOT NULL,
	kind		TINYINT UNSIGNED NOT NULL,	-- 0 return, 1 withdrawal from the contract
	state		TINYINT UNSIGNED NOT NULL,	-- of the machine RETURN or WITHDRAWAL in order_state.def
	reason		VARCHAR(255) NOT NULL DEFAULT '',
	asked_at	BIGINT NOT NULL,
	deadline	BIGINT NULL,	-- the last moment at which the buyer may withdraw; NULL: it has not begun to run
	changed_at	BIGINT NOT NULL,
	KEY return_case_order (order_id, id),
	KEY return_case_state (state, id),
	CONSTRAINT return_case_fk FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS return_line (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	case_id		BIGINT UNSIGNED NOT NULL,
	order_id	BIGINT UNSIGNED NOT NULL,
	pos		SMALLINT UNSIGNED NOT NULL,
	asked		INT NOT NULL,	-- pieces that the buyer sends back
	received	INT NOT NULL DEFAULT 0,
	restocked	INT NOT NULL DEFAULT 0,	-- of these, put back into stock
	goods		TINYINT UNSIGNED NOT NULL DEFAULT 0,	-- condition: 0 as new, 1 used, 2 broken
	UNIQUE KEY return_line_pos (case_id, pos),
	KEY return_line_order (order_id, pos),
	CONSTRAINT return_line_qty CHECK (asked > 0 AND received BETWEEN 0 AND asked AND restocked BETWEEN 0 AND received),
	CONSTRAINT return_line_case_fk FOREIGN KEY (case_id) REFERENCES return_case (id),
	CONSTRAINT return_line_line_fk FOREIGN KEY (order_id, pos) REFERENCES order_line (order_id, pos)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Money that came in. A provider's reference is booked once.
CREATE TABLE IF NOT EXISTS payment (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	order_id	BIGINT UNSIGNED NOT NULL,
	provider	VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	ref		VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,	-- NULL: none
	amount_minor	BIGINT NOT NULL,
	currency	CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	at		BIGINT NOT NULL,
	UNIQUE KEY payment_ref (provider, ref),
	KEY payment_order (order_id, id),
	CONSTRAINT payment_amount CHECK (amount_minor > 0),
	CONSTRAINT payment_fk FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Money that goes back. A refund that was asked for counts as spent until its provider refuses it.
CREATE TABLE IF NOT EXISTS refund (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	order_id	BIGINT UNSIGNED NOT NULL,
	amount_minor	BIGINT NOT NULL,
	currency	CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	state		TINYINT UNSIGNED NOT NULL,	-- of the machine REFUND in order_state.def
	by_hand		TINYINT UNSIGNED NOT NULL,	-- 1: somebody paid it and recorded it; no provider is asked
	provider	VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	ref		VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,	-- the provider's; NULL: none
	return_id	BIGINT UNSIGNED NULL,	-- the return that it settles
	asked_at	BIGINT NOT NULL,
	changed_at	BIGINT NOT NULL,
	tries		INT UNSIGNED NOT NULL DEFAULT 0,	-- requests to the provider
	next_at		BIGINT NULL,	-- of the next one; NULL: none is due
	UNIQUE KEY refund_ref (provider, ref),
	KEY refund_order (order_id, id),
	KEY refund_due (next_at, id),
	CONSTRAINT refund_amount CHECK (amount_minor > 0),
	CONSTRAINT refund_fk FOREIGN KEY (order_id) REFERENCES orders (id),
	CONSTRAINT refund_return_fk FOREIGN KEY (return_id) REFERENCES return_case (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- The parts of a refund: pieces, delivery (pos 0), and amounts that are for neither (pos NULL).
CREATE TABLE IF NOT EXISTS refund_line (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	refund_id	BIGINT UNSIGNED NOT NULL,
	order_id	BIGINT UNSIGNED NOT NULL,
	pos		SMALLINT UNSIGNED NULL,
	return_line_id	BIGINT UNSIGNED NULL,
	qty		INT NOT NULL,
	amount_minor	BIGINT NOT NULL,	-- with tax
	tax_bp		INT NOT NULL,
	tax_minor	BIGINT NOT NULL,
	UNIQUE KEY refund_line_return (return_line_id),
	KEY refund_line_refund (refund_id),
	KEY refund_line_order (order_id, pos),
	CONSTRAINT refund_line_refund_fk FOREIGN KEY (refund_id) REFERENCES refund (id),
	CONSTRAINT refund_line_return_fk FOREIGN KEY (return_line_id) REFERENCES return_line (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS note (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	order_id	BIGINT UNSIGNED NOT NULL,
	to_buyer	TINYINT UNSIGNED NOT NULL,	-- 1: shown on the page of the order
	actor		VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	text		VARCHAR(4000) NOT NULL,
	at		BIGINT NOT NULL,
	KEY note_order (order_id, id),
	CONSTRAINT note_fk FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

ALTER TABLE ledger_entry
	ADD COLUMN currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',	-- '': that of its order, before this migration
	ADD COLUMN actor VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	ADD COLUMN ref_id BIGINT UNSIGNED NULL,	-- the payment, refund or event that it books
	ALGORITHM=INSTANT;
