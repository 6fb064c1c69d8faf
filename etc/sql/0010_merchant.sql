-- The whole life of an order: pieces sent, cancelled and returned, money received and paid back, notes, and the key of
-- each action, so that none is done twice; the lists of orders; the merchant's settings; sales; erased buyers; stock
-- changed by hand. Columns are added INSTANT and keys INPLACE: workers go on meanwhile.

SET NAMES utf8mb4;

ALTER TABLE orders
	ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 1,	-- rises with every change
	ADD COLUMN country CHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',	-- of the delivery address; '': not copied yet
	ADD COLUMN indexed TINYINT UNSIGNED NOT NULL DEFAULT 0,	-- 1: order_word has its words, country is copied
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

ALTER TABLE orders
	ADD KEY orders_queue (queue, id),
	ADD KEY orders_indexed (indexed, id),
	ADD KEY orders_state (state, id),
	ADD KEY orders_email (email, id),
	ADD KEY orders_amount (total_minor, id),
	ADD KEY orders_created (created_at, id),
	ALGORITHM=INPLACE, LOCK=NONE;

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
	payment_id	BIGINT UNSIGNED NULL,	-- the payment that it goes back from; NULL: not chosen yet, or paid by hand
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

-- The merchant's settings: a value here overrides that of kontor.conf (store/setting_store.h).

-- Each change raises the number first, so changes wait for each other, and workers compare one number.
CREATE TABLE IF NOT EXISTS setting_change (
	id		TINYINT UNSIGNED NOT NULL PRIMARY KEY,	-- 1: the only row
	number		BIGINT UNSIGNED NOT NULL,	-- of the last change
	CONSTRAINT setting_change_one CHECK (id = 1)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

INSERT IGNORE INTO setting_change (id, number) VALUES (1, 0);

CREATE TABLE IF NOT EXISTS setting (
	name		VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,	-- section.key
	value		TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,	-- NULL: that of kontor.conf counts
	version		BIGINT UNSIGNED NOT NULL,	-- the change that wrote it
	actor		VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	at		BIGINT NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Append only.
CREATE TABLE IF NOT EXISTS setting_log (
	number		BIGINT UNSIGNED NOT NULL,	-- of the change
	name		VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	action		TINYINT UNSIGNED NOT NULL,	-- 1 set, 2 unset, 3 undo, 4 copied from kontor.conf
	was		TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
	value		TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
	actor		VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	at		BIGINT NOT NULL,
	PRIMARY KEY (number, name),
	KEY setting_log_name (name, number)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Sales that begin and end by the database's clock. price_history has the prices of the past and, behind them, those
-- that follow from planned and running sales; variant.prices has the part of it that pages need, as text
-- (src/shop/price/price.h), and is NULL where nothing changes by itself.

ALTER TABLE variant ADD COLUMN prices VARCHAR(8000) CHARACTER SET ascii COLLATE ascii_bin NULL;

CREATE TABLE sale (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	name		VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	starts_at	BIGINT NOT NULL,
	ends_at		BIGINT NOT NULL,	-- no longer; equal to starts_at when it was ended before it began
	rule		VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,	-- as stated: -20%, -2.00, 9.99
	selection	VARCHAR(2000) NOT NULL,	-- as stated
	actor		VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	created_at	BIGINT NOT NULL,
	ended_by	VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,	-- ended before its time
	sorted		TINYINT UNSIGNED NOT NULL DEFAULT 0,	-- lists are sorted by its prices: 1, by those after it: 2
	UNIQUE KEY sale_name (name),
	KEY sale_sorted (sorted, starts_at),
	CONSTRAINT sale_period CHECK (ends_at >= starts_at)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE sale_price (
	sale_id		BIGINT UNSIGNED NOT NULL,
	variant_id	BIGINT UNSIGNED NOT NULL,
	price_minor	BIGINT NOT NULL,
	base_minor	BIGINT NOT NULL,	-- the price without sales when the sale was made
	PRIMARY KEY (sale_id, variant_id),
	KEY sale_price_variant (variant_id),
	CONSTRAINT sale_price_positive CHECK (price_minor > 0),
	CONSTRAINT sale_price_fk FOREIGN KEY (sale_id) REFERENCES sale (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Orders whose buyer was erased, without a name: after the restore of an older copy they are erased again.

CREATE TABLE IF NOT EXISTS erasure (
	order_id	BIGINT UNSIGNED NOT NULL,
	key_hash	BINARY(16) NOT NULL,	-- of the order key, as in receipts
	keep_invoice	TINYINT UNSIGNED NOT NULL,	-- 1: name and address of the invoice stay while the law wants it
	at		BIGINT NOT NULL,
	actor		VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	PRIMARY KEY (order_id, key_hash)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Stock changed by hand: who did it, what it refers to, and the key of each change, so that none is booked twice. The
-- columns are added INSTANT and the key INPLACE: workers go on meanwhile.

ALTER TABLE stock_movement
	ADD COLUMN actor VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',	-- '': the shop itself
	ADD COLUMN ref VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',	-- delivery note, list of a count
	ADD COLUMN action_key BINARY(16) NULL,	-- of a change by hand
	ALGORITHM=INSTANT;

ALTER TABLE stock_movement ADD UNIQUE KEY stock_movement_key (action_key), ALGORITHM=INPLACE, LOCK=NONE;
