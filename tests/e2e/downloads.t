#!/usr/bin/env node
// downloads.t - files and codes of paid orders, through lighttpd and Apache: counted, limited, sent by the web server.
'use strict';
const { match, doesNotMatch, strictEqual: equal, deepStrictEqual: same, ok } = require('assert');
const fs = require('fs');
const child = require('child_process');
const http = require('http');
const path = require('path');
const crypto = require('crypto');
const { Buyer } = require('./buyer.js');
const { Shop } = require('./shop.js');
const { until, build } = require('./stack.js');
const { parse } = require('./schema.js');
const { test, run } = require('./tap.js');

const SERVERS = ['lighttpd', 'apache'];
const NAME = '茶 "Über" 100%.pdf';
const BYTES = crypto.randomBytes(300000);
const HASH = crypto.createHash('sha256').update(BYTES).digest('hex');
let shop;

const buyer = (server) => new Buyer(shop.origin(server), { agent: new http.Agent({ keepAlive: false }) });
const text = (html) => html.replace(/^[\s\S]*<main/, '<main').replace(/<footer[\s\S]*$/, '').replace(/<svg[\s\S]*?<\/svg>/g, '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

async function order(server, goods, { pay = true } = {}) {
	const b = buyer(server);
	for (const g of goods)
		await b.addToCart(`/en/p/${g}`);
	const csrf = new URLSearchParams(b.form('/cart/update').body).get('csrf');
	const post = (step, values) => b.send('POST', `/en/checkout/${step}`, { body: new URLSearchParams({ csrf, ...values }).toString() });
	await post('address', { email: 'ada@example.org', name: 'Ada Example', country: 'DE', postcode: '20457' });
	await post('payment', { payment: 'transfer' });
	await b.get('/en/checkout/review');
	const placed = await b.submit('/checkout/place', { terms: '1', early: '1' });
	const o = { number: /K-\d+/.exec(placed.text)[0], page: placed.target };
	if (pay)
		did('order', 'pay', o.number);
	return o;
}

function did(...args) {
	const r = shop.kontor(...args);
	equal(r.status, 0, `${args.join(' ')}: ${r.stdout}${r.stderr}`);
	return r.stdout;
}

// Bytes, not text.
function fetch(server, target, { method = 'GET', headers = {}, body } = {}) {
	return new Promise((done, fail) => {
		const rq = http.request({ port: shop.ports[server], method, path: target, headers, agent: false }, (rs) => {
			const parts = [];
			rs.on('data', (p) => parts.push(p));
			rs.on('end', () => done({ status: rs.statusCode, headers: rs.headers, bytes: Buffer.concat(parts) }));
		});
		rq.on('error', fail);
		rq.end(body);
	});
}

// What a stranger with the link sees: another browser, without the session.
async function form(server, o) {
	const { bytes } = await fetch(server, o.page);
	const m = /action="([^"]*\/download\/\d+)"><input type="hidden" name="ticket" value="([\w-]+)"/.exec(bytes.toString());
	return { page: bytes.toString(), action: m && m[1], ticket: m && m[2] };
}

const press = (server, f) => fetch(server, f.action, { method: 'POST', body: `ticket=${f.ticket}`,
	headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: shop.origin('lighttpd'), 'Sec-Fetch-Site': 'same-origin' } });
const used = (o) => shop.number(`SELECT used FROM order_download d JOIN orders o ON o.id = d.order_id WHERE o.number = '${o.number}'`);

