#include "view/format.h"
#include "view/jsonld_impl.h"

#define OFFERS_MAX 20 /* a mail of many lines must stay small */

/* The flag of the order's state, and what schema.org calls it. */
static const struct {
	uint16_t flag;
	const char *status;
} states[] = {
    {N_awaiting_payment, "OrderPaymentDue"},
    {N_in_work, "OrderProcessing"},
    {N_set_aside, "OrderProcessing"},
    {N_preparing, "OrderProcessing"},
    {N_sent, "OrderInTransit"},
    {N_ready, "OrderPickupAvailable"},
    {N_delivered, "OrderDelivered"},
    {N_collected, "OrderDelivered"},
    {N_provided, "OrderDelivered"},
    {N_cancelled, "OrderCancelled"},
    {N_expired, "OrderCancelled"},
};

static void
jsonld_put_money(struct jsonld_writer *w, const struct view *amount)
{
	struct buf plain;

	if (amount == NULL)
		return;
	buf_init(&plain, w->a, 64);
	format_money_plain(&plain, (struct money){amount->u.i, amount->cur});
	jsonld_put_text(w, ",\"price\":", buf_str(&plain));
	jsonld_put_text(w, ",\"priceCurrency\":", str_z(currency_code(amount->cur)));
}

static void
put_offer(struct jsonld_writer *w, const struct view *line)
{
	const struct view *quantity = view_get(line, N_quantity);

	buf_put(&w->b, STR("{\"@type\":\"Offer\",\"itemOffered\":{\"@type\":\"Product\""));
	jsonld_put_text(w, ",\"name\":", view_text(view_get(line, N_name)));
	jsonld_put_text(w, ",\"sku\":", view_text(view_get(line, N_sku)));
	buf_ch(&w->b, '}');
	jsonld_put_money(w, view_path(line, N_price, N_now));
	if (quantity != NULL) {
		buf_put(&w->b, STR(",\"eligibleQuantity\":{\"@type\":\"QuantitativeValue\",\"value\":"));
		buf_i64(&w->b, quantity->u.i);
		buf_ch(&w->b, '}');
	}
	buf_ch(&w->b, '}');
}

struct str
jsonld_order(struct arena *a, const struct urls *urls, struct str merchant, const struct view *order)
{
	const struct view *lines = view_get(order, N_lines), *placed = view_get(order, N_placed);
	struct jsonld_writer w;
	struct buf date;

	jsonld_begin(&w, a, urls);
	buf_put(&w.b, STR("{\"@type\":\"Order\""));
	jsonld_put_text(&w, ",\"merchant\":{\"@type\":\"Organization\",\"name\":", merchant);
	buf_ch(&w.b, '}');
	jsonld_put_text(&w, ",\"orderNumber\":", view_text(view_get(order, N_number)));
	if (placed != NULL) {
		buf_init(&date, a, 64);
		format_date_iso(&date, placed->u.i);
		jsonld_put_text(&w, ",\"orderDate\":", buf_str(&date));
	}
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (view_truth(view_path(order, N_state, states[i].flag)))
			jsonld_put_text(&w, ",\"orderStatus\":",
			    str_fmt(a, "https://schema.org/%s", states[i].status));
	jsonld_put_money(&w, view_path(order, N_totals, N_total));
	buf_put(&w.b, STR(",\"acceptedOffer\":["));
	for (size_t i = 0; i < view_count(lines) && i < OFFERS_MAX; i++) {
		if (i > 0)
			buf_ch(&w.b, ',');
		put_offer(&w, view_at(lines, i));
	}
	buf_ch(&w.b, ']');
	jsonld_put_url(&w, ",\"url\":", view_text(view_get(order, N_url)));
	buf_ch(&w.b, '}');
	return jsonld_end(&w);
}
