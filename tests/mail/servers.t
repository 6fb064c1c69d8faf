#!/usr/bin/env node
// `kontor mail test` against npm's smtp-server, with TLS and logins, and against a real postfix that delivers.
'use strict';
const assert = require('assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { execFileSync, spawn, spawnSync } = require('child_process');
const { Buyer } = require('../e2e/buyer.js');
const { Shop } = require('../e2e/shop.js');
const { until } = require('../e2e/stack.js');
const { test, run } = require('../e2e/tap.js');

const build = path.resolve(process.env.top_builddir || '.');
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kontor-servers-'));
const file = (name) => path.join(dir, name);
let SMTPServer;
try {
	({ SMTPServer } = require(path.join(process.env.KONTOR_NODE_MODULES || '', 'smtp-server')));
} catch { /* the tests say so */ }

function makeCertificates() {
	const ssl = (...args) => execFileSync('openssl', args, { stdio: 'ignore' });
	for (const ca of ['ours', 'other'])
		ssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', `/CN=${ca}`, '-keyout', file(`${ca}.key`),
			'-out', file(`${ca}.pem`));
	ssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=mail', '-keyout', file('server.key'), '-out', file('server.csr'));
	fs.writeFileSync(file('ext'), 'subjectAltName = DNS:localhost');
	ssl('x509', '-req', '-in', file('server.csr'), '-CA', file('ours.pem'), '-CAkey', file('ours.key'), '-CAcreateserial',
		'-days', '30', '-extfile', file('ext'), '-out', file('server.pem'));
	fs.writeFileSync(file('password'), 'geheim\n', { mode: 0o600 });
}

function configure(settings) {
	fs.writeFileSync(file('kontor.conf'), '[site]\nname = Tee\nurl = http://shop.example\nsender = shop@local.example\n'
		+ `[db]\nsocket = ${dir}/no-database\n[mail]\n`
		+ Object.entries(settings).map(([k, v]) => `${k} = ${v}\n`).join(''));
	return file('kontor.conf');
}

// Starts a smtp-server with these options, sends one mail, and resolves to what came of it.
async function against(options, settings, to = 'ada@local.example') {
	const mails = [];
	const server = new SMTPServer({
		key: fs.readFileSync(file('server.key')), cert: fs.readFileSync(file('server.pem')), authOptional: true,
		onAuth: (auth, session, done) => (auth.username === 'shop' && auth.password === 'geheim'
			? done(null, { user: 'shop' }) : done(new Error('Invalid username or password'))),
		onData: (stream, session, done) => {
			const parts = [];
			stream.on('data', (part) => parts.push(part));
			stream.on('end', () => { mails.push(Buffer.concat(parts).toString()); done(options.atEnd || null); });
		},
		...options,
	});
	server.on('error', () => {});
	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	const conf = configure({ server: `localhost:${server.server.address().port}`, ...settings });
	const child = spawn(`${build}/kontor`, ['--config', conf, 'mail', 'test', '--json', to]);
	let out = '';
	child.stdout.on('data', (d) => { out += d; });
	await new Promise((done) => child.on('close', done));
	await new Promise((done) => server.close(done));
	return { ...JSON.parse(out), mails };
}

function refusal(code, text) {
	return Object.assign(new Error(text), { responseCode: code });
}

// [claim, options of the server, settings of [mail], end, code]
const cases = [
	['plain SMTP', {}, {}, 'sent', 250],
	['STARTTLS', {}, { tls: 'starttls', tls_ca: file('ours.pem') }, 'sent', 250],
	['STARTTLS with a certificate of another authority', {}, { tls: 'starttls', tls_ca: file('other.pem') }, 'halt', null],
	['STARTTLS without the authority\'s file', {}, { tls: 'starttls', tls_ca: file('none.pem') }, 'halt', null],
	['STARTTLS that is not offered', { disabledCommands: ['STARTTLS'] }, { tls: 'starttls', tls_ca: file('ours.pem') }, 'halt', null],
	['TLS from the first byte', { secure: true }, { tls: 'tls', tls_ca: file('ours.pem') }, 'sent', 250],
	['a login over STARTTLS', { authOptional: false },
		{ tls: 'starttls', tls_ca: file('ours.pem'), user: 'shop', password_file: file('password') }, 'sent', 250],
	['a wrong login', {}, { tls: 'starttls', tls_ca: file('ours.pem'), user: 'nobody', password_file: file('password') },
		'halt', 535],
	['a login that is missing', { authOptional: false }, {}, 'halt', 530],
	['a mail above the announced size', { size: 10 }, {}, 'never', 552],
	['a recipient that is refused', { onRcptTo: (a, s, done) => done(refusal(550, '5.1.1 no')) }, {}, 'never', 550],
	['a recipient to try later', { onRcptTo: (a, s, done) => done(refusal(451, '4.7.1 later')) }, {}, 'again', 451],
	['a busy server', { onConnect: (s, done) => done(refusal(421, 'busy')) }, {}, 'again', 421],
	['a mail refused at its end', { atEnd: refusal(554, '5.6.0 no') }, {}, 'never', 554],
	['a mail to try later at its end', { atEnd: refusal(452, '4.3.1 full') }, {}, 'again', 452],
];

