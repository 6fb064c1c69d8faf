#!/usr/bin/env node
// kontor mail list, show, resend, hold, bounce, suppressed: what the staff see of the mails of a real order, and do about them.
'use strict';
const { match, doesNotMatch, strictEqual: equal, deepStrictEqual: same, ok } = require('assert');
const child = require('child_process');
const path = require('path');
const { Buyer } = require('./buyer.js');
const { parse } = require('./schema.js');
const { Shop } = require('./shop.js');
const { build, until } = require('./stack.js');
const { test, run } = require('./tap.js');

let shop, order;

const kontor = (...args) => shop.kontor('mail', ...args);
function did(...args) {
	const r = kontor(...args);
	equal(r.status, 0, `${args.join(' ')}: ${r.stdout}${r.stderr}`);
	return r.stdout;
}
const list = (...more) => parse('mail-list', did('list', '--json', ...more));
const mailOf = (kind) => list('--order', order.number, '--kind', kind).mails[0];
const marks = () => shop.sql('SELECT COUNT(*), COALESCE(SUM(state), 0) FROM outbox WHERE kind = \'mail\'') + shop.sql('SELECT * FROM mail_bounce')
	+ shop.sql('SELECT * FROM mail_suppressed');

test('the mails of an order are listed, once each, and found by order, kind, state and address', async () => {
	await until('the mails', () => list('--order', order.number).mails.length === 2);
	same(list('--order', order.number).mails.map((m) => m.subject).sort(), [`new_order/${order.id}`, `order_placed/${order.id}`]);
	same(list('--to', 'buyer@example.org').mails.map((m) => m.subject), [`order_placed/${order.id}`]);
	equal(mailOf('order_placed').reader, 'buyer');
	equal(mailOf('new_order').reader, 'merchant');
	equal(mailOf('new_order').to, 'office@shop.example');
	equal(list('--to', 'nobody@example.org').mails.length, 0);
	equal(kontor('list', '--state', 'lost').status, 1);
	equal(kontor('list', '--order', 'K-1', '--to', 'a@b.c').status, 1);
	match(did('list'), new RegExp(`order_placed/${order.id} .*${order.number}.*buyer@example\\.org`));
	same(list('--limit', '1').more, true);
});

test('a mail is shown as its reader sees it, without the secret of its link', () => {
	const mail = mailOf('order_placed'), token = order.link.split('/').pop();
	const shown = parse('mail-show', did('show', String(mail.id), '--json'));
	ok(shown.text.includes(order.number) && shown.html.includes(order.number));
	match(shown.text, /\/order\/\(secret\)/);
	match(shown.message_id, /^order_placed\./);
	doesNotMatch(JSON.stringify(shown) + did('show', String(mail.id)), new RegExp(token));
	equal(kontor('show', '999999').status, 1);
	equal(kontor('show').status, 2);
});

test('all mail is held back and let go by a switch that all hosts see', () => {
	equal(parse('mail-hold', did('hold', 'on', '--json')).held, true);
	equal(shop.sql("SELECT value FROM setting WHERE name = 'mail.hold'").trim(), 'yes');
	match(did('list'), /held back/);
	match(did('hold', 'off', '--dry-run'), /nothing was changed/);
	equal(parse('mail-hold', did('hold', '--json')).held, true);
	equal(parse('mail-hold', did('hold', 'off', '--json')).held, false);
	equal(kontor('hold', 'perhaps').status, 2);
});

