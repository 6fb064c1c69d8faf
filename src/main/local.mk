# The programs.
pkglibexec_PROGRAMS += kontor.fcgi
kontor_fcgi_SOURCES = src/main/kontor_fcgi.c
kontor_fcgi_LDADD = $(ROOM_LIBS)
bin_PROGRAMS += kontor
kontor_SOURCES = src/main/kontor.c
kontor_LDADD = $(ROOM_LIBS)
