-- The views and procedures through which the storefront uses orders: it has rights on these, and none on the tables
-- behind them. They act with the rights of db.tool_user, which creates them:
-- `kontor migrate` runs this file each time, before grants.sql. Backups do not contain them.
--
-- Writing. An order is being placed while its number is still its order key; every transaction that places an order
-- ends by giving it its number. The views placing_* take rows of such orders only, and only with the states, event,
-- actor, accounts and reason of a new order. So nothing can be added through them to an order that was placed.
-- The conditions look up one row by its primary key; IN or EXISTS could be made to read all orders.

CREATE OR REPLACE SQL SECURITY DEFINER VIEW placing_number AS
	SELECT id, number, state, payment_state, fulfilment_state FROM orders WHERE number = LOWER(HEX(order_key));

-- Finds the order of a repeated submit, and which of the two hashes finds it again: 1, that of a link made by the keys
-- of links; 0, that of a link of earlier releases; NULL, neither.
CREATE OR REPLACE PROCEDURE placing_again(the_key BINARY(16), linked_hash BINARY(32), former_hash BINARY(32))
	SQL SECURITY DEFINER READS SQL DATA
	SELECT o.id, o.session_id, o.number, CASE o.token_hash WHEN linked_hash THEN 1 WHEN former_hash THEN 0 END
	FROM orders o WHERE o.order_key = the_key;

-- Workers of 0.1.0 did so by this view, which lists all order keys; drop it one release later.
CREATE OR REPLACE SQL SECURITY DEFINER VIEW placing_found AS SELECT id, order_key, session_id, number FROM orders;

CREATE OR REPLACE SQL SECURITY DEFINER VIEW placing_order AS
	SELECT id, order_key, number, session_id, token_hash, state, payment_state, fulfilment_state, lang, currency,
		tax_included, lines_minor, shipping_minor, tax_minor, total_minor, email, phone, delivery, payment, note,
		terms_version, terms_at, created_at, expires_at, client, country, early_version, early_at
	FROM orders WHERE number = LOWER(HEX(order_key))
		AND state IN (1, 2) AND (state = 1 OR total_minor = 0 OR payment IN ('on_delivery', 'at_pickup'))
		AND payment_state = IF(total_minor = 0, 2, 1) AND fulfilment_state = 1
	WITH CHECK OPTION;

CREATE OR REPLACE SQL SECURITY DEFINER VIEW placing_address AS
	SELECT * FROM order_address WHERE order_id = (SELECT p.id FROM placing_number p WHERE p.id = order_id) WITH CHECK OPTION;

CREATE OR REPLACE SQL SECURITY DEFINER VIEW placing_line AS
	SELECT * FROM order_line WHERE order_id = (SELECT p.id FROM placing_number p WHERE p.id = order_id) WITH CHECK OPTION;

CREATE OR REPLACE SQL SECURITY DEFINER VIEW placing_tax AS
	SELECT * FROM order_tax WHERE order_id = (SELECT p.id FROM placing_number p WHERE p.id = order_id) WITH CHECK OPTION;

CREATE OR REPLACE SQL SECURITY DEFINER VIEW placing_event AS
	SELECT * FROM order_event WHERE event = 0 AND from_state = 0 AND actor = 'buyer' AND why = ''
		AND to_state = (SELECT ELT(machine + 1, p.state, p.payment_state, p.fulfilment_state) FROM placing_number p
			WHERE p.id = order_id)
	WITH CHECK OPTION;

CREATE OR REPLACE SQL SECURITY DEFINER VIEW placing_entry AS
	SELECT * FROM ledger_entry WHERE order_id = (SELECT p.id FROM placing_number p WHERE p.id = order_id) AND kind = 0 WITH CHECK OPTION;

CREATE OR REPLACE SQL SECURITY DEFINER VIEW placing_entry_line AS
	SELECT * FROM ledger_line
	WHERE account <> 'cash' AND entry_id = (SELECT e.id FROM ledger_entry e JOIN placing_number p ON p.id = e.order_id
		WHERE e.id = entry_id)
	WITH CHECK OPTION;

