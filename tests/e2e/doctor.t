#!/usr/bin/env node
// kontor doctor: a healthy shop has no fault; faults of the configuration, the web server and https are found by name, with
// their remedies.
'use strict';
const assert = require('assert');
const child = require('child_process');
const fs = require('fs');
const http = require('http');
const https = require('https');
const net = require('net');
const path = require('path');
const { listen } = require('../integ/smtp_fake.js');
const { begin, variant, start, doctor, found, lacks, faults, planted, listening, closed, record } = require('./doctor.js');
const { until, sleep, program, src, build } = require('./stack.js');
const { test, run } = require('./tap.js');

const isRoot = process.getuid() === 0;
const HTTPS_AT = '127.77.0.1'; // of the loopback, for the usual ports
// Far over what it takes (a fraction of a second), since this machine may have other work.
const HEALTHY_MS = 20000;
let s;

// ---- the healthy shop ----

test('a healthy shop has no fault, behind lighttpd', async () => {
	const began = Date.now(), d = await doctor({});
	assert.deepStrictEqual(faults(d), []);
	assert.ok(d.checks.length >= 25, 'all checks are made');
	assert.deepStrictEqual(d.checks.flatMap((c) => c.blocked_by), []);
	assert.ok(Date.now() - began < HEALTHY_MS, `it took ${Date.now() - began} ms`);
});
test('a healthy shop has no fault, behind Apache', async () => {
	const d = await doctor({ conf: variant({ site: { url: s.origin('apache') } }) });
	assert.deepStrictEqual(faults(d), []);
	assert.ok(d.checks.find((c) => c.check === 'web-server').notes.some((n) => n.startsWith('Apache')));
});
test('for people: one line of what is looked at, what is found, what mends it, and the sum', async () => {
	const r = await start({ args: ['--verbose'] });
	assert.strictEqual(r.status, 0);
	assert.match(r.out, /^ok {6}backends: each backend answers/m);
	assert.match(r.out, /^advice {2}db-durability: innodb_flush_log_at_trx_commit is 2/m);
	assert.match(r.out, /^ {8}remedy: mariadb -e "SET GLOBAL innodb_flush_log_at_trx_commit = 1"/m);
	assert.match(r.out, /^\d+ checks in \d+\.\d s: 0 faults, \d+ advice/m);
	const brief = await start({}, ['backends']);
	assert.strictEqual(brief.out.trim().split('\n').length, 2, brief.out);
});
test('a check can be named, and a wrong name is told', async () => {
	const d = await doctor('db-server', 'pause').catch(() => null);
	assert.strictEqual(d, null);
	assert.deepStrictEqual((await doctor('db-server', 'ordering')).checks.map((c) => c.check), ['ordering', 'db-server']);
	const r = await start({}, ['nosuch']);
	assert.strictEqual(r.status, 2);
	assert.match(r.err, /there is no check 'nosuch'/);
});
test('it changes nothing', async () => {
	const state = () => child.execFileSync('find', [s.dir, '-newer', path.join(s.dir, 'mark'), '-type', 'f', '!', '-path', '*/log/*', '!', '-path', '*/mail/*',
		'!', '-name', 'stats[.-]*', '!', '-name', 'variant.conf', '!', '-name', 'mark']).toString();
	fs.writeFileSync(path.join(s.dir, 'mark'), '');
	await sleep(20);
	const orders = s.number('SELECT COUNT(*) FROM session');
	await doctor({});
	await doctor({ conf: variant({ site: { url: s.origin('apache') } }) });
	assert.strictEqual(state(), '');
	assert.strictEqual(s.number('SELECT COUNT(*) FROM session'), orders);
});
test('every check and finding stands in doc/doctor.md as the program has it', async () => {
	const r = await start({ args: ['--table'] });
	const doc = fs.readFileSync(path.join(src, 'doc', 'doctor.md'), 'utf8');
	assert.ok(doc.endsWith(r.out), 'doc/doctor.md ends in the output of kontor doctor --table');
	assert.ok((r.out.match(/^\| [a-z-]+ \| (fault|advice) \|/gm) || []).length >= 70);
});

// ---- configuration, rights, templates ----

