/* patience.h - how long a test waits for a condition before it fails, and how long it may run at all.
 *
 * Far beyond what a slow or busy machine needs, so that only a dead test gets there. Claims about time have limits of
 * their own, beside the claim. The same patience stands in tests/e2e/stack.js and tests/lib/services. */
#ifndef KONTOR_TESTS_PATIENCE_H
#define KONTOR_TESTS_PATIENCE_H

#define TEST_PATIENCE_S 120
#define TEST_LIFE_S 600

#endif
