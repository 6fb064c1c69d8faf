#!/usr/bin/env node
// The package beside other sites: on a machine whose Apache and lighttpd serve sites of their own, neither installing nor
// upgrading nor removing it changes a byte of their answers or of their configuration, modules that were disabled stay
// so, and the servers start after a reboot. And debconf neither asks for the database's root password nor keeps it.
'use strict';
const assert = require('assert');
const path = require('path');
const { test, run } = require('../e2e/tap.js');
const { Machine, until } = require('./machine.js');

const [, , thisDeb, nextDeb] = process.argv;
const SECRET = 'the-root-password-of-a-test';
const DISABLED = ['deflate', 'filter', 'setenvif', 'reqtimeout'];
const SERVERS = { apache2: 80, lighttpd: 81 };
let m, answers, files, modules, upgraded;

const put = (file, text) => m.sh(`mkdir -p $(dirname ${file}) && cat >${file} <<'END'\n${text}\nEND`);
const status = (port, host, target) => m.sh(`curl -s -o /dev/null -w '%{http_code}' -H 'Host: ${host}' 'http://localhost:${port}${target}'`).trim();

// What the other sites answer, without the time. Among the paths are those of the shop, and what only settings of the
// whole server change.
function listen() {
	const asked = [];
	for (const [server, port] of Object.entries(SERVERS))
		for (const host of ['one.example', 'two.example', 'unknown.example'])
			for (const what of ['/', '/kontor', '/kontor/', '/kontor/static/own.css', '/kontor/order/x', '/shop/', '/none', '/a%2Fb', '/proxied/x'])
				for (const option of ['', '-H "Accept-Encoding: gzip"', '-X TRACE', '-X POST -d x=1'])
					asked.push(`echo "== ${server} ${host} ${what} ${option.replace(/"/g, '')}"; `
						+ `curl -s -i -m 10 ${option} -H 'Host: ${host}' 'http://localhost:${port}${what}' | sed -e '/^Date:/d' -e 's/^ETag: W./ETag: /'`);
	put('/srv/listen', asked.join('\n'));
	return m.sh('sh /srv/listen');
}

// The files of the servers' configuration except the shop's own, and modules, which are compared apart.
const snapshot = () => m.sh("find /etc/apache2 /etc/lighttpd /var/www ! -type d ! -path '*/conf-*/*kontor*' ! -path '*/mods-enabled/*'"
	+ ' | sort | xargs sha256sum; find /etc/apache2 /etc/lighttpd -type l ! -path "*kontor*" ! -path "*/mods-enabled/*" | sort | xargs ls -l');
const enabled = () => m.sh('ls /etc/apache2/mods-enabled').trim().split('\n');

function untouched() {
	assert.strictEqual(snapshot(), files);
	for (const name of DISABLED)
		assert.ok(!enabled().includes(`${name}.load`), `${name} was enabled`);
	assert.deepStrictEqual(modules.filter((name) => !enabled().includes(name)), [], 'a module was disabled');
	for (const server of Object.keys(SERVERS))
		assert.strictEqual(m.sh(`systemctl is-active ${server}`).trim(), 'active');
	assert.strictEqual(listen(), answers);
}

// Returns what debconf was asked for.
function asking(command) {
	const text = m.sh(`DEBCONF_DEBUG=developer ${command} 2>&1`);
	assert.doesNotMatch(text, /<-- INPUT \S+ kontor\/mysql\/admin-pass/, 'the password of root is asked for');
	assert.match(text, /<-- (INPUT|GET) /, 'debconf reports what it is asked');
	assert.strictEqual(m.run(`grep -rl ${SECRET} /var/cache/debconf /etc/dbconfig-common /var/lib/kontor /etc/kontor`).stdout, '');
	return text;
}

