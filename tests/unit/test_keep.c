#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "plat/fcgi/keep.h"
#include "unit.h"

static const char *
own_name(const char *which)
{
	static char name[60];

	snprintf(name, sizeof(name), "@kontor-test-%ld-%s", (long)getpid(), which);
	return name;
}

/* A socket like systemd's, with an abstract name of this process. */
static int
listen_for_messages(const char *name)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	memcpy(addr.sun_path + 1, name + 1, strlen(name) - 1);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&addr, (socklen_t)(sizeof(sa_family_t) + strlen(name))), 0);
	return fd;
}

/* Receives a message; returns the descriptor sent with it, or -1. */
static int
receive(int from, char *text, size_t size)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec part = {text, size - 1};
	struct msghdr msg = {
	    .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(from, &msg, MSG_DONTWAIT);
	int fd = -1;

	text[n < 0 ? 0 : n] = '\0';
	if (n >= 0 && CMSG_FIRSTHDR(&msg) != NULL)
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

/* A listening socket with its own file; *inode is that of the file. */
static int
listen_at_file(char path[40], unsigned long long *inode)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct stat st;

	snprintf(path, 40, "/tmp/kontor-test-%ld.sock", (long)getpid());
	unlink(path);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	ck_assert_int_eq(listen(fd, 4), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	*inode = st.st_ino;
	return fd;
}

START_TEST(the_socket_reaches_systemd_under_the_number_of_its_file)
{
	const char *name = own_name("one");
	struct err e = {0};
	struct stat ours, theirs;
	char text[100], wanted[100], path[40];
	unsigned long long inode;
	int from = listen_for_messages(name), fd = listen_at_file(path, &inode), got;

	setenv("NOTIFY_SOCKET", name, 1);
	unsetenv("LISTEN_FDS");
	setenv("LISTEN_FDNAMES", "listen-1:listen-2", 1);
	ck_ok(keep_socket(fd, &e), &e);
	ck_assert_int_eq(receive(from, text, sizeof(text)), -1);
	ck_assert_str_eq(text, "FDSTOREREMOVE=1\nFDNAME=listen-1\n");
	ck_assert_int_eq(receive(from, text, sizeof(text)), -1);
	ck_assert_str_eq(text, "FDSTOREREMOVE=1\nFDNAME=listen-2\n");
	got = receive(from, text, sizeof(text));
	snprintf(wanted, sizeof(wanted), "FDSTORE=1\nFDNAME=listen-%llu\n", inode);
	ck_assert_str_eq(text, wanted);
	ck_assert_int_eq(fstat(fd, &ours), 0);
	ck_assert_int_eq(fstat(got, &theirs), 0);
	ck_assert_uint_eq(ours.st_ino, theirs.st_ino); /* the same socket */
	unlink(path);
}
END_TEST

START_TEST(a_socket_from_systemd_or_without_a_file_is_not_sent)
{
	const char *name = own_name("two");
	struct err e = {0};
	char text[100], path[40];
	unsigned long long inode;
	int from = listen_for_messages(name), fd = listen_at_file(path, &inode);

	setenv("NOTIFY_SOCKET", name, 1);
	setenv("LISTEN_FDS", "1", 1);
	ck_ok(keep_socket(fd, &e), &e);
	ck_assert_int_eq(receive(from, text, sizeof(text)), -1);
	ck_assert_str_eq(text, "");
	unsetenv("LISTEN_FDS");
	unlink(path);
	ck_ok(keep_socket(fd, &e), &e);
	ck_assert_int_eq(receive(from, text, sizeof(text)), -1);
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(without_systemd_nothing_is_sent_and_a_dead_one_is_an_error)
{
	struct err e = {0};
	char path[40];
	unsigned long long inode;
	int fd = listen_at_file(path, &inode);

	unsetenv("LISTEN_FDS");
	unsetenv("NOTIFY_SOCKET");
	ck_ok(keep_socket(fd, &e), &e);
	setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
	ck_assert(!keep_socket(fd, &e));
	ck_assert_str_eq(e.msg, "/nonexistent/notify: No such file or directory");
	unlink(path);
}
END_TEST

UNIT_MAIN("keep", the_socket_reaches_systemd_under_the_number_of_its_file,
    a_socket_from_systemd_or_without_a_file_is_not_sent, without_systemd_nothing_is_sent_and_a_dead_one_is_an_error)