test('a wrong line of the configuration', async () => {
	found(await doctor({ conf: variant({ web: { deadline_ms: 'soon' } }) }, 'config'), 'config-wrong', 'variant.conf:',
		'kontor reload');
	found(await doctor({ conf: path.join(s.dir, 'none.conf') }, 'config'), 'config-missing', 'none.conf', 'kontor setup');
});
test('provoked faults are switched on', async () => {
	found(await doctor({ conf: variant({ test: { faults: 'yes' } }) }, 'config'), 'faults-on', 'test.faults', 'kontor config set test.faults no');
	const d = await doctor('config');
	found(d, 'config-unwise', 'site.imprint is empty', 'kontor setup');
	lacks(d, 'faults-on');
});
test('mails that cannot leave', async () => {
	const smtp = await listen({ banner: '220 ready' }), busy = await listen({ banner: '554 go away' });
	const mail = (rows, site = {}) => doctor({ conf: variant({ site, mail: rows }) }, 'mail');
	const at = (server) => ({ transport: 'smtp', server: `127.0.0.1:${server.port}` });

	found(await mail({}), 'mail-file', `mails stay in ${s.dir}/mail`, 'kontor config set mail.transport smtp');
	assert.deepStrictEqual((await mail(at(smtp))).findings, []);
	assert.ok(smtp.seen.every((session) => session.commands.length === 0), 'nothing is sent');
	found(await mail(at(busy)), 'mail-none', 'it answers "554 go away"', 'kontor mail test');
	await busy.close();
	found(await mail(at(busy)), 'mail-none', 'refused', 'apt install postfix');
	found(await mail({ ...at(smtp), user: 'shop', password_file: `${s.dir}/none` }), 'mail-settings', 'does not exist', 'kontor mail test');
	found(await doctor({ conf: variant({ web: { confine: 'no' }, mail: { transport: 'sendmail', sendmail: `${s.dir}/none` } }) }, 'mail'), 'sendmail-none', `${s.dir}/none`, 'mail.transport smtp');
	found(await mail(at(smtp), { sender: '' }), 'sender-none', 'site.sender is empty', 'kontor setting set site.sender');
	await smtp.close();
});
test('a configuration that others may write', async () => {
	const conf = variant({});
	fs.chmodSync(conf, 0o666);
	found(await doctor({ conf }, 'secrets'), 'conf-writable', conf, `chmod go-w ${conf}`);
	fs.chmodSync(conf, 0o644);
});
test('a public key of receipts that is missing, a private one that others may read', async () => {
	const file = path.join(s.dir, 'other.private');
	const conf = variant({ receipts: { public_key_file: path.join(s.dir, 'none.public'), private_key_file: file } });
	lacks(await doctor('secrets'), 'receipts-key', 'receipts-private');
	found(await doctor({ conf }, 'secrets'), 'receipts-key', 'none.public', 'kontor receipts keys');
	fs.writeFileSync(file, 'x\n', { mode: 0o640 });
	found(await doctor({ conf }, 'secrets'), 'receipts-private', `${file} (receipts.private_key_file;`, `chmod 0600 ${file}`);
	fs.rmSync(file);
});
test('a secret of the cache that is missing, of a wrong size, open to everybody', async () => {
	const file = path.join(s.dir, 'other.secret'), conf = variant({ cache: { secret_file: file } });
	lacks(await doctor('secrets'), 'cache-secret');
	found(await doctor({ conf }, 'secrets'), 'cache-secret', `${file} does not exist`, 'kontor setup --batch');
	fs.writeFileSync(file, 'secret\n', { mode: 0o640 });
	found(await doctor({ conf }, 'secrets'), 'cache-secret', `${file} does not hold 32 bytes`, `rm -f ${file}`);
	fs.copyFileSync(path.join(s.dir, 'cache.secret'), file);
	fs.chmodSync(file, 0o644);
	found(await doctor({ conf }, 'secrets'), 'cache-secret', `${file} is open to every user`, 'kontor reload');
	fs.chmodSync(file, 0o640);
	lacks(await doctor({ conf }, 'secrets'), 'cache-secret');
	fs.rmSync(file);
});
test('a file with the keys of order links that is missing, or damaged', async () => {
	const file = path.join(s.dir, 'other.links'), conf = variant({ order: { links_file: file } });
	lacks(await doctor('secrets'), 'links-keys');
	found(await doctor({ conf }, 'secrets'), 'links-keys', `${file} does not exist`, 'kontor links keys');
	fs.writeFileSync(file, 'base 12\n', { mode: 0o640 });
	found(await doctor({ conf }, 'secrets'), 'links-keys', `${file} is damaged`, 'kontor links keys');
	fs.rmSync(file);
});
test('a password file that everybody may read, an empty one, one that is missing', async () => {
	const file = path.join(s.dir, 'secret'), conf = variant({ db: { jobs_password_file: file } });
	fs.writeFileSync(file, 'secret\n');
	fs.chmodSync(file, 0o644);
	found(await doctor({ conf }, 'secrets'), 'password-open', `${file} (db.jobs_password_file;`, `chmod o-rwx ${file}`);
	fs.chmodSync(file, 0o600);
	lacks(await doctor({ conf }, 'secrets'), 'password-open', 'password-empty');
	fs.writeFileSync(file, '\n');
	found(await doctor({ conf }, 'secrets'), 'password-empty', file, 'kontor accounts | mariadb');
	fs.rmSync(file);
	found(await doctor({ conf }, 'secrets'), 'password-missing', file, 'chown root:kontor-jobs');
});
test('a password file that the workers cannot read', async () => {
	const file = path.join(s.dir, 'secret'), conf = variant({ db: { password_file: file } });
	fs.writeFileSync(file, 'secret\n');
	fs.chmodSync(file, 0);
	const d = await doctor({ conf }, 'secrets');
	if (isRoot) // root reads everything, and so do these workers
		lacks(d, 'password-unreadable');
	else
		found(d, 'password-unreadable', file, 'chmod 0640');
	fs.rmSync(file, { force: true });
});
test('files of which the workers are not the owners', async () => {
	if (!isRoot)
		return 'only root can give a folder away';
	// without a live worker the check assumes the user kontor or, if there is none, the owner of the counters' folder
	const given = path.join(s.dir, 'given'), log = path.join(s.dir, 'closed.log'), secret = path.join(s.dir, 'secret');
	fs.mkdirSync(given);
	fs.chownSync(given, 65534, 65534);
	for (const file of [log, secret])
		fs.writeFileSync(file, 'x\n', { mode: 0o600 });
	const conf = variant({ paths: { stats_file: path.join(given, 'nosuch') }, log: { file: log }, db: { password_file: secret } });
	fs.chmodSync(conf, 0o600);
	const d = await doctor({ conf }, 'secrets', 'log');
	fs.chmodSync(conf, 0o644);
	found(d, 'conf-unreadable', conf, `chown root:kontor ${conf} && chmod 0640 ${conf}`);
	found(d, 'password-unreadable', `${secret} is root:root 0600`, `chown root:kontor ${secret} && chmod 0640 ${secret}`);
	found(d, 'log-denied', `${log} is root:root 0600`, `: ${log}`);
	const [counters] = fs.readdirSync(s.dir).filter((n) => n.startsWith('stats.')), state = path.join(s.dir, 'state');
	fs.mkdirSync(state);
	fs.copyFileSync(path.join(s.dir, counters), path.join(state, counters));
	fs.copyFileSync(path.join(s.dir, 'stats-control'), path.join(state, 'stats-control'));
	fs.chmodSync(path.join(state, counters), 0o600);
	fs.chownSync(state, 65534, 65534);
	fs.chmodSync(state, 0o555);
	const copied = await doctor({ conf: variant({ paths: { stats_file: path.join(state, 'stats') } }) }, 'counters', 'workers');
	found(copied, 'counters-denied', `${state}/${counters} is root:root 0600`, `${state}/${counters}`);
	found(copied, 'state-denied', state, ` ${state}`);
	found(copied, 'no-worker', 'no backend has a running worker', 'kontor.target');
});
test('a broken override is named with its line', async () => {
	const dir = path.join(s.dir, 'own');
	fs.mkdirSync(dir);
	fs.writeFileSync(path.join(dir, 'home.mustache'), '<p>\n{{#page}}\n');
	const conf = variant({ paths: { override_dir: dir } });
	found(await doctor({ conf }, 'templates'), 'override-refused', `${dir}/home.mustache:2`, 'repair or remove the file');
	fs.rmSync(dir, { recursive: true });
	found(await doctor({ conf: variant({ paths: { template_dir: s.dir } }) }, 'templates'), 'template-broken', s.dir,
		'reinstall the package');
	found(await doctor({ conf: variant({ paths: { locale_dir: s.dir } }) }, 'templates'), 'language-bare',
		'no translations for de', 'de.mo');
});

