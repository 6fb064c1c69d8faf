-- Keys for the lists of orders. The column is added INSTANT and the keys INPLACE: workers go on meanwhile.

SET NAMES utf8mb4;

-- No column can be added INSTANT while a computed one is indexed.
ALTER TABLE orders DROP KEY orders_queue, ALGORITHM=INPLACE, LOCK=NONE;

ALTER TABLE orders
	ADD COLUMN indexed TINYINT UNSIGNED NOT NULL DEFAULT 0,	-- 1: order_word has its words, country is copied
	ALGORITHM=INSTANT;

ALTER TABLE orders
	ADD KEY orders_queue (queue, id),
	ADD KEY orders_indexed (indexed, id),
	ADD KEY orders_state (state, id),
	ADD KEY orders_email (email, id),
	ADD KEY orders_amount (total_minor, id),
	ADD KEY orders_created (created_at, id),
	ALGORITHM=INPLACE, LOCK=NONE;
