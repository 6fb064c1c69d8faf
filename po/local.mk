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

# The names of countries come from CLDR, which the build takes from ICU.
noinst_PROGRAMS += po/country_names
po_country_names_SOURCES = po/country_names.c
po_country_names_CFLAGS = $(AM_CFLAGS) $(ICU_CFLAGS)
po_country_names_LDADD = $(ICU_LIBS)
src/view/country_names.inc: po/country_names$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) src/view && po/country_names$(EXEEXT) >$@.tmp && mv $@.tmp $@
BUILT_SOURCES += src/view/country_names.inc
CLEANFILES += src/view/country_names.inc

# No references and one order, so that two new texts change a few lines only. PO_TREE: the tree to bring up to date.
PO_TREE = $(srcdir)
update-po: kontor$(EXEEXT)
	$(MKDIR_P) po && ./kontor texts $(PO_TREE)/templates > po/kontor.pot
	for f in $(PO_FILES); do \
		msgmerge --quiet --no-wrap --no-fuzzy-matching --no-location --sort-output --backup=none \
			--update $(PO_TREE)/$$f po/kontor.pot || exit 1; \
	done
PHONY += update-po
