#include <stdio.h>
#include <string.h>

#include "serve/addr.h"
#include "serve/app.h"
#include "serve/guard.h"
#include "serve/response.h"
#include "serve/trace.h"
#include "serve/visitor.h"
#include "unit.h"
#include "web/fields.h"
#include "web/site.h"

static struct arena a;
static struct err e;

static void
fresh(void)
{
	arena_fini(&a);
	arena_init(&a, 4 << 20);
	err_clear(&e);
}

START_TEST(target_is_cut_at_the_path_of_the_site)
{
	struct str path, query;

	ck_assert(route_target(STR("/shop/en/?q=1?2"), STR("/shop"), &path, &query));
	ck_str(path, "/en/");
	ck_str(query, "q=1?2");
	ck_assert(route_target(STR("/shop"), STR("/shop"), &path, &query));
	ck_str(path, "/");
	ck_assert(route_target(STR("/shop?a"), STR("/shop"), &path, &query));
	ck_str(query, "a");
	ck_assert(route_target(STR("http://host/en/p/x"), STR(""), &path, &query));
	ck_str(path, "/en/p/x");
	ck_assert(route_target(STR("http://host"), STR(""), &path, &query));
	ck_str(path, "/");
	ck_assert(!route_target(STR("/shopping/en/"), STR("/shop"), &path, &query));
	ck_assert(!route_target(STR("/other"), STR("/shop"), &path, &query));
	ck_assert(!route_target(STR("*"), STR(""), &path, &query));
	ck_assert(!route_target(STR(""), STR(""), &path, &query));
}
END_TEST

START_TEST(route_is_found_by_method_and_path)
{
	struct route_match m;

	fresh();
	ck_ok(route_find(&web_site.routes, &a, STR("GET"), STR("/healthz"), &m, &e), &e);
	ck_assert_str_eq(m.route->name, "healthz");
	ck_ok(route_find(&web_site.routes, &a, STR("HEAD"), STR("/healthz"), &m, &e), &e);
	ck_assert(!route_find(&web_site.routes, &a, STR("POST"), STR("/healthz"), &m, &e));
	ck_assert_int_eq(e.kind, ERR_METHOD);
	ck_assert_str_eq(m.allow, "GET, HEAD");
	fresh();
	ck_assert(!route_find(&web_site.routes, &a, STR("BREW"), STR("/healthz"), &m, &e));
	ck_assert_int_eq(e.kind, ERR_METHOD);
}
END_TEST

START_TEST(route_refuses_odd_paths)
{
	static const char *const bad[] = {"", "x", "/nosuch", "//healthz", "/healthz//", "/./healthz", "/healthz/..",
	    "/healthz%2F", "/%68ealthz", "/healthz.json", "/healthz;x"};
	struct route_match m;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		fresh();
		ck_assert_msg(!route_find(&web_site.routes, &a, STR("GET"), str_z(bad[i]), &m, &e), "%s", bad[i]);
		ck_assert_int_eq(e.kind, ERR_NOT_FOUND);
	}
}
END_TEST

START_TEST(secret_part_of_an_address_is_not_logged)
{
	ck_str(route_logged(&web_site.routes, STR("/en/order/abcdefghijklmnop.json")), "/en/order/");
	ck_str(route_logged(&web_site.routes, STR("/EN/Order/abcdefghijklmnop")), "/EN/Order/");
	ck_str(route_logged(&web_site.routes, STR("/en/cart")), "/en/cart");
	ck_str(route_logged(&web_site.routes, STR_NONE), "");
}
END_TEST

/* Another site: its table alone decides, and none of the storefront's pages is there. */
static bool
page_stock(const struct page_ctx *cx, struct view *page, struct err *err)
{
	(void)cx;
	view_int(page, N_count, 7);
	(void)err;
	return true;
}

static bool
form_refund(struct request *rq, struct view *page, struct view *me, struct err *err)
{
	(void)rq;
	(void)page;
	(void)me;
	return err_set(err, ERR_DENIED, "no refund");
}

