-- Stock changed by hand: who did it, what it refers to, and the key of each change, so that none is booked twice. The
-- columns are added INSTANT and the key INPLACE: workers go on meanwhile.

SET NAMES utf8mb4;

ALTER TABLE stock_movement
	ADD COLUMN actor VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',	-- '': the shop itself
	ADD COLUMN ref VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',	-- delivery note, list of a count
	ADD COLUMN action_key BINARY(16) NULL,	-- of a change by hand
	ALGORITHM=INSTANT;

ALTER TABLE stock_movement ADD UNIQUE KEY stock_movement_key (action_key), ALGORITHM=INPLACE, LOCK=NONE;