CREATE OR REPLACE SQL SECURITY DEFINER VIEW placing_movement AS
	SELECT * FROM stock_movement WHERE order_id = (SELECT p.id FROM placing_number p WHERE p.id = order_id) AND reason = 2 AND qty < 0
	WITH CHECK OPTION;

-- The storefront adds to the outbox through this one: cache deletes, look-ups of orders, and the event of the order that is
-- being placed.
-- Workers of schema 10 write the event as the mail order_placed.
CREATE OR REPLACE SQL SECURITY DEFINER VIEW outbox_put AS
	SELECT kind, subject, version, payload, due_at, created_at, cause, order_id FROM outbox
	WHERE kind IN ('cache', 'lookup') OR subject = (SELECT CONCAT(CASE kind WHEN 'event' THEN 'order/' WHEN 'mail' THEN 'order_placed/' END,
		p.id) FROM placing_number p WHERE p.id = CAST(SUBSTRING_INDEX(subject, '/', -1) AS UNSIGNED))
	WITH CHECK OPTION;

-- The unpaid orders of a client, the one being placed included, and their pieces of stock.
CREATE OR REPLACE PROCEDURE placing_held(the_client BINARY(16)) SQL SECURITY DEFINER READS SQL DATA
	SELECT COUNT(DISTINCT o.id) AS orders, CAST(COALESCE(SUM(l.stock_taken), 0) AS SIGNED)
	FROM orders o FORCE INDEX (orders_client) LEFT JOIN order_line l ON l.order_id = o.id
	WHERE o.client = the_client HAVING orders > 0;

-- Reading, by the hash that belongs to an order's link (src/store/order/order_link.h). The storefront cannot read the
-- hashes, and computes one from a link alone: it can list no key of an order that was placed.
--
-- Workers of schema 9 call order_by_token and order_events_by_token. They know no states past 5, three machines and no
-- payment at the shop, so these two show them what they know. Newer workers call order_by_link and order_events_by_link.

CREATE OR REPLACE PROCEDURE order_by_token(the_hash BINARY(32)) SQL SECURITY DEFINER READS SQL DATA
	SELECT o.id, o.session_id, o.number, o.state,
		CAST(CASE o.payment_state WHEN 6 THEN 1 WHEN 7 THEN 2 ELSE o.payment_state END AS UNSIGNED),
		CAST(IF(o.fulfilment_state > 5, 3, o.fulfilment_state) AS UNSIGNED), o.lang, o.currency,
		o.tax_included, o.lines_minor, o.shipping_minor, o.tax_minor, o.total_minor, o.email, o.phone, o.delivery,
		IF(o.payment = 'at_pickup', 'on_delivery', o.payment), o.note, o.terms_version, o.created_at, o.expires_at, d.name, d.company, d.street, d.street2,
		d.postcode, d.city, d.region, d.country, b.name, b.company, b.street, b.street2, b.postcode, b.city, b.region,
		b.country
	FROM orders o JOIN order_address d ON d.order_id = o.id AND d.kind = 0
		LEFT JOIN order_address b ON b.order_id = o.id AND b.kind = 1
	WHERE o.token_hash = the_hash;

CREATE OR REPLACE PROCEDURE order_by_link(the_hash BINARY(32)) SQL SECURITY DEFINER READS SQL DATA
	SELECT o.id, o.session_id, o.number, o.state, o.payment_state, o.fulfilment_state, o.lang, o.currency,
		o.tax_included, o.lines_minor, o.shipping_minor, o.tax_minor, o.total_minor, o.email, o.phone, o.delivery,
		o.payment, o.note, o.terms_version, o.created_at, o.expires_at, d.name, d.company, d.street, d.street2,
		d.postcode, d.city, d.region, d.country, b.name, b.company, b.street, b.street2, b.postcode, b.city, b.region,
		b.country, o.version
	FROM orders o JOIN order_address d ON d.order_id = o.id AND d.kind = 0
		LEFT JOIN order_address b ON b.order_id = o.id AND b.kind = 1
	WHERE o.token_hash = the_hash;

