-- Mail and webhooks that leave the shop. Columns are added INSTANT and keys INPLACE: workers go on meanwhile.

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
