#include "base/log.h"
#include "plat/conf/conf.h"

void
conf_log_open(const char *program, const struct conf *c)
{
	enum log_level least = LOG_INFO;

	for (enum log_level l = LOG_DEBUG; l < LOG__MAX; l++)
		if (str_eq_z(c->log_level, log_level_name(l)))
			least = l;
	if (!log_open(program, c->log_file.p, least))
		log_put(LOG_ERROR, "event=log_unusable file=\"%s\"", c->log_file.p);
}

int64_t
conf_server_timeout_s(const struct conf *c)
{
	int64_t ms = c->web_deadline_ms > c->web_order_deadline_ms ? c->web_deadline_ms : c->web_order_deadline_ms;

	return (ms + c->web_grace_ms + 999) / 1000 + 1;
}
