-- Least privilege for each account. `kontor migrate` runs this last, as db.tool_user, which has all
-- rights in the database with GRANT OPTION. By hand: replace @db@, @web@, @jobs@ and @backup@ by
-- names. REVOKE takes away what earlier releases needed: `kontor migrate --keep-rights` leaves it out,
-- while workers of such a release still run; without the right it does nothing.
--
-- @web@ is the storefront: it reads the catalogue, keeps sessions and carts, places orders. It
-- cannot change the catalogue or an order, cannot read an order or address without the token of the
-- order's link, and can add to the journals only what belongs to the order that it is placing.

GRANT SELECT ON @db@.schema_migration TO @web@;
GRANT SELECT ON @db@.shop_control TO @web@;
GRANT SELECT ON @db@.shop_beat TO @web@;
GRANT SELECT ON @db@.shop_currency TO @web@;
GRANT SELECT ON @db@.setting_change TO @web@;
GRANT SELECT ON @db@.setting TO @web@;
GRANT SELECT ON @db@.category TO @web@;
GRANT SELECT ON @db@.category_text TO @web@;
GRANT SELECT ON @db@.product TO @web@;
GRANT UPDATE (avail, version) ON @db@.product TO @web@;
GRANT SELECT ON @db@.product_text TO @web@;
GRANT SELECT ON @db@.maker TO @web@;
GRANT SELECT ON @db@.product_handle_old TO @web@;
GRANT SELECT ON @db@.product_spec TO @web@;
GRANT SELECT ON @db@.product_tag TO @web@;
GRANT SELECT ON @db@.product_image TO @web@;
GRANT SELECT ON @db@.term_text TO @web@;
GRANT SELECT ON @db@.variant TO @web@;
GRANT SELECT ON @db@.price_history TO @web@;
GRANT SELECT ON @db@.listing TO @web@;
GRANT SELECT ON @db@.listing_name TO @web@;
GRANT SELECT ON @db@.search_block TO @web@;
-- Workers of schema 1 read it and may still be running; revoke this before the table is dropped.
GRANT SELECT ON @db@.search_token TO @web@;
GRANT SELECT, UPDATE (on_hand) ON @db@.stock TO @web@;
GRANT SELECT, INSERT, UPDATE (seen_at) ON @db@.session TO @web@;
-- ON DUPLICATE KEY UPDATE needs the UPDATE right on every inserted column, not only on changed ones.
GRANT SELECT, INSERT, UPDATE (session_id, is_open, order_key, draft, created_at, changed_at) ON @db@.cart TO @web@;
GRANT SELECT, INSERT, UPDATE (cart_id, variant_id, qty, seen_minor, added_at), DELETE ON @db@.cart_line TO @web@;
-- Orders: see access.sql.
GRANT EXECUTE ON PROCEDURE @db@.placing_again TO @web@;
GRANT INSERT ON @db@.placing_order TO @web@;
GRANT SELECT (id), UPDATE (number) ON @db@.placing_number TO @web@;
GRANT SELECT (slot, taken), UPDATE (taken) ON @db@.placing_turn TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.placing_held TO @web@;
GRANT INSERT ON @db@.placing_address TO @web@;
GRANT INSERT ON @db@.placing_line TO @web@;
GRANT INSERT ON @db@.placing_tax TO @web@;
GRANT INSERT ON @db@.placing_event TO @web@;
GRANT INSERT ON @db@.placing_entry TO @web@;
GRANT INSERT ON @db@.placing_entry_line TO @web@;
GRANT INSERT ON @db@.placing_movement TO @web@;
GRANT INSERT ON @db@.outbox_put TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.order_by_token TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.order_lines_by_token TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.order_taxes_by_token TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.order_events_by_token TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.order_by_link TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.order_events_by_link TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.order_parcels_by_link TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.order_notes_by_link TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.order_owed_by_link TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.order_pieces_by_link TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.order_returns_by_link TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.order_account_by_link TO @web@;
-- Only INSERT: the view shows what was declared in this second.
GRANT INSERT ON @db@.withdrawal_put TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.withdrawal_by_key TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.order_downloads_by_link TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.order_codes_by_link TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.download_note TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.download_count TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.download_by_ticket TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.order_documents_by_link TO @web@;
GRANT EXECUTE ON PROCEDURE @db@.document_by_link TO @web@;

-- Rights of earlier releases.
REVOKE ALL PRIVILEGES ON @db@.placing_found FROM @web@;
REVOKE ALL PRIVILEGES ON @db@.orders FROM @web@;
REVOKE ALL PRIVILEGES ON @db@.order_address FROM @web@;
REVOKE ALL PRIVILEGES ON @db@.order_line FROM @web@;
REVOKE ALL PRIVILEGES ON @db@.order_tax FROM @web@;
REVOKE ALL PRIVILEGES ON @db@.order_event FROM @web@;
REVOKE ALL PRIVILEGES ON @db@.ledger_entry FROM @web@;
REVOKE ALL PRIVILEGES ON @db@.ledger_line FROM @web@;
REVOKE ALL PRIVILEGES ON @db@.stock_movement FROM @web@;
REVOKE ALL PRIVILEGES ON @db@.outbox FROM @web@;

-- @jobs@ is kontor-jobs: it ends unpaid orders and restocks them, books payments and refunds, delivers the outbox,
-- and indexes orders by the words of their addresses.

