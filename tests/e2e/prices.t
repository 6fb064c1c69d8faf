#!/usr/bin/env node
// Prices over time: what is struck out, sales that begin and end by the clock on pages, in carts and in orders, and the
// commands that plan them.
'use strict';
const assert = require('assert');
const { Buyer } = require('./buyer.js');
const { Shop } = require('./shop.js');
const { until } = require('./stack.js');
const { parse } = require('./schema.js');
const { test, run } = require('./tap.js');

const servers = ['lighttpd', 'apache'];
const BOUND_S = 2; // after which no page shows a sale that has ended (kontor.1)
let s;

function price(status, ...args) {
	const r = s.kontor('price', ...args);
	assert.strictEqual(r.status, status, `price ${args.join(' ')}: ${r.stdout}${r.stderr}`);
	return r.stdout + r.stderr;
}
const plan = (...args) => parse('price-schedule', price(0, 'schedule', ...args, '--json'));
const now = () => s.number('SELECT UNIX_TIMESTAMP()');
const passed = (t) => until(`the database's clock shows ${t}`, () => now() >= t);
const variant = (handle) => s.number(`SELECT v.id FROM variant v JOIN product p ON p.id = v.product_id WHERE p.handle = '${handle}'`);
const epoch = (iso) => Date.parse(iso) / 1000;

// Goods that have cost as much for so many days.
async function sold(days, handle, euros) {
	await s.importGoods(`Of ${handle}`, { [handle]: { title: handle, price: euros, stock: 50 } });
	s.sql(`UPDATE price_history SET since_at = since_at - ${days} * 86400 WHERE variant_id = ${variant(handle)}`);
}

