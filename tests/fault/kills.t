#!/usr/bin/env node
// Workers killed from outside under mixed requests through both web servers: each request has one ending in the
// counters, and each failure that a client saw is in a log. Most kills come at random moments. HELD of them hit a
// worker that is known to be inside a request, since a random kill may find every worker idle. KONTOR_TEST_REQUESTS,
// KONTOR_TEST_KILLS, KONTOR_TEST_SEED: size and random seed of the run.
'use strict';
const assert = require('assert');
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const e2e = path.join(process.env.top_srcdir || path.join(__dirname, '..', '..'), 'tests', 'e2e');
const { Shop, parallel } = require(path.join(path.resolve(e2e), 'shop.js'));
const { request, sleep, until } = require(path.join(path.resolve(e2e), 'stack.js'));
const { test, run } = require(path.join(path.resolve(e2e), 'tap.js'));

const REQUESTS = Number(process.env.KONTOR_TEST_REQUESTS || 20000), KILLS = Number(process.env.KONTOR_TEST_KILLS || 50);
const SEED = Number(process.env.KONTOR_TEST_SEED || 1 + Date.now() % 1000000);
const CLIENTS = 8, GOODS = 8, HELD = 8, HELD_MS = 15000;
const servers = ['lighttpd', 'apache'];
let s, etag, before, after, killed = 0, sent = REQUESTS;
const seen = []; // by request: {server, id, status, own} with own: a worker of ours made the answer

// Numbers from 0 to 1, the same for the same seed (Park and Miller).
function random(seed) {
	let x = seed % 2147483646 + 1;
	return () => (x = x * 48271 % 2147483647) / 2147483647;
}

