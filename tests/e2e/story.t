#!/usr/bin/env node
// The life of orders by the command line, with their pages in every language, on both web servers.
'use strict';
const assert = require('assert');
const child = require('child_process');
const fs = require('fs');
const http = require('http');
const path = require('path');
const { Buyer } = require('./buyer.js');
const { Shop } = require('./shop.js');
const { build, until } = require('./stack.js');
const { parse } = require('./schema.js');
const { test, run } = require('./tap.js');

const servers = ['lighttpd', 'apache'];
const both = (claim, fn) => servers.forEach((server) => test(`${server}: ${claim}`, () => fn(server)));
const languages = ['en', 'de', 'zh-hans'];
let s;

// Runs `kontor order ...`; it must end with this status.
function order(status, ...args) {
	const r = s.kontor('order', ...args);
	assert.strictEqual(r.status, status, `order ${args.join(' ')}: ${r.stdout}${r.stderr}`);
	return r.stdout + r.stderr;
}

const changed = (...args) => parse('order-change', order(0, ...args, '--json'));
const show = (number) => parse('order', order(0, 'show', number, '--json'));
const list = (...args) => parse('order-list', order(0, 'list', ...args, '--json'));
const numbers = (...args) => list(...args).orders.map((o) => o.number);

// Places an order of {handle: quantity} through the pages.
async function place(server, goods, who = {}) {
	const b = new Buyer(s.origin(server), { agent: new http.Agent({ keepAlive: false }) }); // commands take their time in between
	b.patient = true;
	for (const [handle, quantity] of Object.entries(goods)) {
		const id = s.number(`SELECT v.id FROM variant v JOIN product p ON p.id = v.product_id WHERE p.handle = '${handle}'`);
		await b.send('POST', '/en/cart/add', { body: `product=${id}&quantity=${quantity}` });
	}
	await b.checkout('en', who);
	const rs = await b.submit('/checkout/place', { terms: '1' });
	assert.strictEqual(rs.status, 200, rs.text);
	b.token = rs.target.split('/').pop();
	b.number = /<h1[^>]*>[^<]*<bdi[^>]*>(K-\d+)</.exec(rs.text)[1];
	return b;
}

// The page of the order in each language, once one of them says so. Each is whole and names the order.
async function pages(b, re) {
	await until(`the page says ${re}`, async () => re.test((await b.get(`/en/order/${b.token}`)).text));
	const texts = {};
	for (const lang of languages) {
		const rs = await b.get(`/${lang}/order/${b.token}`);
		assert.strictEqual(rs.status, 200);
		assert.ok(rs.text.includes(b.number) && rs.text.includes('</html>'), `${lang}: the page is whole`);
		assert.ok(!/\{\{|undefined/.test(rs.text), `${lang}: no template shows through`);
		texts[lang] = rs.text;
	}
	await until(`the page says ${re}`, async () => re.test((await b.get(`/en/order/${b.token}`)).text));
	return texts;
}

// The document of this kind that the page of the order links: it is whole, and nobody else's link leads to it.
async function paper(b, kind, sum) {
	const link = new RegExp(`href="[^"]*(/en/order/[^"/]*/document/([^"/]+))"[^>]*>${kind} `);
	let found;
	await until(`the page links its ${kind}`, async () => (found = link.exec((await b.get(`/en/order/${b.token}`)).text)) !== null);
	const rs = await b.get(found[1]);
	assert.strictEqual(rs.status, 200);
	for (const word of [kind, found[2], b.number, sum, 'Quay 4', '</html>'])
		assert.ok(rs.text.includes(word), `${kind} ${found[2]} names ${word}`);
	assert.strictEqual((await b.get(found[1].replace(b.token, b.token.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))))).status, 404);
	assert.strictEqual((await b.get(found[1].replace(found[2], 'R-1999-0001'))).status, 404);
}

const stockOf = (handle) => s.number(`SELECT on_hand FROM stock s JOIN variant v ON v.id = s.variant_id
	JOIN product p ON p.id = v.product_id WHERE p.handle = '${handle}'`);

function checkBooks() {
	const r = s.kontor('verify');
	assert.strictEqual(r.status, 0, r.stdout + r.stderr);
}

// Lets the time to pay of an order end.
async function expire(number) {
	s.sql(`UPDATE orders SET expires_at = UNIX_TIMESTAMP() - 1 WHERE number = '${number}'`);
	child.execFileSync(path.join(build, 'kontor-jobs'), ['--config', s.confFile, '--once']);
	await until('the order expires', () => show(number).state === 'expired');
}

