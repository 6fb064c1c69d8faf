# Translations of the templates' texts. The source language, English, stands in the templates themselves.
# `make update-po` brings the .po files up to date with the templates, without references to them.
PO_FILES = po/de.po po/zh-Hans.po
MO_FILES = po/de.mo po/zh-Hans.mo

po/de.mo: po/de.po
po/zh-Hans.mo: po/zh-Hans.po
$(MO_FILES):
	$(AM_V_GEN)$(MKDIR_P) po && $(MSGFMT) -c -o $@ $(srcdir)/$(@:.mo=.po)

kontorlocaledir = $(pkgdatadir)/locale
nodist_kontorlocale_DATA = $(MO_FILES)
EXTRA_DIST += $(PO_FILES)
CLEANFILES += $(MO_FILES) po/kontor.pot

# No references and one order, so that two new texts change a few lines only. PO_TREE: the tree to bring up to date.
PO_TREE = $(srcdir)
update-po: kontor$(EXEEXT)
	$(MKDIR_P) po && ./kontor texts $(PO_TREE)/templates > po/kontor.pot
	for f in $(PO_FILES); do \
		msgmerge --quiet --no-wrap --no-fuzzy-matching --no-location --sort-output --backup=none \
			--update $(PO_TREE)/$$f po/kontor.pot || exit 1; \
	done
PHONY += update-po
