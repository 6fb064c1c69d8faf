#!/usr/bin/env node
// Clients that send slowly or nothing cost others little: 200 slow POSTs, 500 request heads that never end, 1,000 idle
// connections. `make check-slow` holds as many (SLOW_FULL), long enough for the kernel to pass on silent connections;
// `make check` holds a fifth of them for shorter rounds.
'use strict';
const assert = require('assert');
const child = require('child_process');
const http = require('http');
const path = require('path');
const { Shop } = require('../e2e/shop.js');
const { program, sleep, src } = require('../e2e/stack.js');
const { test, run } = require('../e2e/tap.js');

const FULL = process.env.SLOW_FULL === '1';
const SIZE = FULL ? 1 : 0.2, ROUNDS = FULL ? 5 : 3, ALONE_S = FULL ? 10 : 2, HELD_S = FULL ? 50 : 3, RATE = 40;
const HOLD = { post: 200, head: 500, idle: 1000 };
const P99_MS = 300, TIMES = 5;
let s;

const at = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
const median = (values) => at(values.slice().sort((a, b) => a - b), 0.5);

// One page on a connection of its own, as a new visitor's. Resolves to its time in ms from when it was due.
function visit(server, due) {
	return new Promise((done, fail) => {
		const rq = http.get({ host: '127.0.0.1', port: s.ports[server], path: '/en/p/tea', agent: false, timeout: 30000 }, (rs) => {
			rs.resume();
			rs.on('end', () => (rs.statusCode === 200 ? done(Date.now() - due) : fail(new Error(`status ${rs.statusCode}`))));
		});
		rq.on('timeout', () => rq.destroy(new Error('no answer within 30 s')));
		rq.on('error', fail);
	});
}

// The 99th percentile of visits at a fixed rate.
async function p99(server, seconds) {
	const begin = Date.now(), all = [];
	for (let i = 0; i < seconds * RATE; i++) {
		const due = begin + i * 1000 / RATE;
		await sleep(due - Date.now());
		all.push(visit(server, due));
	}
	return at((await Promise.all(all)).sort((a, b) => a - b), 0.99);
}

function startClients(server) {
	const p = child.spawn(process.execPath, [path.join(src, 'tests', 'fault', 'slow_clients.js'), String(s.ports[server]),
		...Object.entries(HOLD).map(([kind, n]) => `${kind}=${n * SIZE}`)], { stdio: ['ignore', 'pipe', 'inherit'] });
	const ended = new Promise((done) => p.on('exit', done));
	process.on('exit', () => p.kill());
	return new Promise((done) => p.stdout.once('data', () => done({
		stop: () => { p.kill(); return ended; },
	})));
}

for (const server of ['lighttpd', 'apache'])
	test(`${server}: slow clients cost the pages of others little`, async () => {
		const alone = [], held = [];
		for (let round = 0; round < ROUNDS; round++) {
			alone.push(await p99(server, ALONE_S));
			const clients = await startClients(server);
			try {
				held.push(await p99(server, HELD_S));
			} finally {
				await clients.stop();
			}
		}
		console.log(`# ${server}: p99 of a page ${median(held)} ms, ${median(alone)} ms without; rounds: ${held.join(' ')}; ${alone.join(' ')}`);
		assert.ok(median(held) <= Math.max(P99_MS, TIMES * median(alone)));
	});

test('the example for nftables limits the connections of a client, not those of a proxy', () => {
	if (process.getuid() !== 0 || !program('nft') || !program('unshare'))
		return 'needs root, nftables and unshare';
	const r = child.spawnSync('unshare', ['-n', process.execPath, path.join(src, 'tests', 'fault', 'connection_limit.js')],
		{ encoding: 'utf8' });
	if (/Operation not permitted|not supported/.test(r.stderr))
		return 'the kernel allows no packet filter here';
	assert.deepStrictEqual(JSON.parse(r.stdout || JSON.stringify(r.stderr)), { client: 50, other: 50, exempt: 80 });
});

run({
	before: async () => {
		s = await Shop.start({ goods: { tea: { stock: 9 } }, conf: { web: { deadline_ms: 5000, grace_ms: 1000 } } });
	},
	after: () => s.stop(),
});
