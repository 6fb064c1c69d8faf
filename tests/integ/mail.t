#!/usr/bin/env node
// `kontor mail test` against servers, programs and folders with every fault: each ends as it must, for this mail and for
// those that follow. Needs no services and no packages of npm.
'use strict';
const assert = require('assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { spawn } = require('child_process');
const { test, run } = require('../e2e/tap.js');
const { parse } = require('../e2e/schema.js');
const { listen } = require('./smtp_fake.js');

const build = process.env.top_builddir || '.';
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kontor-mail-'));
const silent = () => {};
const cut = (socket) => socket.destroy();

// Runs `kontor mail test` with these settings of [mail]; resolves to its status, its JSON, and its messages.
let sends = 0;
function send(settings, { to = 'buyer@example.com', more = '' } = {}) {
	const conf = path.join(dir, `${++sends}.conf`);
	fs.writeFileSync(conf, `[site]\nname = Tee & Kaffee\nurl = http://shop.example\nsender = shop@example.org\n`
		+ `[db]\nsocket = ${dir}/no-database\n${more}[mail]\n`
		+ Object.entries(settings).map(([k, v]) => `${k} = ${v}\n`).join(''));
	return new Promise((done) => {
		const child = spawn(`${build}/kontor`, ['--config', conf, 'mail', 'test', '--json', '--', to]);
		let out = '', err = '';
		child.stdout.on('data', (d) => { out += d; });
		child.stderr.on('data', (d) => { err += d; });
		child.on('close', (status) => done({ status, err, ...(out ? parse('mail-test', out) : {}) }));
	});
}

async function against(answers, settings = {}, how = {}) {
	const server = await listen(answers);
	const got = await send({ server: `127.0.0.1:${server.port}`, ...settings }, how);
	await server.close();
	return { ...got, seen: server.seen };
}

function program(name, text) {
	const file = path.join(dir, name);
	fs.writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
	return { transport: 'sendmail', sendmail: file };
}

const open = { more: '[web]\nconfine = no\n' };
const short = { limit_s: 2 };

// [claim, answers that differ, end, code, bad address, settings]
const faults = [
	['an accepted mail is sent', {}, 'sent', 250, false],
	['a recipient that does not exist: never, and suppressed', { RCPT: '550 5.1.1 unknown' }, 'never', 550, true],
	['the same without an enhanced status', { RCPT: '550 no such user' }, 'never', 550, true],
	['an answer of several lines', { RCPT: '550-5.1.1 unknown\r\n550 5.1.1 see above' }, 'never', 550, true],
	['a full mailbox: never, but not suppressed', { RCPT: '552 5.2.2 full' }, 'never', 552, false],
	['a recipient to try later', { RCPT: '451 4.7.1 greylisted' }, 'again', 451, false],
	['a server that does not relay', { RCPT: '550 5.7.1 relaying denied' }, 'again', 550, false],
	['the same from exim', { RCPT: '550 relay not permitted' }, 'again', 550, false],
	['a sender refused late', { RCPT: '550 5.1.8 Sender address rejected' }, 'halt', 550, false],
	['a login that is missing', { MAIL: '530 5.7.0 Authentication required' }, 'halt', 530, false],
	['a sender refused', { MAIL: '553 5.1.8 not yours' }, 'halt', 553, false],
	['a mail too large, known before it is sent', { MAIL: '552 5.3.4 too big' }, 'never', 552, false],
	['a server short of space', { MAIL: '452 4.3.1 no space' }, 'again', 452, false],
	['a busy server: 421 as its banner', { banner: '421 busy' }, 'again', 421, false],
	['a server that never serves us', { banner: '554 no' }, 'halt', 554, false],
	['a name that the server refuses', { EHLO: '550 bad name', HELO: '550 bad name' }, 'halt', 550, false],
	['a server without EHLO', { EHLO: '502 no' }, 'sent', 250, false],
	['DATA refused', { DATA: '554 no' }, 'never', 554, false],
	['DATA to try later', { DATA: '451 later' }, 'again', 451, false],
	['a mail refused for its content', { end: '554 5.6.0 spam' }, 'never', 554, false],
	['a mail to try later', { end: '452 4.2.2 full' }, 'again', 452, false],
	['a cut after the final dot: it may have arrived', { end: cut }, 'unknown', 354, false],
	['silence after the final dot: it may have arrived', { end: silent }, 'unknown', 354, false, short],
	['a cut before the mail', { DATA: cut }, 'again', 0, false],
	['a cut instead of an answer', { MAIL: cut }, 'again', 0, false],
	['a late banner', { banner: silent }, 'again', 0, false, short],
	['no STARTTLS where it is wanted', {}, 'halt', 250, false, { tls: 'starttls' }],
	['no TLS where it is wanted', {}, 'halt', 0, false, { tls: 'tls' }],
];

// Those that take their whole time limit run beside the others.
const slow = new Map();
const begin = ([claim, answers, , , , settings]) => slow.get(claim) || against(answers, settings);

for (const fault of faults)
	test(fault[0], async () => {
		const [, , end, code, bad] = fault, got = await begin(fault);
		assert.deepStrictEqual({ end: got.end, code: got.code, bad: got.bad_address, status: got.status },
			{ end, code, bad, status: end === 'sent' ? 0 : 1 }, got.why + got.err);
		assert.ok(!got.why.includes('@'), got.why);
	});

test('a server that refuses the connection: again', async () => {
	const server = await listen();
	await server.close();
	const got = await send({ server: `127.0.0.1:${server.port}` });
	assert.strictEqual(got.end, 'again', got.why);
});

test('a host without an address: again', async () => {
	assert.strictEqual((await send({ server: 'no-such-host.invalid', ...short })).end, 'again');
});

test('a wrong login stops all mails, one that the server cannot check now does not', async () => {
	fs.writeFileSync(path.join(dir, 'password'), 'secret\n', { mode: 0o600 });
	const login = { user: 'shop', password_file: path.join(dir, 'password') };
	const EHLO = '250-fake\r\n250 AUTH PLAIN';
	const wrong = await against({ EHLO, AUTH: '535 5.7.8 wrong' }, login);
	assert.deepStrictEqual([wrong.end, wrong.code], ['halt', 535]);
	assert.strictEqual((await against({ EHLO, AUTH: '454 4.7.0 later' }, login)).end, 'again');
	const right = await against({ EHLO }, login);
	assert.strictEqual(right.end, 'sent', right.why);
	assert.ok(right.seen[0].commands.some((c) => c.includes(Buffer.from('\0shop\0secret').toString('base64'))));
	assert.ok(!JSON.stringify([wrong.why, wrong.err]).includes('secret'));
	fs.chmodSync(login.password_file, 0o644);
	const readable = await against({ EHLO }, login);
	assert.ok(readable.status === 1 && /open to every user/.test(readable.err), readable.err);
});

test('one recipient, the size and the name of the shop are announced; no header of the mail is another recipient', async () => {
	const { seen } = await against({});
	assert.deepStrictEqual(seen.length, 1);
	const commands = seen[0].commands;
	assert.deepStrictEqual(commands[0], 'EHLO shop.example');
	assert.match(commands[1], /^MAIL FROM:<shop@example\.org> SIZE=\d+$/);
	assert.deepStrictEqual(commands.slice(2, 4), ['RCPT TO:<buyer@example.com>', 'DATA']);
	assert.match(seen[0].mail, /^From: "Tee & Kaffee" <shop@example\.org>\r$/m);
	assert.ok(!/[^\r]\n|\r[^\n]/.test(seen[0].mail), 'a line end stands alone');
});

test('addresses that no server can take are refused before a connection', async () => {
	for (const to of ['jürgen@example.com', 'a@b\r\nRCPT TO:<eve@example.com>', 'a@b>\n', '<a@b>', 'a b@c', 'nobody'])
		await (async () => {
			const got = await against({}, {}, { to });
			assert.deepStrictEqual([got.status, got.seen.length], [1, 0], to);
			assert.match(got.err, /mail/);
		})();
	assert.match((await against({}, {}, { to: 'jürgen@example.com' })).err, /only ASCII letters/);
	assert.strictEqual((await against({}, {}, { to: 'info@bücher.example' })).end, 'sent');
});

test('a Maildir gets each mail once, synchronised, with the line ends of files', async () => {
	const maildir = path.join(dir, 'Maildir');
	const got = await send({ transport: 'file', maildir });
	assert.strictEqual(got.end, 'sent', got.why + got.err);
	const [name, ...others] = fs.readdirSync(path.join(maildir, 'new'));
	assert.ok(name.startsWith('test.') && name.endsWith('@shop.example') && others.length === 0, name);
	const mail = fs.readFileSync(path.join(maildir, 'new', name), 'latin1');
	assert.ok(mail.includes(`\nMessage-ID: <${name}>\n`) && !mail.includes('\r'));
	assert.deepStrictEqual(fs.readdirSync(path.join(maildir, 'cur')), []);
	assert.match((await send({ transport: 'file', maildir: path.join(dir, 'no', 'folder') })).err, /mail\.maildir/);
	fs.rmSync(path.join(maildir, 'tmp'), { recursive: true });
	fs.writeFileSync(path.join(maildir, 'tmp'), '');
	assert.match((await send({ transport: 'file', maildir })).err, /mail\.maildir/);
});

test('sendmail is run with -i -f and --, gets the mail, and its refusals are tried again', async () => {
	const ok = await send(program('good', `printf '%s|' "$@" >${dir}/args; cat >${dir}/stdin`), { ...open, to: '-oX@example.com' });
	assert.strictEqual(ok.end, 'sent', ok.why + ok.err);
	assert.strictEqual(fs.readFileSync(path.join(dir, 'args'), 'utf8'), '-i|-f|shop@example.org|--|-oX@example.com|');
	assert.match(fs.readFileSync(path.join(dir, 'stdin'), 'utf8'), /^Date: [^\r]*\nFrom: /);
	for (const [status, end] of [[1, 'again'], [64, 'again'], [65, 'again'], [75, 'again'], [78, 'again']]) {
		const got = await send(program('bad', `echo no luck for a@b >&2; exit ${status}`), open);
		assert.deepStrictEqual([got.end, got.code], [end, status]);
		assert.match(got.why, /no luck for \(address\)/);
	}
	assert.strictEqual((await send(program('killed', 'kill -9 $$'), open)).end, 'unknown');
	assert.strictEqual((await send({ transport: 'sendmail', sendmail: path.join(dir, 'none') }, open)).end, 'halt');
});

test('a sendmail that does not end is killed with all that it started', async () => {
	const got = await send({ ...program('stuck', `sleep 600 & echo $! >${dir}/child; wait`), ...short }, open);
	assert.strictEqual(got.end, 'unknown', got.why);
	const child = fs.readFileSync(path.join(dir, 'child'), 'utf8').trim();
	const state = () => { try { return fs.readFileSync(`/proc/${child}/stat`, 'utf8').split(') ')[1][0]; } catch { return 'gone'; } };
	for (let i = 0; i < 600 && !['gone', 'Z', 'X'].includes(state()); i++)
		await new Promise((done) => setTimeout(done, 50));
	assert.ok(['gone', 'Z', 'X'].includes(state()), state());
});

test('settings that cannot work are refused with the setting\'s name', async () => {
	const faulty = [
		[{ server: 'smtp://mail.example' }, /mail\.server must be/],
		[{ server: 'mail.example:0' }, /mail\.server must be/],
		[{ server: 'mail example' }, /mail\.server must be/],
		[{ server: '[::1' }, /mail\.server must be/],
		[{ hello: 'a/b' }, /mail\.hello/],
		[{ user: 'shop' }, /mail\.password_file/],
		[{ user: 'shop', password_file: '/x', server: 'mail.example' }, /mail\.tls must be/],
		[{ transport: 'sendmail' }, /web\.confine = no/],
	];
	for (const [settings, why] of faulty)
		assert.match((await send(settings)).err, why);
});

test('a blank before or behind the host\'s name is no part of it, and no other character of the kind is let through', async () => {
	const server = await listen(), at = `127.0.0.1:${server.port}`;
	for (const blank of [' ', '\t', ' \t  '])
		assert.strictEqual((await send({ server: `${blank}${at}${blank}` })).end, 'sent', JSON.stringify(blank));
	for (const blank of ['\u00a0', '\u200b', '\u3000'])
		assert.match((await send({ server: `${at}${blank}` })).err, /mail\.server must be/, JSON.stringify(blank));
	assert.strictEqual(server.seen.filter((s) => s.mail).length, 3);
	await server.close();
});

run({
	before: () => faults.filter((f) => f[5] === short).forEach((f) => slow.set(f[0], begin(f))),
	after: () => fs.rmSync(dir, { recursive: true, force: true }),
});
