#!/usr/bin/env node
// Orders over HTTP through both web servers: no unit is sold twice, no order is placed twice, and no visitor sees the
// order of another.
'use strict';
const assert = require('assert');
const http = require('http');
const { Buyer } = require('./buyer.js');
const { Shop } = require('./shop.js');
const { until } = require('./stack.js');
const { test, run } = require('./tap.js');

const servers = ['lighttpd', 'apache'];
const both = (claim, fn) => servers.forEach((server) => test(`${server}: ${claim}`, () => fn(server)));
let s, products = 0;

const put = (n, price, stock) => s.importGoods(`Teas ${n}`, { [`tea-${n}`]: { title: `Tea ${n}`, price, stock } });

// Imports a product "Tea N" with one variant, alone in its category; returns the variant's id and N.
async function putGoods(price, stock) {
	const n = ++products;
	await put(n, price, stock);
	return { n, id: s.number(`SELECT v.id FROM variant v JOIN product p ON p.id = v.product_id
		WHERE p.handle = 'tea-${n}'`) };
}

const ordersOf = (id) => s.number(`SELECT COUNT(*) FROM order_line WHERE variant_id = ${id}`);
const stockOf = (id) => s.number(`SELECT on_hand FROM stock WHERE variant_id = ${id}`);

// One connection per request: the server may close a kept connection just as it is used again.
// Crowds are patient, since a busy machine may make the shop busy.
const visitor = (origin) => Object.assign(new Buyer(origin, { agent: new http.Agent({ keepAlive: false }) }), { patient: true });
const buyer = (server) => visitor(`http://127.0.0.1:${s.ports[server]}`);

// All the way to the review page.
async function ready(server, id) {
	const b = buyer(server);
	await b.send('POST', '/en/cart/add', { body: `product=${id}&quantity=1` });
	await b.checkout('en');
	assert.match(b.page.text, /Order and pay/, `the review page of ${id}`);
	return b;
}

// Runs `work` on each of `items`, `atATime` in parallel.
async function crowd(items, atATime, work) {
	let next = 0;
	const out = [];
	await Promise.all(Array.from({ length: atATime }, async () => {
		while (next < items.length) {
			const i = next++;
			out[i] = await work(items[i], i);
		}
	}));
	return out;
}

// Another tab of the same browser.
function tab(b) {
	const other = visitor(b.origin.href);
	other.cookies = b.cookies;
	return other;
}

function placeFrom(b, form, values = {}) {
	const body = new URLSearchParams(form.body);
	for (const [k, v] of Object.entries(values))
		body.set(k, v);
	return tab(b).send('POST', form.action, { body: body.toString() });
}

function checkBooks() {
	const r = s.kontor('verify');
	assert.strictEqual(r.status, 0, r.stdout + r.stderr);
}

both('200 buyers, 32 at a time, 10 in stock: 10 orders, 190 polite refusals, carts kept', async (server) => {
	const { id, n } = await putGoods('12.90', 10);
	const buyers = await crowd(Array.from({ length: 200 }), 16, () => ready(server, id));
	const answers = await crowd(buyers, 32, async (b) => {
		const form = b.form('/checkout/place', { terms: '1' });
		return placeFrom(b, form);
	});
	const placed = answers.filter((rs) => rs.status === 303), refused = answers.filter((rs) => rs.status === 409);
	assert.strictEqual(placed.length, 10);
	assert.strictEqual(refused.length, 190);
	assert.strictEqual(new Set(placed.map((rs) => rs.headers.location)).size, 10, 'each has an order of his own');
	for (const rs of refused)
		assert.ok(rs.text.includes(`"error-id">${rs.headers['x-request-id']}<`), 'it is the one page');
	assert.strictEqual(ordersOf(id), 10);
	assert.strictEqual(stockOf(id), 0);
	const losers = buyers.filter((b, i) => answers[i].status === 409);
	await crowd(losers, 16, async (b) => {
		const cart = await b.get('/en/cart');
		assert.ok(cart.text.includes(`Tea ${n}`), 'the cart is kept');
		assert.ok(cart.text.includes('sold out'), 'it says what happened');
	});
	checkBooks();
});