both('an order is paid, packed in two parcels, arrives, comes back in part and is refunded in part', async (server) => {
	const tea = `tea-${server}`, cup = `cup-${server}`;
	const b = await place(server, { [tea]: 3, [cup]: 1 });
	assert.ok(numbers('--queue', 'check_payment').includes(b.number));
	await pages(b, /Please transfer/);

	const due = show(b.number);
	assert.strictEqual(due.owed.amount, due.total.amount);
	assert.strictEqual(changed('pay', b.number, '--dry-run').state, 'confirmed');
	assert.strictEqual(show(b.number).version, due.version, 'a dry run changes nothing');
	const paid = changed('pay', b.number, '--reference', `bank-${server}`);
	assert.deepStrictEqual([paid.state, paid.payment, paid.owed.amount], ['confirmed', 'paid', '0.00']);
	assert.ok(changed('pay', b.number, due.total.amount, '--reference', `bank-${server}`).again, 'the same reference is booked once');
	assert.ok(numbers('--queue', 'to_pack').includes(b.number));
	await pages(b, /We are packing your order/);

	const first = changed('ship', b.number, '1=1', '--carrier', 'DHL', '--tracking', `0034-${server}`);
	assert.strictEqual(first.goods, 'part_sent');
	assert.ok(numbers('--queue', 'to_pack').includes(b.number), 'the rest is still to be packed');
	const slip = order(0, 'print', b.number, '--text');
	assert.match(slip, new RegExp(`\\[ \\]\\s+2\\s+SKU-${tea}`), slip);
	const sent = await pages(b, new RegExp(`A part of your order is on its way[\\s\\S]*DHL[\\s\\S]*0034-${server}[\\s\\S]*1 × <bdi>${tea}`));
	assert.match(sent.de, /Ein Teil Ihrer Bestellung ist auf dem Weg/);
	assert.match(order(3, 'ship', b.number, '1=3'), /3 pieces asked for, 2 left to send/, 'more than is open is refused');

	const rest = changed('ship', b.number, '--key', '00112233445566778899aabbccdd00' + (server === 'apache' ? '01' : '02'));
	assert.strictEqual(rest.goods, 'sent');
	const again = changed('ship', b.number, '--key', '00112233445566778899aabbccdd00' + (server === 'apache' ? '01' : '02'));
	assert.deepStrictEqual([again.again, again.made, again.version], [true, rest.made, rest.version]);
	await pages(b, /on its way|Sent/);
	assert.strictEqual(changed('deliver', b.number).goods, 'delivered');
	await pages(b, /arrived|Arrived/);
	await paper(b, 'Invoice', due.total.amount);

	const before = stockOf(tea);
	const back = changed('return', b.number, '1=1', '--why', 'too strong');
	await pages(b, new RegExp(`Announced on[\\s\\S]*Please send the goods back to us\\.[\\s\\S]*1 × <bdi>${tea}`));
	assert.strictEqual(changed('return', b.number, '--receive', String(back.made)).goods, 'part_returned');
	assert.strictEqual(stockOf(tea), before + 1);
	const refund = changed('refund', b.number, '--return', String(back.made), '--by-hand');
	assert.strictEqual(refund.payment, 'part_refunded');
	const end = show(b.number);
	assert.deepStrictEqual([end.refunded.amount, end.owed.amount], ['10.00', '0.00']);
	assert.deepStrictEqual(end.parcels.map((p) => [p.tracking, p.pieces.map((x) => [x.line, x.pieces])]),
		[[`0034-${server}`, [[1, 1]]], ['', [[1, 2], [2, 1]]]]);
	assert.ok(end.events.every((v) => v.by === 'buyer' || v.by === 'job' || v.by.startsWith('kontor:')));
	await pages(b, /A part of your order has come back[\s\S]*Money paid back[\s\S]*This return is settled[\s\S]*Cancelled or returned<\/dt><dd>−€10\.00[\s\S]*Paid back<\/dt><dd>€10\.00/);
	await paper(b, 'Credit note', '10.00');
	checkBooks();
});

both('late money revives an order whose goods are there, and is owed back when they are gone', async (server) => {
	const cup = `cup-${server}`;
	const b = await place(server, { [cup]: 1 });
	await expire(b.number);
	await pages(b, /not paid in time/);
	const late = changed('pay', b.number);
	assert.deepStrictEqual([late.revived, late.state, late.payment, late.goods], [true, 'confirmed', 'paid', 'open']);
	await pages(b, /We are packing your order/);
	changed('add', b.number, `SKU-tea-${server}`, '1', '3.00');
	await pages(b, /We are packing your order[\s\S]*Please transfer the rest[\s\S]*€3\.00[\s\S]*Still to be paid<\/dt><dd>€3\.00/);

	const last = `last-${server}`;
	const loser = await place(server, { [last]: 1 });
	const owed = show(loser.number).owed.amount;
	await expire(loser.number);
	const winner = await place(server, { [last]: 1 });
	const gone = changed('pay', loser.number, owed);
	assert.deepStrictEqual([gone.revived, gone.state, gone.payment, gone.owed.amount], [false, 'expired', 'owed_back', `-${owed}`]);
	assert.ok(numbers('--queue', 'owed_back').includes(loser.number));
	await pages(loser, new RegExp(`We owe you €${owed}`));
	const asked = changed('refund', loser.number);
	assert.strictEqual(changed('refund', loser.number, '--done', String(asked.made)).payment, 'refunded');
	assert.ok(!numbers('--queue', 'owed_back').includes(loser.number));
	assert.strictEqual(changed('cancel', winner.number, '--why', 'bought twice').state, 'cancelled');
	await pages(winner, /was cancelled/);
	assert.strictEqual(stockOf(last), 1);
	checkBooks();
});

