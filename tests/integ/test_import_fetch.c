/* test_import_fetch.c - pictures from other servers: a small server of this test stands for them. */
#include <arpa/inet.h>
#include <gd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import.h"

static int port;
static pid_t server;

static void
answer(int fd, const char *head, const void *body, size_t n)
{
	char text[400];
	int len =
	    snprintf(text, sizeof(text), "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", head, n);

	(void)!write(fd, text, (size_t)len);
	(void)!write(fd, body, n);
}

/* One request by its path. */
static void
serve(int fd, const void *png, size_t png_n)
{
	static char request[4000], flood[1 << 16];
	ssize_t n = read(fd, request, sizeof(request) - 1);
	char head[200], *path = request + 4;

	request[n < 0 ? 0 : n] = '\0';
	if (strncmp(path, "/good", 5) == 0)
		answer(fd, "200 OK\r\nContent-Type: image/png", png, png_n);
	else if (strncmp(path, "/moved", 6) == 0)
		answer(fd, "302 Found\r\nLocation: /good.png", "", 0);
	else if (strncmp(path, "/inside", 7) == 0) { /* leads to an address that is not allowed */
		snprintf(head, sizeof(head), "302 Found\r\nLocation: http://127.0.0.2:%d/good.png", port);
		answer(fd, head, "", 0);
	} else if (strncmp(path, "/file", 5) == 0)
		answer(fd, "302 Found\r\nLocation: file:///etc/passwd", "", 0);
	else if (strncmp(path, "/round", 6) == 0)
		answer(fd, "302 Found\r\nLocation: /round", "", 0);
	else if (strncmp(path, "/page", 5) == 0)
		answer(fd, "200 OK\r\nContent-Type: text/html", "<html>", 6);
	else if (strncmp(path, "/fake", 5) == 0)
		answer(fd, "200 OK\r\nContent-Type: image/png", "<?php evil() ?>", 15);
	else if (strncmp(path, "/flood", 6) == 0) { /* without end and without length */
		(void)!write(fd, "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n", 44);
		while (write(fd, flood, sizeof(flood)) > 0)
			;
	} else if (strncmp(path, "/busy", 5) == 0)
		answer(fd, "503 Busy", "", 0);
	else
		answer(fd, "404 Not Found", "", 0);
}

/* Writes a line for each request to `log`. */
static void
start_server(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0), n;
	gdImagePtr img = gdImageCreateTrueColor(30, 10);
	void *png = gdImagePngPtr(img, &n);

	ck_assert(bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(fd, 16) == 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	port = ntohs(at.sin_port);
	server = fork();
	if (server == 0) {
		FILE *log = fopen(path_of("requests"), "w");

		signal(SIGPIPE, SIG_IGN);
		for (;;) {
			int c = accept(fd, NULL, NULL);

			fputs("request\n", log);
			fflush(log);
			serve(c, png, (size_t)n);
			close(c);
		}
	}
	close(fd);
	gdFree(png);
	gdImageDestroy(img);
}

static size_t
requests(void)
{
	FILE *f = fopen(path_of("requests"), "r");
	char line[100];
	size_t n = 0;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		n++;
	if (f != NULL)
		fclose(f);
	return n;
}

static bool
only_loopback_1(const struct sockaddr *sa)
{
	return sa->sa_family == AF_INET
	       && ((const struct sockaddr_in *)(const void *)sa)->sin_addr.s_addr == htonl(INADDR_LOOPBACK);
}

static struct import
fetch_table(const char *name, const char *const *paths, size_t n, public_allowed_fn *allowed)
{
	struct str table = STR("Handle,Title,Price,Image Src\n");
	struct import im = importer();

	for (size_t i = 0; i < n; i++)
		table = str_fmt(&a, "%.*s%s-%zu,F,5,%s%s\n", STR_ARG(table), name, i,
		    paths[i][0] == '/' ? str_fmt(&a, "http://127.0.0.1:%d", port).p : "", paths[i]);
	write_text(path_of("table.csv"), str_zdup(&a, table));
	im.products = path_of("table.csv");
	im.images = path_of(name);
	im.fetch = true;
	im.fetch_allowed = allowed;
	run(&im);
	return im;
}

static void
begin(const char *name)
{
	prepare();
	ck_assert_int_eq(mkdir(path_of(name), 0755), 0);
	start_server();
}

static void
end(void)
{
	kill(server, SIGKILL);
}

