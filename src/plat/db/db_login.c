#include "plat/db/db_login.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "plat/conf/conf.h"
#include "plat/text/file.h"

#define OPTIONS_MAX_B 4096
#define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"

struct db_login
db_login_of(const struct conf *c, enum db_account account)
{
	const struct str user[] = {c->db_user, c->db_jobs_user, c->db_tool_user, c->db_backup_user};
	const struct str file[] = {
	    c->db_password_file, c->db_jobs_password_file, c->db_tool_password_file, c->db_backup_password_file};

	return (struct db_login){.host = c->db_host,
	    .from = c->db_host.n == 0 ? STR("localhost") : c->db_login_from,
	    .socket = c->db_socket,
	    .port = c->db_port,
	    .tls = c->db_host.n == 0 || str_eq_z(c->db_tls, "off") ? DB_TLS_OFF
		: str_eq_z(c->db_tls, "on")                        ? DB_TLS_ON
								   : DB_TLS_VERIFY,
	    .tls_ca = c->db_tls_ca.n > 0 ? c->db_tls_ca : STR(SYSTEM_CA),
	    .database = c->db_name,
	    .user = user[account],
	    .password_file = file[account],
	    .connect_ms = c->db_connect_ms,
	    .statement_ms = c->db_statement_ms};
}

void
db_login_all(const struct conf *c, struct db_login out[DB_ACCOUNT__MAX])
{
	for (int i = 0; i < DB_ACCOUNT__MAX; i++)
		out[i] = db_login_of(c, (enum db_account)i);
}

bool
db_login_password(struct str file, char out[DB_LOGIN_PASSWORD_B], struct err *e)
{
	size_t line_b;
	ssize_t n;
	int fd;

	out[0] = '\0';
	if (file.n == 0)
		return true;
	fd = open(file.p, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return err_set(e, ERR_UPSTREAM, "database: password file %s: %s", file.p, strerror(errno));
	n = read(fd, out, DB_LOGIN_PASSWORD_B - 1);
	close(fd);
	if (n < 0)
		return err_set(e, ERR_UPSTREAM, "database: password file %s cannot be read", file.p);
	out[n] = '\0';
	line_b = strcspn(out, "\r\n");
	if (line_b == DB_LOGIN_PASSWORD_B - 1) {
		explicit_bzero(out, DB_LOGIN_PASSWORD_B);
		return err_set(e, ERR_UPSTREAM, "database: the password in %s is too long", file.p);
	}
	out[line_b] = '\0';
	return true;
}

static void
put_option(struct buf *b, const char *name, const char *value)
{
	buf_fmt(b, "%s=\"", name);
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			buf_ch(b, '\\');
		buf_ch(b, *value);
	}
	buf_z(b, "\"\n");
}

static void
put_options(struct buf *b, const struct db_login *l, const char *password)
{
	buf_z(b, "[client]\n");
	put_option(b, "user", l->user.p);
	if (*password != '\0')
		put_option(b, "password", password);
	if (l->host.n > 0) {
		put_option(b, "host", l->host.p);
		buf_fmt(b, "port=%d\nprotocol=tcp\n", (int)l->port);
		if (l->tls != DB_TLS_OFF)
			buf_z(b, "ssl\n");
		if (l->tls == DB_TLS_VERIFY) {
			put_option(b, "ssl-ca", l->tls_ca.p);
			buf_z(b, "ssl-verify-server-cert\n");
		}
	} else {
		put_option(b, "socket", l->socket.p);
	}
}

/* The file is writable by its owner only, since MariaDB's programs ignore an option file that others can write. */
static bool
hand_over(const struct buf *b, int *fd, struct err *e)
{
	*fd = memfd_create("kontor-login", MFD_CLOEXEC);
	if (*fd >= 0 && fchmod(*fd, 0600) == 0 && file_write(*fd, buf_str(b)))
		return true;
	(void)err_set(e, ERR_LIMIT, "the login cannot be passed to MariaDB's programs: %s", strerror(errno));
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	return false;
}

bool
db_login_open(const struct db_login *l, int *fd, struct err *e)
{
	char password[DB_LOGIN_PASSWORD_B];
	struct arena a;
	struct buf b;
	bool ok;

	*fd = -1;
	if (!db_login_password(l->password_file, password, e))
		return false;
	arena_init(&a, (size_t)64 << 10);
	buf_init(&b, &a, OPTIONS_MAX_B);
	put_options(&b, l, password);
	ok = buf_check(&b, e) && hand_over(&b, fd, e);
	explicit_bzero(password, sizeof(password));
	explicit_bzero(b.p, b.n);
	arena_fini(&a);
	return ok;
}
