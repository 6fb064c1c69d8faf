#!/usr/bin/env node
// hooks.t - webhooks: what leaves, how it is signed, what happens when a receiver fails, and where none is ever sent.
'use strict';
const { match, doesNotMatch, strictEqual: equal, deepStrictEqual: same, ok, throws, notStrictEqual: differ } = require('assert');
const crypto = require('crypto');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { Buyer } = require('./buyer.js');
const { inside, PUBLIC } = require('./names_fake.js');
const { Receiver, makeCerts } = require('./receiver.js');
const { parse } = require('./schema.js');
const { Shop } = require('./shop.js');
const { build, src, until } = require('./stack.js');
const { test, run } = require('./tap.js');

let shop, dir, receiver;
const hook = (...args) => shop.kontor('hook', ...args);
const json = (schema, ...args) => {
	const r = hook(...args, '--json');
	try {
		return { ...parse(schema, r.stdout), status_of_exit: r.status };
	} catch (e) {
		throw new Error(`${args}: ${e.message}; ${r.stderr}`);
	}
};
const add = (name, url, ...options) => json('hook', 'add', name, url, ...options).secret;
const show = (name) => json('hook', 'show', name);
const idOf = (name) => shop.number(`SELECT id FROM hook WHERE name = '${name}'`);
let version = 1000;

// Puts a row as the fan-out of an event does.
function put(name, order, { event = 'shipped', about = 7 } = {}) {
	shop.sql(`INSERT INTO outbox (kind, subject, version, payload, due_at, created_at, order_id) VALUES ('hook/${idOf(name)}',
		'${event}/${order}', ${++version}, '{"event":"${event}","id":${about}}', UNIX_TIMESTAMP(), UNIX_TIMESTAMP(), ${order})`);
	return shop.number(`SELECT MAX(id) FROM outbox WHERE kind = 'hook/${idOf(name)}'`);
}

