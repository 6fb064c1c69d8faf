// pages.js - the cost of each page compared with a constant answer of its size, behind the same web server.
'use strict';
const { Buyer } = require('../tests/e2e/buyer.js');
const { BenchShop, Ceiling, WORKERS, json, load, raw, requestFile } = require('./stack.js');

const DRAWN = 10000; // products to draw from; as many again for requests to cold products
const COLD_A_ROUND = 4000;
const HEAD_B = 1000; // approximate size of a page's headers
const LATE = { seconds: 2, connections: 64, processes: 2 }; // for the tail, which needs more rounds to stand out from the machine's noise

// One order and its buyer's cookies; one abandoned cart.
async function order(shop) {
	const buyer = new Buyer(shop.origin('lighttpd'));
	for (const handle of shop.handles.slice(0, 3))
		await buyer.addToCart(`/en/p/${handle}`, { quantity: '1' });
	await buyer.checkout('en');
	const rs = await buyer.submit('/checkout/place', { terms: 'on' });
	if (rs.status !== 200 || !rs.target.includes('/order/'))
		throw new Error(`no order was placed: ${rs.status} ${rs.target}`);
	const cookie = (b) => Object.entries(b.cookies).map(([k, v]) => `${k}=${v}`).join('; ');
	const other = new Buyer(shop.origin('lighttpd'));
	for (const handle of shop.handles.slice(0, 3))
		await other.addToCart(`/en/p/${handle}`, { quantity: '1' });
	return { order: rs.target, orderCookie: cookie(buyer), cartCookie: cookie(other) };
}

