#!/usr/bin/env node
// kontor doctor: faults of the database, the cache, the machine and the shop's own processes are found by name, with
// their remedies.
'use strict';
const assert = require('assert');
const child = require('child_process');
const fs = require('fs');
const net = require('net');
const path = require('path');
const { begin, variant, start, doctor, found, lacks, faults, sql, planted, listening, fastcgi } = require('./doctor.js');
const { until, program, children, src, build } = require('./stack.js');
const { test, run } = require('./tap.js');

const isRoot = process.getuid() === 0;
// Far over what it takes, since this machine may have other work.
const ALL_DOWN_MS = 40000;
let s;

// ---- database ----

test('a wrong password', async () => {
	const file = path.join(s.dir, 'wrong');
	fs.writeFileSync(file, 'wrong\n', { mode: 0o600 });
	const d = await doctor({ conf: variant({ db: { password_file: file } }) }, 'accounts', 'database');
	found(d, 'account-refused', `kontor_web is refused; its password file is ${file}`, 'kontor accounts | mariadb');
	lacks(d, 'db-down');
	found(await doctor({ conf: variant({ db: { name: 'nosuch', user: 'root' } }) }, 'database'), 'db-none',
		'there is no database nosuch', 'kontor accounts | mariadb; kontor migrate');
	found(await doctor({ conf: variant({ db: { name: 'nosuch', tool_user: 'root' } }) }, 'accounts'), 'account-lacks', 'nosuch', 'kontor migrate');
});
test('an account that is locked, one whose password has expired, one that has reached a limit', async () => {
	const jobs = 'kontor_jobs@localhost';
	for (const [plant, undo, name, mend] of [['ACCOUNT LOCK', 'ACCOUNT UNLOCK', 'account-locked', 'ACCOUNT UNLOCK'],
		['PASSWORD EXPIRE', 'PASSWORD EXPIRE NEVER', 'account-expired', 'PASSWORD EXPIRE NEVER'],
		['WITH MAX_QUERIES_PER_HOUR 1', 'WITH MAX_QUERIES_PER_HOUR 0', 'account-full', 'MAX_QUERIES_PER_HOUR 0']])
		await planted(() => sql(`ALTER USER ${jobs} ${plant}; FLUSH USER_RESOURCES`),
			() => sql(`ALTER USER ${jobs} IDENTIFIED BY ''; ALTER USER ${jobs} ${undo}; FLUSH USER_RESOURCES`), async () => {
				child.spawnSync('mariadb', ['--no-defaults', '-S', `${s.services}/db.sock`, '-u', 'kontor_jobs', '-e', 'SELECT 1']); // the one query
				const d = await doctor('accounts', 'schema', 'database');
				const { mend: command } = found(d, name, 'kontor_jobs', mend);
				lacks(d, 'schema-drift', 'db-down', 'account-refused');
				sql(/mariadb -e "([^"]*)"/.exec(command)[1]);
			});
	sql(`ALTER USER ${jobs} WITH MAX_USER_CONNECTIONS 1`);
	const holder = child.spawn('mariadb', ['--no-defaults', '-S', `${s.services}/db.sock`, '-u', 'kontor_jobs', '-e', 'SELECT SLEEP(600)']);
	await until('the only connection', () => s.number("SELECT COUNT(*) FROM information_schema.processlist WHERE info = 'SELECT SLEEP(600)'") === 1);
	await planted(() => {}, () => { holder.kill('SIGKILL'); sql(`ALTER USER ${jobs} WITH MAX_USER_CONNECTIONS 0`); },
		async () => found(await doctor('accounts'), 'account-full', 'kontor_jobs', 'MAX_USER_CONNECTIONS 0'));
	await until('it is well again', async () => faults(await doctor('accounts', 'schema')).length === 0);
});
test('an account with too few rights, and one with too many', async () => {
	await planted(() => sql("REVOKE INSERT ON kontor.session FROM kontor_web@localhost"),
		() => sql("GRANT INSERT ON kontor.session TO kontor_web@localhost"), async () => {
			const d = await doctor('accounts');
			found(d, 'account-lacks', 'kontor_web lacks INSERT on kontor.session', 'kontor migrate');
			lacks(d, 'account-too-much');
		});
	await planted(() => sql("GRANT DELETE ON kontor.orders TO kontor_web@localhost"),
		() => sql("REVOKE DELETE ON kontor.orders FROM kontor_web@localhost"), async () => {
			const d = await doctor('accounts');
			found(d, 'account-too-much', 'kontor_web has more rights than it needs: DELETE on kontor.orders',
				"REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'kontor_web'@'localhost'");
			lacks(d, 'account-lacks');
		});
	await planted(() => sql("GRANT ALL PRIVILEGES ON *.* TO kontor_jobs@localhost"),
		() => sql("REVOKE ALL PRIVILEGES ON *.* FROM kontor_jobs@localhost"),
		async () => found(await doctor('accounts'), 'account-too-much', 'kontor_jobs has more rights than it needs: ALL PRIVILEGES on *.*', 'REVOKE'));
	const d = await doctor('accounts');
	assert.deepStrictEqual(faults(d), []);
	found(d, 'account-open', 'kontor_web needs no password', 'db.password_file');
});
test('what mends the rights does mend them', async () => {
	sql("GRANT DELETE ON kontor.orders TO kontor_web@localhost; REVOKE INSERT ON kontor.session FROM kontor_web@localhost");
	const { mend } = found(await doctor('accounts'), 'account-too-much', 'kontor_web', 'REVOKE');
	const [, revoke] = /mariadb -e "([^"]*)"/.exec(mend);
	sql(revoke);
	child.execSync(`${build}/kontor --config ${s.confFile} accounts ${src}/etc/sql/accounts.sql | mariadb --no-defaults -S ${s.services}/db.sock -u root`);
	assert.strictEqual(s.kontor('migrate', '--dir', path.join(src, 'etc', 'sql')).status, 0);
	assert.deepStrictEqual(faults(await doctor('accounts')), []);
});
test('a schema that is behind, half migrated, ahead, changed by hand, not there', async () => {
	const last = fs.readdirSync(path.join(src, 'etc', 'sql')).filter((name) => /^[0-9]/.test(name)).sort().at(-1);
	const now = Number(last.slice(0, 4));
	const row = (set, back, look) => planted(() => sql(`UPDATE schema_migration SET ${set} WHERE name = '${last}'`),
		() => sql(`UPDATE schema_migration SET ${back} WHERE name = '${last}'`), look);
	await row('version = 0', `version = ${now}`, async () => found(await doctor('schema'), 'schema-behind', `is at ${now - 1}`, 'kontor migrate'));
	await row('version = 77', `version = ${now}`, async () => found(await doctor('schema'), 'schema-ahead', 'is at 77', 'later one'));
	await row('done = 3, finished_at = NULL', 'finished_at = 1', async () => {
		found(await doctor('schema'), 'schema-half', `${last} is unfinished: 3`, 'kontor migrate');
	});
	await planted(() => sql('ALTER TABLE product RENAME COLUMN vendor TO maker'),
		() => sql('ALTER TABLE product RENAME COLUMN maker TO vendor'),
		async () => found(await doctor('schema'), 'schema-drift', 'vendor', 'undo that'));
	await planted(() => sql('RENAME TABLE schema_migration TO away'), () => sql('RENAME TABLE away TO schema_migration'),
		async () => found(await doctor('schema'), 'schema-none', 'kontor has no schema', 'kontor migrate'));
	assert.deepStrictEqual(faults(await doctor('schema')), []);
});
test('a database server that is read-only, or has no room', async () => {
	await planted(() => sql('SET GLOBAL read_only = 1'), () => sql('SET GLOBAL read_only = 0'),
		async () => found(await doctor('db-server'), 'db-read-only', 'read-only', 'read_only = 0'));
	await planted(() => sql('ALTER DATABASE kontor CHARACTER SET latin1'),
		() => sql('ALTER DATABASE kontor CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci'),
		async () => found(await doctor('db-server'), 'db-charset', 'kontor is latin1, not utf8mb4', 'ALTER DATABASE `kontor` CHARACTER SET utf8mb4'));
	await planted(() => sql('SET GLOBAL max_prepared_stmt_count = 0'), () => sql('SET GLOBAL max_prepared_stmt_count = 65000'),
		async () => found(await doctor('db-server'), 'db-connections', 'max_prepared_stmt_count is used up', 'max_prepared_stmt_count = '));
	await planted(() => sql('SET GLOBAL max_connections = 10'), () => sql('SET GLOBAL max_connections = 200'),
		async () => found(await doctor('db-server'), 'db-connections', 'max_connections is 10; 4 workers, 2 kontor-jobs', 'max_connections = 32'));
});
test('messages that were given up, or wait for too long', async () => {
	await planted(() => sql("INSERT INTO outbox (kind, subject, version, payload, state, due_at, created_at) VALUES"
		+ " ('other', 'a', 1, '', 2, 1, 1), ('other', 'b', 1, '', 0, 1, 1), ('event', 'c', 1, '', 0, UNIX_TIMESTAMP() + 999, 1)"),
	() => sql("DELETE FROM outbox WHERE kind IN ('other', 'event')"), async () => {
		const d = await doctor('queue');
		found(d, 'queue-dead', '1 messages', 'kontor outbox replay');
		found(d, 'queue-late', '1 cache deletes or events', 'kontor-jobs');
		found(d, 'queue-unsent', '1 mails or webhooks', 'kontor outbox list');
	});
	await planted(() => sql("INSERT INTO hook (name, url, topics, state, secret, created_at, why) VALUES"
		+ " ('erp', 'https://a', '*', 2, 'x', 1, 'the receiver answers 500'), ('crm', 'https://b', '*', 1, 'x', 1, '')"),
	() => sql('DELETE FROM hook'), async () => {
		const d = await doctor('queue');
		found(d, 'hook-paused', 'erp fails for long, so it is paused: the receiver answers 500', 'kontor hook resume erp');
		assert.strictEqual(JSON.stringify(d).includes('crm'), false, 'the staff paused that one');
	});
});
test('goods that lack what the settings say they need, and a maker without addresses', async () => {
	const set = (value) => assert.strictEqual(s.kontor('setting', 'set', 'goods.safety', value, 'goods.food', value, 'goods.energy', 'No such').status, 0);
	assert.deepStrictEqual((await doctor('goods')).findings, [], 'nothing is told unless asked for');
	await planted(() => { set('*'); s.kontor('maker', 'set', 'Ada', '--country', 'GB'); }, () => { s.kontor('setting', 'undo'); s.kontor('maker', 'remove', 'Ada'); }, async () => {
		const d = await doctor('goods');
		found(d, 'goods-lack', '1 goods lack a maker with addresses: tea', 'kontor maker set');
		found(d, 'goods-lack', '1 goods lack legal name, ingredients or operator of a food: tea', 'doc/import.md');
		found(d, 'maker-lacks', 'the first, Ada, lacks its postal address', 'kontor maker list');
		assert.strictEqual(d.findings.length, 3, 'no goods are of the category that needs an energy class');
	});
});

