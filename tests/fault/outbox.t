#!/usr/bin/env node
// Three kontor-jobs are killed again and again while events, mails and webhooks are due: each is delivered at least once,
// and twice only if a kill fell between its delivery and its end. A mail server and an https receiver of the test count.
//
// KONTOR_TEST_KILLS, KONTOR_TEST_EVENTS: the size. Each event becomes two mails and ten webhooks; as many mails again as
// webhooks are put beside them, less two for each event.
'use strict';
const assert = require('assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const root = path.resolve(process.env.top_srcdir || path.join(__dirname, '..', '..'));
const { Buyer } = require(path.join(root, 'tests/e2e/buyer.js'));
const { Receiver, makeCerts } = require(path.join(root, 'tests/e2e/receiver.js'));
const { Shop } = require(path.join(root, 'tests/e2e/shop.js'));
const { build, children, until } = require(path.join(root, 'tests/e2e/stack.js'));
const { test, run } = require(path.join(root, 'tests/e2e/tap.js'));
const { listen } = require(path.join(root, 'tests/integ/smtp_fake.js'));

const KILLS = Number(process.env.KONTOR_TEST_KILLS || 8), EVENTS = Number(process.env.KONTOR_TEST_EVENTS || 12);
const PROCESSES = 3, RECEIVERS = 10, FIRST = 1000, ANSWER_MS = 25;
const MAILS = RECEIVERS * EVENTS, HOOKS = RECEIVERS * EVENTS;

let shop, dir, receiver, server, order;
let jobs = []; // the groups of processes that run, or are about to end
const mails = []; // [row, Message-ID, bytes] of each that arrived
const held = new Set(); // rows that a killed process had claimed and not ended
let started = 0;

const arrived = () => mails.length + receiver.got.length;
const nobody = (pid) => { try { process.kill(-pid, 0); return false; } catch (e) { return true; } };

function start(n) {
	for (let i = 0; i < n; i++)
		jobs.push(shop.spawn(`jobs-${++started}`, path.join(build, 'kontor-jobs'), ['--config', shop.confFile]).pid);
}

// kontor-jobs is two processes: when the slow one, which sends mail, is killed, its parent ends; and the other way round.
function killOne() {
	const group = jobs[jobs.length - 1 - Math.floor(Math.random() * PROCESSES)], [slow] = children(group);
	process.kill([-group, group, slow || group][Math.floor(Math.random() * 3)], 'SIGKILL');
	start(1);
}

function signalAll(signal) {
	for (const group of jobs.filter((pid) => !nobody(pid)))
		process.kill(-group, signal);
}

// All of them at once: when the mail server or the receiver has a message and has not answered.
let aim = false;
function killAll() {
	aim = false;
	signalAll('SIGKILL');
}

const rowOf = (kind, subject, version) => `${kind} ${subject} ${version}`;

// Ends the leases of those that were killed, while nobody runs.
async function settle() {
	await until('all to have ended', () => jobs.every(nobody));
	jobs = [];
	const left = shop.sql('SELECT kind, subject, version FROM outbox WHERE state = 0 AND lease_by <> 0').split('\n').filter(Boolean);
	left.forEach((line) => held.add(rowOf(...line.split('\t'))));
	shop.sql('UPDATE outbox SET due_at = 1, lease_by = 0, lease_until = 0 WHERE state = 0; UPDATE hook SET busy_until = 0, due_at = 0');
	return left.length;
}

// An order is placed, and then told of again in other versions.
function putRows() {
	const seq = `seq_${FIRST + 1}_to_${FIRST + EVENTS}`, put = 'INSERT INTO outbox (kind, subject, version, payload, due_at, created_at, order_id)';
	shop.sql(`${put} SELECT 'event', 'order/${order}', seq, '{"event":"placed"}', 1, UNIX_TIMESTAMP(), ${order} FROM ${seq}`);
	for (const [kind, to] of [['order_placed', 'buyer'], ['new_order', 'merchant']])
		shop.sql(`${put} SELECT 'mail', '${kind}/${order}', seq, '{"lang":"en","to":"${to}"}', 1, UNIX_TIMESTAMP(), ${order}
			FROM seq_${FIRST + EVENTS + 1}_to_${FIRST + EVENTS + (MAILS - 2 * EVENTS) / 2}`);
}

function takeMail(socket, text) {
	const [, id, kind, version] = /^Message-ID: <((\w+)\.[0-9a-f]+\.(\d+)@[^>]+)>\r$/m.exec(text);
	mails.push([rowOf('mail', `${kind}/${order}`, version), id, text]);
	if (aim)
		return killAll();
	return socket.write('250 2.0.0 queued\r\n');
}

const webhooks = () => receiver.got.map((m) => {
	const { data } = JSON.parse(m.body);
	return [rowOf(`hook/${m.path.split('/').pop()}`, `placed/${order}`, data.order_version), m.headers['webhook-id'], ''];
});

// Checks what arrived against the rows; returns the number of doubles.
function compare(kind, got, wanted) {
	const of = new Map();
	for (const [row, id, bytes] of got)
		of.set(row, [...of.get(row) || [], [id, bytes]]);
	const rows = shop.sql(`SELECT kind, subject, version, state, attempts FROM outbox WHERE kind LIKE '${kind}%' AND version > ${FIRST}`)
		.split('\n').filter(Boolean).map((line) => line.split('\t'));
	assert.strictEqual(rows.length, wanted);
	const ids = new Set();
	for (const [k, subject, version, state, attempts] of rows) {
		const row = rowOf(k, subject, version), all = of.get(row) || [];
		assert.strictEqual(state, '1', `${row} has ended`);
		assert.ok(all.length >= 1, `${row} was lost`);
		assert.ok(all.length === 1 || held.has(row), `${row} came ${all.length} times, and nobody was killed with it`);
		assert.ok(all.length <= Number(attempts), `${row}: ${all.length} deliveries in ${attempts} attempts`);
		assert.ok(all.every((x) => x[0] === all[0][0] && x[1] === all[0][1]), `${row} came in two forms: ${all.map((x) => x[0])}`);
		ids.add(all[0][0]);
	}
	assert.strictEqual(ids.size, wanted, 'each has an id of its own');
	return got.filter(([row]) => of.has(row)).length - of.size;
}

test(`${KILLS} kills while ${EVENTS} events, ${MAILS} mails and ${HOOKS} webhooks are due: none is lost, and only a kill doubles`, async () => {
	putRows();
	const before = arrived();
	const progress = (share) => until(`${share} of the work`, () => arrived() - before >= share * (MAILS + HOOKS));
	start(PROCESSES);
	await progress(0.1);
	signalAll('SIGTERM');
	assert.strictEqual(await settle(), 0, 'who is asked to end finishes what it has begun');
	let left = 0;
	for (let k = 0; k < KILLS; k += 1 + PROCESSES) {
		start(PROCESSES);
		await progress(0.1 + 0.8 * k / KILLS);
		killOne();
		await progress(0.1 + 0.8 * (k + 1) / KILLS);
		aim = true;
		await until('the kill', () => !aim);
		left += await settle();
	}
	start(PROCESSES);
	await until('all to have ended', () => shop.number('SELECT COUNT(*) FROM outbox WHERE state = 0') === 0);
	const doubles = [compare('mail', mails, MAILS), compare('hook', webhooks(), HOOKS)];
	console.log(`# ${KILLS} kills of kontor-jobs; ${left} rows were under way; ${doubles[0]} of ${MAILS} mails and ${doubles[1]} of ${HOOKS} webhooks came twice`);
	assert.ok(doubles[0] + doubles[1] >= KILLS / (1 + PROCESSES), 'kills fell between delivery and end');
	assert.strictEqual(shop.number("SELECT COUNT(*) FROM outbox WHERE kind = 'event' AND state <> 1"), 0);
	assert.strictEqual(shop.kontor('outbox', 'list', '--state', 'dead').stdout.includes('order_placed'), false);
});

run({
	before: async () => {
		dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ko-'));
		makeCerts(dir);
		process.env.SSL_CERT_FILE = path.join(dir, 'ca.pem');
		receiver = await Receiver.start(dir);
		const { answer } = receiver;
		receiver.answer = (...exchange) => (aim ? killAll() : setTimeout(() => answer.apply(receiver, exchange), ANSWER_MS));
		server = await listen({ end: takeMail });
		shop = await Shop.start({ goods: { lid: { stock: 500 } }, conf: {
			site: { sender: 'shop@shop.example' },
			mail: { transport: 'smtp', server: `127.0.0.1:${server.port}`, office: 'office@shop.example' },
			hooks: { secret_file: path.join(dir, 'hooks.secret') }, test: { faults: 'yes', hook_loopback: 'yes' } } });
		const b = new Buyer(shop.origin('lighttpd'));
		await b.addToCart('/en/p/lid', { quantity: '1' });
		await b.checkout('en');
		await b.submit('/checkout/place', { terms: '1' });
		order = shop.number('SELECT MAX(id) FROM orders');
		await until('its own mails', () => mails.length >= 2);
		shop.jobs.kill('SIGTERM');
		await until('kontor-jobs to end', () => shop.jobs.gone);
		for (let i = 0; i < RECEIVERS; i++) {
			const name = `r${String.fromCharCode(97 + i)}`;
			assert.strictEqual(shop.kontor('hook', 'add', name, `${receiver.url}/ok/${name}`).status, 0);
			const id = shop.number(`SELECT id FROM hook WHERE name = '${name}'`);
			assert.strictEqual(shop.kontor('hook', 'set', name, '--url', `${receiver.url}/ok/${id}`).status, 0);
		}
	},
	after: async () => {
		await shop.stop();
		await receiver.stop();
		await server.close();
		fs.rmSync(dir, { recursive: true });
	},
});
