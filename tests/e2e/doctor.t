#!/usr/bin/env node
// kontor doctor: a healthy shop has no fault; each fault that is planted is found by its name, with what mends it.
'use strict';
const assert = require('assert');
const child = require('child_process');
const fs = require('fs');
const http = require('http');
const https = require('https');
const net = require('net');
const path = require('path');
const { Shop } = require('./shop.js');
const { until, sleep, program, children, src, build } = require('./stack.js');
const { test, run } = require('./tap.js');

const isRoot = process.getuid() === 0;
const HTTPS_AT = '127.77.0.1'; // of the loopback, for the usual ports
// Far over what it takes (a fraction of a second), since this machine may have other work.
const HEALTHY_MS = 20000, ALL_DOWN_MS = 40000;
let s;

// Another configuration beside the shop's own: {section: {key: value}} over it.
function variant(over) {
	const file = path.join(s.dir, 'variant.conf');
	let text = fs.readFileSync(s.confFile, 'utf8');
	for (const [section, rows] of Object.entries(over))
		for (const [key, value] of Object.entries(rows)) {
			text = text.replace(new RegExp(`(^\\[${section}\\]\\n(?:(?!\\[).*\\n)*?)${key} = .*\\n`, 'm'), '$1');
			text = text.includes(`[${section}]\n`) ? text.replace(`[${section}]\n`, `[${section}]\n${key} = ${value}\n`)
				: `${text}\n[${section}]\n${key} = ${value}\n`;
		}
	fs.writeFileSync(file, text);
	return file;
}

// Runs it; not spawnSync, since some of the servers that it asks are in this process. `options`: {conf, args, env, uid}.
function start({ conf = s.confFile, args = [], env = {}, uid } = {}, checks = []) {
	return new Promise((done, fail) => {
		const p = child.spawn(path.join(build, 'kontor'), ['--config', conf, 'doctor', '--dir', path.join(src, 'etc', 'sql'),
			...args, ...checks], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'],
			...(uid === undefined ? {} : { uid, gid: uid }) });
		let out = '', err = '';
		p.stdout.on('data', (d) => { out += d; });
		p.stderr.on('data', (d) => { err += d; });
		p.on('error', fail);
		p.on('close', (status) => done({ status, out, err }));
	});
}

async function doctor(options, ...checks) {
	if (typeof options === 'string')
		return doctor({}, options, ...checks);
	const r = await start({ ...options, args: ['--json', ...(options.args || [])] }, checks);
	assert.strictEqual(r.err, '');
	const d = JSON.parse(r.out);
	d.status = r.status;
	d.findings = d.checks.flatMap((c) => c.findings);
	assert.strictEqual(r.status, d.faults > 0 ? 1 : 0, 'the status says whether there is a fault');
	return d;
}

// The finding of that name, which names the thing and what mends it.
function found(d, name, what, mend) {
	const all = d.findings.filter((f) => f.name === name);
	assert.ok(all.length > 0, `${name} is not among: ${JSON.stringify(d, null, 1)}`);
	assert.ok(all.some((f) => f.what.includes(what) && f.mend.includes(mend)), JSON.stringify(all));
	return all[0];
}

function lacks(d, ...names) {
	assert.deepStrictEqual(d.findings.filter((f) => names.includes(f.name)), []);
}

const faults = (d) => d.findings.filter((f) => f.level === 'fault');

function sql(text) {
	child.execFileSync('mariadb', ['--no-defaults', '-S', `${s.services}/db.sock`, '-u', 'root', '-e', text, 'kontor'],
		{ stdio: ['ignore', 'ignore', 'inherit'] });
}

// Plants a fault, looks, and takes it away again whatever was found.
async function planted(plant, undo, look) {
	await plant();
	try {
		await look();
	} finally {
		await undo();
	}
}

function listening(server, ...where) {
	return new Promise((done, fail) => {
		server.on('error', fail);
		server.listen(...where, () => done(server));
	});
}