START_TEST(fetch_stores_pictures_once_and_goes_on_where_it_was)
{
	static const char *const paths[] = {"/good.png?v=1", "/good.png?v=2", "/moved.png", "/good.png?v=1"};
	struct import im;

	begin("fetch-a");
	im = fetch_table("fetch-a", paths, 1, only_loopback_1);
	ck_assert_uint_eq(im.n.pictures_fetched, 1);
	im = fetch_table("fetch-a", paths, 4, only_loopback_1); /* as after an interruption */
	ck_assert_uint_eq(im.n.pictures_fetched, 2);
	ck_assert_uint_eq(requests(), 4);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM product_image i JOIN product p ON p.id = i.product_id"
				" WHERE handle LIKE 'fetch-a-%%' AND w = 30"),
	    4);
	im = fetch_table("fetch-a", paths, 4, only_loopback_1);
	ck_assert_uint_eq(import_changes(&im), 0);
	ck_assert_uint_eq(requests(), 4);
	im = importer();
	im.products = path_of("table.csv");
	im.images = path_of("fetch-a");
	run(&im); /* without --fetch */
	ck_assert_uint_eq(import_changes(&im), 0);
	end();
}
END_TEST

START_TEST(fetch_refuses_what_is_no_picture_of_the_web)
{
	static const struct {
		const char *path, *why;
	} bad[] = {{"/inside.png", "not a public address"}, {"/file.png", "rotocol"}, {"/round", "redirects"},
	    {"/page", "the server sends no picture"}, {"/fake", "not a GIF, PNG, JPEG or WebP"},
	    {"/gone.png", "answers 404"}, {"/flood", "larger than 32 MiB"},
	    {"http://127.0.0.2/a.png", "not a public address"}, {"http://user:secret@127.0.0.1/a.png", "Login denied"},
	    {"http://[::1]/a.png", "not a public address"}};

	begin("fetch-b");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct import im = fetch_table("fetch-b", &bad[i].path, 1, only_loopback_1);

		ck_assert_uint_eq(im.n.pictures_fetched, 0);
		ck_assert_uint_eq(im.n.rows_refused, 0);
		ck_assert_msg(strstr(report, bad[i].why) != NULL, "%s: %s", bad[i].path, report);
	}
	end();
}
END_TEST

/* The real rule, with a server of this host: nothing may reach it. */
START_TEST(fetch_never_reaches_servers_of_the_own_network)
{
	static const char *const paths[] = {"/good.png", "http://localhost/good.png", "http://0.0.0.0/good.png",
	    "http://2130706433/good.png", "http://[::ffff:127.0.0.1]/good.png", "//127.0.0.1/good.png"};
	struct import im;

	begin("fetch-c");
	im = fetch_table("fetch-c", paths, ARRAY_LEN(paths), NULL);
	ck_assert_uint_eq(im.n.pictures_fetched, 0);
	ck_assert_uint_eq(im.n.pictures_remote, ARRAY_LEN(paths));
	ck_assert_uint_eq(requests(), 0);
	end();
}
END_TEST

START_TEST(fetch_gives_up_a_server_that_fails)
{
	static const char *const paths[] = {"/busy/1.png", "/busy/2.png", "/busy/3.png", "/busy/4.png", "/busy/5.png"};
	struct import im;

	begin("fetch-d");
	im = fetch_table("fetch-d", paths, ARRAY_LEN(paths), only_loopback_1);
	ck_assert_uint_eq(requests(), 3);
	ck_assert_uint_eq(im.n.pictures_remote, 5);
	ck_assert_ptr_nonnull(strstr(report, "its server failed several times"));
	end();
}
END_TEST

static bool
public_at(const char *ip, int at)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)at)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)at)};

	if (inet_pton(AF_INET, ip, &in.sin_addr) == 1)
		return public_web((struct sockaddr *)&in);
	ck_assert_int_eq(inet_pton(AF_INET6, ip, &in6.sin6_addr), 1);
	return public_web((struct sockaddr *)&in6);
}

START_TEST(fetch_knows_the_addresses_that_are_not_public)
{
	static const char *const private[] = {"0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1",
	    "127.255.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1",
	    "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1", "240.0.0.1",
	    "255.255.255.255", "::", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "fc00::1", "fd12::1", "fe80::1",
	    "ff02::1", "2001:db8::1", "2001::1", "2002:a00:1::1", "3fff::1"},
				 *const public[] = {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255",
				     "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.167.0.1", "198.17.0.1",
				     "223.255.255.255", "2606:4700::1111", "2a00:1450::1"};

	for (size_t i = 0; i < ARRAY_LEN(private); i++)
		ck_assert_msg(!public_at(private[i], 443), "%s", private[i]);
	for (size_t i = 0; i < ARRAY_LEN(public); i++)
		ck_assert_msg(public_at(public[i], 443), "%s", public[i]);
	ck_assert(public_at("1.1.1.1", 80) && !public_at("1.1.1.1", 22) && !public_at("1.1.1.1", 3306));
}
END_TEST

INTEG_MAIN("import_fetch", false, fetch_stores_pictures_once_and_goes_on_where_it_was,
    fetch_refuses_what_is_no_picture_of_the_web, fetch_never_reaches_servers_of_the_own_network,
    fetch_gives_up_a_server_that_fails, fetch_knows_the_addresses_that_are_not_public)
