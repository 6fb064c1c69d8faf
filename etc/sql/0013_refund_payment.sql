-- The payment that a refund goes back from: providers pay back a payment, not an order.

SET NAMES utf8mb4;

ALTER TABLE refund
	ADD COLUMN payment_id BIGINT UNSIGNED NULL,	-- NULL: not chosen yet, or paid by hand
	ALGORITHM=INSTANT;