START_TEST(another_site_has_its_own_routes_and_fields)
{
	static const struct route routes[] = {
	    SITE_ROUTE(PAGE, GET, stock, none, "/{lang}/stock", "stock", ROUTE_SITEMAP, 0, 0),
	    SITE_ROUTE(FORM, BOTH, refund, order, "/{lang}/orders/{slug}/refund", "refund", 0, 2000, LIMITED(place)),
	    SITE_ROUTE(TEXT, GET, help, info, "/{lang}/help", "help", 0, 0, 0),
	};
	static const struct field_rule rules[] = {{"amount", FIELD_INT, 1, 100, 0}, {"csrf", FIELD_WORD, 1, 128, 0}};
	const struct site office = {.routes = {routes, ARRAY_LEN(routes)}, .fields = {rules, ARRAY_LEN(rules)}};
	struct route_match m;
	struct fields f;
	struct form form;
	struct view *page;

	fresh();
	page = view_object(&a);
	ck_ok(route_find(&office.routes, &a, STR("GET"), STR("/en/stock.json"), &m, &e), &e);
	ck_assert(m.json && m.route->handler.page(NULL, page, &e));
	ck_assert_int_eq(view_get(page, N_count)->u.i, 7);
	ck_ok(route_find(&office.routes, &a, STR("POST"), STR("/de/orders/K-7/refund"), &m, &e), &e);
	ck_str(m.args.slug, "K-7");
	ck_assert(!m.route->handler.form(NULL, NULL, NULL, &e) && e.kind == ERR_DENIED);
	fresh();
	ck_ok(route_find(&office.routes, &a, STR("GET"), STR("/en/help"), &m, &e), &e);
	ck_assert(m.route->kind == ROUTE_KIND_TEXT && m.route->handler.page == NULL);
	ck_assert(!route_find(&office.routes, &a, STR("GET"), STR("/en/cart"), &m, &e));
	ck_assert_int_eq(e.kind, ERR_NOT_FOUND);
	fresh();
	form_init(&form, &form_limits_default);
	ck_ok(form_urlencoded(&a, STR("amount=12&q=tea"), &form, &e), &e);
	ck_ok(fields_read(&a, &office.fields, &form, &f, &e), &e);
	ck_assert_int_eq(field_int(&f, 0, 0), 12);
	ck_assert(!field_good(&f, 1));
}
END_TEST

static bool
fields(const char *query, struct fields *f)
{
	struct form form;

	fresh();
	form_init(&form, &form_limits_default);
	return form_urlencoded(&a, str_z(query), &form, &e) && fields_read(&a, &web_site.fields, &form, f, &e);
}

START_TEST(fields_are_typed_and_unknown_ones_ignored)
{
	struct fields f;

	ck_ok(fields("v=42&q=+tea+&utm_source=x&sort=&terms=on", &f), &e);
	ck_assert_int_eq(field_int(&f, F_v, 0), 42);
	ck_str(field_text(&f, F_q), "tea");
	ck_assert(!field_good(&f, F_sort));
	ck_assert(field_good(&f, F_terms));
	ck_assert_int_eq(field_int(&f, F_variant, -1), -1);
}
END_TEST

START_TEST(fields_refuse_a_wrong_value_unless_the_handler_keeps_it)
{
	struct fields f;

	ck_assert(!fields("v=4x", &f));
	ck_assert_int_eq(e.kind, ERR_INPUT);
	ck_assert(!fields("v=0", &f));
	ck_assert(!fields("v=1&v=2", &f));
	ck_assert(!fields("option1=two%0Alines", &f));
	ck_ok(fields("email=nobody&quantity=-1&country=DEU", &f), &e);
	ck_assert_int_eq(field_get(&f, F_email)->state, FIELD_INVALID);
	ck_str(field_get(&f, F_email)->typed, "nobody");
	ck_assert_int_eq(field_get(&f, F_quantity)->state, FIELD_INVALID);
	ck_assert_int_eq(field_get(&f, F_country)->state, FIELD_TOO_LONG);
	ck_str(field_text(&f, F_email), "");
}
END_TEST

/* The kind of a field in fields.def decides how it is cleaned. */
START_TEST(fields_are_cleaned_before_they_are_judged)
{
	static const struct {
		unsigned id;
		const char *query, *want;
	} all[] = {{F_postcode, "postcode=%EF%BC%91%EF%BC%90%EF%BC%90%E3%83%BC0001", "100-0001"},
	    {F_billing_postcode, "billing_postcode=%D9%A1%D9%A2%D9%A3", "123"},
	    {F_phone, "phone=%E2%80%AA040%E2%80%AC", "040"}, {F_phone, "phone=ask+me", "ask me"},
	    {F_email, "email=ada%40example.org%E2%80%8B", "ada@example.org"}, {F_name, "name=Zoe%CC%88%0B", "Zo\u00eb"},
	    {F_street, "street=a%00b", "ab"}, {F_q, "q=%EF%BC%B4ea%1b", "Tea"},
	    {F_message, "message=one%0D%0Atwo%0Bthree%08", "one\ntwo\nthree"}, {F_quantity, "quantity=%EF%BC%92", "2"},
	    {F_country, "country=DE%E2%80%8B", "DE"}, {F_option1, "option1=a%C2%ADb", "a\u00adb"}};
	struct fields f;

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		ck_ok(fields(all[i].query, &f), &e);
		ck_assert_msg(field_good(&f, all[i].id), "%s", all[i].query);
		ck_str(field_text(&f, all[i].id), all[i].want);
	}
}
END_TEST

