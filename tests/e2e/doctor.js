// doctor.js - what the tests of `kontor doctor` share: a shop, other configurations beside its own, planted faults.
'use strict';
const assert = require('assert');
const child = require('child_process');
const fs = require('fs');
const net = require('net');
const path = require('path');
const { Shop } = require('./shop.js');
const { until, src, build } = require('./stack.js');

let s;

// The shop under test, with all its processes running.
async function begin() {
	s = await Shop.start({ goods: { tea: { stock: 5 } }, conf: { site: { sender: 'shop@example.org' }, test: { faults: 'no' },
		web: { deadline_ms: 3000, grace_ms: 2000 } } });
	s.readable('web', 'media');
	await until('all processes to have their places', async () => {
		const d = await doctor('jobs', 'workers');
		return d.faults === 0 && JSON.stringify(d).includes('4 workers in 2 backends are running');
	});
	return s;
}

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

// The finding of that name; its text and its remedy must match.
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

module.exports = { begin, variant, start, doctor, found, lacks, faults, sql, planted, listening, closed, record, fastcgi };