-- Workers of schema 10 read what the buyer owes by this one, newer ones by order_account_by_link.
CREATE OR REPLACE PROCEDURE order_owed_by_link(the_hash BINARY(32)) SQL SECURITY DEFINER READS SQL DATA
	SELECT CAST(SUM(x.debit_minor - x.credit_minor) AS SIGNED)
	FROM orders o STRAIGHT_JOIN ledger_entry e ON e.order_id = o.id
		STRAIGHT_JOIN ledger_line x ON x.entry_id = e.id AND x.account = 'receivable'
	WHERE o.token_hash = the_hash GROUP BY e.order_id;

CREATE OR REPLACE PROCEDURE order_lines_by_token(the_hash BINARY(32)) SQL SECURITY DEFINER READS SQL DATA
	SELECT l.variant_id, l.product_id, l.sku, l.title, l.options, l.image_hash, l.qty, l.unit_minor, l.line_minor,
		l.tax_bp, l.tax_minor, l.stock_taken, COALESCE(p.handle, ''), i.w, i.h
	FROM orders o STRAIGHT_JOIN order_line l ON l.order_id = o.id
		LEFT JOIN product p ON p.id = l.product_id AND p.status = 1
		LEFT JOIN product_image i ON i.id = (SELECT MIN(x.id) FROM product_image x WHERE x.product_id = l.product_id
			AND x.hash = l.image_hash)
	WHERE o.token_hash = the_hash ORDER BY l.order_id, l.pos;

CREATE OR REPLACE PROCEDURE order_taxes_by_token(the_hash BINARY(32)) SQL SECURITY DEFINER READS SQL DATA
	SELECT t.tax_bp, t.base_minor, t.tax_minor FROM orders o STRAIGHT_JOIN order_tax t ON t.order_id = o.id
	WHERE o.token_hash = the_hash ORDER BY t.order_id, t.tax_bp DESC;

CREATE OR REPLACE PROCEDURE order_events_by_token(the_hash BINARY(32)) SQL SECURITY DEFINER READS SQL DATA
	SELECT v.machine, CAST(CASE WHEN v.machine = 1 AND v.to_state = 6 THEN 1 WHEN v.machine = 1 AND v.to_state = 7 THEN 2
		WHEN v.machine = 2 AND v.to_state > 5 THEN 3 ELSE v.to_state END AS UNSIGNED), v.at
	FROM orders o STRAIGHT_JOIN order_event v ON v.order_id = o.id
	WHERE o.token_hash = the_hash AND v.machine <= 2 ORDER BY v.order_id, v.id;

CREATE OR REPLACE PROCEDURE order_events_by_link(the_hash BINARY(32)) SQL SECURITY DEFINER READS SQL DATA
	SELECT v.machine, v.to_state, v.at FROM orders o STRAIGHT_JOIN order_event v ON v.order_id = o.id
	WHERE o.token_hash = the_hash AND v.machine <= 2 ORDER BY v.order_id, v.id;

CREATE OR REPLACE PROCEDURE order_parcels_by_link(the_hash BINARY(32)) SQL SECURITY DEFINER READS SQL DATA
	SELECT p.carrier, p.tracking, p.url, p.sent_at, p.delivered_at
	FROM orders o STRAIGHT_JOIN parcel p ON p.order_id = o.id
	WHERE o.token_hash = the_hash ORDER BY p.order_id, p.id;

