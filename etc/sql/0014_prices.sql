-- Sales that begin and end by the database's clock. price_history has the prices of the past and, behind them, those
-- that follow from planned and running sales; variant.prices has the part of it that pages need, as text
-- (src/shop/price/price.h), and is NULL where nothing changes by itself.

SET NAMES utf8mb4;

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
