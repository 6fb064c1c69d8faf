# The programs.
pkglibexec_PROGRAMS += kontor.fcgi
kontor_fcgi_SOURCES = src/main/kontor_fcgi.c
kontor_fcgi_LDADD = $(ROOM_LIBS)
bin_PROGRAMS += kontor
kontor_SOURCES = src/main/kontor.c
kontor_LDADD = $(ROOM_LIBS)
pkglibexec_PROGRAMS += kontor-jobs
kontor_jobs_SOURCES = src/main/kontor_jobs.c
kontor_jobs_LDADD = $(ROOM_LIBS)
pkglibexec_PROGRAMS += kontor-decode
kontor_decode_SOURCES = src/main/kontor_decode.c
kontor_decode_LDADD = src/plat/libplat.a src/base/libbase.a $(GD_LIBS)
