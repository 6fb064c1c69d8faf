#!/usr/bin/env node
// withdrawal.t - a buyer withdraws from a contract on the page for it: each declaration is recorded and acknowledged at
// once, whatever is the matter with the order or the shop, and the staff lose none of them.
'use strict';
const { match, doesNotMatch, strictEqual: equal, deepStrictEqual: same, ok } = require('assert');
const http = require('http');
const { Buyer } = require('./buyer.js');
const { parse } = require('./schema.js');
const { Shop } = require('./shop.js');
const { until } = require('./stack.js');
const { test, run } = require('./tap.js');

const SERVERS = ['lighttpd', 'apache'];
const LABELS = { en: ['Withdraw from contract here', 'Confirm withdrawal'], de: ['Vertrag widerrufen', 'Widerruf bestätigen'], 'zh-hans': ['在此撤销合同', '确认撤销'] };
let shop;

const visitor = (server) => new Buyer(shop.origin(server), { agent: new http.Agent({ keepAlive: false }) });
const text = (html) => html.replace(/^[\s\S]*<main/, '<main').replace(/<footer[\s\S]*$/, '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
const kontor = (...args) => {
	const r = shop.kontor(...args);
	equal(r.status, 0, `${args.join(' ')}: ${r.stderr}`);
	return r.stdout;
};
const row = (id) => JSON.parse(shop.sql(`SET NAMES utf8mb4; SELECT JSON_OBJECT('id', w.id, 'state', w.state, 'order', COALESCE(o.number, ''), 'return', COALESCE(w.return_id, 0),
	'name', w.name, 'email', w.email, 'contract', w.contract, 'goods', w.goods, 'pieces', w.pieces, 'lang', w.lang, 'why', w.why) FROM withdrawal w LEFT JOIN orders o ON o.id = w.order_id WHERE w.id = ${id}`)
	.replace(/\\\\/g, '\\'));
const last = () => shop.number('SELECT COALESCE(MAX(id), 0) FROM withdrawal');
const count = () => shop.number('SELECT COUNT(*) FROM withdrawal');
const mails = (id) => shop.number(`SELECT COUNT(*) FROM outbox WHERE kind = 'mail' AND subject IN ('withdrawal_declared/${id}', 'new_withdrawal/${id}')`);

async function order(server, goods, who = {}) {
	const b = visitor(server);
	for (const [handle, quantity] of Object.entries(goods))
		await b.addToCart(`/en/p/${handle}`, { quantity: String(quantity) });
	if (goods.book) {
		await b.get('/en/checkout/address');
		await b.submit('/checkout/address', { email: 'buyer@example.org', name: 'Ada Buyer', country: 'DE', postcode: '20457' });
		await b.submit('/checkout/payment', { payment: 'transfer' });
	} else {
		await b.checkout('en', who);
	}
	await b.submit('/checkout/place', { terms: '1', early: '1' });
	return { number: /K-\d+/.exec(b.page.text)[0], target: b.page.target, b };
}
async function sent(server, goods) {
	const o = await order(server, goods);
	kontor('order', 'pay', o.number);
	kontor('order', 'ship', o.number);
	kontor('order', 'deliver', o.number);
	return o;
}

// Fills the form in as a browser without scripts does, looks at the review, and leaves the receipt as b.page.
async function declare(server, fields, { lang = 'en', b = visitor(server), from = `/${lang}/withdraw` } = {}) {
	await b.get(from);
	match(b.page.text, new RegExp(`<h1>${LABELS[lang][0]}</h1>`));
	await b.submit('/withdraw', { full_name: 'Ada Buyer', email: 'buyer@example.org', act: 'review', ...fields });
	match(b.page.text, new RegExp(`<button[^>]*value="confirm">${LABELS[lang][1]}</button>`));
	b.confirm = b.form('/withdraw', { act: 'confirm' });
	await b.go('POST', b.confirm.action, { body: b.confirm.body });
	same(b.page.trail, [303, 200]);
	const today = new Date(shop.number('SELECT MAX(at) FROM withdrawal') * 1000).toISOString();
	match(b.page.text, new RegExp(`<time datetime="${today.slice(0, 19)}Z">`));
	b.id = last();
	return b;
}
const handled = (id) => until(`withdrawal ${id} to be handled`, async () => row(id).state >= 2 && row(id));

test('each page of the shop leads to the function', async () => {
	for (const page of ['/en/', '/de/p/soap', '/en/cart', '/de/info/terms', '/en/nothing'])
		match((await shop.get('lighttpd', page)).text, new RegExp(`<a [^>]*href="/${page.slice(1, 3)}/withdraw">${LABELS[page.slice(1, 3)][0]}</a>`));
	const o = await order('lighttpd', { soap: 1 });
	match(o.b.page.text, new RegExp(`<a class="button" href="${o.target}/withdraw">Withdraw from contract here</a>`));
});

for (const server of SERVERS) {
	test(`a declaration is acknowledged whatever is the matter (${server})`, async () => {
		const arrived = await sent(server, { soap: 2, tea: 1 }), late = await sent(server, { soap: 1 }), packed = await order(server, { soap: 1 });
		const digital = await order(server, { book: 1 }), expired = await order(server, { tea: 1 });
		shop.sql(`UPDATE parcel SET sent_at = sent_at - 60 * 86400, delivered_at = delivered_at - 60 * 86400 WHERE order_id = (SELECT id FROM orders WHERE number = '${late.number}')`);
		shop.sql(`UPDATE orders SET expires_at = UNIX_TIMESTAMP() - 1 WHERE number = '${expired.number}'`);
		const long = 'Ünïcödé '.repeat(24).trim().padEnd(200, 'x');
		const cases = {
			'a part, chosen on the page of the order': [{ piece: '1-1' }, { from: `${arrived.target}/withdraw` }, { order: arrived.number, state: 3, pieces: '1-1' }],
			'the rest of it, as guest': [{ contract: arrived.number }, {}, { order: arrived.number, state: 3, pieces: '' }],
			'the same once more': [{ contract: arrived.number }, {}, { order: arrived.number, state: 3 }],
			'too late': [{ contract: `Order no. ${late.number.toLowerCase()}, of last month` }, {}, { order: late.number, state: 3 }],
			'nothing has arrived': [{ contract: packed.number }, {}, { order: packed.number, state: 2, why: /not sent yet/ }],
			'digital goods': [{ contract: digital.number }, {}, { order: digital.number, state: 2 }],
			'an expired order': [{ contract: expired.number }, {}, { order: expired.number, state: 2 }],
			'no such order': [{ contract: 'K-999999' }, {}, { order: '', state: 2, why: /no order has this number/ }],
			'the address of somebody else': [{ contract: packed.number, email: 'mallory@example.org' }, {}, { order: '', state: 2 }],
			'without a number': [{ contract: 'two cakes of soap, last week' }, {}, { order: '', state: 2 }],
			'a part, in words': [{ contract: late.number, goods: 'only the lid\nof the box' }, {}, { order: late.number, state: 2, goods: 'only the lid\nof the box' }],
			'a name of 200 letters': [{ contract: 'x', full_name: long }, {}, { name: long }],
			'emoji': [{ contract: 'x', full_name: 'Zoë 🦊🍋', goods: '🍵' }, {}, { name: 'Zoë 🦊🍋', goods: '🍵' }],
			'letters from right to left': [{ contract: 'طلب', full_name: 'שלום' }, {}, { name: 'שלום' }],
			'markup': [{ contract: '<script>alert(1)</script>', full_name: '"><b>' }, {}, { contract: '<script>alert(1)</script>' }],
			'a domain of other letters': [{ contract: 'x', email: 'kaethe@bücher.example' }, {}, {}],
			'German': [{ contract: 'x' }, { lang: 'de' }, { lang: 'de' }],
			'Chinese': [{ contract: 'x' }, { lang: 'zh-hans' }, { lang: 'zh-Hans' }],
			'a visitor with a cart': [{ contract: 'x' }, { b: expired.b }, {}],
			'Send it from the page of a digital order': [{}, { from: `${digital.target}/withdraw` }, { order: digital.number, contract: digital.number, state: 2 }],
		};
		for (const [name, [fields, how, want]] of Object.entries(cases)) {
			const before = count();
			const b = await declare(server, fields, how);
			equal(count(), before + 1, name);
			const w = row(b.id);
			for (const field of ['name', 'contract', 'goods'])
				ok(!w[field] || b.page.text.includes(w[field].replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')), `${name}: the receipt has the ${field}`);
			cases[name].id = b.id;
			cases[name].want = want;
			if (name === 'the rest of it, as guest' || name === 'a part, chosen on the page of the order')
				await handled(b.id);
		}
		for (const [name, c] of Object.entries(cases)) {
			const w = await handled(c.id);
			for (const [field, value] of Object.entries(c.want))
				if (value instanceof RegExp)
					match(w[field], value, `${name}: ${field}`);
				else
					equal(w[field], value, `${name}: ${field}`);
			equal(mails(c.id), 2, `${name}: one mail to the buyer, one to the merchant`);
		}
		const returns = JSON.parse(kontor('order', 'show', arrived.number, '--json')).returns;
		equal(returns.length, 2, 'the third declaration is the second again');
		ok(returns.every((r) => r.kind === 'withdrawal'));
		equal(shop.number(`SELECT COUNT(*) FROM outbox WHERE kind = 'mail' AND subject LIKE 'withdrawal_received/%' AND order_id = (SELECT id FROM orders WHERE number = '${arrived.number}')`), 0, 'the buyer is told once');
	});

	test(`a pause and locked orders do not stop a declaration (${server})`, async () => {
		equal(shop.kontor('pause').status, 0);
		const paused = await declare(server, { contract: 'while paused' });
		kontor('resume');
		match(text(paused.page.text), /We have received your withdrawal/);
		const free = await shop.holding('LOCK TABLES orders WRITE, order_line WRITE, order_address WRITE');
		const locked = await declare(server, { contract: 'while orders are locked' });
		await until('the mail', async () => mails(locked.id) === 2);
		await free();
	});

	test(`sent twice it is one, changed on the way back it is another (${server})`, async () => {
		const b = await declare(server, { contract: 'twice' }), before = count();
		const again = await Promise.all([1, 2, 3].map(() => b.send('POST', b.confirm.action, { body: b.confirm.body })));
		for (const rs of again) {
			equal(rs.status, 303);
			equal(new URL(rs.headers.location, 'http://x').pathname, b.page.target);
		}
		equal((await b.get(b.page.target)).status, 200, 'loaded again');
		equal(count(), before);
		const changed = new URLSearchParams(b.confirm.body);
		changed.set('contract', 'another');
		equal((await b.send('POST', b.confirm.action, { body: changed.toString() })).status, 303);
		equal(count(), before + 1);
		equal((await shop.get(server, '/en/order/withdrawal/AAAAAAAAAAAAAAAAAAAAAA')).status, 404);
	});
}

test('a form with a fault comes back with all that was typed, and Change leads back to it', async () => {
	const b = visitor('lighttpd'), before = count();
	await b.get('/en/withdraw');
	await b.submit('/withdraw', { full_name: '', contract: 'K-1', email: 'nobody', goods: 'a\nb', act: 'review' });
	equal(b.page.status, 200);
	match(b.page.text, /id="full_name-error"[\s\S]*value="K-1"[\s\S]*>a\nb<\/textarea>[\s\S]*value="nobody"[\s\S]*id="email-error"/);
	await b.submit('/withdraw', { full_name: 'Ada', email: 'ada@example.org', act: 'review' });
	await b.submit('/withdraw', { act: 'change' });
	match(b.page.text, /name="full_name" value="Ada"[\s\S]*>a\nb<\/textarea>/);
	equal(count(), before, 'nothing is declared before it is confirmed');
	equal((await b.send('POST', '/en/withdraw', { body: 'act=confirm', headers: { 'sec-fetch-site': 'cross-site' } })).status, 403, 'another site declares nothing');
});

test('without the database the page says that nothing was received, and how else to declare', async () => {
	const b = visitor('lighttpd');
	await b.get('/de/withdraw');
	await b.submit('/withdraw', { full_name: 'Ada', contract: 'x', email: 'ada@example.org', act: 'review' });
	const confirm = b.form('/withdraw', { act: 'confirm' }), before = count();
	shop.service('db-stop');
	const rs = await b.send('POST', confirm.action, { body: confirm.body });
	shop.service('db-cont');
	equal(rs.status, 503);
	match(text(rs.text), /Ihr Widerruf ist nicht bei uns eingegangen\..*Oder schreiben Sie eine E-Mail: shop@example\.org/);
	await until('the database', async () => (await b.send('POST', confirm.action, { body: confirm.body })).status === 303);
	equal(count(), before + 1);
});

test('the staff match what waits, and nothing is forgotten', async () => {
	const o = await order('lighttpd', { soap: 2 }), id = (await declare('lighttpd', { contract: o.number })).id;
	await handled(id);
	const other = (await declare('lighttpd', { contract: 'of another shop' })).id;
	await handled(other);
	const list = shop.kontor('withdrawal', 'list', '--state', 'open', '--json');
	equal(list.status, 1, 'some wait');
	parse('withdrawal-list', list.stdout);
	same(JSON.parse(list.stdout).withdrawals.slice(0, 2).map((w) => [w.id, w.order]), [[other, ''], [id, o.number]]);
	shop.sql('UPDATE withdrawal SET at = at - 7200 WHERE state = 2');
	match(shop.kontor('doctor', 'queue').stdout, /withdrawals of buyers wait for the staff/);
	const shown = () => parse('withdrawal', kontor('withdrawal', 'show', String(id), '--json'));
	const dry = JSON.parse(kontor('withdrawal', 'match', String(id), o.number, '--dry-run', '--json'));
	same([dry.cancelled, dry.announced, dry.dry_run, shown().state], [2, 0, true, 'open']);
	equal(shop.kontor('withdrawal', 'match', String(id), o.number, '1=3').status, 3, 'more than there are');
	const done = parse('withdrawal-match', kontor('withdrawal', 'match', String(id), o.number, '--json'));
	same([done.cancelled, done.return, shown().state], [2, null, 'matched']);
	equal(JSON.parse(kontor('order', 'show', o.number, '--json')).state, 'cancelled');
	equal(shop.kontor('withdrawal', 'match', String(id), o.number).status, 3, 'done already');
	equal(shop.kontor('withdrawal', 'refuse', String(other)).status, 2, 'a refusal needs its reason');
	parse('withdrawal-refuse', kontor('withdrawal', 'refuse', String(other), '--why', 'of another shop', '--json'));
	equal(row(other).why, 'of another shop');
	doesNotMatch(shop.kontor('verify').stdout, /withdrawal \d+/);
	shop.sql(`UPDATE withdrawal SET order_id = 999999 WHERE id = ${id}`);
	match(shop.kontor('verify').stdout, new RegExp(`withdrawal ${id}\\b`));
	shop.sql(`UPDATE withdrawal SET order_id = (SELECT id FROM orders WHERE number = '${o.number}') WHERE id = ${id}`);
});

// Without a browser's redirect: what the worker does for one look-up.
const LOOKUPS = Number(process.env.KONTOR_TEST_LOOKUPS || 20);
const quantile = (v, q) => v.sort((a, b) => a - b)[Math.min(v.length - 1, Math.floor(v.length * q))];
function costs() {
	const all = shop.kontor('status', '--metrics').stdout;
	return ['kontor_db_queries_total', 'kontor_cache_exchanges_total'].map((name) => [...all.matchAll(new RegExp(`^${name}{backend="(?!jobs)[^"]*"} (\\d+)$`, 'gm'))]
		.reduce((n, m) => n + Number(m[1]), 0));
}

test('a look-up says the same, and costs the same, whether number and address fit or not', async () => {
	const o = await order('lighttpd', { soap: 1 }, { email: 'Anna@Example.org' }), b = visitor('lighttpd');
	await b.get('/en/');
	match(b.page.text, /<a href="\/en\/find-order">Find your order<\/a>/);
	const asks = { known: [o.number, 'anna@example.org'], unknown: ['K-999999', 'anna@example.org'], stranger: [o.number, 'mallory@example.org'] };
	const links = () => shop.number(`SELECT COUNT(*) FROM outbox WHERE kind = 'mail' AND subject LIKE 'order_link/%'`);
	const over = () => until('the look-ups to be done', async () => shop.number(`SELECT COUNT(*) FROM outbox WHERE kind = 'lookup'`) === 0);
	const ask = (who) => b.send('POST', '/en/find-order', { body: new URLSearchParams({ contract: asks[who][0], email: asks[who][1] }).toString() });
	const answers = {}, cost = {}, times = { known: [], unknown: [] };
	for (const who of Object.keys(asks)) {
		const rs = await ask(who);
		delete rs.headers.date;
		delete rs.headers['x-request-id'];
		answers[who] = [rs.status, rs.headers, (await b.get('/en/find-order?asked=1')).text];
	}
	same(answers.unknown, answers.known);
	same(answers.stranger, answers.known);
	match(text(b.page.text), /If number and address fit, we have mailed you the link/);
	await over();
	equal(links(), 1, 'only to the address that the order has');
	equal(shop.sql(`SELECT JSON_VALUE(payload, '$.lang') FROM outbox WHERE subject LIKE 'order_link/%'`).trim(), 'en');
	for (let i = 0; i < LOOKUPS; i++)
		for (const who of i % 2 ? ['known', 'unknown'] : ['unknown', 'known']) {
			const begun = process.hrtime.bigint();
			equal((await ask(who)).status, 303);
			times[who].push(Number(process.hrtime.bigint() - begun) / 1e6);
		}
	await over();
	equal(links(), 3, 'no address gets more than three an hour');
	for (const who of Object.keys(times))
		console.log(`# ${who}: ${[0.05, 0.25, 0.5, 0.75, 0.95, 0.99].map((q) => `${q * 100} % ${quantile(times[who], q).toFixed(2)} ms`).join(', ')}`);
	console.log(`# medians known/unknown: ${(quantile(times.known, 0.5) / quantile(times.unknown, 0.5)).toFixed(3)}`);
	for (const who of ['known', 'unknown', 'stranger', 'known', 'unknown']) {
		const before = costs();
		await ask(who);
		cost[who] = costs().map((n, i) => n - before[i]);
	}
	console.log(`# statements and exchanges: ${JSON.stringify(cost)}`);
	same(cost.unknown, cost.known);
	same(cost.stranger, cost.known);
	ok(cost.known[0] > 0);
	equal((await b.send('POST', '/en/find-order', { body: 'contract=&email=x' })).status, 200, 'a form with a fault');
});

run({
	before: async () => {
		shop = await Shop.start({ goods: { soap: { stock: 500 }, tea: { stock: 500 }, book: { stock: 500, ships: false } },
			conf: { site: { languages: 'en, de, zh-Hans', sender: 'shop@example.org' } } });
	},
	after: () => shop.stop(),
});
