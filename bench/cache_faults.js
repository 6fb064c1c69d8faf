#!/usr/bin/env node
// cache_faults.js - what a page costs while a memcached is dead, stopped or stalled, or a worker has died filling.
//
// Each fault is measured in turn with the same load without it. Exit status 1 when a limit is passed. Not part of
// bench/run, since it says nothing about speed: `make bench-faults`, some minutes on a quiet machine.
'use strict';
const fs = require('fs');
const path = require('path');
const { until, sleep, program } = require('../tests/e2e/stack.js');
const { BenchShop, load, raw, requestFile } = require('./stack.js');

const ROUNDS = Number(process.env.ROUNDS || 5);
const HITS = 0.95, COST = 1.2, PAGE_MS = 300, TIMES = 5, PAGES = 20, STALL_MS = 200;
const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
let failed = false;

function verdict(ok, text) {
	failed = failed || !ok;
	console.log(`${ok ? 'ok    ' : 'NOT OK'} ${text}`);
}

// Two memcacheds, and nothing in the workers' own memory: every value comes from one of them. The first has nine tenths
// of the keys, so that there are pages which need no other.
class TwoCaches extends BenchShop {
	async bringUp(conf) {
		this.second = path.join(this.dir, 'mc2.sock');
		await this.startSecond();
		await super.bringUp(conf);
	}

	async startSecond() {
		fs.rmSync(this.second, { force: true });
		this.mc2 = this.spawn('mc2', program('memcached'), ['-u', 'root', '-s', this.second, '-a', '0700', '-m', '64', '-U', '0']);
		await until('the second memcached', () => fs.existsSync(this.second));
	}

	writeConf(conf) {
		super.writeConf({ ...conf, cache: { ...conf.cache, socket: `${conf.cache.socket}/?9, ${this.second}`, l1_bytes: 0 } });
	}
}

// The share of hits while `work` is done; whole pages that a worker keeps are none of memcached's.
async function counted(shop, work) {
	const sum = async (...labels) => await shop.total('cache_lookups_total', ...labels)
		- await shop.total('cache_lookups_total', 'class="page"', ...labels);
	const read = async () => [await sum('result="hit"'), await sum()];
	const before = await read();
	const result = await work();
	const after = await read();
	return { ...result, hits: (after[0] - before[0]) / (after[1] - before[1]) };
}

const FAULTS = {
	killed: {
		begin: async (s) => { s.mc2.kill('SIGKILL'); await until('its end', () => s.mc2.gone); },
		end: (s) => s.startSecond(),
	},
	stopped: {
		begin: async (s) => s.mc2.kill('SIGSTOP'),
		end: async (s) => s.mc2.kill('SIGCONT'),
	},
};

// The pages that need the first server only.
async function pagesOfTheFirst(shop) {
	const pages = [];
	await FAULTS.killed.begin(shop);
	for (const handle of shop.handles.slice(0, 400)) {
		const target = `/en/p/${handle}.json`;
		for (let i = 0; i < 2; i++)
			await shop.get('lighttpd', target);
		const r = await counted(shop, async () => shop.get('lighttpd', target));
		if (r.hits === 1)
			pages.push(target);
	}
	await FAULTS.killed.end(shop);
	return pages;
}

