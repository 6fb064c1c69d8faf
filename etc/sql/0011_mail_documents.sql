-- Mail and webhooks that leave the shop, and the documents of orders. Columns are added INSTANT and keys INPLACE:
-- workers go on meanwhile.

SET NAMES utf8mb4;

-- The outbox (src/store/outbox_queue.h). Whoever delivers a row claims it first: `due_at` becomes the end of the lease,
-- so nobody else takes it before, and it comes back if the process dies. `state` 3: not needed any more.
ALTER TABLE outbox
	ADD COLUMN lease_until BIGINT NOT NULL DEFAULT 0,	-- 0: nobody delivers it
	ADD COLUMN lease_by BIGINT UNSIGNED NOT NULL DEFAULT 0,	-- random number of the claim
	ADD COLUMN use_by BIGINT NOT NULL DEFAULT 0,	-- of no use after that; 0: always of use
	ADD COLUMN hold_until BIGINT NOT NULL DEFAULT 0,	-- not before that
	ADD COLUMN cause BINARY(16) NULL,	-- key of the action that wrote it
	ADD COLUMN order_id BIGINT UNSIGNED NOT NULL DEFAULT 0,	-- 0: of no order
	ADD COLUMN done_at BIGINT NOT NULL DEFAULT 0,	-- end of a row that does not wait any more
	ADD COLUMN why VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',	-- answer to the last attempt
	ALGORITHM=INSTANT;

ALTER TABLE outbox
	ADD KEY outbox_order (order_id, id),
	ALGORITHM=INPLACE, LOCK=NONE;

-- Earlier releases wrote mail that nobody delivered. It is too late for it.
UPDATE outbox SET state = 3, payload = '', due_at = UNIX_TIMESTAMP(), done_at = due_at,
	why = 'written before the shop sent mail' WHERE kind = 'mail';

-- Orders. The key of a computed column keeps the server from adding columns INSTANT, so `queue` goes first and comes again
-- with the value 6, to pack and owed back. It is computed from the states, so nothing is lost.
ALTER TABLE orders DROP KEY orders_queue, ALGORITHM=INPLACE, LOCK=NONE;
ALTER TABLE orders DROP COLUMN queue, ALGORITHM=INSTANT;

-- A buyer's consent that a download ends the right of withdrawal: when it was given, and the version of its words.
ALTER TABLE orders
	ADD COLUMN early_version VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	ADD COLUMN early_at BIGINT NULL,	-- NULL: it was not asked for, or the order is of an earlier release
	ALGORITHM=INSTANT;

ALTER TABLE orders
	ADD COLUMN queue TINYINT UNSIGNED AS (CASE
		WHEN state = 1 THEN 1
		WHEN state = 2 AND fulfilment_state IN (1, 2) AND payment_state = 7 THEN 6
		WHEN state = 2 AND fulfilment_state IN (1, 2) THEN 2
		WHEN payment_state = 7 THEN 3
		WHEN state = 2 AND fulfilment_state = 3 THEN 4
		WHEN state = 2 AND payment_state IN (1, 6) THEN 5
		END) VIRTUAL,
	ALGORITHM=INSTANT;
ALTER TABLE orders ADD KEY orders_queue (queue, id), ALGORITHM=INPLACE, LOCK=NONE;