// ---- the web server, pages, files ----

test('site.url leads nowhere, to a host without address, to another server, to another shop', async () => {
	const port = await new Promise((done) => {
		const probe = net.createServer().listen(0, '127.0.0.1', () => {
			const p = probe.address().port;
			probe.close(() => done(p));
		});
	});
	let d = await doctor({ conf: variant({ site: { url: `http://127.0.0.1:${port}` } }) }, 'address', 'site', 'static');
	found(d, 'site-down', `127.0.0.1:${port}`, 'systemctl restart');
	assert.deepStrictEqual(d.checks.map((c) => c.blocked_by), [[], ['address'], ['address']]);
	d = await doctor({ conf: variant({ site: { url: `http://no-such-host.invalid:${s.ports.lighttpd}` } }) }, 'address', 'site');
	found(d, 'address-none', 'no-such-host.invalid has no address', 'create a DNS record');
	lacks(d, 'page-wrong', 'site-down'); // this machine answers for it
	d = await doctor({ conf: variant({ site: { url: `http://127.0.0.9:${s.ports.lighttpd}` } }) }, 'address', 'site');
	assert.strictEqual(found(d, 'site-far', 'is answered at 127.0.0.1', 'on another machine').level, 'advice');
	assert.deepStrictEqual(faults(d), []);
	const other = await listening(http.createServer((rq, rs) => rs.end('hello')), 0, '127.0.0.1');
	d = await doctor({ conf: variant({ site: { url: `http://127.0.0.1:${other.address().port}` } }) }, 'site', 'web-server');
	found(d, 'port-taken', `held by ${path.basename(process.execPath)}`, 'listen elsewhere');
	found(d, 'page-wrong', 'is not a page of Kontor', 'see the checks sockets');
	found(d, 'other-shop', 'not by the workers of this installation', s.dir);
	await closed(other);
	const down = await listening(http.createServer((rq, rs) => rs.writeHead(503).end()), 0, '127.0.0.1');
	d = await doctor({ conf: variant({ site: { url: `http://127.0.0.1:${down.address().port}` } }) }, 'site');
	found(d, 'page-wrong', '/readyz is answered with 503', 'see the checks sockets');
	lacks(d, 'not-ready');
	await closed(down);
	const twin = await listening(http.createServer((rq, rs) => rs.writeHead(200, { 'x-request-id': 'ab'.repeat(16) }).end()),
		0, '127.0.0.1');
	d = await doctor({ conf: variant({ site: { url: `http://127.0.0.1:${twin.address().port}` } }) }, 'site');
	found(d, 'other-shop', 'not by the workers', 'kontor reload');
	found(d, 'header-missing', 'Content-Security-Policy', 'systemctl reload');
	await closed(twin);
});
test('a static file and a picture that are missing', async () => {
	const dir = path.join(s.dir, 'web', 'static'), css = fs.readdirSync(dir).find((n) => n.endsWith('.css'));
	await planted(() => fs.renameSync(path.join(dir, css), path.join(dir, 'away')),
		() => fs.renameSync(path.join(dir, 'away'), path.join(dir, css)),
		async () => {
			// lighttpd remembers for a second that a file was there
			const d = await until('the server to notice', async () => {
				const got = await doctor('static', 'error-pages');
				return got.findings.some((f) => f.name === 'static-missing') && got;
			});
			found(d, 'static-missing', css, 'kontor reload');
			found(d, 'error-stale', css, 'kontor publish'); // the error page names it too
		});
	await until('the server to notice', async () => faults(await doctor('static', 'error-pages')).length === 0);
});
test('static files that browsers may not keep', async () => {
	const server = await listening(http.createServer((rq, rs) => rs.end('<link href="/static/own.css">')), 0, '127.0.0.1');
	const d = await doctor({ conf: variant({ site: { url: `http://127.0.0.1:${server.address().port}` } }) }, 'static');
	found(d, 'static-not-kept', '/static/own.css for a year', 'kontor reload');
	await closed(server);
});
test('an error page that is missing, and one that is of another time', async () => {
	const page = (n) => path.join(s.dir, 'web', 'error', `${n}.html`), text = fs.readFileSync(page(404), 'utf8');
	await planted(() => fs.renameSync(page(503), `${page(503)}.away`), () => fs.renameSync(`${page(503)}.away`, page(503)),
		async () => found(await doctor('error-pages'), 'error-missing', page(503), 'kontor publish'));
	await planted(() => fs.writeFileSync(page(404), text.replace('</h1>', '!</h1>')), () => fs.writeFileSync(page(404), text),
		async () => found(await doctor('error-pages'), 'error-stale', page(404), 'kontor publish'));
});
test('a file that the web server may not read', async () => {
	const css = path.join(s.dir, 'web', 'static', fs.readdirSync(path.join(s.dir, 'web', 'static')).find((n) => n.endsWith('.css')));
	await planted(() => fs.chmodSync(css, 0), () => fs.chmodSync(css, 0o644),
		async () => found(await doctor({ conf: variant({ site: { url: s.origin('apache') } }) }, 'files'), 'file-denied', css, `chmod a+rX ${s.dir}/web/static`));
});
test('downloads that the web server does not send, may not read, or gives to everybody', async () => {
	const dir = path.join(s.dir, 'downloads'), file = path.join(s.dir, 'conf', 'some.txt');
	fs.writeFileSync(file, 'bytes');
	await s.importGoods('Files', { ebook: { stock: 5, ships: false } });
	assert.strictEqual(s.kontor('download', 'add', 'SKU-ebook', file).status, 0);
	for (const server of ['lighttpd', 'apache'])
		lacks(await doctor({ conf: variant({ site: { url: s.origin(server) } }) }, 'downloads'), 'downloads-unsent', 'downloads-denied', 'downloads-served', 'downloads-writable');
	await planted(() => fs.renameSync(path.join(dir, 'probe'), path.join(dir, 'away')) || fs.mkdirSync(path.join(dir, 'probe')),
		() => fs.rmdirSync(path.join(dir, 'probe')) || fs.renameSync(path.join(dir, 'away'), path.join(dir, 'probe')),
		async () => found(await doctor('downloads'), 'downloads-unsent', '/download-probe', 'a2enmod xsendfile'));
	await planted(() => fs.chmodSync(path.join(dir, 'probe'), 0o600), () => fs.chmodSync(path.join(dir, 'probe'), 0o644),
		async () => found(await doctor({ conf: variant({ site: { url: s.origin('apache') } }) }, 'downloads'), 'downloads-denied', dir, 'chmod 2750'));
	await planted(() => fs.chmodSync(dir, 0o777), () => fs.chmodSync(dir, 0o755),
		async () => found(await doctor('downloads'), 'downloads-writable', dir, 'chmod 2750'));
	found(await doctor({ conf: variant({ paths: { download_dir: path.join(s.dir, 'web', 'static') } }) }, 'downloads'), 'downloads-served', `${s.dir}/web`, 'paths.download_dir');
});
test('an Apache module that is missing, of which the configuration says nothing, and one of whose words it does not know',
	async () => {
		const file = path.join(s.dir, 'conf', 'apache.conf'), text = fs.readFileSync(file, 'utf8');
		const conf = variant({ site: { url: s.origin('apache') } });
		const without = (name) => fs.writeFileSync(file, text.replace(new RegExp(`^LoadModule ${name}_module.*\\n`, 'm'), ''));
		for (const name of ['proxy_fcgi', 'headers', 'slotmem_shm'])
			await planted(() => without(name), () => fs.writeFileSync(file, text),
				async () => found(await doctor({ conf }, 'web-server'), 'module-missing', name, `a2enmod ${name}`));
	});
