#!/usr/bin/env node
// The merchant's settings in the database: in effect on the next page of every worker and host, without a reload; never
// the end of a worker, whatever the rows hold; and with them the pages of an outage.
'use strict';
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const { Buyer } = require('./buyer.js');
const { Wire, head, ending } = require('./fcgi.js');
const { Shop } = require('./shop.js');
const { parse } = require('./schema.js');
const { until, program, src, build } = require('./stack.js');
const { test, run } = require('./tap.js');

const PAGE = '/en/p/tea';
let s;

const setting = (...args) => s.kontor('setting', ...args);

function ok(r) {
	assert.strictEqual(r.status, 0, r.stdout + r.stderr);
	return r.stdout;
}

// Each worker of both backends answers some of these.
async function pages(target = PAGE, n = 24) {
	const all = [];
	for (let i = 0; i < n; i++) {
		const rs = await s.get(i % 2 ? 'lighttpd' : 'apache', target);
		assert.strictEqual(rs.status, 200);
		all.push(rs.text);
	}
	return all;
}

async function shows(want, target = PAGE) {
	for (const text of await pages(target))
		assert.ok(text.includes(want), `${target} shows ${want}`);
}

async function showsNo(gone, target = PAGE) {
	for (const text of await pages(target))
		assert.ok(!text.includes(gone), `${target} still shows ${gone}`);
}

test('a change is on the next page of every worker, and so is its undo', async () => {
	await pages(); // kept by the workers, in memcached
	ok(setting('set', 'site.name', 'Northwind & Daughters', 'shipping.home', '5000:1.23, 31500:9.87'));
	await shows('Northwind &amp; Daughters');
	await shows('1.23', '/en/info/delivery');
	const product = await s.get('lighttpd', PAGE);
	assert.ok(product.text.includes('9.87'), 'the structured data have the new price of delivery');
	ok(setting('undo'));
	await showsNo('Northwind');
	await showsNo('1.23', '/en/info/delivery');
});

test('a price of delivery that changes before the order is placed is shown, not charged', async () => {
	const b = new Buyer(s.origin('lighttpd'));
	await b.addToCart(PAGE);
	await b.checkout('en');
	const order = b.form('/checkout/place', { terms: '1' }), before = s.number('SELECT COUNT(*) FROM orders');
	ok(setting('set', 'shipping.home', '31500:7.77', 'shipping.home_free_from', ''));
	const rs = await b.send('POST', order.action, { body: order.body });
	assert.strictEqual(rs.status, 409);
	assert.ok(rs.text.includes('7.77'), 'the new total is shown');
	assert.strictEqual(s.number('SELECT COUNT(*) FROM orders'), before);
	ok(setting('unset', 'shipping.home', 'shipping.home_free_from'));
});

test('a wrong value is refused by name, and nothing changes', async () => {
	const number = s.number('SELECT number FROM setting_change');
	for (const [key, value, says] of [['shipping.home', 'free', 'shipping.home'], ['site.sender', 'x', 'mail address'],
		['site.url', 'http://other', 'kontor.conf alone'], ['site.nosuch', 'x', 'there is no setting']]) {
		const r = setting('set', 'site.phone', '1', key, value);
		assert.strictEqual(r.status, 1);
		assert.ok(r.stderr.includes(says), r.stderr);
	}
	assert.strictEqual(setting('set', 'site.phone').status, 2);
	assert.strictEqual(setting('set', 'site.phone', '7', '--dry-run').status, 0);
	assert.strictEqual(s.number('SELECT number FROM setting_change'), number);
});

