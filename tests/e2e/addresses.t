#!/usr/bin/env node
// addresses.t - addresses as people type, cut and decorate them lead to the one right address, by one redirect.
'use strict';
const { match, strictEqual: equal, deepStrictEqual: same, ok } = require('assert');
const fs = require('fs');
const path = require('path');
const { Shop } = require('./shop.js');
const { Stack } = require('./stack.js');
const { test, run } = require('./tap.js');

const BASE = '/shop';
const SERVERS = ['lighttpd', 'apache'];
let shop, bare, named;

const ask = (server, target, { stack = shop, method = 'GET', ...headers } = {}) => stack.request(server, method, target, { headers });
const raw = (server, target, options) => ask(server, target, { ...options, stack: Object.assign(Object.create(shop), { base: '' }) });

async function leads(server, from, to, options) {
	const rs = await ask(server, from, options);
	equal(rs.status, 301, `${server}: ${from}`);
	equal(rs.headers.location, to.startsWith('http') ? to : BASE + to, `${server}: ${from}`);
}

for (const server of SERVERS) {
	test(`${server}: what others add to a link is ignored`, async () => {
		for (const query of ['utm_campaign=50%off', '=x', `${'a'.repeat(70)}=1`, `x=${'y'.repeat(3000)}`, 'u=1&u=2&u=3', 'n=%E9t%E9',
			'%', '&&&&', '%00=%00', 'v=abc', 'v=', 'v=%ff', 'sort=no%20word', 'picture=99999999999999999999', 'after=%0a', 'q',
			'a&'.repeat(500)])
			for (const target of ['/en/p/green-tea', '/de/c/teas', '/en/', '/en/cart', '/en/info/terms'])
				equal((await ask(server, `${target}?${query}`)).status, 200, `${target}?${query.slice(0, 40)}`);
	});
	test(`${server}: another spelling leads to the one right address, with its query`, async () => {
		for (const [from, to] of [['/EN', '/en/'], ['/EN/', '/en/'], ['/en', '/en/'], ['/zh-Hans/', '/zh-hans/'], ['/zh-CN/', '/zh-hans/'],
			['/de-AT/p/green-tea', '/de/p/green-tea'], ['/de_CH/C/Teas/', '/de/c/teas'], ['/en//p///green-tea', '/en/p/green-tea'],
			['/en/p/green-tea/', '/en/p/green-tea'], ['/en/p/Green-TEA', '/en/p/green-tea'], ['/EN/P/GREEN-TEA/', '/en/p/green-tea'],
			['/En/p/TH%C3%89-VERT', '/en/p/th%C3%A9-vert'], ['/en/p/mixed-case', '/en/p/Mixed-Case'], ['/en/c/TEAS', '/en/c/teas'],
			['/en-US/Info/About', '/en/info/about'], ['/EN/cart/', '/en/cart'], ['/EN/search', '/en/search'], ['/Robots.txt', '/robots.txt'],
			['/EN/p/Green-Tea.json', '/en/p/green-tea.json'], ['/DE/ORDER/AbCdEfGhIjKlMnOpQr', '/de/order/AbCdEfGhIjKlMnOpQr']])
			for (const query of ['', '?utm_source=a%20b&q=50%', '?v=1&v=2'])
				await leads(server, from + query, to + query);
	});
	test(`${server}: the path of the shop is found without its slash, and behind slashes too many`, async () => {
		for (const [from, to] of [[BASE, '/de/'], [`${BASE}?a=1`, '/de/?a=1'], [`/${BASE}/`, '/de/'], [`${BASE}//`, '/de/'], [`${BASE}/?q=x`, '/de/?q=x']]) {
			const rs = await raw(server, from, { 'accept-language': 'de-AT' });
			same([rs.status, rs.headers.location], [302, BASE + to], from);
		}
		const rs = await raw(server, `/${BASE}//EN/p/Green-Tea?x=1`);
		same([rs.status, rs.headers.location], [301, `${BASE}/en/p/green-tea?x=1`]);
		for (const from of [`${BASE}ping/`, `${BASE}x`, '/other', '/'])
			ok((await raw(server, from)).status >= 400, from);
	});
	test(`${server}: no spelling leads to another site, and what does not exist leads nowhere`, async () => {
		for (const from of ['//evil.example/', '/%5Cevil.example/', '//evil.example/en/', '/en//evil.example', '/en/%2F%2Fevil.example', '/fr/', '/fr/p/green-tea',
			'/EN/nosuch', '/en/p/nosuch', '/EN/P/nosuch', '/en/p/green-tea%20', '/en/p/twin-case', '/en/order/short', '/EN/c/nosuch', '/de-AT/p/a/b',
			'/en/info/ABOUT/us', '/english/']) {
			const rs = await ask(server, from);
			same([rs.status, rs.headers.location], [404, undefined], from);
		}
		const rs = await ask(server, '/EN/?a=\\evil&b="<>&c=//evil.example');
		equal(rs.headers.location, `${BASE}/en/?a=%5Cevil&b=%22%3C%3E&c=//evil.example`);
	});
	test(`${server}: a form is not sent elsewhere`, async () => {
		for (const to of ['/EN/cart/add', '/en/cart/add/', '/en//cart/add', '/de-AT/checkout/place'])
			equal((await shop.request(server, 'POST', to, { body: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded', origin: shop.site } })).status,
				404, to);
		equal((await ask(server, '/EN/', { method: 'HEAD' })).status, 301);
	});
	test(`${server}: an exact handle comes first; upper case leads on only where one product fits`, async () => {
		for (const handle of ['twin-Case', 'Twin-case'])
			match((await ask(server, `/en/p/${handle}`)).text, new RegExp(`<h1[^>]*>${handle}<`));
		for (const handle of ['twin-case', 'TWIN-CASE'])
			equal((await ask(server, `/en/p/${handle}`)).status, 404, handle);
		for (const [handle, title] of [['spec.json', 'spec.json'], ['v1.2', 'v1.2'], ['a.b.c', 'a.b.c'], ['page.html', 'page.html'], ['.json', '.json'],
			['plain.json', 'plain.json'], ['x.json.json', 'x.json.json'], ['data.csv', 'data.csv']]) {
			const rs = await ask(server, `/en/p/${handle}`);
			match(rs.headers['content-type'], /html/, handle);
			ok(new RegExp(`<h1[^>]*>${title}<`).test(rs.text), handle);
		}
		for (const [twin, name] of [['green-tea.json', 'green-tea'], ['spec.json.json', 'spec.json'], ['v1.2.json', 'v1.2']])
			equal(JSON.parse((await ask(server, `/en/p/${twin}`)).text).product.name, name, twin);
		equal(JSON.parse((await ask(server, '/en/p/plain.json', { accept: 'application/json' })).text).product.name, 'plain.json');
		await leads(server, '/en/p/Spec.JSON', '/en/p/spec.json');
		await leads(server, '/en/p/SPEC.json', '/en/p/spec.json');
	});
	test(`${server}: another name of the host leads to the one in site.url`, async () => {
		const other = { stack: bare, host: 'www.shop.example' };
		for (const [from, to] of [['/en/info/terms', '/en/info/terms'], ['/EN//Info/Terms/?a=%20b', '/en/info/terms?a=%20b'], ['/?x', '/en/?x'], ['', '/en/'],
			['/en/cart', '/en/cart'], ['/robots.txt', '/robots.txt']]) {
			const rs = await ask(server, from, other);
			ok([301, 302].includes(rs.status), from);
			equal(rs.headers.location, `${bare.site}${to}`, from);
		}
		for (const host of ['shop.example', 'WWW.Shop.Example:8080', 'localhost', '127.0.0.2', '[::1]:80', 'evil.example'])
			equal((await ask(server, '/EN/info/about', { stack: bare, host })).headers.location, `${bare.site}/en/info/about`, host);
		equal((await ask(server, '/en/info/about', { ...other, method: 'HEAD' })).headers.location, `${bare.site}/en/info/about`);
		for (const path_ of ['/healthz', '/metrics'])
			equal((await ask(server, path_, other)).status, 200, path_);
		equal((await ask(server, '/readyz', other)).headers.location, undefined);
		equal((await ask(server, '/en/cart/add', { ...other, method: 'POST', origin: bare.site, 'content-length': '0' })).headers.location, undefined);
		for (const header of ['x-forwarded-for', 'x-forwarded-host', 'via', 'forwarded'])
			equal((await ask(server, '/en/info/about', { ...other, [header]: 'for.example' })).headers.location, undefined,
				`behind an unknown proxy (${header}) the name says nothing`);
	});
	test(`${server}: by default only a public name leads, and to a public name alone`, async () => {
		for (const host of ['www.shop.example', 'other.example:8443', 'xn--bcher-kva.example'])
			equal((await ask(server, '/EN/info/about', { stack: named, host })).headers.location, 'https://shop.example/en/info/about', host);
		for (const host of ['shop.example', 'SHOP.example:80', '192.0.2.7', '127.0.0.1:8080', 'localhost', 'backend', '[2001:db8::1]:80'])
			equal((await ask(server, '/EN/info/about', { stack: named, host })).headers.location, '/en/info/about', host);
	});
	test(`${server}: behind a trusted proxy the visitor's name of the host counts`, async () => {
		const proxied = { host: 'backend.internal', 'x-forwarded-for': '203.0.113.5' };
		equal((await ask(server, '/en/p/green-tea', { ...proxied, 'x-forwarded-host': '127.0.0.1' })).status, 200);
		await leads(server, '/en/p/Green-Tea?a', `${shop.site}/en/p/green-tea?a`, { ...proxied, 'x-forwarded-host': 'www.shop.example, x' });
		await leads(server, '/en/p/old-tea?a', `${shop.site}/en/p/new-tea?a`, { host: 'www.shop.example' });
	});
	test(`${server}: an archived product is gone, a draft is not there`, async () => {
		equal((await ask(server, '/en/p/archived')).status, 410);
		match((await ask(server, '/de/p/ARCHIVED')).text, /Das verkaufen wir nicht mehr/);
		equal((await ask(server, '/en/p/draft')).status, 404);
	});
	test(`${server}: a renamed product's address keeps what is behind it, and its twin stays one`, async () => {
		for (const query of ['', '?utm_source=mail', '?v=1&x=50%', '?%E9', '?a=b&a=c'])
			await leads(server, `/en/p/old-tea${query}`, `/en/p/new-tea${query}`);
		await leads(server, '/en/p/old-tea.json?x', '/en/p/new-tea.json?x');
		await leads(server, '//de-AT/P/OLD-Tea/?x', '/de/p/new-tea?x');
	});
}

test('the other language shows what the visitor looks at; the canonical address does not depend on it', async () => {
	for (const [target, query] of [['/de/search', '?q=Tee'], ['/de/search', '?q=a%20%26%20%C3%BC'], ['/de/c/teas', '?sort=price'], ['/de/p/green-tea', '?v=1'],
		['/de/c/teas', '?sort=-price&after=900.3'], ['/de/p/green-tea', '?picture=1']]) {
		const { text } = await ask('lighttpd', `${target}${query}&utm_source=x&v=junk`);
		const link = /<a href="([^"]*)" lang="en"/.exec(text)[1].replace(/&amp;/g, '&');
		equal(link, `${BASE}${target.replace('/de/', '/en/')}${query}`);
	}
});

test('each page of a list is its own canonical address, in each language', async () => {
	let target = '/en/c/many?sort=name&utm=1', pages = 0;
	for (; target; pages++) {
		const { text } = await ask('lighttpd', target);
		const canonical = /rel="canonical" href="([^"]*)"/.exec(text)[1].replace(/&amp;/g, '&');
		equal(canonical, shop.site + (pages === 0 ? '/en/c/many' : target), target);
		ok(text.includes(`hreflang="de" href="${canonical.replace('/en/', '/de/').replace(/&/g, '&amp;')}"`));
		ok(text.includes(`hreflang="x-default" href="${canonical.replace(/&/g, '&amp;')}"`));
		const next = /href="([^"]+)" rel="next"/.exec(text);
		target = next ? next[1].replace(/&amp;/g, '&').slice(BASE.length) : null;
	}
	equal(pages, 3);
	for (const after of ['garbage', '1', '.', 'x.y', '9.9.9x'])
		match((await ask('lighttpd', `/en/c/many?sort=price&after=${after}`)).text, new RegExp(`rel="canonical" href="${shop.site}/en/c/many"`));
	equal((await ask('lighttpd', '/en/search?q=item&after=x')).status, 200);
});

