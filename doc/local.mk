# doc
EXTRA_DIST += doc/administration.md doc/alarms.md doc/dependencies.md doc/doctor.md doc/failures.md doc/glossary.md \
	doc/import.md doc/product.webp doc/templates.md HACKING.md

# The manual pages that are tables of the program come from the program.
man_MANS = doc/kontor.conf.5 doc/kontor-metrics.7
CLEANFILES += $(man_MANS)
dist_man_MANS += doc/kontor.1 doc/kontor.fcgi.8 doc/kontor-jobs.8
doc/kontor.conf.5: kontor$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) doc && ./kontor config man >$@.tmp && mv $@.tmp $@
doc/kontor-metrics.7: kontor$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) doc && ./kontor status --man >$@.tmp && mv $@.tmp $@
