-- Least privilege for each account. `kontor migrate` runs this last, as db.tool_user, which has all
-- rights in the database with GRANT OPTION. By hand: replace @db@, @web@, @jobs@ and @backup@ by
-- names.
--
-- @web@ is the storefront: it reads the catalogue, keeps sessions and carts, places orders. It
-- cannot change the catalogue, cannot change or delete an order's lines and copies, and can only
-- append to the journals.

GRANT SELECT ON @db@.schema_migration TO @web@;
GRANT SELECT ON @db@.shop_control TO @web@;
GRANT SELECT ON @db@.category TO @web@;
GRANT SELECT ON @db@.category_text TO @web@;
GRANT SELECT ON @db@.product TO @web@;
GRANT UPDATE (avail, version) ON @db@.product TO @web@;
GRANT SELECT ON @db@.product_text TO @web@;
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
GRANT INSERT ON @db@.stock_movement TO @web@;
GRANT SELECT, INSERT, UPDATE (seen_at) ON @db@.session TO @web@;
-- ON DUPLICATE KEY UPDATE needs the UPDATE right on every inserted column, not only on changed ones.
GRANT SELECT, INSERT, UPDATE (session_id, is_open, order_key, draft, created_at, changed_at) ON @db@.cart TO @web@;
GRANT SELECT, INSERT, UPDATE (cart_id, variant_id, qty, seen_minor, added_at), DELETE ON @db@.cart_line TO @web@;
GRANT SELECT, INSERT, UPDATE (number, state, payment_state, fulfilment_state, expires_at) ON @db@.orders TO @web@;
GRANT SELECT, INSERT ON @db@.order_address TO @web@;
GRANT SELECT, INSERT ON @db@.order_line TO @web@;
GRANT SELECT, INSERT ON @db@.order_tax TO @web@;
GRANT SELECT, INSERT ON @db@.order_event TO @web@;
GRANT SELECT, INSERT ON @db@.ledger_entry TO @web@;
GRANT SELECT, INSERT ON @db@.ledger_line TO @web@;
GRANT INSERT ON @db@.outbox TO @web@;

-- @jobs@ is kontor-jobs: it ends unpaid orders and restocks them, delivers the outbox, deletes old sessions.

GRANT SELECT ON @db@.* TO @jobs@;
GRANT UPDATE (paused) ON @db@.shop_control TO @jobs@;
GRANT UPDATE (avail, version) ON @db@.product TO @jobs@;
GRANT UPDATE (on_hand) ON @db@.stock TO @jobs@;
GRANT INSERT ON @db@.stock_movement TO @jobs@;
GRANT UPDATE (state, payment_state, fulfilment_state, expires_at) ON @db@.orders TO @jobs@;
GRANT INSERT ON @db@.order_event TO @jobs@;
GRANT INSERT ON @db@.ledger_entry TO @jobs@;
GRANT INSERT ON @db@.ledger_line TO @jobs@;
GRANT INSERT, UPDATE, DELETE ON @db@.outbox TO @jobs@;
GRANT UPDATE, DELETE ON @db@.session TO @jobs@;
GRANT UPDATE, DELETE ON @db@.cart TO @jobs@;
GRANT DELETE ON @db@.cart_line TO @jobs@;

-- @backup@ reads everything for `kontor backup`. Its rights in the databases of trial restores are
-- in accounts.sql, where the accounts are created.

GRANT SELECT, LOCK TABLES, SHOW VIEW ON @db@.* TO @backup@;
