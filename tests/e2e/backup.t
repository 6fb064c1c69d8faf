#!/usr/bin/env node
// Backups and restores while buyers order through both web servers: every acknowledged order is complete, and is in the
// shop or in a backup, and after a restore no page shows old values.
'use strict';
const assert = require('assert');
const child = require('child_process');
const fs = require('fs');
const http = require('http');
const path = require('path');
const zlib = require('zlib');
const { Buyer } = require('./buyer.js');
const { Shop } = require('./shop.js');
const { until, build, src } = require('./stack.js');
const { test, run } = require('./tap.js');

const servers = ['lighttpd', 'apache'];
const GOODS = 3, BUYERS = 6;
const PICTURES = ['ab/abababababababababababababababab-thumb.webp', 'cd/cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd-page.webp'];
const NOTICE = /We cannot take orders for a moment/;
let s, backups, nBuyers = 0, placed = [];

const buyer = (server) => new Buyer(s.origin(server), { agent: new http.Agent({ keepAlive: false }) });
const picture = (name) => `RIFF\x44\0\0\0WEBPVP8L\x38\0\0\0\x2f\0\0\0\0${name}`; // as far as its head shows
const media = (name) => path.join(s.dir, 'media', name);

// Runs the tool without blocking the buyers, as the shop's own kontor() would.
function kontor(...args) {
	return new Promise((done) => {
		child.execFile(path.join(build, 'kontor'), ['--config', s.confFile, ...args], (e, stdout, stderr) =>
			done({ status: e ? e.code : 0, stdout, stderr, text: stdout + stderr }));
	});
}

async function backup(...options) {
	const began = Date.now();
	const rs = await kontor('backup', backups, '--migrations', path.join(src, 'etc', 'sql'), ...options);
	assert.strictEqual(rs.status, 0, rs.text);
	return { began, dir: /^made: (.*)$/m.exec(rs.stdout)[1] };
}

async function restore(dir, ...options) {
	const rs = await kontor('restore', dir, '--yes', '--migrations', path.join(src, 'etc', 'sql'), ...options);
	assert.strictEqual(rs.status, 0, rs.text);
	return rs;
}

// Orders that were acknowledged but are not in the database: verify names them until they are accepted as lost.
async function lostOrders() {
	const lost = JSON.parse((await kontor('receipts', 'compare', '--json')).stdout).receipts.map((r) => r.number);
	assert.strictEqual((await kontor('verify')).status, lost.length === 0 ? 0 : 1);
	assert.strictEqual((await kontor('receipts', 'accept', '--all')).status, 0);
	return lost;
}

// Places one order with an address of its own. The number is null if the order's page failed.
async function order(server, i) {
	const b = buyer(server), quantity = 1 + i % 3, email = `buyer-${nBuyers++}@example.org`;
	await b.addToCart(`/en/p/tea-${i % GOODS}`, { quantity: String(quantity) });
	await b.checkout('en', { email });
	const form = b.form('/checkout/place', { terms: '1' });
	const rs = await b.send('POST', form.action, { body: form.body });
	if (rs.status !== 303)
		throw new Error(`placing an order ended with ${rs.status}`);
	const at = Date.now(), page = await b.send('GET', new URL(rs.headers.location, b.origin).pathname);
	const number = /<h1[^>]*>Order (?:<bdi[^>]*>)?(K-\d+)</.exec(page.text);
	return { at, quantity, email, number: number && number[1] };
}

// Buyers place orders while `work` runs. `mayFail`: the shop is closed for part of the time.
async function whileOrdering(work, mayFail = false) {
	const got = [], failed = [];
	let stop = false, n = 0;
	const client = async (server) => {
		while (!stop)
			try {
				got.push(await order(server, n++));
			} catch (e) {
				failed.push(e.message);
			}
	};
	const clients = Array.from({ length: BUYERS }, (x, i) => client(servers[i % 2]));
	try {
		await until('the first orders', () => got.length >= BUYERS || failed.length > 0);
		await work(got);
	} finally {
		stop = true;
		await Promise.all(clients);
	}
	if (!mayFail)
		assert.deepStrictEqual(failed, []);
	return got;
}

