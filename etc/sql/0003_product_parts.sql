-- What a page shows of a product's pictures, specification and tags, beside the product itself: one row brings the page
-- (src/store/catalogue/product_parts.h). The tables stay what everything else reads, and what this is made from.

SET NAMES utf8mb4;
SET SESSION group_concat_max_len = 16777216;

ALTER TABLE product ADD COLUMN IF NOT EXISTS
	parts	MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL;	-- NULL: not written, the tables are read

UPDATE product p SET p.parts = CONCAT('[', CONCAT_WS(',',
	(SELECT GROUP_CONCAT(JSON_ARRAY(0, i.position, i.alt, LOWER(HEX(i.hash)), i.w, i.h) ORDER BY i.position
		SEPARATOR ',') FROM product_image i WHERE i.product_id = p.id AND i.hash IS NOT NULL),
	(SELECT GROUP_CONCAT(JSON_ARRAY(1, f.label, f.value) ORDER BY f.position SEPARATOR ',')
		FROM product_spec f WHERE f.product_id = p.id),
	(SELECT GROUP_CONCAT(JSON_ARRAY(2, t.tag) ORDER BY CAST(t.tag AS BINARY) SEPARATOR ',')
		FROM product_tag t WHERE t.product_id = p.id)), ']')
	WHERE p.parts IS NULL;