const page = (server, handle, ...rest) => new Buyer(s.origin(server)).get(`/en/p/${handle}`, ...rest);
// What a page says of the price: of the product, not of those beside it.
function said(text) {
	const at = text.slice(text.indexOf('class="buy-price"'));
	const own = at.slice(0, at.indexOf('</div>'));
	const one = (re) => (re.exec(own) || [])[1];
	return { now: one(/price-now">([^<]*)</), was: one(/price-was">([^<]*)</), percent: one(/price-off">([^<]*)</),
		rrp: one(/Recommended retail price: ([^<]*)</), lowest: one(/Lowest price of the 30 days before: ([^<]*)</) };
}
const ld = (text) => JSON.parse(/<script type="application\/ld\+json">([^]*?)<\/script>/.exec(text)[1])['@graph'][0].offers;

function checkBooks() {
	const r = s.kontor('verify');
	assert.strictEqual(r.status, 0, r.stdout);
}

test('a_reduction_strikes_the_lowest_price_of_the_thirty_days_before', async () => {
	await sold(40, 'struck', '10.00');
	const set = parse('price-set', price(0, 'set', 'struck', '8.01', '--json'));
	assert.deepStrictEqual([set.prices[0].before.amount, set.prices[0].price.amount], ['10.00', '8.01']);
	for (const server of servers) {
		const { text } = await page(server, 'struck');
		assert.deepStrictEqual(said(text), { now: '€8.01', was: '€10.00', percent: '−19%', rrp: undefined, lowest: '€10.00' });
		const offer = ld(text);
		assert.deepStrictEqual(offer.priceSpecification.map((p) => [p.priceType, p.price]),
			[[undefined, '8.01'], ['https://schema.org/StrikethroughPrice', '10.00']]);
	}
	checkBooks();
});

test('a_recommended_price_is_named_so_and_never_struck', async () => {
	await s.importGoods('Of rrp', { rrp: { title: 'rrp', price: '10.00', stock: 5 } });
	s.sql(`UPDATE variant SET compare_minor = 1500 WHERE id = ${variant('rrp')}`);
	const { text } = await page('lighttpd', 'rrp');
	assert.deepStrictEqual(said(text), { now: '€10.00', was: undefined, percent: undefined, rrp: '€15.00', lowest: undefined });
	assert.deepStrictEqual(ld(text).priceSpecification.map((p) => p.priceType), [undefined, 'https://schema.org/SRP']);
});

test('nothing_is_struck_where_the_prices_of_thirty_days_are_not_known', async () => {
	await sold(29, 'young', '10.00');
	price(0, 'set', 'young', '8.00');
	assert.deepStrictEqual(said((await page('lighttpd', 'young')).text).was, undefined);
});

test('a_sale_begins_and_ends_by_the_clock_on_pages_in_the_cart_and_in_the_order', async () => {
	await sold(40, 'clock', '10.00');
	const shown = async (server) => said((await page(server, 'clock')).text).now;
	for (let i = 0; i < 3; i++) // the page is kept by the workers
		for (const server of servers)
			assert.strictEqual(await shown(server), '€10.00');
	const sale = plan('By the clock', '-20%', '--handle', 'clock', '--from', '+3s', '--to', '+15s');
	assert.deepStrictEqual([sale.prices[0].sale.amount, sale.prices[0].struck.amount, sale.sale.state], ['8.00', '10.00', 'planned']);
	const b = new Buyer(s.origin('lighttpd'));
	await b.send('POST', '/en/cart/add', { body: `product=${variant('clock')}&quantity=1` });
	await passed(epoch(sale.sale.from) + BOUND_S);
	if (now() < epoch(sale.sale.to)) {
		for (const server of servers) {
			const { text } = await page(server, 'clock');
			if (now() < epoch(sale.sale.to)) {
				assert.deepStrictEqual([said(text).now, said(text).was, said(text).percent], ['€8.00', '€10.00', '−20%']);
				assert.strictEqual(Date.parse(ld(text).priceValidUntil), Date.parse(sale.sale.to));
			}
		}
		const cart = (await b.get('/en/cart')).text;
		if (now() < epoch(sale.sale.to))
			assert.match(cart, /The price was €10\.00 when you put it in/);
	}
	await passed(epoch(sale.sale.to) + BOUND_S);
	for (let i = 0; i < 6; i++)
		for (const server of servers) {
			assert.strictEqual(await shown(server), '€10.00');
			assert.doesNotMatch((await new Buyer(s.origin(server)).get('/en/c/of-clock')).text, /€8\.00/);
		}
	await b.checkout('en');
	await b.submit('/checkout/place', { terms: '1' });
	assert.strictEqual(s.number(`SELECT unit_minor FROM order_line WHERE variant_id = ${variant('clock')}`), 1000);
	assert.strictEqual(plan('show', 'By the clock').sale.state, 'over');
	checkBooks();
});

test('an_order_during_a_sale_pays_the_price_of_the_sale_and_lists_are_sorted_by_it', async () => {
	await sold(40, 'sorted', '10.00');
	plan('Sorted', '5.55', '--category', 'of-sorted', '--to', '+1h');
	const b = new Buyer(s.origin('apache'));
	await b.send('POST', '/en/cart/add', { body: `product=${variant('sorted')}&quantity=2` });
	await b.checkout('en');
	await b.submit('/checkout/place', { terms: '1' });
	assert.strictEqual(s.number(`SELECT unit_minor FROM order_line WHERE variant_id = ${variant('sorted')}`), 555);
	const listed = () => s.number(`SELECT DISTINCT l.price_minor FROM listing l JOIN variant v ON v.product_id = l.product_id
		WHERE v.id = ${variant('sorted')}`);
	assert.strictEqual(listed(), 555);
	// a change of its own price leaves the sale's, and an import goes on from there
	price(0, 'set', 'sorted', '9.00');
	assert.strictEqual(said((await page('apache', 'sorted')).text).now, '€5.55');
	const end = plan('end', 'Sorted');
	assert.deepStrictEqual([end.sale.state, end.prices[0].now.amount], ['over', '9.00']);
	assert.strictEqual(said((await page('apache', 'sorted')).text).now, '€9.00');
	assert.strictEqual(listed(), 900);
	assert.match(price(1, 'schedule', 'end', 'Sorted'), /is over/);
	checkBooks();
});

test('a_preview_says_what_would_happen_and_changes_nothing', async () => {
	await sold(40, 'first', '10.00');
	await sold(5, 'second', '10.00');
	await sold(40, 'penny', '0.01');
	plan('Summer', '7.00', '--handle', 'first', '--from', '+1h', '--to', '+2h');
	const args = ['Autumn', '-20%', '--handle', 'first', '--handle=second', '--handle', 'penny', '--from', '+1h', '--to', '+2h'];
	const p = plan(...args, '--dry-run');
	const of = (handle) => p.prices.find((x) => x.handle === handle);
	assert.deepStrictEqual([of('first').begins_at.amount, of('first').other_sale], ['7.00', 'Summer']);
	assert.strictEqual(of('second').struck, null);
	assert.strictEqual(of('second').lowest_30d, null);
	assert.deepStrictEqual(p.left_out.map((x) => [x.handle, x.why]), [['penny', 'it would cost nothing']]);
	assert.ok(p.notes.some((n) => /another sale/.test(n)) && p.notes.some((n) => /nothing is struck at 1/.test(n)));
	assert.ok(!parse('price-schedule-list', price(0, 'schedule', 'list', '--json')).sales.some((x) => x.name === 'Autumn'));
	assert.match(price(0, 'schedule', ...args), /left out: penny[^]*note: /);
	assert.match(price(1, 'schedule', ...args), /there is a sale "Autumn"/);
	// a second sale soon after one of the same price
	const soon = plan('Again', '7.00', '--handle', 'first', '--from', '+10d', '--to', '+11d', '--dry-run');
	assert.strictEqual(soon.prices[0].struck, null);
	assert.ok(soon.notes.some((n) => /as low/.test(n)));
});

test('clocks_that_change_are_said', async () => {
	process.env.TZ = 'Europe/Berlin';
	const year = new Date(now() * 1000).getUTCFullYear() + 1;
	const last = new Date(Date.UTC(year, 2, 31));
	last.setUTCDate(31 - last.getUTCDay());
	const day = last.toISOString().slice(0, 10);
	const far = plan('Spring', '-10%', '--handle', 'first', '--from', `${day} 02:30`, '--to', day, '--dry-run');
	delete process.env.TZ;
	assert.ok(far.notes.some((n) => /never show/.test(n)), far.notes.join());
});

test('wrong_usage_ends_with_2_and_what_is_not_there_with_1', async () => {
	for (const args of [['set', 'first'], ['set', 'first', 'x'], ['set', 'first', '-1'], ['raise'],
		['schedule', 'X', '-20%', '--handle', 'first'], ['schedule', 'X', '-100%', '--handle', 'first', '--to', '+1h'],
		['schedule', 'X', '0', '--handle', 'first', '--to', '+1h'], ['schedule', 'list', '-20%', '--handle', 'first', '--to', '+1h'],
		['schedule', 'X', '-20%', '--handle', 'first', '--from', '+2h', '--to', 'now'],
		['schedule', 'X', '-20%', '--handle', 'first', '--to', '2026-02-31'],
		['schedule', 'X', '-20%', '--handle', 'first', '--to', '+100d']])
		price(2, ...args);
	for (const args of [['set', 'nothing', '1.00'], ['schedule', 'show', 'nothing'], ['schedule', 'end', 'nothing'],
		['schedule', 'X', '-20%', '--tag', 'nothing', '--to', '+1h'], ['schedule', 'X', '99.00', '--handle', 'first', '--to', '+1h']])
		price(1, ...args);
});

run({ before: async () => { s = await Shop.start(); }, after: () => s.stop() });
