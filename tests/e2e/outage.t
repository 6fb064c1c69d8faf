#!/usr/bin/env node
// Database and cache are killed and stopped under load, through both web servers: cached pages are served all the time,
// orders are refused in time, and soon after the service's return the shop works as before.
'use strict';
const assert = require('assert');
const fs = require('fs');
const http = require('http');
const path = require('path');
const { Buyer } = require('./buyer.js');
const { masked, headersAreComplete } = require('./error_page.js');
const { Shop } = require('./shop.js');
const { sleep, until } = require('./stack.js');
const { test, run } = require('./tap.js');

const servers = ['lighttpd', 'apache'];
const both = (claim, fn) => servers.forEach((server) => test(`${server}: ${claim}`, () => fn(server)));
const GOODS = 6, CLIENTS = 4, EXCHANGES = 24;
const DEADLINE_MS = 3000, GRACE_MS = 2000;
// The shop recovers within 5 s of a service's return. The limit is generous, since the machine may have other work;
// KONTOR_BACK_MS=5000 checks the claim.
const BACK_MS = Number(process.env.KONTOR_BACK_MS || 15000);
const NOTICE = /We cannot take orders for a moment/;
const PAGES = ['/en/', '/de/', '/en/c/goods', '/en/search?q=tea', ...Array.from({ length: GOODS }, (x, i) => `/en/p/tea-${i}`), '/en/p/tea-0.json'];
let s, one;

const buyer = (server) => new Buyer(s.origin(server), { agent: new http.Agent({ keepAlive: false }) });
const orders = () => s.number('SELECT COUNT(*) FROM orders');

// Requests each page several times, so that it is in the shared cache.
async function see(server) {
	for (let i = 0; i < 3; i++)
		for (const page of PAGES)
			assert.strictEqual((await s.get(server, page)).status, 200, page);
}

// Visitors browse while `work` runs. Every page must arrive complete.
async function whileBrowsed(server, work) {
	const failed = [];
	let n = 0, stop = false, slowest = 0;
	const client = async (i) => {
		for (let k = i; !stop; k++, n++) {
			const page = PAGES[k % PAGES.length], began = Date.now();
			const rs = await s.get(server, page).catch((e) => ({ status: e.message }));
			slowest = Math.max(slowest, Date.now() - began);
			if (rs.status !== 200 || rs.cut)
				failed.push(`${page}: ${rs.status} ${s.logOf((rs.headers || {})['x-request-id'] || '-').join('; ')}`);
		}
	};
	const clients = Array.from({ length: CLIENTS }, (x, i) => client(i));
	try {
		await until('the first pages', () => n >= CLIENTS);
		await work();
	} finally {
		stop = true;
		await Promise.all(clients);
	}
	assert.deepStrictEqual(failed, [], `of ${n} pages`);
	assert.ok(n > 20, `only ${n} pages were seen`);
	// generous: a page waits in the queue before its deadline begins, and the machine may have other work
	assert.ok(slowest < 4 * (DEADLINE_MS + GRACE_MS), `the slowest page took ${slowest} ms`);
}

async function ready(server, handle = 'tea-0') {
	const b = buyer(server);
	await b.addToCart(`/en/p/${handle}`);
	await b.checkout('en');
	assert.match(b.page.text, /Order and pay/);
	b.order = b.form('/checkout/place', { terms: '1' });
	return b;
}

const place = (b) => b.send('POST', b.order.action, { body: b.order.body });

// Waits until a condition holds, at most BACK_MS after a service's return.
async function soon(what, began, condition) {
	await until(`${what}, ${BACK_MS} ms after the return`, condition, Math.max(1, BACK_MS - (Date.now() - began)));
}

async function isRefused(send) {
	const began = Date.now(), rs = await send(), took = Date.now() - began;
	assert.strictEqual(rs.status, 503);
	headersAreComplete(rs);
	assert.strictEqual(masked(rs.text), one, 'it is the one error page');
	assert.ok(s.logOf(rs.headers['x-request-id']).some((line) => line.includes('status=503 ')), 'its id is in the log');
	assert.ok(took < DEADLINE_MS + GRACE_MS, `it took ${took} ms`);
}

async function orderingIsRefused(server, b) {
	const raw = async (rs) => ({ ...rs, raw: Object.entries(rs.headers).flat() });
	await isRefused(async () => raw(await place(b)));
	await isRefused(async () => raw(await b.send('GET', '/en/cart')));
	await isRefused(async () => raw(await b.send('GET', '/en/checkout/review')));
	await isRefused(async () => raw(await buyer(server).send('POST', '/en/cart/add', { body: 'product=1&quantity=1' })));
	await isRefused(() => s.get(server, '/readyz'));
}