-- Pieces: 0 sent, 1 cancelled, 2 to come back. The second column is the place of their parcel or return among those of the
-- order, from 1.
CREATE OR REPLACE PROCEDURE order_pieces_by_link(the_hash BINARY(32)) SQL SECURITY DEFINER READS SQL DATA
	SELECT CAST(0 AS UNSIGNED), CAST((SELECT COUNT(*) FROM parcel p WHERE p.order_id = l.order_id AND p.id <= l.parcel_id)
			AS UNSIGNED), l.pos, l.qty, CAST(0 AS SIGNED)
	FROM orders o STRAIGHT_JOIN parcel_line l ON l.order_id = o.id WHERE o.token_hash = the_hash
	UNION ALL SELECT CAST(1 AS UNSIGNED), CAST(0 AS UNSIGNED), c.pos, c.qty, CAST(0 AS SIGNED)
	FROM orders o STRAIGHT_JOIN order_cut c ON c.order_id = o.id WHERE o.token_hash = the_hash
	UNION ALL SELECT CAST(2 AS UNSIGNED), CAST((SELECT COUNT(*) FROM return_case r WHERE r.order_id = l.order_id
			AND r.id <= l.case_id) AS UNSIGNED), l.pos, l.asked, l.received
	FROM orders o STRAIGHT_JOIN return_line l ON l.order_id = o.id WHERE o.token_hash = the_hash;

CREATE OR REPLACE PROCEDURE order_returns_by_link(the_hash BINARY(32)) SQL SECURITY DEFINER READS SQL DATA
	SELECT r.kind, r.state, r.asked_at FROM orders o STRAIGHT_JOIN return_case r ON r.order_id = o.id
	WHERE o.token_hash = the_hash ORDER BY r.order_id, r.id;

-- What the buyer owes, has paid and got back.
CREATE OR REPLACE PROCEDURE order_account_by_link(the_hash BINARY(32)) SQL SECURITY DEFINER READS SQL DATA
	SELECT CAST(SUM(IF(x.account = 'receivable', x.debit_minor - x.credit_minor, 0)) AS SIGNED),
		CAST(SUM(IF(e.kind = 2 AND x.account = 'cash', x.debit_minor, 0)) AS SIGNED),
		CAST(SUM(IF(e.kind = 3 AND x.account = 'cash', x.credit_minor, 0)) AS SIGNED)
	FROM orders o STRAIGHT_JOIN ledger_entry e ON e.order_id = o.id STRAIGHT_JOIN ledger_line x ON x.entry_id = e.id
	WHERE o.token_hash = the_hash GROUP BY e.order_id;

CREATE OR REPLACE PROCEDURE order_notes_by_link(the_hash BINARY(32)) SQL SECURITY DEFINER READS SQL DATA
	SELECT n.text, n.at FROM orders o STRAIGHT_JOIN note n ON n.order_id = o.id AND n.to_buyer = 1
	WHERE o.token_hash = the_hash ORDER BY n.order_id, n.id;

-- Declarations of withdrawal. The storefront adds new ones, at the time of the database, and reads one by the hash of the
-- secret that only its sender has.
CREATE OR REPLACE SQL SECURITY DEFINER VIEW withdrawal_put AS
	SELECT key_hash, at, lang, name, email, contract, goods, pieces FROM withdrawal
	WHERE at = UNIX_TIMESTAMP() AND state = 0 AND order_id IS NULL AND return_id IS NULL
	WITH CHECK OPTION;

CREATE OR REPLACE PROCEDURE withdrawal_by_key(the_hash BINARY(32)) SQL SECURITY DEFINER READS SQL DATA
	SELECT w.at, w.lang, w.name, w.email, w.contract, w.goods FROM withdrawal w WHERE w.key_hash = the_hash;

-- Downloads: the lines that are paid, neither cancelled nor paid back. States are listed, so an order in one that is
-- added later gives access to nothing.
CREATE OR REPLACE SQL SECURITY DEFINER VIEW download_line AS
	SELECT o.token_hash, l.order_id, l.pos FROM orders o JOIN order_line l ON l.order_id = o.id
	WHERE o.state IN (2, 3) AND o.payment_state IN (2, 3, 7)
		AND l.qty > (SELECT COALESCE(SUM(c.qty), 0) FROM order_cut c WHERE c.order_id = l.order_id AND c.pos = l.pos)
			+ (SELECT COALESCE(SUM(f.qty), 0) FROM refund_line f WHERE f.order_id = l.order_id AND f.pos = l.pos);