both('the staff find an order, are told when somebody else was first, write notes and correct an address', async (server) => {
	const tea = `tea-${server}`;
	const name = `Jörg Ångström ${server}`;
	const b = await place(server, { [tea]: 2 }, { name, email: `joerg-${server}@example.org` });
	await until('its words are indexed', () => numbers('--name', `angstrom ${server}`).includes(b.number));
	assert.deepStrictEqual(numbers('--mail', `JOERG-${server}@example.org`), [b.number]);
	assert.ok(numbers('--sku', `SKU-${tea}`).includes(b.number));
	assert.ok(numbers('--country', 'de', '--state', 'awaiting_payment', '--amount', '10..99').includes(b.number));
	assert.deepStrictEqual(numbers('--number', b.number.slice(2)), [b.number]);
	assert.match(order(0, 'list', '--mail', `joerg-${server}@example.org`), /^NUMBER +PLACED.*\n.*Jörg Ångström/);

	const { version } = show(b.number);
	changed('note', b.number, 'Call first: \x1b[2J', '--version', String(version));
	const told = order(3, 'address', b.number, 'city=Bremen', '--version', String(version));
	assert.match(told, /was changed by kontor:/);
	changed('note', b.number, 'We put a sample in.', '--to-buyer');
	changed('address', b.number, 'street=Short Lane 2', 'city=Bremen');
	const now = show(b.number);
	assert.deepStrictEqual([now.deliver_to.city, now.deliver_to.street, now.deliver_to.name], ['Bremen', 'Short Lane 2', name]);
	await until('its words are indexed again', () => numbers('--name', `bremen ${server}`).includes(b.number));
	assert.ok(!order(0, 'show', b.number).includes('\x1b'), 'a note cannot steer the terminal');
	changed('add', b.number, `SKU-cup-${server}`, '1', '3.00');
	assert.strictEqual(show(b.number).lines[1].price.amount, '3.00');
	changed('cancel', b.number, '1=1');
	assert.match((await pages(b, /1 cancelled/)).de, /1 storniert[\s\S]*Storno und Rückgabe<\/dt><dd>−10,00/);
	assert.match((await pages(b, /Short Lane 2/)).de, /Nachrichten von uns[\s\S]*We put a sample in\./);
	assert.ok(!b.page.text.includes('Call first'), 'a note to the staff is theirs');
	assert.match(order(1, 'address', b.number, 'country=XX'), /country/);
	assert.match(order(2, 'add', b.number), /usage/);
	checkBooks();
});

test('a buyer whose connection was closed while a command ran sends the next request on another one', async () => {
	const server = child.spawn(process.execPath, ['-e', `require('net').createServer((c) => c.on('error', () => {}).on('data', () => {
		c.write('HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok');
		setTimeout(() => c.end(), 50);
	})).listen(0, function () { console.log(this.address().port); })`], { stdio: ['ignore', 'pipe', 'inherit'] });
	const b = new Buyer(`http://127.0.0.1:${await new Promise((done) => server.stdout.once('data', (port) => done(Number(port))))}`);
	assert.strictEqual((await b.send('GET', '/')).text, 'ok');
	child.spawnSync('sleep', ['0.5']);
	assert.strictEqual((await b.send('POST', '/', { body: 'x=1' })).text, 'ok');
	server.kill();
});

test('slips and sheets are printed in the language of the buyer, with prices on the sheet only', async () => {
	const b = await place('apache', { 'tea-apache': 2 }, { street: '<b>Weg</b> 1' });
	const file = path.join(s.dir, 'slip.html');
	order(0, 'print', b.number, '--lang', 'de', '--output', file);
	const slip = fs.readFileSync(file, 'utf8');
	assert.strictEqual(fs.statSync(file).mode & 0o777, 0o600, 'it has an address in it');
	assert.match(slip, /<article lang="de"[\s\S]*&lt;b&gt;Weg[\s\S]*Lieferschein/);
	assert.ok(!slip.includes('€'), 'a slip has no prices');
	const sheet = order(0, 'print', b.number, '--sheet');
	assert.match(sheet, /<article lang="en"[\s\S]*€10\.00[\s\S]*Total/);
	assert.strictEqual((order(0, 'print', b.number, b.number).match(/<article/g) || []).length, 2);
});

run({ before: async () => {
	const goods = {};
	for (const server of servers) {
		goods[`tea-${server}`] = { price: '10.00', stock: 50 };
		goods[`cup-${server}`] = { price: '4.00', stock: 50 };
		goods[`last-${server}`] = { price: '7.00', stock: 1 };
	}
	s = await Shop.start({ goods, conf: { site: { languages: 'en, de, zh-Hans', address: 'Quay 4' } } });
}, after: () => s.stop() });