// ---- cache ----

test('memcached that has ended, stands still, is older than any that was tested, listens to everybody, is too small', async () => {
	await planted(() => s.service('mc-kill'), () => s.service('mc-start'),
		async () => found(await doctor('cache'), 'cache-down', `${s.services}/mc.sock`, 'systemctl start memcached'));
	await planted(() => s.service('mc-stop'), () => s.service('mc-cont'),
		async () => found(await doctor('cache'), 'cache-hangs', 'does not answer', 'systemctl restart memcached'));
	const fake = await listening(net.createServer((c) => c.on('data', (b) => c.write(b.toString().includes('settings')
		? 'STAT inter 0.0.0.0\r\nSTAT tcpport 11211\r\nEND\r\n'
		: 'STAT version 1.6.9\r\nSTAT limit_maxbytes 134217728\r\nSTAT evictions 500\r\nSTAT total_items 1000\r\nEND\r\n'))
		.on('error', () => {})), 0, '127.0.0.1');
	const d = await doctor({ conf: variant({ cache: { socket: `127.0.0.1:${fake.address().port}` } }) }, 'cache');
	found(d, 'cache-old', 'is 1.6.9; Kontor is tested with', '1.6.18 or later');
	found(d, 'cache-public', 'listens at 0.0.0.0', '-l 127.0.0.1');
	found(d, 'cache-small', 'had to drop 500 of 1000', '-m 256');
	await new Promise((done) => { fake.close(done); fake.unref(); done(); });
	found(await doctor({ conf: variant({ cache: { socket: '' } }) }, 'cache'), 'cache-none', 'cache.socket', 'memcached');
});

