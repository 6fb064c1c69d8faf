#!/usr/bin/env node
// variants.t - products with 2,000 variants are imported, shown, chosen, ordered and exported, within the limits of a page
// and of memcached.
'use strict';
const { match, strictEqual: equal, deepStrictEqual: same, ok } = require('assert');
const fs = require('fs');
const net = require('net');
const path = require('path');
const { Buyer, forms } = require('./buyer.js');
const { SHAPES, VARIANTS, manyCsv, png } = require('./many.js');
const { Shop } = require('./shop.js');
const { test, run } = require('./tap.js');

const PAGE_B = 300000, VALUE_B = 1 << 20;
const names = Object.keys(SHAPES), short = names.filter((name) => name !== 'text');
let shop;

// The bytes of each value in memcached.
function sizes() {
	return new Promise((done, fail) => {
		let text = '';
		const to = net.connect(path.join(shop.services, 'mc.sock'), () => to.write('lru_crawler metadump all\r\n'));
		to.on('error', fail);
		to.on('data', (data) => {
			text += data;
			if (text.endsWith('END\r\n')) {
				to.end();
				done([...text.matchAll(/ size=(\d+)/g)].map((x) => Number(x[1])));
			}
		});
	});
}

const selects = (html) => [...html.matchAll(/<select id="(pick\d)" name="pick\d">([\s\S]*?)<\/select>/g)]
	.map(([, name, body]) => ({ name, options: [...body.matchAll(/<option value="(\d+)"( selected)?>([^<]*)/g)].map(([, value, selected, text]) => ({ value, selected: Boolean(selected), text })) }));

test('each of them is imported whole, without a note', async () => {
	const file = path.join(shop.dir, 'many.csv'), pictures = path.join(shop.dir, 'in');
	fs.mkdirSync(pictures);
	for (let n = 0; n < 50; n++)
		fs.writeFileSync(path.join(pictures, `many-${n}.png`), png(n));
	fs.writeFileSync(file, manyCsv(...names));
	const r = shop.kontor('import', 'products', file, '--images', pictures);
	equal(r.status, 0, r.stderr);
	equal(r.stderr.replace(/.*(?:fonts?|progress).*\n/g, ''), '');
	match(r.stdout, new RegExp(`variants: ${names.length * VARIANTS} new`));
	match(r.stdout, /pictures: 50 new/);
});

test(`their pages stay below ${PAGE_B} bytes in every language, whatever is chosen`, async () => {
	for (const name of short)
		for (const lang of ['en', 'de', 'zh-hans'])
			for (const query of ['', `?v=${shop.number(`SELECT MAX(v.id) FROM variant v JOIN product p ON p.id = v.product_id WHERE handle = 'many-${name}'`)}`]) {
				const rs = await shop.get('lighttpd', `/${lang}/p/many-${name}${query}`);
				equal(rs.status, 200);
				const size = Buffer.byteLength(rs.text);
				ok(size < PAGE_B, `many-${name} in ${lang}: ${size} bytes`);
				same(selects(rs.text).map((s) => s.options.filter((o) => o.selected).length), SHAPES[name].joint ? [1] : SHAPES[name].names.map(() => 1));
			}
});

test('the words of a choice are shown whole, at their limits too', async () => {
	const { text } = await shop.get('lighttpd', `/en/p/many-limits?v=${shop.number(`SELECT v.id FROM variant v JOIN product p ON p.id = v.product_id WHERE handle = 'many-limits' AND v.price_minor = 5600 LIMIT 1`)}`);
	ok(text.includes(`<p class="option-chosen">${SHAPES.limits.values(46).join(' / ')}</p>`), /<p class="option-chosen">.*/.exec(text)[0]);
});

test('their values fit into memcached, and are read from there', async () => {
	for (const name of names)
		await shop.get('lighttpd', `/en/p/many-${name}`);
	const all = await sizes();
	ok(all.length > 2 * names.length && Math.max(...all) < VALUE_B, `of ${all.length} the largest has ${Math.max(...all)} bytes`);
	const fills = await shop.total('cache_fills_total', 'class="product"');
	for (const name of names)
		await shop.get('apache', `/en/p/many-${name}`);
	equal(await shop.total('cache_fills_total', 'class="product"'), fills, 'another backend reads no product from the database');
});

test('any choice shows its variant, and values of another one that does not exist are said', async () => {
	const page = (query) => shop.get('lighttpd', `/en/p/many-grid${query}`);
	const all = selects((await page('')).text);
	for (const at of [[0, 0, 0], [19, 9, 9], [7, 3, 5], [13, 0, 9], [1, 8, 2]]) {
		const { text } = await page(`?${at.map((n, i) => `pick${i + 1}=${all[i].options[n].value}`).join('&')}`);
		same(selects(text).map((s) => s.options.findIndex((o) => o.selected)), at);
		same(selects(text).map((s) => s.options.find((o) => o.selected).text.split(' –')[0]), [`Size ${at[0]}`, `Colour ${at[1]}`, `Fabric ${at[2]}`]);
		const v = at[0] + 20 * at[1] + 200 * at[2];
		match(text, new RegExp(`class="price-now[^"]*"[^>]*>[^<]*${10 + v % 90}\\.00`), `variant ${v}`);
		equal(/name="variant" value="(\d+)"/.exec(text)[1], String(shop.number(`SELECT id FROM variant WHERE sku = 'grid-${v}'`)));
	}
	const rare = async (query) => (await shop.get('lighttpd', `/en/p/many-text${query}`)).text, two = selects(await rare(''));
	const near = await rare(`?pick1=${two[0].options[500].value}&pick2=${two[1].options.find((o) => o.text === 'Colour 3').value}`);
	match(near, /This combination does not exist/);
	match(near, /<option value="\d+" selected>Colour 3/);
	const [joint] = selects((await shop.get('lighttpd', '/de/p/many-entities')).text);
	equal(joint.options.length, VARIANTS);
	const one = (await shop.get('lighttpd', `/de/p/many-entities?pick1=${joint.options[1500].value}`)).text;
	match(one, new RegExp(`<option value="${joint.options[1500].value}" selected>`));
	ok(one.includes(`<p class="option-chosen">${SHAPES.entities.values(1500).join(' / ').replaceAll('"', '&quot;')}</p>`), 'whole beside the select');
	match(one, /One \/ Two \/ Three<\/label>/);
	for (const query of ['?pick1=1', '?pick1=18446744073709551615&pick9=2', '?v=99999999', '?pick2=abc&variant=0'])
		equal((await page(query)).status, 200, query);
});

