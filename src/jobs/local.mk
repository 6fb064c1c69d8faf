noinst_LIBRARIES += src/jobs/libjobs.a
src_jobs_libjobs_a_SOURCES = \
	src/jobs/cache_deletes.c src/jobs/certificate.c src/jobs/drafts.c src/jobs/events.c src/jobs/events.h src/jobs/expire.c src/jobs/failures.c src/jobs/hooks.c \
	src/jobs/job.h src/jobs/loop.c src/jobs/mail.c src/jobs/mail_time.c src/jobs/mail_time.h src/jobs/order_words.c src/jobs/outbox.c src/jobs/pause.c \
	src/jobs/pay.c src/jobs/probe.c \
	src/jobs/sales.c src/jobs/settings.c src/jobs/sweep.c \
	src/jobs/visitors.c src/jobs/withdrawals.c
