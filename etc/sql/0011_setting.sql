-- The merchant's settings: a value here overrides that of kontor.conf (store/setting_store.h).

SET NAMES utf8mb4;

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
