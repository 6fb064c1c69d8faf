# Configuration, web servers, database.
sqldir = $(pkgdatadir)/sql
dist_sql_DATA = \
	etc/sql/0001_schema.sql \
	etc/sql/0002_search_blocks.sql \
	etc/sql/0003_product_parts.sql \
	etc/sql/0004_control.sql \
	etc/sql/0005_beat.sql \
	etc/sql/0006_unpaid.sql \
	etc/sql/0007_addresses.sql \
	etc/sql/0008_currency.sql \
	etc/sql/0009_wide_options.sql \
	etc/sql/0010_merchant.sql \
	etc/sql/0011_mail_documents.sql \
	etc/sql/access.sql \
	etc/sql/accounts.sql \
	etc/sql/grants.sql

# Templates that quickstart, the package and the tests fill.
apachedir = $(pkgdatadir)/apache
dist_apache_DATA = \
	etc/apache/kontor-log.conf.in \
	etc/apache/kontor.conf.in \
	etc/apache/standalone.conf.in
lighttpddir = $(pkgdatadir)/lighttpd
dist_lighttpd_DATA = \
	etc/lighttpd/kontor.conf.in \
	etc/lighttpd/standalone.conf.in

# Alarms and their tests.
prometheusdir = $(pkgdatadir)/prometheus
dist_prometheus_DATA = \
	etc/prometheus/kontor.rules.test.yml \
	etc/prometheus/kontor.rules.yml

bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = etc/bash-completion/kontor

# The example configuration is generated from the table of settings.
exampledir = $(docdir)/examples
example_DATA = etc/kontor.conf
dist_example_DATA = \
	etc/apache/apache-vhost.conf \
	etc/nftables/kontor.nft
CLEANFILES += etc/kontor.conf
etc/kontor.conf: kontor$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) etc && ./kontor config example >$@.tmp && mv $@.tmp $@

# The parts of the schema, which stand in the tree, come from a database that the migrations have made.
update-schema: kontor$(EXEEXT)
	d=$$(mktemp -d /tmp/kontor-XXXXXX) && export top_builddir=. top_srcdir=$(srcdir) && rmdir $$d && \
	$(srcdir)/tests/lib/services start $$d && ./kontor --config $$d/kontor.conf verify --schema >schema.def.tmp; \
	$(srcdir)/tests/lib/services stop $$d && mv schema.def.tmp $(srcdir)/src/store/admin/schema.def
PHONY += update-schema