/* A message of so many characters, of which some are line ends. */
static enum field_state
message(int n, int line_ends)
{
	static char query[8192];
	size_t at = (size_t)snprintf(query, sizeof(query), "message=");
	struct fields f;

	for (int i = 0; i < n; i++)
		at += (size_t)snprintf(query + at, sizeof(query) - at, "%s", i > 0 && i <= line_ends ? "%0D%0A" : "x");
	ck_ok(fields(query, &f), &e);
	return field_get(&f, F_message)->state;
}

START_TEST(a_message_is_counted_as_the_browser_counts_it)
{
	for (int line_ends = 0; line_ends < 1000; line_ends += 111) {
		ck_assert_int_eq(message(1000, line_ends), FIELD_GOOD);
		ck_assert_int_eq(message(1001, line_ends), FIELD_TOO_LONG);
	}
}
END_TEST

START_TEST(fields_know_a_mail_address)
{
	static const struct {
		const char *text;
		bool good;
	} all[] = {{"a@b.example", true}, {"a%2Bb@mail.b.example", true}, {"%C3%BC@b.example", false}, {"a@b", false},
	    {"@b.example", false}, {"a@b@c.example", false}, {"a@.example", false}, {"a@b.example.", true},
	    {"a@b%C3%BC.example", true}, {"a b@c.example", false}, {"a@b..example", false},
	    {"a@b.example,c@d.example", false}};
	struct fields f;

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		char query[80];

		snprintf(query, sizeof(query), "email=%s", all[i].text);
		ck_ok(fields(query, &f), &e);
		ck_assert_msg(field_good(&f, F_email) == all[i].good, "%s", all[i].text);
	}
}
END_TEST

static struct str
head_of(struct response *r, const char *if_none_match, bool *send_body)
{
	static const struct response_origin origin = {.https = true};
	struct str head;

	ck_ok(response_head(
		  r, &a, &origin, "0123456789abcdef0123456789abcdef", str_z(if_none_match), &head, send_body, &e),
	    &e);
	return head;
}

START_TEST(shared_page_is_304_for_a_matching_etag)
{
	struct response r;
	struct str head, etag;
	char gzip[64];
	bool send_body;

	fresh();
	response_init(&r, &a);
	r.cache = RESPONSE_SHARED;
	r.body = STR("page");
	head = head_of(&r, "", &send_body);
	ck_assert(send_body);
	ck_assert(str_starts(head, STR("Status: 200 OK\r\n")));
	etag = response_etag(&a, r.body);
	ck_assert(str_find(head, etag) > 0);
	head = head_of(&r, etag.p, &send_body);
	ck_assert(!send_body);
	ck_assert(str_starts(head, STR("Status: 304 Not Modified\r\n")));
	ck_assert(str_find(head, STR("Content-Length")) < 0);
	snprintf(gzip, sizeof(gzip), "\"other\", %.*s-gzip\"", (int)etag.n - 1, etag.p);
	head_of(&r, gzip, &send_body);
	ck_assert(!send_body);
	head_of(&r, "W/\"other\"", &send_body);
	ck_assert(send_body);
	r.body = STR("another page");
	head_of(&r, etag.p, &send_body);
	ck_assert(send_body);
}
END_TEST

START_TEST(header_value_with_a_line_end_makes_no_answer)
{
	static const struct response_origin origin = {.https = false};
	struct response r;
	struct str head;
	bool send_body;

	fresh();
	response_init(&r, &a);
	response_redirect(&r, 303, STR("/x\r\nSet-Cookie: y=z"));
	ck_assert(!response_head(&r, &a, &origin, "id", STR_NONE, &head, &send_body, &e));
	ck_assert_int_eq(e.kind, ERR_BUG);
}
END_TEST