both('100 orders, each sent 4 times at once from two tabs: 100 orders, each answer its own', async (server) => {
	const { id } = await putGoods('9.90', 1000);
	const buyers = await crowd(Array.from({ length: 100 }), 16, () => ready(server, id));
	const links = await crowd(buyers, 8, async (b) => {
		const second = tab(b);
		await second.get('/en/checkout/review');
		const forms = [b, second].map((one) => one.form('/checkout/place', { terms: '1' }));
		const answers = await Promise.all([0, 1, 0, 1].map((i) => placeFrom(b, forms[i])));
		for (const rs of answers) {
			assert.strictEqual(rs.status, 303, rs.text);
			assert.strictEqual(rs.headers.location, answers[0].headers.location, 'the same order');
		}
		return answers[0].headers.location;
	});
	assert.strictEqual(new Set(links).size, 100);
	assert.strictEqual(ordersOf(id), 100);
	assert.strictEqual(stockOf(id), 900);
	const shown = await crowd(links, 8, async (link, i) => {
		const rs = await buyers[i].send('GET', new URL(link, buyers[i].origin).pathname);
		assert.strictEqual(rs.status, 200);
		assert.strictEqual(rs.headers['referrer-policy'], 'no-referrer');
		const own = /<h1[^>]*>Order (?:<bdi[^>]*>)?(K-\d+)</.exec(rs.text)[1];
		assert.strictEqual(s.number(`SELECT COUNT(*) FROM orders o JOIN order_line l ON l.order_id = o.id
			WHERE o.number = '${own}' AND l.variant_id = ${id}`), 1, 'an order of these goods');
		return own;
	});
	assert.strictEqual(new Set(shown).size, 100);
	checkBooks();
});

both('another session that sends the same order key is shown nothing', async (server) => {
	const { id } = await putGoods('5.00', 10);
	const b = await ready(server, id), thief = await ready(server, id);
	const form = b.form('/checkout/place', { terms: '1' });
	assert.strictEqual((await placeFrom(b, form)).status, 303);
	const csrf = new URLSearchParams(thief.form('/checkout/place').body).get('csrf');
	const rs = await placeFrom(thief, form, { csrf });
	assert.strictEqual(rs.status, 404);
	assert.ok(!rs.text.includes('Ada Buyer'));
	assert.strictEqual((await placeFrom(thief, form)).status, 403, "nor with the other's token");
	assert.strictEqual(ordersOf(id), 1);
});

both('a price that changed on the way is 409, and the cart has the new one to order at', async (server) => {
	const { id, n } = await putGoods('5.00', 10);
	const b = await ready(server, id);
	const form = b.form('/checkout/place', { terms: '1' });
	await put(n, '7.00', 10);
	assert.strictEqual((await placeFrom(b, form, { message: 'Ring twice' })).status, 409);
	assert.strictEqual(ordersOf(id), 0);
	assert.match((await b.get('/en/cart')).text, /The price was €5.00/);
	await b.get('/en/checkout/review');
	assert.match(b.page.text, /Order and pay €11.90/);
	assert.match(b.page.text, /Ring twice/, 'the message is kept for the next try');
	assert.strictEqual((await placeFrom(b, b.form('/checkout/place', { terms: '1' }))).status, 303);
	assert.strictEqual(ordersOf(id), 1);
});

both('what was typed is kept beside its faults, and without consent nothing is ordered', async (server) => {
	const { id } = await putGoods('5.00', 10);
	const b = await ready(server, id);
	await b.get('/en/checkout/address');
	await b.submit('/checkout/address', { email: 'no mail', postcode: '1', city: '', name: 'O\'Brien "<b>"' });
	assert.match(b.page.text, /value="no mail"/);
	assert.match(b.page.text, /value="O&#39;Brien &quot;&lt;b&gt;&quot;"/);
	for (const field of ['email', 'postcode', 'city'])
		assert.ok(b.page.text.includes(`id="${field}-error"`), `${field} has its message`);
	assert.strictEqual((await b.get('/en/checkout/review')).target, '/en/checkout/address', 'no way around it');
	assert.match(b.page.text, /value="no mail"/, 'kept for the next visit');
	await b.checkout('en');
	await b.submit('/checkout/place', { message: 'Ring twice' });
	assert.match(b.page.text, /id="terms-error"/);
	assert.match(b.page.text, /Ring twice/);
	assert.strictEqual(ordersOf(id), 0);
});

both('goods can be put in from a page that was open before the session began', async (server) => {
	const { id, n } = await putGoods('5.00', 10), other = await putGoods('6.00', 10);
	const b = buyer(server), second = tab(b);
	await b.get(`/en/p/tea-${n}`);
	await second.get(`/en/p/tea-${other.n}`);
	await b.submit('/cart/add');
	await second.submit('/cart/add');
	assert.strictEqual(second.page.status, 200);
	for (const name of [`Tea ${n}`, `Tea ${other.n}`])
		assert.ok(second.page.text.includes(name), `${name} is in it`);
	const foreign = await b.send('POST', '/en/cart/add',
		{ body: `variant=${id}`, headers: { 'sec-fetch-site': 'cross-site' } });
	assert.strictEqual(foreign.status, 403, 'but not from a page of another site');
});

