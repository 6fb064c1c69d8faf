#!/usr/bin/env node
// budgets.t - the budget of each page, counted and not timed: statements, exchanges with memcached, system calls,
// allocations.
'use strict';
const { deepStrictEqual: same, ok, strictEqual: equal } = require('assert');
const fs = require('fs');
const net = require('net');
const path = require('path');
const { Buyer } = require('./buyer.js');
const { Counts } = require('./counts.js');
const { examples } = require('./routes.js');
const { Shop, parallel } = require('./shop.js');
const { sleep, src, until } = require('./stack.js');
const { test, run } = require('./tap.js');

const L1_LIFE_MS = 500; // CACHE_L1_LIFE_NS
const MIXED = 20000, BATCH = 50, GROWTH_KB = 64;
// Their number depends on the speed of the other side; getrandom refills a pool of ids now and then.
const WAITING = ['poll', 'recvfrom', 'getrandom', 'epoll_pwait'];
// Looks at the counters' file and the control file: once a second, and at each POST.
const LOOKING = ['newfstatat'];

// Budgets: [statements, exchanges with memcached, system calls except waiting, allocations including those of the
// libraries]. A budget of 0 is met exactly, the others are limits. cold: after a flush; warm: from memcached; hot: from
// the worker itself. Most allocations of a product are libjansson's, which parses its parts and particulars.
// A rate limit adds LIMIT to each.
const LIMIT = [0, 2, 6, 0];
const plus = (cost, limited) => cost.map((n, i) => n + (limited ? LIMIT[i] : 0));
const pages = examples.map(({ address, cost, route: { limited } }) => ({ target: address, cold: plus(cost, limited),
	warm: plus([0, 1, 12, 0], limited), hot: plus([0, 0, 7, 0], limited) }));
// The same for pages of one visitor, which cannot be kept; measured with the second visitor. Most allocations are
// libjansson's, for the draft of the checkout, and libfcgi's, for a request with a body.
const visit = [
	{ step: 'product, with a cart', limited: false, send: (b) => b.send('GET', '/en/p/longjing'), budget: [1, 2, 20, 4] },
	{ step: 'cart', limited: false, send: (b) => b.send('GET', '/en/cart'), budget: [2, 1, 14, 6] },
	{ step: 'address', send: (b) => b.send('GET', '/en/checkout/address'), budget: [2, 1, 14, 6] },
	{ step: 'address sent', send: (b) => post(b, '/checkout/address', who), budget: [6, 1, 29, 48], status: 303 },
	{ step: 'delivery', send: (b) => b.send('GET', '/en/checkout/delivery'), budget: [2, 1, 14, 48] },
	{ step: 'delivery sent', send: (b) => post(b, '/checkout/delivery', { delivery: 'standard' }), budget: [5, 1, 28, 88],
		status: 303 },
	{ step: 'payment', send: (b) => b.send('GET', '/en/checkout/payment'), budget: [2, 1, 14, 52] },
	{ step: 'payment sent', send: (b) => post(b, '/checkout/payment', { payment: 'transfer' }), budget: [5, 1, 28, 92],
		status: 303 },
	{ step: 'review', send: (b) => b.send('GET', '/en/checkout/review'), budget: [2, 1, 14, 56] },
	{ step: 'placing the order', send: (b) => post(b, '/checkout/place', { terms: '1' }), budget: [17, 1, 42, 106],
		status: 303 },
	// The client library allocates the columns of a procedure each time.
	{ step: 'order page', send: (b) => b.send('GET', new URL(b.page.headers.location, b.origin).pathname),
		budget: [4, 3, 31, 24] },
	{ step: 'order page, again', send: (b) => b.send('GET', b.page.target), budget: [0, 1, 12, 0] },
];
const who = { email: 'buyer@example.org', name: 'Ada Buyer', street: 'Long Lane 1', postcode: '20457', city: 'Hamburg',
	country: 'DE' };
let s, c;