test('a mail is sent again as a row of its own, once for a key, and not while it waits or after it was erased', () => {
	did('hold', 'on');
	const mail = mailOf('order_placed'), key = '0123456789abcdef0123456789abcdef';
	shop.sql(`UPDATE outbox SET state = 0, due_at = UNIX_TIMESTAMP() + 1000 WHERE id = ${mail.id}`);
	match(kontor('resend', String(mail.id)).stderr, /has not been sent yet/);
	shop.sql(`UPDATE outbox SET state = 1 WHERE id = ${mail.id}`);
	match(did('resend', String(mail.id), '--dry-run'), /nothing was changed/);
	equal(list('--order', order.number, '--kind', 'order_placed').mails.length, 1);
	const first = parse('mail-resend', did('resend', String(mail.id), '--key', key, '--json')).id;
	equal(parse('mail-resend', did('resend', String(mail.id), '--key', key, '--json')).id, first);
	const rows = list('--order', order.number, '--kind', 'order_placed').mails;
	equal(rows.length, 2);
	match(rows[0].sent_again_by, /^kontor:/);
	ok(rows[0].version > 4294967296, 'no version of an event');
	const ids = rows.map((m) => parse('mail-show', did('show', String(m.id), '--json')).message_id);
	equal(new Set(ids).size, 2, 'a Message-ID of its own');
	shop.sql(`UPDATE outbox SET payload = '', state = 1 WHERE id = ${first}`);
	match(kontor('resend', String(first)).stderr, /was erased/);
	did('hold', 'off');
});

const REPORT = (to, status = '5.1.1') => `Return-Path: <>\nTo: ${to}\nContent-Type: multipart/report; report-type=delivery-status; boundary="x"\n\n--x\n`
	+ `Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; buyer@example.org\nAction: failed\nStatus: ${status}\n`
	+ 'Diagnostic-Code: smtp; 550 no such user\n\n--x--\n';
function bounce(message) {
	const r = child.spawnSync(path.join(build, 'kontor'), ['--config', shop.confFile, 'mail', 'bounce', '--json'], { input: message });
	equal(r.status, 0, String(r.stderr));
	return parse('mail-bounce', String(r.stdout)).result;
}

test('a bounce that is forged, foreign or no report is reported and changes nothing', () => {
	const mail = mailOf('order_placed'), before = marks();
	equal(bounce(REPORT(`bounce+${mail.id}.00aabbccddeeff0011@shop.example`)), 'forged');
	equal(bounce(REPORT('bounce@shop.example')), 'foreign');
	equal(bounce(REPORT(`bounce+${mail.id}.00aabbccddeeff0011@other.example`)), 'foreign');
	equal(bounce('Subject: hello\n\nStatus: 5.1.1\n'), 'foreign');
	equal(bounce('\n'), 'no_report');
	equal(marks(), before);
});

test('a suppressed address is shown at the order, gets no mail again by hand, and is lifted', () => {
	const mail = mailOf('order_placed');
	shop.sql("INSERT INTO mail_suppressed (address, why, at) VALUES ('buyer@example.org', '5.1.1 no such user', 1764500000)");
	match(shop.kontor('order', 'show', order.number).stdout, /No mail goes to buyer@example\.org since .*: 5\.1\.1 no such user/);
	shop.sql(`UPDATE outbox SET state = 1 WHERE id = ${mail.id}`);
	match(kontor('resend', String(mail.id)).stderr, /gets no mail since/);
	same(parse('mail-suppressed', did('suppressed', 'list', '--json')).suppressed.map((x) => x.address), ['buyer@example.org']);
	match(did('suppressed', 'lift', 'Buyer@example.org'), /gets mail again/);
	equal(kontor('suppressed', 'lift', 'buyer@example.org').status, 1);
	doesNotMatch(shop.kontor('order', 'show', order.number).stdout, /No mail goes/);
});

run({
	before: async () => {
		shop = await Shop.start({ goods: { letter: { stock: 1000, price: '10.00' } }, conf: { site: { sender: 'shop@shop.example' },
			mail: { office: 'office@shop.example', bounce: 'bounce@shop.example', server: '127.0.0.1:1' } } });
		const b = new Buyer(shop.origin('lighttpd'));
		await b.send('POST', '/en/cart/add', { body: `product=${shop.number("SELECT id FROM product WHERE handle = 'letter'")}&quantity=1` });
		await b.checkout('en', { email: 'buyer@example.org' });
		const page = await b.submit('/checkout/place', { terms: '1' });
		const number = /K-\d+/.exec(page.text)[0];
		order = { number, link: page.target, id: shop.number(`SELECT id FROM orders WHERE number = '${number}'`) };
	},
	after: () => shop.stop(),
});
