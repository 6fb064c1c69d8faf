# Static files are installed under names with a hash; htdocs/static.h tells the programs which.
STATIC_FILES = htdocs/css/kontor.css htdocs/js/kontor.js htdocs/favicon.ico htdocs/favicon.svg htdocs/icon-192.png \
	htdocs/icon-512.png htdocs/touch-icon.png
EXTRA_DIST += htdocs/hash.sh $(STATIC_FILES)
BUILT_SOURCES += htdocs/static.h
CLEANFILES += htdocs/static.h

htdocs/static.h: htdocs/hash.sh $(STATIC_FILES)
	$(AM_V_GEN)$(MKDIR_P) htdocs && $(SHELL) $(srcdir)/htdocs/hash.sh $(srcdir)/htdocs htdocs

INSTALL_LOCAL += install-static
install-static: htdocs/static.h
	$(MKDIR_P) '$(DESTDIR)$(pkgdatadir)/static'
	$(INSTALL_DATA) htdocs/static/* '$(DESTDIR)$(pkgdatadir)/static'
UNINSTALL_LOCAL += uninstall-static
uninstall-static:
	rm -rf '$(DESTDIR)$(pkgdatadir)/static'
CLEAN_LOCAL += clean-static
clean-static:
	rm -rf htdocs/static
PHONY += install-static uninstall-static clean-static
