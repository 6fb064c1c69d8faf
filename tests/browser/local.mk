# A real browser: Debian's chromium, driven by playwright-core. Its own target, since it needs npm.
EXTRA_DIST += tests/browser/browser.t tests/browser/kit.js tests/browser/looks.t tests/browser/package.json tests/browser/.npmrc

BROWSER_TESTS = tests/browser/browser.t tests/browser/looks.t
check-browser: all
	$(MKDIR_P) tests/browser && cp $(srcdir)/tests/browser/package.json $(srcdir)/tests/browser/.npmrc tests/browser/
	cd tests/browser && { test -d node_modules/playwright-core -a -d node_modules/jsqr || npm install >npm.log 2>&1 || true; }
	for t in $(BROWSER_TESTS); do \
		top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
		    KONTOR_NODE_MODULES='$(abs_top_builddir)/tests/browser/node_modules' \
		    node $(srcdir)/$$t >$$t.log 2>&1 & all="$$all $$!"; \
	done; bad=0; for one in $$all; do wait $$one || bad=1; done; \
	for t in $(BROWSER_TESTS); do cat $$t.log; done; exit $$bad
PHONY += check-browser
