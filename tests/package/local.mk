# The Debian package: built twice, checked by lintian and blhc, and run under systemd in machines of its own. A separate
# target, since it needs root, Debian's tools and a package mirror.
PACKAGE_TESTS = tests/package/before-release tests/package/machine.js tests/package/next-release \
	tests/package/other_sites.t tests/package/package.t tests/package/upgrade.t tests/package/visit.js \
	tests/package/visitors.js
EXTRA_DIST += $(PACKAGE_TESTS) tests/package/all

check-package: all
	top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' $(srcdir)/tests/package/all

check-upgrade: all
	KONTOR_PACKAGE=upgrade top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' $(srcdir)/tests/package/all
PHONY += check-package check-upgrade