const rows = (sql) => child.execFileSync('mariadb', ['--no-defaults', '-S', `${s.services}/db.sock`, '-u', 'root', '-N', '-B',
	'-e', sql, 'kontor']).toString().trim().split('\n').filter((line) => line !== '').map((line) => line.split('\t'));

function booksAreRight() {
	const rs = s.kontor('verify');
	assert.strictEqual(rs.status, 0, rs.stdout + rs.stderr);
}

// Checks that every order in the database has all its rows, and returns number -> quantity.
function wholeOrders() {
	const all = new Map();
	for (const [number, total, quantity, lines, addresses, taxes, events, ledger, moved] of rows(`SELECT o.number, o.total_minor,
		(SELECT SUM(qty) FROM order_line WHERE order_id = o.id), (SELECT COUNT(*) FROM order_line WHERE order_id = o.id),
		(SELECT COUNT(*) FROM order_address WHERE order_id = o.id), (SELECT COUNT(*) FROM order_tax WHERE order_id = o.id),
		(SELECT COUNT(*) FROM order_event WHERE order_id = o.id),
		(SELECT SUM(l.debit_minor) FROM ledger_entry e JOIN ledger_line l ON l.entry_id = e.id WHERE e.order_id = o.id),
		(SELECT -SUM(qty) FROM stock_movement WHERE order_id = o.id) FROM orders o`)) {
		assert.deepStrictEqual([lines, addresses, taxes, events, ledger, moved], ['1', '1', '1', '3', total, quantity], number);
		all.set(number, Number(quantity));
	}
	return all;
}

// Drops all tables, as an accident would.
function dropEverything() {
	const names = rows(`SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()
		AND table_type = 'BASE TABLE'`).flat();
	rows(`SET foreign_key_checks = 0; DROP TABLE ${names.join(', ')}`);
}

test('backups while buyers order: a lost shop comes back with every order acknowledged before the last one began', async () => {
	const made = [];
	placed = await whileOrdering(async (got) => {
		for (let i = 0; i < 3; i++) {
			const before = got.length;
			made.push(await backup('--keep', '2'));
			await until('orders meanwhile', () => got.length > before);
		}
		const before = got.length;
		await until('orders afterwards', () => got.length > before + 3);
	});
	assert.deepStrictEqual(fs.readdirSync(backups).sort(), made.slice(1).map((m) => path.basename(m.dir)), 'two are kept');
	assert.strictEqual(wholeOrders().size, placed.length, 'all that were acknowledged are there before the accident');

	dropEverything();
	fs.rmSync(path.join(s.dir, 'media'), { recursive: true });
	await restore(made[2].dir);
	const lost = await lostOrders();
	booksAreRight();
	const there = wholeOrders(), early = placed.filter((o) => o.at < made[2].began), late = placed.filter((o) => o.at >= made[2].began);
	assert.ok(early.length > BUYERS && late.length > 3, `${early.length} orders before, ${late.length} after`);
	for (const o of early)
		assert.strictEqual(there.get(o.number), o.quantity, `${o.number}, acknowledged before the backup began`);
	for (const o of late)
		assert.ok([undefined, o.quantity].includes(there.get(o.number)), `${o.number}, acknowledged later`);
	assert.deepStrictEqual(lost.sort(), placed.map((o) => o.number).filter((n) => !there.has(n)).sort(), 'the receipts name the others');
	assert.ok(there.size < placed.length, 'the last orders were not in the backup: else this proves little');
	for (const name of PICTURES)
		assert.strictEqual(fs.readFileSync(media(name), 'latin1'), picture(name), 'the picture is back');
});

servers.forEach((server) => test(`${server}: after the restore the shop is open and takes orders`, async () => {
	await until('the page without the notice', async () => !NOTICE.test((await s.get(server, '/en/')).text));
	await until('an order', () => order(server, 0).catch(() => false));
	booksAreRight();
}));

