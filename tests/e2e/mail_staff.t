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
const { listen } = require('../integ/smtp_fake.js');

let shop, order, server;

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
	await until('the mails', () => list('--order', order.number, '--state', 'sent').mails.length === 2);
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

// The mails that the server took, by their envelopes.
const sent = () => server.seen.filter((s) => s.mail).map((s) => ({ from: /<(.*)>/.exec(s.commands.find((c) => c.startsWith('MAIL')))[1],
	to: /<(.*)>/.exec(s.commands.find((c) => c.startsWith('RCPT')))[1], text: s.mail }));

const REPORT = (to, status = '5.1.1') => `Return-Path: <>\nTo: ${to}\nContent-Type: multipart/report; report-type=delivery-status; boundary="x"\n\n--x\n`
	+ `Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; buyer@example.org\nAction: failed\nStatus: ${status}\n`
	+ 'Diagnostic-Code: smtp; 550 no such user\n\n--x--\n';
function bounce(message, ...more) {
	const r = child.spawnSync(path.join(build, 'kontor'), ['--config', shop.confFile, 'mail', 'bounce', '--json', ...more], { input: message });
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

// Reports as these servers write them.
const REPORTS = {
	postfix: (to) => `Return-Path: <>\nReceived: by mail.example.net (Postfix)\n\tid 4F2B81C0; Mon, 30 Nov 2026 12:00:00 +0100 (CET)\n`
		+ `Date: Mon, 30 Nov 2026 12:00:00 +0100 (CET)\nFrom: MAILER-DAEMON@mail.example.net (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\n`
		+ `To: ${to}\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status;\n\tboundary="3C1A61B5.1796043997/mail.example.net"\n\n`
		+ `This is a MIME-encapsulated message.\n\n--3C1A61B5.1796043997/mail.example.net\nContent-Description: Notification\nContent-Type: text/plain; charset=us-ascii\n\n`
		+ `This is the mail system at host mail.example.net.\n\n<buyer@example.org>: host mx.example.org[192.0.2.7] said: 550 5.1.1 unknown\n\n`
		+ `--3C1A61B5.1796043997/mail.example.net\nContent-Description: Delivery report\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.example.net\n`
		+ `X-Postfix-Queue-ID: 3C1A61B5\nX-Postfix-Sender: rfc822; ${to}\nArrival-Date: Mon, 30 Nov 2026 11:59:58 +0100 (CET)\n\nFinal-Recipient: rfc822; buyer@example.org\n`
		+ `Original-Recipient: rfc822;buyer@example.org\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.example.org\nDiagnostic-Code: smtp; 550 5.1.1 <buyer@example.org>: Recipient\n`
		+ `    address rejected: User unknown\n\n--3C1A61B5.1796043997/mail.example.net\nContent-Type: message/rfc822-headers\n\nFrom: shop@shop.example\nTo: buyer@example.org\n\n--3C1A61B5.1796043997/mail.example.net--\n`,
	exim: (to) => `Return-path: <>\nReceived: from Debian-exim by mail.example.net with local (Exim 4.96)\n\tid 1r9xyz-0001ab-2c\n\tfor ${to};\n\tMon, 30 Nov 2026 12:00:00 +0100\n`
		+ `X-Failed-Recipients: buyer@example.org\nAuto-Submitted: auto-replied\nFrom: Mail Delivery System <Mailer-Daemon@mail.example.net>\nTo: ${to}\n`
		+ `Content-Type: multipart/report; report-type=delivery-status; boundary=1796043997-eximdsn-1233910\nMIME-Version: 1.0\nSubject: Mail delivery failed: returning message to sender\n\n`
		+ `--1796043997-eximdsn-1233910\nContent-type: text/plain; charset=us-ascii\n\nA message that you sent could not be delivered.\n\n--1796043997-eximdsn-1233910\n`
		+ `Content-type: message/delivery-status\n\nReporting-MTA: dns; mail.example.net\n\nAction: failed\nFinal-Recipient: rfc822;buyer@example.org\nStatus: 5.0.0\n`
		+ `Remote-MTA: dns; mx.example.org\nDiagnostic-Code: smtp; 550 5.1.1 unknown\n\n--1796043997-eximdsn-1233910\nContent-type: message/rfc822\n\nTo: buyer@example.org\n\n--1796043997-eximdsn-1233910--\n`,
	exchange: (to) => `From: Microsoft Outlook <postmaster@example.net>\r\nTo: <${to}>\r\nSubject: Undeliverable: Order\r\nMIME-Version: 1.0\r\n`
		+ `Content-Type: multipart/report; report-type=delivery-status;\r\n boundary="_a7f3c1d2-0001_"\r\n\r\n--_a7f3c1d2-0001_\r\nContent-Type: multipart/alternative; differences=Content-Type;\r\n`
		+ ` boundary="_a7f3c1d2-0002_"\r\n\r\n--_a7f3c1d2-0002_\r\nContent-Type: text/plain; charset="us-ascii"\r\n\r\nIt could not be delivered.\r\n\r\n--_a7f3c1d2-0002_--\r\n\r\n`
		+ `--_a7f3c1d2-0001_\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns;mail.example.net\r\nReceived-From-MTA: dns;shop.example\r\n\r\n`
		+ `Final-Recipient: rfc822;buyer@example.org\r\nAction: failed\r\nStatus: 5.1.10\r\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found\r\n\r\n--_a7f3c1d2-0001_--\r\n`,
};

test('a bounce of the address that the mail left from ends all mail to the buyer, until it orders again', async () => {
	const first = sent().find((m) => m.to === 'buyer@example.org'), mail = list('--order', order.number, '--kind', 'order_placed').mails.pop();
	match(first.from, new RegExp(`^bounce\\+${mail.id}\\.[0-9a-z]+@shop\\.example$`), 'an address of its own');
	const before = marks();
	equal(bounce(REPORTS.postfix(first.from), '--dry-run'), 'suppressed');
	equal(marks(), before, 'tried out only');
	equal(bounce(REPORTS.exim(first.from)), 'counted', 'exim says 5.0.0 of everything');
	shop.sql('DELETE FROM mail_bounce');
	equal(bounce(REPORTS.exchange(first.from)), 'suppressed');
	shop.sql('DELETE FROM mail_bounce; DELETE FROM mail_suppressed');
	equal(bounce(REPORTS.postfix(first.from)), 'suppressed');
	equal(bounce(REPORTS.postfix(first.from)), 'again');
	const n = sent().length;
	equal(shop.kontor('order', 'pay', order.number, '1.00', '--reference', 'bank 1').status, 0);
	const held = await until('the mail of the payment', () => list('--order', order.number, '--kind', 'payment_received').mails.find((m) => m.state === 'dropped'));
	match(held.answer, /^the address gets no mail: 5\.1\.1 550 5\.1\.1 .*Recipient address rejected: User unknown/);
	match(shop.kontor('order', 'show', order.number).stdout, /No mail goes to buyer@example\.org since .*: 5\.1\.1 /);
	equal(sent().slice(n).filter((m) => m.to === 'buyer@example.org').length, 0, 'nothing left');
	await placeOrder();
	await until('the mail of the new order', () => sent().slice(n).some((m) => m.to === 'buyer@example.org'));
	same(parse('mail-suppressed', did('suppressed', 'list', '--json')).suppressed, []);
});

test('a suppressed address is shown at the order, gets no mail again by hand, and is lifted', () => {
	const mail = mailOf('order_placed');
	shop.sql("INSERT INTO mail_suppressed (address, why, at) VALUES ('buyer@example.org', '5.1.1 no such user', 1764500000)");
	match(shop.kontor('order', 'show', order.number).stdout, /No mail goes to buyer@example\.org since .*: 5\.1\.1 no such user/);
	shop.sql(`UPDATE outbox SET state = 1 WHERE id = ${mail.id}`);
	match(kontor('resend', String(mail.id)).stderr, /gets no mail since/);
	same(parse('mail-suppressed', did('suppressed', 'list', '--json')).suppressed.map((x) => x.address), ['buyer@example.org']);
	match(did('suppressed', 'lift', 'Buyer@example.org', '--dry-run'), /gets mail again; nothing was changed/);
	match(did('suppressed', 'lift', 'Buyer@example.org'), /gets mail again\./);
	equal(kontor('suppressed', 'lift', 'buyer@example.org').status, 1);
	doesNotMatch(shop.kontor('order', 'show', order.number).stdout, /No mail goes/);
});

async function placeOrder() {
	const b = new Buyer(shop.origin('lighttpd'));
	await b.send('POST', '/en/cart/add', { body: `product=${shop.number("SELECT id FROM product WHERE handle = 'letter'")}&quantity=1` });
	await b.checkout('en', { email: 'buyer@example.org' });
	return b.submit('/checkout/place', { terms: '1' });
}

run({
	before: async () => {
		server = await listen();
		shop = await Shop.start({ goods: { letter: { stock: 1000, price: '10.00' } }, conf: { site: { sender: 'shop@shop.example' },
			mail: { office: 'office@shop.example', bounce: 'bounce@shop.example', transport: 'smtp', server: `127.0.0.1:${server.port}` } } });
		const page = await placeOrder();
		const number = /K-\d+/.exec(page.text)[0];
		order = { number, link: page.target, id: shop.number(`SELECT id FROM orders WHERE number = '${number}'`) };
	},
	after: async () => {
		await shop.stop();
		await server.close();
	},
});
