#!/usr/bin/env node
// browser.t - a real browser buys through both web servers, with and without scripts, on a desk and on a phone; every
// page on the way is photographed and checked for accessibility (axe) and valid HTML.
'use strict';
const { strictEqual: equal, ok } = require('assert');
const fs = require('fs');
const path = require('path');
const { look, press, readCode, setup, validate, visit } = require('./kit.js');
const { test, run } = require('../e2e/tap.js');

let shop;

async function buy(server, options) {
	const v = await visit(server, options);
	const { page, lang } = v;

	await page.goto(`/${lang}/`);
	await look(v, '01-home');
	await page.goto(`/${lang}/c/tea`);
	await look(v, '02-category');
	await page.goto(`/${lang}/p/longjing`);
	await look(v, '03-product');
	await press(v);
	await look(v, '04-cart');
	await page.goto(`/${lang}/checkout/address`);
	await press(v);
	ok(await page.locator('.field-error').count() > 0, 'an empty address is refused at the fields');
	await look(v, '05-address-errors');
	await page.fill('[name=name]', 'Ada <Käufer> & Söhne');
	await page.fill('[name=email]', 'not an address');
	await press(v);
	equal(await page.inputValue('[name=name]'), 'Ada <Käufer> & Söhne', 'what was typed is kept');
	for (const [name, value] of [['email', 'ada@example.org'], ['street', 'Lange Reihe 1'], ['postcode', '20457'], ['city', 'Hamburg']])
		await page.fill(`[name=${name}]`, value);
	await look(v, '06-address');
	await press(v);
	await page.goBack();
	equal(await page.inputValue('[name=city]'), 'Hamburg', 'the way back shows the mended form');
	equal(await page.locator('.field-error').count(), 0);
	await page.goForward();
	await page.check('[value=standard]');
	await look(v, '07-delivery');
	await press(v);
	await page.check('[value=transfer]');
	await look(v, '08-payment');
	await press(v);
	await press(v);
	ok(/checkout\/(review|place)/.test(page.url()), 'no order without consent to the terms');
	await look(v, '09-review-errors');
	await page.check('[name=terms]');
	await look(v, '10-review');
	await press(v);
	ok(/\/order\/[A-Za-z0-9_-]{16,}/.test(page.url()), `an order is shown, not ${page.url()}`);
	await look(v, '11-order');
	await readCode(v);
	const number = await page.locator('h1').innerText();
	await page.reload();
	equal(await page.locator('h1').innerText(), number, 'a reload shows the same order');
	await v.context.close();
}

for (const server of ['lighttpd', 'apache'])
	for (const scripts of [true, false])
		for (const width of [1280, 390])
			test(`${server}: a visitor ${scripts ? 'with' : 'without'} scripts buys at ${width} pixels`,
				() => buy(server, { width, scripts }));

for (const [lang, scheme, width] of [['de', 'dark', 1280], ['zh-hans', 'light', 390], ['de', 'light', 320], ['en', 'dark', 390]])
	test(`lighttpd: a visitor buys in ${lang}, ${scheme}, at ${width} pixels`,
		() => buy('lighttpd', { width, scheme, lang }));

test('the other pages look right and are accessible', async () => {
	for (const options of [{ width: 1280 }, { width: 390, scheme: 'dark', lang: 'de' }]) {
		const v = await visit('lighttpd', options);
		for (const [name, target] of [['20-search', '/search?q=tea'], ['21-search-none', '/search?q=zzzz'], ['22-cart-empty', '/cart'],
			['23-error', '/p/none'], ['24-delivery', '/info/delivery'], ['25-terms', '/info/terms'], ['26-about', '/info/about'],
			['27-imprint', '/info/imprint'], ['28-privacy', '/info/privacy'], ['29-contact', '/info/contact'],
			['30-withdrawal', '/info/withdrawal'], ['31-sold-out', '/p/saffron'], ['32-options', '/p/kontor-pen']]) {
			await v.page.goto(`/${v.lang}${target}`);
			await look(v, name);
		}
		await v.context.close();
	}
});

test('a choice made with scripts changes price and address without a reload', async () => {
	const v = await visit('lighttpd', { width: 1280 });
	await v.page.goto('/en/p/longjing');
	const before = await v.page.locator('.buy-price .price-now').innerText();
	await v.page.locator('.pill input[value="100 g"]').check();
	await v.page.waitForFunction((was) => document.querySelector('.buy-price .price-now').innerText !== was, before);
	ok(/[?&]v=\d+/.test(v.page.url()), `the address names the variant: ${v.page.url()}`);
	await v.context.close();
});

test('the same choice without scripts puts the chosen variant into the cart', async () => {
	const v = await visit('lighttpd', { width: 1280, scripts: false });
	await v.page.goto('/en/p/longjing');
	await v.page.locator('.pill input[value="100 g"]').check();
	await press(v);
	ok((await v.page.locator('main').innerText()).includes('100 g'), 'the cart shows 100 g');
	await v.context.close();
});

test('every page is valid HTML', async () => {
	for (const lang of ['en', 'de', 'zh-hans'])
		for (const target of ['/', '/c/tea', '/c/tea?sort=price', '/p/longjing', '/p/kontor-pen', '/search', '/search?q=tea', '/cart',
			'/p/none', '/info/delivery', '/info/terms', '/info/about', '/info/imprint', '/info/privacy', '/info/contact',
			'/info/withdrawal']) {
			const rs = await shop.get('lighttpd', `/${lang}${target}`);
			validate(`/${lang}${target}`, rs.text);
		}
	for (const name of fs.readdirSync(path.join(shop.dir, 'web', 'error')).filter((file) => file.endsWith('.html')))
		validate(`error/${name}`, fs.readFileSync(path.join(shop.dir, 'web', 'error', name), 'utf8'));
	const { Buyer } = require('../e2e/buyer.js');
	const b = new Buyer(shop.origin('lighttpd'));
	validate('cart', (await b.addToCart('/en/p/longjing', { quantity: '1' })).text);
	for (const step of ['address', 'delivery', 'payment'])
		validate(step, (await b.get(`/en/checkout/${step}`)).text);
	validate('review', (await b.checkout('en')).text);
	validate('order', (await b.submit('/checkout/place', { terms: '1' })).text);
});

run({ before: async () => { shop = await setup.before(); }, after: setup.after });