test('what the selects show is bought without scripts, also a choice that was not shown before', async () => {
	const b = new Buyer(shop.origin('apache'));
	await b.get('/de/p/many-grid');
	const all = selects(b.page.text), form = forms(b.page.text).find((f) => f.fields.some(([name]) => name === 'pick1'));
	const send = (at, more) => b.go('POST', '/de/cart/add', { body: new URLSearchParams({ ...Object.fromEntries(form.fields),
		...Object.fromEntries(at.map((n, i) => [`pick${i + 1}`, all[i].options[n].value])), ...more }).toString() });
	await send([4, 6, 8], { quantity: '3' });
	match(b.page.text, /Size 4[^<]*Colour 6[^<]*Fabric 8/);
	await b.checkout('de');
	await b.submit('/checkout/place', { terms: '1' });
	match(b.page.target, /\/order\//);
	match(b.page.text, /Size 4[^<]*Colour 6[^<]*Fabric 8/);
	equal(shop.number("SELECT on_hand FROM stock s JOIN variant v ON v.id = s.variant_id WHERE sku = 'grid-1724'"), 47);
});

test('one with all columns at their limits is ordered, and its texts stand in the order whole', async () => {
	const b = new Buyer(shop.origin('lighttpd'));
	const { text } = await b.get('/en/p/many-limits');
	const form = forms(text).find((f) => f.fields.some(([name]) => name === 'pick1'));
	await b.go('POST', '/en/cart/add', { body: new URLSearchParams([...form.fields, ...(form.buttons || []).filter(([name]) => name === 'csrf')]).toString() });
	await b.checkout('en');
	await b.submit('/checkout/place', { terms: '1' });
	match(b.page.target, /\/order\//);
	ok(b.page.text.includes(SHAPES.limits.title) && b.page.text.includes(SHAPES.limits.values(0).join(' / ')), 'title and options');
});

test('their export has every variant, and importing it changes nothing', async () => {
	const file = path.join(shop.dir, 'out.csv'), again = path.join(shop.dir, 'again.csv');
	equal(shop.kontor('export', 'products', file).status, 0);
	const r = shop.kontor('import', 'products', file);
	match(r.stdout, new RegExp(`${names.length * VARIANTS} unchanged`));
	match(r.stdout, /\n0 changes/);
	equal(shop.kontor('export', 'products', again).status, 0);
	ok(fs.readFileSync(file).equals(fs.readFileSync(again)));
	const verify = shop.kontor('verify');
	equal(verify.status, 0, verify.stdout);
});

test('what does not exist together leads back to the product, which says so and shows the nearest', async () => {
	const b = new Buyer(shop.origin('lighttpd')), two = selects((await shop.get('lighttpd', '/en/p/many-text')).text);
	await b.get('/en/p/many-text');
	const form = forms(b.page.text).find((f) => f.fields.some(([name]) => name === 'pick1'));
	await b.go('POST', '/en/cart/add', { body: new URLSearchParams({ ...Object.fromEntries(form.fields), pick1: two[0].options[500].value,
		pick2: two[1].options.find((o) => o.text === 'Colour 3').value }).toString() });
	same(b.page.trail, [303, 200]);
	match(b.page.text, /This combination does not exist/);
	match(b.page.text, /<option value="\d+" selected>Colour 3/);
	const table = path.join(shop.dir, 'pair.csv');
	fs.writeFileSync(table, 'Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant Price\n'
		+ 'pair,Pair,Size,S,Colour,Red,5\npair,,,S,,Blue,6\npair,,,M,,Red,7\n');
	shop.kontor('import', 'products', table);
	for (const lang of ['en', 'de']) {
		await b.get(`/${lang}/p/pair`);
		await b.submit('/cart/add', { option1: 'M', option2: 'Blue' });
		same(b.page.trail, [303, 200]);
		match(b.page.text, lang === 'en' ? /This combination does not exist/ : /Diese Kombination gibt es nicht/);
		match(b.page.text, /value="M" checked/);
		match(b.page.text, /pill-impossible"><input[^>]* value="Blue" disabled/);
	}
	ok(!(await b.get('/en/cart')).text.includes('Pair'), 'nothing was put into the cart');
});

run({
	before: async () => { shop = await Shop.start({}); },
	after: async () => shop.stop(),
});
