#!/usr/bin/env node
// Many clients on one product: as its cached value expires or is deleted, one of them reads the database; and once a
// price change has been acknowledged, no worker shows the old price anywhere.
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
const goods = { tea: { stock: 100, price: '10.00' }, cup: { stock: 100, price: '7.77' } };
let s, cents = 1000;

const fills = () => s.total('cache_fills_total', 'class="product"');

async function crowd(server, target) {
	const all = await Promise.all(Array.from({ length: CROWD }, () => s.get(server, target)));
	for (const rs of all)
		assert.deepStrictEqual([rs.status, rs.cut], [200, false]);
}

// What memcached answers to a line, up to its end; BUSY is one, too.
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

// How many products it holds: placeholders, and values.
async function held() {
	const sizes = (await memcached('lru_crawler metadump all')).split('\n')
		.filter((line) => /product.*good-/.test(line)).map((line) => Number(/size=(\d+)/.exec(line)[1]));
	return { empty: sizes.filter((n) => n < 150).length, values: sizes.filter((n) => n > 300).length };
}

// A change of price through the operator's command, while the loop goes on.
function change(handle, price) {
	const file = path.join(s.dir, 'prices.csv');
	fs.writeFileSync(file, csv({ [handle]: { ...goods[handle], price } }));
	return new Promise((done, fail) => child.execFile(path.join(build, 'kontor'),
		['--config', s.confFile, 'import', 'products', file], (e, out, err) => (e ? fail(new Error(out + err)) : done())));
}

// Where the price of the tea stands: its page and twin, cards on the home page, beside other goods and in a search.
const places = ['/en/p/tea', '/en/p/tea.json', '/en/', '/en/search?q=tea'];

both('64 clients on a product that is in no cache read it once', async (server) => {
	for (let round = 0; round < 3; round++) {
		await change('tea', PRICE(cents += 1)); // deletes it
		await until('the second delete, which kontor-jobs makes', async () =>
			s.number("SELECT COUNT(*) FROM outbox WHERE kind = 'cache'") === 0);
		const before = await fills();
		await crowd(server, '/en/p/tea');
		assert.strictEqual(await fills() - before, 1);
	}
});

both('64 clients on a product as it expires read it once', async (server) => {
	await change('tea', PRICE(cents += 1));
	await s.get(server, '/en/p/tea');
	await sleep(SOFT_S * 1000 + 600); // the soft expiry, and the life of the workers' own copies
	const before = await fills();
	await crowd(server, '/en/p/tea');
	assert.strictEqual(await fills() - before, 1);
});

both('64 clients while the product is deleted again and again read it once for each time', async (server) => {
	const before = await fills();
	const changes = 5;
	let stop = false, n = 0;
	const clients = Array.from({ length: CROWD }, async () => {
		for (; !stop; n++)
			assert.strictEqual((await s.get(server, '/en/p/tea')).status, 200);
	});
	try {
		for (let i = 0; i < changes; i++)
			await change('tea', PRICE(cents += 1));
	} finally {
		stop = true;
		await Promise.all(clients);
	}
	// Each change deletes the key at its commit and once more from the outbox; each soft expiry is one reading, too.
	const read = await fills() - before;
	assert.ok(read >= 1 && read <= 3 * changes + 10, `${read} readings for ${changes} changes and ${n} pages`);
});

both('after a price change is acknowledged, no worker shows the old price', async (server) => {
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
			await change('tea', now);
			acknowledged = process.hrtime.bigint();
			const later = () => shown.filter((r) => r.began > acknowledged);
			await until('the pages after it', () => places.every((target) =>
				later().filter((r) => r.target === target).length >= 12), 20000);
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

// Last: so many goods leave the others no place on the home page.
both('what many clients have asked for at once is stored as soon as the workers rest', async (server) => {
	await s.importGoods(Object.fromEntries(Array.from({ length: CROWD }, (x, i) => [`good-${i}`, { stock: 10 }])));
	for (let round = 0; round < 3; round++) {
		await memcached('flush_all');
		await sleep(600); // the life of the workers' own copies
		await Promise.all(Array.from({ length: CROWD }, (x, i) => s.get(server, `/en/p/good-${i}`)));
		let now;
		await until('all values', async () => {
			now = await held();
			return now.values === CROWD && now.empty === 0;
		}).catch((e) => { throw new Error(`${e.message}: ${JSON.stringify(now)}`); });
	}
});

run({
	before: async () => {
		s = await Shop.start({ goods, workers: 4, conf: {
			cache: { soft_s: SOFT_S, timeout_ms: 1000 }, web: { deadline_ms: 10000, grace_ms: 2000 },
		} });
	},
	after: () => s.stop(),
});
