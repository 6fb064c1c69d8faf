-- Orders whose buyer was erased, without a name: after the restore of an older copy they are erased again.

SET NAMES utf8mb4;

CREATE TABLE IF NOT EXISTS erasure (
	order_id	BIGINT UNSIGNED NOT NULL,
	key_hash	BINARY(16) NOT NULL,	-- of the order key, as in receipts
	keep_invoice	TINYINT UNSIGNED NOT NULL,	-- 1: name and address of the invoice stay while the law wants it
	at		BIGINT NOT NULL,
	actor		VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	PRIMARY KEY (order_id, key_hash)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
