#!/usr/bin/env node
// A storm of faults over a shop that sells, behind both web servers. Shoppers record each request, a nemesis injects
// every kind of fault in turn, and at the end the record is compared with the books: no order is lost, doubled or
// oversold, none is unexplained; each failure that a shopper saw is found by its number and is counted.
// KONTOR_TEST_SECONDS, KONTOR_TEST_SEED: length and random seed of the run.
'use strict';
const assert = require('assert');
const child = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const os = require('os');
const path = require('path');
const top = path.resolve(process.env.top_srcdir || path.join(__dirname, '..', '..'));
const { Buyer } = require(path.join(top, 'tests/e2e/buyer.js'));
const { Shop } = require(path.join(top, 'tests/e2e/shop.js'));
const { sleep, until } = require(path.join(top, 'tests/e2e/stack.js'));
const { test, run } = require(path.join(top, 'tests/e2e/tap.js'));
const { Nemesis } = require(path.join(top, 'tests/fault/nemesis.js'));

const SECONDS = Number(process.env.KONTOR_TEST_SECONDS || 45);
const SEED = Number(process.env.KONTOR_TEST_SEED || 1 + Date.now() % 1000000);
const SHOPPERS = 8, READERS = 4, GOODS = 12, PLENTY = 1000000, SCARCE = 40;
const NUMBERS = 200; // at most so many are looked for in the logs, since each search reads them
const servers = ['lighttpd', 'apache'];
const record = []; // each request: {kind, server, fault, ms, status, number, trace}
const tries = new Map(); // by order key: {handle, total, location}
const figures = new Map();
const looks = [], prices = []; // of one product: {at, calm, price} and {price, done}
const SETTLE_MS = 3000; // after a change or a fault
let s, over = false, current = 'none', calmSince = 0, before, after;

// Numbers from 0 to 1, the same for the same seed (Park and Miller).
function random(seed) {
	let x = seed % 2147483646 + 1;
	return () => (x = x * 48271 % 2147483647) / 2147483647;
}

const isServers = (fault) => servers.some((server) => fault === `${server} killed`);

// A buyer who records each exchange, and to whom a broken connection is an answer.
class Shopper extends Buyer {
	constructor(server) {
		super(s.origin(server), { agent: new http.Agent({ keepAlive: false }) });
		this.server = server;
	}

	async send(method, target, { headers = {}, ...rest } = {}) {
		const trace = crypto.randomBytes(16).toString('hex'), fault = current, at = Date.now();
		const rs = await super.send(method, target, { headers: { ...headers, traceparent: `00-${trace}-b7ad6b7169203331-01` }, ...rest })
			.catch((e) => ({ status: 0, headers: {}, text: '', error: e.message, target }));
		const number = (/id="error-id">([^<]*)</.exec(rs.text) || [])[1];
		record.push({ kind: method, server: this.server, target, fault: isServers(current) ? current : fault, ms: Date.now() - at,
			status: rs.status, number, trace, error: rs.error, own: /^[0-9a-f]{32}$/.test(rs.headers['x-request-id'] || '') });
		return rs;
	}
}

