/* The rate limits: refusals of an address that no visitor from outside has are those of everybody behind a proxy. */
#include "base/clock.h"
#include "cmd/doctor/doctor.h"
#include "plat/control/tally.h"
#include "serve/addr.h"

#define LATELY_S 3600

/* Of this machine, of private networks, of a provider's own network. */
static const struct conf_list private_nets = {
    8, (struct str[]){STR_INIT("127.0.0.0/8"), STR_INIT("10.0.0.0/8"), STR_INIT("172.16.0.0/12"),
	   STR_INIT("192.168.0.0/16"), STR_INIT("100.64.0.0/10"), STR_INIT("::1"), STR_INIT("fc00::/7"),
	   STR_INIT("fe80::/10")}};

static void
check_client(struct doctor *d, const struct tally_seen *s)
{
	struct str client = addr_key_text(d->a, s->key.client), address = client;

	if (s->key.per != RATE_PER_ADDRESS || s->refused == 0 || clock_utc_s() - s->refused_s > LATELY_S)
		return;
	if (str_ends(address, STR("/64")))
		address = str_head(address, address.n - 3);
	if (str_eq_z(client, "unknown"))
		FIND(d, limits_unknown, "N", doctor_n(d, (int64_t)s->refused), "LIMIT", s->key.name);
	else if (addr_in(address, &private_nets))
		FIND(d, limits_proxy, "CLIENT", client.p, "N", doctor_n(d, (int64_t)s->refused), "LIMIT", s->key.name);
}

void
check_limits(struct doctor *d)
{
	struct tally_seen *seen;
	struct err e = {0};
	struct tally t;
	size_t n;

	if (!tally_open_tool(&t, d->conf->paths_control_file.p, false, &e)) {
		doctor_unseen(d, "%s", e.msg);
		return;
	}
	n = tally_list(&t, d->a, clock_mono_ns() / CLOCK_MS, &seen);
	tally_close(&t);
	for (size_t i = 0; i < n; i++)
		check_client(d, &seen[i]);
}