async function allIsWell(server, b, began) {
	let placed;
	await soon('the order', began, async () => (placed = await place(b)).status === 303);
	await soon('no notice', began, async () => !NOTICE.test((await s.get(server, '/en/')).text));
	assert.strictEqual((await place(b)).headers.location, placed.headers.location, 'the same order again');
	assert.strictEqual((await s.get(server, '/readyz')).status, 200);
}

async function withoutDatabase(server, away, back) {
	await see(server);
	const b = await ready(server), before = orders(), etag = (await s.get(server, '/en/')).headers.etag;
	await whileBrowsed(server, async () => {
		s.service(away);
		try {
			await orderingIsRefused(server, b);
			const told = await until('the notice', async () => {
				const rs = await s.get(server, '/en/');
				return NOTICE.test(rs.text) && rs;
			});
			assert.match(told.headers['cache-control'], /no-cache/);
			assert.notStrictEqual(told.headers.etag, etag, 'the notice is not kept with the page');
			assert.doesNotMatch((await s.get(server, '/en/p/tea-0.json')).text, NOTICE);
			await sleep(DEADLINE_MS); // past the soft expiry of all
		} finally {
			s.service(back);
		}
		await allIsWell(server, b, Date.now());
	});
	assert.strictEqual(orders(), before + 1);
	assert.strictEqual((await s.get(server, '/en/')).headers.etag, etag, 'the page is as it was');
}

async function withoutCache(server, away, back) {
	await see(server);
	const b = await ready(server), other = await ready(server), before = orders();
	await whileBrowsed(server, async () => {
		s.service(away);
		try {
			assert.strictEqual((await place(b)).status, 303);
			await sleep(1500); // the breaker opens, tries, stays open
			assert.strictEqual((await place(other)).status, 303);
		} finally {
			s.service(back);
		}
		const began = Date.now();
		await soon('the breaker', began, async () => await s.total('breaker_open', 'service="cache"') === 0);
		const hits = () => s.total('cache_lookups_total', 'class="product"', 'result="hit"'), then = await hits();
		await soon('hits', began, async () => await hits() > then + 5);
	});
	assert.strictEqual(orders(), before + 2);
}

both('with the database killed, browsing goes on and orders wait', (server) => withoutDatabase(server, 'db-kill', 'db-start'));
both('with the database stopped, browsing goes on and orders wait', (server) => withoutDatabase(server, 'db-stop', 'db-cont'));
// A changed product leaves its old value for the outage: no page fails for it.
both('with the database killed after a change of price, every page that was seen still comes', async (server) => {
	await until('the pages in memcached', async () => {
		const before = await s.total('cache_fills_total');
		await sleep(1000);
		await see(server);
		return await s.total('cache_fills_total') === before;
	});
	const price = server === 'apache' ? '11.00' : '12.00';
	await s.importGoods('Goods', { 'tea-1': { stock: 10000, price } });
	s.service('db-kill');
	try {
		await sleep(1000); // the life of the workers' own copies
		for (let i = 0; i < 3; i++)
			for (const page of PAGES)
				assert.strictEqual((await s.get(server, page)).status, 200, page);
	} finally {
		s.service('db-start');
	}
	await until('the new price', async () => (await s.get(server, '/en/p/tea-1')).text.includes(price));
});

both('with memcached killed, nobody notices', (server) => withoutCache(server, 'mc-kill', 'mc-start'));
both('with memcached stopped, nobody notices', (server) => withoutCache(server, 'mc-stop', 'mc-cont'));

async function killWorkers() {
	const before = new Set(s.workerPids());
	for (const pid of before)
		process.kill(pid, 'SIGKILL');
	await until('new workers', () => s.workerPids().filter((pid) => !before.has(pid)).length === 2 * s.workers);
}

both('workers that start while the database is away serve what is cached', async (server) => {
	await killWorkers(); // what they remember from before, such as a stopped memcached, need not be in memcached
	await see(server);
	const b = await ready(server);
	s.service('db-kill');
	try {
		await killWorkers();
		for (const page of PAGES)
			assert.strictEqual((await s.get(server, page)).status, 200, page);
	} finally {
		s.service('db-start');
	}
	await allIsWell(server, b, Date.now());
});

// One fault at each exchange with the database in turn, then the same form again: always exactly one order.
both('an order whose database fails at any moment is placed once, or refused and placed later', async (server) => {
	for (const how of ['', ':after', ':1213', server === 'apache' ? ':1047' : ':1290']) {
		let refused = 0;
		for (let n = 1; n <= EXCHANGES; n++) {
			const b = await ready(server), before = orders();
			const rs = await b.send('POST', b.order.action, { body: b.order.body,
				headers: { 'x-kontor-fault': `db:${n}${how}` } });
			assert.ok([303, 503].includes(rs.status), `${rs.status} at exchange ${n}${how}`);
			refused += rs.status === 503;
			await until('the order', async () => (await place(b)).status === 303, BACK_MS);
			assert.strictEqual(orders(), before + 1, `orders after a fault at exchange ${n}${how}`);
		}
		assert.ok(refused < EXCHANGES - 10, 'the transaction is not run again');
	}
});

