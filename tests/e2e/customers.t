#!/usr/bin/env node
// What the shop holds of a customer: found, exported, erased, and erased again after the restore of an older backup.
'use strict';
const assert = require('assert');
const child = require('child_process');
const fs = require('fs');
const path = require('path');
const { Buyer } = require('./buyer.js');
const { parse } = require('./schema.js');
const { Shop } = require('./shop.js');
const { until, src } = require('./stack.js');
const { test, run } = require('./tap.js');

const MIGRATIONS = ['--migrations', path.join(src, 'etc', 'sql')];
let s, backups;

function kontor(...args) {
	const r = s.kontor(...args);
	assert.strictEqual(r.status, 0, `kontor ${args.join(' ')}: ${r.stdout}${r.stderr}`);
	return r.stdout;
}
function refused(words, ...args) {
	const r = s.kontor(...args);
	assert.ok(r.status === 1 && words.test(r.stderr), `kontor ${args.join(' ')}: ${r.status} ${r.stdout}${r.stderr}`);
}

// Places an order; returns {number, id, link}.
async function order(who = {}) {
	const b = new Buyer(s.origin('lighttpd'));
	await b.send('POST', '/en/cart/add', { body: `product=${s.number("SELECT id FROM product WHERE handle = 'held'")}&quantity=1` });
	await b.checkout('en', who);
	const page = await b.submit('/checkout/place', { terms: '1', message: 'ring at Mansfield' });
	const number = /K-\d+/.exec(page.text)[0];
	return { number, link: page.target, id: s.number(`SELECT id FROM orders WHERE number = '${number}'`) };
}
async function expire(...orders) {
	const ids = orders.map((o) => o.id).join();
	s.sql(`UPDATE orders SET expires_at = 1 WHERE id IN (${ids})`);
	await until('the orders to expire', () => s.number(`SELECT COUNT(*) FROM orders WHERE state = 5 AND id IN (${ids})`) === orders.length);
}
// As if it had been paid, sent and delivered.
const finish = (o) => s.sql(`UPDATE orders SET state = 3, payment_state = 2, fulfilment_state = 3, expires_at = NULL WHERE id = ${o.id}`);
const status = async (link) => (await new Buyer(s.origin('apache')).send('GET', link)).status;
const exported = (mail) => JSON.parse(kontor('customer', 'export', mail));
const dump = () => child.execFileSync('mariadb-dump', ['--no-defaults', '-S', `${s.services}/db.sock`, '-u', 'root', '--skip-extended-insert',
	'--complete-insert', 'kontor'], { maxBuffer: 1 << 30 }).toString();
const rowsWith = (word) => dump().split('\n').filter((line) => line.includes(word));

test('a customer is found by the mail address in any case, and by no other', async () => {
	const one = await order({ email: 'Ada.Find@example.org' }), two = await order({ email: 'ada.find@Example.org' });
	const other = await order();
	s.sql(`UPDATE orders SET email = 'ada.f\u00efnd@example.org' WHERE id = ${other.id}`);
	assert.strictEqual(s.number("SELECT COUNT(*) FROM orders WHERE email = 'ada.find@example.org'"), 3, 'the column ignores accents');
	const found = JSON.parse(kontor('customer', 'find', 'ADA.find@example.org', '--json'));
	assert.deepStrictEqual(found.orders.map((o) => o.number), [one.number, two.number]);
	assert.ok(found.orders.every((o) => o.open && o.state === 'awaiting_payment' && o.currency === 'EUR'));
	assert.match(kontor('customer', 'find', 'ada.find@example.org'), new RegExp(`^${one.number} .*open\n${two.number} `));
	refused(/no order has the mail address/, 'customer', 'find', 'nobody@example.org');
});

// Puts a mark into every text of an order's tables that takes one; returns ["table.column"].
function mark(id, word) {
	const columns = s.sql(`SELECT c.table_name, c.column_name FROM information_schema.columns c WHERE c.table_schema = 'kontor'
		AND c.data_type IN ('char', 'varchar', 'text', 'mediumtext') AND c.character_maximum_length >= 20 AND c.generation_expression IS NULL
		AND (c.table_name = 'orders' OR c.table_name IN (SELECT t.table_name FROM information_schema.columns t
			JOIN information_schema.tables b USING (table_schema, table_name) WHERE t.table_schema = 'kontor' AND t.column_name = 'order_id'
			AND b.table_type = 'BASE TABLE'))`).trim().split('\n').map((line) => line.split('\t'));
	for (const [table, column] of columns)
		if (!KEPT.includes(`${table}.${column}`) && !['orders.email', 'orders.number'].includes(`${table}.${column}`))
			s.sql(`UPDATE ${table} SET ${column} = CONCAT('${word}', '-${column}') WHERE ${table === 'orders' ? 'id' : 'order_id'} = ${id}`);
	return columns.map((pair) => pair.join('.'));
}

