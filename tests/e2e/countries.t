#!/usr/bin/env node
// countries.t - orders from many countries, each with its own form of address; and the currency of a shop's prices.
// KONTOR_TEST_COUNTRIES=all orders from each (make check-countries); otherwise from every fourth.
'use strict';
const { match, doesNotMatch, strictEqual: equal, deepStrictEqual: same, ok } = require('assert');
const child = require('child_process');
const fs = require('fs');
const http = require('http');
const path = require('path');
const { Buyer } = require('./buyer.js');
const { COUNTRIES } = require('./countries.js');
const { Shop } = require('./shop.js');
const { build } = require('./stack.js');
const { test, run } = require('./tap.js');

const all = process.env.KONTOR_TEST_COUNTRIES === 'all';
let s, product;

const form = (fields) => new URLSearchParams(fields).toString();
const buyer = (server = 'lighttpd') => new Buyer(s.origin(server), { agent: new http.Agent({ keepAlive: false }) });
const decode = (html) => html.replace(/&#39;/g, "'").replace(/&quot;/g, '"').replace(/&lt;/g, '<').replace(/&amp;/g, '&');
const plain = (html) => decode(html.replace(/<[^>]*>/g, '')).trim();

async function withCart(lang = 'en', server = 'lighttpd') {
	const b = buyer(server);
	await b.go('POST', `/${lang}/cart/add`, { body: `product=${product}&quantity=1` });
	b.csrf = new URLSearchParams(b.form('/cart/update').body).get('csrf');
	b.post = (step, fields) => b.send('POST', `/${lang}/checkout/${step}`, { body: form({ csrf: b.csrf, ...fields }) });
	b.see = async (step) => (await b.send('GET', `/${lang}/checkout/${step}`)).text;
	return b;
}

// The lines of the postal address that begins with this name.
function address(html, name) {
	const dd = html.split(/<dd[^>]*>/).find((part) => plain(part).startsWith(name));
	ok(dd, `an address of ${name}`);
	return dd.split('</dd>')[0].replace(/<span class="line-text[\s\S]*/, '').split('<br>').map(plain).filter((line) => line !== '');
}

const GOOD = { email: 'ada@example.org', name: 'Ada Example', street: 'Lane 1', city: 'Hamburg', postcode: '20457', country: 'DE' };
const to = (c) => ({ ...GOOD, country: c.code, postcode: c.postcode, city: c.city, region: c.region, extra: c.extra });
const names = new Intl.DisplayNames('en', { type: 'region' });

async function order(c, server) {
	const b = await withCart('en', server);
	const form1 = await b.post('address', to(c));
	equal(form1.status, 303, c.code);
	match(form1.headers.location, /\/checkout\/delivery$/, `${c.code} ${c.postcode}: the address is taken at once`);
	equal((await b.post('delivery', { delivery: 'standard' })).status, 303, c.code);
	equal((await b.post('payment', { payment: 'transfer' })).status, 303, c.code);
	const review = await b.get('/en/checkout/review');
	const want = ['Ada Example', ...(c.place.includes('*') ? [] : ['Lane 1']), ...c.place.replace('*', 'Lane 1').split(';')];
	const printed = address(review.text, 'Ada Example');
	same(printed.slice(0, want.length), want, `${c.code} on the review`);
	ok(printed.length === want.length + (c.code === 'DE' ? 0 : 1), `${c.code}: the country is the last line`);
	(c.bp ? match : doesNotMatch)(review.text, /19\s*%/, `${c.code} ${c.postcode}: tax on the review`);
	const placed = await b.submit('/checkout/place', { terms: '1' });
	match(placed.target, /\/en\/order\//, c.code);
	same(address(placed.text, 'Ada Example').slice(0, want.length), want, `${c.code} on the order`);
	(c.bp ? match : doesNotMatch)(placed.text, /19\s*%/, `${c.code}: tax on the order`);
	const sent = s.sql('SELECT t.tax_bp, t.tax_minor > 0 FROM order_tax t ORDER BY order_id DESC, tax_bp DESC LIMIT 1').trim().split('\t').map(Number);
	same(sent, [c.bp, c.bp ? 1 : 0], `${c.code}: the tax of the order`);
}

test('orders come from many countries, printed as there, taxed by territory', async () => {
	const chosen = COUNTRIES.filter((c, i) => all || i % 4 === 0);
	for (const [i, c] of chosen.entries())
		await order(c, i % 2 ? 'apache' : 'lighttpd');
	console.log(`# ${chosen.length} of ${COUNTRIES.length} countries`);
	const r = s.kontor('verify');
	equal(r.status, 0, r.stdout + r.stderr);
	const receipts = s.kontor('receipts', 'compare');
	equal(receipts.status, 0, receipts.stdout + receipts.stderr);
});

test('the tax of a territory follows from the cart on', async () => {
	for (const [code, postcode, taxed] of [['ES', '35001', false], ['ES', '38001', false], ['ES', '51001', false], ['ES', '28013', true],
		['FR', '97110', false], ['FR', '75001', true], ['FI', '22100', false], ['DE', '78266', false], ['IT', '23041', false],
		['IT', '47890', false], ['GR', '630 86', false], ['GB', 'BT1 5GS', true], ['GB', 'SW1A1AA', false], ['MC', '98000', true]]) {
		const b = await withCart();
		await b.post('address', { ...GOOD, country: code, postcode });
		for (const html of [(await b.send('GET', '/en/cart')).text, await b.see('delivery')])
			(taxed ? match : doesNotMatch)(html, /19\s*%/, `${code} ${postcode}`);
	}
});

const fields = (html, prefix = '') => [...html.matchAll(/<(?:input|select) id="([a-z_]+)" name="([a-z_]+)"/g)].map((m) => m[2])
	.filter((name) => name.startsWith('billing_') === (prefix !== '') && !['email', 'phone'].includes(name));

test('another country shows its own fields and words, and keeps what was typed', async () => {
	const b = await withCart();
	for (const [country, want, words] of [['US', 'country name company street extra city region postcode', />State[\s\S]*>ZIP code/],
		['JP', 'country name company street extra city region postcode', /Prefecture/], ['HU', 'country name company city street extra postcode', /Postcode/],
		['AE', 'country name company street extra city region', /Emirate/], ['BO', 'country name company street extra postcode city region', /State or province/],
		['IN', 'country name company street extra city postcode region', /PIN code/], ['IE', 'country name company street extra city region postcode', /County[\s\S]*Eircode/]]) {
		const rs = await b.post('address', { email: 'ada@example.org', name: 'Ada', country, act: 'country' });
		equal(rs.status, 303);
		match(rs.headers.location, /checkout\/address$/);
		const html = await b.see('address');
		equal(fields(html).join(' '), want, country);
		match(html, words, country);
		match(html, new RegExp(`<option value="${country}" selected`));
		match(html, /value="ada@example\.org"/);
		doesNotMatch(html, /field-error/, 'nothing was sent yet');
	}
	const b2 = await withCart('zh-hans');
	await b2.post('address', { country: 'JP', act: 'country' });
	same(fields(await b2.see('address')), 'country name company postcode region city street extra'.split(' '), 'from the large to the small');
});

test('a field that the country does not use is shown while it has a value', async () => {
	const b = await withCart();
	await b.post('address', { ...GOOD, region: 'HH', act: 'country' });
	ok(fields(await b.see('address')).includes('region'));
	await b.post('address', { ...GOOD, region: '', act: 'country' });
	ok(!fields(await b.see('address')).includes('region'));
});

test('a postcode of an unusual form is asked about once, and never refused', async () => {
	for (const [country, postcode] of [['DE', '2045'], ['AT', '10100'], ['NL', '1012'], ['GB', '12345'], ['JP', '100'], ['US', '9410']]) {
		const b = await withCart(), typed = { ...GOOD, country, postcode, region: 'X' };
		match((await b.post('address', typed)).headers.location, /\/address$/, `${country} ${postcode}`);
		match(await b.see('address'), /not the usual form/);
		match((await b.post('address', typed)).headers.location, /\/delivery$/, 'sent again, it is taken');
		await b.post('delivery', { delivery: 'standard' });
		await b.post('payment', { payment: 'transfer' });
		ok(address(await b.see('review'), 'Ada Example').some((line) => line.includes(postcode)));
	}
});

test('the countries of a delivery are those that the merchant serves, and of a bill all', async () => {
	const html = await (await withCart('de')).see('address');
	const [goods, bill] = html.split('id="billing_country"').map((part) => [...part.matchAll(/<option value="([A-Z]{2})"/g)].map((m) => m[1]));
	equal(goods.length, 248, 'all but one');
	ok(!goods.includes('AQ') && goods[0] === 'DE');
	equal(new Set(bill).size, 249);
	const shown = [...html.split('id="billing_country"')[0].matchAll(/<option[^>]*>([^<]*)/g)].map((m) => m[1]).slice(1);
	same(shown, [...shown].sort(new Intl.Collator('de').compare));
	const b = await withCart();
	await b.post('address', { ...GOOD, country: 'AQ', postcode: '' });
	match(await b.see('address'), /Please choose one of these/);
});

test('telephone and order numbers, codes and addresses have a direction of their own', async () => {
	const b = await withCart('ar');
	match((await b.send('GET', '/ar/info/contact')).text, /<bdi dir="ltr">\+49 40 0000000<\/bdi>/);
	const imprint = (await b.send('GET', '/ar/info/imprint')).text;
	match(imprint, /<bdi dir="ltr">\+49 40 0000000<\/bdi>/);
	match(imprint, /<bdi dir="ltr">DE000000000<\/bdi>/);
	await b.post('address', { ...GOOD, phone: '+49 40 123 456' });
	await b.post('delivery', { delivery: 'standard' });
	await b.post('payment', { payment: 'transfer' });
	const review = await b.get('/ar/checkout/review');
	match(review.text, /<bdi dir="ltr">\+49 40 123 456<\/bdi>/);
	match(review.text, /class="postal"[^]*20457 Hamburg/);
	const placed = await b.submit('/checkout/place', { terms: '1' });
	const number = s.sql('SELECT number FROM orders ORDER BY id DESC LIMIT 1').trim();
	match(placed.text, new RegExp(`<h1>[^<]*<bdi dir="ltr">${number}</bdi>`));
	match(placed.text, /class="postal"[^]*20457 Hamburg/);
	match(placed.text, /<bdi dir="ltr">ada@example\.org<\/bdi>/);
	match((await b.send('GET', '/ar/nosuch')).text, /<bdi dir="ltr">/, 'the number of an error');
	for (const m of placed.text.matchAll(/\+?\d[\d ]{6,}\d/g))
		ok(!/>[^<]*$/.test(placed.text.slice(0, m.index)) || /<bdi[^>]*>[^<]*$|[-\w"=/]$/.test(placed.text.slice(0, m.index)), `bare: ${m[0]}`);
});

const tool = (file, ...args) => child.spawnSync(path.join(build, 'kontor'), ['--config', file, ...args], { encoding: 'utf8' });

// The configuration in another file, for the tool alone.
function copy() {
	const file = path.join(s.dir, 'other.conf');
	fs.copyFileSync(s.confFile, file);
	return file;
}

test('a currency cannot be changed under prices, on any way in', async () => {
	for (const code of ['KWD', 'JPY', 'USD', 'CHF', 'ISK']) {
		const file = copy(), r = tool(file, 'config', 'set', 'site.currency', code);
		equal(r.status, 1, code);
		match(r.stderr, /prices in the database are in EUR/);
		equal(tool(file, 'config', 'get', 'site.currency').stdout.trim(), 'EUR', 'nothing was changed');
		equal(tool(file, 'setup', '--batch', '--currency', code).status, 1);
		equal(tool(file, 'config', 'get', 'site.currency').stdout.trim(), 'EUR');
	}
	// by hand, past all commands
	const file = copy();
	fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('[site]', '[site]\ncurrency = USD'));
	for (const args of [['config', 'check'], ['import', 'products', path.join(s.dir, 'goods.csv')], ['verify'], ['doctor', 'schema']]) {
		const r = tool(file, ...args);
		ok(r.status > 0, args.join(' '));
		match(r.stdout + r.stderr, /prices in the database are in EUR/, args.join(' '));
	}
	equal(tool(s.confFile, 'config', 'set', 'site.currency', 'EUR').status, 0, 'the same is no change');
});

run({
	before: async () => {
		s = await Shop.start({ goods: { tea: { title: 'Tea', stock: 1000, price: '10.00' } }, conf: {
			site: { languages: 'en, de, zh-Hans, ar', phone: '+49 40 0000000', vat_id: 'DE000000000', sender: 'shop@example.org' },
			shipping: { countries: 'all, -AQ' }, web: { deadline_ms: 5000 },
		} });
		product = s.number("SELECT id FROM product WHERE handle = 'tea'");
	},
	after: () => s.stop(),
});