test('a row that no worker could use stops none, is named by doctor and check, and config unset removes it', async () => {
	ok(setting('set', 'site.name', 'Sound'));
	s.sql("UPDATE setting_change SET number = number + 1; REPLACE INTO setting SELECT 'shipping.home', 'rubbish', number, 'x', 1 FROM setting_change");
	await until('kontor-jobs to notice', () => s.log().some((l) => l.includes('event=setting_refused') && l.includes('shipping.home')));
	await shows('Sound');
	const doctor = JSON.parse(s.kontor('doctor', '--json', 'merchant').stdout);
	assert.ok(JSON.stringify(doctor).includes('"setting-unusable"'), JSON.stringify(doctor));
	assert.match(s.kontor('config', 'check').stderr, /database's value of shipping.home is not used/);
	ok(s.kontor('config', 'unset', 'shipping.home'));
	assert.ok(!s.kontor('doctor', '--json', 'merchant').stdout.includes('setting-unusable'));
	ok(setting('unset', 'site.name'));
});

test('config set, get and show lead to the database; a line of the file that it overrides is named', async () => {
	ok(s.kontor('config', 'set', 'site.tagline', 'By config set', 'web.grace_ms', '600'));
	assert.strictEqual(s.number("SELECT COUNT(*) FROM setting WHERE name = 'site.tagline' AND value = 'By config set'"), 1);
	assert.match(fs.readFileSync(s.confFile, 'utf8'), /^grace_ms = 600$/m);
	assert.doesNotMatch(fs.readFileSync(s.confFile, 'utf8'), /By config set/);
	assert.strictEqual(ok(s.kontor('config', 'get', 'site.tagline')), 'By config set\n');
	const shown = ok(s.kontor('config', 'show'));
	assert.match(shown, /^# database, change \d+ by kontor:\S+ at \S+\ntagline = By config set$/m);
	assert.match(shown, new RegExp(`^# ${s.confFile}:\\d+\\ngrace_ms = 600$`, 'm'));
	assert.match(shown, /^# default\nvat_id = $/m);
	ok(setting('set', 'order.unpaid_orders_max', '77'));
	assert.match(s.kontor('config', 'check').stderr, /kontor\.conf:\d+: order\.unpaid_orders_max has another value in the database/);
	assert.ok(s.kontor('doctor', '--json', 'merchant').stdout.includes('setting-overridden'));
	ok(setting('unset', 'order.unpaid_orders_max', 'site.tagline'));
});

test('what --json writes fits its schema', () => {
	for (const args of [['list'], ['get', 'site.name'], ['set', 'site.imprint', 'One\nTwo "quoted"'], ['set', 'site.imprint', 'One\nTwo "quoted"'],
		['unset', 'site.imprint'], ['set', 'site.phone', '5', '--dry-run'], ['log'], ['log', 'site.imprint', '--limit', '1'], ['undo']])
		parse(`setting-${{ list: 'list', get: 'list', log: 'log' }[args[0]] || 'change'}`, ok(setting(...args, '--json')));
	const last = parse('setting-log', ok(setting('log', '--json', '--limit', '1'))).log[0];
	assert.strictEqual(last.action, 'undo');
	assert.strictEqual(last.value, 'One\nTwo "quoted"');
	ok(setting('unset', 'site.imprint'));
	assert.throws(() => parse('setting-list', '{"change":-1,"settings":[]}'), /minimum|below/);
});

test('a change of a version that is no longer the last is refused, and an undo keeps what was changed since', () => {
	ok(setting('set', 'site.phone', '10'));
	const first = JSON.parse(ok(setting('get', 'site.phone', '--json'))).settings[0].version;
	ok(setting('set', 'site.phone', '11', '--if-version', String(first)));
	const late = setting('set', 'site.phone', '12', '--if-version', String(first));
	assert.strictEqual(late.status, 1);
	assert.match(late.stderr, /by kontor:/);
	const kept = setting('undo', String(first));
	assert.strictEqual(kept.status, 1);
	assert.match(kept.stdout, /site\.phone stays as it is/);
	assert.strictEqual(ok(setting('get', 'site.phone')), '11\n');
	ok(setting('unset', 'site.phone'));
});

// A second host: the same database and memcached, files of its own.
test('another host shows a change by its kontor-jobs', async () => {
	const dir = path.join(s.dir, 'other'), conf = path.join(s.dir, 'other.conf');
	fs.mkdirSync(dir);
	fs.writeFileSync(conf, fs.readFileSync(s.confFile, 'utf8').replace(/^stats_file = .*$/m, `stats_file = ${dir}/stats`));
	const worker = s.spawn('other-worker', program('spawn-fcgi'), ['-n', '-s', path.join(dir, '1.sock'), '--',
		path.join(build, 'kontor.fcgi'), '--config', conf]);
	const jobs = s.spawn('other-jobs', path.join(build, 'kontor-jobs'), ['--config', conf]);
	const host = new URL(s.origin('lighttpd')).host;
	const seen = async () => (await new Wire(path.join(dir, '1.sock'))
		.send(head('GET', PAGE, { HTTP_HOST: host }), ending()).answer).text;
	try {
		await until('the other host', async () => (await seen()).includes('</html>'));
		for (const text of ['First elsewhere', 'Second elsewhere']) {
			const began = Date.now();
			ok(setting('set', 'site.name', text));
			await until(text, async () => (await seen()).includes(text));
			console.log(`# on the other host after ${Date.now() - began} ms`);
		}
		ok(setting('unset', 'site.name'));
	} finally {
		worker.kill();
		jobs.kill();
		await until('the other host to end', () => worker.gone && jobs.gone);
	}
});

test('a worker that may not read the settings serves with those of the file, says so, and reads them once it may', async () => {
	const account = s.sql("SELECT CONCAT(QUOTE(user), '@', QUOTE(host)) FROM mysql.user WHERE user = 'kontor_web' LIMIT 1").trim();
	ok(setting('set', 'site.name', 'Unreadable'));
	await shows('Unreadable');
	s.sql(`REVOKE SELECT ON kontor.setting FROM ${account}`);
	try {
		const old = s.workerPids();
		for (const pid of old)
			process.kill(pid, 'SIGKILL');
		await until('new workers', () => s.workerPids().filter((pid) => !old.includes(pid)).length >= 4);
		await showsNo('Unreadable');
		assert.ok(s.log().some((l) => l.includes('event=settings_unreadable')));
	} finally {
		s.sql(`GRANT SELECT ON kontor.setting TO ${account}`);
	}
	await until('the name', async () => (await pages(PAGE, 8)).every((text) => text.includes('Unreadable')));
	ok(setting('unset', 'site.name'));
});

test('a worker that starts in an outage of the database shows cached pages, and the settings when it is back', async () => {
	ok(setting('set', 'site.name', 'Before the storm', 'shipping.home', '31500:6.66'));
	await shows('Before the storm');
	s.service('db-kill');
	try {
		const old = s.workerPids();
		for (const pid of old)
			process.kill(pid, 'SIGKILL');
		await until('new workers', () => s.workerPids().filter((pid) => !old.includes(pid)).length >= 4);
		for (const text of await pages())
			assert.ok(text.includes('6.66'), 'the cached part has the settings of the database');
	} finally {
		s.service('db-start');
	}
	await until('the name', async () => (await pages(PAGE, 8)).every((text) => text.includes('Before the storm')));
	await showsNo('Kontor</title>');
	ok(setting('unset', 'site.name', 'shipping.home'));
});

test('migrate copies what the file sets, once', async () => {
	s.sql('DELETE FROM setting; DELETE FROM setting_log; UPDATE setting_change SET number = 0');
	const migrate = () => ok(s.kontor('migrate', '--no-grants', '--dir', path.join(src, 'etc', 'sql')));
	assert.match(migrate(), /the merchant's settings \(2\) were copied/);
	assert.strictEqual(s.sql('SELECT name, value FROM setting ORDER BY name'), 'order.unpaid_orders_max\t0\norder.unpaid_pieces_max\t0\n');
	assert.strictEqual(JSON.parse(ok(setting('log', '--json'))).log[0].action, 'copy');
	assert.doesNotMatch(migrate(), /copied/);
	assert.ok(!s.kontor('doctor', '--json', 'merchant').stdout.includes('setting-overridden'), 'they do not differ');
});

run({
	before: async () => {
		s = await Shop.start({ goods: { tea: { stock: 50, price: '20.00' } }, conf: { web: { deadline_ms: 3000, grace_ms: 2000 } } });
	},
	after: () => s.stop(),
});
