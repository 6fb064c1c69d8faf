#!/usr/bin/env node
// Receipts: an order that the database loses is found with its buyer, no number is given twice after an older dump was
// loaded by hand, nothing of the later time is shown, and a full or lost folder of receipts stops ordering alone.
'use strict';
const assert = require('assert');
const child = require('child_process');
const fs = require('fs');
const path = require('path');
const { Buyer } = require('./buyer.js');
const { Shop } = require('./shop.js');
const { until } = require('./stack.js');
const { test, run } = require('./tap.js');

const NOTICE = /We cannot take orders for a moment/;
let s, dump;
const DEADLINE_MS = 1000, GRACE_MS = 500;

async function ready() {
	const b = new Buyer(s.origin('lighttpd'));
	await b.addToCart('/en/p/tea');
	await b.checkout('en');
	assert.match(b.page.text, /Order and pay/);
	b.order = b.form('/checkout/place', { terms: '1' });
	return b;
}
const place = (b) => b.send('POST', b.order.action, { body: b.order.body });
async function buy() {
	const b = await ready();
	const rs = await place(b);
	assert.strictEqual(rs.status, 303, rs.text);
	return b;
}
const numbers = () => s.sql('SELECT number FROM orders ORDER BY id').split('\n').filter(Boolean);
const receipts = (...args) => s.kontor('receipts', ...args);
const pipe = (command) => child.execSync(command, { shell: '/bin/sh' });
const client = (name) => `${name} --no-defaults -S ${s.services}/db.sock -u root`;

