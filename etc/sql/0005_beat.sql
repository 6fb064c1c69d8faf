-- Written by kontor-jobs, and carried by every dump, so that a copy can be recognised as older than what was seen
-- before, and a jump of the server's clock as such.

SET NAMES utf8mb4;

CREATE TABLE IF NOT EXISTS shop_beat (
	id		TINYINT UNSIGNED NOT NULL PRIMARY KEY,	-- 1: the only row
	beat		BIGINT UNSIGNED NOT NULL,	-- rises every few seconds
	expired_s	BIGINT NOT NULL,	-- the server's time up to which unpaid orders may expire
	CONSTRAINT shop_beat_one CHECK (id = 1)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

INSERT IGNORE INTO shop_beat (id, beat, expired_s) VALUES (1, 1, UNIX_TIMESTAMP());