const form = () => ({ 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' });
const kinds = [
	{ share: 40, status: 200, target: (i) => `/en/p/tea-${i % GOODS}?n=${i}` },
	{ share: 10, status: 200, target: (i) => `/de/?n=${i}` },
	{ share: 5, status: 200, target: (i) => `/en/p/tea-${i % GOODS}.json?n=${i}` },
	{ share: 20, status: 304, target: (i) => `/en/p/tea-0?n=${i}`, headers: () => ({ 'if-none-match': etag }) },
	{ share: 10, status: 404, target: (i) => `/en/p/none?n=${i}` },
	{ share: 10, status: 400, target: (i) => `/en/cart/add?n=${i}`, method: 'POST', body: 'product=none', headers: form },
	{ share: 5, status: 303, target: (i) => `/en/cart/add?n=${i}`, method: 'POST', body: 'product=1&quantity=1', headers: form },
];

function kindOf(number) {
	let left = number * 100;
	return kinds.find((kind) => (left -= kind.share) < 0) || kinds[0];
}

async function send(i, server, kind, id = crypto.randomBytes(16).toString('hex')) {
	const headers = kind.headers ? kind.headers() : {};
	const rs = await request(s.ports[server], kind.method || 'GET', kind.target(i), {
		body: kind.body || null, headers: { ...headers, traceparent: `00-${id}-b7ad6b7169203331-01` },
	}).catch((e) => ({ status: 0, headers: {}, cut: true, error: e.message }));
	seen[i] = { server, id, status: rs.cut ? 0 : rs.status, own: /^[0-9a-f]{32}$/.test(rs.headers['x-request-id']),
		want: kind.status };
}

function kill(pid) {
	try {
		process.kill(pid, 'SIGKILL');
		killed++;
		return true;
	} catch (e) {
		return false; // another kill was faster
	}
}

const killOne = (dice) => until('a worker to kill', () => {
	const pids = s.workerPids();
	return pids.length > 0 && kill(pids[Math.floor(dice() * pids.length)]);
});

const count = () => JSON.parse(s.kontor('status', '--json').stdout);
const holderOf = (id) => count().backends.flatMap((b) => b.workers).find((w) => w.alive && w.in_hand === 1 && w.note.includes(`trace=${id}`));

// Holds a request and kills its worker. If a random kill comes first, it tries again with another request.
async function killHolder(server) {
	const held = { status: 200, target: (i) => `/en/p/tea-0?n=${i}`, headers: () => ({ 'x-kontor-fault': `slow:${HELD_MS}` }) };
	for (let done = false; !done;) {
		const id = crypto.randomBytes(16).toString('hex');
		let ended = false;
		const answer = send(sent++, server, held, id).then(() => { ended = true; });
		const holder = await until('a worker to hold the request', () => holderOf(id) || (ended && 'none'));
		done = holder !== 'none' && kill(holder.pid);
		await answer;
	}
}

async function atRest() {
	return until('all requests to have ended', () => {
		const all = count();
		return all.measures.difference === 0 && all;
	});
}

const delta = (name) => after.ended[name] - before.ended[name];
const client = (fits) => seen.filter(fits).length;

test(`${KILLS} kills in ${REQUESTS} requests (seed ${SEED}): at rest each that began has ended`, async () => {
	const dice = random(SEED), kills = [];
	const plan = Array.from({ length: KILLS }, (x, i) => ({ at: Math.floor((0.02 + 0.96 * dice()) * REQUESTS), held: i < HELD }))
		.sort((a, b) => a.at - b.at);
	const kindsOf = Array.from({ length: REQUESTS }, () => kindOf(dice()));
	before = await atRest();
	await parallel(REQUESTS, CLIENTS, async (i) => {
		while (plan.length && i >= plan[0].at) {
			const { held } = plan.shift();
			kills.push(held ? killHolder(servers[i % 2]) : sleep(dice() * 20).then(() => killOne(dice)));
		}
		await send(i, servers[i % 2], kindsOf[i]);
	});
	await Promise.all(kills);
	after = await atRest();
	assert.strictEqual(killed, KILLS);
	const ended = Object.values(after.ended).reduce((sum, n) => sum + n, 0);
	assert.strictEqual(after.begun - ended, 0);
});

test('every answer is the right one, or a failure', () => {
	const wrong = seen.filter((r) => r.status !== r.want && r.status !== 0 && r.status < 500);
	assert.deepStrictEqual(wrong, []);
});

test("every failure that a client saw is in the shop's log, or a 5xx line in the web server's", async () => {
	const failed = seen.map((r, i) => ({ ...r, i })).filter((r) => r.status === 0 || r.status >= 500);
	assert.ok(failed.length <= killed, `${failed.length} failures of ${killed} kills`);
	await until('the lines', () => {
		const ours = s.log().join('\n'), theirs = {};
		for (const server of servers)
			theirs[server] = fs.readFileSync(path.join(s.dir, 'log', `${server}-access.log`), 'utf8').split('\n')
				.filter((line) => / 5\d\d \S+ id=/.test(line)).join('\n');
		return failed.every((r) => ours.includes(` trace=${r.id} `) || new RegExp(`[?&]n=${r.i} `).test(theirs[r.server]));
	});
});

// A worker killed between accept(2) and the beginning of the request leaves a page of the web server and no count.
test("the counts are the clients', each of them", () => {
	const pages = client((r) => r.status >= 500 && !r.own), died = delta('crashed') + delta('hung');
	assert.strictEqual(delta('answered'), client((r) => r.status !== 0 && r.status < 400));
	assert.strictEqual(delta('refused'), client((r) => r.status >= 400 && r.status < 500));
	assert.strictEqual(delta('handled'), client((r) => r.status >= 500 && r.own));
	assert.strictEqual(delta('cut_off'), client((r) => r.status === 0));
	assert.strictEqual(delta('aborted'), 0);
	assert.strictEqual(after.begun - before.begun + pages - died, sent);
	assert.ok(died <= pages && pages <= killed, `${died} died, ${pages} pages, ${killed} kills`);
	assert.ok(delta('crashed') >= Math.min(HELD, KILLS), `${delta('crashed')} crashed, though ${HELD} were killed inside a request`);
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
		s = await Shop.start({ goods, conf: { web: { deadline_ms: 2 * HELD_MS, grace_ms: 2000 } } });
		etag = (await s.get('lighttpd', '/en/p/tea-0')).headers.etag;
	},
	after: () => s.stop(),
});