CREATE OR REPLACE PROCEDURE order_downloads_by_link(the_hash BINARY(32)) SQL SECURITY DEFINER READS SQL DATA
	SELECT d.id, d.pos, f.name, CAST(f.size_b AS SIGNED), d.allowed, d.used, d.until_at, CAST(UNIX_TIMESTAMP() AS SIGNED)
	FROM download_line x STRAIGHT_JOIN order_download d ON d.order_id = x.order_id AND d.pos = x.pos
		STRAIGHT_JOIN download_file f ON f.id = d.file_id
	WHERE x.token_hash = the_hash ORDER BY d.pos, d.id;

CREATE OR REPLACE PROCEDURE order_codes_by_link(the_hash BINARY(32)) SQL SECURITY DEFINER READS SQL DATA
	SELECT x.pos, k.variant_id, k.sealed
	FROM download_line x STRAIGHT_JOIN sale_code k ON k.order_id = x.order_id AND k.pos = x.pos
	WHERE x.token_hash = the_hash ORDER BY x.pos, k.id;

-- A download is noted with its ticket, then counted, in one transaction.
CREATE OR REPLACE PROCEDURE download_note(the_hash BINARY(32), the_id BIGINT UNSIGNED, the_ticket BINARY(32))
	SQL SECURITY DEFINER MODIFIES SQL DATA
	INSERT IGNORE INTO order_download_take (download_id, ticket, at)
	SELECT d.id, the_ticket, UNIX_TIMESTAMP() FROM order_download d JOIN download_line x ON x.order_id = d.order_id
		AND x.pos = d.pos
	WHERE d.id = the_id AND x.token_hash = the_hash;

CREATE OR REPLACE PROCEDURE download_count(the_hash BINARY(32), the_id BIGINT UNSIGNED)
	SQL SECURITY DEFINER MODIFIES SQL DATA
	UPDATE order_download d JOIN orders o ON o.id = d.order_id SET d.used = d.used + 1
	WHERE d.id = the_id AND o.token_hash = the_hash AND d.used < d.allowed AND d.until_at > UNIX_TIMESTAMP();

CREATE OR REPLACE PROCEDURE download_by_ticket(
	the_hash BINARY(32), the_id BIGINT UNSIGNED, the_ticket BINARY(32), the_age BIGINT)
	SQL SECURITY DEFINER READS SQL DATA
	SELECT f.hash, f.name, f.type
	FROM order_download_take t JOIN order_download d ON d.id = t.download_id
		JOIN download_line x ON x.order_id = d.order_id AND x.pos = d.pos JOIN download_file f ON f.id = d.file_id
	WHERE t.download_id = the_id AND t.ticket = the_ticket AND t.at > UNIX_TIMESTAMP() - the_age
		AND x.token_hash = the_hash;

-- The documents of an order, and the page of one.
CREATE OR REPLACE PROCEDURE order_documents_by_link(the_hash BINARY(32)) SQL SECURITY DEFINER READS SQL DATA
	SELECT d.number, d.kind, d.issued_at FROM orders o STRAIGHT_JOIN document d ON d.order_id = o.id
	WHERE o.token_hash = the_hash ORDER BY d.order_id, d.id;

CREATE OR REPLACE PROCEDURE document_by_link(the_hash BINARY(32), the_number VARCHAR(40) CHARACTER SET ascii)
	SQL SECURITY DEFINER READS SQL DATA
	SELECT d.page FROM orders o STRAIGHT_JOIN document d ON d.number = the_number AND d.order_id = o.id
	WHERE o.token_hash = the_hash;
