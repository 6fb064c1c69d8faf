-- A limit on the goods that one client may hold without paying.

SET NAMES utf8mb4;

ALTER TABLE orders
	ADD COLUMN client BINARY(16) NULL,	-- keyed hash of the buyer's address, while the order holds goods unpaid
	ADD KEY orders_client (client, id);

-- Submits of one client wait for each other here: the row is chosen by the client. Since the row is changed, the nodes
-- of a cluster notice too.
CREATE TABLE placing_turn (
	slot	SMALLINT UNSIGNED NOT NULL PRIMARY KEY,	-- 0 to 4095
	taken	BIGINT UNSIGNED NOT NULL DEFAULT 0
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

INSERT INTO placing_turn (slot)
	WITH RECURSIVE n AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 63)
	SELECT a.i * 64 + b.i FROM n a CROSS JOIN n b;