const get = (target, headers = {}) => s.get('lighttpd', target, { headers });
const sum = (counts, leave = []) => Object.entries(counts).filter(([name]) => !leave.includes(name))
	.reduce((n, [, more]) => n + more, 0);
const workerServes = () => until('the worker to serve with its database', async () => (await get('/readyz')).status === 200);
const expireL1 = () => sleep(L1_LIFE_MS + 50);

function flush() {
	return new Promise((done, fail) => {
		const to = net.connect(path.join(s.services, 'mc.sock'), () => to.write('flush_all\r\n'));
		to.on('error', fail);
		to.once('data', (said) => { to.end(); (String(said) === 'OK\r\n' ? done : fail)(said); });
	});
}

// Prints the cost and compares it with the budget.
function hold(what, costs, budget) {
	const figures = [costs.statements, costs.exchanges, sum(costs.calls, [...WAITING, ...LOOKING]), sum(costs.allocs)];
	const names = ['statements', 'exchanges', 'calls', 'allocations'];
	console.log(`# ${what}: ${figures.map((n, i) => `${n} ${names[i]}`).join(', ')} (${Object.entries(costs.allocs)
		.map(([name, n]) => `${n} ${name}`).join(', ')}), waiting ${WAITING.map((name) => costs.calls[name] || 0).join('+')}`);
	for (const [i, n] of figures.entries())
		ok(budget[i] === 0 ? n === 0 : n <= budget[i],
			`${what}: ${n} ${names[i]}, budget ${budget[i]}: ${JSON.stringify([costs.calls, costs.allocs])}`);
}

// The cost of a page while the worker has it in its own cache.
async function hot(send) {
	for (let i = 0; i < 50; i++) {
		await expireL1();
		const began = Date.now();
		await send();
		await send();
		const costs = await c.of(send);
		if (Date.now() - began < L1_LIFE_MS - 20)
			return costs;
	}
	throw new Error(`50 times the pages took longer than ${L1_LIFE_MS} ms`);
}

for (const { target, cold, warm, hot: kept } of pages)
	test(`${target}: within its budget from the database, from memcached and from the worker`, async () => {
		const send = () => get(target);
		for (let i = 0; i < 2; i++) { // allocations made once and kept
			await send();
			await expireL1();
		}
		await flush();
		hold(`${target}, cold`, await c.of(send), cold);
		await expireL1();
		const costs = await c.of(send);
		equal(costs.answer.status, 200);
		hold(`${target}, warm`, costs, warm);
		const keptCosts = await hot(send);
		hold(`${target}, hot`, keptCosts, kept);
		equal(keptCosts.exchanges, kept[1], 'a kept page costs the exchanges of its limits, no more and no less');
	});

test('a product, when another one of its category was shown before: two statements less, since they share the way', async () => {
	const ways = () => s.total('cache_fills_total', 'class="way"');
	const send = () => get('/en/p/longjing');
	await send();
	await flush();
	await expireL1();
	const before = await ways();
	await get('/en/p/sencha-uji');
	await expireL1();
	const costs = await c.of(send);
	equal(costs.answer.status, 200);
	ok(costs.answer.text.includes('href="/en/c/green-tea"'), 'it has the way');
	equal(await ways(), before + 1);
	hold('product, its category known', costs, [2, 3, 25, 110]);
});

test('a page that the visitor has: within the budget of a hot page', async () => {
	const { etag } = (await get('/en/p/longjing')).headers;
	const costs = await hot(() => get('/en/p/longjing', { 'if-none-match': etag }));
	equal(costs.answer.status, 304);
	hold('304', costs, [0, 0, 7, 0]);
});

test('an error page: within its budget', async () => {
	const send = () => get('/en/p/none');
	await send();
	await expireL1();
	const costs = await c.of(send);
	equal(costs.answer.status, 404);
	hold('404', costs, [3, 2, 24, 8]);
});

// Sends a form of the visitor's current page.
function post(b, end, values) {
	const { action, body } = b.form(end, values);
	return b.send('POST', action, { body });
}

