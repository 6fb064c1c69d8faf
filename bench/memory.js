// memory.js - a worker's private memory, and its growth over many requests.
'use strict';
const fs = require('fs');
const { BenchShop, load, raw, requestFile } = require('./stack.js');
const { order, lists } = require('./pages.js');

const LIMIT_KB = 16 * 1024;
const GROWTH_KB = 256;
const FILE = 20000; // different requests, sent in turn

// Random numbers, the same in each run.
function random(seed) {
	let state = seed;
	return (n) => {
		state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
		return Math.floor((state / 0x80000000) * n);
	};
}

// Typical requests to a shop: mostly products, a few of them often.
async function mixed(shop) {
	const personal = await order(shop);
	const categories = await lists(shop);
	const words = shop.sql("SELECT title FROM product_text WHERE lang = 'en' ORDER BY product_id LIMIT 500").toLowerCase().match(/[a-z]{4,}/g);
	const product = (r) => `/en/p/${shop.handles[Math.floor(shop.handles.length ** (r(10000) / 10000)) - 1]}`;
	const { headers } = await shop.get('lighttpd', '/en/');
	const kinds = [
		[480, (r) => raw(product(r))],
		[150, (r) => raw(categories[r(categories.length)])],
		[150, (r) => raw(`/en/search?q=${words[r(words.length)]}`)],
		[50, () => raw('/en/')],
		[50, (r) => raw(`/en/info/${['terms', 'about', 'delivery', 'contact'][r(4)]}`)],
		[40, (r) => raw(product(r), { accept: 'application/json' })],
		[30, () => raw('/en/', { headers: { 'If-None-Match': headers.etag } })],
		[20, (r) => raw(`/en/p/nowhere-${r(1000)}`)],
		[20, () => raw('/en/cart', { headers: { Cookie: personal.cartCookie } })],
		[10, () => raw(personal.order, { headers: { Cookie: personal.orderCookie } })],
	];
	const all = kinds.flatMap(([share, make]) => Array.from({ length: share }, () => make));
	const r = random(7);
	return Array.from({ length: FILE }, () => all[r(all.length)](r));
}

// In kB: anonymous memory, and proportional set size (PSS).
function memoryOf(pid) {
	const text = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
	const kb = (name) => Number(new RegExp(`^${name}: +([0-9]+) kB`, 'm').exec(text)[1]);
	return { anonymous: kb('Anonymous'), pss: kb('Pss') };
}

// One worker, so that it serves all requests.
async function measure({ quick, log }) {
	const shop = await BenchShop.start({ workers: 1, names: ['1'] });
	try {
		const [pid, ...more] = shop.workerPids();
		if (more.length > 0)
			throw new Error('more than one worker');
		const warm = quick ? 5000 : 20000;
		const steps = [warm, ...Array(4).fill(quick ? 5000 : 250000)];
		const start = memoryOf(pid);
		const file = requestFile(shop, await mixed(shop));
		const rows = [['at its start', start.anonymous, start.pss]];
		const seen = [];
		let requests = 0;
		for (const n of steps) {
			const r = await load(shop, 'lighttpd', file, { requests: n, draw: 'round', connections: 8 });
			requests += n;
			if (shop.workerPids()[0] !== pid)
				throw new Error('the worker was replaced');
			seen.push(memoryOf(pid));
			rows.push([`after ${requests} requests`, seen.at(-1).anonymous, seen.at(-1).pss]);
			log(`${requests} requests, ${Math.round(r.per_s)}/s: ${seen.at(-1).anonymous} kB`);
		}
		const most = Math.max(...seen.map((m) => m.anonymous));
		const growth = Math.max(0, seen.at(-1).anonymous - seen[0].anonymous);
		const row = (id, what, kb, limit) => ({ id, what, need: 1, better: 'lower', unit: 'kB', against: 'limit',
			ours: [kb], ceiling: [limit], ratio: [kb / limit] });
		return {
			title: 'Memory of a worker',
			notes: ['Products, lists, searches, JSON, 304s, missing pages, carts and orders, all served by one worker. '
				+ 'Anonymous memory is private to it; PSS adds its share of shared memory.'],
			rows: [
				row('memory', 'Anonymous memory of a worker, at most', most, LIMIT_KB),
				row('memory-growth', `Its growth over ${requests - warm} mixed requests`, growth, GROWTH_KB),
			],
			tables: [{ title: 'Memory of one worker', head: ['', 'anonymous kB', 'PSS kB'], rows }],
			plots: [],
		};
	} finally {
		await shop.stop();
	}
}

module.exports = { measure };
