#!/usr/bin/env node
// Links of orders through both web servers: made from the order's key and the keys in a file, replaced, compared with
// those of earlier releases; and what is kept of visitors for a time only.
'use strict';
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const { Buyer } = require('./buyer.js');
const { Shop } = require('./shop.js');
const { until } = require('./stack.js');
const { test, run } = require('./tap.js');

let s;
const keys = () => path.join(s.dir, 'links.secret');
const buyer = (server) => new Buyer(s.origin(server));
const status = async (link) => (await buyer('lighttpd').send('GET', new URL(link, s.origin('lighttpd')).pathname)).status;
const kontor = (...args) => {
	const r = s.kontor(...args);
	assert.strictEqual(r.status, 0, `kontor ${args.join(' ')}: ${r.stdout}${r.stderr}`);
	return r.stdout;
};

async function ready(server, lang = 'en') {
	const b = buyer(server);
	await b.send('POST', `/${lang}/cart/add`, { body: `product=${s.number("SELECT id FROM product WHERE handle = 'linked'")}&quantity=1` });
	await b.checkout(lang);
	return b;
}

// {link, number, form, buyer}; the form is sent again by place().
async function placed(server, lang) {
	const b = await ready(server, lang);
	const form = b.form('/checkout/place', { terms: '1' });
	const page = await b.go('POST', form.action, { body: form.body });
	assert.strictEqual(page.status, 200);
	return { link: page.target, number: /K-\d+/.exec(page.text)[0], form, buyer: b };
}
const again = async (o) => (await o.buyer.go('POST', o.form.action, { body: o.form.body })).target;

for (const server of ['lighttpd', 'apache'])
	test(`${server}: a program makes the buyer's own link without his cookie, and nothing of it is in the database`, async () => {
		const o = await placed(server, 'de');
		const token = o.link.split('/').pop();
		assert.match(token, /^[\w-]{44}$/);
		const made = kontor('links', 'show', o.number).trim();
		assert.strictEqual(new URL(made).pathname, o.link);
		const stranger = await buyer(server).get(o.link);
		assert.match(stranger.text, /Ada Buyer/);
		assert.ok(!('set-cookie' in stranger.headers));
		const raw = Buffer.from(token, 'base64url');
		const mac = raw.subarray(17).toString('hex').toUpperCase();
		const dump = s.sql(`SELECT HEX(order_key), HEX(token_hash), session_id, HEX(order_key) FROM orders;
			SELECT subject, payload FROM outbox; SELECT HEX(order_key) FROM cart; SELECT HEX(token_hash) FROM session`);
		assert.ok(dump.includes(raw.subarray(1, 17).toString('hex').toUpperCase()), 'the key is, which is no link');
		assert.ok(!dump.includes(mac) && !dump.includes(token));
		const other = (c) => (c === 'A' ? 'B' : 'A');
		for (const bad of [token.slice(0, -1) + other(token.at(-1)), other(token[0]) + token.slice(1), token.slice(0, 43)])
			assert.strictEqual(await status(`/de/order/${bad}`), 404, bad);
		assert.strictEqual(await again(o), o.link, 'a second submit leads to the same page');
	});

test('kontor doctor notices a file of keys by which the newest orders are not found', () => {
	const conf = path.join(s.dir, 'other.conf'), file = path.join(s.dir, 'other.links'), old = new Date(Date.now() - 3600e3);
	const doctor = (...args) => s.kontor(...args, 'doctor', 'links').stdout;
	fs.utimesSync(keys(), old, old);
	assert.match(doctor(), /nothing is wrong/);
	fs.writeFileSync(conf, fs.readFileSync(s.confFile, 'utf8').replace(keys(), file));
	assert.strictEqual(s.kontor('--config', conf, 'links', 'keys').status, 0);
	assert.match(doctor('--config', conf), /nothing is wrong/, 'orders placed before the file was written say nothing');
	fs.utimesSync(file, old, old);
	assert.match(doctor('--config', conf), /of the [1-9]\d* orders placed since[^]*copy [^]*other\.links/);
});