// URLs of list pages: categories, their sort orders, and further pages.
async function lists(shop) {
	const found = new Set();
	const home = (await shop.get('lighttpd', '/en/')).text;
	const next = [...home.matchAll(/href="(\/en\/c\/[^"]*)"/g)].map((m) => m[1]);
	while (next.length > 0 && found.size < 300) {
		const target = next.shift();
		if (found.has(target))
			continue;
		found.add(target);
		const { text } = await shop.get('lighttpd', target);
		for (const m of text.matchAll(/href="(\/en\/c\/[^"#]*)"/g))
			next.push(m[1].replace(/&amp;/g, '&'));
	}
	return [...found];
}

// The pages: one or more requests, and how to draw them; the ceiling gives the answer of the first.
async function pages(shop) {
	const handles = shop.handles.slice(0, DRAWN).map((h) => `/en/p/${h}`);
	const product = handles[0];
	const personal = await order(shop);
	const { headers } = await shop.get('lighttpd', product);
	const listed = await lists(shop);
	const one = (target, options) => [{ target, options }];
	const all = (targets) => targets.map((target) => ({ target }));
	const rows = [
		{ id: 'product', what: 'Product, hot', need: 1.0, requests: one(product) },
		{ id: 'product-zipf', what: `Product, by Zipf from ${handles.length.toLocaleString('en')}`, need: 0.74, requests: all(handles), draw: 'zipf:1.0' },
		{ id: 'product-json', what: 'Product as JSON, hot', need: null, requests: one(product, { accept: 'application/json' }) },
		{ id: 'not-modified', what: 'Product not modified (304)', need: 0.80, requests: one(product, { headers: { 'If-None-Match': headers.etag } }) },
		{ id: 'home', what: 'Home', need: 1.0, requests: one('/en/') },
		{ id: 'category', what: 'Category, hot', need: 1.0, requests: one('/en/c/house') },
		{ id: 'lists', what: `Lists, by Zipf from ${listed.length}`, need: null, requests: all(listed), draw: 'zipf:1.0' },
		{ id: 'search', what: 'Search, hot', need: null, requests: one('/en/search?q=wood') },
		{ id: 'info', what: 'Information page', need: null, requests: one('/en/info/terms') },
		{ id: 'order', what: 'Order, by its buyer', need: 0.50, requests: one(personal.order, { headers: { Cookie: personal.orderCookie } }) },
		{ id: 'cart', what: 'Cart of three lines', need: null, requests: one('/en/cart', { headers: { Cookie: personal.cartCookie } }) },
		{ id: 'product-apache', what: 'Product, hot, Apache', need: 0.85, requests: one(product), server: 'apache' },
	];
	return rows.map((row) => ({ server: 'lighttpd', draw: 'round', ...row }));
}

// The ceiling's answer, requested exactly as it will be measured.
async function sample(shop, server, { target, options = {} }) {
	const rs = await shop.get(server, target, {
		headers: { accept: options.accept || 'text/html', connection: 'keep-alive', ...options.headers },
	});
	if (![200, 304].includes(rs.status))
		throw new Error(`${target}: ${rs.status}`);
	return rs;
}

// The page whose size is closest to the average.
async function likeMost(shop, server, requests, average_b) {
	let best = null;
	for (const request of requests.slice(0, 40)) {
		const rs = await sample(shop, server, request);
		const off = Math.abs(Buffer.byteLength(rs.text) - average_b);
		if (best === null || off < best.off)
			best = { rs, off };
	}
	return best.rs;
}

function same(ours, ceiling, what) {
	const a = ours.bytes / ours.requests;
	const b = ceiling.bytes / ceiling.requests;
	if (Object.keys(ours.statuses).join() !== Object.keys(ceiling.statuses).join())
		throw new Error(`${what}: ${JSON.stringify(ours.statuses)} is not ${JSON.stringify(ceiling.statuses)}`);
	if (Math.abs(a - b) > 0.1 * b)
		throw new Error(`${what}: ${Math.round(a)} bytes are not ${Math.round(b)}`);
}

function begin(page) {
	return { id: page.id, what: page.what, need: page.need, better: 'higher', unit: 'requests/s', ours: [], ceiling: [], ratio: [],
		processor: [] };
}

function sum(runs) {
	const total = { statuses: runs[0].statuses };
	for (const name of ['requests', 'seconds', 'bytes', 'processor_s'])
		total[name] = runs.reduce((all, r) => all + r[name], 0);
	total.per_s = total.requests / total.seconds;
	return total;
}

// A round: figures of both, measured in turn.
function add(row, shopRuns, ceilingRuns) {
	const ours = sum(shopRuns);
	const ceiling = sum(ceilingRuns);
	same(ours, ceiling, row.what);
	row.ours.push(ours.per_s);
	row.ceiling.push(ceiling.per_s);
	row.ratio.push(ours.per_s / ceiling.per_s);
	row.bytes = Math.round(ours.bytes / ours.requests);
	row.processor.push([ours, ceiling].map((r) => (r.processor_s / r.requests) * 1e6));
}

async function hot(env, page) {
	const { shop, ceiling, seconds, slices, rounds } = env;
	const row = begin(page);
	const requests = page.requests.map(({ target, options }) => raw(target, options));
	const file = requestFile(shop, requests);
	if (requests.length > 1)
		await load(shop, page.server, file, { draw: 'each' });
	const warm = await load(shop, page.server, file, { seconds: 0.5, draw: page.draw });
	await ceiling.answerAs(await likeMost(shop, page.server, page.requests, warm.bytes / warm.requests - HEAD_B));
	await load(ceiling, page.server, file, { seconds: 0.3, draw: page.draw });
	for (let i = 0; i < rounds; i++) {
		const ours = [];
		const theirs = [];
		for (let k = 0; k < slices; k++) {
			const options = { seconds, draw: page.draw, seed: 1 + i * slices + k };
			ours.push(await load(shop, page.server, file, options));
			theirs.push(await load(ceiling, page.server, file, options));
		}
		add(row, ours, theirs);
	}
	return row;
}

// Each request is for a product not requested since the caches were emptied.
async function cold(env, average_b) {
	const { shop, ceiling, rounds } = env;
	const row = begin({ id: 'product-cold', what: 'Product, cold (nothing cached)', need: 0.22 });
	const count = Math.min(COLD_A_ROUND, Math.floor((shop.handles.length - 40) / rounds));
	await ceiling.answerAs(await likeMost(shop, 'lighttpd', shop.handles.slice(-40).map((h) => ({ target: `/en/p/${h}` })),
		average_b - HEAD_B));
	for (let i = 0; i < rounds; i++) {
		const file = requestFile(shop, shop.handles.slice(i * count, (i + 1) * count).map((h) => raw(`/en/p/${h}`)));
		await shop.flush();
		add(row, [await load(shop, 'lighttpd', file, { draw: 'each' })],
			[await load(ceiling, 'lighttpd', file, { draw: 'round', requests: 4 * count })]);
	}
	return row;
}

const middle = (v) => [...v].sort((a, b) => a - b)[v.length >> 1];

// The 99th percentile at half load, with the ceiling's beside it and the share of time that the machine took from all
// programs.
async function tail(env, peaks) {
	const { shop, ceiling, rounds } = env;
	const target = `/en/p/${shop.handles[0]}`;
	const file = requestFile(shop, [raw(target)]);
	const row = { ...begin({ id: 'product-tail', what: 'Product at half its peak: p99 against median', need: 4 }),
		better: 'lower', unit: 'µs', against: 'median' };
	const rows = [];
	await ceiling.answerAs(await sample(shop, 'lighttpd', { target }));
	for (let i = 0; i < 2 * rounds - 1; i++) {
		const idle = await json('pauses', ['1000']);
		const r = await load(shop, 'lighttpd', file, { ...LATE, rate: Math.round(middle(peaks.ours) / 2) });
		const c = await load(ceiling, 'lighttpd', file, { ...LATE, rate: Math.round(middle(peaks.ceiling) / 2) });
		row.ours.push(r.p99_us);
		row.ceiling.push(r.p50_us);
		row.ratio.push(r.p99_us / r.p50_us);
		rows.push([i + 1, r.per_s, r.p50_us, r.p99_us, r.p999_us, c.per_s, c.p50_us, c.p99_us, c.p999_us].map(Math.round)
			.concat((100 * idle.lost).toFixed(2), (idle.longest_us / 1000).toFixed(1)));
	}
	return { row, table: {
		title: 'The product page at half of its peak rate, and the ceiling at half of its own',
		head: ['round', 'shop/s', 'p50 µs', 'p99 µs', 'p99.9 µs', 'ceiling/s', 'p50 µs', 'p99 µs', 'p99.9 µs',
			'% of idle time lost', 'longest ms'], rows,
	} };
}

// Less affected by other load on the machine than rates.
function costs(rows) {
	return {
		title: 'Microseconds of processor time per request over all processes: client, web server, workers, cache, database',
		head: ['page', 'bytes', 'shop', 'ceiling', 'ceiling by shop'],
		rows: rows.filter((row) => row.processor.length > 0).map((row) => {
			const [ours, theirs] = [0, 1].map((k) => middle(row.processor.map((p) => p[k])));
			return [row.what, row.bytes, ours.toFixed(1), theirs.toFixed(1), (theirs / ours).toFixed(2)];
		}),
	};
}

// While the cache's breaker is open, pages come from the database, and figures would be those of an outage.
function outages(shop) {
	const n = shop.log().filter((line) => line.includes('event=breaker_opened')).length;
	return n === 0 ? [] : [`Under load, the breaker of cache or database opened ${n} times; the figures include that.`];
}

async function measure({ quick, rounds, log }) {
	const shop = await BenchShop.start({ products: quick ? 3000 : 2 * DRAWN });
	let ceiling;
	try {
		ceiling = await Ceiling.start();
		const env = { shop, ceiling, rounds, seconds: quick ? 0.4 : 0.5, slices: quick ? 1 : 3 };
		const rows = [];
		for (const page of await pages(shop)) {
			rows.push(await hot(env, page));
			log(`${page.what}: ${rows.at(-1).ratio.map((r) => r.toFixed(2)).join(' ')}`);
		}
		rows.splice(2, 0, await cold(env, rows[1].bytes));
		const late = await tail(env, rows[0]);
		rows.push(late.row);
		return {
			title: 'Pages',
			notes: [
				`Two backends of ${WORKERS} workers, lighttpd of two processes, 16 persistent connections, no compression. The ceiling `
				+ 'has as many backends and workers, and a web server with the same configuration.',
				`The hot product's answer has ${rows[0].bytes} bytes including its head. Each ceiling answers with head and `
				+ 'body of the page that it is compared with.',
				`At half load: ${LATE.connections} connections of ${LATE.processes} clients, for ${LATE.seconds} s per round. `
				+ '"Idle time lost" is the time for which a program that only reads the clock, alone on each processor, was '
				+ 'interrupted for more than 100 µs at a time while nothing else was measured, and the longest interruption.',
				...outages(shop),
			],
			rows,
			tables: [costs(rows), late.table],
			plots: [],
		};
	} finally {
		if (ceiling)
			await ceiling.stop();
		await shop.stop();
	}
}

module.exports = { measure, order, lists };