-- Attempts to pay through a provider that is asked over the network. Reserved: no program of this release uses it. A row
-- is written before the first request, so that it can be repeated byte by byte.
CREATE TABLE IF NOT EXISTS pay_attempt (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	attempt_key	BINARY(16) NOT NULL,	-- for the provider, and in the address to which the buyer returns
	order_id	BIGINT UNSIGNED NOT NULL,
	provider	VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	live		TINYINT UNSIGNED NOT NULL,	-- 0: with the provider's test keys
	state		TINYINT UNSIGNED NOT NULL DEFAULT 0,	-- of the machine ATTEMPT in order_state.def
	ref		VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,	-- the provider's; NULL: none yet
	ref2		VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,	-- another one of the provider
	url		VARCHAR(2000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',	-- where the buyer pays
	request		TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,	-- body of the first request
	amount_minor	BIGINT NOT NULL,
	currency	CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	captured_minor	BIGINT NOT NULL DEFAULT 0,	-- totals, as the provider stated them last
	refunded_minor	BIGINT NOT NULL DEFAULT 0,
	disputed_minor	BIGINT NOT NULL DEFAULT 0,
	fee_minor	BIGINT NOT NULL DEFAULT 0,
	facts_at	BIGINT NULL,	-- when that answer was asked for
	created_at	BIGINT NOT NULL,
	expires_at	BIGINT NULL,
	hold_until	BIGINT NULL,	-- of an amount that is authorised
	tries		INT UNSIGNED NOT NULL DEFAULT 0,
	next_at		BIGINT NULL,	-- of the next look at the provider; NULL: none is due
	open_order	BIGINT UNSIGNED AS (IF(state <= 3, order_id, NULL)) VIRTUAL,
	UNIQUE KEY pay_attempt_key (attempt_key),
	UNIQUE KEY pay_attempt_ref (provider, ref),
	UNIQUE KEY pay_attempt_ref2 (provider, ref2),
	UNIQUE KEY pay_attempt_open (open_order),	-- one open attempt for an order
	KEY pay_attempt_order (order_id, id),
	KEY pay_attempt_due (next_at, id),
	CONSTRAINT pay_attempt_amount CHECK (amount_minor > 0),
	CONSTRAINT pay_attempt_fk FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Mails that came back, and addresses that get none any more (src/store/mail/bounce_store.h). Addresses are in lower
-- case. `counts`: the bounce is one of those after which an address is suppressed.
CREATE TABLE IF NOT EXISTS mail_bounce (
	outbox_id BIGINT UNSIGNED NOT NULL,
	address VARCHAR(254) NOT NULL,
	status VARCHAR(16) NOT NULL,	-- 5.1.1
	why VARCHAR(255) NOT NULL,	-- answer of the server
	counts TINYINT UNSIGNED NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (outbox_id),
	KEY mail_bounce_address (address, at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS mail_suppressed (
	address VARCHAR(254) NOT NULL,
	why VARCHAR(255) NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (address)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Variants that are low on stock, of which the merchant was told (src/jobs/mail_time.h).
CREATE TABLE IF NOT EXISTS stock_low (
	variant_id BIGINT UNSIGNED NOT NULL,
	since_at BIGINT NOT NULL,
	PRIMARY KEY (variant_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Particulars of products (src/shop/particular/particular.def), as one JSON object: all of them in the shop's own
-- language, the translated words in others. The columns behind it are computed from it.
ALTER TABLE product_text
	ADD COLUMN particulars MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,	-- NULL: none
	ALGORITHM=INSTANT;
ALTER TABLE product_text
	ADD COLUMN maker VARCHAR(190) AS (JSON_VALUE(particulars, '$.maker')) VIRTUAL,
	ADD COLUMN operator VARCHAR(190) AS (JSON_VALUE(particulars, '$.operator')) VIRTUAL,
	ALGORITHM=INSTANT;

-- Makers of goods and, outside the EU, the persons responsible for them there. A product names its maker in its
-- particulars, or else as its vendor.
CREATE TABLE IF NOT EXISTS maker (
	id		INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	name		VARCHAR(190) NOT NULL,
	company		VARCHAR(190) NOT NULL DEFAULT '',
	address		VARCHAR(500) NOT NULL DEFAULT '',	-- lines
	contact		VARCHAR(190) NOT NULL DEFAULT '',	-- mail address or web page
	country		CHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	eu_company	VARCHAR(190) NOT NULL DEFAULT '',
	eu_address	VARCHAR(500) NOT NULL DEFAULT '',
	eu_contact	VARCHAR(190) NOT NULL DEFAULT '',
	UNIQUE KEY maker_name (name)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Receivers of webhooks (src/store/hook_store.h). Their rows in the outbox have the kind hook/ID.
CREATE TABLE IF NOT EXISTS hook (
	id		INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	name		VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	url		VARCHAR(500) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	topics		VARCHAR(500) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,	-- of order_topic.def, separated by commas; *: all
	buyer		TINYINT UNSIGNED NOT NULL DEFAULT 0,	-- 1: with the buyer's names and addresses
	state		TINYINT UNSIGNED NOT NULL DEFAULT 0,	-- 0 on, 1 paused by the staff, 2 paused after failures
	secret		VARBINARY(100) NOT NULL,	-- sealed with hooks.secret_file
	old_secret	VARBINARY(100) NULL,	-- the one before, which signs too until old_until
	old_until	BIGINT NOT NULL DEFAULT 0,
	version		INT UNSIGNED NOT NULL DEFAULT 1,	-- rises with every change by the staff
	created_at	BIGINT NOT NULL,
	due_at		BIGINT NOT NULL DEFAULT 0,	-- nothing is sent before
	busy_until	BIGINT NOT NULL DEFAULT 0,	-- lease: somebody sends to it
	served_at	BIGINT NOT NULL DEFAULT 0,
	done_at		BIGINT NOT NULL DEFAULT 0,	-- of the last success
	failed_at	BIGINT NOT NULL DEFAULT 0,	-- of the last failure
	failures	INT UNSIGNED NOT NULL DEFAULT 0,	-- since the last success
	failing_since	BIGINT NOT NULL DEFAULT 0,	-- of the first of these
	why		VARCHAR(255) NOT NULL DEFAULT '',	-- of the last failure
	UNIQUE KEY hook_name (name)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS hook_try (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	hook_id		INT UNSIGNED NOT NULL,
	outbox_id	BIGINT UNSIGNED NOT NULL,
	at		BIGINT NOT NULL,
	ms		INT UNSIGNED NOT NULL,
	status		SMALLINT UNSIGNED NOT NULL,	-- 0: no answer
	why		VARCHAR(255) NOT NULL DEFAULT '',
	KEY hook_try_at (hook_id, at)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Declarations of withdrawal from a contract (src/store/withdrawal/withdrawal_store.h), as they were sent. The storefront
-- adds them through the view withdrawal_put; no program changes anything of the declaration itself.
CREATE TABLE IF NOT EXISTS withdrawal (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	key_hash	BINARY(32) NOT NULL,	-- of the secret in the address of the receipt
	at		BIGINT NOT NULL,	-- when it was received, by the clock of the database
	lang		VARCHAR(35) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	name		VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	email		VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	contract	VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,	-- its number, or words
	goods		TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,	-- which, in words; empty: all
	pieces		VARCHAR(1000) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,	-- 1-2,3-1: of lines; empty: not stated
	state		TINYINT UNSIGNED NOT NULL DEFAULT 0,	-- of withdrawal_store.h
	order_id	BIGINT UNSIGNED NULL,	-- that it fits
	return_id	BIGINT UNSIGNED NULL,	-- that it became
	actor		VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',	-- of the state
	why		VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	changed_at	BIGINT NOT NULL DEFAULT 0,
	UNIQUE KEY withdrawal_key (key_hash),
	KEY withdrawal_state (state, id),
	KEY withdrawal_order (order_id, id),
	KEY withdrawal_email (email, at)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Downloads (src/store/download). A file of a variant; the newest one without `ended_at` is sold. Its bytes are in
-- paths.download_dir under the name of its hash, so what was bought never changes.
CREATE TABLE IF NOT EXISTS download_file (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	variant_id	BIGINT UNSIGNED NOT NULL,
	hash		BINARY(32) NOT NULL,	-- SHA-256 of the bytes
	size_b		BIGINT UNSIGNED NOT NULL,
	name		VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,	-- as the buyer saves it
	type		VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	added_at	BIGINT NOT NULL,
	ended_at	BIGINT NULL,	-- not sold any more; those who bought it keep it
	KEY download_file_variant (variant_id, id),
	CONSTRAINT download_file_fk FOREIGN KEY (variant_id) REFERENCES variant (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- The files of a paid line, and how often and how long they may be fetched: as the settings were at the payment.
CREATE TABLE IF NOT EXISTS order_download (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	order_id	BIGINT UNSIGNED NOT NULL,
	pos		SMALLINT UNSIGNED NOT NULL,	-- of the line
	file_id		BIGINT UNSIGNED NOT NULL,
	allowed		INT NOT NULL,
	used		INT NOT NULL DEFAULT 0,
	granted_at	BIGINT NOT NULL,
	until_at	BIGINT NOT NULL,
	UNIQUE KEY order_download_once (order_id, pos, file_id),
	KEY order_download_file (file_id),
	CONSTRAINT order_download_limit CHECK (used BETWEEN 0 AND allowed),
	CONSTRAINT order_download_line_fk FOREIGN KEY (order_id, pos) REFERENCES order_line (order_id, pos),
	CONSTRAINT order_download_file_fk FOREIGN KEY (file_id) REFERENCES download_file (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Each download that counted. `ticket` stands in the page's form and then in the address of the file: it is counted
-- once, however often and in however many ranges the file is fetched with it.
CREATE TABLE IF NOT EXISTS order_download_take (
	download_id	BIGINT UNSIGNED NOT NULL,
	ticket		BINARY(32) NOT NULL,	-- its hash
	at		BIGINT NOT NULL,
	PRIMARY KEY (download_id, ticket),
	CONSTRAINT order_download_take_fk FOREIGN KEY (download_id) REFERENCES order_download (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Codes that are sold once each, sealed by codes.secret_file.
CREATE TABLE IF NOT EXISTS sale_code (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	variant_id	BIGINT UNSIGNED NOT NULL,
	sealed		VARBINARY(400) NOT NULL,
	mark		BINARY(16) NOT NULL,	-- MAC of the code: the same one is taken in once
	added_at	BIGINT NOT NULL,
	order_id	BIGINT UNSIGNED NULL,	-- NULL: free
	pos		SMALLINT UNSIGNED NULL,
	taken_at	BIGINT NULL,
	UNIQUE KEY sale_code_mark (variant_id, mark),
	KEY sale_code_free (variant_id, order_id, id),
	KEY sale_code_order (order_id, pos),
	CONSTRAINT sale_code_whole CHECK ((order_id IS NULL) = (taken_at IS NULL)),
	CONSTRAINT sale_code_variant_fk FOREIGN KEY (variant_id) REFERENCES variant (id),
	CONSTRAINT sale_code_line_fk FOREIGN KEY (order_id, pos) REFERENCES order_line (order_id, pos)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Invoices and credit notes (src/store/document/document_store.h). A row is only inserted: kontor-jobs may neither change
-- nor delete one. `sha256` covers the hash of the document before in its series, so a changed row breaks the chain.
-- `cause`: the entry of the ledger that the document is about; each entry has one at most.
CREATE TABLE IF NOT EXISTS document (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	series		VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,	-- R-2026
	seq		BIGINT UNSIGNED NOT NULL,	-- in the series, from 1, without a gap
	number		VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,	-- R-2026-0001
	kind		TINYINT UNSIGNED NOT NULL,	-- 0 invoice, 1 credit note
	order_id	BIGINT UNSIGNED NOT NULL,
	cause		BIGINT UNSIGNED NOT NULL,
	last_pos	SMALLINT UNSIGNED NOT NULL,	-- of an invoice: the last line of the order that it covers; else 0
	issued_at	BIGINT NOT NULL,
	currency	CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	total_minor	BIGINT NOT NULL,	-- with tax; of a credit note, too, above 0
	template	VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,	-- release and digest of the template
	json		MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,	-- every fact of the page
	page		MEDIUMBLOB NOT NULL,	-- HTML
	prev_sha256	BINARY(32) NOT NULL,	-- of the document before; zeros: the first of its series
	sha256		BINARY(32) NOT NULL,
	UNIQUE KEY document_seq (series, seq),
	UNIQUE KEY document_number (number),
	UNIQUE KEY document_cause (cause),
	KEY document_order (order_id, id),
	CONSTRAINT document_total CHECK (total_minor > 0),
	CONSTRAINT document_order_fk FOREIGN KEY (order_id) REFERENCES orders (id),
	CONSTRAINT document_cause_fk FOREIGN KEY (cause) REFERENCES ledger_entry (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- The last document of each series. Its row is locked from the number until the COMMIT.
CREATE TABLE IF NOT EXISTS document_series (
	series		VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
	last_seq	BIGINT UNSIGNED NOT NULL,	-- 0: none yet
	sha256		BINARY(32) NOT NULL	-- of the last document
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