test('workers use a new key without a reload; older links open until the second new key, or until they are revoked', async () => {
	const o = await placed('lighttpd');
	const unknown = () => s.total('order_links_unknown_total');
	kontor('links', 'rotate', '--after', '1');
	assert.strictEqual(await again(o), o.link, 'not yet');
	kontor('links', 'rotate');
	const second = await until('the new key', async () => { const l = await again(o); return l !== o.link && l; });
	assert.strictEqual(kontor('links', 'show', o.number).trim().split('/').pop(), second.split('/').pop());
	assert.deepStrictEqual([await status(o.link), await status(second)], [200, 200]);
	assert.strictEqual(kontor('links', 'list').trim().split('\n').length, 2);
	kontor('links', 'rotate');
	await until('the first key to end', async () => await status(o.link) === 404);
	await until('the count', async () => await unknown() > 0);
	assert.strictEqual(await status(second), 200);
	kontor('links', 'rotate', '--revoke');
	await until('all links to end', async () => await status(second) === 404);
	assert.strictEqual(await status(await until('a new link', async () => { const l = await again(o); return l !== second && l; })), 200);
});

test('without keys orders get links as before, which go on working with keys; damaged keys change nothing', async () => {
	const text = fs.readFileSync(keys(), 'utf8');
	fs.renameSync(keys(), `${keys()}.aside`);
	await s.stopBackends();
	for (const n of s.names)
		await s.startBackend(n);
	const old = await placed('lighttpd');
	assert.match(old.link.split('/').pop(), /^[\w-]{22}$/);
	assert.ok(s.linesWith('event=links_unkeyed').length > 0);
	fs.renameSync(`${keys()}.aside`, keys());
	const o = await until('the keys', async () => { const one = await placed('lighttpd'); return one.link.length > 40 && one; });
	assert.strictEqual(await again(old), old.link);
	assert.strictEqual(await status(old.link), 200);
	const refused = s.kontor('links', 'show', old.number);
	assert.ok(refused.status === 1 && /only its buyer has its link/.test(refused.stderr), refused.stderr);
	fs.writeFileSync(keys(), text.slice(0, 50));
	await until('the damage to be noticed', () => s.linesWith('is damaged').length > 0);
	assert.strictEqual(await status(o.link), 200);
	fs.writeFileSync(keys(), text);
});

test('carts and sessions that nobody has used for long are deleted and counted; newer ones and orders stay', async () => {
	const o = await placed('lighttpd');
	const fresh = await ready('lighttpd');
	s.jobs.kill('SIGTERM');
	await until('the jobs to end', () => s.jobs.gone);
	s.sql(`UPDATE cart SET changed_at = UNIX_TIMESTAMP() - 86400 * 31 WHERE id = (SELECT MAX(id) FROM cart WHERE is_open IS NULL);
		INSERT INTO session (token_hash, csrf, created_at, seen_at) SELECT UNHEX(SHA2(seq, 256)), 'x', 1, 1 FROM seq_1_to_450;
		INSERT INTO cart (session_id, is_open, order_key, draft, created_at, changed_at)
			SELECT 1000000 + seq, IF(seq % 2, 1, NULL), UNHEX(MD5(seq)), '', 1, 1 FROM seq_1_to_450;
		INSERT INTO cart_line (cart_id, variant_id, qty, seen_minor, added_at) SELECT id, 1, 1, 1, 1 FROM cart WHERE created_at = 1`);
	const before = s.number('SELECT COUNT(*) FROM session WHERE created_at > 1');
	s.startJobs();
	await until('the old ones to be deleted', () => s.number('SELECT (SELECT COUNT(*) FROM session WHERE seen_at = 1) + (SELECT COUNT(*) FROM cart WHERE changed_at = 1)') === 0);
	assert.strictEqual(s.number('SELECT COUNT(*) FROM cart_line l LEFT JOIN cart c ON c.id = l.cart_id WHERE c.id IS NULL OR c.created_at = 1'), 0);
	assert.strictEqual(s.number('SELECT COUNT(*) FROM session'), before);
	await until('the counts', async () => await s.total('sessions_deleted_total') === 450 && await s.total('carts_deleted_total') === 451);
	assert.strictEqual(await again(o), o.link, 'an order is found again without its cart');
	assert.strictEqual((await fresh.submit('/checkout/place', { terms: '1' })).status, 200);
	kontor('verify');
});

run({
	before: async () => {
		s = await Shop.start({ goods: { linked: { stock: 1000, price: '10.00' } } });
	},
	after: () => s.stop(),
});
