-- Names and values of options have up to 255 characters, and so has a tag; a product can be in several categories.
-- What copies them grows first: an order line joins three translated values.

SET NAMES utf8mb4;

ALTER TABLE order_line MODIFY COLUMN options VARCHAR(1600) NOT NULL DEFAULT '';

ALTER TABLE term_text
	MODIFY COLUMN term VARCHAR(520) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL;	-- values as "Size: Small"

ALTER TABLE product
	MODIFY COLUMN option1 VARCHAR(255) NOT NULL DEFAULT '',
	MODIFY COLUMN option2 VARCHAR(255) NOT NULL DEFAULT '',
	MODIFY COLUMN option3 VARCHAR(255) NOT NULL DEFAULT '';

ALTER TABLE variant
	MODIFY COLUMN value1 VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	MODIFY COLUMN value2 VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	MODIFY COLUMN value3 VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '';

ALTER TABLE product_tag MODIFY COLUMN tag VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL;

-- The categories of a product besides product.category_id.
CREATE TABLE IF NOT EXISTS product_category (
	product_id	BIGINT UNSIGNED NOT NULL,
	category_id	BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (product_id, category_id),
	KEY product_category_category (category_id),
	CONSTRAINT product_category_product_fk FOREIGN KEY (product_id) REFERENCES product (id) ON DELETE CASCADE,
	CONSTRAINT product_category_category_fk FOREIGN KEY (category_id) REFERENCES category (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
