#!/usr/bin/env node
// The Debian package in machines of its own, under systemd, with Apache and with lighttpd: installed, used, scaled,
// reloaded, upgraded, removed, purged. `make check-package` builds the packages and passes their names.
'use strict';
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const { test, run } = require('../e2e/tap.js');
const { Machine, build, until } = require('./machine.js');
const { visitedDuring } = require('./visitors.js');

const [, , thisDeb, nextDeb] = process.argv;
const ENOUGH = 1000;
// One more than in this release, since next-release adds a migration.
const NEXT_SCHEMA = 1 + fs.readdirSync(path.join(__dirname, '../../etc/sql')).filter((name) => /^[0-9]/.test(name)).length;
const ORIGIN = 'http://localhost';
let m;

const status = (url, options = '') => m.sh(`curl -s -o /dev/null -w '%{http_code}' ${options} '${url}'`).trim();
const page = (url) => m.sh(`curl -sf '${url}'`);
const orders = () => Number(m.sh("mariadb -N -B -e 'SELECT COUNT(*) FROM kontor.orders'"));
const goods = () => Number(m.sh("mariadb -N -B -e 'SELECT COUNT(*) FROM kontor.product'"));
const active = (unit) => m.run(`systemctl is-active ${unit}`).stdout.trim();
const note = (text) => console.log(`# ${text}`);

function booksHold() {
	const r = m.run('kontor verify');
	assert.strictEqual(r.status, 0, r.stdout + r.stderr);
}

const unnoticed = (work, base) => visitedDuring(m, { origin: ORIGIN, base, enough: ENOUGH }, work);

const times = async (n, work) => {
	for (let i = 0; i < n; i++)
		await work(i);
};

