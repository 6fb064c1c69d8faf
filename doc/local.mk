# doc
EXTRA_DIST += doc/administration.md doc/alarms.md doc/dependencies.md doc/doctor.md doc/documents.md doc/downloads.md doc/failures.md doc/glossary.md doc/security.md \
	doc/import.md doc/mail.md doc/order-states.dot doc/order-states.svg doc/orders.md doc/product.webp doc/states.awk \
	doc/tables.awk doc/templates.md doc/webhooks.md doc/withdrawal.md HACKING.md

# The form of what the commands write with --json.
schemadir = $(pkgdatadir)/schema
dist_schema_DATA = doc/schema/code-change.json doc/schema/code-list.json doc/schema/customer-export.json \
	doc/schema/download-add.json doc/schema/download-change.json doc/schema/download-list.json doc/schema/hook-list.json doc/schema/hook-replay.json doc/schema/hook-test.json \
	doc/schema/hook-tries.json doc/schema/hook.json doc/schema/mail-bounce.json doc/schema/mail-hold.json doc/schema/mail-list.json doc/schema/mail-resend.json \
	doc/schema/mail-show.json doc/schema/mail-suppressed.json doc/schema/mail-test.json doc/schema/order-change.json doc/schema/order-list.json doc/schema/order.json \
	doc/schema/outbox-change.json doc/schema/outbox-list.json doc/schema/outbox-show.json \
	doc/schema/price-schedule-list.json doc/schema/price-schedule.json doc/schema/price-set.json \
	doc/schema/setting-change.json doc/schema/setting-list.json doc/schema/setting-log.json \
	doc/schema/stock-change.json doc/schema/stock-low.json doc/schema/stock-moves.json doc/schema/stock-show.json \
	doc/schema/webhook.json doc/schema/withdrawal-list.json doc/schema/withdrawal-match.json \
	doc/schema/withdrawal-refuse.json doc/schema/withdrawal.json

# The manual pages that are tables of the program come from the program.
man_MANS = doc/kontor.conf.5 doc/kontor-metrics.7
CLEANFILES += $(man_MANS)
dist_man_MANS += doc/kontor.1 doc/kontor.fcgi.8 doc/kontor-jobs.8
doc/kontor.conf.5: kontor$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) doc && ./kontor config man >$@.tmp && mv $@.tmp $@
doc/kontor-metrics.7: kontor$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) doc && ./kontor status --man >$@.tmp && mv $@.tmp $@

# The tables of doc/templates.md, which stand in the tree, come from the tables of the source.
DOC_TABLES = $(srcdir)/src/view/routes.def $(srcdir)/src/view/names.def $(srcdir)/doc/templates.md
update-docs:
	$(AWK) -f $(srcdir)/doc/tables.awk $(DOC_TABLES) >doc/templates.md.tmp
	mv doc/templates.md.tmp $(srcdir)/doc/templates.md
PHONY += update-docs

# The picture of the state machines, which stands in the tree, comes from their table. It needs graphviz.
update-states:
	$(AWK) -f $(srcdir)/doc/states.awk $(srcdir)/src/shop/order_state.def >order-states.dot.tmp
	dot -Tsvg order-states.dot.tmp >order-states.svg.tmp
	mv order-states.dot.tmp $(srcdir)/doc/order-states.dot && mv order-states.svg.tmp $(srcdir)/doc/order-states.svg
PHONY += update-states