const closed = (server) => new Promise((done) => {
	if (server.closeAllConnections)
		server.closeAllConnections();
	server.close(done);
});

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
	assert.match(r.out, /^ {8}mend: mariadb -e "SET GLOBAL innodb_flush_log_at_trx_commit = 1"/m);
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
	const state = () => child.execFileSync('find', [s.dir, '-newer', path.join(s.dir, 'mark'), '-type', 'f', '!', '-path', '*/log/*',
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
	const d = await doctor('config', 'mail');
	found(d, 'config-unwise', 'site.imprint is empty', 'kontor setup');
	found(d, 'sender-none', 'site.sender is empty', 'kontor config set site.sender');
	lacks(d, 'faults-on');
});
test('a configuration that others may write', async () => {
	const conf = variant({});
	fs.chmodSync(conf, 0o666);
	found(await doctor({ conf }, 'secrets'), 'conf-writable', conf, `chmod go-w ${conf}`);
	fs.chmodSync(conf, 0o644);
});
test('a password file that everybody may read, an empty one, one that is missing', async () => {
	const file = path.join(s.dir, 'secret'), conf = variant({ db: { jobs_password_file: file } });
	fs.writeFileSync(file, 'secret\n');
	fs.chmodSync(file, 0o644);
	found(await doctor({ conf }, 'secrets'), 'password-open', `${file} (db.jobs_password_file)`, `chmod o-rwx ${file}`);
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
	// without a worker that lives, they are the user kontor, or, where there is none, whose the folder of the counters is
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
	found(copied, 'no-worker', 'no worker lives', 'kontor.target');
});
test('a broken override is named with its line', async () => {
	const dir = path.join(s.dir, 'own');
	fs.mkdirSync(dir);
	fs.writeFileSync(path.join(dir, 'home.mustache'), '<p>\n{{#page}}\n');
	const conf = variant({ paths: { override_dir: dir } });
	found(await doctor({ conf }, 'templates'), 'override-refused', `${dir}/home.mustache:2`, 'mend or remove the file');
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
	found(d, 'address-none', 'no-such-host.invalid has no address', 'make a record');
	lacks(d, 'page-wrong', 'site-down'); // this machine answers for it
	d = await doctor({ conf: variant({ site: { url: `http://127.0.0.9:${s.ports.lighttpd}` } }) }, 'address', 'site');
	assert.strictEqual(found(d, 'site-far', 'this machine answers for it at 127.0.0.1', 'on another machine').level, 'advice');
	assert.deepStrictEqual(faults(d), []);
	const other = await listening(http.createServer((rq, rs) => rs.end('hello')), 0, '127.0.0.1');
	d = await doctor({ conf: variant({ site: { url: `http://127.0.0.1:${other.address().port}` } }) }, 'site');
	found(d, 'page-wrong', 'is not a page of Kontor', 'see the checks sockets');
	found(d, 'other-shop', 'not by the workers of this installation', s.dir);
	await closed(other);
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
	found(d, 'static-not-kept', '/static/own.css may not be kept', 'kontor reload');
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
test('an Apache module that is missing, of which the configuration says nothing, and one of whose words it does not know',
	async () => {
		const file = path.join(s.dir, 'conf', 'apache.conf'), text = fs.readFileSync(file, 'utf8');
		const conf = variant({ site: { url: s.origin('apache') } });
		const without = (name) => fs.writeFileSync(file, text.replace(new RegExp(`^LoadModule ${name}_module.*\\n`, 'm'), ''));
		for (const name of ['proxy_fcgi', 'headers', 'slotmem_shm'])
			await planted(() => without(name), () => fs.writeFileSync(file, text),
				async () => found(await doctor({ conf }, 'web-server'), 'module-missing', name, `a2enmod ${name}`));
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
	found(await doctor('backends'), 'backend-broken', '3.sock answers, but is no worker of Kontor', 'kontor@3');
	await closed(stranger);
	const third = await listening(net.createServer((c) => c.destroy()), path.join(s.dir, '3.sock'));
	const d = await doctor('web-server', 'backends');
	found(d, 'web-stale', `${s.dir}/3.sock is not in the configuration`, 'kontor reload');
	found(d, 'backend-silent', '3.sock', 'kontor@3');
	await closed(third);
	await planted(() => fs.renameSync(away, `${away}.away`), () => fs.renameSync(`${away}.away`, away),
		async () => found(await doctor('web-server'), 'backend-gone', `names the backend ${away}, which is not there`, 'kontor@2'));
	for (const server of ['lighttpd', 'apache'])
		found(await doctor({ conf: variant({ site: { url: s.origin(server) }, web: { deadline_ms: 30000 } }) }, 'web-server'), 'web-stale',
			'gives a worker 6 s; web.deadline_ms and web.grace_ms are 32000 ms', 'kontor reload');
	found(await doctor({ conf: variant({ paths: { run_dir: '/nonexistent' } }) }, 'web-server', 'sockets'), 'web-off',
		'/nonexistent', 'systemctl');
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
	found(await over('good', env), 'no-hsts', 'Strict-Transport-Security', 'take out');
	assert.strictEqual(found(await over('late', env, hsts), 'cert-expires', 'expires in', 'certbot renew').level, 'advice');
	found(await over('old', env), 'cert-expired', 'has expired', 'certbot renew');
	found(await over('other', env), 'cert-host', 'is for DNS:example.org, not for localhost', 'certbot certonly -d localhost');
	found(await over('good', {}), 'cert-untrusted', 'Authority of a test', 'fullchain.pem');
	const plain = `https://127.0.0.1:${s.ports.lighttpd}`;
	found(await doctor({ conf: variant({ site: { url: plain } }) }, 'https'), 'tls-none', plain, 'SSLEngine on');
	found(await doctor({ conf: variant({ site: { url: 'http://shop.invalid' } }) }, 'https'), 'no-https', 'http://shop.invalid', 'certbot');
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
	found(await doctor({ conf, env }, 'https'), 'no-redirect', 'is answered with 301 and does not lead to https', 'redirect http://');
	await closed(plain);
	await closed(safe);
});

// ---- database ----

test('a wrong password', async () => {
	const file = path.join(s.dir, 'wrong');
	fs.writeFileSync(file, 'wrong\n', { mode: 0o600 });
	const d = await doctor({ conf: variant({ db: { password_file: file } }) }, 'accounts', 'database');
	found(d, 'account-refused', `kontor_web is refused with the password of ${file}`, 'kontor accounts | mariadb');
	lacks(d, 'db-down');
	found(await doctor({ conf: variant({ db: { name: 'nosuch', user: 'root' } }) }, 'database'), 'db-none',
		'there is no database nosuch', 'kontor accounts | mariadb; kontor migrate');
	found(await doctor({ conf: variant({ db: { name: 'nosuch', tool_user: 'root' } }) }, 'accounts'), 'account-lacks', 'nosuch', 'kontor migrate');
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
		found(await doctor('schema'), 'schema-half', `${last} is half done: 3`, 'kontor migrate --resume');
	});
	await planted(() => sql('ALTER TABLE product RENAME COLUMN vendor TO maker'),
		() => sql('ALTER TABLE product RENAME COLUMN maker TO vendor'),
		async () => found(await doctor('schema'), 'schema-drift', 'vendor', 'undo it'));
	await planted(() => sql('RENAME TABLE schema_migration TO away'), () => sql('RENAME TABLE away TO schema_migration'),
		async () => found(await doctor('schema'), 'schema-none', 'kontor has no schema', 'kontor migrate'));
	assert.deepStrictEqual(faults(await doctor('schema')), []);
});
test('a database server that is read-only, or has no room', async () => {
	await planted(() => sql('SET GLOBAL read_only = 1'), () => sql('SET GLOBAL read_only = 0'),
		async () => found(await doctor('db-server'), 'db-read-only', 'read-only', 'read_only = 0'));
	await planted(() => sql('ALTER DATABASE kontor CHARACTER SET latin1'),
		() => sql('ALTER DATABASE kontor CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci'),
		async () => found(await doctor('db-server'), 'db-charset', 'latin1, not utf8mb4', 'ALTER DATABASE `kontor` CHARACTER SET utf8mb4'));
	await planted(() => sql('SET GLOBAL max_prepared_stmt_count = 50'), () => sql('SET GLOBAL max_prepared_stmt_count = 65000'),
		async () => found(await doctor('db-server'), 'db-connections', 'max_prepared_stmt_count is used up', 'max_prepared_stmt_count = '));
	await planted(() => sql('SET GLOBAL max_connections = 10'), () => sql('SET GLOBAL max_connections = 200'),
		async () => found(await doctor('db-server'), 'db-connections', 'max_connections is 10; 4 workers, 1 kontor-jobs', 'max_connections = 30'));
});
test('messages that were given up, or wait for too long', async () => {
	await planted(() => sql("INSERT INTO outbox (kind, subject, version, payload, state, due_at, created_at) VALUES"
		+ " ('mail', 'a', 1, '', 2, 1, 1), ('mail', 'b', 1, '', 0, 1, 1)"), () => sql("DELETE FROM outbox WHERE kind = 'mail'"), async () => {
		const d = await doctor('queue');
		found(d, 'queue-dead', '1 messages', 'kontor verify');
		found(d, 'queue-late', '1 messages', 'kontor-jobs');
	});
});

