#include "serve/app.h"
#include "web/handlers.h"

/* Logs the arrival of a form, for tests. Available only with test.faults. */
bool
raw_test_form(struct request *rq, struct err *e)
{
	struct str message = field_text(&rq->fields, F_message);

	if (!rq->app->conf.test_faults)
		return err_set(e, ERR_NOT_FOUND, "there are no test pages");
	log_put(LOG_INFO, "event=test_form bytes=%zu", message.n);
	rq->res.type = STR("text/plain; charset=utf-8");
	rq->res.body = str_fmt(rq->a, "%.*s\n", STR_ARG(message));
	return true;
}