test('Apache modules without which its error pages have no number, and too few threads', async () => {
	const file = path.join(s.dir, 'conf', 'apache.conf'), text = fs.readFileSync(file, 'utf8');
	const conf = variant({ site: { url: s.origin('apache') } });
	const written = (change) => fs.writeFileSync(file, change(text));
	const back = () => fs.writeFileSync(file, text);
	lacks(await doctor({ conf }, 'web-server'), 'module-numbers', 'threads-few');
	for (const name of ['include', 'unique_id'])
		await planted(() => written((t) => t.replace(new RegExp(`^LoadModule ${name}_module.*\n`, 'm'), '')), back,
			async () => found(await doctor({ conf }, 'web-server'), 'module-numbers', `module ${name} is off`, `a2enmod ${name}`));
	await planted(() => written((t) => t.replace(/^MaxRequestWorkers .*/m, 'MaxRequestWorkers 150')), back,
		async () => found(await doctor({ conf }, 'web-server'), 'threads-few', 'Apache serves 150 requests at a time, before 4 workers', 'MaxRequestWorkers 2048'));
	await planted(() => written((t) => t.replace(/^ServerLimit .*/m, 'ServerLimit 1').replace(/^ThreadsPerChild .*/m, 'ThreadsPerChild 50')), back,
		async () => found(await doctor({ conf }, 'web-server'), 'threads-few', 'serves 50 requests', ''));
});
test('a web server configuration with a mistake, for another path, with too few backends or too many', async () => {
	const own = path.join(s.dir, 'web', 'lighttpd.conf'), text = fs.readFileSync(own, 'utf8');
	const away = path.join(s.dir, '2.sock');
	await planted(() => fs.writeFileSync(own, `${text}nonsense\n`), () => fs.writeFileSync(own, text),
		async () => found(await doctor('web-server'), 'web-broken', 'lighttpd refuses its configuration', 'lighttpd -tt -f'));
	found(await doctor({ conf: variant({ site: { url: `${s.origin('lighttpd')}/tea` } }) }, 'web-server'), 'web-stale', '"/tea/"',
		'kontor reload');
	const stranger = await listening(net.createServer((c) => c.end(Buffer.concat([record(6, Buffer.from('Status: 200 OK\r\n\r\nhi')),
		record(3, Buffer.alloc(8))])).resume()), path.join(s.dir, '3.sock'));
	found(await doctor('backends'), 'backend-broken', '3.sock answers, but is not a worker of Kontor', 'kontor@3');
	await closed(stranger);
	const third = await listening(net.createServer((c) => c.destroy()), path.join(s.dir, '3.sock'));
	const d = await doctor('web-server', 'backends');
	found(d, 'web-stale', `${s.dir}/3.sock is not in the configuration`, 'kontor reload');
	found(d, 'backend-silent', '3.sock', 'kontor@3');
	await closed(third);
	await planted(() => fs.renameSync(away, `${away}.away`), () => fs.renameSync(`${away}.away`, away),
		async () => found(await doctor('web-server'), 'backend-gone', `names the backend ${away}, which does not exist`, 'kontor@2'));
	for (const server of ['lighttpd', 'apache'])
		found(await doctor({ conf: variant({ site: { url: s.origin(server) }, web: { deadline_ms: 30000 } }) }, 'web-server'), 'web-stale',
			'gives a worker 6 s; web.deadline_ms and web.grace_ms are 32000 ms', 'kontor reload');
	const gone = await doctor({ conf: variant({ paths: { run_dir: '/nonexistent' } }) }, 'web-server', 'sockets');
	found(gone, 'web-off', '/nonexistent', 'lighttpd -tt -f /etc/lighttpd/lighttpd.conf && systemctl restart lighttpd');
	found(gone, 'run-dir-gone', '/nonexistent does not exist', "systemd-tmpfiles --create kontor.conf && systemctl restart 'kontor@*'");
	const host = { run_dir: '/nonexistent' }, at = (base) => ({ url: s.origin('apache') + base });
	found(await doctor({ conf: variant({ paths: host, site: at('/tea') }) }, 'web-server'), 'web-off', '', 'a2enconf kontor');
	for (const over of [{ site: at('') }, { site: at('/tea'), web: { hosts: 'other.example' } }])
		found(await doctor({ conf: variant({ paths: host, ...over }) }, 'web-server'), 'web-off', '', 'apache.conf" into the <VirtualHost>');
});
test('root runs neither a program nor a configuration that a stranger calls a web server', async () => {
	if (!isRoot)
		return 'only root has something to lose';
	const dir = path.join(s.dir, 'stranger'), ran = path.join(dir, 'ran'), file = (name) => path.join(dir, name);
	fs.mkdirSync(dir);
	fs.writeFileSync(file('evil'), `#!/bin/sh\nid -u >>${ran}\n`, { mode: 0o755 });
	fs.writeFileSync(file('lighttpd.conf'), `server.document-root = "${dir}"\nserver.bind = "${dir}/http"\n`
		+ `# ${dir}/1.sock\nserver.tag = "${dir}/1.sock"\ninclude_shell "${dir}/evil"\n`);
	fs.symlinkSync('/bin/sh', file('lighttpd'));
	for (const name of ['', 'evil', 'lighttpd.conf'])
		fs.chownSync(file(name), 65534, 65534);
	const conf = variant({ paths: { run_dir: dir } }), args = ['-f', file('lighttpd.conf')];
	for (const [what, argv0, ...argv] of [[file('lighttpd'), file('evil'), '-c', 'read x', 'x', ...args],
		[program('lighttpd'), program('lighttpd'), '-D', ...args]]) {
		const p = child.spawn(what, argv, { argv0, uid: 65534, gid: 65534, stdio: ['pipe', 'ignore', 'ignore'] });
		const end = new Promise((done) => { p.on('close', done); });
		await planted(() => until('its name', () => fs.readFileSync(`/proc/${p.pid}/comm`, 'utf8') === 'lighttpd\n'),
			() => { p.kill('SIGKILL'); return end; }, async () => {
				const d = await doctor({ conf }, 'web-server');
				const by = fs.existsSync(ran) ? fs.readFileSync(ran, 'utf8').split('\n') : [];
				assert.ok(!by.includes('0'), `${what} made root run it`);
				found(d, 'web-off', dir, 'kontor publish');
			});
	}
});
test('an access log that names orders', async () => {
	const file = path.join(s.dir, 'log', 'access'), conf = variant({ log: { web_server: file } });
	fs.writeFileSync(file, `127.0.0.1 [now] "GET /en/order/${'A'.repeat(22)} HTTP/1.1" 200\n`);
	found(await doctor({ conf }, 'log'), 'orders-in-logs', file, 'env=!kontor_secret');
	fs.writeFileSync(file, '127.0.0.1 [now] "GET an order" 200\n');
	lacks(await doctor({ conf }, 'log'), 'orders-in-logs');
	fs.rmSync(file);
	found(await doctor({ conf }, 'log'), 'log-gone', file, 'web_server');
});
test('failures of the last hour, with the number to look up', async () => {
	const file = path.join(s.dir, 'log', 'planted'), conf = variant({ log: { file } }), id = 'cd'.repeat(16);
	const at = (ms) => new Date(Date.now() - ms).toISOString();
	fs.writeFileSync(file, `ts=${at(7200e3)} level=error prog=kontor.fcgi pid=1 req=${'ef'.repeat(16)} event=crashed\n`
		+ `ts=${at(60e3)} level=error prog=kontor.fcgi pid=1 req=${id} event=hung\n`);
	const d = await doctor({ conf }, 'log');
	found(d, 'failures-lately', '1 requests failed within the last hour, the last one with hung', `kontor log ${id}`);
	fs.appendFileSync(file, `ts=${at(1e3)} level=error prog=kontor.fcgi pid=1 req=x;reboot event=hung\n`);
	assert.strictEqual(found(await doctor({ conf }, 'log'), 'failures-lately', '2 requests', 'kontor log -').mend, 'kontor log -');
});

