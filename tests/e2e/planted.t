#!/usr/bin/env node
// Values planted in memcached, as by somebody who reaches it: changed ones, those of another key or class, and plain
// text, in each class of cached values. Pages through the web servers never show them, and count them.
'use strict';
const { deepStrictEqual: same, ok, strictEqual: equal } = require('assert');
const net = require('net');
const path = require('path');
const { Buyer } = require('./buyer.js');
const { Shop } = require('./shop.js');
const { until } = require('./stack.js');
const { test, run } = require('./tap.js');

const CLASSES = ['card', 'product', 'category', 'list', 'menu', 'way', 'order', 'session', 'search'];
const MARK = 'planted-7c1e';
let s, order, buyer;

// One command to memcached; resolves to the bytes up to `end`.
function memcached(command, end) {
	return new Promise((done, fail) => {
		const parts = [], to = net.connect(path.join(s.services, 'mc.sock'), () => to.write(command));
		to.on('error', fail);
		to.on('data', (part) => {
			parts.push(part);
			const all = Buffer.concat(parts);
			if (all.subarray(-end.length).toString('latin1') === end) {
				to.destroy();
				done(all);
			}
		});
	});
}

// Of values; "!CAS!KEY" is the lock of a worker that renews one.
async function keys() {
	const list = (await memcached('lru_crawler metadump all\r\n', 'END\r\n')).toString('latin1');
	return [...list.matchAll(/^key=(\S+)/gm)].map((m) => decodeURIComponent(m[1])).filter((key) => !key.startsWith('!'));
}

async function valueOf(key) {
	const all = await memcached(`get ${key}\r\n`, 'END\r\n'), from = all.indexOf('\r\n') + 2;
	return from < 7 ? null : all.subarray(from, from + Number(/ (\d+)\r\n/.exec(all.toString('latin1'))[1]));
}

async function plant(key, value) {
	const said = await memcached(Buffer.concat([Buffer.from(`set ${key} 0 600 ${value.length}\r\n`), value, Buffer.from('\r\n')]), '\r\n');
	equal(said.toString(), 'STORED\r\n');
}

const classOf = (key) => key.split(':')[2];
const changed = (value, at) => { const out = Buffer.from(value); out[at] ^= 1; return out; };

// The pages that read all classes, as visitors see them, without what is new in each answer.
async function look(server) {
	const pages = [];
	for (const target of ['/en/', '/en/p/planted-tea', '/en/c/planted', '/en/search?q=planted', order])
		pages.push(await s.get(server, target));
	pages.push(await new Promise((done, fail) => buyer.send('GET', '/en/p/planted-pot').then(done, fail)));
	same(pages.map((rs) => rs.status), pages.map(() => 200));
	return pages.map((rs) => rs.text);
}

const refused = () => s.total('cache_corrupt_total');
const ways = {
	'a changed value': (own) => [1, 9, 17, 25, 40, own.length - 1].map((at) => changed(own, Math.min(at, own.length - 1))),
	'a value of another key': (own, kin) => kin,
	'a value of another class': (own, kin, others) => others.slice(0, 3),
	'plain text': () => [Buffer.from(`<script>${MARK}</script>`), Buffer.from(MARK.repeat(50))],
};

for (const cls of CLASSES)
	for (const [how, make] of Object.entries(ways))
		test(`${cls}: ${how} is never shown, and counted`, async () => {
			const server = how === 'plain text' ? 'apache' : 'lighttpd';
			const before = await look(server);
			const values = new Map(), all = [];
			let own = [];
			await until(`a value of the class ${cls} in memcached`, async () => {
				await look(server);
				values.clear();
				for (const key of await keys()) {
					const value = await valueOf(key);
					if (value !== null)
						values.set(key, value);
				}
				own = [...values.keys()].filter((key) => classOf(key) === cls);
				return own.length > 0;
			});
			all.push(...values.keys());
			const kin = own.map((key) => values.get(key)), others = all.filter((key) => classOf(key) !== cls).map((key) => values.get(key));
			if (how === 'a value of another key' && own.length < 2)
				kin.splice(0, 1, values.get(all.find((key) => classOf(key) !== cls)));
			const rounds = Math.max(...own.map((key) => make(values.get(key), kin.filter((v) => v !== values.get(key)), others).length));
			ok(rounds > 0);
			for (let i = 0; i < Math.min(rounds, 6); i++) {
				const count = await refused(), planted = new Map();
				for (const key of own) {
					const choice = make(values.get(key), kin.filter((v) => v !== values.get(key)), others);
					planted.set(key, choice[i % choice.length]);
				}
				// A worker may know the value for a moment, and kontor-jobs may delete it just now.
				await until(`${cls}, ${how}: it is counted`, async () => {
					for (const [key, value] of planted)
						await plant(key, value);
					const pages = await look(server);
					same(pages, before, `${cls}, ${how}: the pages are as before`);
					ok(!pages.some((text) => text.includes(MARK)));
					return await refused() > count;
				});
			}
		});

run({
	before: async () => {
		s = await Shop.start({ goods: {}, conf: { cache: { l1_bytes: 0, timeout_ms: 2000, soft_s: 3600 } } });
		await s.importGoods('Planted', { 'planted-tea': { stock: 50 }, 'planted-pot': { stock: 50 }, 'planted-cup': { stock: 50 } });
		buyer = new Buyer(s.origin('lighttpd'));
		await buyer.addToCart('/en/p/planted-tea');
		await buyer.checkout('en');
		order = (await buyer.submit('/checkout/place', { terms: '1' })).target;
		await buyer.addToCart('/en/p/planted-cup');
		await until('the pages to be at rest', async () => JSON.stringify(await look('lighttpd')) === JSON.stringify(await look('apache')));
	},
	after: () => s.stop(),
});