// What the cache keeps of "tea has no namesake in tea.json" is forgotten when one comes.
test('a new product takes its name from the twin of another at once', async () => {
	const twin = async () => /json/.test((await ask('lighttpd', '/en/p/late.json')).headers['content-type']);
	await shop.importGoods('Late', { late: { stock: 5 } });
	for (let i = 0; i < 3; i++)
		ok(await twin());
	await shop.importGoods('Late', { 'late.json': { stock: 5 } });
	ok(!await twin());
});

test('the sitemap tells of languages, changes and pictures', async () => {
	const { text } = await ask('lighttpd', '/sitemap/1');
	const url = text.split('\n').find((line) => line.includes(`<loc>${shop.site}/de/p/green-tea</loc>`));
	match(url, /<lastmod>20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ<\/lastmod>/);
	for (const lang of ['en', 'de', 'zh-Hans'])
		ok(url.includes(`hreflang="${lang}" href="${shop.site}/${lang.toLowerCase()}/p/green-tea"`), lang);
	ok(url.includes('hreflang="x-default"'));
	ok(!text.includes('/archived') && !text.includes('/draft'));
	shop.sql("UPDATE product SET created_at = 1000000000, changed_at = 0 WHERE handle = 'green-tea'");
	match((await ask('lighttpd', '/sitemap/1')).text, /green-tea<\/loc><lastmod>2001-09-09T01:46:40Z/);
	await shop.importGoods('Teas', { 'green-tea': { stock: 5, price: '9.99' } });
	ok(!/green-tea<\/loc><lastmod>2001/.test((await ask('lighttpd', '/sitemap/1')).text));
});

