#include "plat/cache/memc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/num.h"
#include "plat/host/ask.h"
#include "plat/cache/memc_reply.h"

#define PORT 11211
#define KEY_MAX_B 250
#define VALUE_MAX_B ((size_t)16 << 20) /* more than any memcached stores */
#define LINE_MAX_B 512
#define READ_B ((size_t)16 << 10)
#define SENT_MAX_B (2 * VALUE_MAX_B)
#define AT_ONCE 1000 /* operations that are sent before their answers are read, */
#define READS_AT_ONCE 64 /* and of them those that read: that many questions fit into a socket's buffer */

struct server {
	struct str where;
	uint64_t hash;
	struct ask conn;	  /* fd -1: none */
	uint64_t connection;	  /* which one it is, of this client's */
	size_t at, end;		  /* what was received and not read yet */
	char in[READ_B];
};

struct memc {
	struct server *server;
	size_t n_servers;
	uint64_t timeout_ns;
	uint64_t connections, asked; /* numbers that were given out */
	uint64_t deadline_ns;	     /* of the exchange under way */
	struct arena sent;	     /* what goes out, until it is sent */
};

static void
drop(struct server *s)
{
	ask_close(&s->conn);
	s->at = s->end = 0;
}

static void
client_free(void *arg)
{
	struct memc *m = arg;

	for (size_t i = 0; i < m->n_servers; i++)
		drop(&m->server[i]);
	arena_fini(&m->sent);
}

/* A path, or host:port. */
static bool
server_name(struct arena *a, struct str server, struct str *where, struct err *e)
{
	struct str rest = str_trim(server), host;
	uint64_t port = PORT;

	*where = rest;
	if (str_starts(rest, STR("/")))
		return true;
	if (!str_cut(&rest, ':', &host) || host.n == 0)
		return err_set(e, ERR_INPUT, "cache.socket: an empty server name");
	if (rest.n > 0 && !num_u64(rest, 1, 65535, &port))
		return err_set(e, ERR_INPUT, "cache.socket: '%.*s' has no valid port", STR_ARG(server));
	*where = str_fmt(a, "%.*s:%u", STR_ARG(host), (unsigned)port);
	return true;
}

bool
memc_open(struct arena *a, const struct conf *conf, struct memc **out, struct err *e)
{
	struct memc *m = ARENA_NEW(a, struct memc);

	m->timeout_ns = (uint64_t)conf->cache_timeout_ms * CLOCK_MS;
	m->server = ARENA_ARRAY(a, struct server, conf->cache_socket.n);
	for (size_t i = 0; i < conf->cache_socket.n; i++) {
		m->server[i].conn.fd = -1;
		if (!server_name(a, conf->cache_socket.v[i], &m->server[i].where, e))
			return false;
		m->server[i].hash = str_hash(m->server[i].where);
	}
	m->n_servers = conf->cache_socket.n;
	arena_init(&m->sent, SENT_MAX_B);
	arena_defer(a, client_free, m);
	*out = m;
	return true;
}

/* The finalizer of SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014): all bits decide about each. */
static uint64_t
mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* The server that scores highest for the key: when one is added or leaves, only its own keys move (D. G. Thaler,
 * C. V. Ravishankar, IEEE/ACM Transactions on Networking 6(1), 1998). */
static bool
is_at(const struct memc *m, const struct server *s, struct str key)
{
	const struct server *best = &m->server[0];
	uint64_t hash, score, best_score = 0;

	if (m->n_servers == 1)
		return true;
	hash = str_hash(key);
	for (size_t i = 0; i < m->n_servers; i++) {
		score = mix(hash ^ m->server[i].hash);
		if (score < best_score)
			continue;
		best_score = score;
		best = &m->server[i];
	}
	return best == s;
}

