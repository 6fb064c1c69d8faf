#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "plat/keep.h"
#include "unit.h"

static const char *
own_name(const char *which)
{
	static char name[60];

	snprintf(name, sizeof(name), "@kontor-test-%ld-%s", (long)getpid(), which);
	return name;
}

/* A socket as systemd's, at an abstract name of this process. */
static int
listen_for_messages(const char *name)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	memcpy(addr.sun_path + 1, name + 1, strlen(name) - 1);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&addr, (socklen_t)(sizeof(sa_family_t) + strlen(name))), 0);
	return fd;
}

/* The message that came, and the descriptor beside it; -1: none. */
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

START_TEST(the_socket_reaches_systemd_with_the_word_to_keep_it)
{
	const char *name = own_name("one");
	struct err e = {0};
	char text[100], c = 'x';
	int from = listen_for_messages(name), pair[2], got;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	setenv("NOTIFY_SOCKET", name, 1);
	unsetenv("LISTEN_FDS");
	ck_ok(keep_socket(pair[0], &e), &e);
	ck_assert_int_eq(receive(from, text, sizeof(text)), -1);
	ck_assert_str_eq(text, "FDSTOREREMOVE=1\nFDNAME=listen\n");
	got = receive(from, text, sizeof(text));
	ck_assert_str_eq(text, "FDSTORE=1\nFDNAME=listen\n");
	ck_assert_int_eq(write(got, &c, 1), 1); /* the same socket: its other end hears it */
	c = ' ';
	ck_assert_int_eq(read(pair[1], &c, 1), 1);
	ck_assert_int_eq(c, 'x');
}
END_TEST

START_TEST(a_socket_that_came_from_systemd_is_not_sent_back)
{
	const char *name = own_name("two");
	struct err e = {0};
	char text[100];
	int from = listen_for_messages(name);

	setenv("NOTIFY_SOCKET", name, 1);
	setenv("LISTEN_FDS", "1", 1);
	ck_ok(keep_socket(STDIN_FILENO, &e), &e);
	ck_assert_int_eq(receive(from, text, sizeof(text)), -1);
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(without_systemd_nothing_is_sent_and_a_dead_one_is_told)
{
	struct err e = {0};

	unsetenv("LISTEN_FDS");
	unsetenv("NOTIFY_SOCKET");
	ck_ok(keep_socket(STDIN_FILENO, &e), &e);
	setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
	ck_assert(!keep_socket(STDIN_FILENO, &e));
	ck_assert_str_eq(e.msg, "/nonexistent/notify: No such file or directory");
}
END_TEST

UNIT_MAIN("keep", the_socket_reaches_systemd_with_the_word_to_keep_it,
    a_socket_that_came_from_systemd_is_not_sent_back, without_systemd_nothing_is_sent_and_a_dead_one_is_told)