START_TEST(cookie_is_bound_to_the_host_where_the_site_has_https)
{
	static const struct response_origin plain = {.https = false}, secure = {.https = true};
	struct response r;

	fresh();
	response_init(&r, &a);
	response_cookie(&r, &a, &secure, STR("kontor"), STR("v"), 60);
	ck_assert(
	    str_find(buf_str(&r.lines), STR("Set-Cookie: __Host-kontor=v; Path=/; HttpOnly; SameSite=Lax; Secure; "
					    "Max-Age=60\r\n"))
	    == 0);
	response_init(&r, &a);
	response_cookie(&r, &a, &plain, STR("kontor"), STR("v"), 0);
	ck_str(buf_str(&r.lines), "Set-Cookie: kontor=v; Path=/; HttpOnly; SameSite=Lax\r\n");
}
END_TEST

START_TEST(address_lies_in_networks_of_its_kind)
{
	struct str v[] = {STR_INIT("10.0.0.0/8"), STR_INIT("::1"), STR_INIT("2001:db8::/33"), STR_INIT("192.0.2.7")};
	struct conf_list nets = {ARRAY_LEN(v), v};

	ck_assert(addr_in(STR("10.255.0.1"), &nets));
	ck_assert(addr_in(STR("::ffff:10.1.1.1"), &nets));
	ck_assert(addr_in(STR("::1"), &nets));
	ck_assert(addr_in(STR("2001:db8:7fff::1"), &nets));
	ck_assert(addr_in(STR("192.0.2.7"), &nets));
	ck_assert(!addr_in(STR("192.0.2.8"), &nets));
	ck_assert(!addr_in(STR("2001:db8:8000::1"), &nets));
	ck_assert(!addr_in(STR("11.0.0.1"), &nets));
	ck_assert(!addr_in(STR(""), &nets));
	ck_assert(!addr_in(STR("10.0.0.1 "), &nets));
}
END_TEST

/* The client's address for a peer and its X-Forwarded-For; NULL: without. */
static struct str
client_of(const char *peer, const char *forwarded_for, bool doubled)
{
	static struct str v[] = {STR_INIT("10.0.0.0/8"), STR_INIT("2001:db8::1")};
	struct conf_list nets = {ARRAY_LEN(v), v};
	struct addr_way way = {str_z(peer), str_z(forwarded_for), doubled};

	return addr_client(&way, &nets);
}

START_TEST(client_address_is_trusted_only_from_known_proxies)
{
	ck_str(client_of("10.0.0.1", "6.6.6.6, 198.51.100.7, 10.0.0.2", false), "198.51.100.7");
	ck_str(client_of("2001:db8::1", "2001:db8::7", false), "2001:db8::7");
	ck_str(client_of("198.51.100.7", "6.6.6.6", false), "198.51.100.7");
	ck_str(client_of("198.51.100.7", "6.6.6.6", true), "198.51.100.7");
	ck_str(client_of("10.0.0.1", NULL, false), "10.0.0.1");
	ck_str(client_of("10.0.0.1", "10.0.0.2, 10.0.0.3", false), "10.0.0.2");
}
END_TEST

START_TEST(client_behind_an_unreadable_hop_is_unknown)
{
	static const char *const unreadable[] = {"unknown", "", " ", "198.51.100.7:1234", "[2001:db8::7]:80", "_hidden",
	    "198.51.100.7, ", "198.51.100.7,,10.0.0.2", "198.51.100.7 10.0.0.2", "198.51.100.7, unknown, 10.0.0.2"};

	for (size_t i = 0; i < ARRAY_LEN(unreadable); i++)
		ck_assert_msg(client_of("10.0.0.1", unreadable[i], false).n == 0, "\"%s\"", unreadable[i]);
	ck_assert_uint_eq(client_of("10.0.0.1", "198.51.100.7", true).n, 0);
	ck_assert_uint_eq(client_of("", "198.51.100.7", false).n, 0);
	/* the client itself wrote the first */
	ck_str(client_of("10.0.0.1", "unknown, 198.51.100.7", false), "198.51.100.7");
}
END_TEST

static bool
by(const char *fetch_site, const char *origin, const char *referer, const char *host)
{
	struct guard_source s = {str_z(fetch_site), str_z(origin), str_z(referer), str_z(host)};

	err_clear(&e);
	return guard_same_site(&s, STR("https://shop.example"), &e);
}

static bool
from(const char *fetch_site, const char *origin, const char *host)
{
	return by(fetch_site, origin, NULL, host);
}

