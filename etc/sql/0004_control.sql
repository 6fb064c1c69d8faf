-- What holds for all hosts of the shop: whether ordering is paused, and the identity of this copy of the data, which is
-- part of every key in memcached. The table is in no dump, or a restore would bring an old pause back; so `kontor migrate`
-- runs this file again each time, and makes what is missing.

SET NAMES utf8mb4;

CREATE TABLE IF NOT EXISTS shop_control (
	id		TINYINT UNSIGNED NOT NULL PRIMARY KEY,	-- 1: the only row
	paused		TINYINT UNSIGNED NOT NULL,	-- 1: by `kontor pause`, + 2: by a restore that has not come to its end
	identity	BIGINT UNSIGNED NOT NULL,
	CONSTRAINT shop_control_one CHECK (id = 1)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

INSERT IGNORE INTO shop_control (id, paused, identity)
	VALUES (1, 0, CAST(CONV(HEX(RANDOM_BYTES(7)), 16, 10) AS UNSIGNED) + 1);