// From the goods to an order. Sends the last form again until it is answered, as a patient buyer does.
async function buy(b, handle) {
	await b.addToCart(`/en/p/${handle}`);
	await b.checkout('en');
	const form = b.form('/checkout/place', { terms: '1' });
	const sent = new URLSearchParams(form.body);
	const order = { handle, total: sent.get('total'), location: null, refused: false };
	tries.set(sent.get('order_key'), order);
	for (let i = 0; i < 40 && order.location === null && !order.refused; i++) {
		const rs = await b.send('POST', form.action, { body: form.body });
		order.refused = rs.status === 409;
		if (rs.status === 303 && /\/order\//.test(rs.headers.location))
			order.location = new URL(rs.headers.location, b.origin).pathname;
		else if (rs.status !== 409)
			await sleep(250);
	}
	if (order.location !== null)
		figure(current).orders++;
}

async function shopper(i, dice) {
	while (!over) {
		const handle = dice() < 0.2 ? 'scarce' : `tea-${Math.floor(dice() * GOODS)}`;
		// A page that failed has no form to go on with; the shopper begins anew.
		await buy(new Shopper(servers[i % 2]), handle).catch(() => sleep(50));
	}
}

// Also puts goods into carts, which takes the database.
async function reader(i, dice) {
	const pages = ['/en/', '/de/', '/en/search?q=tea', ...Array.from({ length: GOODS }, (x, n) => `/en/p/tea-${n}`)];
	while (!over) {
		const b = new Shopper(servers[i % 2]), at = Date.now(), calm = current === 'none' && at - calmSince > SETTLE_MS;
		if (dice() < 0.4) {
			await b.send('POST', '/en/cart/add', { body: 'product=1&quantity=1' });
		} else {
			const target = dice() < 0.3 ? '/en/p/priced' : pages[Math.floor(dice() * pages.length)];
			const rs = await b.send('GET', target);
			const price = /"price":"?(\d+)\.\d\d/.exec(rs.text);
			if (target === '/en/p/priced' && rs.status === 200)
				looks.push({ at, calm, price: price && price[1] });
		}
		await sleep(dice() * 20);
	}
}

// Raises one price again and again, as a merchant's import does.
async function pricer() {
	while (!over) {
		const p = { price: 10 + prices.length, done: null };
		prices.push(p);
		if (await s.importAside('Priced', { priced: { stock: PLENTY, price: `${p.price}.00` } }))
			p.done = Date.now();
		await sleep(1500);
	}
}

function figure(fault) {
	if (!figures.has(fault))
		figures.set(fault, { times: 0, orders: 0 });
	return figures.get(fault);
}

// All kinds in a new order each round.
async function storm(dice, nemesis) {
	const all = Object.entries(nemesis.faults()), end = Date.now() + SECONDS * 1000;
	for (let round = []; Date.now() < end;) {
		if (round.length === 0)
			round = all.map((f) => [dice(), f]).sort((a, b) => a[0] - b[0]).map(([, f]) => f);
		const [name, begin] = round.pop();
		current = name;
		figure(name).times++;
		const undo = await begin();
		await sleep(200 + dice() * (dice() < 0.2 ? 5000 : 1300));
		await undo();
		await sleep(200);
		current = 'none';
		calmSince = Date.now();
		await sleep(dice() < 0.2 ? 2 * SETTLE_MS : 300 + dice() * 700);
	}
}

const count = () => JSON.parse(s.kontor('status', '--json').stdout);
const atRest = () => until('all requests to have ended', () => {
	const all = count();
	return all.measures.difference === 0 && all;
});
const byServer = (r) => isServers(r.fault); // no failure of the shop
const failures = () => record.filter((r) => (r.status === 0 || r.status >= 500) && !byServer(r));
const delta = (name) => after.ended[name] - before.ended[name];

function median(v, at) {
	const sorted = [...v].sort((a, b) => a - b);
	return sorted.length === 0 ? 0 : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))];
}

function table() {
	const rows = [['fault', 'times', 'requests', 'orders', '5xx', 'cut', 'p50 ms', 'p99 ms']];
	for (const [fault, f] of figures) {
		const of = record.filter((r) => r.fault === fault), ms = of.map((r) => r.ms);
		rows.push([fault, f.times, of.length, f.orders, of.filter((r) => r.status >= 500).length,
			of.filter((r) => r.status === 0).length, median(ms, 0.5), median(ms, 0.99)]);
	}
	for (const row of rows)
		console.log(`# ${row.map((v, i) => (i === 0 ? String(v).padEnd(20) : String(v).padStart(8))).join('')}`);
}

// Why requests failed, by fault, from the shop's log.
function causes() {
	const why = new Map(), counts = new Map();
	for (const line of s.log()) {
		const m = /req=(\w+) .*event=error kind=(\w+) .*msg="([^"]*)"/.exec(line);
		if (m)
			why.set(m[1], `${m[2]}: ${m[3]}`);
	}
	for (const r of record.filter((x) => x.status >= 500)) {
		const cause = `${r.fault}: ${why.get(r.number) || 'no line'}`;
		counts.set(cause, (counts.get(cause) || 0) + 1);
	}
	for (const [cause, n] of [...counts].sort())
		console.log(`# ${String(n).padStart(6)} ${cause}`);
}

test(`${SECONDS} s of faults (seed ${SEED}): the shop goes on selling`, async () => {
	const dice = random(SEED), nemesis = new Nemesis(s, random(SEED + 1));
	before = await atRest();
	const clients = [...Array(SHOPPERS).keys()].map((i) => shopper(i, random(SEED + 10 + i)))
		.concat([...Array(READERS).keys()].map((i) => reader(i, random(SEED + 100 + i))), pricer());
	await storm(dice, nemesis);
	current = 'none';
	const placed = figure('none').orders;
	await until('orders after the last fault', () => figure('none').orders >= placed + 5);
	over = true;
	await Promise.all(clients);
	after = await atRest();
	table();
	causes();
	assert.ok([...tries.values()].filter((o) => o.location !== null).length > SECONDS / 5);
});

