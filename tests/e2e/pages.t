#!/usr/bin/env node
// pages.t - what the public pages say to machines: structured data, twins, tags, addresses; also below a path.
'use strict';
const { match, strictEqual: equal, deepStrictEqual: deep, ok } = require('assert');
const fs = require('fs');
const path = require('path');
const { examples, inLanguage, routes } = require('./routes.js');
const { Shop } = require('./shop.js');
const { src, until } = require('./stack.js');
const { test, run } = require('./tap.js');

const BASE = '/shop';
const SERVERS = ['lighttpd', 'apache'];
const LANGS = ['en', 'de', 'zh-hans'];
const listed = examples.filter((x) => x.route.sitemap && !x.json);
let shop;

const get = (server, target, headers = {}) => shop.get(server, target, { headers });

function graph(html) {
	const m = /<script type="application\/ld\+json">([\s\S]*?)<\/script>/.exec(html);
	ok(m, 'the page has structured data');
	return JSON.parse(m[1])['@graph'];
}

for (const server of SERVERS) {
	test(`${server}: every page is found below the path, and no link leaves it`, async () => {
		for (const target of [...examples.filter((x) => !x.json).map((x) => x.address), '/de/c/tea', '/en/c/tea?sort=name',
			'/zh-hans/p/longjing', '/en/cart']) {
			const rs = await get(server, target);
			equal(rs.status, 200, target);
			for (const [, to] of rs.text.matchAll(/(?:href|src|action)="([^"#]+)"/g))
				ok(to.startsWith(`${BASE}/`) || to.startsWith(shop.site + '/') || /^(mailto|tel):/.test(to), `${target} leads to ${to}`);
		}
	});
	test(`${server}: a browser runs nothing among the pictures, whatever it is`, async () => {
		const dir = path.join(shop.dir, 'media', 'ee');
		fs.mkdirSync(dir, { recursive: true });
		fs.writeFileSync(path.join(dir, 'planted.html'), '<script>alert(1)</script>');
		shop.readable('media');
		const rs = await get(server, '/media/ee/planted.html');
		equal(rs.status, 200);
		equal(rs.headers['content-security-policy'], 'sandbox');
		equal(rs.headers['x-content-type-options'], 'nosniff');
		match(rs.headers['cache-control'], /max-age=31/);
	});
	test(`${server}: the front door leads to the visitor's language`, async () => {
		for (const [accept, lang] of [['de-AT,de;q=0.9', 'de'], ['zh-CN,zh;q=0.8', 'zh-hans'], ['fr', 'en'], ['en;q=0,de;q=0.1', 'de']]) {
			const rs = await get(server, '/', { 'accept-language': accept });
			equal(rs.status, 302, accept);
			ok(rs.headers.location.endsWith(`${BASE}/${lang}/`), `${accept} leads to ${rs.headers.location}`);
			ok(/accept-language/i.test(rs.headers.vary), 'and says what it depends on');
		}
	});
	test(`${server}: a page that one has is not sent again`, async () => {
		for (const target of ['/en/', '/en/c/tea', '/en/p/longjing']) {
			const first = await get(server, target);
			ok(first.headers.etag, `${target} has a tag`);
			equal((await get(server, target, { 'if-none-match': first.headers.etag })).status, 304, target);
			equal((await get(server, target, { 'if-none-match': '"another"' })).status, 200, target);
		}
	});
	test(`${server}: a page that is kept answers who asks for it, and nobody else`, async () => {
		const page = await get(server, '/en/info/terms');
		for (let i = 0; i < 20; i++) {
			equal((await get(server, '/en/info/terms')).text, page.text);
			equal((await shop.request(server, 'DELETE', '/en/info/terms')).status, 405);
			const head = await shop.request(server, 'HEAD', '/en/info/terms');
			equal([head.status, head.text, head.headers.etag].join(), [200, '', page.headers.etag].join());
		}
	});
	test(`${server}: a public page has a twin in JSON, a personal one has none`, async () => {
		const twin = JSON.parse((await get(server, '/en/p/longjing', { accept: 'application/json' })).text);
		equal(twin.product.name.startsWith('Longjing'), true);
		equal(twin.product.price.now.currency, 'EUR');
		ok(/^\d+\.\d\d$/.test(twin.product.price.now.amount));
		equal((await get(server, '/en/p/longjing.json')).headers['content-type'], 'application/json');
		ok(!/application\/json/.test((await get(server, '/en/cart', { accept: 'application/json' })).headers['content-type']));
	});
}

test('a product with variants is a ProductGroup whose variants can be bought', async () => {
	const all = graph((await get('lighttpd', '/en/p/longjing')).text);
	const group = all.find((x) => x['@type'] === 'ProductGroup');
	ok(group && group.productGroupID && group.variesBy.length > 0, 'a group that says what varies');
	ok(group.hasVariant.length >= 2, 'with its variants');
	for (const variant of group.hasVariant) {
		const offer = variant.offers;
		ok(variant.sku && Number(offer.price) > 0, 'SKU and price');
		equal(offer.priceCurrency, 'EUR');
		ok(/^https:\/\/schema\.org\/(InStock|OutOfStock|BackOrder|LimitedAvailability)$/.test(offer.availability), offer.availability);
		ok(offer.url.startsWith(shop.site + '/en/p/longjing?v='), offer.url);
	}
	const crumbs = all.find((x) => x['@type'] === 'BreadcrumbList').itemListElement;
	ok(crumbs.every((c, i) => c.position === i + 1 && c.name), 'the way to it');
});
test('a page names its own address and the same page in the other languages', async () => {
	const { text } = await get('lighttpd', '/de/p/longjing?v=1');
	ok(text.includes(`<link rel="canonical" href="${shop.site}/de/p/longjing">`), 'canonical');
	for (const lang of ['en', 'de', 'zh-Hans'])
		ok(text.includes(`<link rel="alternate" hreflang="${lang}" href="${shop.site}/${lang.toLowerCase()}/p/longjing">`), lang);
});
test('the menu marks the category that is shown, or that the page lies below', async () => {
	const marked = async (target) => [.../<nav class="menu[^]*?<\/nav>/.exec((await get('lighttpd', target)).text)[0]
		.matchAll(/href="([^"]*)" aria-current="true"/g)].map((x) => x[1]);
	for (const target of ['/en/c/tea', '/de/c/tea?sort=price', '/zh-hans/c/tea', '/en/c/green-tea', '/de/p/longjing', '/en/p/longjing?v=1'])
		deep(await marked(target), [`/shop/${target.split('/')[1]}/c/tea`], target);
	for (const target of ['/en/', '/de/cart', '/en/search?q=tea', '/en/info/terms'])
		deep(await marked(target), [], target);
});
test('a public page has one heading, a description, and measures on every picture', async () => {
	for (const lang of LANGS)
		for (const target of listed.map((x) => inLanguage(x.address, lang))) {
			const { text } = await get('lighttpd', target);
			equal((text.match(/<h1[ >]/g) || []).length, 1, `headings of ${target}`);
			ok(/<meta name="description" content="[^"]{4,}">/.test(text), `${target} has a description`);
			for (const [img] of text.matchAll(/<img [^>]*>/g))
				ok(/ width="\d+" height="\d+"/.test(img) && / alt="/.test(img), img);
		}
});
test('a link to a public page has a card elsewhere, a personal page has none', async () => {
	for (const target of listed.map((x) => x.address).concat('/de/c/tea?sort=price', '/zh-hans/p/longjing?v=1')) {
		const { text } = await get('lighttpd', target);
		const of = (name) => (new RegExp(`<meta (?:property|name)="${name}" content="([^"]*)">`).exec(text) || [])[1];
		equal(of('og:url'), /rel="canonical" href="([^"]*)"/.exec(text)[1], target);
		for (const name of ['og:title', 'og:type', 'og:site_name', 'og:description', 'twitter:card'])
			ok(of(name), `${target}: ${name}`);
		if (/\/[pc]\//.test(target)) {
			ok(of('og:image').startsWith(`${shop.site}/media/`), `${target}: ${of('og:image')}`);
			equal((await get('lighttpd', of('og:image').slice(shop.site.length))).status, 200);
		}
	}
	for (const target of ['/en/cart', '/en/search?q=tea', '/en/checkout/address', '/en/p/none'])
		ok(!/og:|twitter:/.test((await get('lighttpd', target)).text), target);
});
test('what browsers ask for without a page is there', async () => {
	for (const server of SERVERS)
		for (const [name, type] of [['/favicon.ico', /image\/(x-icon|vnd.microsoft.icon)/], ['/apple-touch-icon.png', /image\/png/]]) {
			const rs = await get(server, name);
			equal(rs.status, 302, name);
			const file = await get(server, rs.headers.location.slice(BASE.length));
			equal(file.status, 200);
			match(file.headers['content-type'], type);
		}
	for (const lang of LANGS) {
		const page = (await get('lighttpd', `/${lang}/`)).text;
		const rs = await get('lighttpd', /rel="manifest" href="([^"]*)"/.exec(page)[1].slice(BASE.length));
		match(rs.headers['content-type'], /application\/manifest\+json/);
		const manifest = JSON.parse(rs.text);
		equal(manifest.start_url, `${BASE}/${lang}/`);
		for (const icon of manifest.icons)
			equal((await get('lighttpd', icon.src.slice(BASE.length))).status, 200, icon.src);
		equal((await get('lighttpd', /rel="apple-touch-icon" href="([^"]*)"/.exec(page)[1].slice(BASE.length))).status, 200);
	}
});
test('the colour of the browser is that of the head of the page', async () => {
	const css = fs.readFileSync(path.join(src, 'htdocs', 'css', 'kontor.css'), 'utf8'), { text } = await get('lighttpd', '/en/');
	const cards = [...css.matchAll(/--card: (#\w+);/g)].map((m) => m[1]);
	equal(/scheme: light\)" content="(#\w+)"/.exec(text)[1], cards[0]);
	equal(/scheme: dark\)" content="(#\w+)"/.exec(text)[1], cards[1]);
});
test('the first row of pictures is loaded at once, the others when they are needed', async () => {
	for (const target of ['/en/', '/en/c/tea', '/en/c/tea?sort=price', '/de/c/tea', '/en/search?q=tea', '/zh-hans/']) {
		const imgs = [...(await get('lighttpd', target)).text.matchAll(/<div class="frame"><img [^>]*480w, [^>]*960w[^>]*>/g)].map((m) => m[0]);
		ok(imgs.length > 4, target);
		equal(imgs.filter((x) => /fetchpriority="high"/.test(x)).length, 1, target);
		ok(/fetchpriority="high"/.test(imgs[0]) && imgs.slice(0, 4).every((x) => !/loading="lazy"/.test(x)), target);
		ok(imgs.slice(4).every((x) => /loading="lazy"/.test(x)), target);
	}
});
test('structured data can be read on every page, and tell what the shop promises', async () => {
	for (const lang of LANGS)
		for (const target of listed.map((x) => inLanguage(x.address, lang)))
			for (const [, json] of (await get('lighttpd', target)).text.matchAll(/<script type="application\/ld\+json">([\s\S]*?)<\/script>/g))
				ok(JSON.parse(json)['@graph'].length > 0, target);
	const seller = graph((await get('lighttpd', '/de/')).text).find((x) => x['@type'] === 'Organization');
	equal(seller.hasMerchantReturnPolicy.merchantReturnDays, 14);
	for (const lang of LANGS) {
		const group = graph((await get('lighttpd', `/${lang}/p/longjing`)).text).find((x) => x['@type'] === 'ProductGroup');
		deep(group.variesBy, graph((await get('lighttpd', '/en/p/longjing')).text).find((x) => x['@type'] === 'ProductGroup').variesBy);
		const offer = group.hasVariant[0].offers;
		equal(offer.shippingDetails.shippingDestination.addressCountry, 'DE');
		equal(offer.hasMerchantReturnPolicy.returnPolicyCategory, 'https://schema.org/MerchantReturnFiniteReturnWindow');
		ok(offer.priceSpecification[0].referenceQuantity.valueReference.unitCode, 'the unit price has its measure');
	}
});
test('a personal page has a description too', async () => {
	for (const target of ['/en/cart', '/de/search?q=tee', '/de/cart', '/zh-hans/search'])
		match((await get('lighttpd', target)).text, /<meta name="description" content="[^"]{8,}">/);
});
test('an empty cart leads back to goods', async () => {
	ok(/class="card-name"/.test((await get('lighttpd', '/en/cart')).text));
});
test('the sitemap lists what robots may read, and robots.txt names it', async () => {
	const robots = await get('lighttpd', '/robots.txt');
	ok(robots.text.includes(`Sitemap: ${shop.site}/sitemap.xml`), robots.text);
	const closed = [...robots.text.matchAll(/^Disallow: (.*)$/gm)].map((m) => m[1]);
	for (const { pattern, sitemap } of routes.filter((r) => r.pattern.startsWith('/{lang}/')))
		for (const lang of LANGS) {
			const address = BASE + pattern.replace('{lang}', lang);
			equal(closed.some((c) => address.startsWith(c)), !sitemap, `${address} is ${sitemap ? 'open' : 'closed'} to robots`);
		}
	const parts = [...(await get('lighttpd', '/sitemap.xml')).text.matchAll(/<loc>([^<]+)<\/loc>/g)].map((m) => m[1]);
	const urls = [];
	for (const part of parts)
		urls.push(...[...(await get('lighttpd', part.slice(shop.site.length))).text.matchAll(/<loc>([^<]+)<\/loc>/g)].map((m) => m[1]));
	for (const lang of LANGS)
		for (const { address } of listed)
			ok(urls.includes(shop.site + inLanguage(address, lang)), `the sitemap has ${inLanguage(address, lang)}`);
	ok(!urls.some((u) => u.includes('winter-punch')), 'no draft');
	for (const url of urls.filter((u, i) => i % 17 === 0))
		equal((await get('lighttpd', url.slice(shop.site.length))).status, 200, url);
});
test('search finds words of each language, SKUs and makers', async () => {
	for (const [target, what] of [['/en/search?q=longjing', 'longjing'], ['/de/search?q=kompass', 'compass'],
		[`/zh-hans/search?q=${encodeURIComponent('龙井')}`, 'longjing'], ['/en/search?q=Thorsen', 'longjing'],
		[`/de/search?q=${encodeURIComponent('Füllfederhalter')}`, 'pen']])
		ok(new RegExp(`href="[^"]*/p/[^"]*${what}`).test((await get('lighttpd', target)).text), `${target} finds ${what}`);
});
test('pages of a list follow each other without gap or double', async () => {
	const seen = [];
	let target = '/en/c/listed?sort=name';
	await shop.importGoods('Listed', Object.fromEntries(Array.from({ length: 60 }, (v, i) => [`item-${String(i).padStart(2, '0')}`, { stock: 5 }])));
	while (target) {
		const { text } = await get('lighttpd', target);
		seen.push(...[...text.matchAll(/class="card-name"><a href="[^"]*\/p\/([^"]+)"/g)].map((m) => m[1]));
		const next = /<a[^>]*rel="next"[^>]*href="([^"]+)"|<a[^>]*href="([^"]+)"[^>]*rel="next"/.exec(text);
		target = next ? (next[1] || next[2]).replace(/&amp;/g, '&').slice(BASE.length) : null;
	}
	equal(seen.length, 60, 'products seen');
	equal(new Set(seen).size, 60, 'different ones');
	equal(seen.join(), [...seen].sort().join(), 'in order');
});

test('the address that a product had before leads to the one it has now', async () => {
	await shop.importGoods('Renamed', { 'old-name': { stock: 5 } });
	equal((await get('lighttpd', '/en/p/old-name')).status, 200);
	await shop.importGoods('Renamed', { 'new-name': { stock: 5, sku: 'old-name' } }, '--renames');
	for (const server of SERVERS) {
		const rs = await get(server, '/en/p/old-name');
		equal(rs.status, 301);
		ok(rs.headers.location.endsWith(`${BASE}/en/p/new-name`), rs.headers.location);
	}
	equal((await get('lighttpd', '/en/p/new-name')).status, 200);
});

// Pages are cached by address and language, so a change must also delete those under the old addresses.
test('a change shows at once under every address that the product has or had', async () => {
	const product = (handle, price) => shop.importGoods('Thrice', { [handle]: { stock: 5, sku: 'thrice', price } }, '--renames');
	const leads = async (handle, to) => {
		for (const lang of ['en', 'de']) {
			const rs = await get('lighttpd', `/${lang}/p/${handle}`);
			equal(rs.status, 301);
			ok(rs.headers.location.endsWith(`${BASE}/${lang}/p/${to}`), rs.headers.location);
		}
	};
	const shows = async (handle, price) => {
		for (const lang of ['en', 'de'])
			match((await get('lighttpd', `/${lang}/p/${handle}`)).text, new RegExp(`"price":"${price}"`));
	};
	await product('first-name', '5.00');
	await shows('first-name', '5.00');
	await product('second-name', '6.00');
	await leads('first-name', 'second-name');
	await shows('second-name', '6.00');
	await product('third-name', '7.00');
	await leads('first-name', 'third-name');
	await leads('second-name', 'third-name');
	await shows('third-name', '7.00');
	await product('first-name', '8.00');
	await shows('first-name', '8.00');
	await leads('third-name', 'first-name');
});

test('nothing is kept of an address that no product has, also not when the database takes it for one', async () => {
	await shop.importGoods('Blanks', { 'blank-tea': { stock: 5, price: '5.00' } });
	equal((await get('lighttpd', '/en/p/blank-tea')).status, 200);
	const stored = () => shop.total('cache_stores_total');
	const before = await stored();
	for (const [handle, status] of [['blank-tea%20', 404], ['blank-tea%20%20', 404], ['blank-tea-2', 404], ['Blank-Tea', 301]])
		equal((await get('lighttpd', `/en/p/${handle}`)).status, status, handle);
	equal(await stored(), before);
	await shop.importGoods('Blanks', { 'plain-tea': { stock: 5, sku: 'blank-tea' } }, '--renames');
	equal((await get('lighttpd', '/en/p/blank-tea%20')).status, 404);
});

// The menu is an aggregate of the goods: forgotten with a change of their contents, and with that alone.
test('the menu shows at once what an import changes, and is not read again for a change of stock', async () => {
	const menu = async (lang) => JSON.parse((await get('lighttpd', `/${lang}/`, { accept: 'application/json' })).text).menu;
	const settled = () => until('the second delete, which kontor-jobs makes', () =>
		shop.number("SELECT COUNT(*) FROM outbox WHERE kind = 'cache'") === 0, 60000);
	const lamps = async (lang) => (await menu(lang)).find((m) => m.text === 'Lamps')?.count;
	for (const lang of LANGS)
		equal(await lamps(lang), undefined);
	await shop.importGoods('Lamps', { lantern: { stock: 5 } });
	for (const lang of LANGS)
		equal(await lamps(lang), 1, lang);
	await shop.importGoods('Lamps', { torch: { stock: 5 } });
	for (const lang of LANGS)
		equal(await lamps(lang), 2, lang);
	await settled();
	for (const lang of LANGS)
		await menu(lang);
	const fills = await shop.total('cache_fills_total', 'class="menu"'), cards = await shop.total('cache_fills_total', 'class="product"');
	await get('lighttpd', '/en/p/torch');
	await shop.importGoods('Lamps', { torch: { stock: 0 } }, '--stock');
	await settled();
	for (const lang of LANGS)
		await menu(lang);
	match((await get('lighttpd', '/en/p/torch')).text, /OutOfStock/);
	ok(await shop.total('cache_fills_total', 'class="product"') > cards, 'the product was read again');
	equal(await shop.total('cache_fills_total', 'class="menu"'), fills, 'the menu was not');
});

test('goods show maker, warnings, food and energy in the visitor\'s language, also to machines', async () => {
	const of = async (lang, handle) => (await get('lighttpd', `/${lang}/p/${handle}`)).text;
	const lamp = await of('de', 'filament-lamp'), boat = await of('zh-hans', 'toy-boat'), sweet = await of('de', 'praline-chest');
	match(lamp, /energy-4[\s\S]*Energieklasse D auf einer Skala von A bis G[\s\S]*Produktdatenblatt/);
	match((await get('lighttpd', '/en/c/home')).text, /Energy class D on a scale from A to G/);
	match(boat, /Holt &amp; Aldersey Ltd[\s\S]*YO21 3PR[\s\S]*Nordwind Handelsagentur GmbH[\s\S]*gpsr@nordwind/);
	match(boat, /36 个月/);
	match(sweet, /<strong>Haselnüsse<\/strong>[\s\S]*280 g[\s\S]*Maison Corvel SARL[\s\S]*je 100 g[\s\S]*34,2 g/);
	const twin = JSON.parse((await get('lighttpd', '/en/p/toy-boat', { accept: 'application/json' })).text).product;
	deep(twin.safety.responsible.address, ['Schlachte 22', '28195 Bremen']);
	deep(twin.safety.model, 'HA-TB 3, batch 2026-04');
	const [of2] = graph(lamp);
	equal(of2.manufacturer.name, 'Weberei Nordmark eG');
	equal(of2.hasEnergyConsumptionDetails.hasEnergyEfficiencyCategory, 'https://schema.org/EUEnergyEfficiencyCategoryD');
});
test('a maker is changed once for all its goods', async () => {
	const r = shop.kontor('maker', 'set', 'holt & aldersey', '--contact', 'https://holt.example/contact');
	equal(r.status, 0, r.stderr);
	match(r.stdout, /pages of 1[0-9] products/);
	for (const handle of ['toy-boat', 'draw-telescope'])
		await until(`the new address with ${handle}`, async () => /holt\.example\/contact/.test((await get('lighttpd', `/de/p/${handle}`)).text));
	equal(shop.kontor('maker', 'set', 'X', '--contact', 'javascript:alert(1)').status, 1);
	const out = shop.kontor('maker', 'export');
	fs.writeFileSync(path.join(shop.dir, 'makers.csv'), out.stdout);
	match(shop.kontor('maker', 'import', path.join(shop.dir, 'makers.csv')).stdout, /0 changed/);
	equal(shop.kontor('maker', 'remove', 'Wenzel Feder').status, 0);
	await until('a page without the maker', async () => !/Wenzel Feder OHG/.test((await get('lighttpd', '/de/p/brass-pen')).text));
	match(shop.kontor('maker', 'list').stdout, /Holt & Aldersey/);
});

run({
	before: async () => {
		shop = await Shop.start({ base: BASE });
		shop.site = `http://127.0.0.1:${shop.ports.lighttpd}${BASE}`;
		const r = shop.kontor('demo', '--dir', path.join(src, 'etc', 'demo'));
		equal(r.status, 0, r.stdout + r.stderr);
	},
	after: () => shop.stop(),
});
