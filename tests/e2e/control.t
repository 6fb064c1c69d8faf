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
const { until, src, build } = require('./stack.js');
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
		child.execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'none', state]);
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

// Tries often enough to reach all workers.
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
	await until('kontor-jobs', () => s.kontor('status').stdout.includes('2 kontor-jobs'));
}

test('workers that start while the folder is full show pages, say that no orders are taken, and take none', async () => {
	assert.match((await s.get('lighttpd', '/en/')).text, NOTICE);
	await refused(/no order is taken: .*stats/);
	const r = s.kontor('pause');
	assert.strictEqual(r.status, 1);
	assert.match(r.stdout, /paused on all hosts/);
	assert.match(r.stderr, /stats-control: no room/);
	await refused(/no order is taken: .*stats/);
	assert.strictEqual(s.kontor('resume').status, 1);
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
	await refused(/ordering is paused|stats-receipts was replaced/);
	await until('a new file', () => s.kontor('status').stdout.includes('ORDERING IS PAUSED'));
	assert.strictEqual(s.kontor('resume').status, 0);
	await until('workers with the new files', async () => (await place(await ready())).status === 303);
	await taken();
	assert.doesNotMatch(s.kontor('status').stdout, /PAUSED/);
});
// No room becomes free meanwhile: the lost files are kept, and no process has a deleted one open.
async function lost(names, why) {
	await until('all to have the files', () => JSON.parse(s.kontor('pause', '--json').stdout).workers.length === 4
		&& s.kontor('resume').status === 0 && s.kontor('status').stdout.includes('2 kontor-jobs'));
	fill();
	for (const file of names)
		fs.renameSync(file, path.join(state, `lost-${path.basename(file)}`));
	await refused(why);
	makeRoom();
	await taken();
}
test('no order is taken while the counters\' file is lost and there is no room for another', () =>
	lost(files('stats.'), /no order is taken: .*stats\.[0-9a-f]+/));
test('no order is taken while the control file is lost and there is no room for another', () =>
	lost(files('stats-control'), /no order is taken: .*stats-control/));
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

// Another host: the same database, files of its own.
function otherHost() {
	const conf = path.join(s.dir, 'other.conf');
	fs.mkdirSync(path.join(s.dir, 'other'), { recursive: true });
	fs.writeFileSync(conf, fs.readFileSync(s.confFile, 'utf8').replace(/^stats_file = .*$/m, `stats_file = ${s.dir}/other/stats`));
	return (...args) => child.spawnSync(path.join(build, 'kontor'), ['--config', conf, ...args], { encoding: 'utf8' });
}

test('a pause said on another host holds here, is shown here, and is ended here', async () => {
	const other = otherHost();
	assert.strictEqual(other('pause').status, 0);
	await refused(/ordering is paused on all hosts/);
	await until('the notice', async () => NOTICE.test((await s.get('lighttpd', '/en/')).text));
	assert.match(s.kontor('status').stdout, /ORDERING IS PAUSED \(/);
	assert.strictEqual(s.kontor('resume').status, 0);
	await taken();
	assert.doesNotMatch((await s.get('lighttpd', '/en/')).text, NOTICE);
});
test('kontor pause lists the workers that obey', async () => {
	await until('all workers to have joined', async () => {
		await Promise.all(Array.from({ length: 32 }, () => s.get('lighttpd', '/en/search?q=tea')));
		return s.kontor('status').stdout.includes('4 of 4 workers alive');
	});
	const r = s.kontor('pause', '--json'), said = JSON.parse(r.stdout);
	assert.strictEqual(r.status, 0);
	assert.strictEqual(said.all_hosts, true);
	assert.strictEqual(said.workers.length, 4);
	assert.ok(said.workers.every((w) => w.obeys && s.workerPids().includes(w.pid)), r.stdout);
	assert.strictEqual(s.kontor('resume').status, 0);
});
test('a pause waits for orders that are being placed, which share the row', async () => {
	const end = await s.holding('SELECT paused FROM shop_control WHERE id = 1 LOCK IN SHARE MODE');
	const pause = child.spawn(path.join(build, 'kontor'), ['--config', s.confFile, 'pause'], { stdio: 'ignore' });
	let status = null;
	const ended = new Promise((done) => pause.on('exit', (n) => done(status = n)));
	await until('the pause to wait', () => s.number("SELECT COUNT(*) FROM information_schema.processlist"
		+ " WHERE info LIKE 'UPDATE shop_control%'") === 1);
	assert.strictEqual(status, null);
	await end();
	assert.strictEqual(await ended, 0);
	assert.strictEqual(s.kontor('resume').status, 0);
});
test('no order is placed while the row is being changed, and it reads what that left', async () => {
	const b = await ready(), before = orders();
	const end = await s.holding('UPDATE shop_control SET paused = 1 WHERE id = 1');
	assert.strictEqual((await place(b)).status, 503);
	assert.strictEqual(orders(), before);
	await end();
	await until('the order', async () => (await place(b)).status === 303);
	assert.strictEqual(orders(), before + 1);
});
test('a pause said while the database is down holds on this host, and on all as soon as it is back', async () => {
	s.service('db-kill');
	const r = s.kontor('pause');
	assert.strictEqual(r.status, 1);
	assert.match(r.stdout, /ON THIS HOST ONLY/);
	assert.match(s.kontor('status').stdout, /PAUSED ON THIS HOST ONLY/);
	s.service('db-start');
	await until('the row', () => s.number('SELECT paused FROM shop_control') === 1);
	await until('this host to leave it to the row', () => /PAUSED \(/.test(s.kontor('status').stdout));
	await until('the database to be used again', async () => (await s.get('lighttpd', '/readyz')).status === 200);
	await refused(/ordering is paused on all hosts/);
	assert.strictEqual(otherHost()('resume').status, 0);
	await until('the notice to go', async () => !NOTICE.test((await s.get('lighttpd', '/en/')).text));
	await taken();
});
test('without the row no order is taken, and kontor migrate makes it', async () => {
	const migrate = () => assert.strictEqual(s.kontor('migrate', '--dir', path.join(src, 'etc', 'sql'), '--no-grants').status, 0);
	s.sql('DROP TABLE shop_control');
	await refused(/shop_control.*kontor migrate/);
	migrate();
	await until('the statement to be prepared again', async () => (await place(await ready())).status === 303);
	s.sql('DELETE FROM shop_control');
	await refused(/shop_control.*kontor migrate/);
	migrate();
	await until('orders', async () => (await place(await ready())).status === 303);
});

run({
	before: async () => {
		s = await FullShop.start({ goods: { tea: { stock: 10000 } }, conf: { web: { deadline_ms: 3000, grace_ms: 2000 } } });
	},
	after: () => s.stop(),
});
