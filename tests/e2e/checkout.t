#!/usr/bin/env node
// checkout.t - what shoppers type, paste and do on the way to an order, as it comes through the web servers.
'use strict';
const { match, doesNotMatch, strictEqual: equal, deepStrictEqual: same, ok } = require('assert');
const http = require('http');
const { Buyer } = require('./buyer.js');
const { Shop } = require('./shop.js');
const { until } = require('./stack.js');
const { test, run } = require('./tap.js');

const GOODS = {
	soap: { stock: 500, price: '5.00' }, anvil: { stock: 50, price: '10.00', grams: 40000 },
	press: { stock: 50, price: '10.00', grams: 12500 }, leaflet: { stock: 500, price: '0.00', ships: false },
	sample: { stock: 500, price: '0.00' }, file: { stock: 500, price: '3.00', ships: false },
};
const GOOD = { email: 'ada@example.org', name: 'Ada Example', street: 'Lane 1', postcode: '20457', city: 'Hamburg', country: 'DE' };
let shop, other; // two on one host; nothing can be collected from the other

const buyer = (s = shop, server = 'lighttpd') => new Buyer(s.origin(server), { agent: new http.Agent({ keepAlive: false }) });
const form = (fields) => new URLSearchParams(fields).toString();
const text = (html) => html.replace(/^[\s\S]*<main/, '').replace(/<svg[\s\S]*?<\/svg>/g, '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
const path = (rs) => new URL(rs.headers.location, 'http://x').pathname;

// A buyer with goods in the cart: {handle: quantity}.
async function withCart(goods, s = shop) {
	const b = buyer(s);
	for (const [handle, quantity] of Object.entries(goods))
		await b.addToCart(`${s.base}/en/p/${handle}`, { quantity: String(quantity) });
	b.csrf = new URLSearchParams(b.form('/cart/update').body).get('csrf');
	return b;
}

const post = (b, step, fields, s = shop) => b.send('POST', `${s.base}/en/checkout/${step}`, { body: form({ csrf: b.csrf, ...fields }) });
const see = async (b, step, s = shop) => (await b.send('GET', `${s.base}/en/checkout/${step}`)).text;

async function toReview(b, address = {}, s = shop) {
	await post(b, 'address', { ...GOOD, ...address }, s);
	await post(b, 'delivery', { delivery: 'standard' }, s);
	await post(b, 'payment', { payment: 'transfer' }, s);
	await b.get(`${s.base}/en/checkout/review`);
}

// One column of the order that was placed last.
const last = (column, table = 'orders') => Buffer.from(shop.sql(`SELECT HEX(${column}) FROM ${table}
	ORDER BY ${table === 'orders' ? 'id' : 'order_id'} DESC LIMIT 1`).trim(), 'hex').toString();

test('what people paste into an address is cleaned, and reaches the order clean', async () => {
	for (const [field, typed, column, want] of [
		['postcode', '\u2066204\u00ad57\u2069', 'postcode', '20457'], ['postcode', '２０４５７', 'postcode', '20457'],
		['postcode', 'D-20457', 'postcode', '20457'], ['postcode', '٢٠٤٥٧', 'postcode', '20457'], ['postcode', '20457\v', 'postcode', '20457'],
		['name', 'Zoe\u0308\x07 Müller\u200e', 'name', 'Zoë Müller'], ['name', 'ک\u200cتاب', 'name', 'ک\u200cتاب'],
		['street', 'Lane\u2028 1\u0000', 'street', 'Lane 1'], ['city', '葛\u{e0100}城', 'city', '葛\u{e0100}城'],
		['name', '\ufeffAda\u00a0\u00a0L', 'name', 'Ada L']]) {
		const b = await withCart({ soap: 1 });
		await toReview(b, { [field]: typed });
		const rs = await b.submit('/checkout/place', { terms: '1' });
		match(rs.target, /\/order\//, JSON.stringify(typed));
		equal(last(column, 'order_address'), want, JSON.stringify(typed));
	}
});

test('mail addresses and telephone numbers are taken as people write them', async () => {
	for (const [field, typed, want, shown] of [['email', 'ada@bücher.example', 'ada@xn--bcher-kva.example', 'ada@bücher.example'],
		['email', 'ada@例え.テスト', 'ada@xn--r8jz45g.xn--zckzah', 'ada@例え.テスト'], ['email', 'ａｄａ＠example．org', 'ada@example.org'],
		['email', 'mailto:ada@example.org\u200b', 'ada@example.org'], ['email', 'Ada <ada@example.org>', 'ada@example.org'],
		['phone', '\u202a＋49 40 1234567\u202c', '+49 40 1234567'], ['phone', '٠٤٠ ١٢٣٤', '040 1234'], ['phone', 'evenings: 040/1234', 'evenings: 040/1234'],
		['phone', '040\u2013123 ext. 4', '040\u2013123 ext. 4'], ['phone', '12', '12']]) {
		const b = await withCart({ soap: 1 });
		await toReview(b, { [field]: typed });
		ok(text(b.page.text).includes(shown || want), `the review shows ${shown || want}`);
		match((await b.submit('/checkout/place', { terms: '1' })).target, /\/order\//, typed);
		ok(text(b.page.text).includes(field === 'phone' ? '' : shown || want), `the order shows ${shown || want}`);
		equal(last(field), want);
	}
});

test('a mail address that few servers could deliver to is refused at its field, with the reason', async () => {
	for (const email of ['müller@example.org', '用户@example.org', 'почта@пример.рф', 'josé.p+x@example.org', 'a\u00adö@example.org', 'ά@example.org'])
		for (const [lang, says] of [['en', /Before the @, a mail address has only letters from a to z/], ['de', /Vor dem @ hat eine E-Mail-Adresse nur Buchstaben von a bis z/], ['zh-hans', /@ 之前只能有字母 a–z/]]) {
			const b = buyer(other);
			await b.addToCart('/en/p/soap');
			await b.get(`/${lang}/checkout/address`);
			await b.submit('/checkout/address', { ...GOOD, email });
			match(b.page.target, /\/checkout\/address/, email);
			match(/id="email-error">([^<]*)/.exec(b.page.text)[1], says, email);
		}
	const b = buyer(other);
	await b.addToCart('/en/p/soap');
	await b.get('/en/checkout/address');
	await b.submit('/checkout/address', { ...GOOD, email: 'nobody' });
	match(/id="email-error">([^<]*)/.exec(b.page.text)[1], /An example: name@example.org/);
});

test('a message is taken with all that was pasted into it, and counted as the browser counts', async () => {
	for (const [typed, want] of [['Ring\vtwice', 'Ring\ntwice'], ['one\r\ntwo\u2028three', 'one\ntwo\nthree'], ['a\x00b\x1b[0m', 'ab[0m'],
		[`${'x'.repeat(99)}\r\n`.repeat(9) + 'y'.repeat(100), `${'x'.repeat(99)}\n`.repeat(9) + 'y'.repeat(100)],
		['\r\n'.repeat(998).replace(/^/, 'a') + 'b', '\n'.repeat(998).replace(/^/, 'a') + 'b'], ['\u0958'.repeat(1000), '\u0958'.repeat(1000)],
		['😀'.repeat(500), '😀'.repeat(500)]]) {
		const b = await withCart({ soap: 1 });
		await toReview(b);
		match((await b.submit('/checkout/place', { terms: '1', message: typed })).target, /\/order\//, JSON.stringify(typed).slice(0, 60));
		equal(last('note'), want);
	}
	const b = await withCart({ soap: 1 });
	await toReview(b);
	await b.submit('/checkout/place', { terms: '1', message: 'x'.repeat(1001) });
	match(b.page.target, /\/checkout\/review$/);
	match(b.page.text, /id="message-error"/);
	ok(b.page.text.includes('x'.repeat(1001)) && /name="terms"[^>]* checked/.test(b.page.text), 'all of it is kept');
});

test('words to search for are cleaned', async () => {
	for (const server of ['lighttpd', 'apache'])
		for (const q of ['ｓｏａｐ', 'so\u00adap', '\u200bsoap', 'soap\x0b', '\ufeffsoap\n', 'soap\0'])
			match((await buyer(shop, server).send('GET', `${shop.base}/en/search?q=${encodeURIComponent(q)}`)).text,
				/href="[^"]*\/p\/soap/, `${server}: ${JSON.stringify(q)}`);
});

test('a form with a fault leads to a page that says so and keeps the input, and a mended one leads on', async () => {
	for (const [step, wrong, faults, right, next] of [
		['address', { ...GOOD, postcode: '2045' }, ['postcode'], GOOD, 'delivery'],
		['address', { ...GOOD, email: 'no mail', city: '' }, ['email', 'city'], GOOD, 'delivery'],
		['address', { ...GOOD, billing_name: 'Bob' }, ['billing_street', 'billing_city'], GOOD, 'delivery'],
		['address', { ...GOOD, country: 'XX' }, ['country'], GOOD, 'delivery'],
		['address', {}, ['name', 'street'], GOOD, 'delivery'],
		['delivery', { delivery: 'rocket' }, ['delivery'], { delivery: 'pickup' }, 'payment'],
		['delivery', {}, ['delivery'], { delivery: 'standard' }, 'payment'],
		['payment', { payment: 'free' }, ['payment'], { payment: 'transfer' }, 'review']]) {
		const b = await withCart({ soap: 1 });
		if (step !== 'address')
			await post(b, 'address', GOOD);
		if (step === 'payment')
			await post(b, 'delivery', { delivery: 'standard' });
		doesNotMatch(await see(b, step), /-error"/, 'nothing is wrong before a form is sent');
		const rs = await post(b, step, wrong);
		equal(rs.status, 303);
		equal(path(rs), `${shop.base}/en/checkout/${step}`);
		const page = await see(b, step);
		for (const field of faults)
			ok(page.includes(`id="${field}-error"`), `${step}: ${field} is wrong`);
		for (const [name, value] of Object.entries(wrong).filter(([, v]) => step === 'address' && v !== 'XX' && v !== 'DE'))
			ok(new RegExp(`name="${name}" value="${value}"`).test(page), `${name} is kept`);
		equal(await see(b, step), page, 'a reload is the same page');
		const on = await post(b, step, right);
		equal([on.status, path(on)].join(' '), `303 ${shop.base}/en/checkout/${next}`);
		doesNotMatch(await see(b, step), /-error"/, 'the way back shows the mended form');
	}
});

test('the button of the country only changes the fields, unless the enter key has pressed it', async () => {
	for (const [first, second] of [['DE', 'FR'], ['FR', 'DE'], ['JP', 'US'], ['CH', 'AT'], ['US', 'DE']]) {
		const b = await withCart({ soap: 1 });
		await post(b, 'address', { country: first });
		equal(path(await post(b, 'address', { act: 'country', country: second })), `${shop.base}/en/checkout/address`);
		const page = await see(b, 'address');
		match(page, new RegExp(`value="${second}" selected`));
		doesNotMatch(page, /-error"/, 'nothing was asked for yet');
		await post(b, 'address', { act: 'country', country: second });
		match(await see(b, 'address'), /id="name-error"/);
	}
	const b = await withCart({ soap: 1 });
	equal(path(await post(b, 'address', { ...GOOD, act: 'country' })), `${shop.base}/en/checkout/delivery`);
});

test('without consent the review is shown again, by 303, and the order can then be placed', async () => {
	const b = await withCart({ soap: 1 });
	await toReview(b);
	const { body } = b.form('/checkout/place', { message: 'Ring' });
	const rs = await b.send('POST', `${shop.base}/en/checkout/place`, { body });
	equal([rs.status, path(rs)].join(' '), `303 ${shop.base}/en/checkout/review`);
	await b.get(`${shop.base}/en/checkout/review`);
	match(b.page.text, /id="terms-error"/);
	match(b.page.text, /<textarea[^>]*>Ring</);
	match((await b.submit('/checkout/place', { terms: '1' })).target, /\/order\//);
	equal(last('note'), 'Ring');
});

test('an order at another total than the buyer saw leads back to the review, with both totals', async () => {
	const prices = ['5.50', '4.00', '60.00', '5.01', '0.10'];
	for (const [i, price] of prices.entries()) {
		const handle = `moving-${i}`;
		await shop.importGoods('Moving', { [handle]: { stock: 50, price: '5.00' } });
		const b = await withCart({ [handle]: 1 });
		await toReview(b);
		await shop.importGoods('Moving', { [handle]: { stock: 50, price } });
		const total = `€${(Number(price) + (Number(price) < 49 ? 4.9 : 0)).toFixed(2)}`;
		const rs = await b.submit('/checkout/place', { terms: '1', message: 'Ring' });
		equal(rs.status, 409);
		match(rs.headers['cache-control'], /private, no-cache/, 'a browser has it on its way back');
		ok(text(rs.text).includes(`was €9.90 when you saw it. It is ${total} now`), text(rs.text));
		match(rs.text, new RegExp(`class="button button-main" href="${shop.base}/en/checkout/review"`));
		await b.get(`${shop.base}/en/checkout/review`);
		ok(text(b.page.text).includes(`was €9.90 when you saw it. It is ${total} now`), text(b.page.text));
		match(b.page.text, /<textarea[^>]*>Ring</);
		match((await b.submit('/checkout/place', { terms: '1' })).target, /\/order\//);
	}
});

test('an order of goods that are gone leads back to the cart, without figures that are the same', async () => {
	for (const left of [0, 1]) {
		await shop.importGoods('Scarce', { [`scarce-${left}`]: { stock: 5, price: '5.00' } });
		const b = await withCart({ [`scarce-${left}`]: 2 });
		await toReview(b);
		await shop.importGoods('Scarce', { [`scarce-${left}`]: { stock: left, price: '5.00' } }, '--stock');
		const rs = await b.submit('/checkout/place', { terms: '1' });
		equal(rs.status, 409);
		match(rs.text, new RegExp(`class="button button-main" href="${shop.base}/en/cart"`));
		match(text(rs.text), /Nothing was ordered/);
	}
	const b = await withCart({ soap: 1 });
	await toReview(b);
	const { body } = b.form('/checkout/place', { terms: '1' });
	await post(b, 'address', { ...GOOD, city: 'Bremen' });
	const rs = await b.send('POST', `${shop.base}/en/checkout/place`, { body });
	equal(rs.status, 409);
	doesNotMatch(text(rs.text), /when you saw it/, 'the total is the same');
	match(rs.text, /href="[^"]*\/checkout\/review"/);
});

test('goods that are not sold any more lead to the cart, and not to the start page', async () => {
	const b = await withCart({ soap: 1 });
	for (const body of ['variant=999999999', 'product=999999999', 'product=999999999&option1=none', 'variant=999999999&quantity=3']) {
		const rs = await b.send('POST', `${shop.base}/en/cart/add`, { body });
		equal(rs.status, 409, body);
		match(rs.text, new RegExp(`class="button button-main" href="${shop.base}/en/cart"`));
		match(rs.headers['cache-control'], /private, no-cache/);
	}
});

test('goods that no parcel takes are not called free of delivery; the reason is said, and what can be done', async () => {
	for (const goods of [{ anvil: 1 }, { anvil: 3 }, { press: 3 }, { anvil: 1, soap: 1 }, { press: 2, soap: 70 }]) {
		const kg = Object.entries(goods).reduce((n, [handle, quantity]) => n + quantity * (GOODS[handle].grams || 100), 0) / 1000;
		for (const s of [shop, other]) {
			const b = await withCart(goods, s);
			const cart = text((await b.send('GET', `${s.base}/en/cart`)).text);
			doesNotMatch(cart, /Delivery free/);
			ok(cart.includes(`Too heavy for a parcel: your goods weigh ${kg} kg, and we send parcels of up to 31.5 kg`), cart);
			equal(/Pick up at our shop free/.test(cart), s === shop);
			await post(b, 'address', GOOD, s);
			const page = await see(b, 'delivery', s);
			ok(text(page).includes(`your goods weigh ${kg} kg`), text(page));
			equal(/You can also collect the goods/.test(text(page)), s === shop);
			equal(/type="radio"/.test(page), s === shop, 'nothing to choose where nothing is offered');
			equal(/>Continue to payment\s*</.test(page), s === shop);
			match(page, /href="[^"]*\/info\/contact"/);
			equal(path(await post(b, 'delivery', { delivery: 'standard' }, s)), `${s.base}/en/checkout/delivery`);
		}
	}
	const light = await withCart({ press: 2 });
	doesNotMatch(text((await light.send('GET', `${shop.base}/en/cart`)).text), /Too heavy/);
});

test('the cart names the means of payment and where parcels go, before ordering begins', async () => {
	const offer = async (s) => text(/<dl class="offer">[^]*?<\/dl>/.exec((await (await withCart({ soap: 1 }, s)).send('GET', `${s.base}/en/cart`)).text)[0]);
	match(await offer(shop), /Payment Bank transfer in advance Cash on delivery Payment at our shop Delivery to \d+ countries .*Austria.*United States.* Pick up at our shop/);
	match(await offer(other), /Payment Bank transfer in advance Cash on delivery Delivery to 27 countries Austria/);
	doesNotMatch(await offer(other), /United States|at our shop/);
});

test('a mail address that is probably mistyped is asked about once', async () => {
	for (const email of ['ada@gmail.con', 'ada@gmial.com', 'ada@hotmal.com', 'ada@yaho.de', 'ada@example.cmo']) {
		const b = await withCart({ soap: 1 });
		equal(path(await post(b, 'address', { ...GOOD, email })), `${shop.base}/en/checkout/address`, email);
		const page = await see(b, 'address');
		match(page, /Did you mean ada@/);
		doesNotMatch(page, /class="field-error"/, 'it is no error');
		equal(path(await post(b, 'address', { ...GOOD, email })), `${shop.base}/en/checkout/delivery`, 'sent again, it is accepted');
		await post(b, 'address', { ...GOOD, email, email_meant: 'ada@gmail.com' });
		match(await see(b, 'address'), /value="ada@gmail.com"/);
	}
	const b = await withCart({ soap: 1 });
	for (const email of ['ada@gmail.com', 'ada@example.co', 'ada@hotmail.be'])
		equal(path(await post(b, 'address', { ...GOOD, email })), `${shop.base}/en/checkout/delivery`, email);
});

test('what was added to the cart or removed from it can be undone', async () => {
	const count = (html) => +(/name="quantity" type="number"[^>]*value="(\d+)"/.exec(html) || [0, 0])[1];
	for (const [before, added] of [[0, 1], [0, 3], [2, 1], [5, 10], [1, 77]]) {
		const b = buyer();
		if (before)
			await b.addToCart(`${shop.base}/en/p/soap`, { quantity: String(before) });
		match((await b.addToCart(`${shop.base}/en/p/soap`, { quantity: String(added) })).text, /is in your cart\./);
		equal(count((await b.submit('/cart/update')).text), before, 'the first form of the page undoes');
		if (!before) {
			match(b.page.text, /Removed from your cart\./);
			equal(count((await b.submit('/cart/add')).text), added, 'undone again');
		}
		const quantity = count(b.page.text);
		await b.get(`${shop.base}/en/cart`);
		equal(count((await b.submit('/cart/update', { act: 'remove' })).text), 0);
		equal(count((await b.submit('/cart/add')).text), quantity, 'a removed line comes back with its quantity');
	}
});

test('a quantity beyond the stock is no sold-out article, and one button takes what is left', async () => {
	const b = await withCart({ anvil: 500 });
	const page = (await b.get(`${shop.base}/en/cart`)).text;
	doesNotMatch(text(page), /sold out/i);
	match(text(page), /There are only \d+ left\./);
	const left = /There are only (\d+) left/.exec(page)[1];
	await b.send('POST', `${shop.base}/en/cart/update`, { body: form({ csrf: b.csrf, line: /name="line" value="(\d+)"/.exec(page)[1], quantity: left, act: 'set' }) });
	doesNotMatch((await b.get(`${shop.base}/en/cart`)).text, /There are only/);
});

test('goods that are sent are paid at the door, and goods that are collected at the shop', async () => {
	for (const [delivery, offered, payment, words] of [
		['standard', ['transfer', 'on_delivery'], 'on_delivery', /Cash on delivery/],
		['pickup', ['transfer', 'at_pickup'], 'at_pickup', /Payment at our shop/]]) {
		const b = await withCart({ soap: 1 });
		await post(b, 'address', GOOD);
		await post(b, 'delivery', { delivery });
		same([...(await see(b, 'payment')).matchAll(/name="payment" value="(\w+)"/g)].map(([, code]) => code), offered);
		equal(path(await post(b, 'payment', { payment: payment === 'at_pickup' ? 'free' : 'at_pickup' })), `${shop.base}/en/checkout/payment`);
		equal(path(await post(b, 'payment', { payment })), `${shop.base}/en/checkout/review`);
		match(text((await b.get(`${shop.base}/en/checkout/review`)).text), words);
		const rs = await b.submit('/checkout/place', { terms: '1' });
		match(rs.target, /\/order\//);
		match(text(rs.text), words);
		equal(last('CONCAT(payment, state, payment_state)'), `${payment}21`);
		const old = shop.sql('SET @h := (SELECT token_hash FROM orders ORDER BY id DESC LIMIT 1); CALL order_by_token(@h)');
		ok(/\bon_delivery\b/.test(old) && !/at_pickup/.test(old), 'workers of release 0.1.0 are given a method that they know');
		if (delivery === 'pickup') { // as release 0.1.0 wrote it; the cached page is that of the other language
			shop.sql("UPDATE orders SET payment = 'on_delivery' ORDER BY id DESC LIMIT 1");
			match(text((await b.send('GET', rs.target.replace('/en/', '/de/'))).text), /Zahlung bei Abholung/);
		}
	}
});

test('an order of nothing asks for no payment, on no page', async () => {
	for (const [goods, sends] of [[{ leaflet: 1 }, false], [{ leaflet: 7 }, false], [{ sample: 1 }, 'pickup'], [{ sample: 2, leaflet: 1 }, 'pickup'], [{ leaflet: 50 }, false]]) {
		const b = await withCart(goods);
		const on = await post(b, 'address', GOOD);
		if (sends)
			equal(path(await post(b, 'delivery', { delivery: sends })), `${shop.base}/en/checkout/review`);
		else
			equal(path(on), `${shop.base}/en/checkout/review`);
		equal(path(await b.send('GET', `${shop.base}/en/checkout/payment`)), `${shop.base}/en/checkout/review`);
		await b.get(`${shop.base}/en/checkout/review`);
		match(text(b.page.text), /Nothing to pay/);
		doesNotMatch(text(b.page.text), /Bank transfer|Order and pay/);
		const rs = await b.submit('/checkout/place', { terms: '1', ...(goods.leaflet && { early: '1' }) });
		match(rs.target, /\/order\//);
		match(text(rs.text), /Nothing to pay/);
		doesNotMatch(text(rs.text), /transfer|as soon as the money|Write on it/);
		equal(last('CONCAT(payment, state, payment_state, total_minor)'), 'free220');
	}
	const b = await withCart({ leaflet: 1, file: 1 });
	equal(path(await post(b, 'address', GOOD)), `${shop.base}/en/checkout/payment`, 'with something to pay, it is asked for');
	equal(path(await post(b, 'payment', { payment: 'free' })), `${shop.base}/en/checkout/payment`);
	equal(shop.kontor('verify').status, 0);
});

test('who refuses cookies is told so, on every way to the cart', async () => {
	const id = shop.number("SELECT id FROM product WHERE handle = 'soap'");
	const send = (target, body) => new Buyer(shop.origin('lighttpd')).send('POST', `${shop.base}${target}`, { body });
	for (const [target, body] of [['/en/cart/add', `product=${id}`], ['/de/cart/add', `product=${id}&quantity=3`], ['/en/cart/update', 'line=1&act=more'],
		['/en/checkout/address', 'email=ada%40example.org'], ['/en/checkout/delivery', 'delivery=standard'], ['/zh-hans/checkout/place', 'terms=1']]) {
		const rs = await send(target, body);
		equal(rs.status, 303);
		const to = new URL(rs.headers.location, 'http://x'), page = await buyer().send('GET', to.pathname + to.search);
		equal(page.status, 200);
		match(text(page.text), /Cookie/i, `${target}, then ${to.search}`);
		match(page.headers['cache-control'], /no-store/);
	}
	doesNotMatch(text((await buyer().send('GET', `${shop.base}/en/cart`)).text), /cookie/i);
	const b = await withCart({ soap: 1 });
	doesNotMatch(text(b.page.text), /cookie/i, 'who keeps them reads nothing of it');
});

test('two shops on one host keep each its cart', async () => {
	const a = await withCart({ soap: 1 }), cookies = { ...a.cookies };
	const b = buyer(other);
	b.cookies = cookies;
	await b.addToCart(`${other.base}/en/p/soap`, { quantity: '2' });
	equal(Object.keys(cookies).length, 2);
	a.cookies = cookies;
	match((await a.get(`${shop.base}/en/cart`)).text, /class="line-unit"/);
	await a.addToCart(`${shop.base}/en/p/press`);
	for (const [who, s] of [[a, shop], [b, other]])
		match((await who.get(`${s.base}/en/cart`)).text, /class="line-unit"/);
	equal(shop.number('SELECT COUNT(DISTINCT session_id) FROM cart c JOIN cart_line l ON l.cart_id = c.id') > 0, true);
});

test('stale cookies of the same name hide no cart, and the one that a former release set still opens it', async () => {
	const b = await withCart({ soap: 1 });
	const [[name, token]] = Object.entries(b.cookies);
	const cart = async (cookie) => /class="line-unit"/.test((await shop.request('lighttpd', 'GET', '/en/cart', { headers: { cookie } })).text);
	const unknown = 'A'.repeat(22);
	for (const cookie of [`${name}=stale; ${name}=${token}`, `${name}=${token}; ${name}=stale`, `${name}=${unknown}; ${name}=${token}`,
		`${name}=; ${name}=${token}`, `a=b; ${name}=1; ${name}=2; ${name}=3; ${name}=4; ${name}=5; ${name}=${token}`,
		`kontor=${token}`, `kontor=${unknown}; ${name}=${token}`])
		equal(await cart(cookie), true, cookie);
	const second = await withCart({ soap: 1 });
	equal(await cart(`${name}=${token}; ${name}=${Object.values(second.cookies)[0]}`), false, 'two sessions: one may be planted');
});

for (const server of ['lighttpd', 'apache'])
	test(`${server}: a browser that names only the page it comes from can buy, and no other site's page can`, async () => {
		const id = shop.number("SELECT id FROM product WHERE handle = 'soap'"), origin = shop.origin(server);
		const add = async (headers) => (await shop.request(server, 'POST', '/en/cart/add',
			{ headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body: `product=${id}` })).status;
		for (const page of ['/en/p/soap', '/en/p/soap?v=1', '', '/', '/de/c/goods#top'])
			equal(await add({ referer: origin + page }), 303, page);
		for (const headers of [{}, { referer: 'http://evil.example/' }, { referer: `http://evil.example/${origin}/` }, { referer: `${origin}.evil/` },
			{ referer: `${origin}/`, origin: 'http://evil.example' }, { referer: `${origin}/`, origin: 'null' }, { referer: 'soap' },
			{ referer: `${origin}/`, 'sec-fetch-site': 'cross-site' }])
			equal(await add(headers), 403, JSON.stringify(headers));
	});

for (const server of ['lighttpd', 'apache'])
	test(`${server}: forget my details deletes cart, input and session, on the server and in the browser`, async () => {
		const b = buyer(other, server), token = () => Object.values(b.cookies).join();
		await b.addToCart('/en/p/soap', { quantity: '2' });
		for (const [lang, button] of [['de', 'Meine Angaben vergessen'], ['zh-hans', '忘记我的信息'], ['en', 'Forget my details']]) {
			match((await b.get(`/${lang}/checkout/address`)).text, new RegExp(`<button[^>]*>${button}</button>`));
			b.form('/checkout/forget'); // it needs no script
		}
		await b.get('/en/checkout/address');
		await b.submit('/checkout/address', { ...GOOD, name: 'Grace Forget' });
		const session = other.number('SELECT MAX(id) FROM session'), old = { ...b.cookies };
		const rows = () => ['session WHERE seen_at >= 0 AND id', "cart WHERE draft <> '' AND is_open = 1 AND session_id", 'cart_line l JOIN cart c ON c.id = l.cart_id WHERE c.session_id']
			.map((from) => other.number(`SELECT COUNT(*) FROM ${from} = ${session}`));
		same(rows(), [1, 1, 1]);
		equal((await b.send('POST', '/en/checkout/forget', { body: 'csrf=AAAAAAAAAAAAAAAAAAAAAA' })).status, 403, 'a wrong token');
		equal((await b.send('POST', '/en/checkout/forget', { body: '' })).status, 403, 'no token');
		equal((await b.send('GET', '/en/checkout/forget')).status, 303, 'a link changes nothing');
		same(rows(), [1, 1, 1]);
		const { action, body } = b.form('/checkout/forget'), rs = await b.send('POST', action, { body });
		equal(rs.status, 303);
		match(rs.headers['set-cookie'].join(), /^[^=]+=; Path=\/; .*Max-Age=0/);
		same(rows(), [0, 0, 0]);
		equal(other.number(`SELECT COUNT(*) FROM cart WHERE draft <> '' AND session_id = ${session}`), 0);
		equal(token(), '');
		match((await b.get(rs.headers.location)).text, /Your details and your cart are deleted/);
		const thief = buyer(other, server); // who has copied the cookie
		thief.cookies = old;
		equal(path(await thief.send('GET', '/en/checkout/address')), '/en/cart');
		match((await thief.get('/en/cart?forgotten=')).text, /Your cart is empty/);
		equal((await thief.send('POST', action, { body })).status, 303, 'twice is once');
		const again = buyer(other, server);
		await again.addToCart('/en/p/soap');
		doesNotMatch((await again.get('/en/cart?forgotten=1')).text, /are deleted/, 'a link claims nothing');
	});

test('the page of delivery names where parcels go, how long they take and when they are free, as the merchant set it', async () => {
	const parts = async (values, lang = 'en') => {
		for (const [name, value] of Object.entries(values)) {
			const r = other.kontor('setting', 'set', `shipping.${name}`, value);
			equal(r.status, 0, r.stderr);
		}
		const last = Object.entries(values).pop();
		let sections;
		await until(`${last} to count`, async () => {
			const all = [];
			for (const server of ['lighttpd', 'apache', 'lighttpd', 'apache'])
				all.push((await other.get(server, `/${lang}/info/delivery`)).text);
			sections = [...all[0].matchAll(/<section>([^]*?)<\/section>/g)].map((x) => text(x[1]).trim());
			return new Set(all.map((x) => /<div class="rates">[^]*?<\/div>\s*<h2/.exec(x)[0])).size === 1 && sections.join() !== parts.last;
		});
		parts.last = sections.join();
		return sections;
	};
	let all = await parts({ countries: 'DE, CH, US', home_days: '1-1', pickup: 'yes', world: '2000:24.90' });
	match(all[0], /^Germany One working day up to/);
	same([all.length, /^Other countries Switzerland, United States 6 to 14 working days/.test(all[1])], [3, true], `no parcels to the EU: ${all}`);
	all = await parts({ countries: 'DE, AT, SE' });
	same([all.length, /^Other countries of the EU Austria, Sweden 3 to 6/.test(all[1])], [3, true], `none outside the EU: ${all}`);
	all = await parts({ home_free_from: '0.00' }, 'de');
	match(all[0], /^Deutschland Ein Werktag Preis kostenlos$/);
	match(all[1], /^Andere Länder der EU Österreich, Schweden/);
	all = await parts({ home: '2000:0, 10000:7.90', home_free_from: '', home_days: '2-2' });
	match(all[0], /^Germany 2 working days up to 2 kg free up to 10 kg €7\.90$/);
	all = await parts({ home: '', eu: '' }, 'zh-hans');
	equal(all.length, 1, `collecting only: ${all}`);
	all = await parts({ home: '500:4.90', home_days: '0-3', countries: 'DE' });
	match(all[0], /^Germany 3 working days up to 0\.5 kg €4\.90$/);
	equal(all.length, 2);
});

run({
	before: async () => {
		shop = await Shop.start({ goods: GOODS, base: '/one' });
		other = await Shop.start({ goods: { ...GOODS }, conf: { site: { languages: 'en, de, zh-Hans' }, shipping: { pickup: 'no', world: '' } } });
	},
	after: async () => {
		await shop.stop();
		if (other)
			await other.stop();
	},
});
