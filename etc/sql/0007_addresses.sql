-- Addresses in other upper and lower case are redirected to the one product that they can mean, and the sitemap says when
-- a product was changed.

SET NAMES utf8mb4;

ALTER TABLE product ADD COLUMN IF NOT EXISTS
	changed_at	BIGINT NOT NULL DEFAULT 0;	-- 0: not since created_at
ALTER TABLE product ADD COLUMN IF NOT EXISTS
	handle_fold	VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin AS (LOWER(handle)) VIRTUAL;
ALTER TABLE product ADD KEY IF NOT EXISTS product_handle_fold (handle_fold);
ALTER TABLE product_handle_old ADD COLUMN IF NOT EXISTS
	handle_fold	VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin AS (LOWER(handle)) VIRTUAL;
ALTER TABLE product_handle_old ADD KEY IF NOT EXISTS product_handle_old_fold (handle_fold);