async function visitor() {
	const b = new Buyer(s.origin('lighttpd'));
	b.page = await b.send('GET', '/en/p/longjing');
	return b;
}

test('from the product to the order: each step within its budget', async () => {
	const first = await visitor(), b = await visitor();
	const adding = { step: 'cart, added to', send: (one) => post(one, '/cart/add', { quantity: '1' }),
		budget: [7, 1, 31, 48], status: 303 };
	for (const { step, send, budget, status = 200, limited = true } of [adding, ...visit]) {
		first.page = await send(first);
		await expireL1();
		const costs = await c.of(() => send(b));
		b.page = costs.answer;
		same([step, first.page.status, b.page.status], [step, status, status]);
		hold(step, costs, plus(budget, limited));
	}
});

// Requests all targets on one connection, pipelined; resolves to their statuses.
function send(targets, cookie) {
	return new Promise((done, fail) => {
		const parts = [], to = net.connect(s.ports.lighttpd, '127.0.0.1', () => to.write(targets.map((target, i) =>
			`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n${cookie}${i === targets.length - 1 ? 'Connection: close\r\n' : ''}\r\n`)
			.join('')));
		to.on('error', fail);
		to.on('data', (part) => parts.push(part));
		to.on('end', () => done([...Buffer.concat(parts).toString('latin1').matchAll(/HTTP\/1\.1 (\d+) [A-Z]/g)].map((m) => m[1])));
	});
}

// So many requests reveal a leak in any of them. The worker's caches are small, so that they fill early.
test(`${MIXED} mixed requests leave the worker's memory as it was`, async () => {
	await s.stopBackends();
	s.around = []; // untraced
	await s.startBackend('1');
	await workerServes();
	const [pid] = s.workerPids();
	const rssAnon = () => Number(/^RssAnon:\s*(\d+) kB/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
	const targets = [...pages.map((one) => one.target), '/en/p/none', '/de/', '/de/c/tea', '/en/cart', '/metrics'];
	const b = await visitor();
	await post(b, '/cart/add', { quantity: '1' });
	const cookie = Object.entries(b.cookies).map(([k, v]) => `Cookie: ${k}=${v}\r\n`).join('');
	const some = (n) => parallel(n / BATCH, 4, async (i) => {
		const asked = Array.from({ length: BATCH }, (x, k) => targets[(i * BATCH + k) % targets.length]);
		const answers = await send(asked, i % 4 === 0 ? cookie : '');
		same(answers, asked.map((target) => (target === '/en/p/none' ? '404' : '200')));
	});
	await some(MIXED / 4);
	const before = rssAnon();
	await some(MIXED);
	const after = rssAnon();
	console.log(`# RssAnon ${before} kB, ${MIXED} requests later ${after} kB`);
	equal(s.workerPids()[0], pid, 'the same worker');
	ok(after - before <= GROWTH_KB, `it grew by ${after - before} kB`);
});

run({
	before: async () => {
		const missing = Counts.missing();
		if (missing) {
			console.log(`1..0 # SKIP ${missing}`);
			process.exit(0);
		}
		c = new Counts();
		s = await Shop.start({ workers: 1, names: ['1'], around: c.around(), conf: {
			cache: { timeout_ms: 5000, soft_s: 43200, l1_bytes: '512K' }, web: { deadline_ms: 20000, grace_ms: 5000 },
			limits: { search: '2000/second', cart: '2000/second', checkout: '2000/second per session', place: '2000/second',
				order: '2000/second' },
		} });
		const r = s.kontor('demo', '--dir', path.join(src, 'etc', 'demo'));
		equal(r.status, 0, r.stdout + r.stderr);
		await until('the deletes that kontor-jobs makes again', () =>
			s.number("SELECT COUNT(*) FROM outbox WHERE kind = 'cache'") === 0);
		await workerServes();
		await c.begin(s);
	},
	after: async () => {
		await s.stop();
		c.end();
	},
});