// What stays: the books, references to delivery notes, and the names of the shop's own staff.
const KEPT = ['orders.number', 'orders.lang', 'orders.delivery', 'orders.payment', 'orders.terms_version', 'order_line.sku',
	'order_line.title', 'order_line.options', 'order_event.actor', 'order_action.actor', 'note.actor', 'payment.provider',
	'refund.provider', 'ledger_entry.actor', 'ledger_line.account', 'erasure.actor', 'stock_movement.actor', 'stock_movement.ref',
	'parcel.carrier', 'orders.early_version', 'outbox.kind', 'outbox.subject',
	// reserved and empty: the release that uses them exports and erases them
	'pay_attempt.provider', 'pay_attempt.ref', 'pay_attempt.ref2', 'pay_attempt.url', 'pay_attempt.request', 'withdrawal.lang', 'withdrawal.actor',
	// the law wants documents kept as they were issued
	'document.series', 'document.number', 'document.template', 'document.json'];

test('the export has every text that is held, and fits its schema; the erasure leaves none of them in the database', async () => {
	const mail = 'held@example.org', o = await order({ email: mail });
	await expire(o);
	s.sql(`INSERT INTO parcel (order_id, sent_at) VALUES (${o.id}, 1); INSERT INTO parcel_line SELECT MAX(id), ${o.id}, 1, 1 FROM parcel;
		INSERT INTO note (order_id, to_buyer, actor, text, at) VALUES (${o.id}, 0, 'kontor:test', 'x', 1);
		INSERT INTO return_case (order_id, kind, state, asked_at, changed_at) VALUES (${o.id}, 0, 1, 1, 1);
		INSERT INTO payment (order_id, provider, amount_minor, currency, at) VALUES (${o.id}, 'transfer', 1, 'EUR', 1);
		INSERT INTO refund (order_id, amount_minor, currency, state, by_hand, asked_at, changed_at) VALUES (${o.id}, 1, 'EUR', 3, 1, 1, 1);
		DELETE FROM order_word WHERE order_id = ${o.id}; INSERT INTO order_word (word, order_id) VALUES ('x', ${o.id});
		UPDATE order_event SET actor = 'kontor:test' WHERE order_id = ${o.id} AND event <> 0;
		UPDATE outbox SET state = 1 WHERE order_id = ${o.id};
		INSERT INTO mail_bounce (outbox_id, address, status, why, counts, at) SELECT MAX(id), '${mail}', '5.1.1', 'ZQXJ', 1, 1 FROM outbox
			WHERE order_id = ${o.id}; INSERT INTO mail_suppressed (address, why, at) VALUES ('${mail}', 'ZQXJ', 1)`);
	s.sql(`INSERT INTO withdrawal (key_hash, at, lang, name, email, contract, goods, pieces, state, order_id)
		VALUES (REPEAT('c', 32), 1, 'en', 'x', 'x', 'x', 'x', 'x', 3, ${o.id})`);
	s.sql(`INSERT INTO document (series, seq, number, kind, order_id, cause, last_pos, issued_at, currency, total_minor, template, json,
		page, prev_sha256, sha256) SELECT 'R-2026', 1, 'R-2026-0001', 0, ${o.id}, MIN(id), 1, 1, 'EUR', 1490, 'x', '{"buyer":["kept"]}', 'kept',
		'', '' FROM ledger_entry WHERE order_id = ${o.id}`);
	const columns = mark(o.id, 'ZQXJ');
	const marks = columns.filter((c) => !KEPT.includes(c) && !['orders.email', 'order_line.image_hash'].includes(c)).map((c) => `ZQXJ-${c.split('.')[1]}`);
	const text = kontor('customer', 'export', mail);
	for (const m of marks)
		assert.ok(text.includes(m), `the export lacks ${m}`);
	const file = path.join(s.dir, 'held.json');
	kontor('customer', 'export', mail, file);
	assert.strictEqual(fs.statSync(file).mode & 0o777, 0o600);
	refused(/exists/, 'customer', 'export', mail, file);
	const all = parse('customer-export', fs.readFileSync(file, 'utf8'));
	assert.deepStrictEqual([all.receipts.length, all.receipts[0].name, all.receipts[0].mail], [1, 'Ada Buyer', mail]);
	assert.strictEqual(all.visits[0].carts.length > 0, true);
	assert.match(kontor('customer', 'erase', mail, '--dry-run'), /would be erased: 1 order of/);
	assert.strictEqual(exported(mail).orders.length, 1, 'nothing was erased');
	assert.deepStrictEqual(all.orders[0].documents.map((d) => [d.number, d.kind, JSON.parse(d.facts).buyer[0]]), [['R-2026-0001', 'invoice', 'kept']]);
	assert.match(kontor('customer', 'erase', mail, '--yes', '--keep-invoices', 'no'),
		/erased: 1 order; name and address of the invoice kept: 0\ninvoices and credit notes that the law wants kept as they were issued: 1\n/);
	assert.strictEqual(s.sql(`SELECT page FROM document WHERE order_id = ${o.id}`).trim(), 'kept');
	assert.deepStrictEqual(rowsWith('ZQXJ').map((line) => line.slice(0, 300)), []);
	assert.deepStrictEqual(rowsWith(mail).map((line) => line.slice(0, 300)), []);
	refused(/no order has the mail address/, 'customer', 'find', mail);
	const list = JSON.parse(kontor('receipts', 'list', '--json')).receipts.find((r) => r.number === o.number);
	assert.ok(list && list.state === 'acknowledged' && !/Ada Buyer/.test(list.buyer), JSON.stringify(list));
	assert.strictEqual(s.sql(`SELECT l.title, o.total_minor, a.country FROM orders o JOIN order_line l ON l.order_id = o.id
		JOIN order_address a ON a.order_id = o.id WHERE o.id = ${o.id}`).trim(), 'held\t1490\tDE');
});

