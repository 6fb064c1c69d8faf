-- Search by blocks of products (src/shop/search_block.h): what a search for several words costs hangs on the number of
-- blocks, and no longer on how often each of the words is there. search_token is read by the release before this one,
-- which may still be running; a later migration drops it.

SET NAMES utf8mb4;
SET SESSION group_concat_max_len = 1048576;

-- For a word, which of 16384 successive products hold it: two bytes each, product_id MOD 16384, in no order.
CREATE TABLE IF NOT EXISTS search_block (
	lang		VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	token		VARBINARY(64) NOT NULL,
	block		INT UNSIGNED NOT NULL,	-- product_id DIV 16384
	ids		MEDIUMBLOB NOT NULL,
	PRIMARY KEY (lang, token, block)
) ENGINE=InnoDB;

-- The words under which a product stands in search_block, so that it can be taken out.
CREATE TABLE IF NOT EXISTS search_words (
	product_id	BIGINT UNSIGNED NOT NULL,
	lang		VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	words		MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,	-- a line each
	PRIMARY KEY (product_id, lang)
) ENGINE=InnoDB;

INSERT IGNORE INTO search_block (lang, token, block, ids)
	SELECT lang, token, product_id DIV 16384,
		GROUP_CONCAT(UNHEX(LPAD(HEX(product_id MOD 16384), 4, '0')) SEPARATOR '')
	FROM search_token GROUP BY lang, token, product_id DIV 16384;

INSERT IGNORE INTO search_words (product_id, lang, words)
	SELECT product_id, lang, GROUP_CONCAT(CONVERT(token USING utf8mb4) SEPARATOR '\n')
	FROM search_token GROUP BY product_id, lang;