REVOKE SELECT ON @db@.* FROM @jobs@;
REVOKE UPDATE ON @db@.session FROM @jobs@;
REVOKE DELETE ON @db@.cart_line FROM @jobs@;
REVOKE INSERT ON @db@.outbox_put FROM @jobs@;
GRANT SELECT ON @db@.schema_migration TO @jobs@;
GRANT SELECT, UPDATE (paused, identity) ON @db@.shop_control TO @jobs@;
GRANT SELECT, UPDATE (beat, expired_s) ON @db@.shop_beat TO @jobs@;
GRANT SELECT ON @db@.shop_currency TO @jobs@;
GRANT SELECT ON @db@.setting_change TO @jobs@;
GRANT SELECT ON @db@.setting TO @jobs@;
GRANT SELECT, UPDATE (avail, version, price_minor) ON @db@.product TO @jobs@;
GRANT SELECT, UPDATE (price_minor) ON @db@.listing TO @jobs@;
GRANT SELECT ON @db@.price_history TO @jobs@;
GRANT SELECT, UPDATE (sorted) ON @db@.sale TO @jobs@;
GRANT SELECT ON @db@.sale_price TO @jobs@;
GRANT SELECT ON @db@.product_handle_old TO @jobs@;
GRANT SELECT ON @db@.variant TO @jobs@;
GRANT SELECT, UPDATE (on_hand) ON @db@.stock TO @jobs@;
GRANT INSERT ON @db@.stock_movement TO @jobs@;
GRANT SELECT (id, number, state, payment_state, fulfilment_state, version, currency, tax_included, shipping_minor,
	tax_minor, total_minor, payment, token_hash, created_at, expires_at, client),
	UPDATE (state, payment_state, fulfilment_state, version, expires_at, client) ON @db@.orders TO @jobs@;
-- For mails, with the key of the order, from which its link is made.
GRANT SELECT (order_key, session_id, lang, lines_minor, delivery, note, terms_version, queue) ON @db@.orders TO @jobs@;
GRANT SELECT ON @db@.product_text TO @jobs@;
GRANT SELECT (region) ON @db@.order_address TO @jobs@;
GRANT SELECT ON @db@.order_tax TO @jobs@;
GRANT SELECT (machine, event, from_state, to_state, why) ON @db@.order_event TO @jobs@;
-- For the mails to the merchant: the day in numbers, goods that are low on stock.
GRANT SELECT (queue) ON @db@.orders TO @jobs@;
-- For what makes mails.
GRANT SELECT, INSERT, DELETE ON @db@.mail_suppressed TO @jobs@;
GRANT SELECT, INSERT, DELETE ON @db@.stock_low TO @jobs@;
-- For the words by which the staff find an order.
GRANT SELECT (email, phone, country, indexed), UPDATE (country, indexed) ON @db@.orders TO @jobs@;
GRANT SELECT (order_id, kind, name, company, street, street2, postcode, city, country) ON @db@.order_address TO @jobs@;
GRANT SELECT (word, order_id), INSERT, DELETE ON @db@.order_word TO @jobs@;
REVOKE UPDATE ON @db@.cart FROM @jobs@;
GRANT SELECT (draft, changed_at), UPDATE (draft), DELETE ON @db@.cart TO @jobs@;
GRANT SELECT (seen_at), DELETE ON @db@.session TO @jobs@;
GRANT SELECT ON @db@.order_line TO @jobs@;
GRANT SELECT (id, order_id, actor, at), INSERT ON @db@.order_event TO @jobs@;
GRANT SELECT, INSERT, UPDATE (made, version) ON @db@.order_action TO @jobs@;
GRANT SELECT ON @db@.parcel TO @jobs@;
GRANT SELECT ON @db@.parcel_line TO @jobs@;
GRANT SELECT, INSERT ON @db@.order_cut TO @jobs@;
GRANT SELECT, INSERT, UPDATE (state, changed_at) ON @db@.return_case TO @jobs@;
GRANT SELECT, INSERT ON @db@.return_line TO @jobs@;
GRANT SELECT, INSERT ON @db@.payment TO @jobs@;
GRANT SELECT, INSERT, UPDATE (state, ref, changed_at, payment_id, tries, next_at) ON @db@.refund TO @jobs@;
GRANT SELECT, INSERT ON @db@.refund_line TO @jobs@;
GRANT SELECT, INSERT ON @db@.ledger_entry TO @jobs@;
GRANT SELECT, INSERT ON @db@.ledger_line TO @jobs@;
REVOKE UPDATE ON @db@.outbox FROM @jobs@;
GRANT SELECT, INSERT, UPDATE (kind, subject, payload, order_id, state, attempts, due_at, lease_until, lease_by, done_at,
	why), DELETE ON @db@.outbox TO @jobs@;
GRANT SELECT, UPDATE (state, due_at, busy_until, served_at, done_at, failed_at, failures,
	failing_since, why) ON @db@.hook TO @jobs@;
GRANT SELECT, INSERT, DELETE ON @db@.hook_try TO @jobs@;
GRANT SELECT, UPDATE (state, order_id, return_id, actor, why, changed_at) ON @db@.withdrawal TO @jobs@;
-- Downloads and codes of paid orders, which are provided at once.
GRANT SELECT ON @db@.download_file TO @jobs@;
GRANT SELECT, INSERT ON @db@.order_download TO @jobs@;
GRANT SELECT, UPDATE (order_id, pos, taken_at) ON @db@.sale_code TO @jobs@;
GRANT INSERT, UPDATE (delivered_at) ON @db@.parcel TO @jobs@;
GRANT INSERT ON @db@.parcel_line TO @jobs@;
-- Documents are issued, and never changed.
GRANT SELECT, INSERT ON @db@.document TO @jobs@;
GRANT SELECT, INSERT, UPDATE (last_seq, sha256) ON @db@.document_series TO @jobs@;

-- @backup@ reads everything for `kontor backup`. Its rights in the databases of trial restores are
-- in accounts.sql, where the accounts are created.

GRANT SELECT, LOCK TABLES, SHOW VIEW ON @db@.* TO @backup@;
