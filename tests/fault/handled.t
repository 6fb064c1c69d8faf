#!/usr/bin/env node
// Failures of every kind, through both web servers, with a record of what each client saw: each failure ends in the
// complete error page with a number that `kontor log` finds, and the counts equal the record. Workers are killed inside
// and outside of requests, hang and are stopped; the database is killed and stopped; all workers are ended.
// KONTOR_TEST_FAILURES, KONTOR_TEST_FAULTS, KONTOR_TEST_SEED: at least so many failures, kinds of faults (kill,hang),
// random seed. `make check-handled` makes 3,000 failures.
'use strict';
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const e2e = path.join(process.env.top_srcdir || path.join(__dirname, '..', '..'), 'tests', 'e2e');
const { Shop } = require(path.join(path.resolve(e2e), 'shop.js'));
const { request, sleep, until } = require(path.join(path.resolve(e2e), 'stack.js'));
const { masked, numberOf } = require(path.join(path.resolve(e2e), 'error_page.js'));
const { test, run } = require(path.join(path.resolve(e2e), 'tap.js'));

const FAILURES = Number(process.env.KONTOR_TEST_FAILURES || 100);
const SEED = Number(process.env.KONTOR_TEST_SEED || 1 + Date.now() % 1000000);
const CLIENTS = 4, GOODS = 8, DEADLINE_MS = 1000, GRACE_MS = 300, HANDLED_MIN = 0.999;
const servers = ['lighttpd', 'apache'], pages = {};
const seen = []; // by request: {server, status, own, number, whole}
let s, before, after, stopped = false, sent = 0;

// Numbers from 0 to 1, the same for the same seed (Park and Miller).
let state = SEED % 2147483646 + 1;
const random = () => (state = state * 48271 % 2147483647) / 2147483647;
const pick = (list) => list[Math.floor(random() * list.length)];

const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
const kinds = [
	(i) => ({ target: `/en/p/tea-${i % GOODS}` }),
	(i) => ({ target: `/en/search?q=tea+${i}` }), // never cached
	(i) => ({ target: `/de/search?q=tea+${i}` }),
	(i) => ({ target: `/de/p/tea-${i % GOODS}?n=${i}` }),
	() => ({ target: '/en/cart/add', method: 'POST', body: 'product=1&quantity=1', headers: form }),
	() => ({ target: '/en/p/none' }),
	() => ({ target: '/en/', method: 'HEAD' }),
];

function record(server, method, rs) {
	const own = /^[0-9a-f]{32}$/.test(rs.headers['x-request-id'] || '');
	const number = method === 'HEAD' ? rs.headers['x-request-id'] || null : numberOf(rs.text);
	const whole = !rs.cut && (method === 'HEAD' || Object.values(pages).includes(masked(rs.text)));
	seen.push({ server, method, status: rs.cut ? 0 : rs.status, own, number, whole });
}

async function send(kind, fault = null) {
	const server = servers[sent % 2], { target, method = 'GET', body = null, headers = {} } = kind(sent++);
	const all = fault ? { ...headers, 'x-kontor-fault': fault } : headers;
	const rs = await request(s.ports[server], method, target, { body, headers: all })
		.catch((e) => ({ status: 0, headers: {}, cut: true, text: e.message }));
	record(server, method, rs);
	return { server, status: rs.status };
}

const isFailure = (r) => r.status === 0 || r.status >= 500;
const failures = () => seen.filter(isFailure);

async function visit() {
	while (!stopped)
		await send(pick(kinds));
}

function signal(pid, name) {
	try {
		process.kill(pid, name);
	} catch (e) { /* gone meanwhile */ }
}

// One round of each fault; each leaves the shop as it was.
const faults = {
	kill: async () => {
		for (let i = 0; i < 6; i++) {
			await send(pick(kinds), pick(['kill', 'crash']));
			await sleep(random() * 30);
			const pids = s.workerPids();
			if (pids.length)
				signal(pick(pids), 'SIGKILL');
		}
	},
	hang: () => Promise.all([send(kinds[0], 'hang'), send(kinds[2], 'stop')]),
	'worker-stop': async () => {
		const pids = s.workerPids();
		if (pids.length)
			signal(pick(pids), 'SIGSTOP');
		await sleep(300);
		pids.forEach((pid) => signal(pid, 'SIGCONT'));
	},
	'db-kill': async () => {
		s.service('db-kill');
		await sleep(100 + random() * 200);
		s.service('db-start');
	},
	'db-stop': async () => {
		s.service('db-stop');
		await sleep(200 + random() * 400);
		s.service('db-cont');
	},
	'no-worker': async () => {
		await s.stopBackends();
		for (const name of s.names)
			await s.startBackend(name);
		const found = new Set(); // lighttpd looks for a lost backend once a second
		await until('the web servers to find their workers', async () => {
			const { server, status } = await send(() => ({ target: '/healthz' }));
			return status === 200 && found.add(server).size === servers.length;
		});
	},
};

