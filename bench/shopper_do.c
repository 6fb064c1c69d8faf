#include "shopper.h"

#include <stdio.h>
#include <string.h>

#define NURAND_A 511 /* TPC-W's for 10,000 items: a skewed distribution */
#define TRIES 20

const struct shopper_row shopper_rows[SHOPPER_KINDS] = {
#define INTERACTION(id, name, follows, b, s, o) {name, SHOPPER_##follows, {b, s, o}},
    SHOPPER_INTERACTIONS(INTERACTION)
#undef INTERACTION
};

bool
shopper_next(enum interaction of, enum mix mix, enum interaction *next, double *chance)
{
	for (int i = 0; i < SHOPPER_KINDS; i++)
		if (i != (int)of && shopper_rows[i].follows == of) {
			*next = (enum interaction)i;
			*chance = (double)shopper_rows[i].share[mix] / shopper_rows[of].share[mix];
			return true;
		}
	return false;
}

enum interaction
shopper_draw(enum mix mix, struct draw *d)
{
	unsigned sum = 0;
	size_t x;

	for (unsigned i = 0; i < SHOPPER_KINDS; i++)
		if (shopper_rows[i].follows == i)
			sum += shopper_rows[i].share[mix];
	x = draw_below(d, sum);
	for (unsigned i = 0; i < SHOPPER_KINDS; i++) {
		if (shopper_rows[i].follows != i)
			continue;
		if (x < shopper_rows[i].share[mix])
			return (enum interaction)i;
		x -= shopper_rows[i].share[mix];
	}
	return SHOPPER_HOME;
}

static const char *
any(struct shopper *s, char **of, size_t n)
{
	return of[draw_below(&s->v.draw, n)];
}

static enum outcome
outcome(struct shopper *s, bool came)
{
	if (came && s->v.http.status == 200)
		return SHOPPER_DONE;
	return came && s->v.http.status == 409 ? SHOPPER_REFUSED : SHOPPER_FAILED;
}

static enum outcome
get(struct shopper *s, const char *target)
{
	return outcome(s, visitor_get(&s->v, target));
}

static enum outcome
submit(struct shopper *s, const char *end, const struct form_value *values)
{
	return outcome(s, visitor_submit(&s->v, end, values));
}

static enum outcome
list(struct shopper *s, const char *sort)
{
	char target[FORM_ACTION_B];

	snprintf(target, sizeof(target), "%s%s", any(s, s->world->category, s->world->category_n), sort);
	return get(s, target);
}

static enum outcome
product(struct shopper *s)
{
	size_t n = s->world->product_n;

	if (draw_below(&s->v.draw, 2) == 0 || !visitor_link(&s->v, "/en/p/", s->product, sizeof(s->product)))
		snprintf(s->product, sizeof(s->product), "%s",
		    s->world->product[(draw_below(&s->v.draw, NURAND_A + 1) | draw_below(&s->v.draw, n)) % n]);
	return get(s, s->product);
}

static enum outcome
results(struct shopper *s)
{
	const struct form_value q[] = {{"q", any(s, s->world->word, s->world->word_n)}, {NULL, NULL}};
	struct form form;
	char target[FORM_ACTION_B];

	if (!form_fill(&form, s->v.html, "/search", q))
		return SHOPPER_FAILED;
	if (snprintf(target, sizeof(target), "%s?%.*s", form.action, (int)form.body_n, form.body)
	    >= (int)sizeof(target))
		return SHOPPER_FAILED;
	return get(s, target);
}

/* Adds the last seen product to the cart, or another when it is sold out. */
static enum outcome
add(struct shopper *s)
{
	static const struct form_value one[] = {{"quantity", "1"}, {NULL, NULL}};
	enum outcome o;

	for (int i = 0; i < TRIES; i++) {
		if (strcmp(s->v.target, s->product) != 0 || s->product[0] == '\0') {
			o = s->product[0] == '\0' ? product(s) : get(s, s->product);
			if (o != SHOPPER_DONE)
				return o;
		}
		o = submit(s, "/cart/add", one);
		if (s->v.http.status == 200)
			s->cart = true;
		if (s->v.http.status != 0)
			return o;
		s->product[0] = '\0';
	}
	return SHOPPER_FAILED;
}

