# Mails read by other programs, and sent to real mail servers. Its own target, since it needs npm and Debian's packages.
check_PROGRAMS += tests/mail/write_mails
tests_mail_write_mails_SOURCES = tests/mail/write_mails.c
tests_mail_write_mails_LDADD = $(ROOM_LIBS)
EXTRA_DIST += tests/mail/package.json tests/mail/.npmrc tests/mail/postfix tests/mail/read_python.py tests/mail/readers.t \
	tests/mail/servers.t

# Of hooks.t, with npm's packages, those that check signatures.
MAIL_TESTS = tests/mail/readers.t tests/mail/servers.t tests/e2e/hooks.t
check-mail: all tests/mail/write_mails
	$(MKDIR_P) tests/mail && cp $(srcdir)/tests/mail/package.json $(srcdir)/tests/mail/.npmrc tests/mail/
	cd tests/mail && { test -d node_modules/mailparser -a -d node_modules/smtp-server -a -d node_modules/standardwebhooks -a -d node_modules/ajv || npm install >npm.log 2>&1 || true; }
	for t in $(MAIL_TESTS); do \
		top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
		    KONTOR_NODE_MODULES='$(abs_top_builddir)/tests/mail/node_modules' node $(srcdir)/$$t || exit 1; \
	done
PHONY += check-mail
