#include "serve/visitor.h"

#include "serve/app.h"
#include "serve/site.h"

bool
visitor_load(struct request *rq, bool copy, struct err *e)
{
	const struct cookie_tokens *tokens = &rq->session_tokens;
	struct session *found = NULL;
	size_t at = 0;

	for (size_t i = 0; i < tokens->n; i++) {
		rq->session = NULL;
		rq->session_token = tokens->v[i];
		if (!rq->app->site->session->load(rq, copy, e))
			return false;
		if (rq->session == NULL || (found != NULL && str_eq(tokens->v[i], tokens->v[at])))
			continue;
		if (found != NULL) {
			rq->session = NULL;
			log_put(LOG_WARN, "event=sessions_doubled msg=\"two cookies are sessions; neither is used\"");
			return true;
		}
		found = rq->session;
		at = i;
	}
	rq->session = found;
	if (found != NULL)
		rq->session_token = tokens->v[at];
	return true;
}