/* Waiting in recv(2) itself spares a poll(2) for each answer. */
static bool
connect_server(struct memc *m, struct server *s, struct err *e)
{
	const struct timeval limit = {
	    .tv_sec = (time_t)(m->timeout_ns / CLOCK_S), .tv_usec = (suseconds_t)(m->timeout_ns % CLOCK_S / 1000)};
	int flags;

	if (s->conn.fd >= 0)
		return true;
	if (!ask_open(&s->conn, s->where, m->deadline_ns, e))
		return false;
	flags = fcntl(s->conn.fd, F_GETFL);
	if (flags < 0 || fcntl(s->conn.fd, F_SETFL, flags & ~O_NONBLOCK) != 0
	    || setsockopt(s->conn.fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0
	    || setsockopt(s->conn.fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) != 0) {
		err_set(e, ERR_UPSTREAM, "memcached at %.*s: %s", STR_ARG(s->where), strerror(errno));
		drop(s);
		return false;
	}
	s->connection = ++m->connections;
	return true;
}

static bool
send_all(struct memc *m, struct server *s, struct str bytes)
{
	while (bytes.n > 0) {
		ssize_t n = send(s->conn.fd, bytes.p, bytes.n, MSG_NOSIGNAL);

		if (n > 0)
			bytes = str_from(bytes, (size_t)n);
		else if (n == 0 || errno != EINTR)
			return false; /* EAGAIN: too late */
		if (bytes.n > 0 && clock_left_ns(m->deadline_ns) == 0)
			return false;
	}
	return true;
}

/* At least one more byte, into `to`. Past the deadline, what is there already: it may be another server that took all
 * the time. */
static bool
receive(struct memc *m, struct server *s, char *to, size_t room_b, size_t *got)
{
	ssize_t n;

	do
		n = recv(s->conn.fd, to, room_b, clock_left_ns(m->deadline_ns) == 0 ? MSG_DONTWAIT : 0);
	while (n < 0 && errno == EINTR);
	*got = n > 0 ? (size_t)n : 0;
	return n > 0;
}

static bool
receive_more(struct memc *m, struct server *s)
{
	size_t got;

	if (s->at > 0) {
		memmove(s->in, s->in + s->at, s->end - s->at);
		s->end -= s->at;
		s->at = 0;
	}
	if (s->end == READ_B || !receive(m, s, s->in + s->end, READ_B - s->end, &got))
		return false;
	s->end += got;
	return true;
}

/* The next line without its end; borrowed until something else is read. */
static bool
memc_read_line(struct memc *m, struct server *s, struct str *line)
{
	const char *stop;

	while ((stop = memchr(s->in + s->at, '\n', s->end - s->at)) == NULL) {
		if (s->end - s->at > LINE_MAX_B || !receive_more(m, s))
			return false;
	}
	*line = str_n(s->in + s->at, (size_t)(stop - (s->in + s->at)));
	s->at += line->n + 1;
	if (!str_ends(*line, STR("\r")))
		return false;
	line->n--;
	return true;
}

/* A value with the line end behind it, onto the arena. */
static bool
read_value(struct memc *m, struct server *s, struct arena *a, size_t n, struct str *value)
{
	char *p = n > VALUE_MAX_B ? NULL : arena_try(a, n + 2);
	size_t have = 0, got;

	if (p == NULL)
		return false;
	while (have < n + 2) {
		size_t part = s->end - s->at;

		if (part > n + 2 - have)
			part = n + 2 - have;
		memcpy(p + have, s->in + s->at, part);
		s->at += part;
		have += part;
		if (have == n + 2)
			break;
		if (n + 2 - have >= READ_B) {
			if (!receive(m, s, p + have, n + 2 - have, &got))
				return false;
			have += got;
		} else if (!receive_more(m, s))
			return false;
	}
	*value = str_n(p, n);
	return p[n] == '\r' && p[n + 1] == '\n';
}

static void
put_command(struct buf *b, const struct memc_op *op, uint64_t opaque)
{
	static const char *const command[] = {[MEMC_GET] = "mg ",
	    [MEMC_TAKE] = "mg ",
	    [MEMC_ADD] = "ms ",
	    [MEMC_CAS] = "ms ",
	    [MEMC_DELETE] = "md "};
	bool stores = op->what == MEMC_ADD || op->what == MEMC_CAS;

	ASSERT(op->key.n > 0 && op->key.n <= KEY_MAX_B);
	buf_z(b, command[op->what]);
	buf_put(b, op->key);
	if (stores) {
		buf_ch(b, ' ');
		buf_u64(b, op->value.n);
		buf_z(b, " T");
		buf_u64(b, (uint64_t)op->ttl_s);
		buf_z(b, op->what == MEMC_ADD ? " ME" : " C");
		if (op->what == MEMC_CAS)
			buf_u64(b, op->mark.cas);
	} else if (op->what != MEMC_DELETE) {
		buf_z(b, " v c");
		if (op->what == MEMC_TAKE) {
			buf_z(b, " N");
			buf_u64(b, (uint64_t)op->ttl_s);
		}
	}
	buf_z(b, " O");
	buf_u64(b, opaque);
	buf_z(b, "\r\n");
	if (stores) {
		buf_put(b, op->value);
		buf_z(b, "\r\n");
	}
}

static bool
result_of(const struct memc_op *op, const struct memc_reply *r, enum memc_result *result)
{
	bool stores = op->what == MEMC_ADD || op->what == MEMC_CAS, reads = !stores && op->what != MEMC_DELETE;

	switch (r->code) {
	case MEMC_CODE_VA:
		*result = r->value_b > 0 ? MEMC_OK : r->won && op->what == MEMC_TAKE ? MEMC_OURS : MEMC_THEIRS;
		return reads;
	case MEMC_CODE_HD: *result = MEMC_OK; return !reads;
	case MEMC_CODE_EN: *result = MEMC_MISS; return reads;
	case MEMC_CODE_NF:
		*result = stores ? MEMC_EXISTS : MEMC_MISS;
		return op->what == MEMC_CAS || op->what == MEMC_DELETE;
	case MEMC_CODE_NS:
	case MEMC_CODE_EX: *result = MEMC_EXISTS; return stores;
	}
	return false;
}

/* memcached reads what it does not store to its end, so that the answers behind this one can be had. */
static bool
is_refused(const struct memc_op *op, struct str line)
{
	return (op->what == MEMC_ADD || op->what == MEMC_CAS) && str_starts(line, STR("SERVER_ERROR "));
}

/* Every answer names its question, but that of a miss need not. */
static bool
read_answer(struct memc *m, struct server *s, struct arena *a, struct memc_op *op, uint64_t opaque)
{
	enum memc_result result;
	struct memc_reply r;
	struct str line;

	if (!memc_read_line(m, s, &line))
		return false;
	if (is_refused(op, line)) {
		op->result = MEMC_REFUSED;
		return true;
	}
	if (!memc_reply_parse(line, &r) || !result_of(op, &r, &result)
	    || (r.opaque != opaque && (r.code != MEMC_CODE_EN || r.opaque != 0)))
		return false;
	if (r.code == MEMC_CODE_VA) {
		/* Without a cas id (memcached -C) nothing could be stored over it. */
		if (!read_value(m, s, a, r.value_b, &op->value) || r.cas == 0)
			return false;
		op->mark = (struct memc_mark){r.cas, s->connection};
	}
	op->result = result;
	return true;
}

/* What is stored by a mark of a connection that is gone is not sent. */
static bool
is_sent(const struct memc *m, const struct server *s, const struct memc_op *op)
{
	return is_at(m, s, op->key) && (op->what != MEMC_CAS || op->mark.connection == s->connection);
}

/* Sends the server's part of them. */
static void
send_part(struct memc *m, struct server *s, struct memc_op *ops, size_t n)
{
	struct err ignored = {0};
	bool any = false;
	struct buf b;

	for (size_t i = 0; i < n; i++)
		any = any || is_at(m, s, ops[i].key);
	if (!any)
		return;
	if (!connect_server(m, s, &ignored)) {
		err_clear(&ignored);
		return;
	}
	buf_init(&b, &m->sent, SENT_MAX_B);
	for (size_t i = 0; i < n; i++) {
		if (is_sent(m, s, &ops[i]))
			put_command(&b, &ops[i], m->asked + 1 + i);
		else if (is_at(m, s, ops[i].key))
			ops[i].result = MEMC_EXISTS;
	}
	if (b.over || (b.n > 0 && !send_all(m, s, buf_str(&b))))
		drop(s);
	arena_reset(&m->sent);
}

static void
read_part(struct memc *m, struct server *s, struct arena *a, struct memc_op *ops, size_t n)
{
	for (size_t i = 0; s->conn.fd >= 0 && i < n; i++)
		if (is_sent(m, s, &ops[i]) && !read_answer(m, s, a, &ops[i], m->asked + 1 + i))
			drop(s);
	if (s->at != s->end) /* more than was asked for */
		drop(s);
}

static void
exchange(struct memc *m, struct arena *a, struct memc_op *ops, size_t n)
{
	m->deadline_ns = clock_mono_ns() + m->timeout_ns;
	for (size_t i = 0; i < n; i++)
		ops[i].result = MEMC_ERROR;
	for (size_t k = 0; k < m->n_servers; k++)
		send_part(m, &m->server[k], ops, n);
	for (size_t k = 0; k < m->n_servers; k++)
		read_part(m, &m->server[k], a, ops, n);
	m->asked += n;
}

/* How many of them may be sent before an answer is read. What memcached answers waits in the socket until all is sent;
 * when that has no room, memcached reads nothing more: so nothing long may stand behind what reads. */
static size_t
at_once(const struct memc_op *ops, size_t n)
{
	size_t reads = 0, i;

	for (i = 0; i < n && i < AT_ONCE; i++) {
		bool stores = ops[i].what == MEMC_ADD || ops[i].what == MEMC_CAS;

		if (reads == READS_AT_ONCE || (reads > 0 && stores))
			break;
		reads += !stores && ops[i].what != MEMC_DELETE;
	}
	return i;
}

void
memc_do(struct memc *m, struct arena *a, struct memc_op *ops, size_t n)
{
	while (n > 0) {
		size_t part = at_once(ops, n);

		exchange(m, a, ops, part);
		ops += part;
		n -= part;
	}
}

enum memc_result
memc_flush(struct memc *m)
{
	enum memc_result result = MEMC_OK;

	m->deadline_ns = clock_mono_ns() + m->timeout_ns;
	for (size_t i = 0; i < m->n_servers; i++) {
		struct server *s = &m->server[i];
		struct err e = {0};
		struct str line;

		if (!connect_server(m, s, &e)) {
			result = e.code == ECONNREFUSED || e.code == ENOENT ? MEMC_MISS : MEMC_ERROR;
			err_clear(&e);
		} else if (!send_all(m, s, STR("flush_all\r\n")) || !memc_read_line(m, s, &line)
			   || !str_eq(line, STR("OK"))) {
			drop(s);
			result = MEMC_ERROR;
		}
	}
	return result;
}