// ---- machine ----

test('a disk that is full', async () => {
	const dir = path.join(s.dir, 'small');
	fs.mkdirSync(dir);
	if (!isRoot || child.spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', dir]).status !== 0)
		return 'no disk can be mounted here';
	try {
		const conf = variant({ paths: { media_dir: dir } });
		lacks(await doctor({ conf }, 'disk'), 'disk-full');
		fs.writeFileSync(path.join(dir, 'x'), Buffer.alloc(4 * 1048576 - 65536));
		found(await doctor({ conf }, 'disk'), 'disk-full', dir, `df -h ${dir}`);
	} finally {
		child.spawnSync('umount', [dir]);
	}
});

// ---- processes: the backends last ----

test('an ordinary user is told what could not be looked at', async () => {
	if (!isRoot)
		return 'only root can become somebody else';
	const file = path.join(s.dir, 'tool'), conf = variant({ db: { tool_password_file: file } });
	fs.writeFileSync(file, 'x\n', { mode: 0o600 });
	const d = await doctor({ conf, uid: 65534 });
	const unseen = (check) => d.checks.find((c) => c.check === check).unseen.join();
	assert.ok(unseen('secrets').includes(`${file}: Permission denied`), unseen('secrets'));
	for (const check of ['database', 'accounts', 'schema', 'queue'])
		assert.ok(unseen(check).includes('db.sock: Permission denied'), check);
	lacks(d, 'db-down', 'account-refused', 'cache-down');
	const r = await start({ conf, uid: 65534 });
	assert.match(r.out, /skipped \(run it as root\)/);
});
test('ordering is paused', async () => {
	await planted(() => assert.strictEqual(s.kontor('pause').status, 0), () => s.kontor('resume'), async () => {
		const d = await doctor('ordering');
		assert.strictEqual(found(d, 'paused', 'kontor pause', 'kontor resume').level, 'advice');
		assert.strictEqual(d.status, 0);
		assert.deepStrictEqual(faults(await doctor('site', 'error-pages')), []);
	});
});
test('kontor-jobs has ended', async () => {
	const startJobs = () => { s.jobs = s.spawn('jobs', path.join(build, 'kontor-jobs'), ['--config', s.confFile]); };
	await planted(() => { s.jobs.kill('SIGTERM'); return until('jobs to end', () => s.jobs.gone); },
		async () => { startJobs(); await until('jobs', async () => faults(await doctor('jobs')).length === 0); },
		async () => found(await doctor('jobs'), 'jobs-dead', 'kontor-jobs does not run', 'kontor-jobs'));
});
test('a socket that the web server may not use, one that is none, counters that workers cannot write', async () => {
	const socket = s.socket('1');
	await planted(() => fs.chmodSync(socket, 0), () => fs.chmodSync(socket, 0o666),
		async () => found(await doctor({ conf: variant({ site: { url: s.origin('apache') } }) }, 'sockets'), 'socket-denied', socket, `chmod 0660 ${socket}`));
	found(await doctor('sockets'), 'socket-open', socket, `chmod o-rwx ${socket}`);
	await planted(() => fs.writeFileSync(s.socket('4'), ''), () => fs.rmSync(s.socket('4')),
		async () => found(await doctor('sockets'), 'not-a-socket', s.socket('4'), `rm ${s.socket('4')}`));
	found(await doctor({ conf: variant({ paths: { stats_file: path.join(s.dir, 'nosuch') } }) }, 'counters'), 'counters-missing',
		`${s.dir}/nosuch`, 'install -d');
});
test('a backend that stands still behind one that answers', async () => {
	const pids = children(s.backends[0].pid);
	await planted(() => pids.forEach((pid) => process.kill(pid, 'SIGSTOP')), () => pids.forEach((pid) => process.kill(pid, 'SIGCONT')),
		async () => {
			const d = await doctor('backends', 'sockets');
			found(d, 'backend-silent', s.socket('1'), 'kontor@1');
			assert.ok(d.checks.find((c) => c.check === 'backends').notes.includes(`${s.socket('2')} answers`));
			lacks(d, 'socket-stale');
		});
	await until('the backend', async () => faults(await doctor('backends')).length === 0);
});
test('a backend that has ended and left its socket', async () => {
	const p = s.backends[1], pids = children(p.pid);
	[p.pid, ...pids].forEach((pid) => process.kill(pid, 'SIGKILL'));
	await until('its end', () => p.gone && pids.every((pid) => !fs.existsSync(`/proc/${pid}`)));
	const d = await doctor('sockets', 'workers', 'backends');
	found(d, 'socket-stale', s.socket('2'), 'kontor@2');
	found(d, 'pool-stopped', 'backend 2 has no running worker', 'kontor@2');
	s.backends.splice(1, 1);
	await s.startBackend('2');
	await until('it is well again', async () => faults(await doctor('sockets', 'workers', 'backends')).length === 0);
});
test('a backend whose name is more than a name is not handed on as a part of a command', async () => {
	const socket = s.socket('6;reboot'), p = s.spawn('backend-6', program('spawn-fcgi'), ['-n', '-s', socket, '--',
		path.join(build, 'kontor.fcgi'), '--config', s.confFile, '--backend', '6;reboot']);
	await until('its worker', async () => (await doctor('workers')).checks[0].notes.some((n) => n.startsWith('5 workers')));
	p.kill('SIGKILL');
	await until('its end', () => p.gone);
	const d = await doctor('workers');
	fs.rmSync(socket);
	assert.deepStrictEqual(d.findings.filter((f) => f.mend.includes('6;reboot')), []);
});
test('multiwatch that gives up, a worker that is stuck, one of an old program, and a configuration that is newer than its workers', async () => {
	const slow = path.join(s.dir, 'slow.conf');
	fs.renameSync(variant({ test: { faults: 'yes' }, web: { deadline_ms: 60000 } }), slow);
	const copy = path.join(s.dir, 'kontor.fcgi');
	fs.copyFileSync(path.join(build, 'kontor.fcgi'), copy);
	const p = s.spawn('backend-5', program('spawn-fcgi'), ['-n', '-s', s.socket('5'), '-M', '0666', '--', program('multiwatch'), '-f', '1',
		'--', copy, '--config', slow]);
	await until('backend 5', async () => (await doctor('backends')).checks[0].notes.includes(`${s.socket('5')} answers`));
	found(await doctor('workers'), 'multiwatch-gives-up', `process ${p.pid}`, '-r 1000000');
	lacks(await doctor('workers'), 'worker-old');
	fs.rmSync(copy);
	found(await doctor('workers'), 'worker-old', '1 workers run a program whose file has been replaced', 'kontor reload');
	const [pid] = children(p.pid), c = fastcgi(s.socket('5'), { REQUEST_METHOD: 'GET', REQUEST_URI: '/healthz', HTTP_X_KONTOR_FAULT: 'hang' });
	const hasty = variant({ web: { deadline_ms: 200, grace_ms: 100 } });
	const d = await until('it to be stuck', async () => {
		const got = await doctor({ conf: hasty }, 'workers');
		return got.findings.some((f) => f.name === 'worker-stuck') && got;
	});
	found(d, 'worker-stuck', `worker ${pid} of backend 5 has been working on the request`, `kill -KILL ${pid}`);
	lacks(await doctor('workers'), 'worker-stuck');
	c.destroy();
	process.kill(pid, 'SIGKILL');
	p.kill('SIGTERM');
	await until('its end', () => p.gone);
	fs.rmSync(s.socket('5'), { force: true });
	const later = variant({});
	fs.utimesSync(later, new Date(Date.now() + 5000), new Date(Date.now() + 5000));
	found(await doctor({ conf: later }, 'workers'), 'conf-not-taken', later, 'kontor reload');
});
test('a database that stands still, and one that has ended', async () => {
	await planted(() => s.service('db-stop'), () => s.service('db-cont'), async () => {
		const began = Date.now(), d = await doctor({});
		found(d, 'db-hangs', 'does not answer', 'systemctl restart mariadb');
		assert.ok(Date.now() - began < ALL_DOWN_MS);
		lacks(d, 'error-stale');
	});
	s.service('db-kill');
	await until('the breaker', async () => {
		await s.get('lighttpd', '/readyz');
		return (await doctor('breakers')).findings.some((f) => f.name === 'breaker-db');
	});
	const d = await doctor({});
	found(d, 'breaker-db', 'consider the database down', 'repair what the check database reports');
	found(d, 'db-down', `${s.services}/db.sock`, 'systemctl start mariadb');
	found(d, 'not-ready', '/readyz is answered with 503', 'database');
	for (const check of ['schema', 'db-server', 'accounts', 'queue'])
		assert.deepStrictEqual(d.checks.find((c) => c.check === check).blocked_by, ['database'], check);
});
test('with everything down it says so in time', async () => {
	s.service('mc-kill');
	s.jobs.kill('SIGKILL');
	await s.stopBackends();
	for (const server of Object.values(s.servers))
		server.kill('SIGTERM');
	await until('all to end', () => s.running.length === 0);
	const began = Date.now(), d = await doctor({});
	assert.ok(Date.now() - began < ALL_DOWN_MS, `it took ${Date.now() - began} ms`);
	for (const name of ['no-worker', 'jobs-dead', 'db-down', 'cache-down', 'site-down'])
		found(d, name, '', '');
	assert.ok(d.findings.some((f) => f.name === 'socket-stale' || f.name === 'socket-none'), JSON.stringify(d.checks.find((c) => c.check === 'sockets')));
	const r = await start({});
	assert.match(r.out, /^later {3}skipped, because of the above: .*schema/m);
	assert.ok(r.out.split('\n').length < 60, r.out);
});

run({ before: async () => { s = await begin(); }, after: () => s.stop() });