// ---- cache ----

test('memcached that has ended, stands still, is too old, listens to everybody, is too small', async () => {
	await planted(() => s.service('mc-kill'), () => s.service('mc-start'),
		async () => found(await doctor('cache'), 'cache-down', `${s.services}/mc.sock`, 'systemctl start memcached'));
	await planted(() => s.service('mc-stop'), () => s.service('mc-cont'),
		async () => found(await doctor('cache'), 'cache-hangs', 'does not answer', 'systemctl restart memcached'));
	const fake = await listening(net.createServer((c) => c.on('data', (b) => c.write(b.toString().includes('settings')
		? 'STAT inter 0.0.0.0\r\nSTAT tcpport 11211\r\nEND\r\n'
		: 'STAT version 1.6.9\r\nSTAT limit_maxbytes 134217728\r\nSTAT evictions 500\r\nSTAT total_items 1000\r\nEND\r\n'))
		.on('error', () => {})), 0, '127.0.0.1');
	const d = await doctor({ conf: variant({ cache: { socket: `127.0.0.1:${fake.address().port}` } }) }, 'cache');
	found(d, 'cache-old', 'is 1.6.9, too old', '1.6.18 or newer');
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
	assert.match(r.out, /not looked at \(run it as root\)/);
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
		async () => found(await doctor('jobs'), 'jobs-dead', 'no kontor-jobs runs', 'kontor-jobs'));
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
	found(d, 'pool-stopped', 'backend 2 has no worker left', 'kontor@2');
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
	found(await doctor('workers'), 'worker-old', '1 workers run a program whose file was replaced', 'kontor reload');
	const [pid] = children(p.pid), c = fastcgi(s.socket('5'), { REQUEST_METHOD: 'GET', REQUEST_URI: '/healthz', HTTP_X_KONTOR_FAULT: 'hang' });
	const hasty = variant({ web: { deadline_ms: 200, grace_ms: 100 } });
	const d = await until('it to be stuck', async () => {
		const got = await doctor({ conf: hasty }, 'workers');
		return got.findings.some((f) => f.name === 'worker-stuck') && got;
	});
	found(d, 'worker-stuck', `worker ${pid} of backend 5 has one request`, `kill -KILL ${pid}`);
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
	found(d, 'breaker-db', 'take the database to be down', 'mend what the check database names');
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
	assert.ok(d.findings.some((f) => f.name === 'socket-stale' || f.name === 'socket-none'));
	const r = await start({});
	assert.match(r.out, /^later {3}not looked at, because of the above: .*schema/m);
	assert.ok(r.out.split('\n').length < 60, r.out);
});

// A record of FastCGI.
const record = (type, body) => Buffer.concat([Buffer.from([1, type, 0, 1, body.length >> 8, body.length & 255, 0, 0]), body]);

// One request, sent as a web server sends it; nobody reads the answer.
function fastcgi(socket, params) {
	const pairs = Object.entries(params).map(([k, v]) => Buffer.concat([Buffer.from([k.length, v.length]), Buffer.from(k + v)]));
	const c = net.connect({ path: socket });
	c.on('error', () => {});
	c.write(Buffer.concat([record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])), record(4, Buffer.concat(pairs)), record(4, Buffer.alloc(0)),
		record(5, Buffer.alloc(0))]));
	return c;
}

run({
	before: async () => {
		s = await Shop.start({ goods: { tea: { stock: 5 } }, conf: { test: { faults: 'no' }, web: { deadline_ms: 3000, grace_ms: 2000 } } });
		s.readable('web', 'media');
		await until('all processes to have their places', async () => {
			const d = await doctor('jobs', 'workers');
			return d.faults === 0 && JSON.stringify(d).includes('4 workers of 2 backends live');
		});
	},
	after: () => s.stop(),
});
