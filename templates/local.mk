# The pages and mails: all that stand here are installed. doc/templates.md says what each is given.
templatesdir = $(pkgdatadir)/templates
dist_templates_DATA = $(wildcard $(srcdir)/templates/*.mustache)
mailtemplatesdir = $(templatesdir)/mail
dist_mailtemplates_DATA = $(wildcard $(srcdir)/templates/mail/*.mustache)