test('each acknowledged order is there once, and each order was asked for, with its goods and total', () => {
	const books = new Map(s.sql(`SELECT LOWER(HEX(order_key)), total_minor, MIN(sku), SUM(qty), COUNT(*) FROM orders o
		JOIN order_line l ON l.order_id = o.id GROUP BY o.id`).trim().split('\n').map((line) => line.split('\t')).map(([key, ...of]) => [key, of]));
	for (const [key, o] of tries)
		assert.ok(o.location === null || books.has(key), `lost: ${o.location}`);
	for (const [key, of] of books) {
		const o = tries.get(key);
		assert.ok(o, `unexplained: ${key}`);
		assert.deepStrictEqual(of, [o.total, `SKU-${o.handle}`, '1', '1']);
		assert.ok(!o.refused, 'refused, but placed');
	}
	const links = [...tries.values()].map((o) => o.location).filter((l) => l !== null);
	assert.strictEqual(new Set(links).size, links.length, 'each has a link of its own');
	console.log(`# ${links.length} orders acknowledged, ${books.size} in the books, `
		+ `${[...tries.values()].filter((o) => o.refused).length} refused, ${tries.size} tried`);
});

test('nothing is oversold', () => {
	for (const handle of ['scarce', ...Array.from({ length: GOODS }, (x, n) => `tea-${n}`)]) {
		const [left, sold] = s.sql(`SELECT (SELECT on_hand FROM stock t JOIN variant v ON v.id = t.variant_id WHERE v.sku = 'SKU-${handle}'),
			(SELECT COALESCE(SUM(qty), 0) FROM order_line WHERE sku = 'SKU-${handle}')`).trim().split('\t').map(Number);
		assert.strictEqual(left + sold, handle === 'scarce' ? SCARCE : PLENTY, handle);
		assert.ok(left >= 0);
	}
});

test('no look shows a price that had ended, unless a fault kept it', () => {
	const stale = looks.filter((look) => {
		const last = prices.filter((p) => p.done !== null && p.done < look.at - SETTLE_MS).at(-1);
		return look.calm && last && Number(look.price) < last.price;
	});
	assert.deepStrictEqual(stale, []);
	console.log(`# ${looks.length} looks at ${prices.filter((p) => p.done !== null).length} prices`);
});

test('every promise holds', () => {
	const r = s.kontor('verify');
	assert.strictEqual(r.status, 0, r.stdout + r.stderr);
});

test('every failure that a shopper saw has a number that leads to a log line', async () => {
	const failed = failures(), step = Math.max(1, Math.floor(failed.length / NUMBERS));
	for (const r of failed.filter((x, i) => i % step === 0)) {
		const what = `${r.status} ${r.kind} ${r.target} (${r.server}, ${r.fault}, ${r.error})`;
		if (r.status === 0)
			assert.ok(s.linesWith(`trace=${r.trace} `).length > 0, what);
		else
			assert.match(s.kontor('log', r.number || '').stdout, /status=|\s5\d\d /, `${what}: ${r.number}`);
	}
	console.log(`# ${failed.length} failures seen, ${failed.filter((r) => r.status !== 0 && !r.own).length} of them the web server's page`);
});

test('at least 99.9 % of the failures were handled, and the counts are the shoppers\'', () => {
	const seen = (fits) => record.filter(fits).length, { handled, failures: all } = after.measures.failure_handling;
	const was = before.measures.failure_handling, cut = seen((r) => r.status === 0 && !byServer(r));
	const unhandled = all - was.failures - (handled - was.handled);
	console.log(`# ${handled - was.handled} of ${all - was.failures} failures handled; seen: ${cut} cut off`);
	assert.ok(unhandled <= (all - was.failures) / 1000 + 1, `${unhandled} of ${all - was.failures} unhandled`);
	const apart = seen((r) => r.status === 0 && byServer(r)), own = seen((r) => r.status >= 500 && r.own);
	assert.ok(unhandled >= cut && unhandled <= cut + apart, `${unhandled} unhandled, ${cut} seen, ${apart} of a killed web server`);
	assert.ok(delta('handled') >= own && delta('handled') <= own + apart, `${delta('handled')} handled, ${own} seen`);
});

// A small disk of its own for the state folder, where the system allows one.
function stateDisk() {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kd-'));
	if (child.spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'none', dir]).status !== 0)
		return { dir, state: null };
	fs.mkdirSync(path.join(dir, 'state'));
	return { dir, state: path.join(dir, 'state') };
}

let disk;

run({
	before: async () => {
		const goods = { scarce: { stock: SCARCE } };
		for (let i = 0; i < GOODS; i++)
			goods[`tea-${i}`] = { stock: PLENTY };
		disk = stateDisk();
		s = await Shop.start({ goods, conf: { web: { deadline_ms: 9000, grace_ms: 1000 },
			...(disk.state ? { paths: { stats_file: path.join(disk.state, 'stats') } } : {}) } });
		s.stateDir = disk.state;
	},
	after: async () => {
		await s.stop();
		if (disk.state)
			child.spawnSync('umount', [disk.dir]);
		fs.rmSync(disk.dir, { recursive: true, force: true });
	},
});
