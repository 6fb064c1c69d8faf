#!/usr/bin/env node
// visit.js ORIGIN BASE - visitors without a pause, until standard input ends; then prints the results as JSON:
// {requests, orders, failed: [...]}.
//
// Six browse and fetch the style sheet of each page; two buy. Each request has its own connection, so that every one
// that is refused, cut off or answered with 5xx is counted.
'use strict';
const http = require('http');
const { Buyer } = require('../e2e/buyer.js');

const [, , origin, base] = process.argv;
const agent = new http.Agent({ keepAlive: false });
const seen = { requests: 0, orders: 0, failed: [] };
let over = false;

class Visitor extends Buyer {
	constructor() {
		super(origin, { agent });
	}

	async send(method, target, options) {
		seen.requests++;
		try {
			const rs = await super.send(method, target, options);
			if (rs.status >= 400 && rs.status !== 409) // 409: somebody was faster
				seen.failed.push(`${method} ${target}: ${rs.status}`);
			return rs;
		} catch (e) {
			seen.failed.push(`${method} ${target}: ${e.message}`);
			throw e;
		}
	}
}

const link = (html, part) => [...html.matchAll(/href="([^"]+)"/g)].map((m) => m[1]).filter((u) => u.includes(part));
const any = (list) => list[Math.floor(Math.random() * list.length)];

async function look() {
	const v = new Visitor();
	const home = await v.get(`${base}/en/`);
	await v.get(any(link(home.text, '/static/kontor.')));
	const product = any(link(home.text, '/en/p/'));
	await v.get(product);
	await v.get(`${product}.json`);
	await v.get(`${base}/en/search?q=tea`);
	const media = /src="([^"]*\/media\/[^"]+)"/.exec(home.text);
	if (media)
		await v.get(media[1]);
}

// Somebody was faster: the checkout leads back to the cart, which says so.
const soldOut = (page) => page.target.endsWith('/cart') && page.text.includes('Something has changed');

async function buy() {
	const v = new Visitor();
	const home = await v.get(`${base}/en/`);
	await v.addToCart(any(link(home.text, '/en/p/')));
	await v.get(`${base}/en/checkout/address`);
	await v.submit('/checkout/address', { email: 'buyer@example.org', name: 'Ada Buyer', street: 'Long Lane 1',
		postcode: '20457', city: 'Hamburg', country: 'DE' });
	const sent = v.page.target.endsWith('/delivery'); // not for what needs none
	if (sent)
		await v.submit('/checkout/delivery', { delivery: 'standard' });
	if (soldOut(v.page))
		return;
	await v.submit('/checkout/payment', { payment: sent && seen.orders % 2 ? 'on_delivery' : 'transfer' });
	if (soldOut(v.page))
		return;
	const rs = await v.submit('/checkout/place', { terms: '1', early: '1' }); // early: for downloads
	if (rs.target.includes('/order/') && rs.status === 200)
		seen.orders++;
	else if (rs.status !== 409 && !soldOut(v.page))
		seen.failed.push(`an order ended with ${rs.trail} at ${rs.target}`);
}

async function again(work) {
	while (!over)
		try {
			await work();
		} catch (e) {
			seen.failed.push(String(e.message));
			await new Promise((done) => setTimeout(done, 50));
		}
}

async function main() {
	process.stdin.on('end', () => { over = true; }).resume();
	const ticker = setInterval(() => process.stderr.write(`${seen.requests}\n`), 200);
	await Promise.all([...Array(6).fill(look), buy, buy].map(again));
	clearInterval(ticker);
	console.log(JSON.stringify(seen));
}

main();