test('a restore into the running shop: each order acknowledged meanwhile is in the shop or in the safety backup', async () => {
	const { dir } = await backup();
	const there = wholeOrders();
	await s.importGoods('Goods', { 'tea-0': { title: 'Tea at a new price', price: '99.00', stock: 100000 } });
	for (const server of servers)
		for (let i = 0; i < 4; i++)
			assert.match((await s.get(server, '/en/p/tea-0')).text, /99\.00/);
	let rs;
	const during = await whileOrdering(async (got) => {
		rs = await restore(dir);
		const before = got.length;
		await until('orders after the restore', () => got.length > before + BUYERS);
	}, true);
	const safety = zlib.gunzipSync(fs.readFileSync(path.join(/^safety backup: (.*)$/m.exec(rs.stdout)[1], 'database.sql.gz'))).toString();
	const now = wholeOrders(), emails = new Set(rows('SELECT email FROM orders').flat());
	const numbers = during.map((o) => o.number).filter((number) => number !== null);
	let saved = 0;
	for (const o of during) {
		assert.ok(emails.has(o.email) || safety.includes(`'${o.email}'`), `${o.number} of ${o.email} is nowhere`);
		saved += !emails.has(o.email);
	}
	assert.ok(saved > 0 && saved < during.length, `${saved} of ${during.length} were placed before the pause`);
	assert.strictEqual(new Set(numbers).size, numbers.length, 'no number was given twice');
	assert.deepStrictEqual(numbers.filter((number) => there.has(number)), [], 'nor one of the backup');
	for (const number of there.keys())
		assert.ok(now.has(number), `${number} was in the backup`);
	assert.strictEqual((await lostOrders()).length, saved, 'the receipts name those in the safety backup alone');
	booksAreRight();
	for (const server of servers)
		for (let i = 0; i < 8; i++)
			assert.match((await s.get(server, '/en/p/tea-0')).text, /10\.00/, 'what is shown is what was restored');
});

// Locks every stock row, as another buyer's slow order would.
function holdStock() {
	const p = child.spawn('mariadb', ['--no-defaults', '-S', `${s.services}/db.sock`, '-u', 'root', '-n', 'kontor'],
		{ stdio: ['pipe', 'pipe', 'inherit'] });
	const held = new Promise((done) => p.stdout.once('data', done));
	p.stdin.write('BEGIN; SELECT variant_id FROM stock FOR UPDATE;\n');
	return { held, release: () => p.stdin.end('ROLLBACK;\n') };
}

test('an order that is being placed as the pause begins is waited for, and is in the safety backup', async () => {
	const { dir } = await backup(), b = buyer('lighttpd');
	await b.addToCart('/en/p/tea-1');
	await b.checkout('en');
	const form = b.form('/checkout/place', { terms: '1' }), hold = holdStock();
	await hold.held;
	const answer = b.send('POST', form.action, { body: form.body });
	await until('the order to wait for the stock', () =>
		rows("SELECT 1 FROM information_schema.processlist WHERE state = 'Updating' AND info LIKE 'UPDATE stock%'").length === 1);
	const safeties = () => fs.readdirSync(backups).filter((name) => name.includes('before') && !name.endsWith('.part')).length;
	const restored = restore(dir, '--no-check'), began = Date.now(), before = safeties();
	await until('the pause to wait for the order', () =>
		rows("SELECT 1 FROM information_schema.processlist WHERE info LIKE 'UPDATE shop_control%'").length === 1);
	// without the wait for the order, the safety backup would appear within a second; with it, it does not
	await until('a moment', () => Date.now() - began > 1000 || safeties() > before);
	hold.release();
	const rs = await answer, safety = /^safety backup: (.*)$/m.exec((await restored).stdout)[1];
	assert.strictEqual(rs.status, 303, rs.text);
	const saved = /^rows (\d+) orders$/m.exec(fs.readFileSync(path.join(safety, 'MANIFEST'), 'utf8'))[1];
	assert.strictEqual(Number(saved), wholeOrders().size + 1, 'the order that was waited for is saved');
	assert.strictEqual((await lostOrders()).length, 1);
	booksAreRight();
});

run({
	before: async () => {
		const goods = {};
		for (let i = 0; i < GOODS; i++)
			goods[`tea-${i}`] = { stock: 100000, price: '10.00' };
		s = await Shop.start({ goods, conf: { cache: { soft_s: 3600 }, web: { deadline_ms: 4000, grace_ms: 2000 } } });
		backups = path.join(s.dir, 'backups');
		fs.mkdirSync(backups);
		for (const name of PICTURES) {
			fs.mkdirSync(path.dirname(media(name)));
			fs.writeFileSync(media(name), picture(name));
		}
	},
	after: () => s.stop(),
});