test('an order that is not finished is refused; an invoice stays with its name and address, and nothing else', async () => {
	const mail = 'kept@example.org', o = await order({ email: mail, phone: '+49 40 123456' });
	await until('the page', async () => await status(o.link) === 200);
	refused(/is not finished/, 'customer', 'erase', mail, '--yes');
	finish(o);
	assert.match(kontor('customer', 'erase', mail, '--yes'), /erased: 1 order; name and address of the invoice kept: 1/);
	await until('its cached page to be deleted', async () => await status(o.link) === 404);
	assert.strictEqual(s.sql(`SELECT email, phone, note, session_id, client FROM orders WHERE id = ${o.id}`), '\t\t\t0\tNULL\n');
	assert.strictEqual(s.sql(`SELECT name, street FROM order_address WHERE order_id = ${o.id}`).trim(), 'Ada Buyer\tLong Lane 1');
	s.sql(`UPDATE orders SET created_at = created_at - 86400 * 366 * 10 WHERE id = ${o.id}`);
	assert.match(kontor('customer', 'erase', '--again'), /erased again: 1;/);
	assert.strictEqual(s.sql(`SELECT name, street, country FROM order_address WHERE order_id = ${o.id}`).trim(), 'DE');
	assert.match(kontor('customer', 'erase', '--again'), /erased again: 0;/);
	s.sql(`DELETE FROM outbox WHERE kind = 'mail'`);
});

test('a restore of an older backup erases the same orders again, also when only this host\'s file knows of them', async () => {
	s.sql(`UPDATE orders SET created_at = created_at + 86400 * 366 * 10 WHERE created_at < UNIX_TIMESTAMP() - 86400 * 366 * 5`);
	const stays = await order({ email: 'stays@example.org' });
	const first = await order({ email: 'gone1@example.org', name: 'Gunda Gone' }), second = await order({ email: 'gone2@example.org', name: 'Gunda Gone' });
	await expire(first, second);
	s.sql('UPDATE orders SET state = 5, payment_state = 5, fulfilment_state = 5 WHERE state = 3');
	const made = kontor('backup', backups, ...MIGRATIONS, '--no-check');
	const dir = /^made: (.*)$/m.exec(made)[1];
	kontor('customer', 'erase', 'gone1@example.org', '--yes');
	kontor('customer', 'erase', 'gone2@example.org', '--yes');
	assert.deepStrictEqual(rowsWith('Gunda Gone').length, 0);
	fs.rmSync(path.join(s.dir, 'stats-erasures')); // this host's file is lost
	const restored = s.kontor('restore', dir, '--yes', '--no-check', '--no-safety', ...MIGRATIONS);
	assert.match(restored.stdout + restored.stderr, /orders erased again, which the backup still had with their buyer: 2/);
	assert.deepStrictEqual(rowsWith('Gunda Gone').length, 0);
	assert.strictEqual(s.sql(`SELECT email FROM orders WHERE id = ${stays.id}`).trim(), 'stays@example.org');
	assert.strictEqual(s.number('SELECT COUNT(*) FROM erasure'), fs.readFileSync(path.join(s.dir, 'stats-erasures'), 'utf8').trim().split('\n').length);
	s.sql('DROP TABLE erasure'); // and now the database's table
	const again = s.kontor('restore', dir, '--yes', '--no-check', '--no-safety', ...MIGRATIONS);
	assert.match(again.stdout + again.stderr, /orders erased again, which the backup still had with their buyer: 2/);
	assert.deepStrictEqual(rowsWith('Gunda Gone').length, 0);
	s.sql(`UPDATE orders SET order_key = 'another order___' WHERE id = ${stays.id}`);
});

run({
	before: async () => {
		s = await Shop.start({ goods: { held: { stock: 1000, price: '10.00' } } });
		backups = fs.mkdtempSync(path.join(s.dir, 'b-'));
	},
	after: () => s.stop(),
});
