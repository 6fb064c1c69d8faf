/* outbox.c - counts the rows of the outbox for the metrics, and deletes those that ended long ago. */
#include "jobs/job.h"
#include "plat/stats/facts.h"
#include "store/hook_store.h"
#include "store/outbox_admin.h"

#define PRUNE_ROWS 500

static bool
save_kind(const struct job_context *j, size_t kind, const struct outbox_counts *all, struct err *e)
{
	static const char *const kinds[] = {
#define OUTBOX_KIND(name, help) #name,
#include "plat/stats/outbox_kind.def"
	};
	int64_t v[FACT_OUTBOX__N] = {0};

	for (size_t i = 0; i < all->n; i++)
		if (str_eq_z(all->v[i].kind, kinds[kind])) {
			v[FACT_OUTBOX_WAITING] = (int64_t)all->v[i].waiting;
			v[FACT_OUTBOX_DEAD] = (int64_t)all->v[i].dead;
			v[FACT_OUTBOX_OLDEST] = all->v[i].oldest_s;
		}
	for (int i = 0; i < FACT_OUTBOX__N; i++) {
		enum fact_name name = fact_of_outbox(kind, (enum fact_outbox)i);

		if (!fact_save(j->conf->paths_facts_dir.p, name, j->now_s, v[i], e))
			return false;
	}
	return true;
}

static bool
save_counts(const struct job_context *j, const struct outbox_counts *all, int64_t paused, struct err *e)
{
	for (size_t i = 0; i < FACT_OUTBOX_KINDS; i++)
		if (!save_kind(j, i, all, e))
			return false;
	return fact_save(j->conf->paths_facts_dir.p, FACT_HOOKS_PAUSED, j->now_s, paused, e);
}

bool
job_outbox(struct job_context *j, struct err *e)
{
	struct outbox_counts all;
	int64_t paused;

	if (!outbox_count(j->db, j->a, &all, e) || !hook_count_paused(j->db, j->a, &paused, e))
		return false;
	if (save_counts(j, &all, paused, e))
		return true;
	if (e->kind != ERR_NOT_FOUND)
		return false;
	err_clear(e); /* no folder: no metrics */
	return true;
}

bool
job_outbox_prune(struct job_context *j, struct err *e)
{
	return outbox_prune(j->db, j->a, PRUNE_ROWS, &j->more, e);
}
