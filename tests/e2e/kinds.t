#!/usr/bin/env node
// kinds.t - how the buyer gets the goods decides what each page asks and says: sent, collected, downloaded.
'use strict';
const { match, doesNotMatch, strictEqual: equal, deepStrictEqual: same, ok } = require('assert');
const http = require('http');
const { Buyer } = require('./buyer.js');
const { Shop } = require('./shop.js');
const { until } = require('./stack.js');
const { test, run } = require('./tap.js');

const FULL = { email: 'ada@example.org', name: 'Ada Example', street: 'Lane 1', postcode: '20457', city: 'Hamburg', country: 'DE' };
const PLACE = 'Kontor Am Hafen 1 20457 Hamburg Opening hours Monday – Friday 10:00–18:00 Saturday 10:00–14:00 By appointment';
let shop;

const buyer = (server = 'lighttpd') => new Buyer(shop.origin(server), { agent: new http.Agent({ keepAlive: false }) });
const text = (html) => html.replace(/^[\s\S]*<main/, '<main').replace(/<footer[\s\S]*$/, '').replace(/<svg[\s\S]*?<\/svg>/g, '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
const fields = (html) => [...html.matchAll(/<(?:input|select|textarea)[^>]* name="(\w+)"/g)].map((m) => m[1]).filter((n) => n !== 'csrf' && n !== 'act');
const path = (rs) => new URL(rs.headers.location, 'http://x').pathname;

async function withCart(goods, { server, lang = 'en' } = {}) {
	const b = buyer(server);
	for (const g of goods)
		await b.addToCart(`/${lang.toLowerCase()}/p/${g}`);
	b.lang = lang.toLowerCase();
	b.csrf = new URLSearchParams(b.form('/cart/update').body).get('csrf');
	return b;
}
const post = (b, step, values) => b.send('POST', `/${b.lang}/checkout/${step}`, { body: new URLSearchParams({ csrf: b.csrf, ...values }).toString() });
const see = async (b, step) => (await b.get(`/${b.lang}/checkout/${step}`)).text;
const place = (b) => b.submit('/checkout/place', { terms: '1', early: '1' });

test('who collects is asked for no address, sees where and when, and skips the step of delivery', async () => {
	for (const server of ['lighttpd', 'apache']) {
		const b = await withCart(['soap'], { server });
		const first = await see(b, 'address');
		same(fields(first).filter((f) => !f.startsWith('billing')), ['kind', 'kind', 'email', 'phone', 'country', 'name', 'company', 'street', 'extra', 'postcode', 'city']);
		match(first, /id="kind-parcel"[^>]* checked/);
		match(text(first), /Step 1 of 4: address/);
		match(text(first), new RegExp(`I collect it at the shop free ${PLACE}`));
		equal(path(await post(b, 'address', { kind: 'collection', act: 'country' })), '/en/checkout/address');
		const asked = await see(b, 'address');
		same(fields(asked).filter((f) => !f.startsWith('billing')), ['kind', 'kind', 'email', 'phone', 'name', 'company']);
		match(text(asked), /Step 1 of 3: your details.*Your details.*Only in case of a question about your order.*Who collects it\?/);
		doesNotMatch(text(asked), /carrier|Continue to delivery|Delivery address/);
		doesNotMatch(asked, /-error"/, 'nothing was wrong with choosing');
		equal(path(await post(b, 'address', { kind: 'collection', email: 'ada@example.org' })), '/en/checkout/address');
		match(await see(b, 'address'), /id="name-error"/);
		equal(path(await post(b, 'address', { kind: 'collection', email: 'ada@example.org', name: 'Ada Example' })), '/en/checkout/payment');
		equal(path(await b.send('GET', '/en/checkout/delivery')), '/en/checkout/payment');
		const pay = text(await see(b, 'payment'));
		match(pay, /Step 2 of 3: payment.*As soon as the money is here, we set the goods aside.*You pay when you collect your order\..*Back to your details/);
		doesNotMatch(pay, /We send|at your door|Back to delivery/);
		await post(b, 'payment', { payment: 'transfer' });
		const review = text(await see(b, 'review'));
		match(review, new RegExp(`Step 3 of 3: order.*Collect at ${PLACE} Change Collected by Ada Example`));
		doesNotMatch(review, /Deliver to|Back to delivery/);
		const order = await place(b);
		match(order.target, /\/order\//);
		match(text(order.text), new RegExp(`As soon as the money is here, we set the goods aside and write to you.*Ready to collect.*Collected.*Collect at ${PLACE} Collected by Ada Example`));
		doesNotMatch(text(order.text), /Deliver to|We send|On its way|Arrived|Lane 1/);
		same(shop.sql('SELECT name, street, postcode, country FROM order_address ORDER BY order_id DESC LIMIT 1').trim().split('\t'), ['Ada Example', '', '', 'DE']);
	}
});

test('choosing another kind keeps what was typed, and the enter key does not', async () => {
	const b = await withCart(['soap']);
	await post(b, 'address', { kind: 'parcel', ...FULL, phone: '040 1' });
	await post(b, 'delivery', { delivery: 'standard' });
	equal(path(await post(b, 'address', { kind: 'collection', ...FULL, act: 'country' })), '/en/checkout/address');
	equal(path(await post(b, 'address', { kind: 'collection', email: FULL.email, name: 'Ada', act: 'country' })), '/en/checkout/payment', 'no other choice: the key went on');
	equal(path(await post(b, 'address', { kind: 'parcel', email: FULL.email, name: 'Ada', act: 'country' })), '/en/checkout/address');
	const back = await see(b, 'address');
	for (const [name, value] of [['street', 'Lane 1'], ['postcode', '20457'], ['city', 'Hamburg'], ['name', 'Ada']])
		match(back, new RegExp(`name="${name}" value="${value}"`));
	equal(path(await post(b, 'address', { kind: 'parcel', ...FULL })), '/en/checkout/delivery', 'the method is asked for again');
	equal(path(await post(b, 'delivery', { delivery: 'pickup' })), '/en/checkout/payment', 'it can be collected, too, once the price is known');
	match(text(await see(b, 'review').then(() => post(b, 'payment', { payment: 'transfer' })).then(() => see(b, 'review'))), /Collect at/);
	doesNotMatch(text(b.page.text), /Lane 1/, 'the address is not needed, so it is not kept with the order');
});

test('an order that is paid at the shop is kept until the merchant\'s limit, and its page says so', async () => {
	const b = await withCart(['soap']);
	await post(b, 'address', { kind: 'collection', email: 'a@example.org', name: 'Ada' });
	await post(b, 'payment', { payment: 'at_pickup' });
	await see(b, 'review');
	const { target } = await place(b);
	match(text((await b.get(target)).text), /We keep your order for you until/);
	equal(shop.number('SELECT expires_at - created_at FROM orders ORDER BY id DESC LIMIT 1'), 10 * 86400);
	shop.sql('UPDATE orders SET expires_at = UNIX_TIMESTAMP() + 3600 ORDER BY id DESC LIMIT 1');
	equal(shop.kontor('order', 'ship', shop.sql('SELECT number FROM orders ORDER BY id DESC LIMIT 1').trim()).status, 0);
	ok(shop.number('SELECT expires_at - UNIX_TIMESTAMP() FROM orders ORDER BY id DESC LIMIT 1') > 9 * 86400, 'set aside, it waits its full time');
	shop.sql('UPDATE orders SET expires_at = UNIX_TIMESTAMP() - 1 ORDER BY id DESC LIMIT 1');
	await until('the order to end', async () => /was not paid in time/.test((await b.get(target)).text));
});

test('a download is asked for as little as its tax needs, and nothing of it is about parcels', async () => {
	const product = text((await buyer().get('/en/p/book')).text);
	doesNotMatch(product, /plus delivery|send it back|Delivery from/);
	match(product, /A download: nothing is sent by post/);
	match(text((await buyer().get('/en/p/soap')).text), /plus delivery.*Fourteen days to send it back/);
	const b = await withCart(['book']);
	const first = await see(b, 'address');
	same(fields(first).filter((f) => !f.startsWith('billing')), ['email', 'country', 'name', 'company', 'postcode']);
	match(text(first), /Step 1 of 3: your details.*Who buys it\?.*Continue to payment/);
	equal(path(await post(b, 'address', { email: 'ada@example.org', name: 'Ada Example', country: 'DE', postcode: '20457' })), '/en/checkout/payment');
	match(text(await see(b, 'payment')), /We send you the download as soon as the money is here/);
	await post(b, 'payment', { payment: 'transfer' });
	const review = await see(b, 'review');
	match(text(review), /Download for Ada Example ada@example\.org/);
	doesNotMatch(text(review), /Deliver|pieces? are sent/);
	equal(path(await b.send('POST', '/en/checkout/place', { body: b.form('/checkout/place', { terms: '1' }).body })), '/en/checkout/review', 'without consent there is no order');
	const again = await see(b, 'review');
	match(again, /id="early-error"/);
	match(again, /name="terms"[^>]* checked/);
	const sly = b.form('/checkout/place', { terms: '1', downloads: null });
	equal((await b.send('POST', sly.action, { body: sly.body })).status, 400, 'nor by a form that was changed');
	const order = await place(b);
	match(order.target, /\/order\//);
	match(text(order.text), /We send you the download as soon as the money is here.*Sent by email.*Download for Ada Example.*you asked for the download before the time to withdraw is over/);
	doesNotMatch(text(order.text), /Deliver|Arrived|packed/);
	const number = /K-\d+/.exec(order.text)[0];
	match(shop.kontor('order', 'show', number).stdout, /consent\s+the right to withdraw from downloads ends: 20\d\d-.*, words 1/);
	const json = JSON.parse(shop.kontor('order', 'show', number, '--json').stdout);
	same([json.download_consent, json.download_consent_words], [json.placed, '1']);
});

test('goods and a download together are sent, and ask for consent to the download', async () => {
	const b = await withCart(['soap', 'book']);
	equal(path(await post(b, 'address', FULL)), '/en/checkout/delivery');
	await post(b, 'delivery', { delivery: 'standard' });
	await post(b, 'payment', { payment: 'transfer' });
	match(await see(b, 'review'), /name="early"/);
	const only = await withCart(['soap']);
	await post(only, 'address', FULL);
	await post(only, 'delivery', { delivery: 'standard' });
	await post(only, 'payment', { payment: 'transfer' });
	doesNotMatch(await see(only, 'review'), /name="early"/);
	match((await place(only)).target, /\/order\//);
	equal(shop.number('SELECT early_at IS NULL AND early_version = \'\' FROM orders ORDER BY id DESC LIMIT 1'), 1);
	match((await place(b)).target, /\/order\//);
});

const PAPER = {
	parcel: [/<h1>Packing slip · /, /Lieferschein/, /装箱单/],
	collection: [/<h1>Collection slip · /, /Abholschein/, /取货单/],
	download: [/<h1>Download · /, /Download für/, /下载/],
};

test('paper has the words of the kind, and a delivery address only where the goods are sent', async () => {
	for (const [kind, good, who, payment] of [['parcel', 'soap', FULL, 'transfer'], ['collection', 'soap', { kind: 'collection', ...FULL }, 'at_pickup'],
		['download', 'book', FULL, 'transfer']]) {
		const b = await withCart([good]);
		await post(b, 'address', who);
		await post(b, 'delivery', { delivery: 'standard' });
		await post(b, 'payment', { payment });
		await see(b, 'review');
		const number = /K-\d+/.exec((await place(b)).text)[0];
		shop.sql(`UPDATE order_address SET street = 'Lane 1', city = 'Hamburg' WHERE order_id = ${number.slice(2)}`); // an order of an earlier release
		for (const [i, lang] of ['en', 'de', 'zh-Hans'].entries()) {
			const paper = shop.kontor('order', 'print', number, '--lang', lang).stdout;
			match(paper, PAPER[kind][i], `${kind} ${lang}`);
			equal(/Lane 1|Hamburg<\/bdi>/.test(paper.replace(/<address class="seller">[^]*?<\/address>/, '')), kind === 'parcel', `${kind} ${lang}`);
		}
		const slip = shop.kontor('order', 'print', number, '--text').stdout;
		match(slip, { parcel: /^Ada Example\nLane 1\n/, collection: /^collected by\nAda Example\nada@/, download: /^download for\nAda Example\nada@/ }[kind]);
		match(shop.kontor('order', 'print', number).stdout, { parcel: /Standard delivery/, collection: /Collected by[^]*Pick up at our shop\s+· Payment at our shop/, download: /Download for[^]*ada@example\.org/ }[kind]);
	}
});

// The words of each state, by kind: [order, payment, fulfilment] as stored. The last one has arrived and is not paid: in
// the words of the one before.
const STATES = [[2, 2, 1], [2, 2, 3], [3, 2, 3], [2, 1, 6]];
const WORDS = {
	en: {
		parcel: ['We are packing your order', 'Your order is on its way to you', 'Your order has arrived'],
		collection: ['We are setting your goods aside', 'Your goods are ready', 'You have collected your order'],
		download: ['We are preparing your download', 'We have sent you your download', 'We have sent you your download'],
	},
	de: {
		parcel: ['Wir packen Ihre Bestellung', 'auf dem Weg', 'angekommen'],
		collection: ['Wir stellen Ihre Ware bereit', 'Ihre Ware liegt bereit', 'Sie haben Ihre Bestellung abgeholt'],
		download: ['Wir bereiten Ihren Download vor', 'Wir haben Ihnen Ihren Download', 'Wir haben Ihnen Ihren Download'],
	},
	'zh-Hans': {
		parcel: ['打包', '途中', '送达'], collection: ['备货', '可以取货', '已取货'], download: ['准备', '已通过电子邮件', '已通过电子邮件'],
	},
};

test('the page of the order tells each state in the words of its kind, in each language', async () => {
	for (const lang of Object.keys(WORDS))
		for (const [kind, good, who] of [['parcel', 'soap', FULL], ['collection', 'soap', { kind: 'collection', email: 'a@example.org', name: 'Ada' }], ['download', 'book', FULL]]) {
			const b = await withCart([good], { lang });
			await post(b, 'address', who);
			await post(b, 'delivery', { delivery: 'standard' });
			await post(b, 'payment', { payment: 'transfer' });
			await see(b, 'review');
			const { target } = await place(b);
			match(target, /\/order\//);
			for (const [i, [state, payment, fulfilment]] of STATES.entries()) {
				shop.sql(`UPDATE orders SET state = ${state}, payment_state = ${payment}, fulfilment_state = ${fulfilment}, expires_at = NULL ORDER BY id DESC LIMIT 1`);
				shop.service('mc-kill'); // the page is cached
				shop.service('mc-start');
				const page = (await b.get(target)).text;
				const next = /<p class="order-next">([\s\S]*?)<\/p>/.exec(page)[1];
				ok(next.includes(WORDS[lang][kind][Math.min(i, 2)]), `${lang} ${kind} ${i}: ${next}`);
				equal(/class="place"/.test(page), kind === 'collection', 'the shop\'s address is for those who come');
			}
		}
});

run({
	before: async () => {
		shop = await Shop.start({ goods: { soap: { stock: 500, price: '5.00' }, book: { stock: 500, price: '9.00', ships: false } },
			conf: { site: { languages: 'en, de, zh-Hans', address: 'Am Hafen 1\n\t20457 Hamburg', hours: 'Mo-Fr 10:00-18:00\n\tSa 10:00-14:00\n\tBy appointment' }, order: { pickup_expiry_days: 10 } } });
	},
	after: () => shop.stop(),
});
