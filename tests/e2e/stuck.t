#!/usr/bin/env node
// Requests that wait for the database keep no others waiting: rows and tables locked, the database stopped or far away.
// Workers and kontor-jobs that are stopped are noticed and ended.
'use strict';
const assert = require('assert');
const http = require('http');
const fs = require('fs');
const { Buyer } = require('./buyer.js');
const { Shop } = require('./shop.js');
const { sleep, until } = require('./stack.js');
const { test, run } = require('./tap.js');

const servers = ['lighttpd', 'apache'];
const both = (claim, fn) => servers.forEach((server) => test(`${server}: ${claim}`, () => fn(server)));
const GOODS = 6, BUYERS = 12, FAR_MS = 250;
const PAGES = ['/en/', ...Array.from({ length: GOODS }, (x, i) => `/en/p/tea-${i}`)];
let s;

const variant = (handle) => s.number(`SELECT v.id FROM variant v JOIN product p ON p.id = v.product_id WHERE p.handle = '${handle}'`);
const waiting = (text) => s.number(`SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE '${text}' AND id <> CONNECTION_ID()`);

async function ready(server) {
	const b = new Buyer(s.origin(server), { agent: new http.Agent({ keepAlive: false }) });
	await b.addToCart('/en/p/cup');
	await b.checkout('en');
	assert.match(b.page.text, /Order and pay/);
	b.order = b.form('/checkout/place', { terms: '1' });
	return b;
}

const place = (b) => b.send('POST', b.order.action, { body: b.order.body });

async function crowd(server) {
	const all = [];
	for (let i = 0; i < BUYERS; i++)
		all.push(await ready(server));
	for (let i = 0; i < 3; i++)
		for (const page of PAGES)
			assert.strictEqual((await s.get(server, page)).status, 200, page);
	return all;
}

// Buyers send their orders while the database does not answer them. As long as the first of them wait, pages from the
// cache come, and the other buyers are told at once to come again.
async function pagesComeWhile(server, { begin, holders }) {
	const buyers = await crowd(server), end = await begin(), answers = [];
	const sent = buyers.map((b) => place(b).then((rs) => answers.push(rs)));
	try {
		await until('the holders of the permits to wait', holders);
		await until('the others to be told', () => answers.length >= BUYERS - 2);
		for (const page of PAGES)
			assert.strictEqual((await s.get(server, page)).status, 200, page);
		assert.ok(answers.length < BUYERS, 'some orders still wait, so the pages did not wait for them');
	} finally {
		await end();
	}
	await Promise.all(sent);
	for (const rs of answers) {
		assert.ok([303, 503].includes(rs.status), `${rs.status}`);
		if (rs.status === 503)
			assert.match(rs.headers['retry-after'], /^[1-9]/);
	}
	for (const b of buyers)
		await until('the order', async () => (await place(b)).status === 303);
}

both('12 buyers of one locked row keep no page waiting', (server) => pagesComeWhile(server, {
	begin: () => s.holding(`SELECT * FROM stock WHERE variant_id = ${variant('cup')} FOR UPDATE`),
	holders: () => waiting('UPDATE stock%') === 2,
}));
both('12 buyers before a locked table keep no page waiting', (server) => pagesComeWhile(server, {
	begin: () => s.holding('LOCK TABLES session WRITE'),
	holders: () => waiting('SELECT%FROM session%') === 2,
}));
both('12 buyers before a global lock keep no page waiting', (server) => pagesComeWhile(server, {
	begin: () => s.holding('FLUSH TABLES WITH READ LOCK'),
	holders: () => waiting('UPDATE cart%') === 2,
}));
both('12 buyers before a stopped database keep no page waiting', (server) => pagesComeWhile(server, {
	begin: async () => { s.service('db-stop'); return () => s.service('db-cont'); },
	holders: () => true,
}));

both('with the database far away pages come, and orders are placed', async (server) => {
	const b = await ready(server), refused = [];
	for (const page of PAGES)
		await s.get(server, page);
	await s.far.away(FAR_MS);
	try {
		const placed = until('the order', async () => {
			const rs = await place(b);
			if (rs.status !== 303)
				refused.push(s.logOf(rs.headers['x-request-id']).join());
			return rs.status === 303;
		});
		let done = false, n = 0;
		placed.then(() => { done = true; }, () => { done = true; });
		for (; !done; n++)
			assert.strictEqual((await s.get(server, PAGES[n % PAGES.length])).status, 200);
		await placed;
		assert.deepStrictEqual(refused, []);
		assert.ok(n > 10, `${n} pages came meanwhile`);
	} finally {
		await s.far.away(0);
	}
});

test('workers that start while the database is far away place orders too', async () => {
	const b = await ready('lighttpd'), before = s.workerPids();
	await s.far.away(FAR_MS);
	try {
		for (const pid of before)
			process.kill(pid, 'SIGKILL');
		await until('new workers', () => s.workerPids().filter((pid) => !before.includes(pid)).length === before.length);
		await until('the order', async () => (await place(b)).status === 303);
		for (const page of PAGES)
			assert.strictEqual((await s.get('lighttpd', page)).status, 200, page);
	} finally {
		await s.far.away(0);
	}
});

test('a stopped idle worker is reported, ended and replaced', async () => {
	await until('all to rest', () => /all is well/.test(s.kontor('status').stdout));
	const before = s.workerPids(), pid = before[0];
	process.kill(pid, 'SIGSTOP');
	await until('a new worker', () => !s.workerPids().includes(pid) && s.workerPids().length === before.length);
	assert.ok(s.log().some((line) => line.includes('event=killed') && line.includes(`dead_pid=${pid} `)));
	await until('all to rest', () => /all is well/.test(s.kontor('status').stdout));
});
test('a stopped kontor-jobs is ended by its other process, which ends too; both are reported', async () => {
	const pid = s.jobs.pid;
	process.kill(pid, 'SIGSTOP');
	await until('its end', () => s.jobs.gone);
	assert.ok(s.log().some((line) => line.includes('event=killed') && line.includes(`dead_pid=${pid} `)));
	const status = await until('the end of both', () => {
		const r = s.kontor('status');
		return r.stdout.includes('kontor-jobs is not running') && r;
	});
	assert.strictEqual(status.status, 1);
	assert.match(s.kontor('status', '--metrics').stdout, /kontor_processes\{backend="jobs",role="jobs"\} 0/);
	assert.match(s.kontor('doctor', 'jobs').stdout, /kontor-jobs does not run/);
	s.startJobs();
	await until('all to rest', () => /all is well/.test(s.kontor('status').stdout));
});
test('when its second process is stopped, the first ends it and itself, to be started again', async () => {
	const second = Number(fs.readFileSync(`/proc/${s.jobs.pid}/task/${s.jobs.pid}/children`, 'utf8').split(' ')[0]);
	process.kill(second, 'SIGSTOP');
	await until('the end of both', () => s.jobs.gone);
	assert.ok(s.log().some((line) => line.includes('event=slow_jobs_ended')));
	s.startJobs();
	await until('all to rest', () => /all is well/.test(s.kontor('status').stdout));
});
test('the books are right after all of it', () => {
	const r = s.kontor('verify');
	assert.strictEqual(r.status, 0, r.stdout + r.stderr);
});

run({
	before: async () => {
		const goods = { cup: { stock: 10000 } };
		for (let i = 0; i < GOODS; i++)
			goods[`tea-${i}`] = { stock: 10000 };
		s = await Shop.start({ goods, far: true, conf: { cache: { soft_s: 600 }, web: { deadline_ms: 12000, grace_ms: 2000 } } });
	},
	after: () => s.stop(),
});
