#!/usr/bin/env node
// A worker takes complete requests only: those that are incomplete, malformed or too large cost others nothing.
'use strict';
const assert = require('assert');
const child = require('child_process');
const fs = require('fs');
const path = require('path');
const { Wire, BEGIN, record, head, post, ending } = require('./fcgi.js');
const { Stack, program, src, until } = require('./stack.js');
const { test, run } = require('./tap.js');

const WORKERS = 2, CONNS = 64;
let s;

const wire = (...parts) => new Wire(s.socket('1')).send(...parts);
const get = (uri, more) => wire(head('GET', uri, more), ending());
const isOpen = (w) => !w.closed && w.got.length === 0;

async function allAnswered(n) {
	for (let i = 0; i < n; i++)
		assert.strictEqual((await get('/healthz').answer).status, 200);
}

test('incomplete requests cost no worker, and are answered once they are complete', async () => {
	const all = [];
	for (let i = 0; i < 4 * WORKERS; i++)
		all.push(wire(), wire(BEGIN), wire(BEGIN.subarray(0, 5)), wire(head('GET', '/healthz')),
			wire(post('/test/form', 'message=late'), record(5, Buffer.from('mess'))));
	await allAnswered(100);
	assert.ok(all.every(isOpen), 'none was given up meanwhile');
	const posts = all.filter((w, i) => i % 5 === 4);
	for (const w of posts)
		w.send(ending('age=late'));
	for (const w of posts)
		assert.match((await w.answer).text, /late\n$/);
	for (const [i, w] of all.entries())
		if (i % 5 === 1)
			assert.strictEqual((await w.send(head('GET', '/healthz').subarray(BEGIN.length), ending()).answer).status, 200);
		else if (i % 5 === 3)
			assert.strictEqual((await w.send(ending()).answer).status, 200);
	all.forEach((w) => w.socket.destroy());
});

test('a request that arrives byte by byte is a request', async () => {
	const bytes = Buffer.concat([post('/test/form', 'message=slowly'), ending('message=slowly')]), w = wire();
	for (const byte of bytes) {
		w.send(Buffer.from([byte]));
		await new Promise((done) => setImmediate(done));
	}
	assert.match((await w.answer).text, /slowly\n$/);
});

test('a body over the limit is refused before it is sent', async () => {
	const more = { CONTENT_LENGTH: String(64 * 1024 + 1) };
	const rs = await wire(post('/test/form', '', more)).answer;
	assert.strictEqual(rs.status, 413);
	const length = { CONTENT_LENGTH: '' };
	const w = wire(post('/test/form', '', length));
	for (let i = 0; i < 3; i++)
		w.send(record(5, Buffer.alloc(32000, 'x')));
	assert.strictEqual((await w.answer).status, 413, 'also without an announced length');
	const full = `message=all${`&x=${'x'.repeat(8189)}`.repeat(8)}`.slice(0, 64 * 1024);
	assert.match((await wire(post('/test/form', full), record(5, Buffer.from(full.slice(0, 40000))),
		ending(full.slice(40000))).answer).text, /all\n$/, 'one of the largest size is read');
});

test('no malformed request ends a worker or costs others anything', async () => {
	const pids = s.workerPids().join();
	const lengths = ['ffffffff80000001', 'fffffffe80000002', '80000001ffffffff', 'ffffffffffffffff', 'bfffffffc0000003'];
	const bad = [...lengths.map((hex) => [BEGIN, record(4, Buffer.from(hex, 'hex')), record(4), ending()]),
		[Buffer.from('GET / HTTP/1.0\r\n\r\n')], [Buffer.alloc(70000)], [Buffer.alloc(70000, 0xff)],
		[BEGIN, BEGIN], [BEGIN, record(5)], [BEGIN, record(2)], [record(9)], [record(4)]];
	const wires = bad.flatMap((parts) => Array.from({ length: WORKERS * 2 }, () => wire(...parts)));
	await allAnswered(20);
	for (const w of wires)
		assert.strictEqual((await w.answer).status, 0);
	const much = wire(BEGIN);
	for (let i = 0; i < 10; i++)
		much.send(record(4, Buffer.alloc(60000)));
	assert.strictEqual((await much.answer).status, 413);
	assert.strictEqual(s.workerPids().join(), pids);
});

test('variables that the own reader leaves to libfcgi arrive as well', async () => {
	for (const more of [{ 'HTTP_X=Y': '1' }, { HTTP_X: 'a\0b' },
		Object.fromEntries(Array.from({ length: 120 }, (v, i) => [`HTTP_X${i}`, String(i)]))])
		assert.strictEqual((await get('/healthz', more).answer).status, 200);
});