// ---- https ----

const tls = (name) => path.join(s.dir, 'tls', name);
const openssl = (...args) => child.execFileSync('openssl', args, { cwd: path.join(s.dir, 'tls'), stdio: 'pipe' });

// A certificate for the name, from our own authority, valid from and until so many days from now.
function certificate(file, name, from, until, alternative = `DNS:${name}`) {
	const day = (n) => new Date(Date.now() + n * 86400e3).toISOString().replace(/[-:T]/g, '').slice(2, 14) + 'Z';
	openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${file}.key`, '-subj',
		`/CN=${name}`, '-addext', `subjectAltName=${alternative}`, '-out', `${file}.csr`);
	openssl('ca', '-batch', '-config', 'ca.conf', '-in', `${file}.csr`, '-out', `${file}.pem`, '-startdate', day(from), '-enddate',
		day(until));
}

function authority() {
	fs.mkdirSync(tls(''));
	fs.writeFileSync(tls('index'), '');
	fs.writeFileSync(tls('ca.conf'), ['[ca]', 'default_ca = a', '[a]', 'database = index', 'new_certs_dir = .', 'rand_serial = yes',
		'certificate = ca.pem', 'private_key = ca.key', 'default_md = sha256', 'policy = p', 'copy_extensions = copy',
		'unique_subject = no', '[p]', 'commonName = supplied', ''].join('\n'));
	openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem',
		'-subj', '/CN=Authority of a test', '-days', '30');
	certificate('good', 'localhost', -10, 60);
	certificate('late', 'localhost', -10, 7);
	certificate('old', 'localhost', -10, -1);
	certificate('other', 'example.org', -10, 60);
	certificate('address', HTTPS_AT, -10, 60, `IP:${HTTPS_AT}`);
}

async function over(file, env, headers = {}) {
	const server = await listening(https.createServer({ key: fs.readFileSync(tls(`${file}.key`)), cert: fs.readFileSync(tls(`${file}.pem`)) },
		(rq, rs) => rs.writeHead(200, headers).end('ok\n')), 0, '127.0.0.1');
	try {
		return await doctor({ conf: variant({ site: { url: `https://localhost:${server.address().port}` } }), env }, 'https');
	} finally {
		await closed(server);
	}
}

