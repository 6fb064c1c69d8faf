#!/usr/bin/env node
// The counters' file and the control file lost, replaced, or never made because their folder was full: pages are shown,
// no order is taken, a pause is never lost, and all heals without a restart.
'use strict';
const assert = require('assert');
const child = require('child_process');
const fs = require('fs');
const path = require('path');
const { Buyer } = require('./buyer.js');
const { Shop } = require('./shop.js');
const { until, build } = require('./stack.js');
const { test, run } = require('./tap.js');

// The folder is a small file system of its own, seen by this test's processes only.
if (process.env.KONTOR_OWN_MOUNTS !== '1') {
	const flags = process.getuid() === 0 ? '-m' : '-rm';
	if (child.spawnSync('unshare', [flags, 'true']).status !== 0) {
		console.log('1..0 # SKIP no mount namespace can be made here');
		process.exit(0);
	}
	process.exit(child.spawnSync('unshare', [flags, process.argv[0], __filename],
		{ stdio: 'inherit', env: { ...process.env, KONTOR_OWN_MOUNTS: '1' } }).status);
}

const NOTICE = /We cannot take orders for a moment/;
let s, state;

class FullShop extends Shop {
	async bringUp(conf) {
		state = path.join(this.dir, 'state');
		fs.mkdirSync(state);
		child.execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'none', state]);
		fill();
		await super.bringUp({ ...conf, paths: { stats_file: path.join(state, 'stats') } });
	}

	async stop() {
		child.spawnSync('umount', ['-l', state]);
		await super.stop();
	}
}

function fill() {
	const fd = fs.openSync(path.join(state, 'filler'), 'a');
	try {
		for (;;)
			fs.writeSync(fd, Buffer.alloc(4096));
	} catch (e) {
		assert.strictEqual(e.code, 'ENOSPC');
	} finally {
		fs.closeSync(fd);
	}
}
const makeRoom = () => fs.rmSync(path.join(state, 'filler'));
const files = (start) => fs.readdirSync(state).filter((name) => name.startsWith(start)).map((name) => path.join(state, name));
const orders = () => s.number('SELECT COUNT(*) FROM orders');

async function ready() {
	const b = new Buyer(s.origin('lighttpd'));
	await b.addToCart('/en/p/tea');
	await b.checkout('en');
	assert.match(b.page.text, /Order and pay/);
	b.order = b.form('/checkout/place', { terms: '1' });
	return b;
}
const place = (b) => b.send('POST', b.order.action, { body: b.order.body });

// As many tries as reach all workers.
async function refused(why) {
	const before = orders(), b = await ready();
	for (let i = 0; i < 8; i++) {
		const rs = await place(b);
		assert.strictEqual(rs.status, 503);
		assert.ok(s.logOf(rs.headers['x-request-id']).some((line) => why.test(line)),
			s.logOf(rs.headers['x-request-id']).join('\n'));
	}
	assert.strictEqual(orders(), before);
	assert.strictEqual((await s.get('lighttpd', '/en/p/tea')).status, 200);
}

async function taken() {
	const before = orders();
	for (let i = 0; i < 8; i++)
		assert.strictEqual((await place(await ready())).status, 303);
	assert.strictEqual(orders(), before + 8);
}

async function startJobs() {
	await until('the end of the one that found no room', () => s.jobs.gone);
	s.jobs = s.spawn('jobs', path.join(build, 'kontor-jobs'), ['--config', s.confFile]);
	await until('kontor-jobs', () => s.kontor('status').stdout.includes('1 kontor-jobs'));
}

test('workers that start while the folder is full show pages, say that no orders are taken, and take none', async () => {
	assert.match((await s.get('lighttpd', '/en/')).text, NOTICE);
	await refused(/no order is taken: .*stats/);
	const r = s.kontor('pause');
	assert.strictEqual(r.status, 1);
	assert.match(r.stderr, /stats-control: no room/);
});
test('as soon as there is room they take orders, without a restart', async () => {
	makeRoom();
	await taken();
	await startJobs();
	assert.doesNotMatch((await s.get('lighttpd', '/en/')).text, NOTICE);
});
test('a pause holds for workers whose file is deleted, and for the file that is made instead', async () => {
	assert.strictEqual(s.kontor('pause').status, 0);
	for (const file of files('stats'))
		fs.rmSync(file);
	await refused(/ordering is paused/);
	await until('a new file', () => s.kontor('status').stdout.includes('ORDERING IS PAUSED'));
	assert.strictEqual(s.kontor('resume').status, 0);
	await taken();
	assert.doesNotMatch(s.kontor('status').stdout, /PAUSED/);
});
test('no order is taken while the counters\' file is lost and there is no room for another', async () => {
	for (const file of files('stats.'))
		fs.rmSync(file);
	fill();
	await refused(/no order is taken: .*stats\.[0-9a-f]+/);
	makeRoom();
	await taken();
});
test('no order is taken while the control file is lost and there is no room for another', async () => {
	fs.rmSync(path.join(state, 'stats-control'));
	fill();
	await refused(/no order is taken: .*stats-control/);
	makeRoom();
	await taken();
});
test('a control file that was put in the place of the one in use is the one that counts', async () => {
	assert.strictEqual(s.kontor('pause').status, 0);
	const file = path.join(state, 'stats-control');
	fs.copyFileSync(file, `${file}.copy`);
	assert.strictEqual(s.kontor('resume').status, 0);
	await taken();
	s.kontor('pause');
	fs.renameSync(`${file}.copy`, file);
	await refused(/ordering is paused/);
	assert.strictEqual(s.kontor('resume').status, 0);
	await taken();
});

run({
	before: async () => {
		s = await FullShop.start({ goods: { tea: { stock: 10000 } }, conf: { web: { deadline_ms: 3000, grace_ms: 2000 } } });
	},
	after: () => s.stop(),
});