// Where a value is depends on the names of the sockets. The menu stands on every page: it must be on the first server.
async function oneOfTwo() {
	const shop = await TwoCaches.start({ products: 1000 });
	try {
		const pages = await pagesOfTheFirst(shop);
		if (pages.length < 50)
			return false;
		const file = requestFile(shop, pages.map((target) => raw(target)));
		const run = () => counted(shop, () => load(shop, 'lighttpd', file, { connections: 4, seconds: 2 }));
		console.log(`${pages.length} of 400 products need the first server only`);
		for (const [name, fault] of Object.entries(FAULTS)) {
			const hits = [], cost = [];
			for (let i = 0; i < ROUNDS; i++) {
				await until('both servers', async () => await shop.total('breaker_open', 'service="cache"') === 0);
				await run();
				const well = await run();
				await fault.begin(shop);
				await sleep(1000);
				const ill = await run();
				await fault.end(shop);
				hits.push(ill.hits);
				cost.push(ill.processor_s / ill.requests / (well.processor_s / well.requests));
			}
			verdict(median(hits) >= HITS, `one of two ${name}: hits on the other's keys ${(100 * median(hits)).toFixed(1)} %`);
			verdict(median(cost) <= COST, `one of two ${name}: a page costs ${median(cost).toFixed(2)} x (${cost.map((x) => x.toFixed(2)).join(' ')})`);
		}
	} finally {
		await shop.stop();
	}
	return true;
}

async function timesOfPages(shop, targets) {
	const times = [];
	for (let i = 0; i < PAGES; i++) {
		const began = process.hrtime.bigint();
		const rs = await shop.get('lighttpd', targets[i % targets.length]);
		if (rs.status !== 200)
			throw new Error(`${targets[i]}: ${rs.status}`);
		times.push(Number(process.hrtime.bigint() - began) / 1e6);
	}
	return times;
}

// `before(shop, ill)` makes the same load with and without the fault; the pages behind it are timed.
async function pagesAfter(shop, what, targets, before) {
	const rounds = { well: [], ill: [] };
	for (let i = 0; i < ROUNDS; i++) {
		for (const kind of ['well', 'ill']) {
			await until('memcached', async () => await shop.total('breaker_open', 'service="cache"') === 0);
			await shop.flush();
			await before(shop, kind === 'ill');
			rounds[kind].push(await timesOfPages(shop, targets));
		}
	}
	const at = (kind, k) => median(rounds[kind].map((times) => times[k]));
	let worst = { over: -Infinity };
	for (let k = 0; k < PAGES; k++) {
		const limit = Math.max(PAGE_MS, TIMES * at('well', k));
		if (at('ill', k) - limit > worst.over)
			worst = { over: at('ill', k) - limit, ms: at('ill', k), limit, k };
	}
	const slowest = Math.max(...rounds.ill.flat());
	verdict(worst.over <= 0, `${what}: of the next ${PAGES} pages the worst takes ${worst.ms.toFixed(0)} ms of ${worst.limit.toFixed(0)} (page ${worst.k + 1}, median of ${ROUNDS}; slowest of all ${slowest.toFixed(0)})`);
}

async function stalls() {
	const shop = await BenchShop.start({ products: 1000 });
	try {
		const targets = ['/en/', ...shop.handles.slice(0, PAGES - 1).map((h) => `/en/p/${h}`)];
		const crowd = () => Promise.all(targets.map((target) => shop.get('lighttpd', target)));
		await pagesAfter(shop, `memcached stalled for ${STALL_MS} ms`, targets, async (s, ill) => {
			if (ill)
				s.service('mc-stop');
			const asked = crowd();
			await sleep(STALL_MS);
			if (ill)
				s.service('mc-cont');
			await asked;
		});
		await pagesAfter(shop, 'a worker killed while it fills', targets.slice(1, 2), async (s, ill) => {
			s.service('db-stop');
			const pids = s.workerPids();
			const asked = s.get('lighttpd', targets[1]).catch(() => null);
			await sleep(100); // its placeholder is in place
			if (ill)
				for (const pid of pids)
					process.kill(pid, 'SIGKILL');
			s.service('db-cont');
			await asked;
			if (ill)
				await until('new workers', () => s.workerPids().filter((pid) => !pids.includes(pid)).length === pids.length);
			await until('the database', async () => (await s.get('lighttpd', '/readyz')).status === 200);
		});
	} finally {
		await shop.stop();
	}
}

until('sockets with such names', oneOfTwo).then(stalls).then(() => { process.exitCode = failed ? 1 : 0; }, (e) => {
	console.error(e.stack);
	process.exitCode = 1;
});