// Stops all workers but one, which then takes everything.
async function withOneWorker(fn) {
	const [one, ...others] = s.workerPids();
	others.forEach((pid) => process.kill(pid, 'SIGSTOP'));
	try {
		await fn(one);
	} finally {
		others.forEach((pid) => process.kill(pid, 'SIGCONT'));
	}
}

const parked = () => s.total('intake_parked_total');

test('with more incomplete requests than places, the oldest is refused with the page, and accepting goes on',
	() => withOneWorker(async () => {
		const all = Array.from({ length: CONNS + 10 }, () => wire(post('/test/form', 'message=x')));
		await until('the surplus to be refused', () => all.filter((w) => w.closed).length === 11); // one place is kept free
		for (const [i, w] of all.entries())
			if (w.closed) {
				const { status, text } = await w.answer;
				assert.strictEqual(status, 408);
				assert.match(text, /id="error-id"/);
				assert.ok(i < CONNS, 'it was an older one');
			}
		await allAnswered(5);
		assert.strictEqual((await all[all.length - 1].send(ending('message=x')).answer).status, 200);
		all.forEach((w) => w.socket.destroy());
	}));

test('of requests that wait for one worker, those that need no database come first', () => withOneWorker(async (pid) => {
	const done = [], before = await parked();
	const form = wire(post('/test/form', 'message=x')), page = wire(head('GET', '/healthz'));
	form.answer.then(() => done.push('form'));
	page.answer.then(() => done.push('page'));
	await until('both to be parked', async () => await parked() === before + 2);
	const busy = get('/healthz', { HTTP_X_KONTOR_FAULT: 'stop' });
	await until('the worker to stop', () => /^State:\s+T/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8')));
	form.send(ending('message=x'));
	page.send(ending());
	process.kill(pid, 'SIGCONT');
	assert.strictEqual((await busy.answer).status, 200);
	await Promise.all([form.answer, page.answer]);
	assert.deepStrictEqual(done, ['page', 'form']);
}));

test('a worker that is told to stop serves what it has accepted', async () => {
	const pids = s.workerPids(), before = await parked();
	const all = Array.from({ length: 4 * WORKERS }, () => wire(post('/test/form', 'message=x')));
	const never = Array.from({ length: 2 * WORKERS }, () => wire(post('/test/form', 'message=x')));
	await until('all to be parked', async () => await parked() === before + all.length + never.length);
	await allAnswered(4 * WORKERS);
	for (const pid of pids)
		process.kill(pid, 'SIGTERM');
	all.forEach((w) => w.send(ending('message=x')));
	for (const w of all)
		assert.strictEqual((await w.answer).status, 200);
	for (const w of never)
		assert.strictEqual((await w.answer).status, 408);
	await until('new workers', () => s.workerPids().length === WORKERS && s.workerPids().every((pid) => !pids.includes(pid)));
});

// The worker ignores the first signal, as if it were lost in multiwatch.
test('a backend ends although a worker has missed the signal to stop', async () => {
	const backend = path.join(src, 'etc', 'systemd', 'kontor-backend.in');
	const file = path.join(s.dir, 'deaf.sh');
	fs.writeFileSync(file, '#!/bin/sh\ntrap "" USR1\necho ready\nexec sleep 1000\n', { mode: 0o755 });
	const supervisor = s.spawn('deaf', program('multiwatch'), ['-f', '1', '--', file]);
	const out = path.join(s.dir, 'log', 'deaf.out');
	await until('the worker to be deaf', () => fs.readFileSync(out, 'utf8').includes('ready'));
	supervisor.kill('SIGTERM');
	const stop = child.spawn('/bin/sh', [backend, '--stop', String(supervisor.pid)], { stdio: 'inherit' });
	const status = await new Promise((done) => stop.on('exit', done));
	assert.strictEqual(status, 0);
	await until('the supervisor to end', () => supervisor.gone);
});

test('an incomplete request ends with the page after a time, and every ending is counted', async () => {
	const { status, text } = await wire(post('/test/form', 'message=x')).answer;
	assert.strictEqual(status, 408);
	assert.match(text, /id="error-id"/);
	const m = await s.metrics();
	const sum = (name) => Object.entries(m).filter(([k]) => k.startsWith(name)).reduce((a, [, v]) => a + v, 0);
	assert.strictEqual(sum('kontor_requests_begun_total') - sum('kontor_requests_ended_total'), 1);
});

run({
	before: async () => {
		s = await Stack.start({ workers: WORKERS, names: ['1'], conf: { web: { deadline_ms: 20000 } } });
	},
	after: () => s.stop(),
});
