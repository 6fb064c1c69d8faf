#!/usr/bin/env node
// Many clients request one product. When its cached value expires or is deleted, only one of them reads the database,
// and once a price change has been acknowledged, no worker shows the old price anywhere.
'use strict';
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const net = require('net');
const child = require('child_process');
const { Shop, csv } = require('./shop.js');
const { build, sleep, until } = require('./stack.js');
const { test, run } = require('./tap.js');

const servers = ['lighttpd', 'apache'];
const both = (claim, fn) => servers.forEach((server) => test(`${server}: ${claim}`, () => fn(server)));
const CROWD = 64, HAMMERS = 16, SOFT_S = 5;
const PRICE = (cents) => (cents / 100).toFixed(2);
let s, cents = 1000, products = 0;

const fills = () => s.total('cache_fills_total', 'class="product"');

async function crowd(server, target) {
	const all = await Promise.all(Array.from({ length: CROWD }, () => s.get(server, target)));
	for (const rs of all)
		assert.deepStrictEqual([rs.status, rs.cut], [200, false]);
}

// Sends a line to memcached and resolves to the answer up to its last line, which may be BUSY.
const memcached = (line) => new Promise((done, fail) => {
	const c = net.connect({ path: `${s.services}/mc.sock` });
	let text = '';
	c.on('error', fail);
	c.on('data', (part) => {
		text += part;
		if (/^(END|OK|BUSY.*|ERROR)\r\n$/m.test(text))
			c.end(() => done(text));
	});
	c.on('close', () => done(text));
	c.write(`${line}\r\n`);
});

// The number of product values and placeholders in memcached.
async function held() {
	const sizes = (await memcached('lru_crawler metadump all')).split('\n')
		.filter((line) => /product.*good-/.test(line)).map((line) => Number(/size=(\d+)/.exec(line)[1]));
	return { empty: sizes.filter((n) => n < 150).length, values: sizes.filter((n) => n > 300).length };
}

const tea = (n, price) => ({ [`tea-${n}`]: { title: `Tea${n}`, stock: 100, price } });

// Imports a product for one test, with another one in the same category, and returns its number.
async function bring() {
	const n = ++products;
	await s.importGoods(`Herd ${n}`, { ...tea(n, PRICE(cents += 1)), [`cup-${n}`]: { stock: 100, price: '7.77' } });
	return n;
}

// Changes a price with the operator's command, without blocking the event loop.
function change(n, price) {
	const file = path.join(s.dir, 'prices.csv');
	fs.writeFileSync(file, csv(`Herd ${n}`, tea(n, price)));
	return new Promise((done, fail) => child.execFile(path.join(build, 'kontor'),
		['--config', s.confFile, 'import', 'products', file], (e, out, err) => (e ? fail(new Error(out + err)) : done())));
}

// The pages with the price of the tea: its own page and twin, and cards on the home page, on the page of another
// product, in its category and in a search.
const placesOf = (n) => [`/en/p/tea-${n}`, `/en/p/tea-${n}.json`, '/en/', `/en/p/cup-${n}`, `/en/c/herd-${n}`, `/en/search?q=tea${n}`];

both('64 clients on a product that is in no cache read it once', async (server) => {
	const n = await bring();
	for (let round = 0; round < 3; round++) {
		await change(n, PRICE(cents += 1)); // deletes it
		await until('the second delete, which kontor-jobs makes', async () =>
			s.number("SELECT COUNT(*) FROM outbox WHERE kind = 'cache'") === 0);
		const before = await fills();
		await crowd(server, `/en/p/tea-${n}`);
		assert.strictEqual(await fills() - before, 1);
	}
});

both('64 clients on a product as it expires read it once', async (server) => {
	const n = await bring();
	await s.get(server, `/en/p/tea-${n}`);
	await sleep(SOFT_S * 1000 + 600); // the soft expiry, and the life of the workers' own copies
	const before = await fills();
	await crowd(server, `/en/p/tea-${n}`);
	assert.strictEqual(await fills() - before, 1);
});

both('64 clients while the product is deleted again and again read it once for each time', async (server) => {
	const n = await bring(), before = await fills(), changes = 5;
	let stop = false, pages = 0;
	const clients = Array.from({ length: CROWD }, async () => {
		for (; !stop; pages++)
			assert.strictEqual((await s.get(server, `/en/p/tea-${n}`)).status, 200);
	});
	try {
		for (let i = 0; i < changes; i++)
			await change(n, PRICE(cents += 1));
	} finally {
		stop = true;
		await Promise.all(clients);
	}
	// Each change deletes the key at its commit and again from the outbox, and each soft expiry costs one read.
	const read = await fills() - before;
	assert.ok(read >= 1 && read <= 3 * changes + 10, `${read} readings for ${changes} changes and ${pages} pages`);
});

both('after a price change is acknowledged, no worker shows the old price', async (server) => {
	const n = await bring(), places = placesOf(n);
	for (let round = 0; round < 4; round++) {
		const old = PRICE(cents), now = PRICE(cents += 101), shown = [];
		let acknowledged = 0, stop = false;
		const clients = Array.from({ length: HAMMERS }, async (x, i) => {
			for (let k = i; !stop; k++) {
				const target = places[k % places.length], began = process.hrtime.bigint();
				const rs = await s.get(server, target);
				shown.push({ target, began, status: rs.status, old: rs.text.includes(old), now: rs.text.includes(now) });
			}
		});
		try {
			await until('the old price on all pages', () => places.every((target) =>
				shown.some((r) => r.target === target && r.old)));
			await change(n, now);
			acknowledged = process.hrtime.bigint();
			const later = () => shown.filter((r) => r.began > acknowledged);
			await until('the pages after it', () => places.every((target) =>
				later().filter((r) => r.target === target).length >= 12));
		} finally {
			stop = true;
			await Promise.all(clients);
		}
		for (const r of shown) {
			assert.strictEqual(r.status, 200);
			if (r.began > acknowledged)
				assert.deepStrictEqual([r.old, r.now], [false, true], `${r.target} in round ${round}`);
		}
	}
});

// A round counts only if each page came at the first request and no lookup failed: a fill that got no permit, or waited for
// too long on a busy machine, is not stored, and its placeholder stays.
both('what many clients have asked for at once is stored as soon as the workers rest', async (server) => {
	const faults = () => s.total('cache_lookups_total', 'result="error"');
	let judged = 0;
	await s.importGoods(`Crowd ${server}`, Object.fromEntries(Array.from({ length: CROWD }, (x, i) => [`good-${server}-${i}`, { stock: 10 }])));
	for (let round = 0; judged < 3 && round < 12; round++) {
		await memcached('flush_all');
		await sleep(600); // the life of the workers' own copies
		const before = await faults();
		let tries = 0, now;
		await Promise.all(Array.from({ length: CROWD }, (x, i) => until('a page', async () => {
			tries++;
			return (await s.get(server, `/en/p/good-${server}-${i}`)).status === 200;
		})));
		if (tries > CROWD || await faults() > before)
			continue;
		await until('all values', async () => {
			now = await held();
			return now.values === CROWD && now.empty === 0;
		}).catch((e) => { throw new Error(`${e.message}: ${JSON.stringify(now)}`); });
		judged++;
	}
	return judged ? undefined : 'the machine is too busy: in each round a page had to wait for the database or for memcached';
});

run({
	before: async () => {
		s = await Shop.start({ workers: 4, conf: {
			cache: { soft_s: SOFT_S, timeout_ms: 1000 }, web: { deadline_ms: 10000, grace_ms: 2000 },
		} });
	},
	after: () => s.stop(),
});