test('a machine with two sites on Apache and on lighttpd, and some modules disabled', async () => {
	m = await Machine.boot('sites');
	m.put(thisDeb);
	m.put(nextDeb);
	m.sh("printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d"
		+ ' && apt-get install -qy --no-install-recommends apache2 lighttpd curl default-mysql-server 2>&1 && rm /usr/sbin/policy-rc.d');
	for (const name of ['one', 'two']) {
		put(`/var/www/${name}/index.html`, `<p>${name}</p>`);
		put(`/var/www/${name}/kontor/index.html`, `<p>${name}'s own kontor</p>`);
		put(`/var/www/${name}/kontor/static/own.css`, 'p { color: red }');
		put(`/var/www/${name}/shop/index.html`, `<p>${name}'s own shop</p>`);
	}
	put('/etc/apache2/sites-available/one.conf', '<VirtualHost *:80>\nServerName one.example\nDocumentRoot /var/www/one\nErrorDocument 404 "nothing"\n</VirtualHost>');
	put('/etc/apache2/sites-available/two.conf', '<VirtualHost *:80>\nServerName two.example\nDocumentRoot /var/www/two\n'
		+ 'ProxyPass /proxied/ http://one.example:80/ disablereuse=on\nProxyErrorOverride On\n</VirtualHost>');
	put('/etc/lighttpd/conf-enabled/20-sites.conf', ['one', 'two'].map((name) => `$HTTP["host"] == "${name}.example" {\n`
		+ `server.document-root = "/var/www/${name}"\n}`).join('\n'));
	m.sh("echo '127.0.0.1 one.example two.example' >>/etc/hosts; sed -i 's/= 80$/= 81/' /etc/lighttpd/lighttpd.conf;"
		+ ' a2enmod -q proxy proxy_http; a2ensite -q one two; a2dismod -qf ' + DISABLED.join(' '));
	m.sh('systemctl restart apache2 lighttpd mariadb');
	modules = enabled();
	files = snapshot();
	answers = listen();
	assert.match(answers, /one's own kontor/);
});
test('installing the package leaves them as they are, and serves the shop where it harms nobody', () => {
	m.sh(`echo 'kontor kontor/mysql/admin-pass password ${SECRET}' | debconf-set-selections`);
	const text = asking(`apt-get install -qy --no-install-recommends memcached /srv/${path.basename(thisDeb)}`);
	untouched();
	assert.match(text, /Apache's sites are left as they are.*Include \/var\/lib\/kontor\/web\/apache\.conf/);
	assert.match(text, /while these of its modules are disabled: setenvif/);
	assert.match(text, /the shop is at http:\/\/shoptest\/kontor\//);
	assert.strictEqual(status(81, 'shoptest', '/kontor/en/'), '200', 'lighttpd distinguishes hosts');
	assert.strictEqual(status(80, 'shoptest', '/kontor/en/'), '404');
});
test('after a reboot both servers serve their sites', async () => {
	await m.halt();
	await m.start();
	for (const port of Object.values(SERVERS))
		await until('the servers', () => m.run(`curl -s -o /dev/null http://localhost:${port}/`).status === 0);
	await until('the shop', () => status(81, 'shoptest', '/kontor/readyz') === '200');
	untouched();
});
test('a virtual host of the shop serves it once it includes it and the modules are there; the others stay as they are', () => {
	put('/etc/apache2/sites-enabled/shop.conf', '<VirtualHost *:80>\nServerName shoptest\nDocumentRoot /var/www/html\n'
		+ '<Location "/">\nProxyErrorOverride On\n</Location>\nInclude /var/lib/kontor/web/apache.conf\n</VirtualHost>');
	files = snapshot();
	m.sh('apache2ctl configtest 2>&1 && systemctl restart apache2');
	untouched();
	m.sh('a2enmod -q setenvif && systemctl restart apache2');
	assert.strictEqual(status(80, 'shoptest', '/kontor/en/'), '200');
	const page = m.sh('curl -s -i -H "Host: shoptest" http://localhost/kontor/en/none');
	const [, id] = /X-Request-Id: (\w+)/i.exec(page);
	assert.strictEqual(page.split(id).length, 3, "the worker's own error page, though errors are overridden elsewhere");
	m.sh('a2dismod -qf setenvif && systemctl restart apache2');
	untouched();
});
test('a configuration that a web server would refuse is not left behind', () => {
	m.sh("sed -i.mine 's/^Alias/Nonsense/' /usr/share/kontor/apache/kontor.conf.in");
	const r = m.run('a2enmod -q setenvif; kontor publish; kontor reload');
	m.sh('mv /usr/share/kontor/apache/kontor.conf.in.mine /usr/share/kontor/apache/kontor.conf.in; apache2ctl configtest 2>&1; a2dismod -qf setenvif');
	assert.match(r.stderr, /the web servers' files stay as they were: apache2.service refuses its configuration/);
	assert.strictEqual(r.status, 1);
	untouched();
});
test('an upgrade leaves them as they are, and backends that were disabled', () => {
	m.sh('systemctl disable kontor@1 kontor@2 2>&1');
	m.sh(`mariadb -e "ALTER USER root@localhost IDENTIFIED BY '${SECRET}'"`);
	m.sh(`echo 'kontor kontor/mysql/admin-pass password ${SECRET}' | debconf-set-selections`);
	asking(`apt-get install -qy --no-install-recommends /srv/${path.basename(nextDeb)}`);
	m.sh(`mariadb -p${SECRET} -e "ALTER USER root@localhost IDENTIFIED VIA unix_socket"`);
	untouched();
	assert.match(m.sh('kontor --version'), /0\.1\.1/);
	const verify = m.run('kontor verify');
	assert.strictEqual(verify.status, 0, verify.stdout + verify.stderr);
	assert.doesNotMatch(m.sh('ls /etc/systemd/system/kontor.target.wants 2>/dev/null || true'), /kontor@/);
});
test('an older release over the newer database says so', () => {
	for (const n of [1, 2])
		m.sh(`mariadb kontor -e "INSERT INTO schema_migration (version, name, checksum, done, started_at, finished_at)`
			+ ` SELECT version + 1, '009${n}_later.sql', checksum, done, started_at, finished_at FROM schema_migration`
			+ ' ORDER BY version DESC LIMIT 1"');
	const text = m.sh('rm /var/lib/kontor/installed/schema; dpkg-reconfigure -f noninteractive kontor 2>&1');
	m.sh('mariadb kontor -e "DELETE FROM schema_migration WHERE name LIKE \'%later.sql\'"');
	assert.match(text, /THE DATABASE IS OF A LATER RELEASE/);
	assert.doesNotMatch(text, /NOT SET UP YET|the shop is at/);
	m.sh('dpkg-reconfigure -f noninteractive kontor 2>&1');
	untouched();
});
test('removing and purging it leaves them as they are', () => {
	m.sh('rm /etc/apache2/sites-enabled/shop.conf && apt-get remove -qy kontor 2>&1');
	files = snapshot();
	untouched();
	m.sh('apt-get purge -qy kontor 2>&1 && systemctl restart apache2 lighttpd');
	untouched();
});

run({ after: async () => { if (m) await m.remove(); } });