const kill = (user) => {
	for (const id of s.sql(`SELECT id FROM information_schema.processlist WHERE user = '${user}'`).split(/\s/).filter(Boolean))
		s.sql(`KILL ${id}`);
};
test('a wrong account of kontor-jobs stops no order, and the log names the remedy', async () => {
	const refusals = () => s.log().filter((line) => /prog=kontor-jobs .*event=db_refused user=kontor_jobs .*kontor accounts/.test(line)).length;
	const attempts = () => s.total('db_connect_errors_total', 'backend="jobs"');
	s.sql('RENAME USER kontor_jobs@localhost TO away@localhost');
	try {
		kill('kontor_jobs');
		await until('the refusal', () => refusals() > 0);
		const began = await attempts();
		await until('more than open a breaker', async () => await attempts() >= began + 6);
		for (let i = 0; i < 4; i++)
			assert.strictEqual((await place(await ready(servers[i % 2]))).status, 303);
		assert.strictEqual(await s.total('breaker_open', 'service="db"'), 0);
		assert.ok(refusals() < 3, 'it is not logged again and again');
	} finally {
		s.sql('RENAME USER away@localhost TO kontor_jobs@localhost');
	}
});
both('a read-only database shows the notice, refuses orders as an outage does, and is read from', async (server) => {
	const b = await ready(server), before = orders(), bugs = s.log().filter((line) => line.includes('kind=bug')).length;
	s.sql('SET GLOBAL read_only = 1');
	try {
		await until('the notice', async () => NOTICE.test((await s.get(server, '/en/')).text));
		for (let i = 0; i < 6; i++)
			assert.strictEqual((await place(b)).status, 503);
		assert.strictEqual((await s.get(server, `/en/search?q=uncached-${server}`)).status, 200);
		assert.strictEqual((await b.get('/en/cart')).status, 200);
		assert.match(s.kontor('status').stdout, /THE DATABASE IS READ-ONLY/);
		assert.strictEqual(s.log().filter((line) => line.includes('kind=bug')).length, bugs);
	} finally {
		s.sql('SET GLOBAL read_only = 0');
	}
	await until('no notice', async () => !NOTICE.test((await s.get(server, '/en/')).text));
	assert.strictEqual((await place(b)).status, 303);
	assert.strictEqual(orders(), before + 1);
});

test('ordering paused on purpose shows the same notice, and takes no order', async () => {
	const b = await ready('lighttpd');
	assert.strictEqual(s.kontor('pause').status, 0);
	try {
		assert.match((await s.get('lighttpd', '/en/')).text, NOTICE);
		assert.match((await b.get('/en/cart')).text, NOTICE);
		assert.strictEqual((await place(b)).status, 503);
	} finally {
		assert.strictEqual(s.kontor('resume').status, 0);
	}
	assert.doesNotMatch((await s.get('lighttpd', '/en/')).text, NOTICE);
	assert.strictEqual((await place(b)).status, 303);
});

both('a column renamed by hand takes only the pages that use it', async (server) => {
	const b = await ready(server), before = orders();
	s.sql('ALTER TABLE order_address RENAME COLUMN city TO town');
	try {
		for (let i = 0; i < 4; i++) // more than there are workers
			assert.strictEqual((await place(b)).status, 503);
		for (const page of [...PAGES, '/en/search?q=tea'])
			assert.strictEqual((await s.get(server, page)).status, 200, page);
		assert.strictEqual((await b.get('/en/cart')).status, 200);
		const rs = await until('a worker that names it', async () => {
			const got = await s.get(server, '/readyz');
			assert.strictEqual(got.status, 200);
			return /ORDER_ADDRESS_INSERT/.test(got.text) && got;
		});
		assert.match(rs.text, /order_address|placing_address.*changed by hand/);
	} finally {
		s.sql('ALTER TABLE order_address RENAME COLUMN town TO city');
	}
	assert.strictEqual(orders(), before);
	await soon('the order', Date.now(), async () => (await place(b)).status === 303);
	assert.strictEqual(orders(), before + 1);
});

test('the books are right after all of it', () => {
	const r = s.kontor('verify');
	assert.strictEqual(r.status, 0, r.stdout + r.stderr);
});

run({
	before: async () => {
		const goods = {};
		for (let i = 0; i < GOODS; i++)
			goods[`tea-${i}`] = { stock: 10000 };
		s = await Shop.start({ goods, conf: {
			cache: { soft_s: 2 }, web: { deadline_ms: DEADLINE_MS, grace_ms: GRACE_MS },
		} });
		one = masked(fs.readFileSync(path.join(s.dir, 'web', 'error', '503.html'), 'utf8'));
	},
	after: () => s.stop(),
});
