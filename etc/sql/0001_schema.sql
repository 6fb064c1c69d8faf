-- The first schema: catalogue, stock, carts, orders, journals, outbox.
--
-- Moments are UTC seconds (BIGINT). Money is minor units of the shop's currency (BIGINT). Names that people read are
-- utf8mb4; identifiers, handles and tokens compare by bytes. Journals (stock_movement, ledger_*, order_event) are only
-- ever inserted into. There is no foreign key to a row that many buyers lock at once (variant, stock): `kontor verify`
-- looks for orphans instead.

SET NAMES utf8mb4;

-- Catalogue ----------------------------------------------------------------------------------------------------------

CREATE TABLE category (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	parent_id	BIGINT UNSIGNED NULL,
	path		VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,	-- "Tea > Green tea", as imported
	slug		VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	depth		TINYINT UNSIGNED NOT NULL,
	position	INT NOT NULL DEFAULT 0,
	n_products	INT UNSIGNED NOT NULL DEFAULT 0,	-- active ones, also those of the categories below; kept, not counted
	image_hash	BINARY(16) NULL,
	image_w		INT UNSIGNED NOT NULL DEFAULT 0,
	image_h		INT UNSIGNED NOT NULL DEFAULT 0,
	version		BIGINT UNSIGNED NOT NULL DEFAULT 1,
	UNIQUE KEY category_path (path),
	UNIQUE KEY category_slug (slug),
	KEY category_parent (parent_id, position, id),
	CONSTRAINT category_parent_fk FOREIGN KEY (parent_id) REFERENCES category (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE category_text (
	category_id	BIGINT UNSIGNED NOT NULL,
	lang		VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	title		VARCHAR(190) NOT NULL,
	body_html	TEXT NOT NULL,
	PRIMARY KEY (category_id, lang),
	CONSTRAINT category_text_fk FOREIGN KEY (category_id) REFERENCES category (id) ON DELETE CASCADE
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE product (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	handle		VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	status		TINYINT UNSIGNED NOT NULL,	-- 0 draft, 1 active, 2 archived
	category_id	BIGINT UNSIGNED NULL,
	vendor		VARCHAR(190) NOT NULL DEFAULT '',
	tax_class	TINYINT UNSIGNED NOT NULL DEFAULT 0,	-- 0 standard, 1 reduced, 2 zero
	option1		VARCHAR(100) NOT NULL DEFAULT '',	-- names of the options, '' for none
	option2		VARCHAR(100) NOT NULL DEFAULT '',
	option3		VARCHAR(100) NOT NULL DEFAULT '',
	price_minor	BIGINT NOT NULL DEFAULT 0,	-- lowest of the variants
	avail		TINYINT UNSIGNED NOT NULL DEFAULT 0,	-- 0 sold out, 1 low, 2 in stock, 3 on order; of the best variant
	created_at	BIGINT NOT NULL,
	content_hash	BINARY(16) NOT NULL,	-- of what the import gave: equal means nothing to do
	version		BIGINT UNSIGNED NOT NULL DEFAULT 1,
	UNIQUE KEY product_handle (handle),
	KEY product_category (category_id, id),
	CONSTRAINT product_category_fk FOREIGN KEY (category_id) REFERENCES category (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE product_text (
	product_id	BIGINT UNSIGNED NOT NULL,
	lang		VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	title		VARCHAR(255) NOT NULL DEFAULT '',	-- '' falls back to the shop's language
	body_html	MEDIUMTEXT NOT NULL,	-- cleaned
	seo_title	VARCHAR(255) NOT NULL DEFAULT '',
	seo_description	VARCHAR(500) NOT NULL DEFAULT '',
	PRIMARY KEY (product_id, lang),
	CONSTRAINT product_text_fk FOREIGN KEY (product_id) REFERENCES product (id) ON DELETE CASCADE
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE product_handle_old (
	handle		VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
	product_id	BIGINT UNSIGNED NOT NULL,
	KEY product_handle_old_product (product_id),
	CONSTRAINT product_handle_old_fk FOREIGN KEY (product_id) REFERENCES product (id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE product_spec (
	product_id	BIGINT UNSIGNED NOT NULL,
	position	SMALLINT UNSIGNED NOT NULL,
	label		VARCHAR(100) NOT NULL,
	value		VARCHAR(500) NOT NULL,
	PRIMARY KEY (product_id, position),
	CONSTRAINT product_spec_fk FOREIGN KEY (product_id) REFERENCES product (id) ON DELETE CASCADE
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE product_tag (
	product_id	BIGINT UNSIGNED NOT NULL,
	tag		VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	PRIMARY KEY (product_id, tag),
	KEY product_tag_tag (tag, product_id),
	CONSTRAINT product_tag_fk FOREIGN KEY (product_id) REFERENCES product (id) ON DELETE CASCADE
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE product_image (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	product_id	BIGINT UNSIGNED NOT NULL,
	position	SMALLINT UNSIGNED NOT NULL,
	source		VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,	-- as named in the import
	hash		BINARY(16) NULL,	-- of the source's bytes; NULL: remote or missing, there is no picture
	w		INT UNSIGNED NOT NULL DEFAULT 0,	-- of the source, pixels
	h		INT UNSIGNED NOT NULL DEFAULT 0,
	alt		VARCHAR(255) NOT NULL DEFAULT '',
	UNIQUE KEY product_image_position (product_id, position),
	CONSTRAINT product_image_fk FOREIGN KEY (product_id) REFERENCES product (id) ON DELETE CASCADE
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Translations of words that many products share: names and values of options and of specifications.
CREATE TABLE term_text (
	kind		TINYINT UNSIGNED NOT NULL,	-- 0 option, 1 option value, 2 specification, 3 its value
	term		VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,	-- values as "Size: Small"
	lang		VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	text		VARCHAR(500) NOT NULL,
	PRIMARY KEY (kind, term, lang)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE variant (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	product_id	BIGINT UNSIGNED NOT NULL,
	position	SMALLINT UNSIGNED NOT NULL,
	gone		TINYINT UNSIGNED NOT NULL DEFAULT 0,	-- 1: no longer in the catalogue; kept for orders and journals
	value1		VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	value2		VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	value3		VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	sku		VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	barcode		VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	price_minor	BIGINT NOT NULL,
	compare_minor	BIGINT NULL,
	cost_minor	BIGINT NULL,
	taxable		TINYINT UNSIGNED NOT NULL DEFAULT 1,
	shipped		TINYINT UNSIGNED NOT NULL DEFAULT 1,	-- 0: digital, needs no delivery
	weight_mg	BIGINT NOT NULL DEFAULT 0,
	content_milli	BIGINT NULL,	-- unit price: 250 g of a price per kg is 250000, 'g', 1000, 'kg'
	content_unit	VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	base_milli	BIGINT NULL,
	base_unit	VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	image_position	SMALLINT UNSIGNED NULL,
	UNIQUE KEY variant_values (product_id, value1, value2, value3),
	KEY variant_position (product_id, position),
	KEY variant_sku (sku),
	CONSTRAINT variant_price CHECK (price_minor >= 0),
	CONSTRAINT variant_fk FOREIGN KEY (product_id) REFERENCES product (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- For the lowest price of the last 30 days (directive 98/6/EC, article 6a).
CREATE TABLE price_history (
	variant_id	BIGINT UNSIGNED NOT NULL,
	since_at	BIGINT NOT NULL,
	price_minor	BIGINT NOT NULL,
	PRIMARY KEY (variant_id, since_at)
) ENGINE=InnoDB;

-- The lists that a shopper pages through, by keyset on covering indexes. Category 0 stands for the whole shop. Only
-- active products are in them; a product is in its category and in all above.
CREATE TABLE listing (
	category_id	BIGINT UNSIGNED NOT NULL,
	product_id	BIGINT UNSIGNED NOT NULL,
	created_at	BIGINT NOT NULL,
	price_minor	BIGINT NOT NULL,
	PRIMARY KEY (category_id, product_id),
	KEY listing_newest (category_id, created_at, product_id),
	KEY listing_price (category_id, price_minor, product_id),
	KEY listing_product (product_id)
) ENGINE=InnoDB;

CREATE TABLE listing_name (
	category_id	BIGINT UNSIGNED NOT NULL,
	lang		VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	title		VARCHAR(190) NOT NULL,
	product_id	BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (category_id, lang, title, product_id),
	KEY listing_name_product (product_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Words, and encoded bigrams for scripts without blanks; active products only. lang '' holds SKU and vendor.
CREATE TABLE search_token (
	lang		VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	token		VARBINARY(64) NOT NULL,
	product_id	BIGINT UNSIGNED NOT NULL,
	weight		TINYINT UNSIGNED NOT NULL,
	PRIMARY KEY (lang, token, product_id),
	KEY search_token_product (product_id)
) ENGINE=InnoDB;

-- Stock --------------------------------------------------------------------------------------------------------------

CREATE TABLE stock (
	variant_id	BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	on_hand		BIGINT NOT NULL,
	tracked		TINYINT UNSIGNED NOT NULL,
	sell_over	TINYINT UNSIGNED NOT NULL,	-- "continue selling": on_hand may pass below 0
	CONSTRAINT stock_never_oversold CHECK (on_hand >= 0 OR sell_over = 1)
) ENGINE=InnoDB;

CREATE TABLE stock_movement (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	variant_id	BIGINT UNSIGNED NOT NULL,
	qty		BIGINT NOT NULL,	-- negative: left the house
	reason		TINYINT UNSIGNED NOT NULL,	-- 0 first stock, 1 import --stock, 2 sale, 3 order expired, 4 order cancelled
	order_id	BIGINT UNSIGNED NULL,
	at		BIGINT NOT NULL,
	KEY stock_movement_variant (variant_id, id),
	KEY stock_movement_order (order_id)
) ENGINE=InnoDB;

-- Sessions and carts -------------------------------------------------------------------------------------------------

CREATE TABLE session (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	token_hash	BINARY(32) NOT NULL,
	csrf		BINARY(16) NOT NULL,
	created_at	BIGINT NOT NULL,
	seen_at		BIGINT NOT NULL,
	UNIQUE KEY session_token (token_hash),
	KEY session_seen (seen_at)
) ENGINE=InnoDB;

CREATE TABLE cart (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	session_id	BIGINT UNSIGNED NOT NULL,
	is_open		TINYINT UNSIGNED NULL,	-- 1: being filled; NULL: became an order
	order_key	BINARY(16) NOT NULL,
	draft		TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,	-- what was typed in the checkout so far, JSON
	created_at	BIGINT NOT NULL,
	changed_at	BIGINT NOT NULL,
	UNIQUE KEY cart_open (session_id, is_open),
	UNIQUE KEY cart_order_key (order_key),
	KEY cart_changed (changed_at)
) ENGINE=InnoDB;

CREATE TABLE cart_line (
	cart_id		BIGINT UNSIGNED NOT NULL,
	variant_id	BIGINT UNSIGNED NOT NULL,
	qty		INT NOT NULL,
	seen_minor	BIGINT NOT NULL,	-- the unit price that the visitor was shown last
	added_at	BIGINT NOT NULL,
	PRIMARY KEY (cart_id, variant_id),
	CONSTRAINT cart_line_qty CHECK (qty BETWEEN 1 AND 999),
	CONSTRAINT cart_line_fk FOREIGN KEY (cart_id) REFERENCES cart (id) ON DELETE CASCADE
) ENGINE=InnoDB;

-- Orders -------------------------------------------------------------------------------------------------------------

CREATE TABLE orders (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	order_key	BINARY(16) NOT NULL,
	number		VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	session_id	BIGINT UNSIGNED NOT NULL,
	token_hash	BINARY(32) NOT NULL,	-- of the unguessable link
	state		TINYINT UNSIGNED NOT NULL,
	payment_state	TINYINT UNSIGNED NOT NULL,
	fulfilment_state TINYINT UNSIGNED NOT NULL,
	lang		VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	currency	CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	tax_included	TINYINT UNSIGNED NOT NULL,
	lines_minor	BIGINT NOT NULL,
	discount_minor	BIGINT NOT NULL DEFAULT 0,
	shipping_minor	BIGINT NOT NULL,
	tax_minor	BIGINT NOT NULL,	-- when tax is not included: what is added; else what is contained
	total_minor	BIGINT NOT NULL,
	email		VARCHAR(254) NOT NULL,
	phone		VARCHAR(32) NOT NULL DEFAULT '',
	delivery	VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	payment		VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	note		VARCHAR(1000) NOT NULL DEFAULT '',
	terms_version	VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	terms_at	BIGINT NOT NULL,
	created_at	BIGINT NOT NULL,
	expires_at	BIGINT NULL,	-- unpaid until then: the order ends and its stock returns
	UNIQUE KEY orders_key (order_key),
	UNIQUE KEY orders_number (number),
	UNIQUE KEY orders_token (token_hash),
	KEY orders_session (session_id, id),
	KEY orders_expires (expires_at, id),
	CONSTRAINT orders_total CHECK (total_minor >= 0)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE order_address (
	order_id	BIGINT UNSIGNED NOT NULL,
	kind		TINYINT UNSIGNED NOT NULL,	-- 0 delivery, 1 invoice
	name		VARCHAR(190) NOT NULL,
	company		VARCHAR(190) NOT NULL DEFAULT '',
	street		VARCHAR(190) NOT NULL,
	street2		VARCHAR(190) NOT NULL DEFAULT '',
	postcode	VARCHAR(20) NOT NULL,
	city		VARCHAR(190) NOT NULL,
	region		VARCHAR(190) NOT NULL DEFAULT '',
	country		CHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	PRIMARY KEY (order_id, kind),
	CONSTRAINT order_address_fk FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE order_line (
	order_id	BIGINT UNSIGNED NOT NULL,
	pos		SMALLINT UNSIGNED NOT NULL,
	variant_id	BIGINT UNSIGNED NOT NULL,
	product_id	BIGINT UNSIGNED NOT NULL,
	sku		VARCHAR(100) NOT NULL,
	title		VARCHAR(255) NOT NULL,
	options		VARCHAR(400) NOT NULL DEFAULT '',
	image_hash	BINARY(16) NULL,
	qty		INT NOT NULL,
	unit_minor	BIGINT NOT NULL,
	line_minor	BIGINT NOT NULL,
	tax_bp		INT NOT NULL,	-- rate in hundredths of a percent
	tax_minor	BIGINT NOT NULL,
	stock_taken	INT NOT NULL,	-- 0 when the stock is not tracked: nothing to give back
	PRIMARY KEY (order_id, pos),
	KEY order_line_variant (variant_id),
	CONSTRAINT order_line_qty CHECK (qty > 0),
	CONSTRAINT order_line_fk FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE order_tax (
	order_id	BIGINT UNSIGNED NOT NULL,
	tax_bp		INT NOT NULL,
	base_minor	BIGINT NOT NULL,
	tax_minor	BIGINT NOT NULL,
	PRIMARY KEY (order_id, tax_bp),
	CONSTRAINT order_tax_fk FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB;

CREATE TABLE order_event (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	order_id	BIGINT UNSIGNED NOT NULL,
	machine		TINYINT UNSIGNED NOT NULL,	-- 0 order, 1 payment, 2 fulfilment
	event		TINYINT UNSIGNED NOT NULL,
	from_state	TINYINT UNSIGNED NOT NULL,
	to_state	TINYINT UNSIGNED NOT NULL,
	actor		VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,	-- "buyer", "job", later a member of staff
	why		VARCHAR(255) NOT NULL DEFAULT '',
	at		BIGINT NOT NULL,
	KEY order_event_order (order_id, id),
	CONSTRAINT order_event_fk FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Journals -----------------------------------------------------------------------------------------------------------

CREATE TABLE ledger_entry (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	order_id	BIGINT UNSIGNED NOT NULL,
	kind		TINYINT UNSIGNED NOT NULL,	-- 0 sale, 1 sale taken back, 2 payment, 3 refund
	at		BIGINT NOT NULL,
	UNIQUE KEY ledger_entry_once (order_id, kind, id),
	CONSTRAINT ledger_entry_fk FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB;

CREATE TABLE ledger_line (
	entry_id	BIGINT UNSIGNED NOT NULL,
	pos		SMALLINT UNSIGNED NOT NULL,
	account		VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,	-- receivable, sales, shipping, tax, cash
	debit_minor	BIGINT NOT NULL DEFAULT 0,
	credit_minor	BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (entry_id, pos),
	CONSTRAINT ledger_line_one_side CHECK (debit_minor >= 0 AND credit_minor >= 0 AND (debit_minor = 0 OR credit_minor = 0)),
	CONSTRAINT ledger_line_fk FOREIGN KEY (entry_id) REFERENCES ledger_entry (id)
) ENGINE=InnoDB;

-- What must leave the shop because of a change, written in the change's own transaction.
CREATE TABLE outbox (
	id		BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	kind		VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,	-- cache, mail
	subject		VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	version		BIGINT UNSIGNED NOT NULL,
	payload		TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	state		TINYINT UNSIGNED NOT NULL DEFAULT 0,	-- 0 waiting, 1 done, 2 dead
	attempts	SMALLINT UNSIGNED NOT NULL DEFAULT 0,
	due_at		BIGINT NOT NULL,
	created_at	BIGINT NOT NULL,
	UNIQUE KEY outbox_once (kind, subject, version),
	KEY outbox_due (state, kind, due_at, id)
) ENGINE=InnoDB;
