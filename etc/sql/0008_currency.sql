-- The currency of the prices, which are minor units without one: a shop that is set to another currency would sell at
-- wrong prices. `kontor migrate` and the first import write it, from site.currency.

SET NAMES utf8mb4;

CREATE TABLE IF NOT EXISTS shop_currency (
	id		TINYINT UNSIGNED NOT NULL PRIMARY KEY,	-- 1: the only row
	code		CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,	-- ISO 4217
	CONSTRAINT shop_currency_one CHECK (id = 1)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