test('every order has a receipt, whose buyer root alone can read', async () => {
	for (let i = 0; i < 4; i++)
		await buy();
	const r = receipts('list', '--json'), all = JSON.parse(r.stdout).receipts;
	assert.strictEqual(r.status, 0, r.stderr);
	assert.deepStrictEqual(all.map((x) => x.number), numbers());
	assert.ok(all.every((x) => x.state === 'acknowledged' && x.buyer.startsWith('Ada Buyer, ') && x.currency === 'EUR'), r.stdout);
	assert.doesNotMatch(fs.readFileSync(path.join(s.dir, 'stats-receipts'), 'latin1'), /Ada/);
	assert.strictEqual(s.kontor('verify').status, 0);
	assert.strictEqual(receipts('compare').status, 0);
});
test('an older dump loaded by hand: prices of the later time are gone at once, though the identity came with it', async () => {
	dump = path.join(s.dir, 'dump.sql');
	pipe(`${client('mariadb-dump')} kontor >${dump}`);
	await s.importGoods('Goods', { tea: { stock: 1000, price: '77.00' } });
	await until('the new price', async () => (await s.get('lighttpd', '/en/p/tea')).text.includes('77.00'));
	for (let i = 0; i < 16; i++) // now it is cached
		await s.get('lighttpd', '/en/p/tea');
	const kept = numbers().length;
	for (let i = 0; i < 3; i++)
		await buy();
	s.later = numbers().slice(kept);
	await new Promise((done) => setTimeout(done, DEADLINE_MS + GRACE_MS)); // the window in which an id is not settled
	await until('a later beat', () => s.number('SELECT beat FROM shop_beat') > Number(/`shop_beat` VALUES\s*\(1,(\d+)/.exec(fs.readFileSync(dump, 'utf8'))[1]));
	pipe(`${client('mariadb')} kontor <${dump}`);
	await until('kontor-jobs to notice', () => s.log().some((line) => /prog=kontor-jobs .*event=database_older/.test(line)));
	for (let i = 0; i < 16; i++)
		assert.match((await s.get('lighttpd', '/en/p/tea')).text, /10\.00/);
});
test('then no number is given again: ordering stops on all hosts, and says why', async () => {
	const b = await ready(), before = numbers();
	for (let i = 0; i < 5; i++)
		assert.strictEqual((await place(b)).status, 503);
	assert.deepStrictEqual(numbers(), before);
	assert.ok(s.log().some((line) => /level=error .*event=database_older .*kontor receipts compare/.test(line)));
	await until('the notice', async () => NOTICE.test((await s.get('lighttpd', '/en/')).text));
	const r = s.kontor('resume');
	assert.strictEqual(r.status, 1);
	assert.match(r.stderr, /older than what was acknowledged: kontor receipts compare/);
	assert.strictEqual((await place(b)).status, 503);
	s.waiting = b;
});
test('kontor verify names each lost order with its time, total and buyer, but not in the journal', () => {
	const r = s.kontor('verify'), broken = r.stdout.split('\n').filter((line) => /acknowledged at/.test(line));
	assert.strictEqual(r.status, 1);
	assert.match(r.stdout, /^BROKEN +receipts /m);
	assert.strictEqual(broken.length, 3);
	s.later.forEach((number, i) => assert.match(broken[i],
		new RegExp(`order ${number}: acknowledged at 20..-..-.. ..:..:.. UTC, total \\d+\\.\\d\\d EUR, but not in the database; Ada Buyer, `)));
	const json = JSON.parse(s.kontor('verify', '--json').stdout).checks.find((c) => c.check === 'receipts');
	assert.strictEqual(json.holds, false);
	assert.strictEqual(json.breaches.length, 3);
	const out = fs.openSync(path.join(s.dir, 'journal'), 'w'), st = fs.fstatSync(out);
	child.spawnSync(path.join(process.env.top_builddir || 'build', 'kontor'), ['--config', s.confFile, 'verify'],
		{ stdio: ['ignore', out, out], env: { ...process.env, JOURNAL_STREAM: `${st.dev}:${st.ino}` } });
	fs.closeSync(out);
	assert.match(fs.readFileSync(path.join(s.dir, 'journal'), 'utf8'), /acknowledged at .*kontor receipts compare/);
	assert.doesNotMatch(fs.readFileSync(path.join(s.dir, 'journal'), 'utf8'), /Ada/);
});
test('kontor receipts compare changes nothing, and says how to go on; so do status and doctor', async () => {
	const control = () => s.sql('SELECT identity, paused FROM shop_control') + s.sql("SELECT auto_increment FROM information_schema.tables WHERE table_name = 'orders'");
	const before = control(), r = receipts('compare');
	assert.strictEqual(r.status, 1);
	for (const number of s.later)
		assert.match(r.stdout, new RegExp(`LOST .*${number} .*Ada Buyer, `));
	assert.match(r.stdout, /older than what was acknowledged.*kontor receipts compare --raise/);
	assert.strictEqual(JSON.parse(receipts('compare', '--json').stdout).older, true);
	assert.strictEqual(control(), before);
	assert.strictEqual((await place(s.waiting)).status, 503);
	const status = s.kontor('status');
	assert.strictEqual(status.status, 1);
	assert.match(status.stdout, /!! ORDERING IS STOPPED: .*\(kontor receipts compare\)/);
	assert.doesNotMatch(status.stdout, /kontor resume/);
	assert.match(s.kontor('doctor', 'ordering').stdout, /older than what was acknowledged/);
	assert.strictEqual(receipts('list', '--raise').status, 2);
});
test('kontor receipts compare --raise gives the next order a higher number, and orders are accepted again', async () => {
	const identity = s.sql('SELECT identity FROM shop_control');
	const r = receipts('compare', '--raise');
	assert.strictEqual(r.status, 1);
	assert.match(r.stdout, /orders are accepted again/);
	assert.strictEqual(s.number('SELECT paused FROM shop_control'), 0);
	assert.notStrictEqual(s.sql('SELECT identity FROM shop_control'), identity);
	await until('the order', async () => (await place(s.waiting)).status === 303);
	const digits = (number) => Number(/\d+/.exec(number)[0]);
	assert.ok(digits(numbers().pop()) > digits(s.later[2]), `${numbers().pop()} after ${s.later[2]}`);
	await until('no notice', async () => !NOTICE.test((await s.get('lighttpd', '/en/')).text));
	const again = receipts('compare', '--json');
	assert.strictEqual(again.status, 1);
	assert.strictEqual(JSON.parse(again.stdout).lost, 3);
});
test('accept closes known losses, and only losses', async () => {
	assert.strictEqual(receipts('accept', s.later[0]).status, 0);
	assert.strictEqual(receipts('accept', numbers()[0]).status, 1);
	assert.strictEqual(JSON.parse(receipts('compare', '--json').stdout).lost, 2);
	assert.strictEqual(receipts('accept').status, 2);
	assert.strictEqual(receipts('accept', '--all').status, 0);
	assert.strictEqual(receipts('compare').status, 0);
	const r = s.kontor('verify');
	assert.strictEqual(r.status, 0, r.stdout);
	assert.strictEqual(JSON.parse(receipts('list', '--json').stdout).receipts.filter((x) => x.state === 'accepted').length, 3);
});
test('the files of other hosts are collected and compared too', async () => {
	const other = path.join(s.dir, 'other-host');
	await buy();
	const last = numbers().pop();
	fs.renameSync(path.join(s.dir, 'stats-receipts'), other); // a folder put in the place of the one in use
	await buy();
	assert.strictEqual(receipts('collect', path.join(s.dir, 'stats-receipts')).status, 1);
	const r = receipts('collect', other);
	assert.strictEqual(r.status, 0, r.stderr);
	s.sql(`SET foreign_key_checks = 0; DELETE FROM orders WHERE number = '${last}'`);
	const lost = JSON.parse(receipts('compare', '--json').stdout);
	assert.strictEqual(lost.lost, 1);
	assert.strictEqual(lost.receipts[0].number, last);
	assert.strictEqual(receipts('accept', last).status, 0);
	assert.strictEqual(receipts('collect', other).status, 0);
	assert.strictEqual(receipts('compare').status, 0, 'collected again, it stays accepted');
	fs.writeFileSync(path.join(s.dir, 'no-file'), 'x'.repeat(100000));
	assert.strictEqual(receipts('collect', path.join(s.dir, 'no-file')).status, 1);
});
test('workers killed at any moment leave no receipt without an order', async () => {
	const jobs = Array.from({ length: 24 }, async () => {
		try {
			const b = await ready();
			await place(b);
		} catch (e) { /* its worker was killed */ }
	});
	let done = false;
	const all = Promise.all(jobs).then(() => { done = true; });
	while (!done) {
		const pids = s.workerPids();
		if (pids.length > 0)
			try { process.kill(pids[Math.floor(Math.random() * pids.length)], 'SIGKILL'); } catch (e) { /* gone */ }
		await new Promise((next) => setTimeout(next, 60));
	}
	await all;
	const r = receipts('compare', '--json');
	assert.strictEqual(r.status, 0, r.stdout + r.stderr);
	await until('the workers', () => s.workerPids().length === 4);
	await buy();
});
test('usage and help', () => {
	assert.strictEqual(receipts().status, 2);
	assert.strictEqual(receipts('nosuch').status, 2);
	assert.strictEqual(receipts('list', 'more').status, 2);
	assert.match(receipts('--help').stdout, /list \| compare \[--raise\] \| collect/);
});

run({
	before: async () => {
		s = await Shop.start({ goods: { tea: { stock: 1000, price: '10.00' } }, conf: { web: { deadline_ms: DEADLINE_MS, grace_ms: GRACE_MS } } });
	},
	after: () => s.stop(),
});
