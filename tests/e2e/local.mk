# End to end: workers behind both web servers. The .t files are programs of their own, for node; tests/e2e/stack.js starts
# what they need in a private folder, tests/e2e/shop.js puts database, cache, goods and jobs behind it.
E2E_TESTS = \
	tests/e2e/addresses.t \
	tests/e2e/backup.t \
	tests/e2e/budgets.t \
	tests/e2e/checkout.t \
	tests/e2e/confine.t \
	tests/e2e/control.t \
	tests/e2e/countries.t \
	tests/e2e/customers.t \
	tests/e2e/mail_staff.t \
	tests/e2e/doctor.t \
	tests/e2e/doctor_services.t \
	tests/e2e/downloads.t \
	tests/e2e/failures.t \
	tests/e2e/herd.t \
	tests/e2e/hooks.t \
	tests/e2e/intake.t \
	tests/e2e/kinds.t \
	tests/e2e/late.t \
	tests/e2e/limits.t \
	tests/e2e/links.t \
	tests/e2e/mails.t \
	tests/e2e/orders.t \
	tests/e2e/outage.t \
	tests/e2e/pages.t \
	tests/e2e/planted.t \
	tests/e2e/prices.t \
	tests/e2e/quickstart.t \
	tests/e2e/receipts.t \
	tests/e2e/settings.t \
	tests/e2e/stock.t \
	tests/e2e/story.t \
	tests/e2e/stuck.t \
	tests/e2e/variants.t \
	tests/e2e/withdrawal.t

TESTS += $(E2E_TESTS)
EXTRA_DIST += $(E2E_TESTS) tests/e2e/buyer.js tests/e2e/countries.js tests/e2e/counts.js tests/e2e/doctor.js tests/e2e/error_page.js tests/e2e/far.js tests/e2e/fcgi.js tests/e2e/many.js tests/e2e/names_fake.js tests/e2e/receiver.js tests/e2e/routes.js tests/e2e/schema.js tests/e2e/shop.js tests/e2e/stack.js tests/e2e/tap.js

check-limits:
	LIMITS_S=300 $(MAKE) check TESTS=tests/e2e/limits.t

# Orders from every country of tests/e2e/countries.js; `make check` takes every fourth.
check-countries: all
	KONTOR_TEST_COUNTRIES=all $(MAKE) $(AM_MAKEFLAGS) check TESTS=tests/e2e/countries.t

# Times of 1,000 look-ups that fit and 1,000 that do not, in turn; `make check` takes 20.
check-lookups: all
	KONTOR_TEST_LOOKUPS=1000 $(MAKE) $(AM_MAKEFLAGS) check TESTS=tests/e2e/withdrawal.t

PHONY += check-limits check-countries check-lookups
