#!/usr/bin/env node
// mails.t - the mails of the shop: what they say of real orders, in each language, as text and as HTML.
'use strict';
const { match, doesNotMatch, strictEqual: equal, deepStrictEqual: same, ok } = require('assert');
const fs = require('fs');
const http = require('http');
const net = require('net');
const path = require('path');
const { Buyer } = require('./buyer.js');
const { Shop } = require('./shop.js');
const { until } = require('./stack.js');
const { test, run } = require('./tap.js');

const LANGS = ['en', 'de', 'zh-Hans'];
let shop, order, orders;

function kontor(...args) {
	const r = shop.kontor(...args);
	equal(r.status, 0, `${args.join(' ')}: ${r.stdout}${r.stderr}`);
	return r.stdout;
}
const preview = (kind, of, ...more) => kontor('mail', 'preview', kind, ...of, ...more);
const id = (number) => shop.number(`SELECT id FROM orders WHERE number = '${number}'`);

async function place(lang, goods, who = {}) {
	const b = new Buyer(shop.origin('lighttpd'), { agent: new http.Agent({ keepAlive: false }) });
	for (const g of goods)
		await b.addToCart(`/${lang.toLowerCase()}/p/${g}`, { qty: '2' });
	await b.get(`/${lang.toLowerCase()}/checkout/address`);
	await b.submit('/checkout/address', { email: 'buyer@example.org', name: 'Ada Buyer', street: 'Long Lane 1', postcode: '20457', city: 'Hamburg',
		country: 'DE', ...who });
	for (const [step, values] of [['delivery', { delivery: 'standard' }], ['payment', { payment: 'transfer' }]])
		if (b.page.target.endsWith(`/checkout/${step}`))
			await b.submit(`/checkout/${step}`, values);
	const rs = await b.submit('/checkout/place', { terms: '1', early: '1', message: who.message || '' });
	equal(rs.status, 200);
	match(rs.target, /\/order\//);
	return /<h1>[^<]*<bdi dir="ltr">([^<]+)/.exec(rs.text)[1];
}

const amounts = (s) => [...new Set(s.match(/€\d[\d,.]*\d|\d[\d.,]*\d\u00a0€/g) || [])].sort();
const visible = (html) => html.replace(/<(style|script)[\s\S]*?<\/\1>/g, '').replace(/<div style="display:none[\s\S]*?<\/div>/, '').replace(/<[^>]*>/g, ' ')
	.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (all, n) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: '\u00a0' })[n]).replace(/[ \n\t]+/g, ' ');