for (const [claim, options, settings, end, code] of cases)
	test(`smtp-server: ${claim}`, async () => {
		if (!SMTPServer)
			return 'npm has no smtp-server here';
		const got = await against(options, settings);
		assert.strictEqual(got.end, end, got.why);
		if (code !== null)
			assert.strictEqual(got.code, code, got.why);
		assert.strictEqual(got.mails.length, end === 'sent' || options.atEnd ? 1 : 0);
		return undefined;
	});

test('a real postfix takes a mail and delivers it, and refuses what it must', () => {
	const conf = configure({});
	const script = `for to in ada@local.example nosuch@local.example x@elsewhere.example; do
			${build}/kontor --config ${conf} mail test --json $to 2>/dev/null; done
		for i in $(seq 100); do ls ${dir}/postfix/home/ada/Maildir/new/* 2>/dev/null && exit 0; sleep 0.1; done; exit 1`;
	const got = spawnSync(path.join(__dirname, 'postfix'), [file('postfix'), 'bash', '-c', script],
		{ encoding: 'utf8', timeout: 120000, killSignal: 'SIGTERM' });
	if (got.status === 77)
		return got.stdout.trim().split('\n').pop();
	assert.strictEqual(got.status, 0, got.stdout + got.stderr);
	const [here, nosuch, elsewhere, mail] = got.stdout.trim().split('\n').map((l) => (l.startsWith('{') ? JSON.parse(l) : l));
	assert.deepStrictEqual([here.end, here.code], ['sent', 250], here.why);
	assert.deepStrictEqual([nosuch.end, nosuch.code, nosuch.bad_address], ['never', 550, true], nosuch.why);
	assert.deepStrictEqual([elsewhere.end, elsewhere.bad_address], ['again', false], elsewhere.why);
	const text = fs.readFileSync(mail, 'utf8');
	assert.match(text, /^Return-Path: <shop@local\.example>\nX-Original-To: ada@local\.example\n/);
	assert.match(text, /^Message-ID: <test\.[0-9a-f]{32}@shop\.example>$/m);
	assert.match(text, /=E4=BD=A0=E5=A5=BD/);
	return undefined;
});

test('a mail that postfix sends back ends all mail to its address', async () => {
	const shop = await Shop.start({ goods: { lid: { stock: 9 } }, conf: { site: { sender: 'shop@local.example' },
		mail: { transport: 'smtp', bounce: 'bounce@local.example' } } });
	try {
		shop.jobs.kill('SIGTERM');
		await until('kontor-jobs to end', () => shop.jobs.gone);
		const b = new Buyer(shop.origin('lighttpd'));
		await b.addToCart('/en/p/lid', { quantity: '1' });
		await b.checkout('en', { email: 'gone@local.example' });
		const number = /K-\d+/.exec((await b.submit('/checkout/place', { terms: '1' })).text)[0];
		const script = `${build}/kontor-jobs --config ${shop.confFile} --once
			for i in $(seq 100); do ls ${dir}/postfix/home/bounce/Maildir/new/* 2>/dev/null && break; sleep 0.1; done
			exec ${build}/kontor --config ${shop.confFile} mail bounce --json ${dir}/postfix/home/bounce/Maildir/new/*`;
		const got = spawnSync(path.join(__dirname, 'postfix'), [file('postfix'), 'bash', '-c', script],
			{ encoding: 'utf8', timeout: 120000, killSignal: 'SIGTERM' });
		if (got.status === 77)
			return got.stdout.trim().split('\n').pop();
		assert.strictEqual(got.status, 0, got.stdout + got.stderr);
		const bounce = JSON.parse(got.stdout.trim().split('\n').pop());
		assert.deepStrictEqual([bounce.result, bounce.status, bounce.order], ['suppressed', '5.1.1', number], got.stdout);
		assert.strictEqual(shop.kontor('order', 'pay', number, '--reference', 'bank').status, 0);
		spawnSync(path.join(build, 'kontor-jobs'), ['--config', shop.confFile, '--once']);
		const { mails } = JSON.parse(shop.kontor('mail', 'list', '--json', '--order', number, '--kind', 'payment_received').stdout);
		assert.deepStrictEqual(mails.map((m) => m.state), ['dropped']);
		assert.match(mails[0].answer, /^the address gets no mail: 5\.1\.1 /);
		assert.match(shop.kontor('order', 'show', number).stdout, /No mail goes to gone@local\.example since .*: 5\.1\.1 /);
		return undefined;
	} finally {
		await shop.stop();
	}
});

run({ before: makeCertificates, after: () => fs.rmSync(dir, { recursive: true, force: true }) });