both('an order is read from the database once, and its page tells when its time to pay is over', async (server) => {
	const { id } = await putGoods('5.00', 10);
	const b = await ready(server, id);
	const statements = async () => await s.total('db_queries_total', 'backend="1"') + await s.total('db_queries_total', 'backend="2"');
	const page = (await b.submit('/checkout/place', { terms: '1' })).target;
	const token = page.split('/').pop(), reader = buyer(server);
	await reader.get(page);
	const before = await statements();
	for (let i = 0; i < 10; i++)
		assert.match((await reader.get(page)).text, /Ada Buyer/);
	assert.strictEqual(await statements() - before, 0);
	assert.strictEqual((await reader.get(`/en/order/${token.slice(0, -2)}AA`).catch((e) => e)).status, 404);
	s.number(`UPDATE orders SET expires_at = 1 WHERE id = (SELECT MAX(order_id) FROM order_line WHERE variant_id = ${id}); SELECT 1`);
	await until('the order to be over', async () => /was not paid in time/.test((await reader.get(page)).text));
	checkBooks();
});

both('a quantity that is none is refused, and nothing gets into the cart', async (server) => {
	const { id } = await putGoods('10.00', 5);
	const b = buyer(server);
	for (const quantity of ['0', '-1', '1.5', '1000000', 'x'])
		assert.equal((await b.send('POST', '/en/cart/add', { body: `product=${id}&quantity=${quantity}` })).status, 400, quantity);
	assert.equal((await b.send('POST', '/en/cart/add', { body: `product=${id}&quantity=` })).status, 303, 'none said: one');
});

// A visitor behind a trusted proxy.
const buyerAt = (server, address) => {
	const b = buyer(server), { exchange } = b;
	b.exchange = (method, target, options = {}) =>
		exchange.call(b, method, target, { ...options, headers: { ...options.headers, 'x-forwarded-for': address } });
	return b;
};
let networks = 0;

both('what one address holds unpaid is limited, and the page says so', async (server) => {
	const { n } = await putGoods('10.00', 100), net = (++networks).toString(16);
	const unpaid = () => s.total('errors_total', 'kind="unpaid"');
	const order = async (address) => {
		const b = buyerAt(server, address);
		await b.addToCart(`/en/p/tea-${n}`);
		await b.checkout('en');
		b.review = b.form('/checkout/place', { terms: '1' });
		return { b, rs: await b.send('POST', b.review.action, { body: b.review.body }) };
	};
	for (const host of ['::1', ':ffff::2'])
		assert.strictEqual((await order(`2001:db8:0:${net}${host}`)).rs.status, 303);
	const before = await unpaid(), { b, rs } = await order(`2001:db8:0:${net}::3`);
	assert.strictEqual(rs.status, 409, rs.text);
	assert.match(rs.text, /<h1>Some orders are still to be paid<\/h1>/);
	assert.match(rs.text, /What you have put in your cart is kept/);
	const line = s.logOf(rs.headers['x-request-id']).find((one) => one.includes('event=error'));
	assert.match(line, new RegExp(`kind=unpaid status=409 .*client 2001:db8:0:${net}::3: with this one, 3 unpaid orders`));
	assert.strictEqual(await unpaid(), before + 1);
	const json = await b.send('POST', b.review.action, { body: b.review.body, headers: { accept: 'application/json' } });
	assert.deepStrictEqual([json.status, JSON.parse(json.text).kind], [409, 'unpaid']);
	assert.match((await b.get('/en/cart')).text, new RegExp(`Tea ${n}`));
	const german = buyerAt(server, `2001:db8:0:${net}::4`);
	await german.addToCart(`/de/p/tea-${n}`);
	await german.checkout('de');
	assert.match((await german.submit('/checkout/place', { terms: '1' })).text, /Es sind noch Bestellungen zu bezahlen/);
	assert.strictEqual((await order(`2001:db8:1:${net}::1`)).rs.status, 303, 'another network');
	const keys = s.sql('SELECT HEX(client), COUNT(*) FROM orders WHERE client IS NOT NULL GROUP BY client').split('\n').filter(Boolean);
	assert.ok(keys.length >= 2 && keys.every((row) => /^[0-9A-F]{32}\t[12]$/.test(row)), keys.join());
	assert.ok(!keys.some((row) => row.startsWith('20010DB8')), 'no address is stored');
	checkBooks();
});

run({
	before: async () => {
		s = await Shop.start({ workers: 4, conf: { web: { deadline_ms: 10000, grace_ms: 2000, trusted_proxies: '127.0.0.1' },
			limits: { trusted: '127.0.0.1' }, order: { unpaid_orders_max: 2 } } });
	},
	after: () => s.stop(),
});
