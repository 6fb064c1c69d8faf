#!/usr/bin/env node
// looks.t - what shoppers with small screens, large text, slow links, forced colours, paper or a keyboard get, in figures
// that a browser measures.
'use strict';
const { match, doesNotMatch, strictEqual: equal, deepStrictEqual: same, ok } = require('assert');
const fs = require('fs');
const path = require('path');
const { look, press, readCode, setup, validate, visit } = require('./kit.js');
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
	const r = shop.kontor('import', 'products', file);
	equal(r.status, 0, r.stdout + r.stderr);
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

run({
	before: async () => {
		shop = await setup.before();
		importOdd();
	},
	after: setup.after,
});