function install(what) {
	const began = Date.now();
	const text = m.sh(`apt-get install -qy ${what} 2>&1`);
	note(`apt install ${what}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
	// All visitors of these tests have one address, which the rate limits would stop.
	m.run("test ! -e /etc/kontor/kontor.conf || { kontor config set limits.trusted '127.0.0.1, ::1' && kontor reload; }");
	return text;
}

for (const server of ['apache2', 'lighttpd']) {
	const claim = (text, fn) => test(`${server}: ${text}`, fn);

	claim('apt install ends with a working shop', async () => {
		m = await Machine.boot(server);
		m.put(thisDeb);
		m.put(nextDeb);
		install(`/srv/${path.basename(thisDeb)} ${server} curl`);
		assert.strictEqual(m.sh('systemctl --failed --no-legend').trim(), '');
		for (const unit of [server, 'mariadb', 'memcached', 'kontor@1', 'kontor@2', 'kontor-jobs', 'kontor.target', 'kontor-verify.timer'])
			assert.strictEqual(active(unit), 'active', unit);
		assert.match(page(`${ORIGIN}/kontor/en/`), /<title>Welcome/);
		assert.strictEqual(status(`${ORIGIN}/kontor/readyz`), '200');
	});
	claim('kontor doctor finds no fault, and each one that is planted', async () => {
		const doctor = (...checks) => JSON.parse(m.run(`kontor doctor --json ${checks.join(' ')}`).stdout);
		const names = (d) => d.checks.flatMap((c) => c.findings).filter((f) => f.level === 'fault').map((f) => f.name);
		const planted = async (plant, undo, checks, wanted) => {
			m.sh(plant);
			const got = names(doctor(...checks));
			m.sh(undo);
			assert.deepStrictEqual(got.sort(), wanted.sort(), plant);
		};
		assert.deepStrictEqual(names(doctor('mail')).sort(), ['sender-none'], 'the recommended mail server runs');
		m.sh('kontor config set site.sender shop@example.org && kontor reload && kontor mail test root@shoptest');
		assert.deepStrictEqual(names(doctor()), []);
		await planted('systemctl stop kontor@2', 'systemctl start kontor@2', ['sockets', 'workers', 'units'],
			['socket-stale', 'pool-stopped', 'unit-down']);
		await planted('chmod 0600 /run/kontor/1.sock', 'chmod 0660 /run/kontor/1.sock', ['sockets'], ['socket-denied']);
		await planted('chmod 0644 /etc/kontor/db-web.password', 'chmod 0640 /etc/kontor/db-web.password', ['secrets'], ['password-open']);
		await planted('systemctl disable kontor.target', 'systemctl enable kontor.target', ['units'], ['unit-disabled']);
		await planted('systemctl stop kontor-jobs', 'systemctl start kontor-jobs', ['jobs', 'units'], ['jobs-dead', 'unit-down']);
		if (server === 'apache2')
			await planted('a2dismod -qf proxy_fcgi', 'a2enmod -q proxy_fcgi', ['web_server'], ['module-missing']);
		else
			await planted('lighty-disable-mod kontor', 'lighty-enable-mod kontor', ['web_server'], ['web-off']);
		await until('all to be well', () => names(doctor()).length === 0);
	});
	claim('with goods it shows a product and takes an order', async () => {
		m.sh('kontor demo');
		const product = /href="(\/kontor\/en\/p\/[^"]+)"/.exec(page(`${ORIGIN}/kontor/en/`))[1];
		assert.match(page(ORIGIN + product), /cart\/add/);
		await unnoticed(async () => {});
		assert.ok(orders() > 0);
		booksHold();
	});
	claim('no unit has more of the machine than 1.5 of its score', () => {
		for (const unit of ['kontor@1', 'kontor-jobs', 'kontor-verify', 'kontor-backup']) {
			const r = m.run(`systemctl cat ${unit}.service >/dev/null && systemd-analyze security --no-pager --threshold=15 ${unit}.service`);
			note(`${unit}: ${/level for \S+: (\S+)/.exec(r.stdout)[1]}`);
			assert.strictEqual(r.status, 0, unit);
		}
		m.sh('systemd-analyze verify --man=no /lib/systemd/system/kontor-jobs.service /lib/systemd/system/kontor-verify.service');
	});
	claim('passwords are for those alone who need them', () => {
		const modes = m.sh('stat -c "%n %a %U:%G" /etc/kontor/*.password').trim().split('\n');
		assert.deepStrictEqual(modes, ['/etc/kontor/db-backup.password 600 root:root', '/etc/kontor/db-jobs.password 640 root:kontor-jobs',
			'/etc/kontor/db-tool.password 600 root:root', '/etc/kontor/db-web.password 640 root:kontor']);
		assert.strictEqual(m.sh('mariadb -N -B -e "SELECT COUNT(*) FROM mysql.global_priv WHERE User LIKE \'kontor\\_%\' AND JSON_VALUE(Priv, \'$.authentication_string\') = \'\'"').trim(), '0');
	});
	claim('reloading three times loses no request', () =>
		unnoticed(() => times(3, () => m.start_sh('systemctl reload kontor@1 kontor@2'))));
	claim('restarting the backends one after the other loses no request', () =>
		unnoticed(() => times(3, () => m.start_sh('systemctl restart kontor@1 && systemctl restart kontor@2'))));
	claim('restarting all backends at once loses no request', () =>
		unnoticed(() => times(3, () => m.start_sh('systemctl restart kontor@1 kontor@2'))));
	claim('reloading the web server loses no request', () =>
		unnoticed(() => times(3, async () => {
			await m.start_sh(`systemctl reload ${server}`);
			await new Promise((done) => setTimeout(done, 500));
		})));
	claim('more backends and fewer are one command each, and lose no request', async () => {
		await unnoticed(async () => {
			await m.start_sh('kontor backends 4');
			assert.match(m.sh('kontor backends'), /^4 .*listens/m);
			await until('the fourth to be asked', () => / [1-9]\d*$/m.test(/^4 .*$/m.exec(m.sh('kontor backends'))[0]));
			await m.start_sh('kontor backends 1');
			await m.start_sh('kontor backends 2');
		});
		assert.deepStrictEqual(['kontor@1', 'kontor@2', 'kontor@3'].map(active), ['active', 'active', 'inactive']);
		assert.strictEqual(m.run('kontor status').status, 0);
	});
	claim('a configuration that cannot be used is not taken, and nothing is disturbed', async () => {
		await unnoticed(async () => {
			m.sh("cp /etc/kontor/kontor.conf /srv/ && echo 'nosuch = 1' >>/etc/kontor/kontor.conf");
			const r = m.run('kontor reload');
			m.sh('cp /srv/kontor.conf /etc/kontor/kontor.conf');
			assert.strictEqual(r.status, 1);
			assert.match(r.stderr, /nosuch/);
		});
	});
	claim('a worker that stands still is ended by kontor-jobs and replaced', async () => {
		m.sh('kontor config set test.faults yes && kontor reload');
		await until('the fault to be allowed', () => status(`${ORIGIN}/kontor/en/`, "-H 'X-Kontor-Fault: busy'") === '503');
		assert.match(status(`${ORIGIN}/kontor/en/`, "-H 'X-Kontor-Fault: stop'"), /^50[034]$/); // whoever is first: the web server's time limit or the end
		await until('its end to be counted', () => JSON.parse(m.run('kontor status --json').stdout).ended.hung === 1);
		m.sh('kontor config set test.faults no && kontor reload');
		await until('four workers', () => /4 of 4 workers/.test(m.run('kontor status').stdout));
	});
	claim('a backend whose socket lost its name has one again, also after the next start', () => {
		m.sh('rm /run/kontor/1.sock && systemctl restart kontor@1');
		for (let i = 0; i < 2; i++) {
			m.sh('systemctl restart kontor@1');
			assert.match(m.sh('sleep 1; kontor backends'), /^1 .*listens/m);
		}
	});
	claim('a backend whose processes are all killed is there again', async () => {
		m.sh('systemctl kill -s KILL kontor@1');
		await until('it to be active', () => active('kontor@1') === 'active' && /^1 .*listens/m.test(m.run('kontor backends').stdout));
		assert.strictEqual(status(`${ORIGIN}/kontor/en/`), '200');
	});
	claim('a backup in the middle of sales is destroyed for and restored from', async () => {
		await unnoticed(() => m.start_sh('systemctl start kontor-backup'));
		const sold = orders(), backup = m.sh('ls -d /var/backups/kontor/kontor-2*').trim();
		m.sh("mariadb -e 'SET foreign_key_checks = 0; DROP TABLE kontor.orders, kontor.order_line, kontor.stock' && rm -r /var/lib/kontor/media/*");
		assert.strictEqual(m.run('kontor verify').status, 1);
		const text = m.sh(`kontor restore ${backup} --yes --no-safety`);
		note(text.trim().split('\n').pop());
		assert.ok(orders() > 0 && orders() <= sold);
		assert.strictEqual(JSON.parse(m.run('kontor receipts compare --json').stdout).lost, sold - orders());
		m.sh('kontor receipts accept --all');
		booksHold();
		await until('the shop', () => status(`${ORIGIN}/kontor/readyz`) === '200');
		await unnoticed(async () => {});
	});
	claim('an upgrade with a migration loses no request', async () => {
		const css = /static\/(kontor\.\w+\.css)/.exec(page(`${ORIGIN}/kontor/en/`))[1];
		m.sh("echo '# mine' >>/etc/kontor/kontor.conf");
		await unnoticed(() => m.start_sh(`apt-get install -qy /srv/${path.basename(nextDeb)}`));
		assert.match(m.sh('kontor --version'), /0\.1\.1/);
		assert.strictEqual(m.sh("mariadb -N -B -e 'SELECT MAX(version) FROM kontor.schema_migration'").trim(), `${NEXT_SCHEMA}`);
		assert.notStrictEqual(/static\/(kontor\.\w+\.css)/.exec(page(`${ORIGIN}/kontor/en/`))[1], css);
		assert.strictEqual(status(`${ORIGIN}/kontor/static/${css}`), '200', 'pages that are in browsers still find their style');
		assert.match(m.sh('ls /var/backups/kontor'), /^kontor-before-upgrade-/m);
		assert.match(m.sh('tail -n 1 /etc/kontor/kontor.conf'), /# mine/);
		booksHold();
	});
	claim('after the machine was started anew, so is the shop', async () => {
		await m.halt();
		await m.start();
		await until('the shop', () => m.run(`curl -sf -o /dev/null ${ORIGIN}/kontor/readyz`).status === 0);
		assert.strictEqual(active('kontor-jobs'), 'active');
		assert.strictEqual(m.sh('systemctl --failed --no-legend').trim(), '');
		booksHold();
	});
	claim('dpkg-reconfigure moves the shop to another path and keeps its orders', () => {
		const before = orders();
		m.sh("echo 'kontor kontor/site-url string http://shoptest/tea' | debconf-set-selections");
		m.sh('kontor config set site.url http://shoptest/tea && dpkg-reconfigure -f noninteractive kontor 2>&1');
		assert.strictEqual(status(`${ORIGIN}/tea/en/`), '200');
		assert.strictEqual(status(`${ORIGIN}/kontor/en/`), '404');
		m.sh('kontor config set site.url http://shoptest/kontor && dpkg-reconfigure -f noninteractive kontor 2>&1');
		assert.strictEqual(status(`${ORIGIN}/kontor/en/`), '200');
		assert.strictEqual(orders(), before);
	});
	claim('a removed package leaves configuration and data, and the web server works', () => {
		m.sh('apt-get remove -qy kontor 2>&1');
		assert.strictEqual(active(server), 'active');
		assert.strictEqual(active('kontor@1'), 'inactive');
		assert.strictEqual(m.run('pgrep kontor.fcgi').status, 1);
		assert.strictEqual(status(`${ORIGIN}/kontor/en/`), '404');
		assert.ok(orders() > 0);
		m.sh('test -s /etc/kontor/kontor.conf && test -d /var/lib/kontor/media');
	});
	claim('installed again, it goes on where it was', () => {
		const before = orders();
		install(`/srv/${path.basename(nextDeb)}`);
		assert.strictEqual(status(`${ORIGIN}/kontor/readyz`), '200');
		assert.match(page(`${ORIGIN}/kontor/en/`), /\/en\/p\//);
		assert.strictEqual(orders(), before);
		assert.match(m.sh('cat /etc/kontor/kontor.conf'), /# mine/);
		booksHold();
	});
	claim('a purge that was not asked to keeps database and pictures, and nothing else', () => {
		m.sh('apt-get purge -qy kontor 2>&1');
		assert.ok(orders() > 0);
		assert.strictEqual(m.sh('find /etc/kontor /run/kontor /var/log/kontor /etc/systemd/system/kontor* /etc/*/conf-*/*kontor* /etc/apache2/sites-*/kontor* 2>/dev/null || true').trim(), '');
		assert.deepStrictEqual(fs.readdirSync(path.join(m.dir, 'var/lib/kontor')), ['media']);
		assert.strictEqual(active(server), 'active');
	});
	claim('installed over the database that was kept, it sells on', async () => {
		const before = orders();
		m.sh(`rm -rf /var/backups/kontor && mariadb kontor -e "DELETE FROM schema_migration WHERE version = ${NEXT_SCHEMA}; ALTER TABLE session DROP COLUMN remark"`);
		install(`/srv/${path.basename(nextDeb)}`);
		assert.match(m.sh('ls /var/backups/kontor'), /^kontor-before-upgrade-/m, 'what an older release left is copied first');
		assert.strictEqual(status(`${ORIGIN}/kontor/readyz`), '200');
		assert.ok(orders() >= before);
		await unnoticed(async () => {});
		booksHold();
	});
	claim('a purge that was asked to drops the database, its accounts and the pictures', () => {
		m.sh("echo 'kontor kontor/purge boolean true' | debconf-set-selections && apt-get purge -qy kontor 2>&1");
		assert.strictEqual(m.sh("mariadb -N -B -e \"SHOW DATABASES LIKE 'kontor%'\"").trim(), '');
		assert.strictEqual(m.sh("mariadb -N -B -e \"SELECT User FROM mysql.global_priv WHERE User LIKE 'kontor%'\"").trim(), '');
		assert.strictEqual(m.run('test -e /var/lib/kontor').status, 1);
	});
	claim('the journal holds no secret and no complaint of systemd', async () => {
		const journal = m.sh('journalctl --no-pager -o cat -u "kontor*"');
		for (const secret of ['buyer@example.org', 'Long Lane'])
			assert.ok(!journal.includes(secret), secret);
		assert.doesNotMatch(journal, /Unknown (key|section)|Failed to (set up|apply)/);
		await m.remove();
	});
}

test('a web server that comes after the shop takes it too', async () => {
	m = await Machine.boot('later');
	m.put(thisDeb);
	install(`--no-install-recommends /srv/${path.basename(thisDeb)} curl`);
	install('--no-install-recommends lighttpd');
	assert.strictEqual(status(`${ORIGIN}/kontor/en/`), '200');
	m.sh('systemctl stop lighttpd');
	install('apache2');
	assert.strictEqual(status(`${ORIGIN}/kontor/en/`), '200');
});
test('both web servers are reloaded, also when one of them cannot be', () => {
	m.sh('systemctl start apache2 && echo Nonsense >/etc/apache2/conf-enabled/nonsense.conf');
	m.sh("sed -i 's/= 80$/= 81/' /etc/lighttpd/lighttpd.conf && systemctl start lighttpd");
	const r = m.run('kontor reload');
	m.sh('rm /etc/apache2/conf-enabled/nonsense.conf');
	assert.strictEqual(r.status, 1);
	assert.match(r.stdout, /lighttpd.service reloaded/);
	assert.match(r.stderr, /apache2.service was not reloaded/);
});
test('other sites of the server are left as they are', () => {
	assert.doesNotMatch(m.sh('cat /var/lib/kontor/web/apache-path.conf'), /^(RequestReadTimeout|TraceEnable|DeflateAlterETag)/m);
});
test('a purge that finds no database server keeps the pictures', () => {
	m.sh('kontor demo');
	m.sh("echo 'kontor kontor/purge boolean true' | debconf-set-selections && systemctl stop mariadb && apt-get purge -qy kontor 2>&1");
	m.sh('systemctl start mariadb');
	assert.ok(fs.readdirSync(path.join(m.dir, 'var/lib/kontor/media')).length > 10);
	assert.strictEqual(goods(), 71);
});
test('installed while the database is away, the way that its message tells keeps what was in it', () => {
	m.sh('systemctl stop mariadb');
	const text = install(`--no-install-recommends /srv/${path.basename(thisDeb)}`);
	assert.match(text, /THE DATABASE IS NOT SET UP YET/);
	assert.strictEqual(status(`${ORIGIN}/kontor/en/`), '503');
	m.sh('systemctl start mariadb');
	// independent of the answers to dbconfig-common
	m.sh("echo 'kontor kontor/dbconfig-reinstall boolean true' | debconf-set-selections");
	m.sh(/^kontor: +(dpkg-reconfigure .*)$/m.exec(text)[1]);
	assert.strictEqual(goods(), 71);
	assert.strictEqual(status(`${ORIGIN}/kontor/readyz`), '200');
	booksHold();
});
test('an upgrade leaves the shop with the database that its configuration names', async () => {
	m.sh('kontor config set db.name shop2 && kontor accounts | mariadb && kontor migrate && kontor reload');
	m.put(nextDeb);
	install(`--no-install-recommends /srv/${path.basename(nextDeb)}`);
	assert.strictEqual(m.sh('kontor config get db.name').trim(), 'shop2');
	booksHold();
});
test('a copy that cannot be made stops an upgrade before anything is changed', async () => {
	m.sh('kontor config set db.name kontor && kontor reload');
	m.sh(`apt-get install -qy --allow-downgrades /srv/${path.basename(thisDeb)} 2>&1 || true`);
	m.sh('echo 1 >/var/lib/kontor/installed/schema; rm -rf /var/backups/kontor; touch /var/backups/kontor');
	const r = m.run(`apt-get install -qy /srv/${path.basename(nextDeb)} 2>&1`);
	assert.notStrictEqual(r.status, 0);
	assert.match(r.stdout, /the copy failed, so nothing was changed/);
	assert.match(m.sh('kontor --version'), /0\.1\.0/);
	await m.remove();
});

run({ after: async () => { if (m) await m.remove(); } });
