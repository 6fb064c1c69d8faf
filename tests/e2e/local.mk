# tests/e2e
EXTRA_DIST += tests/e2e/buyer.js tests/e2e/orders.t
