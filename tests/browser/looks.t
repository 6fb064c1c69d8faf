#!/usr/bin/env node
// looks.t - what shoppers with small screens, large text, slow links, forced colours, paper or a keyboard get, in figures
// that a browser measures.
'use strict';
const { match, doesNotMatch, strictEqual: equal, deepStrictEqual: same, ok } = require('assert');
const fs = require('fs');
const path = require('path');
const { look, press, readCode, setup, validate, visit } = require('./kit.js');
const { manyCsv } = require('../e2e/many.js');
const { until } = require('../e2e/stack.js');
const { test, run } = require('../e2e/tap.js');

const HEAD = 'Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,'
	+ 'Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Requires Shipping,Variant Taxable,Status';
const LONG = 'Donaudampfschifffahrtsgesellschaftskapitänsmützenständer';
const TABLE = (n) => `<table><tr>${'<th>Column heading</th>'.repeat(n)}</tr><tr>${`<td>${LONG}</td>`.repeat(n)}</tr></table>`;
const ODD = { // handle: [title, description, vendor, type, option value, price]
	'odd-name': [LONG, '<p>x</p>', 'House', 'Odd', 'Default Title', '9.00'],
	'odd-table': ['Wide table', `<p>A table.</p>${TABLE(9)}`, 'House', 'Odd', 'Default Title', '9.00'],
	'odd-word': ['One word', `<p>${'x'.repeat(300)}</p><pre>${'y'.repeat(200)}</pre><p>https://example.org/${'z/'.repeat(80)}</p>`, 'House', 'Odd', 'Default Title', '9.00'],
	'odd-vendor': ['Long vendor', '<p>x</p>', `${LONG}${LONG}`, 'Odd', 'Default Title', '12345.00'],
	'odd-option': ['Long option', '<p>x</p>', 'House', 'Odd', LONG, '9.00'],
	'odd-han': ['特级'.repeat(40), `<p>${'特级龙井'.repeat(60)}</p>`, '茶', 'Odd', 'Default Title', '9.00'],
	'odd-kind': ['Long category', '<p>x</p>', 'House', `${LONG} & more`, 'Default Title', '9.00'],
	'odd-rtl': ['شاي أخضر (50 g) A-1', '<p>شاي من الصين.</p><p>يقطف في الربيع.</p>', 'دار الشاي', 'Odd', 'Default Title', '9.00'],
	'odd-markup': ['Marked up', '<p>A <strong>bold</strong> first sentence that is long enough to be taken as the summary. Then more.</p>', 'House', 'Odd', 'Default Title', '9.00'],
};
let shop;

function importOdd() {
	const quote = (x) => `"${String(x).replaceAll('"', '""')}"`;
	const file = path.join(shop.dir, 'odd.csv');
	fs.writeFileSync(file, [HEAD, ...Object.entries(ODD).map(([handle, [title, body, vendor, type, option, price]]) => [handle, title, body,
		vendor, type, '', 'TRUE', option === 'Default Title' ? 'Title' : 'Kind', option, handle, 100, 'shopify', 900, 'deny', price, 'TRUE', 'TRUE',
		'active'].map(quote).join())].join('\n'));
	const many = path.join(shop.dir, 'many.csv');
	fs.writeFileSync(many, manyCsv('grid'));
	for (const table of [file, many]) {
		const r = shop.kontor('import', 'products', table);
		equal(r.status, 0, r.stdout + r.stderr);
	}
}

const larger = (v, percent) => v.page.evaluate((p) => { document.documentElement.style.fontSize = `${p}%`; }, percent);