// What holds for every mail.
function sound(name, plain, html) {
	const text = plain.replace(/<(biscuits|small)>/g, '$1'); // a title and a reason of these tests
	doesNotMatch(text + visible(html), /\{\{|\}\}|undefined|\(null\)/, name);
	doesNotMatch(text, /&(?:[a-z]+|#\d+);/i, `${name}: an entity in the text`);
	doesNotMatch(text, /<\/?[a-z]|[ \t]\n|\n\n\n/, `${name}: markup or gaps in the text`);
	match(text, /^To: [^\n]+@[^\n]+\nSubject: [^\n]{5,120}\n\n\S/, name);
	equal(html.includes('<!DOCTYPE html>'), true, name);
	for (const [, url] of html.matchAll(/ (?:href|src)="([^"]*)"/g))
		match(url, /^(https?:\/\/|tel:|mailto:)/, `${name}: a link that is not absolute`);
	ok(Buffer.byteLength(html) < 102 * 1000, `${name}: ${Buffer.byteLength(html)} bytes of HTML`);
	doesNotMatch(html, /<(img|svg|link|iframe|form)[\s>]|url\(|background-image|background="/, `${name}: needs a picture, or something from outside`);
	match(html, /<meta name="color-scheme" content="light dark">/, `${name}: is not coloured by the reader`);
	const ld = /<script type="application\/ld\+json">([\s\S]*?)<\/script>/.exec(html);
	if (ld)
		equal(JSON.parse(ld[1])['@graph'][0]['@type'], 'Order');
	same(amounts(visible(html)), amounts(text), `${name}: both parts name the same amounts`);
}

test('the mail of an order comes into the Maildir in its language, and its link opens the order', async () => {
	const folder = path.join(shop.dir, 'mail', 'new');
	let mail;
	await until('the mail is there', () => fs.readdirSync(folder).some((f) => {
		mail = fs.readFileSync(path.join(folder, f), 'utf8');
		return mail.includes(orders.de) && /^To: .*buyer@/m.test(mail);
	}));
	match(mail, /^Message-ID: <order_placed\.[0-9a-f]{16}\.1@/m);
	match(mail, /^Content-Language: de\r?$/m);
	match(mail, /^To: "?Ada Buyer"? <buyer@example\.org>\r?$/m);
	const text = preview('order_placed', ['--order', orders.de]);
	const link = /http:\/\/\S+\/de\/order\/\S+/.exec(text)[0];
	ok(mail.replace(/=\r?\n/g, '').includes(link), 'the mail that was sent has the same link');
	const rs = await new Buyer(shop.origin('lighttpd')).get(new URL(link).pathname);
	match(rs.text, new RegExp(orders.de));
	equal(shop.number(`SELECT COUNT(*) FROM outbox WHERE LOCATE('${link.split('/').pop()}', payload)`), 0, 'no secret in the outbox');
});

test('each kind says in each language what it must, and the same in both parts', async () => {
	const change = (verb, ...args) => kontor('order', verb, ...args);
	change('pay', orders.en, '40.00', '--reference', 'T1');
	change('ship', orders.en, '1=1', '--carrier', 'DHL', '--tracking', '00340434161094015902', '--link', 'https://track.example/?n=1&x=2');
	change('deliver', orders.en);
	change('return', orders.en, '1=1', '--withdrawal', '--why', 'Too <small> & late');
	change('refund', orders.en, '5.00', '--by-hand');
	change('cancel', orders.de);
	change('pay', orders.download, '--reference', 'T2');
	change('ship', orders.download, '--link', 'https://files.example/book');
	change('pay', orders.collect, '--reference', 'T3');
	change('ship', orders.collect);
	const variant = shop.number('SELECT MIN(id) FROM variant');
	const row = shop.number('SELECT MIN(id) FROM outbox');
	shop.sql(`INSERT INTO withdrawal (key_hash, at, lang, name, email, contract, goods, pieces)
		VALUES (REPEAT('x', 32), UNIX_TIMESTAMP(), 'en', 'Ada', 'buyer@example.org', 'K-1', 'Too <small> & late', '')`);
	const declared = String(shop.number('SELECT MAX(id) FROM withdrawal'));
	const kinds = {
		order_placed: [['--order', order], /Muster|model|Hiermit widerrufe|hereby give notice|特此通知/],
		payment_received: [['--order', orders.en], /40[.,]00/],
		payment_reminder: [['--order', order], /DE02 1203 0000/],
		shipped: [['--order', orders.en], /00340434161094015902[\s\S]*https:\/\/track\.example\/\?n=1&x=2/],
		ready_to_collect: [['--order', orders.collect], /Am Hafen 1[\s\S]*10:00–18:00/],
		download: [['--order', orders.download], /https:\/\/files\.example\/book/],
		cancelled: [['--order', orders.de], /K-/],
		refunded: [['--order', orders.en], /5[.,]00/],
		return_received: [['--order', orders.en], /Too <small> & late/],
		withdrawal_received: [['--order', orders.en], /\d\d:\d\d[\s\S]*Too <small> & late/],
		withdrawal_declared: [['--about', declared], /\d\d:\d\d[\s\S]*Too <small> & late[\s\S]*buyer@example\.org/],
		order_link: [['--order', order], /http:\/\/\S+\/order\/\S+/],
		new_withdrawal: [['--about', declared], /kontor withdrawal show/],
		new_order: [['--order', order], /buyer@example\.org/],
		low_stock: [['--about', String(variant)], /SKU-/],
		dead_letter: [['--about', String(row)], /kontor outbox replay/],
		daily_summary: [['--about', '2026-11-30'], /\d/],
	};
	const listed = kontor('mail', 'preview', 'help').trim().split('\n').map((l) => l.split(' ')[0]);
	same(Object.keys(kinds).sort(), listed.sort());
	for (const [kind, [of, says]] of Object.entries(kinds)) {
		const subjects = new Set();
		for (const lang of LANGS) {
			const text = preview(kind, of, '--lang', lang, '--text'), html = preview(kind, of, '--lang', lang, '--html');
			sound(`${kind} ${lang}`, text, html);
			match(text, says, `${kind} ${lang}`);
			match(html, new RegExp(`<html lang="${lang}" dir="ltr">`));
			subjects.add(/^Subject: (.*)$/m.exec(text)[1]);
		}
		equal(subjects.size, LANGS.length, `${kind} has a subject in each language`);
	}
});

test('the mail of a download acknowledges the consent', async () => {
	for (const number of [orders.download, orders.mixed])
		match(preview('order_placed', ['--order', number]), /agreed that the right to withdraw from it ends/);
	doesNotMatch(preview('order_placed', ['--order', order]), /agreed that the right to withdraw from it ends/);
});

test('an order of 300 lines is shortened below what Gmail cuts, which the mail says', async () => {
	const n = id(orders.long);
	shop.sql(`INSERT INTO order_line (order_id, pos, variant_id, product_id, sku, title, options, qty, unit_minor, line_minor, tax_bp, tax_minor, stock_taken)
		SELECT ${n}, s.seq, l.variant_id, l.product_id, CONCAT('SKU-', s.seq), RPAD(CONCAT('A long title & more ', s.seq, ' '), 250, 'tea "and" '), 'Blue / Large', 1, 100, 100, 700, 7, 0
		FROM seq_2_to_300 s JOIN order_line l ON l.order_id = ${n} AND l.pos = 1`);
	const of = ['--order', orders.long], html = preview('order_placed', of, '--html');
	sound('300 lines', preview('order_placed', of), html);
	match(visible(html), /\d\d\d more lines are on the page of your order/);
	match(html, /hereby give notice/);
});

test('hostile names and titles stay values', async () => {
	const n = id(orders.hostile);
	shop.sql(`UPDATE order_line SET title = CONCAT('<b>Tea</b> &auml; "x"', CHAR(13), CHAR(10), 'Bcc: a@evil.example', CHAR(13), CHAR(10, 13, 10), '<script>alert(1)</script>') WHERE order_id = ${n};
		UPDATE order_address SET name = CONCAT('שלום "x"', CHAR(13), CHAR(10), 'Bcc: a@evil.example') WHERE order_id = ${n}`);
	const of = ['--order', orders.hostile];
	for (const kind of ['order_placed', 'new_order']) {
		const text = preview(kind, of), html = preview(kind, of, '--html');
		match(text, /<b>Tea<\/b> &auml; "x" Bcc: a@evil\.example <script>alert\(1\)<\/script>/);
		doesNotMatch(html, /<b>Tea|<script>alert/);
		match(html, /&lt;b&gt;Tea&lt;\/b&gt; &amp;auml;/);
		doesNotMatch(text, /^Bcc:/m);
		match(text, /\u2068שלום[^\n]*\u2069/, 'a name from right to left is isolated');
	}
	const r = shop.kontor('mail', 'preview', 'order_placed', ...of, '--eml');
	doesNotMatch(r.stdout, /^Bcc:/m, 'nobody else receives it');
});

test('letters of every kind arrive in both parts of the mail', () => {
	const n = id(orders.mixed), words = 'Grüße – „Öl“ ÅŁşő 50 € ﬁ 茶 🍵 naïve';
	shop.sql(`SET NAMES utf8mb4; UPDATE order_line SET title = '${words}' WHERE order_id = ${n}`);
	const mail = kontor('mail', 'preview', 'order_placed', '--order', orders.mixed, '--eml').replace(/\r\n/g, '\n');
	const boundary = /boundary="([^"]+)"/.exec(mail)[1];
	const parts = mail.split(`\n--${boundary}`).filter((part) => /^Content-Transfer-Encoding: quoted-printable$/m.test(part))
		.map((part) => part.replace(/=\n/g, '').replace(/=([0-9A-F]{2})/g, (all, hex) => String.fromCharCode(parseInt(hex, 16))));
	equal(parts.length, 2);
	for (const part of parts)
		ok(Buffer.from(part, 'latin1').toString('utf8').replace(/\s+/g, ' ').includes(words), part.slice(0, 200));
});

test('a mail from right to left says so, and isolates what is foreign', async () => {
	const html = preview('order_placed', ['--order', order, '--lang', 'ar'], '--html');
	match(html, /<html lang="ar" dir="rtl">/);
	match(html, /padding-left:16px[^"]*"><bdi>[\s\S]*text-align:left/);
	match(preview('order_placed', ['--order', order, '--lang', 'ar'], '--text'), /\u2066K-\d+\u2069/);
});

test('a mail server that is dead breaks no purchase: no page fails, and the mail waits', async () => {
	kontor('config', 'set', 'mail.transport', 'smtp', 'mail.server', '127.0.0.1:1', 'mail.limit_s', '5');
	shop.jobs.kill('SIGTERM');
	await until('kontor-jobs to end', () => shop.jobs.gone);
	shop.startJobs();
	const failed = () => shop.linesWith('event=error kind=').length, before = failed();
	const number = await place('en', ['tea']), of = `order_id = ${id(number)} AND kind = 'mail' AND subject LIKE 'order\\_placed/%'`;
	await until('an attempt', () => shop.number(`SELECT COUNT(*) FROM outbox WHERE ${of} AND state = 0 AND attempts = 1 AND why LIKE '%127.0.0.1:1%'`) === 1);
	await place('de', ['cup']);
	equal(failed(), before, 'no error page');
	equal(shop.number(`SELECT due_at > UNIX_TIMESTAMP() FROM outbox WHERE ${of}`), 1, 'it is tried again');
});

test('a mail server that says nothing holds up nothing but mail', async () => {
	const sockets = new Set();
	const silent = net.createServer((c) => { sockets.add(c); c.on('error', () => {}).on('close', () => sockets.delete(c)); });
	await new Promise((done) => { silent.listen(0, '127.0.0.1', done); });
	kontor('config', 'set', 'mail.transport', 'smtp', 'mail.server', `127.0.0.1:${silent.address().port}`, 'mail.limit_s', '600');
	shop.jobs.kill('SIGTERM');
	await until('kontor-jobs to end', () => shop.jobs.gone);
	shop.startJobs();
	await place('en', ['tea']);
	await until('the mail server to be asked', () => sockets.size > 0);
	const deletes = () => shop.number("SELECT COUNT(*) FROM outbox WHERE kind = 'cache'");
	shop.sql("INSERT INTO outbox (kind, subject, version, payload, due_at, created_at) VALUES ('cache', 'product/1', 987654, '', 0, 0)");
	await until('the cache delete', () => deletes() === 0);
	equal(sockets.size, 1, 'the transfer is still under way');
	silent.close();
	shop.jobs.kill('SIGTERM');
	sockets.forEach((c) => c.destroy());
	await until('both processes to end', () => shop.jobs.gone && !shop.kontor('status').stdout.includes('kontor-jobs alive')
		&& /0 kontor-jobs/.test(shop.kontor('status').stdout));
});

run({ before: async () => {
	const dir = fs.mkdtempSync('/tmp/km-');
	shop = await Shop.start({ goods: { tea: { stock: 100, title: 'Tea & <biscuits>' }, cup: { stock: 100 }, book: { stock: 100, ships: false } },
		conf: { site: { languages: 'en, de, zh-Hans, ar', sender: 'shop@example.org', address: 'Am Hafen 1\n    20457 Hamburg', hours: 'Mo-Fr 10:00-18:00' },
			shipping: { pickup: 'yes' },
			order: { bank: 'Kontor\n    IBAN DE02 1203 0000 0000 2020 51' },
			mail: { transport: 'file', maildir: dir } } });
	fs.symlinkSync(dir, path.join(shop.dir, 'mail'));
	orders = {
		en: await place('en', ['tea', 'cup']), de: await place('de', ['tea']), long: await place('en', ['tea']), hostile: await place('en', ['tea']),
		download: await place('en', ['book']), mixed: await place('en', ['book', 'tea']), collect: await place('en', ['cup'], { kind: 'collection' }) };
	order = await place('zh-Hans', ['tea', 'cup'], { message: 'Ring twice' });
}, after: async () => {
	const dir = fs.realpathSync(path.join(shop.dir, 'mail'));
	await shop.stop();
	fs.rmSync(dir, { recursive: true, force: true });
} });