async function order() {
	const b = new Buyer(shop.origin('lighttpd'));
	await b.addToCart('/en/p/lid', { quantity: '2' });
	await b.checkout('en');
	match((await b.submit('/checkout/place', { terms: '1' })).target, /\/order\//);
	return shop.number('SELECT MAX(id) FROM orders');
}

// As the specification says: HMAC-SHA256 of "id.timestamp.body" with the decoded secret.
function signature(secret, m) {
	return 'v1,' + crypto.createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
		.update(`${m.headers['webhook-id']}.${m.headers['webhook-timestamp']}.${m.body}`).digest('base64');
}

// `make check-mail` has npm's standardwebhooks and ajv, and runs what these two check; `make check` runs all without them.
const modules = process.env.KONTOR_NODE_MODULES;
const alone = modules ? () => {} : test;
const find = (name) => (modules && fs.existsSync(path.join(modules, name)) ? require(path.join(modules, name)) : null);
const Ajv = find('ajv/dist/2020.js');
const oracle = find('standardwebhooks');
const { Webhook } = oracle || { Webhook: class {
	constructor(secret) {
		this.secret = secret;
	}

	verify(body, headers) {
		const sums = headers['webhook-signature'].split(' ');
		if (!sums.includes(signature(this.secret, { headers, body })) || Math.abs(Date.now() / 1000 - headers['webhook-timestamp']) > 300)
			throw new Error('No matching signature found');
		return JSON.parse(body);
	}
} };

const arrived = (url, n = 1) => until(`${n} at ${url}`, () => receiver.of(url).length >= n && receiver.of(url));
const state = (id) => shop.number(`SELECT state FROM outbox WHERE id = ${id}`);
const done = (id) => until(`row ${id} to be done`, () => state(id) === 1);

test('a placed order is told of, signed, as JSON of its schema, without the buyer', async () => {
	const secret = add('erp', `${receiver.url}/ok/erp`);
	const id = await order(), [m] = await arrived('/ok/erp');
	await done(shop.number(`SELECT id FROM outbox WHERE kind = 'hook/${idOf('erp')}'`));
	equal(m.method, 'POST');
	equal(m.headers['content-type'], 'application/json');
	match(m.headers['webhook-id'], /^msg_[0-9a-f]{32}$/);
	const body = new Webhook(secret).verify(m.body, m.headers);
	parse('webhook', m.body);
	if (Ajv) {
		const fits = new Ajv.default().compile(JSON.parse(fs.readFileSync(path.join(src, 'doc/schema/webhook.json'), 'utf8')));
		ok(fits(JSON.parse(m.body)), JSON.stringify(fits.errors));
		ok(!fits({ ...JSON.parse(m.body), type: 'order.eaten' }) && !fits({ ...JSON.parse(m.body), data: {} }), 'the schema refuses others');
	}
	same([body.type, body.data.version, body.data.order_version, body.data.about, body.data.order.id], ['order.placed', 1, 1, null, id]);
	same(body.data.order.deliver_to, { country: 'DE' });
	doesNotMatch(m.body, /Ada|example\.|Street|\/order\//);
	equal(body.data.order.lines[0].pieces, 2);
	equal(body.data.order.total.currency, 'EUR');
});

test('a changed byte of body, id, time or signature is refused', async () => {
	const secret = parse('hook', hook('show', 'erp', '--secret', '--json').stdout).secret, [m] = receiver.of('/ok/erp');
	const check = (body, headers) => new Webhook(secret).verify(body, { ...m.headers, ...headers });
	check(m.body, {});
	throws(() => check(m.body.replace('order.placed', 'order.placid'), {}));
	throws(() => check(m.body, { 'webhook-id': `${m.headers['webhook-id']}0` }));
	throws(() => check(m.body, { 'webhook-timestamp': String(Number(m.headers['webhook-timestamp']) + 1) }));
	throws(() => check(m.body, { 'webhook-signature': m.headers['webhook-signature'].replace(/.$/, '') }));
	throws(() => new Webhook(`whsec_${crypto.randomBytes(32).toString('base64')}`).verify(m.body, m.headers));
	equal(m.headers['webhook-signature'], signature(secret, m));
});

alone('a receiver gets only the events that it wants, and the buyer only if it may', async () => {
	add('mine', `${receiver.url}/ok/mine`, '--events', 'order.paid,shipped', '--buyer');
	same(show('mine').events, ['order.paid', 'order.shipped']);
	const id = shop.number('SELECT MAX(id) FROM orders');
	put('mine', id);
	const [m] = await arrived('/ok/mine'), { order: o } = parse('webhook', m.body).data;
	match(o.deliver_to.name, /Ada/);
	match(o.mail, /@/);
	match(hook('add', 'other', `${receiver.url}/ok`, '--events', 'order.eaten').stderr, /no event; there are: order.placed order.paid/);
	equal(json('hook', 'set', 'mine', '--buyer', 'no', '--events', 'all').buyer, false);
	same(show('mine').events, ['*']);
});

alone('a repeat has the same id and a fresh time, whatever the failure was', async () => {
	const id = shop.number('SELECT MAX(id) FROM orders'), faults = ['500', 'redirect', 'garbage', 'cut', 'never', '404', '429/after/77', '503/after/999999'];
	const rows = {};
	for (const fault of faults)
		add(`f${fault.replace(/\W/g, '-')}`, `${receiver.url}/${fault}`);
	for (const fault of faults)
		rows[fault] = put(`f${fault.replace(/\W/g, '-')}`, id);
	for (const fault of faults) {
		await arrived(`/${fault}`);
		await until(`the end of ${fault}`, () => shop.number(`SELECT COUNT(*) FROM hook_try WHERE outbox_id = ${rows[fault]}`) === 1);
		equal(state(rows[fault]), 0, `${fault} is tried again`);
	}
	equal(receiver.of('/ok/redirected').length, 0);
	const wait = (fault) => shop.number(`SELECT due_at - UNIX_TIMESTAMP() FROM outbox WHERE id = ${rows[fault]}`);
	const rest = (fault) => shop.number(`SELECT due_at - UNIX_TIMESTAMP() FROM hook WHERE url LIKE '%/${fault}'`);
	ok(wait('500') > 20 && wait('500') <= 75, `${wait('500')} s`);
	ok(rest('429/after/77') > 40 && rest('429/after/77') <= 77, `${rest('429/after/77')} s`);
	ok(rest('503/after/999999') > 21000 && rest('503/after/999999') <= 21600, 'within bounds');
	match(json('hook-tries', 'tries', 'fredirect').tries[0].why, /301; redirects are not followed/);
	receiver.calm = true;
	shop.sql(`UPDATE outbox SET due_at = 1 WHERE state = 0 AND kind LIKE 'hook/%'; UPDATE hook SET due_at = 0`);
	for (const fault of faults) {
		const [a, b] = await arrived(`/${fault}`, 2);
		equal(a.headers['webhook-id'], b.headers['webhook-id'], fault);
		ok(Number(b.headers['webhook-timestamp']) >= Number(a.headers['webhook-timestamp']));
		await done(rows[fault]);
	}
	receiver.calm = false;
});

alone('an answer counts once its head is complete: an endless body, and one that does not end', async () => {
	const id = shop.number('SELECT MAX(id) FROM orders');
	for (const how of ['endless', 'late', 'slow']) {
		add(how, `${receiver.url}/${how}`);
		await done(put(how, id));
		equal(receiver.of(`/${how}`).length, 1);
		equal(json('hook-tries', 'tries', how).tries[0].status, 200);
	}
});

alone('receivers that never answer delay no other: twelve dead ones, and one that works', async () => {
	const id = shop.number('SELECT MAX(id) FROM orders');
	for (let i = 0; i < 12; i++)
		add(`dead-${String.fromCharCode(97 + i)}`, `${receiver.url}/never/${i}`);
	for (let i = 0; i < 12; i++)
		for (let k = 0; k < 3; k++)
			put(`dead-${String.fromCharCode(97 + i)}`, id);
	await until('all twelve to wait', () => receiver.got.filter((g) => g.path.startsWith('/never/')).length >= 12);
	const before = receiver.of('/ok/erp').length, rows = [1, 2, 3, 4, 5].map(() => put('erp', id));
	for (const row of rows)
		await done(row);
	equal(receiver.of('/ok/erp').length, before + 5);
	const ended = shop.number(`SELECT COUNT(*) FROM hook_try t JOIN hook h ON h.id = t.hook_id WHERE h.name LIKE 'dead-%' AND t.status = 0`);
	ok(ended < 36, `all ${ended} attempts of the dead ones had ended: they were waited for`);
	for (let i = 0; i < 12; i++)
		equal(hook('remove', `dead-${String.fromCharCode(97 + i)}`).status, 0);
});

alone('410 pauses, as does a day of failures; messages wait until it is resumed, and none is lost', async () => {
	const id = shop.number('SELECT MAX(id) FROM orders');
	add('gone', `${receiver.url}/410`);
	const row = put('gone', id);
	await until('it to be paused', () => show('gone').state === 'paused_by_failures');
	equal(hook('list').status, 1, 'list tells by its status');
	await until('the metric of the alarm', async () => (await shop.metrics()).kontor_hooks_paused === 1);
	add('weak', `${receiver.url}/500/weak`);
	shop.sql(`UPDATE hook SET failures = 9, failing_since = UNIX_TIMESTAMP() - 86300, due_at = 0 WHERE name = 'weak'`);
	put('weak', id);
	await until('the tenth failure', () => show('weak').failures === 10);
	equal(show('weak').state, 'on', 'a day has not passed');
	shop.sql(`UPDATE hook SET failing_since = UNIX_TIMESTAMP() - 86401, due_at = 0 WHERE name = 'weak'; UPDATE outbox SET due_at = 1 WHERE kind = 'hook/${idOf('weak')}'`);
	await until('it to be paused', () => show('weak').state === 'paused_by_failures');
	ok(shop.linesWith('event=hook_paused hook=weak').length >= 1);
	const n = receiver.of('/410').length;
	put('gone', id);
	equal(show('gone').waiting, 2);
	receiver.calm = true;
	equal(hook('resume', 'gone').status, 0);
	equal(hook('resume', 'weak').status, 0);
	await arrived('/410', n + 2);
	await done(row);
	await until('nothing to wait', () => show('gone').waiting === 0 && show('weak').waiting === 0);
	receiver.calm = false;
	equal(hook('list').status, 0);
});

test('while a secret is replaced both sign, and then only the new one', async () => {
	const old = parse('hook', hook('show', 'erp', '--secret', '--json').stdout).secret, id = shop.number('SELECT MAX(id) FROM orders');
	const dry = json('hook', 'rotate', 'erp', '--dry-run');
	same([dry.dry_run, dry.secret], [true, undefined]);
	const fresh = json('hook', 'rotate', 'erp', '--hours', '5').secret;
	differ(fresh, old);
	const last = async () => {
		await done(put('erp', id));
		return receiver.of('/ok/erp').pop();
	};
	const both = await last();
	equal(both.headers['webhook-signature'].split(' ').length, 2);
	for (const secret of [old, fresh])
		new Webhook(secret).verify(both.body, both.headers);
	shop.sql(`UPDATE hook SET old_until = UNIX_TIMESTAMP() - 1 WHERE name = 'erp'`);
	const one = await last();
	throws(() => new Webhook(old).verify(one.body, one.headers));
	new Webhook(fresh).verify(one.body, one.headers);
	json('hook', 'rotate', 'erp', '--now');
	throws(() => new Webhook(fresh).verify(one.body.replace('x', 'y'), one.headers));
	equal((await last()).headers['webhook-signature'].split(' ').length, 1);
	const now = Buffer.from(parse('hook', hook('show', 'erp', '--secret', '--json').stdout).secret.replace('whsec_', ''), 'base64').toString('hex');
	equal(shop.number(`SELECT COUNT(*) FROM hook WHERE INSTR(HEX(secret), '${now}')`), 0, 'the database has it sealed');
});

alone('paused by the staff nothing is sent; messages are sent again one by one and since a time', async () => {
	const id = shop.number('SELECT MAX(id) FROM orders');
	equal(json('hook', 'pause', 'erp').state, 'paused');
	const row = put('erp', id), n = receiver.of('/ok/erp').length;
	add('sign', `${receiver.url}/ok/sign`); // once it has its message, the paused one had its chance
	await done(put('sign', id));
	equal(receiver.of('/ok/erp').length, n);
	const complains = () => shop.kontor('verify').stdout.includes(`outbox ${row}`);
	shop.sql(`UPDATE outbox SET created_at = created_at - 700000 WHERE id = ${row}; UPDATE hook SET state = 0, due_at = ${2 ** 40} WHERE name = 'erp'`);
	equal(complains(), true, 'it waits for more than a week');
	shop.sql("UPDATE hook SET state = 1 WHERE name = 'erp'");
	equal(complains(), false, 'as it should while its receiver is paused');
	shop.sql("UPDATE hook SET state = 2 WHERE name = 'erp'");
	match(shop.kontor('verify').stdout, new RegExp(`outbox ${row}: .* more than a week; the receiver erp is paused since it fails: kontor hook resume erp`));
	json('hook', 'resume', 'erp');
	await done(row);
	const first = receiver.of('/ok/erp').pop().headers['webhook-id'];
	same(Object.values(json('hook-replay', 'replay', 'erp', String(row), '--dry-run')).slice(0, 3), ['erp', 1, true]);
	equal(state(row), 1);
	equal(json('hook-replay', 'replay', 'erp', String(row)).messages, 1);
	await arrived('/ok/erp', n + 2);
	await done(row);
	equal(receiver.of('/ok/erp').pop().headers['webhook-id'], first);
	match(hook('replay', 'erp', '999999').stderr, /not one of 'erp'/);
	equal(json('hook-replay', 'replay', 'sign', '--since', '-1h').messages, 1);
	await arrived('/ok/sign', 2);
	equal(json('hook-replay', 'replay', 'sign', '--since', '+1h').messages, 0);
});

alone('nothing is sent to this machine or its networks, however the address is written', async () => {
	shop.writeConf({ db: { socket: `${shop.services}/db.sock`, name: 'kontor' }, cache: { socket: `${shop.services}/mc.sock` },
		hooks: { secret_file: path.join(dir, 'hooks.secret'), limit_ms: 6000 } });
	const n = receiver.got.length, p = receiver.port;
	const hosts = ['localhost', '127.0.0.1', '127.1', '2130706433', '0x7f000001', '0x7f.1', '017700000001', '0.0.0.0', '[::1]', '[::]', '[::ffff:127.0.0.1]',
		'[::ffff:7f00:1]', '[0:0:0:0:0:ffff:127.0.0.1]', '[64:ff9b::7f00:1]', '10.0.0.1', '192.168.1.1', '172.16.3.4', '169.254.169.254', '100.64.0.1',
		'[fe80::1]', '[fd00::1]', '[ff02::1]', '224.0.0.1', '255.255.255.255'];
	add('probe', 'https://receiver.example/');
	for (const host of hosts) {
		equal(hook('set', 'probe', '--url', `https://${host}:${p}/ok/probe`).status, 0);
		const r = json('hook-test', 'test', 'probe');
		same([r.taken, r.status], [false, null], host);
		match(r.why, /not a public one|resolve host/i, `${host}: ${r.why}`); // no other failure: this process, and so the receiver, waits
		equal(r.status_of_exit, 1);
	}
	equal(receiver.got.length, n, 'no connection was opened');
	match(json('hook-test', 'test', 'probe').why, /./);
	for (const url of ['http://example.org/', 'https://user:pw@example.org/', 'https://', 'ftp://example.org', 'https://example.org/#x', `https://e.org/${'x'.repeat(500)}`])
		equal(hook('add', 'bad', url).status, 1, url);
	equal(hook('add', 'Bad_', 'https://example.org/').status, 1);
	equal(hook('add', 'erp', 'https://example.org/').status, 1, 'the name is in use');
	equal(hook('add', 'x').status, 2);
	equal(hook('show', 'none').status, 1);
});

alone('a name that becomes a private address after the first look-up is not followed there', () => {
	const kontor = [path.join(build, 'kontor'), '--config', shop.confFile, 'hook'];
	const tried = [...kontor, 'test', 'probe', '--json'], url = [...kontor, 'set', 'probe', '--url', 'https://rebind.test:PORT/ok/rebind'];
	const ran = inside({ certs: dir, names: { 'A rebind.test': [[PUBLIC], ['127.0.0.1'], ['8.8.4.4', '127.0.0.1'], ['169.254.169.254'], [PUBLIC]] },
		commands: [url, tried, tried, tried, tried, tried] });
	if (ran === null)
		return 'root is needed for a network of its own';
	const [set, ...tests] = ran.results;
	equal(set.status, 0, set.err);
	same(tests.map((t) => parse('hook-test', t.out).taken), [true, false, false, false, true]);
	for (const i of [1, 3])
		match(parse('hook-test', tests[i].out).why, /not a public one/);
	same(ran.got, ['/ok/rebind', '/ok/rebind']);
	equal(ran.asked['A rebind.test'], 5, 'the name was looked up for each');
	return undefined;
});

if (modules)
	test('npm has standardwebhooks and ajv', () => (oracle && Ajv ? undefined : 'npm has no standardwebhooks or ajv here'));

run({
	before: async () => {
		dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kh-'));
		makeCerts(dir);
		process.env.SSL_CERT_FILE = path.join(dir, 'ca.pem');
		receiver = await Receiver.start(dir);
		shop = await Shop.start({ goods: { lid: { stock: 500 } },
			conf: { hooks: { secret_file: path.join(dir, 'hooks.secret'), limit_ms: 6000 }, test: { faults: 'yes', hook_loopback: 'yes' } } });
	},
	after: async () => {
		await shop.stop();
		await receiver.stop();
		fs.rmSync(dir, { recursive: true });
	},
});