// What sticks out of the window, or lies over its neighbour, or is broken although it is an amount.
async function fits(v, name, percent = 100) {
	if (percent !== 100)
		await larger(v, percent);
	const bad = await v.page.evaluate(() => {
		const out = [], root = document.documentElement;
		if (root.scrollWidth > root.clientWidth)
			out.push(`the page is ${root.scrollWidth} wide in a window of ${root.clientWidth}`);
		const visible = (e) => e.checkVisibility({ checkVisibilityCSS: true }) && e.getClientRects().length > 0;
		for (const e of document.querySelectorAll('.price-now, .totals dd, .mini-total, .line-total, .bar-price'))
			if (visible(e)) {
				const range = document.createRange();
				range.selectNodeContents(e);
				if (new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size > 1)
					out.push(`${e.textContent} is broken`);
			}
		for (const line of document.querySelectorAll('.line, .totals > div, .mini-lines li')) {
			const parts = [...line.querySelectorAll('.stepper, .line-total, dt, dd, .mini-what, .mini-total, .line-what')].filter(visible).map((e) => [e, e.getBoundingClientRect()]);
			for (const [a, p] of parts)
				for (const [b, q] of parts)
					if (a !== b && p.left < q.right - 1 && q.left < p.right - 1 && p.top < q.bottom - 1 && q.top < p.bottom - 1)
						out.push(`${a.className || a.tagName} lies over ${b.className || b.tagName}`);
		}
		for (const e of document.querySelectorAll('main .button, main label, main h1, .aside dd'))
			if (visible(e) && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline' && !e.classList.contains('unseen'))
				out.push(`${e.textContent.trim().slice(0, 40)} bursts its box`);
		return out;
	});
	same(bad, [], `${name} at ${v.page.viewportSize().width} pixels, text at ${percent} %`);
	if (percent !== 100)
		await larger(v, 100);
}

const SIZES = [[320, 100], [360, 100], [768, 100], [320, 200], [390, 150], [390, 200], [1280, 200]];
async function fitsAll(v, name) {
	for (const [width, percent] of SIZES) {
		await v.page.setViewportSize({ width, height: 844 });
		await fits(v, name, percent);
	}
}

const submitted = (v, selector) => Promise.all([v.page.waitForNavigation(), v.page.locator(selector).first().click()]);

// Without scripts on the product page, so that the cart follows.
async function add(v, handle, quantity = 1) {
	await v.page.goto(`/${v.lang}/p/${handle}`);
	await Promise.all([v.page.waitForURL(/\/cart/), v.page.evaluate((n) => {
		document.querySelector('#buy [name=quantity]').value = n;
		HTMLFormElement.prototype.submit.call(document.querySelector('#buy'));
	}, quantity)]);
}

async function toReview(v) {
	await v.page.goto(`/${v.lang}/checkout/address`);
	for (const [name, value] of Object.entries({ email: `ada.${'long'.repeat(12)}@example.org`, name: 'Ada Example', street: 'Lange Reihe 1', postcode: '20457', city: 'Hamburg' }))
		await v.page.fill(`[name=${name}]`, value);
	await press(v);
	await v.page.check('[value=standard]');
	await press(v);
	await v.page.check('[value=transfer]');
	await press(v);
}

test('neither long words, wide tables nor large amounts burst a page, at any width and size of text', async () => {
	const v = await visit('lighttpd', { width: 320, lang: 'de' });
	for (const handle of [...Object.keys(ODD), 'longjing', 'ledger-notebook']) {
		await v.page.goto(`/de/p/${handle}`);
		await fitsAll(v, handle);
	}
	for (const target of ['/', '/c/tea', '/c/odd', `/search?q=${LONG}${LONG}`.slice(0, 98), '/search', '/p/none', '/info/delivery', '/info/imprint',
		'/info/contact', '/info/withdrawal', '/cart']) {
		await v.page.goto(`/de${target}`);
		await fitsAll(v, target);
	}
	await v.context.close();
});

test('cart, checkout and order keep their shape, too, with amounts beyond 10,000 and a long mail address', async () => {
	for (const lang of ['de', 'en']) {
		const v = await visit('lighttpd', { width: 320, lang });
		await add(v, 'odd-vendor', 9);
		await add(v, 'odd-name', 3);
		await add(v, 'ledger-notebook', 3);
		await add(v, 'odd-option', 2);
		await fitsAll(v, 'cart');
		await v.page.goto(`/${lang}/checkout/address`);
		await press(v);
		await fitsAll(v, 'address with errors');
		await toReview(v);
		await fitsAll(v, 'review');
		for (const step of ['address', 'delivery', 'payment']) {
			await v.page.goto(`/${lang}/checkout/${step}`);
			await fitsAll(v, step);
		}
		await v.page.goto(`/${lang}/checkout/review`);
		await v.page.check('[name=terms]');
		await press(v);
		match(v.page.url(), /\/order\//);
		await fitsAll(v, 'order');
		await v.context.close();
	}
});

test('a wide table of a description scrolls inside, and keeps its columns readable', async () => {
	const v = await visit('lighttpd', { width: 360 });
	await v.page.goto('/en/p/odd-table');
	const table = await v.page.locator('.prose table').evaluate((e) => ({ scrolls: e.scrollWidth > e.clientWidth, cell: e.querySelector('td').offsetWidth }));
	ok(table.scrolls && table.cell >= 70, JSON.stringify(table));
	await look(v, '40-table');
	await v.context.close();
});

test('what can be tapped is 44 pixels high on a touch screen, and breadcrumbs stand in one line', async () => {
	for (const [width, targets] of [[390, ['/en/', '/en/c/tea', '/en/p/ledger-notebook', '/en/cart', '/de/p/wool-throw', '/en/p/none', '/en/info/delivery']], [768, ['/en/p/longjing']]]) {
		const v = await visit('lighttpd', { width, touch: true });
		await add(v, 'longjing');
		for (const target of targets) {
			await v.page.goto(target);
			const small = await v.page.evaluate(() => [...document.querySelectorAll('a, button, summary, input:not([type=hidden]), select, label')].filter((e) => {
				if (!e.checkVisibility() || e.closest('.unseen, .skip, p, .prose, .price-note, h3, .quantity > label') || e.matches('label.unseen, .pill input, .quantity label'))
					return false;
				const r = e.getBoundingClientRect();
				return r.height > 0 && Math.round(r.height) < (e.closest('.bottom') ? 36 : 44);
			}).map((e) => `${e.outerHTML.slice(0, 90)}: ${e.getBoundingClientRect().height}`));
			same(small, [], target);
			const rows = await v.page.evaluate(() => [...document.querySelectorAll('.breadcrumbs li > :is(a, span)')].map((e) => e.getBoundingClientRect())
				.map((r) => Math.round(r.top + r.height / 2)));
			ok(new Set(rows).size <= 2, `${target}: the middles of the breadcrumbs are at ${rows}`);
			for (let i = 1; i < rows.length; i++)
				ok(rows[i] === rows[i - 1] || rows[i] - rows[i - 1] >= 24, `${target}: a staircase ${rows}`);
		}
		await v.context.close();
	}
});

test('while a choice loads, the old price cannot be bought; choices made meanwhile are kept', async () => {
	const v = await visit('lighttpd', { width: 390 });
	await v.page.goto('/en/p/ledger-notebook');
	const release = [];
	await v.page.route(/[?&]v=/, async (route) => {
		await new Promise((done) => release.push(done));
		await route.continue();
	});
	const options = await v.page.evaluate(() => [...document.querySelectorAll('.option')].map((o) => [...o.querySelectorAll('input:not(:checked):not(:disabled)')].map((i) => i.value)[0]));
	await v.page.locator(`.option >> nth=0 >> input[value="${options[0]}"]`).check();
	await until('the first request', () => release.length === 1);
	ok(await v.page.locator('#buy button[type=submit]').isDisabled(), 'the button waits');
	equal(await v.page.locator('#product').getAttribute('aria-busy'), 'true');
	ok(+await v.page.locator('.buy-price').evaluate((e) => getComputedStyle(e).opacity) < 0.6, 'the price is dimmed');
	await v.page.locator(`.option >> nth=1 >> input[value="${options[1]}"]`).check();
	release.shift()();
	await until('the second request', () => release.length === 1);
	release.shift()();
	await v.page.waitForFunction(() => document.querySelector('#product').getAttribute('aria-busy') === 'false');
	ok(await v.page.locator('#buy button[type=submit]').isEnabled());
	for (const [i, value] of options.slice(0, 2).entries())
		equal(await v.page.locator(`.option >> nth=${i} >> input:checked`).inputValue(), value, 'both choices hold');
	await v.page.unroute(/[?&]v=/);
	await v.page.route(/[?&]v=/, (route) => (route.request().resourceType() === 'fetch' ? route.abort() : route.continue()));
	await Promise.all([v.page.waitForNavigation(), v.page.locator('.option >> nth=0 >> input:not(:checked)').first().check()]);
	equal(await v.page.locator('#buy button[type=submit]').isEnabled(), true, 'a lost answer leads to the page itself');
	await v.context.close();
});

const chosenOf = (v) => v.page.locator('.option input:checked').evaluateAll((all) => all.map((e) => e.value));
const others = (v, i) => v.page.evaluate((n) => [...document.querySelectorAll('.option')[n].querySelectorAll('input:not(:checked):not(:disabled)')].map((e) => e.value), i);
const option = (v, i, value) => v.page.locator(`.option >> nth=${i} >> input[value="${value}"]`);
const settled = (v) => v.page.waitForFunction(() => document.querySelector('#product').getAttribute('aria-busy') !== 'true'
	&& [...document.querySelectorAll('.pill input:checked')].every((e) => e.defaultChecked));

// Holds what matches until released; `held` are those that wait.
async function hold(v, pattern, type) {
	const held = [];
	await v.page.route(pattern, async (route) => {
		if (!type || route.request().resourceType() === type)
			await new Promise((done) => held.push(done));
		await route.continue().catch(() => null);
	});
	return { held, free: async () => { await v.page.unroute(pattern); held.splice(0).forEach((done) => done()); } };
}

test('a choice made before the script has arrived, or while pictures load, shows its price as soon as it can', async () => {
	const v = await visit('lighttpd', { width: 390 });
	const script = await hold(v, /kontor[^/]*\.js/), pictures = await hold(v, /\/media\//);
	await v.page.goto('/en/p/longjing', { waitUntil: 'commit' });
	await v.page.locator('.pill input[value="100 g"]').check();
	const before = await v.page.locator('.buy-price .price-now').innerText();
	await script.free();
	await v.page.waitForFunction((was) => document.querySelector('.buy-price .price-now').innerText !== was, before);
	equal(await v.page.evaluate(() => document.readyState), 'interactive', 'the pictures still load');
	same(await chosenOf(v), ['100 g']);
	await pictures.free();
	await v.page.waitForLoadState('load');
	await settled(v);
	same(await chosenOf(v), ['100 g']);
	await v.context.close();
});

test('on a slow link nothing is bought that was not shown, whatever is pressed meanwhile', async () => {
	const v = await visit('lighttpd', { width: 390 });
	const posts = [];
	v.page.on('request', (r) => r.method() === 'POST' && posts.push(r.postData()));
	const variant = () => v.page.locator('#buy input[name=variant]').inputValue();
	const start = async () => {
		posts.length = 0;
		await v.page.goto('/en/p/ledger-notebook');
		return [await chosenOf(v), await others(v, 0), await hold(v, /[?&]v=/)];
	};
	// there and back again: the first choice holds
	let [first, [second], slow] = await start();
	await option(v, 0, second).check();
	await until('the request', () => slow.held.length === 1);
	await option(v, 0, first[0]).check();
	await slow.free();
	await settled(v);
	same(await chosenOf(v), first);
	// the enter key in the field of the quantity, and a button pressed by a script: nothing is sent
	[first, [second], slow] = await start();
	await option(v, 0, second).check();
	await until('the request', () => slow.held.length === 1);
	await v.page.focus('#quantity');
	await v.page.keyboard.press('Enter');
	await v.page.evaluate(() => document.querySelector('#buy').requestSubmit());
	await slow.free();
	await settled(v);
	same(posts, []);
	equal((await chosenOf(v))[0], second);
	// a quantity typed meanwhile is kept, and bought with what is shown then
	[first, [second], slow] = await start();
	await option(v, 0, second).check();
	await until('the request', () => slow.held.length === 1);
	await v.page.fill('#quantity', '3');
	await slow.free();
	await settled(v);
	equal(await v.page.inputValue('#quantity'), '3');
	const shown = await variant();
	await submitted(v, '#buy button[type=submit]');
	ok(posts.length === 1 && posts[0].includes('quantity=3') && posts[0].includes(`variant=${shown}`), String(posts));
	// an answer that is no page of the shop, such as a portal's, leads to the page itself
	[first, [second]] = await start();
	await v.page.unroute(/[?&]v=/);
	await v.page.route(/[?&]v=/, (route) => (route.request().resourceType() === 'fetch'
		? route.fulfill({ contentType: 'text/html', body: '<title>Log in to our network</title>' }) : route.continue()));
	await Promise.all([v.page.waitForNavigation(), option(v, 0, second).check()]);
	equal((await chosenOf(v))[0], second);
	await v.page.unroute(/[?&]v=/);
	// away and back while it loads: the page shows one variant, the one of its address
	[first, [second], slow] = await start();
	await option(v, 0, second).check();
	await until('the request', () => slow.held.length === 1);
	await v.page.evaluate(() => { location.href = '/en/info/about'; });
	await v.page.waitForURL(/about/);
	await slow.free();
	await v.page.goBack();
	await v.page.waitForFunction(() => document.querySelector('#product') && document.querySelector('#product').getAttribute('aria-busy') !== 'true');
	await settled(v);
	ok(await v.page.locator('#buy button[type=submit]').isEnabled());
	// two presses on a slow link put one into the cart
	await v.page.goto('/en/p/ledger-notebook');
	const cart = () => v.page.locator('.tool-cart .count span').first().innerText();
	const before = Number(await cart()), add = await hold(v, /cart\/add/);
	await v.page.locator('#buy button[type=submit]').dblclick();
	await v.page.keyboard.press('Enter');
	await until('the request', () => add.held.length >= 1);
	equal(add.held.length, 1);
	await add.free();
	await v.page.waitForFunction((n) => Number(document.querySelector('.tool-cart .count span').textContent) > n, before);
	equal(Number(await cart()), before + 1);
	await v.context.close();
});

test('a product with 2,000 variants is chosen by selects, with scripts, on a slow link and without', async () => {
	const v = await visit('lighttpd', { width: 390, touch: true });
	const [size, colour, fabric] = ['#pick1', '#pick2', '#pick3'].map((s) => v.page.locator(s));
	const words = () => v.page.locator('#buy .option-chosen').innerText();
	await v.page.goto('/en/p/many-grid');
	equal(await v.page.locator('.pick-show').isVisible(), false, 'no button where the script shows the choice');
	await size.selectOption({ label: 'Size 7' });
	await v.page.waitForFunction(() => document.querySelector('#buy .option-chosen').innerText.startsWith('Size 7 /'));
	const slow = await hold(v, /[?&]pick/);
	await colour.selectOption({ label: 'Colour 4' });
	await until('the request', () => slow.held.length === 1);
	ok(await v.page.locator('#buy button.button-main').isDisabled());
	await fabric.selectOption({ label: 'Fabric 9' });
	await slow.free();
	await v.page.waitForFunction(() => document.querySelector('#buy .option-chosen').innerText === 'Size 7 / Colour 4 / Fabric 9');
	match(await v.page.locator('.buy-price .price-now').innerText(), /97\.00/); // 10 + 1887 % 90
	match(v.page.url(), /\?v=\d+$/);
	await look(v, '48-many');
	await fitsAll(v, 'many-grid');
	await submitted(v, '#buy button.button-main');
	match(await v.page.locator('main').innerText(), /Size 7 \/ Colour 4 \/ Fabric 9/);
	await v.context.close();
	const w = await visit('apache', { width: 390, scripts: false });
	await w.page.goto('/de/p/many-grid');
	await w.page.selectOption('#pick2', { label: 'Colour 8' });
	await submitted(w, '.pick-show button');
	match(await w.page.locator('#buy .option-chosen').innerText(), /Colour 8/);
	await w.page.selectOption('#pick3', { label: 'Fabric 2' });
	await submitted(w, '#buy button.button-main');
	match(await w.page.locator('main').innerText(), /Colour 8 \/ Fabric 2/);
	await w.context.close();
});

test('what was added is said on the product page, counted, and undone there', async () => {
	for (const width of [390, 1280]) {
		const v = await visit('lighttpd', { width });
		await v.page.goto('/en/p/longjing');
		await submitted(v, '#buy button[type=submit]');
		match(v.page.url(), /\/cart(\?|$)/, 'the first of a cart shows it');
		await v.page.goto('/en/p/ledger-notebook');
		await v.page.locator('#buy button[type=submit]').click();
		await v.page.locator('#said-cart').waitFor();
		match(v.page.url(), /\/p\/ledger-notebook/);
		equal(await v.page.locator('.tool-cart .count span').first().innerText(), '2');
		match(await v.page.locator('#said').innerText(), /is in your cart/);
		const [notice, bar] = await v.page.evaluate(() => ['#said-cart', '.buy-bar'].map((s) => document.querySelector(s).getBoundingClientRect().toJSON()));
		ok(notice.bottom <= bar.top + 1 || notice.top >= bar.bottom - 1, 'the notice does not lie over the button');
		await look(v, '41-added');
		await v.page.locator('#said-cart .undo').click();
		await v.page.waitForFunction(() => document.querySelector('.tool-cart .count span').textContent === '1');
		match(await v.page.locator('#said-cart').innerText(), /Removed/);
		await v.page.locator('#said-cart .undo').click();
		await v.page.waitForFunction(() => document.querySelector('.tool-cart .count span').textContent === '2');
		await submitted(v, '#said-cart .to-cart');
		match(v.page.url(), /\/cart$/);
		await v.context.close();
	}
});

test('the large picture is a dialog with a name and a way out, and larger than a telephone', async () => {
	const v = await visit('lighttpd', { width: 390, touch: true });
	await v.page.goto('/en/p/ledger-notebook');
	await v.page.locator('#picture').click();
	const box = v.page.locator('dialog.zoom');
	await box.waitFor();
	ok((await box.getAttribute('aria-label')).length > 3, 'it has a name');
	equal(await v.page.evaluate(() => document.activeElement.className), 'zoom-close');
	await v.page.waitForFunction(() => document.querySelector('.zoom img').complete);
	await look(v, '42-zoom');
	await v.page.locator('.zoom-size').click();
	ok(await box.evaluate((e) => e.scrollWidth >= 2 * e.clientWidth), 'the full size is at least twice as wide as the screen');
	await v.page.locator('.zoom-close').click();
	await box.waitFor({ state: 'detached' });
	equal(await v.page.evaluate(() => document.activeElement.id), 'picture', 'the focus is back');
	await v.page.locator('#picture').click();
	await v.page.keyboard.press('Escape');
	await box.waitFor({ state: 'detached' });
	await v.context.close();
});

test('the order on paper names seller, buyer and its own address, on one page, with its totals together', async () => {
	const v = await visit('lighttpd', { width: 1280 });
	await add(v, 'ledger-notebook');
	await add(v, 'longjing');
	await toReview(v);
	await v.page.check('[name=terms]');
	await press(v);
	equal(await v.page.locator('.pay-account .number').innerText(), 'IBAN DE02 1203 0000 0000 2020 51');
	await v.page.locator('.pay-account .copy').click();
	await v.page.waitForFunction(() => document.querySelector('.pay-account .copy').textContent === 'Copied');
	equal(await v.page.evaluate(() => navigator.clipboard.readText()), 'DE02120300000000202051');
	await look(v, '43-order');
	await v.page.emulateMedia({ media: 'print' });
	await readCode(v);
	const paper = await v.page.evaluate(() => [...document.querySelectorAll('.seller, .review, .keep-url, .totals, .pay, .tools, .menu, .bottom, .copy, .print, .timeline')]
		.filter((e) => e.checkVisibility() && e.getClientRects().length).map((e) => e.className.split(' ')[0]));
	same([...new Set(paper)].sort(), ['keep-url', 'pay', 'review', 'seller', 'totals']);
	for (const word of ['Alte Speicherstraße 4', 'DE000000000', v.page.url(), 'Lange Reihe 1', 'DE02 1203'])
		ok((await v.page.locator('main').innerText()).includes(word), word);
	const pdf = (await v.page.pdf({ format: 'A4' })).toString('latin1');
	equal((pdf.match(/\/Type\s*\/Page\b(?!s)/g) || []).length, 1, 'pages');
	for (const selector of ['.totals', '.pay', '.mini-lines li'])
		equal(await v.page.locator(selector).first().evaluate((e) => getComputedStyle(e).breakInside), 'avoid', selector);
	equal(await v.page.locator('.mini-lines li').last().evaluate((e) => getComputedStyle(e).breakAfter), 'avoid', 'the last line stays with the totals');
	await v.context.close();
});

test('in forced colours no menu item looks like the present one', async () => {
	const v = await visit('lighttpd', { width: 1280, forced: true });
	for (const target of ['/en/c/tea', '/en/', '/de/p/longjing', '/en/cart', '/en/p/kontor-pen']) {
		await v.page.goto(target);
		const seen = await v.page.evaluate(() => [...document.querySelectorAll('.menu a:not([aria-current])')]
			.map((e) => getComputedStyle(e).borderBlockEndColor === getComputedStyle(document.body).backgroundColor));
		ok(seen.length > 3 && seen.every(Boolean), `${target}: ${seen}`);
	}
	await look(v, '44-forced');
	await v.context.close();
});

test('error pages, of workers and of web servers, look right, are accessible and offer the next step', async () => {
	for (const width of [320, 390, 1280])
		for (const scheme of ['light', 'dark']) {
			const v = await visit('apache', { width, scheme, lang: 'de' });
			for (const [name, target, again] of [['404', '/de/p/none', false], ['503', '/de/p/longjing?X-Kontor-Fault=busy', true], ['500', '/de/p/longjing?X-Kontor-Fault=bug', true],
				['504-twin', '/error/apache/de/504.shtml', null], ['503-twin', '/error/apache/de/503.shtml', true], ['503-plain', '/error/503.html', true]]) {
				v.problems.length = 0;
				await v.page.goto(target);
				v.problems.length = 0;
				await look(v, `45-error-${name}`);
				const ways = await v.page.locator('.sorry-ways').innerText();
				if (again !== null)
					equal(/Noch einmal versuchen|Try again/.test(ways), again, target);
				doesNotMatch(await v.page.locator('.sorry').innerText(), /[:：]\s*-?\s*$/, 'no number that is none');
				if (!/html$/.test(target)) {
					const number = v.page.locator('#error-id');
					ok(width < 390 || (await number.boundingBox()).height < 30, 'the number stands in one line');
					equal(await v.page.locator('html').getAttribute('lang'), 'de');
				}
				await fits(v, target, 200);
			}
			await v.page.goto('/de/p/longjing?X-Kontor-Fault=busy');
			equal(await v.page.locator('a[data-again]').evaluate((a) => a.href), v.page.url(), 'again is the same address');
			await v.context.close();
		}
});

test('the focus neither changes the shape of the search field nor hides behind the bar', async () => {
	const v = await visit('lighttpd', { width: 1280 });
	await v.page.goto('/en/');
	const round = () => v.page.locator('#search').evaluate((e) => getComputedStyle(e).borderRadius);
	const before = await round();
	await v.page.focus('#search');
	equal(await round(), before);
	await v.page.setViewportSize({ width: 390, height: 700 });
	await v.page.goto('/en/p/ledger-notebook');
	const hidden = [];
	for (let i = 0; i < 45; i++) {
		await v.page.keyboard.press('Tab');
		hidden.push(...await v.page.evaluate(() => {
			const e = document.activeElement, bar = document.querySelector('.buy-bar'), r = e.getBoundingClientRect();
			return e === document.body || bar.contains(e) || e.closest('.unseen, .skip') || r.top < bar.getBoundingClientRect().top - 8 ? [] : [e.outerHTML.slice(0, 80)];
		}));
	}
	same(hidden, [], 'focused behind the bar');
	await v.context.close();
});

// The focus on each stop of the tab key: invisible, hidden behind something, outside the window, or against the order of
// the lines that are read.
async function focusFaults(v, stops) {
	const faults = [];
	await v.page.evaluate(() => { window.focusLast = null; document.activeElement.blur(); });
	for (let i = 0; i < stops; i++) {
		await v.page.keyboard.press('Tab');
		const [end, ...bad] = await v.page.evaluate(() => {
			const e = document.activeElement, name = (x) => x.outerHTML.slice(0, 90);
			if (e === document.body || e === document.documentElement || (window.focusLast && e.matches('.skip')))
				return [true];
			const drawn = e.matches('.pill input, .choice input') ? e.nextElementSibling : e;
			const out = [false], r = drawn.getBoundingClientRect();
			if ([getComputedStyle(drawn), getComputedStyle(e, '::after')].every((s) => (s.outlineStyle === 'none' || parseFloat(s.outlineWidth) < 2) && s.boxShadow === 'none'))
				out.push(`no ring: ${name(e)}`);
			const middle = (from, to, end) => (Math.max(from, 0) + Math.min(to, end)) / 2;
			const [x, y] = [middle(r.left, r.right, innerWidth), middle(r.top, r.bottom, innerHeight)];
			const top = document.elementFromPoint(x, y);
			if (r.right <= 0 || r.left >= innerWidth || r.bottom <= 0 || r.top >= innerHeight)
				out.push(`outside: ${name(e)} at ${Math.round(x)},${Math.round(y)}`);
			else if (top && top !== e && !drawn.contains(top) && !top.contains(drawn))
				out.push(`behind ${name(top)}: ${name(e)}`);
			const last = window.focusLast;
			if (last && !(e.compareDocumentPosition(last) & Node.DOCUMENT_POSITION_PRECEDING))
				out.push(`back from ${name(last)} to ${name(e)}`);
			window.focusLast = e;
			return out;
		});
		if (end)
			break;
		faults.push(...bad);
	}
	return faults;
}

test('with the tab key each stop is seen, in the order of the page, on every kind of page', async () => {
	for (const [width, scheme, lang, targets] of [
		[1280, 'light', 'en', ['/', '/c/tea', '/p/ledger-notebook', '/cart', '/checkout/address', '/search?q=tea', '/info/delivery', '/p/none']],
		[390, 'dark', 'de', ['/', '/c/tea?sort=price', '/p/longjing', '/p/many-grid', '/cart', '/checkout/address', '/p/odd-table']],
		[320, 'light', 'zh-hans', ['/p/longjing', '/cart']]]) {
		const faults = [];
		const v = await visit('lighttpd', { width, scheme, lang, height: width === 320 ? 256 : 844 });
		await add(v, 'longjing');
		for (const target of targets) {
			await v.page.goto(`/${lang}${target}`);
			faults.push(...(await focusFaults(v, 60)).map((x) => `${target} at ${width}: ${x}`));
		}
		if (width === 1280) {
			await press(v).catch(() => null);
			await v.page.goto('/en/checkout/address');
			await press(v);
			equal(await v.page.evaluate(() => document.activeElement.id), 'errors', 'the list of faults has the focus');
			await v.page.keyboard.press('Tab');
			await v.page.keyboard.press('Enter');
			equal(await v.page.evaluate(() => document.activeElement.name), 'email', 'a fault leads to its field');
			await toReview(v);
			faults.push(...await focusFaults(v, 60));
		}
		same(faults, []);
		await v.context.close();
	}
});

test('at a zoom of 400 % all is read by scrolling down only, and nothing that stands still covers half of it', async () => {
	const v = await visit('lighttpd', { width: 320, height: 256 });
	const covered = async (name) => {
		const [wide, still] = await v.page.evaluate(() => [document.documentElement.scrollWidth,
			[...document.querySelectorAll('body *')].filter((e) => ['fixed', 'sticky'].includes(getComputedStyle(e).position) && e.checkVisibility()
				&& !e.matches('.skip, .unseen')).reduce((sum, e) => sum + e.getBoundingClientRect().height, 0)]);
		ok(wide <= 320, `${name} is ${wide} wide`);
		ok(still <= 100, `${name}: ${still} of 256 pixels stand still`);
	};
	for (const lang of ['en', 'de', 'zh-hans'])
		for (const target of ['/', '/c/tea', '/p/ledger-notebook', '/p/many-grid', '/p/odd-table', '/search?q=tea', '/info/terms', '/p/none']) {
			await v.page.goto(`/${lang}${target}`);
			await covered(`/${lang}${target}`);
		}
	await add(v, 'odd-vendor', 9);
	for (const target of ['/p/longjing', '/cart', '/checkout/address']) {
		await v.page.goto(`/de${target}`);
		await covered(target);
	}
	await toReview(v);
	await covered('review');
	await v.page.goto('/en/p/ledger-notebook');
	await v.page.locator('.tool-language summary').click().catch(() => null);
	await covered('the open list of languages');
	await v.page.locator('#picture').click();
	const close = await v.page.locator('.zoom-close').boundingBox();
	ok(close.x >= 0 && close.x + close.width <= 320 && close.y >= 0 && close.y + close.height <= 256, 'the way out of the large picture is seen');
	await v.context.close();
});

test('every kind of page on paper is dark on white, without what can only be pressed, and nothing is cut', async () => {
	for (const [scheme, lang] of [['dark', 'de'], ['light', 'zh-hans']]) {
		const faults = [];
		const v = await visit('lighttpd', { width: 1280, scheme, lang });
		await add(v, 'odd-vendor', 9);
		await add(v, 'longjing');
		await toReview(v);
		for (const target of ['/p/ledger-notebook', '/p/odd-table', '/p/many-grid', '/cart', '/info/terms', '/info/withdrawal', '/c/tea', '/checkout/review', '/p/none']) {
			await v.page.emulateMedia({ media: 'screen' });
			await v.page.goto(`/${lang}${target}`);
			await v.page.emulateMedia({ media: 'print' });
			await v.page.setViewportSize({ width: 718, height: 1000 }); // A4 without its margins
			const bad = await v.page.evaluate(() => {
				const out = [], light = (c) => c.match(/[\d.]+/g).slice(0, 3).reduce((sum, n) => sum + Number(n), 0) / 3;
				const seen = (e) => e.checkVisibility() && e.getClientRects().length > 0 && e.getBoundingClientRect().height > 1;
				for (const e of document.querySelectorAll('.tools, .menu, .bottom, .breadcrumbs, .skip, form.search, .stepper button, .buy-bar .button, .tool-language, .undo'))
					if (seen(e)) out.push(`${e.className || e.tagName} is printed`);
				for (const e of document.querySelectorAll('main *')) {
					if (!seen(e)) continue;
					const style = getComputedStyle(e);
					if (style.backgroundColor !== 'rgba(0, 0, 0, 0)' && !/, 0\)$/.test(style.backgroundColor) && light(style.backgroundColor) < 200)
						out.push(`dark ground: ${e.outerHTML.slice(0, 70)} ${style.backgroundColor}`);
					if ([...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) && light(style.color) > 140)
						out.push(`pale text: ${e.outerHTML.slice(0, 70)} ${style.color}`);
				}
				if (light(getComputedStyle(document.body).backgroundColor) < 250) out.push('the paper is dark');
				if (document.documentElement.scrollWidth > innerWidth) out.push(`${document.documentElement.scrollWidth} wide on paper of ${innerWidth}`);
				for (const e of document.querySelectorAll('.prose table, .prose pre')) if (seen(e) && e.scrollWidth > e.clientWidth + 1) out.push(`cut: ${e.tagName} ${e.scrollWidth} > ${e.clientWidth}`);
				return [...new Set(out)];
			});
			await v.page.setViewportSize({ width: 1280, height: 900 });
			faults.push(...bad.map((x) => `${target}, ${scheme}: ${x}`));
		}
		same(faults, []);
		await v.context.close();
	}
});

test('on a telephone sorting takes one line, and opens as a list', async () => {
	const v = await visit('lighttpd', { width: 320, lang: 'de' });
	await v.page.goto('/de/c/tea');
	ok((await v.page.locator('.list-bar').boundingBox()).height <= 100, 'at most two lines');
	await v.page.locator('.sort summary').click();
	await look(v, '46-sort');
	await submitted(v, '.sort a >> nth=1');
	match(v.page.url(), /sort=price/);
	match(await v.page.locator('.sort summary').innerText(), /Preis/);
	await v.context.close();
});

test('texts of products have a direction of their own, and a description does not repeat the summary', async () => {
	const v = await visit('lighttpd', { width: 1280 });
	await v.page.goto('/en/p/odd-rtl');
	equal(await v.page.locator('h1').evaluate((e) => getComputedStyle(e).direction), 'rtl');
	equal(await v.page.locator('.prose').evaluate((e) => getComputedStyle(e).direction), 'rtl');
	equal(await v.page.locator('html').evaluate((e) => getComputedStyle(e).direction), 'ltr');
	await v.page.goto('/en/c/odd');
	same(await v.page.locator('.card-name a:not([dir=auto])').count(), 0);
	for (const target of ['/en/p/longjing', '/de/p/ledger-notebook', '/zh-hans/p/sencha-uji', '/en/p/odd-markup', '/en/p/genmaicha', '/de/p/assam-mangalam']) {
		await v.page.goto(target);
		const lead = await v.page.locator('.buy-summary').allInnerTexts(), text = await v.page.locator('.about').innerText();
		ok(lead.length === 0 || !text.includes(lead[0]), `${target} says twice: ${lead}`);
		ok(text.length > 100, 'the rest is there');
	}
	await v.page.goto('/de/p/ledger-notebook');
	for (const alt of await v.page.locator('.gallery img').evaluateAll((all) => all.map((e) => e.alt)))
		match(alt, /Kontobuch/, 'the alternative text is in the language of the page');
	await v.page.goto('/en/');
	const names = await v.page.locator('.card-name').allInnerTexts();
	equal(new Set(names).size, names.length, `no product twice: ${names}`);
	match(await v.page.locator('.shelf').first().innerHTML(), /tile/);
	await v.context.close();
});

test('at 768 pixels the summary stands beside the form of the checkout', async () => {
	const v = await visit('lighttpd', { width: 768, lang: 'de' });
	await add(v, 'ledger-notebook');
	await v.page.goto('/de/checkout/address');
	const [form, aside] = await v.page.evaluate(() => ['.form', '.aside'].map((s) => document.querySelector(s).getBoundingClientRect().toJSON()));
	ok(aside.left >= form.right && form.width >= 320, `${form.right} ${aside.left} ${form.width}`);
	equal(await v.page.locator('.field-grid select, .field-grid input').first().getAttribute('name'), 'country', 'the country comes first');
	await v.page.fill('[name=email]', 'ada@gmial.com');
	for (const [name, value] of Object.entries({ name: 'Ada', street: 'Lane 1', postcode: '20457', city: 'Hamburg' }))
		await v.page.fill(`[name=${name}]`, value);
	await v.page.focus('[name=city]');
	await Promise.all([v.page.waitForNavigation(), v.page.keyboard.press('Enter')]);
	match(await v.page.locator('.meant').innerText(), /ada@gmail\.com/);
	await look(v, '47-meant');
	validate('address with a hint', await (await v.context.request.get(v.page.url())).text());
	await submitted(v, '.meant button');
	match(v.page.url(), /\/delivery/, 'one press takes the address that was meant, and goes on');
	await v.context.close();
});

test('the present category is in view in the row of the menu, which scrolls on phones', async () => {
	const v = await visit('lighttpd', { width: 390 });
	for (const target of ['/en/c/pens-ink', '/de/c/home', '/en/c/tea']) {
		await v.page.goto(target);
		const [left, right] = await v.page.locator('.menu [aria-current]').evaluate((e) => { const r = e.getBoundingClientRect(); return [r.left, r.right]; });
		ok(left >= 0 && right <= 390, `${target}: from ${left} to ${right}`);
	}
	await v.context.close();
});

test('who chooses to collect sees heading, steps and sum of collecting, with the fields', async () => {
	const v = await visit('lighttpd', { width: 390 });
	await add(v, 'ledger-notebook');
	await v.page.goto('/en/checkout/address');
	await v.page.check('[value=collection]');
	await v.page.waitForFunction(() => !document.querySelector('[name=street]'));
	equal(await v.page.locator('h1').innerText(), 'Your details');
	match(await v.page.locator('.step-count').innerText(), /Step 1 of 3/);
	match(await v.page.locator('.aside').innerText(), /Pick up at our shop/);
	await press(v);
	for (const line of await v.page.locator('#errors li').allInnerTexts())
		doesNotMatch(line, /\s:/);
	await v.context.close();
});

test('a mail at 320 pixels breaks neither the number of its order nor a group of the IBAN', async () => {
	const v = await visit('lighttpd', { width: 320, lang: 'de' });
	await add(v, 'longjing');
	await toReview(v);
	await v.page.check('[name=terms]');
	await press(v);
	const number = await v.page.locator('h1 bdi').innerText();
	await v.page.goto('about:blank'); // the policy of a page would hold for the mail
	for (const [kind, lang] of [['order_placed', 'en'], ['new_order', 'de']]) {
		const r = shop.kontor('mail', 'preview', kind, '--order', number, '--lang', lang, '--html');
		equal(r.status, 0, r.stderr);
		await v.page.setContent(r.stdout);
		same(await v.page.evaluate((words) => {
			const out = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
			if (document.documentElement.scrollWidth > innerWidth)
				out.push('too wide');
			for (let node = walk.nextNode(); node; node = walk.nextNode())
				for (const word of words.filter((w) => node.data.includes(w))) {
					const range = document.createRange(), at = node.data.indexOf(word);
					range.setStart(node, at);
					range.setEnd(node, at + word.length);
					if (new Set([...range.getClientRects()].map((x) => Math.round(x.top))).size > 1)
						out.push(word);
				}
			return out;
		}, [number, 'DE02', '1203', '2020']), [], `${kind} in ${lang}`);
	}
	await v.context.close();
});

// [what is done by the command line, what the page says]
const LIFE = [
	[['pay', '20.00'], /We have received €20\.00/],
	[['pay'], /We are packing/],
	[['ship', '1=1', '--carrier', 'Österreichische Post', '--tracking', '0'.repeat(60)], /A part of your order is on its way/],
	[['cancel', '2=1'], /1 cancelled[\s\S]*You get back/],
	[['ship'], /Your order is on its way/],
	[['deliver'], /Your order has arrived/],
	[['note', 'One line.\nAnother one.', '--to-buyer'], /Another one\./],
	[['return', '1=1'], /Please send the goods back/],
	[['refund', '--by-hand'], /Paid back/],
];

test('the page of an order is whole and accessible in each state of its life', async () => {
	const v = await visit('lighttpd', { width: 320, scheme: 'dark' });
	await add(v, 'longjing', 2);
	await add(v, 'ledger-notebook', 2);
	await toReview(v);
	await v.page.check('[name=terms]');
	await press(v);
	const number = await v.page.locator('h1 bdi').innerText();
	for (const [i, [[verb, ...args], re]] of LIFE.entries()) {
		const r = shop.kontor('order', verb, number, ...args);
		equal(r.status, 0, r.stdout + r.stderr);
		await until(`the page says ${re}`, async () => re.test(await (await v.page.reload(), v.page.locator('main')).innerText()));
		await look(v, `5${i}-${verb}`);
		await fits(v, verb);
	}
	validate('order', await (await v.context.request.get(v.page.url())).text());
	await v.context.close();
});

run({
	before: async () => {
		shop = await setup.before();
		importOdd();
	},
	after: setup.after,
});
