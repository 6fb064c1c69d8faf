/* settings.c - notices changes of the merchant's settings, made on any host, and has the workers of this host read
 * them. It follows them itself: some decide how long other jobs keep what they delete. */
#include "jobs/job.h"
#include "store/setting_store.h"
#include "view/form_hash.h"

#define SETTINGS_MEM_B ((size_t)16 << 20)

/* One is in effect, the other is built. */
static struct side {
	struct arena a;
	struct conf conf;
} sides[2];

static bool
take_settings(struct job_context *j, struct side *side, struct err *e)
{
	struct setting_rows rows;
	struct setting_merge m = {.file = j->file, .rows = &rows, .report = setting_log_refused};
	struct shop_rules rules;

	arena_fini(&side->a);
	arena_init(&side->a, SETTINGS_MEM_B);
	if (!setting_read(j->db, &side->a, &rows, e) || !setting_merge(&side->a, &m, &side->conf, &rules, e))
		return false;
	j->conf = &side->conf;
	if (j->cache != NULL)
		cache_resalt(j->cache, form_hash(j->conf));
	control_set_merchant(j->ctl, j->conf->merchant);
	control_settings_raise(j->ctl);
	log_put(LOG_INFO, "event=settings change=%llu", (unsigned long long)rows.change);
	return true;
}

bool
job_settings(struct job_context *j, struct err *e)
{
	static uint64_t known, known_identity;
	uint64_t number, identity = control_identity(j->ctl);
	bool first = j->conf != &sides[0].conf && j->conf != &sides[1].conf;

	if (!setting_number(j->db, j->a, &number, e)
	    || ((first || number != known || identity != known_identity)
		&& !take_settings(j, &sides[j->conf == &sides[0].conf], e))) {
		if (e->kind != ERR_UPSTREAM || !breaker_is_open(j->ctl, BREAKER_DB))
			return false;
		err_clear(e); /* job_probe() deals with an outage */
		return true;
	}
	known = number;
	known_identity = identity;
	return true;
}