START_TEST(form_is_taken_from_our_own_pages_only)
{
	ck_assert(from("same-origin", NULL, NULL));
	ck_assert(from(NULL, "https://shop.example", "internal:8080"));
	ck_assert(from(NULL, "https://localhost:8080", "localhost:8080"));
	ck_assert(from(NULL, "HTTPS://LOCALHOST", "localhost"));
	ck_assert(!from(NULL, "http://shop.example", "shop.example"));
	ck_assert(!from(NULL, "ftp://shop.example", "shop.example"));
	ck_assert(!from("cross-site", "https://shop.example", "shop.example"));
	ck_assert(!from("same-site", "https://shop.example", "shop.example"));
	ck_assert(!from("none", NULL, NULL));
	ck_assert(!from(NULL, "https://evil.example", "shop.example"));
	ck_assert(!from(NULL, "null", "shop.example"));
	ck_assert(!from(NULL, NULL, "shop.example"));
	ck_assert_int_eq(e.kind, ERR_DENIED);
}
END_TEST

START_TEST(form_of_a_text_browser_is_known_by_its_page)
{
	static const char *const ours[] = {"https://shop.example/en/p/tea", "https://shop.example/",
	    "https://shop.example", "https://SHOP.example?q=tea", "https://shop.example#top"};
	static const char *const foreign[] = {"https://evil.example/", "http://shop.example/en/",
	    "https://shop.example.evil/", "https://shop.example@evil/", "https://evil.example/https://shop.example/",
	    "shop.example/en/", "about:client", "https://shop.example:444/en/", "//shop.example/", "https://"};

	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		ck_assert_msg(by(NULL, NULL, ours[i], "shop.example"), "%s", ours[i]);
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++)
		ck_assert_msg(!by(NULL, NULL, foreign[i], "shop.example"), "%s", foreign[i]);
	ck_assert(by(NULL, NULL, "https://localhost:8080/en/", "localhost:8080"));
	ck_assert(!by(NULL, "https://evil.example", "https://shop.example/", "shop.example"));
	ck_assert(!by(NULL, "null", "https://shop.example/", "shop.example"));
	ck_assert(!by("cross-site", NULL, "https://shop.example/", "shop.example"));
}
END_TEST

#define TOKEN_A "AAAAAAAAAAAAAAAAAAAAAA"
#define TOKEN_B "BBBBBBBBBBBBBBBBBBBBBA"

START_TEST(each_shop_has_a_cookie_of_its_own)
{
	static const char *const shops[] = {
	    "http://host:8080", "http://host:8081", "http://host", "http://host/a", "http://host/b", "http://other"};
	struct cookie_names names, first;
	struct cookie_tokens tokens;

	fresh();
	first = cookie_names(&a, "kontor", str_z(shops[0]), false);
	for (size_t i = 1; i < ARRAY_LEN(shops); i++) {
		names = cookie_names(&a, "kontor", str_z(shops[i]), false);
		ck_assert_msg(!str_eq(names.sent, first.sent), "%s", shops[i]);
		tokens = cookie_tokens(
		    &names, str_fmt(&a, "%.*s=" TOKEN_A "; %.*s=" TOKEN_B, STR_ARG(first.sent), STR_ARG(names.sent)));
		ck_assert_uint_eq(tokens.n, 1);
		ck_str(tokens.v[0], TOKEN_B);
	}
	ck_str(cookie_names(&a, "kontor", STR("http://HOST:8080/"), false).sent, str_dup(&a, first.sent).p);
	names = cookie_names(&a, "kontor", STR("https://host:8080"), true);
	ck_assert(str_starts(names.sent, STR("__Host-kontor-")) && str_starts(names.own, STR("kontor-")));
	ck_str(names.former, "__Host-kontor");
	ck_assert_uint_eq(cookie_tokens(&names, STR("__Host-kontor=" TOKEN_A)).n, 1);
}
END_TEST

/* The session of TOKEN_B, and of any other token that ends in C. */
static bool
load_known(struct request *rq, bool copy, struct err *err)
{
	static char sessions[2];

	(void)copy;
	(void)err;
	if (str_eq_z(rq->session_token, TOKEN_B) || str_ends(rq->session_token, STR("CA")))
		rq->session = (void *)&sessions[str_eq_z(rq->session_token, TOKEN_B)];
	return true;
}