/* In three of ten cases views and changes the cart, else adds to it. */
static enum outcome
cart(struct shopper *s)
{
	static const struct form_value two[] = {{"quantity", "2"}, {"act", "set"}, {NULL, NULL}};
	enum outcome o;

	if (!s->cart || draw_below(&s->v.draw, 10) >= 3)
		return add(s);
	o = get(s, "/en/cart");
	return o == SHOPPER_DONE ? submit(s, "/cart/update", two) : o;
}

static enum outcome
enrol(struct shopper *s)
{
	static const struct form_value who[] = {{"email", "visitor@example.org"}, {"name", "Ada Visitor"},
	    {"street", "Long Lane 1"}, {"postcode", "20457"}, {"city", "Hamburg"}, {"country", "DE"}, {NULL, NULL}};
	enum outcome o = SHOPPER_DONE;

	if (!s->cart)
		o = add(s);
	if (o == SHOPPER_DONE)
		o = get(s, "/en/checkout/address");
	return o == SHOPPER_DONE ? submit(s, "/checkout/address", who) : o;
}

/* A checkout step. When goods sold out meanwhile, the answer is the cart page, which lacks the form. */
static enum outcome
step(struct shopper *s, const char *end, const struct form_value *values)
{
	return strcmp(s->v.target, "/en/cart") == 0 ? SHOPPER_REFUSED : submit(s, end, values);
}

static enum outcome
buy(struct shopper *s)
{
	static const struct form_value delivery[] = {{"delivery", "standard"}, {NULL, NULL}};
	static const struct form_value payment[] = {{"payment", "transfer"}, {NULL, NULL}};
	/* Digital goods have no delivery step. */
	enum outcome o = strcmp(s->v.target, "/en/checkout/payment") == 0 ? SHOPPER_DONE
									  : step(s, "/checkout/delivery", delivery);

	return o == SHOPPER_DONE ? step(s, "/checkout/payment", payment) : o;
}

static enum outcome
confirm(struct shopper *s)
{
	static const struct form_value terms[] = {{"terms", "on"}, {NULL, NULL}};
	enum outcome o = step(s, "/checkout/place", terms);

	if (o != SHOPPER_DONE)
		return o;
	if (strstr(s->v.target, "/order/") == NULL)
		return SHOPPER_FAILED;
	snprintf(s->order, sizeof(s->order), "%s", s->v.target);
	s->cart = false;
	s->orders++;
	return SHOPPER_DONE;
}

enum outcome
shopper_do(struct shopper *s, enum interaction what)
{
	switch (what) {
	case SHOPPER_NEW: return list(s, "");
	case SHOPPER_BEST: return list(s, "?sort=price");
	case SHOPPER_PRODUCT: return product(s);
	case SHOPPER_SEARCH: return get(s, "/en/search");
	case SHOPPER_RESULTS: return results(s);
	case SHOPPER_CART: return cart(s);
	case SHOPPER_REGISTER: return enrol(s);
	case SHOPPER_BUY: return buy(s);
	case SHOPPER_CONFIRM: return confirm(s);
	case SHOPPER_INQUIRY: return get(s, "/en/info/contact");
	case SHOPPER_DISPLAY:
		if (s->order[0] != '\0')
			return get(s, s->order);
		/* fall through */
	default: return get(s, "/en/");
	}
}

void
shopper_leave(struct shopper *s)
{
	visitor_forget(&s->v);
	s->product[0] = s->order[0] = '\0';
	s->cart = false;
	s->sessions++;
}
