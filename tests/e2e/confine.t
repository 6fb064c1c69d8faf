#!/usr/bin/env node
// Workers and kontor-jobs are confined while they serve: what they gave up is refused, counted and logged, and all that
// they need later still works: reconnecting by name, a new password, a rotated log, a reload, ending a stuck worker.
'use strict';
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const { Buyer } = require('./buyer.js');
const { Shop } = require('./shop.js');
const { until, children, freePort, isWorker, program, connects } = require('./stack.js');
const { test, run } = require('./tap.js');

let s, dbPort, mcPort, password;
const HOST = 'Localhost'; // with a small letter the database's client takes the socket
const COUNTED = ['execve', 'ptrace', 'mount', 'kill', 'socket', 'mprotect'].length; // fork: by the kernel's log only
const landlock = /landlock/.test(fs.existsSync('/sys/kernel/security/lsm') ? fs.readFileSync('/sys/kernel/security/lsm', 'latin1') : 'landlock');
// What the workers may write is in a folder of its own, as in an installation.
class ConfinedShop extends Shop {
	async bringUp(conf) {
		fs.mkdirSync(path.join(this.dir, 'state'));
		await super.bringUp(conf);
	}

	writeConf(conf) {
		super.writeConf({ ...conf, paths: { stats_file: path.join(this.dir, 'state', 'stats'), ...conf.paths } });
	}
}
const status = () => JSON.parse(s.kontor('status', '--json').stdout);
const processes = () => status().backends.flatMap((b) => b.workers).filter((w) => w.alive);
const page = async (fault = '') => s.get('lighttpd', `/en/p/tea?x=${Math.random()}${fault}`);
const page200 = async () => assert.strictEqual((await page()).status, 200);

async function reload() {
	const before = s.backends.flatMap((b) => children(b.pid).filter(isWorker));
	for (const b of s.backends)
		process.kill(b.pid, 'SIGUSR2');
	await until('new workers', () => {
		const now = s.backends.flatMap((b) => children(b.pid).filter(isWorker));
		return now.length === 4 && !now.some((pid) => before.includes(pid)) && processes().length === 6;
	});
}

function setPassword() {
	password = `pw${Math.random()}`;
	fs.writeFileSync(path.join(s.dir, 'password.new'), `${password}\n`);
	s.sql(`ALTER USER 'kontor_web'@'%' IDENTIFIED BY '${password}'`);
	fs.renameSync(path.join(s.dir, 'password.new'), path.join(s.dir, 'password'));
}

