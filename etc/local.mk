# Configuration, web servers, database.
sqldir = $(pkgdatadir)/sql
dist_sql_DATA = \
	etc/sql/0001_schema.sql \
	etc/sql/grants.sql
