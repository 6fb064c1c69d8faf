noinst_LIBRARIES += src/jobs/libjobs.a
src_jobs_libjobs_a_SOURCES =
