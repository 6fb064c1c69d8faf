# The Debian package: built twice, looked at by lintian and blhc, and tried in machines of its own under systemd. Its own
# target, since it needs root, Debian's tools and the network of packages.
PACKAGE_TESTS = tests/package/machine.js tests/package/next-release tests/package/package.t tests/package/visit.js
EXTRA_DIST += $(PACKAGE_TESTS) tests/package/all

check-package: all
	top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' $(srcdir)/tests/package/all
PHONY += check-package
