#!/usr/bin/env node
// db_faults.js - what cached pages cost visitors while others wait for the database: one row locked, or the database far
// away. Behind both web servers, each fault in turn with the same load without it.
//
// Exit status 1 when a limit is passed. Not part of bench/run, since it says nothing about speed: `make
// bench-db-faults`, some ten minutes on a quiet machine. ROUNDS=1 SERVERS=lighttpd for a first look.
'use strict';
const { Buyer } = require('../tests/e2e/buyer.js');
const { sleep, until } = require('../tests/e2e/stack.js');
const { BenchShop, load, raw, requestFile } = require('./stack.js');

const ROUNDS = Number(process.env.ROUNDS || 5), SERVERS = (process.env.SERVERS || 'lighttpd,apache').split(',');
const PAGES = 30, RATE = 60, SECONDS = Number(process.env.SECONDS || 9), BUYERS = 12, FAR_MS = 250, FAR_BUYERS = 4;
const LOCK_P99_MS = 200, FAR_P99_MS = 100, TIMES = 5, PAUSE_MS = 100;
const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
const ms = (n) => `${n.toFixed(1)} ms`;
let failed = false;

function verdict(ok, text) {
	failed = failed || !ok;
	console.log(`${ok ? 'ok    ' : 'NOT OK'} ${text}`);
}

async function ready(shop, server, handle) {
	const b = new Buyer(shop.origin(server));
	await b.addToCart(`/en/p/${handle}`);
	await b.checkout('en');
	b.order = b.form('/checkout/place', { terms: '1' });
	return b;
}

// Sends the order again and again, until it is placed and `over`. Resolves to the statuses; 0: no answer.
async function insist(b, over) {
	const statuses = [];
	for (let placed = false; !placed || !over(); await sleep(PAUSE_MS)) {
		const rs = await b.send('POST', b.order.action, { body: b.order.body }).catch(() => ({ status: 0 }));
		statuses.push(rs.status);
		placed = placed || rs.status === 303;
	}
	return statuses;
}

const tally = (all) => all.flat().reduce((t, n) => ({ ...t, [n]: (t[n] || 0) + 1 }), {});

// One round: pages at a steady rate beside the buyers. `begin` makes the fault and resolves to the function that ends
// it; `lasting`: it ends only when all orders are placed.
async function round(shop, server, { pages, buyers, begin, lasting }) {
	const all = [];
	for (let i = 0; i < buyers; i++)
		all.push(await ready(shop, server, shop.handles[0]));
	const file = requestFile(shop, pages.map((target) => raw(target)));
	await load(shop, server, file, { connections: 4, seconds: 1 });
	const end = await begin();
	let over = false;
	const orders = Promise.all(all.map((b) => insist(b, () => over)));
	const r = await load(shop, server, file, { connections: 256, seconds: SECONDS, rate: RATE, draw: 'round' });
	over = true;
	if (lasting)
		await orders;
	await end();
	return { p50: r.p50_us / 1000, p99: r.p99_us / 1000, max: r.max_us / 1000, statuses: r.statuses, orders: tally(await orders) };
}

async function fault(shop, server, what, limit_ms, load_) {
	const rounds = { well: [], ill: [] };
	for (let i = 0; i < ROUNDS; i++)
		for (const kind of ['well', 'ill']) {
			const r = await round(shop, server, { ...load_, begin: kind === 'ill' ? load_.begin : async () => async () => {} });
			rounds[kind].push(r);
			console.log(`${server}, ${what}, ${kind}: p50 ${ms(r.p50)}, p99 ${ms(r.p99)}, max ${ms(r.max)},`
				+ ` pages ${JSON.stringify(r.statuses)}, orders ${JSON.stringify(r.orders)}`);
			await until('all workers', async () => (await shop.get(server, '/readyz')).text === 'ok\n');
		}
	const p99 = (kind) => median(rounds[kind].map((r) => r.p99)), limit = Math.max(limit_ms, TIMES * p99('well'));
	verdict(p99('ill') <= limit, `${server}, ${what}: p99 of cached pages ${ms(p99('ill'))} of ${ms(limit)}; without it ${ms(p99('well'))}`);
	const late = rounds.ill.reduce((n, r) => n + (r.orders['504'] || 0) + (r.statuses['504'] || 0), 0);
	verdict(late === 0, `${server}, ${what}: ${late} answers 504`);
	verdict(rounds.ill.every((r) => Object.keys(r.statuses).join() === '200'), `${server}, ${what}: all pages came`);
}

async function all() {
	const shop = await BenchShop.start({ products: 1000, far: true });
	try {
		const pages = ['/en/', ...shop.handles.slice(1, PAGES).map((h) => `/en/p/${h}`)];
		const hot = shop.number(`SELECT v.id FROM variant v JOIN product p ON p.id = v.product_id WHERE p.handle = '${shop.handles[0]}' ORDER BY v.id LIMIT 1`);
		shop.sql(`UPDATE stock SET on_hand = 100000 WHERE variant_id = ${hot}`);
		for (const server of SERVERS) {
			await fault(shop, server, `a stock row locked for ${SECONDS} s`, LOCK_P99_MS, { pages, buyers: BUYERS,
				begin: () => shop.holding(`SELECT * FROM stock WHERE variant_id = ${hot} FOR UPDATE`) });
			await fault(shop, server, `the database ${FAR_MS} ms away`, FAR_P99_MS, { pages, buyers: FAR_BUYERS, lasting: true,
				begin: async () => { await shop.far.away(FAR_MS); return () => shop.far.away(0); } });
		}
	} finally {
		await shop.stop();
	}
}

all().then(() => { process.exitCode = failed ? 1 : 0; }, (e) => {
	console.error(e.stack);
	process.exitCode = 1;
});