for (const server of SERVERS) {
	test(`${server}: the buyer of a file gets it whole, under its own name, for himself alone`, async () => {
		const o = await order(server, ['book']);
		const f = await form(server, o);
		match(text(f.page), /Your downloads 茶 &quot;Über&quot; 100%\.pdf 300.kB 3 of 3 left, until/);
		const pressed = await press(server, f);
		equal(pressed.status, 303);
		const rs = await fetch(server, pressed.headers.location);
		equal(rs.status, 200);
		ok(rs.bytes.equals(BYTES));
		same([rs.headers['content-type'], rs.headers['content-length'], rs.headers['content-disposition'], rs.headers['x-content-type-options']],
			['application/pdf', '300000', `attachment; filename="_ __ber_ 100_.pdf"; filename*=UTF-8''${encodeURIComponent(NAME)}`, 'nosniff']);
		match(rs.headers['cache-control'], /private/);
		equal(rs.headers.etag, `"${HASH.slice(0, 32)}"`);
		equal(rs.headers['x-sendfile'], undefined);
		match(text((await form(server, o)).page), /2 of 3 left/);
	});

	test(`${server}: whoever looks at links, or asks for the head, uses nothing up`, async () => {
		const o = await order(server, ['book']);
		const f = await form(server, o);
		for (const target of [f.action, `${f.action}?ticket=${f.ticket}`, `${f.action}?ticket=`])
			for (const method of ['GET', 'HEAD']) {
				const rs = await fetch(server, target, { method });
				same([rs.status, rs.headers.location], [303, `${o.page}#downloads`], `${method} ${target}`);
			}
		equal(used(o), 0);
		const pressed = await press(server, f);
		const head = await fetch(server, pressed.headers.location, { method: 'HEAD' });
		same([head.status, head.headers['content-length'], head.bytes.length], [200, '300000', 0]);
		equal(used(o), 1);
		equal((await fetch(server, f.action, { method: 'POST', body: `ticket=${f.ticket}`, headers: { Origin: 'https://evil.example', 'Content-Type': 'application/x-www-form-urlencoded' } })).status, 403, 'nor does another site');
	});

	test(`${server}: a stranger gets nothing: no link, another order's, the folder itself`, async () => {
		const o = await order(server, ['book']), other = await order(server, ['book']), unpaid = await order(server, ['book'], { pay: false });
		const f = await form(server, o), g = await form(server, other);
		doesNotMatch((await form(server, unpaid)).page, /\/download\//);
		const location = (await press(server, f)).headers.location;
		const ticket = `?ticket=${f.ticket}`;
		const wrong = location.replace(/order\/[\w-]{4}/, 'order/aaaa');
		equal((await fetch(server, wrong)).status, 404, 'a link that nobody made');
		equal((await fetch(server, f.action.replace(o.page, other.page) + ticket)).headers.location, `${other.page}#downloads`, 'the file of another order');
		equal((await fetch(server, g.action + ticket)).headers.location, `${other.page}#downloads`, 'the ticket of another');
		equal((await press(server, { action: f.action.replace(o.page, unpaid.page), ticket: g.ticket })).headers.location, `${unpaid.page}#downloads`, 'an order that is not paid');
		equal((await fetch(server, location.replace(/download\/\d+/, 'download/x'))).status, 404);
		for (const target of [`/downloads/${HASH}`, `/static/../downloads/${HASH}`, `/media/..%2fdownloads/${HASH}`, `/media/../../downloads/${HASH}`, `/${HASH}`])
			ok((await fetch(server, target)).status >= 400, target);
		equal(used(other), 0);
		equal((await fetch(server, location)).status, 200, 'and the buyer still does');
	});

	test(`${server}: an interrupted download goes on, in parts, and counts once`, async () => {
		const o = await order(server, ['book']);
		const f = await form(server, o);
		const { location } = (await press(server, f)).headers;
		const first = await fetch(server, location, { headers: { Range: 'bytes=0-99999' } });
		same([first.status, first.headers['content-range']], [206, 'bytes 0-99999/300000']);
		const rest = await fetch(server, location, { headers: { Range: 'bytes=100000-', 'If-Range': first.headers.etag } });
		same([rest.status, rest.headers['content-range']], [206, 'bytes 100000-299999/300000']);
		ok(Buffer.concat([first.bytes, rest.bytes]).equals(BYTES));
		equal((await fetch(server, location, { headers: { Range: 'bytes=100000-', 'If-Range': '"another"' } })).status, 200);
		equal((await fetch(server, location, { headers: { Range: 'bytes=400000-' } })).status, 416);
		equal((await fetch(server, location, { headers: { 'Accept-Encoding': 'gzip' } })).headers['content-encoding'], undefined);
		for (let i = 0; i < 3; i++)
			equal((await press(server, f)).headers.location, location, 'a second click is the same download');
		equal(used(o), 1);
		shop.sql(`UPDATE order_download_take t JOIN order_download d ON d.id = t.download_id JOIN orders o ON o.id = d.order_id SET t.at = t.at - 12 * 3600 - 1 WHERE o.number = '${o.number}'`);
		equal((await fetch(server, location)).headers.location, `${o.page}#downloads`, 'its address is of no use the next day');
		equal((await press(server, f)).headers.location, `${o.page}#downloads`);
	});

	test(`${server}: a used-up download, and one whose time is over, are refused, and the page says so`, async () => {
		const o = await order(server, ['book']);
		let last;
		for (let i = 0; i < 3; i++)
			last = await form(server, o), equal((await fetch(server, (await press(server, last)).headers.location)).status, 200);
		const none = await form(server, o);
		same([none.action, used(o)], [null, 3]);
		match(text(none.page), /Used up \(3 of 3\)\. Write to us/);
		const fresh = { action: last.action, ticket: crypto.randomBytes(16).toString('base64url') };
		equal((await press(server, fresh)).headers.location, `${o.page}#downloads`);
		equal(used(o), 3);
		const late = await order(server, ['book']);
		const f = await form(server, late);
		shop.sql(`UPDATE order_download d JOIN orders o ON o.id = d.order_id SET d.until_at = UNIX_TIMESTAMP() - 1 WHERE o.number = '${late.number}'`);
		equal((await press(server, f)).headers.location, `${late.page}#downloads`);
		same([(await form(server, late)).action, used(late)], [null, 0]);
		match(text((await form(server, late)).page), /The time to download it ended on/);
	});

	test(`${server}: of many at once who want the last download, one gets it`, async () => {
		const o = await order(server, ['book']);
		shop.sql(`UPDATE order_download d JOIN orders o ON o.id = d.order_id SET d.used = 2 WHERE o.number = '${o.number}'`);
		const forms = await Promise.all(Array.from({ length: 8 }, () => form(server, o)));
		equal(new Set(forms.map((f) => f.ticket)).size, 8);
		const where = await Promise.all(forms.map(async (f) => (await press(server, f)).headers.location));
		equal(where.filter((l) => /\?ticket=/.test(l)).length, 1, where.join(' '));
		equal(where.filter((l) => l === `${o.page}#downloads`).length, 7);
		equal(used(o), 3);
		equal(shop.number(`SELECT COUNT(*) FROM order_download_take t JOIN order_download d ON d.id = t.download_id JOIN orders o ON o.id = d.order_id WHERE o.number = '${o.number}'`), 1);
	});
}

const conforms = (schema, value) => parse(schema, JSON.stringify(value));
const show = (o) => JSON.parse(did('order', 'show', o.number, '--json'));
const codesOf = (o) => shop.sql(`SELECT k.id FROM sale_code k JOIN orders o ON o.id = k.order_id WHERE o.number = '${o.number}' ORDER BY k.id`).trim().split('\n');
const sent = (o) => until(`order ${o.number} to be sent`, async () => show(o).state === 'completed');

test('an order of downloads is sent by itself, its mail acknowledges the consent, and the staff see each download', async () => {
	const o = await order('lighttpd', ['book']);
	await sent(o);
	const f = await form('lighttpd', o);
	await press('lighttpd', f);
	const json = conforms('order', show(o));
	same([json.state, json.downloads.map((d) => [d.line, d.file, d.used, d.allowed]), json.downloaded.map((d) => [d.line, d.file]), json.codes],
		['completed', [[1, NAME, 1, 3]], [[1, NAME]], 0]);
	match(did('order', 'show', o.number), /LINE {2}FILE[^]*DOWNLOAD +LINE {2}FILE\n20\d\d-/);
	const mail = did('mail', 'preview', 'download', '--order', o.number, '--text');
	match(mail, /Your download is ready[^]*\/order\/[\w-]+[^]*茶 "Über" 100%\.pdf \(300.kB\): 2 of 3 left[^]*agreed that the right to withdraw from it ends/);
	doesNotMatch(shop.sql(`SELECT GROUP_CONCAT(payload) FROM outbox`), /ticket/);
});

test('who cancelled or got the money back has no access, and the staff can end and grant it', async () => {
	const o = await order('lighttpd', ['book']);
	const f = await form('lighttpd', o);
	const { location } = (await press('lighttpd', f)).headers;
	const gone = async () => [(await form('lighttpd', o)).action, (await fetch('lighttpd', location)).status, (await press('lighttpd', { action: f.action, ticket: 'A'.repeat(21) + 'A' })).headers.location];
	did('download', 'end', o.number);
	same([(await form('lighttpd', o)).action, (await fetch('lighttpd', location)).status], [null, 200], 'what has begun may end');
	same(conforms('download-change', JSON.parse(did('download', 'grant', o.number, '1', '--json'))), { files: 1, dry_run: false });
	match(text((await form('lighttpd', o)).page), /3 of 4 left/);
	await sent(o);
	did('order', 'refund', o.number, '1=1', '--by-hand');
	same(await gone(), [null, 303, `${o.page}#downloads`]);
	equal(shop.kontor('download', 'grant', o.number).status, 1);
});

test('who bought a file keeps it when another takes its place, and can be given that', async () => {
	const o = await order('lighttpd', ['book2']);
	const newer = path.join(shop.dir, 'newer.pdf');
	fs.writeFileSync(newer, 'newer');
	conforms('download-add', JSON.parse(did('download', 'add', 'SKU-book2', newer, '--name', 'book.pdf', '--json')));
	const bytes = async (x, i) => {
		const { page } = await form('lighttpd', x);
		const all = [...page.matchAll(/action="([^"]*\/download\/\d+)"><input type="hidden" name="ticket" value="([\w-]+)"/g)];
		return (await fetch('lighttpd', (await press('lighttpd', { action: all[i][1], ticket: all[i][2] })).headers.location)).bytes.toString();
	};
	equal(await bytes(o, 0), 'older');
	equal(await bytes(await order('lighttpd', ['book2']), 0), 'newer');
	did('download', 'grant', o.number);
	same([await bytes(o, 0), await bytes(o, 1)], ['older', 'newer']);
	const list = conforms('download-list', JSON.parse(did('download', 'list', '--all', '--json'))).files.filter((x) => x.sku === 'SKU-book2');
	same(list.map((x) => [x.name, x.orders, x.until !== null, x.missing]), [['book.pdf', 1, true, false], ['book.pdf', 2, false, false]]);
	fs.rmSync(path.join(shop.dir, 'downloads', list[0].sha256));
	equal(shop.kontor('download', 'list', '--all').status, 1, 'a file that is missing is found');
	equal(shop.kontor('download', 'add', 'SKU-soap', newer).status, 1, 'goods that are sent by post have none');
	did('download', 'remove', 'SKU-book2');
	equal(shop.kontor('download', 'remove', 'SKU-book2').status, 1);
});

test('codes are sold once each, whoever pays at the same time and whatever is killed', async () => {
	const codes = Array.from({ length: 12 }, (_, i) => `CODE-${i}-${crypto.randomBytes(4).toString('hex')}`);
	const file = path.join(shop.dir, 'codes.txt');
	fs.writeFileSync(file, `${codes.join('\r\n')}\n\n${codes[0]}\n`);
	same(conforms('code-change', JSON.parse(did('code', 'add', 'SKU-key', file, '--json'))), { codes: 12, left_out: 1, stock_before: 0, stock: 12, dry_run: false });
	ok(!shop.sql('SELECT GROUP_CONCAT(sealed SEPARATOR "") FROM sale_code').includes('CODE-'), 'they are sealed');
	equal(did('code', 'list', 'SKU-key', '--show').trim(), codes.join('\n'));
	const orders = [];
	for (let i = 0; i < 12; i++)
		orders.push(await order(SERVERS[i % 2], ['key'], { pay: false }));
	same(JSON.parse(did('code', 'list', '--json')).variants.map((v) => [v.codes, v.free, v.held, v.stock]), [[12, 12, 12, 0]]);
	match((await buyer('lighttpd').get('/en/p/key')).text, /state-out/, 'no more can be sold than there are');
	const pay = (o, i) => new Promise((done) => {
		const p = child.spawn(path.join(build, 'kontor'), ['--config', shop.confFile, 'order', 'pay', o.number, '--reference', `R${i}`], { stdio: 'ignore' });
		if (i % 3 === 0)
			setTimeout(() => p.kill('SIGKILL'), 20 + 5 * i);
		p.on('exit', done);
	});
	await Promise.all(orders.map(pay));
	orders.forEach((o, i) => did('order', 'pay', o.number, '10.00', '--reference', `R${i}`));
	const sold = orders.map(codesOf);
	same([sold.every((ids) => ids.length === 1), new Set(sold.flat()).size], [true, 12]);
	const code = async (o) => /class="code" dir="ltr">([^<]*)</.exec((await form('lighttpd', o)).page);
	for (const o of orders) // the pages that a killed process left are forgotten by kontor-jobs
		await until(`the page of ${o.number}`, () => code(o));
	const pages = await Promise.all(orders.map(async (o) => (await code(o))[1]));
	same([...pages].sort(), [...codes].sort());
	match(did('mail', 'preview', 'download', '--order', orders[0].number, '--text'), new RegExp(pages[0]));
	doesNotMatch(await (async () => (await form('lighttpd', await order('lighttpd', ['book'], { pay: false }))).page)(), /class="code"/);
});

test('a code that was paid back stays used, and its stock does not return', async () => {
	const file = path.join(shop.dir, 'more.txt');
	fs.writeFileSync(file, 'MORE-1\nMORE-2\n');
	did('code', 'add', 'SKU-key', file);
	const o = await order('lighttpd', ['key']);
	const before = shop.number('SELECT on_hand FROM stock s JOIN variant v ON v.id = s.variant_id WHERE v.sku = "SKU-key"');
	await sent(o);
	did('order', 'refund', o.number, '1=1', '--by-hand');
	doesNotMatch((await form('lighttpd', o)).page, /class="code"/);
	const whole = await order('lighttpd', ['key', 'none']);
	did('order', 'cancel', whole.number);
	same([shop.number('SELECT on_hand FROM stock s JOIN variant v ON v.id = s.variant_id WHERE v.sku = "SKU-key"'), shop.number('SELECT COUNT(*) FROM sale_code WHERE order_id IS NULL')], [before - 1, 0]);
	did('verify');
	fs.writeFileSync(file, 'LAST\n');
	same(JSON.parse(did('code', 'add', 'SKU-key', file, '--json')).stock, 1);
	conforms('code-list', JSON.parse(did('code', 'list', '--json')));
	equal(shop.kontor('code', 'list', '--low', '2').status, 1);
	did('code', 'list', '--low', '1');
	did('stock', 'adjust', 'SKU-key', '+5');
	equal(shop.kontor('code', 'list', '--low', '1').status, 1, 'stock without codes is found');
	did('code', 'drop', 'SKU-key', file);
	equal(shop.number('SELECT on_hand FROM stock s JOIN variant v ON v.id = s.variant_id WHERE v.sku = "SKU-key"'), 0);
});

test('behind a web server that sends no files a download ends in the error page and counts nothing', async () => {
	const o = await order('lighttpd', ['book']);
	const f = await form('lighttpd', o);
	const conf = path.join(shop.dir, 'web', 'lighttpd.conf');
	const text = fs.readFileSync(conf, 'utf8');
	ok(text.includes('KONTOR_SENDS'));
	fs.writeFileSync(conf, text.replace(/.*KONTOR_SENDS.*\n/, '').replace('"x-sendfile" => "enable"', '"x-sendfile" => "disable"'));
	shop.servers.lighttpd.kill('SIGTERM');
	await until('lighttpd to end', async () => shop.servers.lighttpd.gone);
	await shop.restartServer('lighttpd');
	const rs = await press('lighttpd', f);
	ok(rs.status >= 502, String(rs.status));
	equal((await fetch('lighttpd', `${f.action}?ticket=${f.ticket}`, { headers: { 'Kontor-Sends': '1', KONTOR_SENDS: '1' } })).status, rs.status, 'nor does a client say otherwise');
	equal(used(o), 0);
	ok(shop.linesWith('the web server sends no files').length > 0);
	fs.writeFileSync(conf, text);
});

run({
	async before() {
		shop = await Shop.start({ goods: { book: { stock: 99, ships: false }, book2: { stock: 99, ships: false }, key: { stock: 0, ships: false }, none: { stock: 9, ships: false }, soap: { stock: 9 } }, conf: { site: { sender: 'shop@example.org' }, download: { times: 3 } } });
		const file = path.join(shop.dir, 'source.bin');
		fs.writeFileSync(file, BYTES);
		did('download', 'add', 'SKU-book', file, '--name', NAME);
		fs.writeFileSync(file, 'older');
		did('download', 'add', 'SKU-book2', file, '--name', 'book.pdf');
	},
	async after() { await shop.stop(); },
});