static const char *
session_of(const char *cookies)
{
	static const struct site_session policy = {.cookie = "kontor", .load = load_known};
	static const struct site site = {.session = &policy};
	static struct app app;
	struct request rq = {.a = &a, .app = &app};

	fresh();
	app.site = &site;
	app.session_cookie = (struct cookie_names){STR("k-1"), STR("k-1"), STR("k")};
	rq.session_tokens = cookie_tokens(&app.session_cookie, str_z(cookies));
	ck_ok(visitor_load(&rq, false, &e), &e);
	return rq.session == NULL ? "" : str_dup(&a, rq.session_token).p;
}

START_TEST(a_stale_cookie_hides_no_session)
{
	static const char *const good[] = {"k-1=" TOKEN_B, "k-1=stale; k-1=" TOKEN_B, "k-1=" TOKEN_B "; k-1=stale",
	    "k-1=" TOKEN_A "; k-1=" TOKEN_B, "k-1=" TOKEN_B "; k-1=" TOKEN_A, "k-1=; k-1=" TOKEN_B,
	    "k-1=" TOKEN_B "; k-1=" TOKEN_B, "k-1=a; k-1=b; k-1=c; k-1=d; k-1=e; k-1=" TOKEN_B, "k=" TOKEN_B,
	    "k=" TOKEN_A "; k-1=" TOKEN_B, "k-1=stale; k=" TOKEN_B, "k-1=\"x\"; k-1=" TOKEN_B};

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		ck_assert_msg(strcmp(session_of(good[i]), TOKEN_B) == 0, "%s", good[i]);
	ck_assert_str_eq(session_of("k-1=" TOKEN_A), "");
	ck_assert_str_eq(session_of("k-1=" TOKEN_B "; k-1=CCCCCCCCCCCCCCCCCCCCCA"), ""); /* one may be planted */
	ck_assert_str_eq(session_of(""), "");
}
END_TEST

START_TEST(token_of_the_form_must_be_the_sessions)
{
	err_clear(&e);
	ck_assert(guard_token(STR("abc"), STR("abc"), &e));
	ck_assert(!guard_token(STR("abd"), STR("abc"), &e));
	ck_assert(!guard_token(STR("ab"), STR("abc"), &e));
	ck_assert(!guard_token(STR(""), STR(""), &e));
}
END_TEST

static const char *
note_of(const char *traceparent, const char *unique_id, const char *port)
{
	static char note[LOG_NOTE_SIZE];
	struct trace_source source = {str_z(traceparent), str_z(unique_id), str_z(port), 1764460000};

	trace_note(&source, note);
	return note;
}

START_TEST(numbers_of_others_are_noted_if_they_are_valid)
{
	ck_assert_str_eq(
	    note_of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "aSuCYH8AAAEAAB2lFZMAAAAA", "4711"),
	    " trace=0af7651916cd43dd8448eb211c80319c web=aSuCYH8AAAEAAB2lFZMAAAAA");
	ck_assert_str_eq(note_of(NULL, NULL, "4711"), " web=1764460000-4711");
	ck_assert_str_eq(note_of("00-00000000000000000000000000000000-b7ad6b7169203331-01", "a b=c", "0"), "");
	ck_assert_str_eq(note_of("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", "", NULL), "");
	ck_assert_str_eq(note_of("0af7651916cd43dd8448eb211c80319c", NULL, "x"), "");
}
END_TEST

UNIT_MAIN("web", target_is_cut_at_the_path_of_the_site, route_is_found_by_method_and_path, route_refuses_odd_paths,
    secret_part_of_an_address_is_not_logged, another_site_has_its_own_routes_and_fields,
    fields_are_typed_and_unknown_ones_ignored, fields_refuse_a_wrong_value_unless_the_handler_keeps_it,
    fields_know_a_mail_address, fields_are_cleaned_before_they_are_judged,
    a_message_is_counted_as_the_browser_counts_it, each_shop_has_a_cookie_of_its_own, a_stale_cookie_hides_no_session,
    form_of_a_text_browser_is_known_by_its_page, shared_page_is_304_for_a_matching_etag,
    header_value_with_a_line_end_makes_no_answer, cookie_is_bound_to_the_host_where_the_site_has_https,
    address_lies_in_networks_of_its_kind, client_address_is_trusted_only_from_known_proxies,
    client_behind_an_unreadable_hop_is_unknown, form_is_taken_from_our_own_pages_only,
    token_of_the_form_must_be_the_sessions, numbers_of_others_are_noted_if_they_are_valid)