test('certificates: right, about to expire, expired, of another name, of nobody known; no TLS at all', async () => {
	authority();
	const env = { SSL_CERT_FILE: tls('ca.pem') }, hsts = { 'strict-transport-security': 'max-age=1' };
	assert.deepStrictEqual((await over('good', env, hsts)).findings, []);
	found(await over('good', env), 'no-hsts', 'Strict-Transport-Security', 'kontor config set web.hsts_days 365');
	assert.strictEqual(found(await over('late', env, hsts), 'cert-expires', 'expires in', 'certbot renew').level, 'advice');
	found(await over('old', env), 'cert-expired', 'has expired', 'certbot renew');
	found(await over('other', env), 'cert-host', 'is for DNS:example.org, not for localhost', 'certbot certonly -d localhost');
	found(await over('good', {}), 'cert-untrusted', 'Authority of a test', 'fullchain.pem');
	const plain = `https://127.0.0.1:${s.ports.lighttpd}`;
	found(await doctor({ conf: variant({ site: { url: plain } }) }, 'https'), 'tls-none', plain, 'SSLEngine on');
	found(await doctor({ conf: variant({ site: { url: 'http://shop.invalid' } }) }, 'https'), 'no-https', 'http://shop.invalid', 'certbot');
});

test('kontor-jobs notes for the metrics when the certificate expires, under its confinement', async () => {
	const facts = path.join(s.dir, 'noted'), log = path.join(s.dir, 'log', 'noted.log'), env = { SSL_CERT_FILE: tls('ca.pem') };
	fs.mkdirSync(facts);
	const server = await listening(https.createServer({ key: fs.readFileSync(tls('late.key')), cert: fs.readFileSync(tls('late.pem')) },
		(rq, rs) => rs.end()), 0, '127.0.0.1');
	const conf = variant({ site: { url: `https://localhost:${server.address().port}` }, paths: { facts_dir: facts }, log: { file: log } });
	const p = child.spawn(path.join(build, 'kontor-jobs'), ['--config', conf, '--once'], { env: { ...process.env, ...env } });
	await new Promise((done) => { p.on('close', done); });
	await closed(server);
	const metrics = child.spawnSync(path.join(build, 'kontor'), ['--config', conf, 'status', '--metrics'], { encoding: 'utf8' }).stdout;
	const days = (Number(/^kontor_certificate_expires_seconds (\d+)$/m.exec(metrics)[1]) - Date.now() / 1000) / 86400;
	assert.ok(days > 6 && days < 8, `${days} days; ${fs.readFileSync(log, 'utf8')}`);
	assert.doesNotMatch(fs.readFileSync(log, 'utf8'), /event=call_refused|job=certificate/);
});
test('http that does not lead to https', async () => {
	const options = { key: fs.readFileSync(tls('address.key')), cert: fs.readFileSync(tls('address.pem')) };
	const env = { SSL_CERT_FILE: tls('ca.pem') }, conf = variant({ site: { url: `https://${HTTPS_AT}` } });
	const safe = await listening(https.createServer(options, (rq, rs) => rs.writeHead(200, { 'strict-transport-security': 'x' }).end()),
		443, HTTPS_AT).catch(() => null);
	if (safe === null)
		return 'the usual ports cannot be had here';
	let to = `https://${HTTPS_AT}/`;
	found(await doctor({ conf, env }, 'https'), 'no-redirect', `http://${HTTPS_AT}/ does not answer`, `to https://${HTTPS_AT}/`);
	const plain = await listening(http.createServer((rq, rs) => rs.writeHead(301, { location: to }).end()), 80, HTTPS_AT);
	assert.deepStrictEqual((await doctor({ conf, env }, 'https')).findings, []);
	to = 'http://elsewhere.invalid/';
	found(await doctor({ conf, env }, 'https'), 'no-redirect', 'is answered with 301 and does not redirect to https', 'redirect http://');
	await closed(plain);
	await closed(safe);
});

run({ before: async () => { s = await begin(); }, after: () => s.stop() });
