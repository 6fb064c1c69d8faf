# systemd units, installed in the folder of `./configure --with-systemdsystemunitdir`, and the programs they start.
SYSTEMD_MADE = \
	etc/systemd/kontor-backend \
	etc/systemd/kontor-backup.service \
	etc/systemd/kontor-jobs.service \
	etc/systemd/kontor-verify.service \
	etc/systemd/kontor@.service
EXTRA_DIST += \
	etc/systemd/hardening \
	etc/systemd/kontor-backend.in \
	etc/systemd/kontor-backup.service.in \
	etc/systemd/kontor-backup.timer \
	etc/systemd/kontor-jobs.service.in \
	etc/systemd/kontor-verify.service.in \
	etc/systemd/kontor-verify.timer \
	etc/systemd/kontor.sysusers \
	etc/systemd/kontor.target \
	etc/systemd/kontor.tmpfiles \
	etc/systemd/kontor@.service.in
CLEANFILES += $(SYSTEMD_MADE)

$(SYSTEMD_MADE): $(srcdir)/etc/systemd/hardening
	$(AM_V_GEN)$(MKDIR_P) etc/systemd && \
	sed -e '/^[@]hardening[@]$$/{r $(srcdir)/etc/systemd/hardening' -e 'd' -e '}' -e 's|[@]pkglibexecdir[@]|$(pkglibexecdir)|g' \
	    -e 's|[@]bindir[@]|$(bindir)|g' -e 's|[@]sysconfdir[@]|$(sysconfdir)|g' -e 's|[@]localstatedir[@]|$(localstatedir)|g' \
	    $(srcdir)/$@.in >$@.tmp && mv $@.tmp $@
etc/systemd/kontor-backend: etc/systemd/kontor-backend.in
etc/systemd/kontor-backup.service: etc/systemd/kontor-backup.service.in
etc/systemd/kontor-jobs.service: etc/systemd/kontor-jobs.service.in
etc/systemd/kontor-verify.service: etc/systemd/kontor-verify.service.in
etc/systemd/kontor@.service: etc/systemd/kontor@.service.in

if SYSTEMD
pkglibexec_SCRIPTS += etc/systemd/kontor-backend
systemdsystemunit_DATA = \
	etc/systemd/kontor-backup.service \
	etc/systemd/kontor-backup.timer \
	etc/systemd/kontor-jobs.service \
	etc/systemd/kontor-verify.service \
	etc/systemd/kontor-verify.timer \
	etc/systemd/kontor.target \
	etc/systemd/kontor@.service

# The file names that systemd requires.
INSTALL_LOCAL += install-systemd
install-systemd:
	$(MKDIR_P) '$(DESTDIR)$(prefix)/lib/sysusers.d' '$(DESTDIR)$(prefix)/lib/tmpfiles.d'
	$(INSTALL_DATA) $(srcdir)/etc/systemd/kontor.sysusers '$(DESTDIR)$(prefix)/lib/sysusers.d/kontor.conf'
	$(INSTALL_DATA) $(srcdir)/etc/systemd/kontor.tmpfiles '$(DESTDIR)$(prefix)/lib/tmpfiles.d/kontor.conf'
UNINSTALL_LOCAL += uninstall-systemd
uninstall-systemd:
	rm -f '$(DESTDIR)$(prefix)/lib/sysusers.d/kontor.conf' '$(DESTDIR)$(prefix)/lib/tmpfiles.d/kontor.conf'
PHONY += install-systemd uninstall-systemd
endif
