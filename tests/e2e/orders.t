#!/usr/bin/env node
// Orders as buyers place them, over HTTP through both web servers: never one too many, never one twice, and nobody is
// shown what is not his.
'use strict';
const assert = require('assert');
const child = require('child_process');
const fs = require('fs');
const http = require('http');
const os = require('os');
const path = require('path');
const { Buyer } = require('./buyer.js');
const { Stack, src, build } = require('./stack.js');
const { test, run } = require('./tap.js');

const servers = ['lighttpd', 'apache'];
const both = (claim, fn) => servers.forEach((server) => test(`${server}: ${claim}`, () => fn(server)));
const services = path.join(src, 'tests', 'lib', 'services');
let dir, s, variants = 0;

function serve(...args) {
	child.execFileSync(services, args, { stdio: ['ignore', 'ignore', 'inherit'],
		env: { ...process.env, top_srcdir: src, top_builddir: build } });
}

function sql(text) {
	const args = ['--no-defaults', '-S', path.join(dir, 'db.sock'), '-u', 'root', '-N', 'kontor'];
	return child.execFileSync('mariadb', args, { input: text }).toString().trim();
}

const number = (text) => Number(sql(text));

// A product with one variant of the same id; gives the id.
function putGoods(price, onHand) {
	const id = ++variants;
	sql(`INSERT INTO product (id, handle, status, price_minor, avail, created_at, content_hash)
		VALUES (${id}, 'p${id}', 1, ${price}, 2, 1, REPEAT('x', 16));
	INSERT INTO product_text (product_id, lang, title, body_html) VALUES (${id}, 'en', 'Tea ${id}', '');
	INSERT INTO variant (id, product_id, position, price_minor, weight_mg)
		VALUES (${id}, ${id}, 1, ${price}, 100000);
	INSERT INTO stock VALUES (${id}, ${onHand}, 1, 0);
	INSERT INTO stock_movement (variant_id, qty, reason, at) VALUES (${id}, ${onHand}, 0, 1);`);
	return id;
}

const ordersOf = (id) => number(`SELECT COUNT(*) FROM order_line WHERE variant_id = ${id}`);
const stockOf = (id) => number(`SELECT on_hand FROM stock WHERE variant_id = ${id}`);

// Each request on a connection of its own: a kept one may be closed by the server just as it is used again.
const visitor = (origin) => new Buyer(origin, { agent: new http.Agent({ keepAlive: false }) });
const buyer = (server) => visitor(`http://127.0.0.1:${s.ports[server]}`);

// All the way to the review page.
async function ready(server, id) {
	const b = buyer(server);
	await b.send('POST', '/en/cart/add', { body: `product=${id}&quantity=1` });
	await b.checkout('en');
	assert.match(b.page.text, /Order and pay/, `the review page of ${id}`);
	return b;
}

// `work` on each of `items`, so many at a time.
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
	assert.strictEqual(number(`SELECT COUNT(*) FROM stock s WHERE s.on_hand < 0 OR s.on_hand <> (SELECT SUM(m.qty)
		FROM stock_movement m WHERE m.variant_id = s.variant_id)`), 0, 'stock is its movements');
	assert.strictEqual(number(`SELECT COUNT(*) FROM (SELECT entry_id FROM ledger_line GROUP BY entry_id
		HAVING SUM(debit_minor) <> SUM(credit_minor)) x`), 0, 'the ledger balances');
}

both('200 buyers, 32 at a time, 10 in stock: 10 orders, 190 polite refusals, carts kept', async (server) => {
	const id = putGoods(1290, 10);
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
		assert.ok(cart.text.includes(`Tea ${id}`), 'the cart is kept');
		assert.ok(cart.text.includes('sold out'), 'it says what happened');
	});
	checkBooks();
});

both('100 orders, each sent 4 times at once from two tabs: 100 orders, each answer its own', async (server) => {
	const id = putGoods(990, 1000);
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
	await crowd(links, 8, async (link, i) => {
		const rs = await buyers[i].send('GET', new URL(link, buyers[i].origin).pathname);
		assert.strictEqual(rs.status, 200);
		assert.strictEqual(rs.headers['referrer-policy'], 'no-referrer');
		const shown = /<h1>Order (K-\d+)<\/h1>/.exec(rs.text)[1];
		const own = sql(`SELECT o.number FROM orders o JOIN order_line l ON l.order_id = o.id
			WHERE o.number = '${shown}' AND l.variant_id = ${id}`);
		assert.strictEqual(shown, own);
	});
	checkBooks();
});

both('another session that sends the same order key is shown nothing', async (server) => {
	const id = putGoods(500, 10);
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
	const id = putGoods(500, 10);
	const b = await ready(server, id);
	const form = b.form('/checkout/place', { terms: '1' });
	sql(`UPDATE variant SET price_minor = 700 WHERE id = ${id}`);
	assert.strictEqual((await placeFrom(b, form)).status, 409);
	assert.strictEqual(ordersOf(id), 0);
	assert.match((await b.get('/en/cart')).text, /The price was €5.00/);
	await b.get('/en/checkout/review');
	assert.match(b.page.text, /Order and pay €11.90/);
	assert.strictEqual((await placeFrom(b, b.form('/checkout/place', { terms: '1' }))).status, 303);
	assert.strictEqual(ordersOf(id), 1);
});

both('what was typed is kept beside its faults, and without consent nothing is ordered', async (server) => {
	const id = putGoods(500, 10);
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

run({
	before: async () => {
		dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ko-'));
		fs.rmdirSync(dir);
		serve('start', dir, '--owner', String(process.pid));
		s = await Stack.start({ workers: 4, conf: {
			db: { socket: path.join(dir, 'db.sock') }, cache: { socket: path.join(dir, 'mc.sock') },
			web: { deadline_ms: 10000, grace_ms: 2000 },
		} });
	},
	after: async () => {
		await s.stop();
		serve('stop', dir);
	},
});