run({
	before: async () => {
		shop = await Shop.start({ base: BASE, conf: { web: { trusted_proxies: '127.0.0.1', redirect_hosts: 'all' } } });
		shop.site = `http://127.0.0.1:${shop.ports.lighttpd}${BASE}`;
		await shop.importGoods('Teas', Object.fromEntries(['green-tea', 'thé-vert', 'Mixed-Case', 'twin-Case', 'Twin-case', 'spec.json', 'v1.2', 'a.b.c',
			'page.html', '.json', 'plain', 'plain.json', 'x.json.json', 'data.csv'].map((h) => [h, { stock: 5, price: '9.00' }])));
		await shop.importGoods('Renamed', { 'old-tea': { stock: 5, sku: 'renamed', title: 'A tea' } });
		await shop.importGoods('Renamed', { 'new-tea': { stock: 5, sku: 'renamed', title: 'A tea' } });
		await shop.importGoods('Gone', { archived: { stock: 5 }, draft: { stock: 5 } });
		const file = path.join(shop.dir, 'goods.csv');
		fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/^(archived,.*),active$/m, '$1,archived').replace(/^(draft,.*),active$/m, '$1,draft'));
		equal(shop.kontor('import', 'products', file).status, 0);
		await shop.importGoods('Many', Object.fromEntries(Array.from({ length: 60 }, (v, i) => [`item-${i}`, { stock: 5 }])));
		bare = await Stack.start({ conf: { web: { redirect_hosts: 'all' } } });
		bare.site = `http://127.0.0.1:${bare.ports.lighttpd}`;
		named = await Stack.start({ conf: { site: { url: 'https://shop.example' } } });
	},
	after: async () => {
		await bare?.stop();
		await named?.stop();
		await shop?.stop();
	},
});