test('status says of every process how it is confined', async () => {
	await until('all processes', () => processes().length === 6);
	for (const p of processes()) {
		assert.strictEqual(p.seccomp, true);
		assert.strictEqual(p.landlock, landlock);
		assert.match(fs.readFileSync(`/proc/${p.pid}/status`, 'latin1'), /NoNewPrivs:\s1\nSeccomp:\s2/);
	}
	assert.match(s.kontor('status').stdout, /confined: 6 of 6 processes by seccomp/);
});
test('programs, processes, traces, mounts, signals to others and new code are refused, counted and logged', async () => {
	const before = status().counters.calls_refused;
	const rs = await page('&X-Kontor-Fault=calls');
	assert.strictEqual(rs.status, 200);
	assert.strictEqual(status().counters.calls_refused, before + COUNTED);
	assert.strictEqual(s.logOf(rs.headers['x-request-id']).filter((line) => line.includes('event=call_refused')).length, COUNTED);
	assert.strictEqual((await page('&X-Kontor-Fault=calls')).status, 200);
	await page200();
});
test('files outside of its folders are refused', async () => {
	if (landlock)
		assert.strictEqual((await page('&X-Kontor-Fault=files')).status, 200);
	assert.ok(!fs.existsSync(path.join(s.dir, 'media', 'planted')));
});
test('doctor says nothing of confined processes', () => {
	assert.strictEqual(s.kontor('doctor', 'confined').status, 0);
	if (landlock)
		assert.doesNotMatch(s.kontor('doctor', 'confined').stdout, /not confined/);
});
test('after a reload workers reach database and memcached by a host name, with a password', async () => {
	for (const account of ['web', 'jobs', 'tool', 'backup'])
		s.sql(`RENAME USER 'kontor_${account}'@'localhost' TO 'kontor_${account}'@'%'`);
	setPassword();
	s.writeConf({ db: { host: HOST, port: dbPort, name: 'kontor', password_file: path.join(s.dir, 'password') },
		cache: { socket: `${HOST}:${mcPort}` }, paths: { override_dir: path.join(s.dir, 'templates') } });
	fs.mkdirSync(path.join(s.dir, 'templates'));
	fs.writeFileSync(path.join(s.dir, 'templates', 'product.mustache'), '<!doctype html><title>Mine</title>{{page.title}}');
	await reload();
	for (let i = 0; i < 8; i++) {
		const rs = await page();
		assert.strictEqual(rs.status, 200, s.logOf(rs.headers['x-request-id']).join('\n'));
		assert.match(rs.text, /<title>Mine/);
	}
	assert.ok(status().counters.cache_exchanges > 0);
});
test('confined workers reconnect by name, and with a password that was changed meanwhile', async () => {
	for (let i = 0; i < 3; i++) {
		setPassword();
		s.sql("SELECT CONCAT('KILL ', id, ';') FROM information_schema.processlist WHERE user = 'kontor_web'").split('\n')
			.filter(Boolean).forEach((kill) => s.sql(kill));
		await until('a connection with the new password', async () =>
			(await s.get('lighttpd', '/en/cart')).status === 200 && (await page()).status === 200);
	}
	s.mc.kill('SIGKILL');
	await until('the end of memcached', () => s.mc.gone);
	await startMemcached();
	const before = status().counters.cache_exchanges;
	await until('exchanges with memcached', async () => { await page200(); return status().counters.cache_exchanges > before + 8; });
});
test('a log that is rotated by copying and cutting is continued', async () => {
	const file = path.join(s.dir, 'log', 'kontor.log');
	fs.truncateSync(file, 0);
	const rs = await page('&X-Kontor-Fault=bug');
	assert.strictEqual(rs.status, 500);
	assert.ok(s.logOf(rs.headers['x-request-id']).length > 0);
});
test('kontor-jobs, confined, ends a worker that was stopped', async () => {
	const before = status().counters.killed_stuck;
	assert.ok((await page('&X-Kontor-Fault=stop')).status >= 500);
	await until('the end of the stopped worker', () => status().counters.killed_stuck > before);
	await until('its replacement', () => processes().length === 6);
});
test('when the folder of the counters is replaced, workers and kontor-jobs are replaced too, and orders go on', async () => {
	const old = s.workerPids().filter(isWorker), state = path.join(s.dir, 'state'), b = new Buyer(s.origin('lighttpd'));
	const tea = s.number("SELECT id FROM product WHERE handle = 'tea'"); // the page has no form: see above
	assert.strictEqual((await b.send('POST', '/en/cart/add', { body: `product=${tea}&quantity=1` })).status, 303);
	fs.renameSync(state, `${state}.old`);
	fs.mkdirSync(state);
	await until('workers of the new folder', () => {
		const now = s.workerPids().filter(isWorker);
		return now.length === 4 && !now.some((pid) => old.includes(pid)) && processes().filter((p) => now.includes(p.pid)).length === 4;
	});
	if (landlock)
		assert.ok(s.log().some((line) => /event=state_replaced/.test(line)));
	await b.checkout('en');
	const order = b.form('/checkout/place', { terms: '1' });
	assert.strictEqual((await b.send('POST', order.action, { body: order.body })).status, 303);
	if (landlock) { // systemd starts it again
		await until('the end of kontor-jobs', () => s.jobs.gone);
		s.startJobs();
	}
	await until('all processes', () => processes().length === 6);
});
test('nothing that was needed was refused', () => {
	const log = fs.readFileSync(path.join(s.dir, 'log', 'kontor.log'), 'utf8');
	assert.deepStrictEqual(log.split('\n').filter((line) => line.includes('event=call_refused')), []);
	assert.doesNotMatch(log, /event=not_confined/);
});
test('with web.confine off nothing is confined, and the log, status and doctor say so', async () => {
	s.writeConf({ db: { host: HOST, port: dbPort, name: 'kontor', password_file: path.join(s.dir, 'password') },
		cache: { socket: '' }, web: { confine: 'no' } });
	await reload();
	assert.match(s.kontor('status').stdout, /confined: 2 of 6 processes by seccomp/);
	assert.strictEqual((await page('&X-Kontor-Fault=files')).status, 500);
	assert.match(fs.readFileSync(path.join(s.dir, 'log', 'kontor.log'), 'utf8'), /event=not_confined msg="web.confine is off"/);
	assert.match(s.kontor('doctor', 'confined').stdout, /4 processes are not confined by seccomp: web.confine is off/);
});

async function startMemcached() {
	s.mc = s.spawn('memcached', program('memcached'), [...(process.getuid() === 0 ? ['-u', 'root'] : []),
		'-l', '127.0.0.1', '-p', String(mcPort), '-U', '0', '-m', '16']);
	await until('memcached', () => connects({ host: '127.0.0.1', port: mcPort }));
}

run({
	before: async () => {
		process.env.INVOCATION_ID = 'as under systemd';
		dbPort = await freePort();
		mcPort = await freePort();
		process.env.SERVICES_DB_OPTIONS = `--skip-networking=0 --bind-address=127.0.0.1 --port=${dbPort}`;
		s = await ConfinedShop.start({ goods: { tea: { stock: 5 } }, conf: { web: { deadline_ms: 1000, grace_ms: 500 } } });
		await startMemcached();
	},
	after: () => s.stop(),
});