const count = () => JSON.parse(s.kontor('status', '--json').stdout);
const atRest = () => until('all requests to have ended', () => {
	const all = count();
	return all.measures.difference === 0 && all;
});
const delta = (name) => after.ended[name] - before.ended[name];
const client = (fits) => seen.filter(fits).length;

test(`at least ${FAILURES} failures of all kinds (seed ${SEED}): at rest each request that began has ended`, async () => {
	before = await atRest();
	const clients = Array.from({ length: CLIENTS }, visit);
	const names = process.env.KONTOR_TEST_FAULTS ? process.env.KONTOR_TEST_FAULTS.split(',') : Object.keys(faults);
	for (let i = 0; i < names.length || failures().length < FAILURES; i++) {
		const had = failures().length;
		await faults[names[i % names.length]]();
		await sleep(100);
		console.log(`# ${names[i % names.length]}: ${failures().length - had} failures`);
	}
	stopped = true;
	await Promise.all(clients);
	after = await atRest();
	const ended = Object.values(after.ended).reduce((sum, n) => sum + n, 0);
	assert.strictEqual(after.begun, ended);
});

test('each failure is the complete error page with a number', () => {
	assert.deepStrictEqual(failures().filter((r) => !r.whole || r.method !== 'HEAD' && !/^[A-Za-z0-9@_-]{16,}$/.test(r.number)), []);
});

test("`kontor log` finds each failure by its number", async () => {
	const missing = [];
	for (const r of failures().filter((one) => one.number !== null)) {
		const found = () => {
			const { stdout } = s.kontor('log', r.number);
			return r.own ? stdout.includes(`req=${r.number} `) && stdout.includes(` status=${r.status} `)
				: stdout.includes(`${r.server}-failures.log`) && stdout.includes(` ${r.status} number=`);
		};
		await until('a line', found, 8000).catch(() => missing.push(r)); // lighttpd writes its log with a delay
	}
	assert.deepStrictEqual(missing, []);
});

test("the counts are the clients', each of them", async () => {
	const twins = client((r) => r.status >= 500 && !r.own), died = delta('crashed') + delta('hung');
	assert.strictEqual(delta('answered'), client((r) => r.status !== 0 && r.status < 400));
	assert.strictEqual(delta('refused'), client((r) => r.status >= 400 && r.status < 500));
	assert.strictEqual(delta('handled'), client((r) => r.status >= 500 && r.own));
	assert.strictEqual(delta('cut_off'), client((r) => r.status === 0));
	// A worker that takes a request for which the web server no longer waits aborts it.
	const neverBegun = twins - died - delta('aborted');
	assert.ok(neverBegun >= 0, `${twins} pages of the web servers, ${died} deaths, ${delta('aborted')} aborted`);
	assert.strictEqual(after.begun - before.begun + neverBegun, sent);
	await until('the lines of the web servers to be counted',
		() => count().counters.web_failures - before.counters.web_failures === twins, 20000);
});

test(`of the failures at least ${HANDLED_MIN * 100} % are handled`, () => {
	const handled = after.measures.failure_handling.handled - before.measures.failure_handling.handled;
	const all = after.measures.failure_handling.failures - before.measures.failure_handling.failures;
	const shown = client((r) => isFailure(r) && r.whole);
	console.log(`# counted ${handled} / ${all}; seen ${shown} / ${failures().length} in ${sent} requests: `
		+ `${client((r) => r.status >= 500 && r.own)} by workers, ${client((r) => r.status >= 500 && !r.own)} by web servers, `
		+ `${client((r) => r.status === 0)} cut off; ${delta('crashed')} crashed, ${delta('hung')} hung, ${delta('aborted')} aborted`);
	assert.ok(handled >= HANDLED_MIN * all && shown >= HANDLED_MIN * failures().length);
});

test('the books are right after all of it', () => {
	const r = s.kontor('verify');
	assert.strictEqual(r.status, 0, r.stdout + r.stderr);
});

run({
	before: async () => {
		const goods = {};
		for (let i = 0; i < GOODS; i++)
			goods[`tea-${i}`] = { stock: 100 };
		s = await Shop.start({ goods, conf: { web: { deadline_ms: DEADLINE_MS, grace_ms: GRACE_MS } } });
		for (const lang of ['en', 'de'])
			for (const status of [500, 503]) // 502 and 504 differ from 503 in the masked part only
				pages[lang + status] = masked(fs.readFileSync(path.join(s.dir, 'web', 'error', 'apache', lang, `${status}.shtml`), 'utf8'));
	},
	after: () => s.stop(),
});
