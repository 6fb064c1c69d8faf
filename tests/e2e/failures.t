#!/usr/bin/env node
// The failures that need no database: each ends in the complete error page, with the right status and headers, through
// both web servers, and is counted.
'use strict';
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const { masked, headersAreComplete, numberOf } = require('./error_page.js');
const { Stack, until, sleep, request, program, freePort, connects, src } = require('./stack.js');
const { test, run } = require('./tap.js');

const servers = ['lighttpd', 'apache'];
const both = (claim, fn) => servers.forEach((server) => test(`${server}: ${claim}`, () => fn(server)));
const origin = { origin: 'http://127.0.0.1', 'sec-fetch-site': 'same-origin' };
const form = { ...origin, 'content-type': 'application/x-www-form-urlencoded' };
const fault = (what) => ({ headers: { 'x-kontor-fault': what } });
let s, one;

function isThePage(rs, status) {
	assert.strictEqual(rs.status, status);
	assert.ok(!rs.cut, 'the answer is whole');
	headersAreComplete(rs);
	assert.strictEqual(masked(rs.text), one, 'it is the one error page');
}

// A page from a worker: its id is on the page, in a header and in the log.
function isWorkersPage(rs, status) {
	isThePage(rs, status);
	const id = rs.headers['x-request-id'];
	assert.match(id, /^[0-9a-f]{32}$/);
	assert.ok(rs.text.includes(`<span id="error-id">${id}</span>`), 'the id stands on the page');
	assert.ok(s.logOf(id).some((line) => line.includes(`status=${status} `)), 'the id stands in the log');
}

// A static page, of a missing file.
function isStaticPage(rs, status) {
	isThePage(rs, status);
	assert.strictEqual(rs.headers['x-request-id'], undefined);
	assert.strictEqual(numberOf(rs.text), '');
}

// The web server's own page, since no worker could answer: its number leads to a line of the web server's log, and to
// the worker's death, if there was one.
async function isTwin(server, rs, status, { event = null, language = one } = {}) {
	assert.strictEqual(rs.status, status);
	assert.ok(!rs.cut, 'the answer is whole');
	headersAreComplete(rs);
	assert.strictEqual(masked(rs.text), language, 'it is the one error page');
	const number = numberOf(rs.text);
	assert.match(number, server === 'apache' ? /^[A-Za-z0-9@_-]{20,30}$/ : /^\d{10}-\d{1,5}$/);
	assert.strictEqual(rs.headers['x-request-id'], server === 'apache' ? number : undefined);
	await until(`kontor log ${number}`, () => {
		const { stdout } = s.kontor('log', number);
		return new RegExp(`^== .*${server}-failures\\.log$`, 'm').test(stdout) && stdout.includes(` ${status} number=`)
			&& (event === null || stdout.includes(`event=${event}`));
	});
}

async function newWorkersAre(n, before) {
	const fresh = () => s.workerPids().filter((pid) => !before.has(pid)).length;
	await until(`${n} new workers`, () => s.workerPids().length === 4 && fresh() === n);
}

async function workersAre(n) {
	await until(`${n} workers`, () => s.workerPids().length === n);
}

both('a page that is there comes whole', async (server) => {
	const rs = await s.get(server, '/healthz');
	assert.strictEqual(rs.status, 200);
	assert.strictEqual(rs.text, 'ok\n');
	assert.match(rs.headers['x-request-id'], /^[0-9a-f]{32}$/);
});
both('an unknown page is 404', async (server) => {
	isWorkersPage(await s.get(server, '/no/such/page'), 404);
	isWorkersPage(await s.get(server, '/%22%3E%3Cscript%3E'), 404);
});
both('a wrong method is 405 and says which are right', async (server) => {
	const rs = await s.request(server, 'POST', '/healthz', { headers: form, body: 'a=b' });
	isWorkersPage(rs, 405);
	assert.strictEqual(rs.headers.allow, 'GET, HEAD');
	isWorkersPage(await s.request(server, 'DELETE', '/healthz'), 405);
});
both('HEAD gets the head alone', async (server) => {
	const rs = await s.request(server, 'HEAD', '/no/such/page');
	assert.strictEqual(rs.status, 404);
	assert.strictEqual(rs.text, '');
});
both('a bad field of a form is 400, and ignored in a link', async (server) => {
	for (const body of ['v=none', 'q=%ff']) {
		isWorkersPage(await s.request(server, 'POST', '/test/form', { headers: form, body }), 400);
		assert.strictEqual((await s.get(server, `/healthz?${body}`)).status, 200);
	}
	assert.strictEqual((await s.get(server, '/healthz?q=a%00b')).status, 200); // pasted text is cleaned
});
both('a form from another site is 403', async (server) => {
	const body = 'message=x';
	const type = { 'content-type': form['content-type'] };
	isWorkersPage(await s.request(server, 'POST', '/test/form', { headers: type, body }), 403);
	isWorkersPage(await s.request(server, 'POST', '/test/form',
		{ headers: { ...type, 'sec-fetch-site': 'cross-site' }, body }), 403);
	assert.strictEqual((await s.request(server, 'POST', '/test/form', { headers: form, body })).text, 'x\n');
});
both("an order's address, which is its key, stands in no log", async (server) => {
	const key = `Key-of-${server}-0123456789`;
	for (const [method, target] of [['GET', `/en/order/${key}`], ['GET', `/en/order/${key}.`],
		['POST', `/en/order/${key}`], ['GET', `/en/order/${key}/`], ['GET', `/xx/order/${key}?a=b`]])
		await s.request(server, method, target);
	if (server === 'apache') // lighttpd's error log names the address of a request that killed its worker
		await s.request(server, 'GET', `/en/order/${key}`, fault('crash'));
	await until('the last line', async () => {
		await s.get(server, '/seen');
		return s.linesWith(`GET ${s.base}/seen`).length > 0;
	});
	assert.deepStrictEqual(s.linesWith(key), []);
	await workersAre(4);
});
test('the example of a virtual host keeps an order out of the log of port 80 too, where it only redirects', async () => {
	const port = await freePort(), conf = path.join(s.dir, 'conf', 'port80.conf'), logs = path.join(s.dir, 'log', 'port80');
	const example = fs.readFileSync(path.join(src, 'etc', 'apache', 'apache-vhost.conf'), 'utf8');
	const own = fs.readFileSync(path.join(s.dir, 'conf', 'apache.conf'), 'utf8');
	fs.mkdirSync(logs);
	fs.writeFileSync(conf, own.replace(/^Listen .*/m, `Listen 127.0.0.1:${port}`).replace('apache.pid', 'port80.pid')
		.replace(/^Include .*/mg, '') // the shop is in the virtual host of port 443
		+ `\nDefine APACHE_LOG_DIR ${logs}\nLogFormat "%h %t \\"%r\\" %>s" combined\n`
		+ /<VirtualHost \*:80>[\s\S]*?<\/VirtualHost>/.exec(example)[0].replace('*:80', `127.0.0.1:${port}`));
	const p = s.spawn('port80', program('apache2') || program('httpd'), ['-D', 'FOREGROUND', '-f', conf]);
	await until('Apache', async () => p.gone || await connects({ host: '127.0.0.1', port }));
	const ask = (target) => request(port, 'GET', target, { headers: { host: 'shop.example.org' } });
	const log = () => fs.readFileSync(path.join(logs, 'kontor-access.log'), 'utf8');
	const rs = await ask('/en/order/Key-of-port-80-0123456789');
	assert.strictEqual(rs.status, 301);
	assert.strictEqual(rs.headers.location, 'https://shop.example.org/en/order/Key-of-port-80-0123456789');
	assert.strictEqual((await ask('/en/p/tea')).status, 301);
	await until('the last line', () => log().includes('GET /en/p/tea'));
	assert.doesNotMatch(log(), /Key-of-port-80/);
	p.kill('SIGTERM');
	await until('its end', () => p.gone);
});
both('an oversized body is 413', async (server) => {
	const body = `message=${'x'.repeat(300 * 1024)}`;
	isWorkersPage(await s.request(server, 'POST', '/test/form', { headers: form, body }), 413);
});
both('a body that no server takes is 413', async (server) => {
	const body = `message=${'x'.repeat(3 * 1024 * 1024)}`;
	isThePage(await s.request(server, 'POST', '/test/form', { headers: form, body }), 413);
});
both('a body that is cut off is never a form', async (server) => {
	const forms = () => s.log().filter((line) => line.includes('event=test_form')).length;
	const before = forms();
	const rs = await s.request(server, 'POST', '/test/form', { headers: form, body: 'message=half', announce: 100 })
		.catch((e) => ({ status: e.code }));
	assert.ok([400, 408, 'ECONNRESET', 'EPIPE'].includes(rs.status), `it ended with ${rs.status}`);
	assert.strictEqual(forms(), before);
});
for (const [kind, status] of [['bug', 500], ['limit', 500], ['busy', 503], ['upstream', 503]])
	both(`a failure of kind ${kind} is ${status}`, async (server) => {
		isWorkersPage(await s.get(server, '/healthz', fault(kind)), status);
	});
both('a program gets its errors as JSON', async (server) => {
	const rs = await s.get(server, '/no/such/page', { headers: { accept: 'application/json' } });
	assert.strictEqual(rs.status, 404);
	assert.strictEqual(rs.headers['content-type'], 'application/problem+json');
	assert.deepStrictEqual(JSON.parse(rs.text), { type: 'about:blank', title: 'Not Found', status: 404,
		kind: 'not_found', id: rs.headers['x-request-id'] });
});
both("a stranger's trace is noted beside our own id", async (server) => {
	const id = `0af7651916cd43dd8448eb211c8031${server === 'apache' ? 'aa' : '9c'}`;
	const rs = await s.get(server, '/no/such/page', { headers: { traceparent: `00-${id}-b7ad6b7169203331-01` } });
	isWorkersPage(rs, 404);
	assert.notStrictEqual(rs.headers['x-request-id'], id);
	assert.ok(s.logOf(rs.headers['x-request-id']).every((line) => line.includes(` trace=${id} `)));
});
both('a path forges no field of the log', async (server) => {
	const rs = await s.get(server, '/x%22%20level=error%20event=forged/');
	isWorkersPage(rs, 404);
	const line = s.logOf(rs.headers['x-request-id']).join('\n');
	assert.ok(line.includes(' path="/x%22%20level\\x3derror%20event\\x3dforged/" '), line);
});
both('no header of a client opens the counters', async (server) => {
	const status = async (headers) => (await s.get(server, '/metrics', { headers })).status;
	assert.strictEqual(await status({}), 200);
	// The peer is the address that may read them, but something says that the request came through a proxy.
	for (const name of ['x-forwarded-for', 'x_forwarded_for', 'forwarded', 'via', 'x-real-ip'])
		if (server === 'lighttpd' || !name.includes('_')) // Apache drops such a header
			assert.strictEqual(await status({ [name]: '127.0.0.1' }), 404, name);
});
// The web server chooses the status of a crash (doc/failures.md).
const crashed = { lighttpd: 500, apache: 503 };
both('a crash kills one worker, is executed once and is counted', async (server) => {
	await workersAre(4);
	const before = new Set(s.workerPids());
	const id = `${server === 'apache' ? 'a' : 'b'}`.repeat(32);
	await isTwin(server, await s.get(server, '/healthz', { headers: { 'x-kontor-fault': 'crash',
		traceparent: `00-${id}-b7ad6b7169203331-01` } }), crashed[server], { event: 'crashed' });
	await newWorkersAre(1, before);
	const lines = await until('the crash in the log', () => {
		const found = s.log().filter((line) => line.includes('event=crashed') && line.includes(` trace=${id} `));
		return found.length && found;
	});
	assert.strictEqual(lines.length, 1, 'it was executed once');
});
both('a crash under a POST is executed once', async (server) => {
	await workersAre(4);
	const before = new Set(s.workerPids());
	await isTwin(server, await s.request(server, 'POST', '/test/form', { headers: { ...form, 'x-kontor-fault': 'crash' },
		body: 'message=x' }), crashed[server], { event: 'crashed' });
	await newWorkersAre(1, before);
	await sleep(300); // a second execution would take some time
	await newWorkersAre(1, before);
});
both('a worker that hangs is ended past its deadline, and counted', async (server) => {
	const begin = Date.now();
	await isTwin(server, await s.get(server, '/healthz', fault('hang')), crashed[server], { event: 'hung' });
	const took = Date.now() - begin;
	assert.ok(took >= 1400 && took < 20000, `it took ${took} ms`);
	await workersAre(4);
	await until('the hang in the log', () => s.log().some((line) => line.includes('event=hung')));
});
both('a stopped worker costs its request, and no other', async (server) => {
	await workersAre(4);
	const stopped = s.get(server, '/healthz', fault('stop'));
	for (let i = 0; i < 8; i++)
		assert.strictEqual((await s.get(server, '/healthz')).status, 200);
	await isTwin(server, await stopped, 504);
	for (const pid of s.workerPids()) // what kontor-jobs does for good
		if (/^State:\s+T/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8')))
			process.kill(pid, 'SIGKILL');
	await workersAre(4);
});
both('an answer that is cut off does not look whole', async (server) => {
	const rs = await s.get(server, '/metrics', fault('cut')).catch(() => ({ cut: true }));
	if (!rs.cut) // Apache may not have begun to pass it on
		await isTwin(server, rs, 503, { event: 'cut_off' });
	await workersAre(4);
});
both('workers can be replaced under load without a lost request', async (server) => {
	const signals = ['SIGTERM', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGINT']; // multiwatch chooses which one it sends
	let stop = false, n = 0;
	const client = async () => {
		for (; !stop; n++)
			assert.strictEqual((await s.get(server, '/healthz')).status, 200);
	};
	const clients = [client(), client(), client()];
	const all = Promise.all(clients).catch((e) => e);
	all.then(() => { stop = true; });
	for (let i = 0; !stop && (i < 10 || n < 20); i++) {
		for (const pid of s.workerPids())
			try {
				process.kill(pid, signals[i % signals.length]);
			} catch (e) { /* gone meanwhile */ }
		await sleep(50);
	}
	stop = true;
	assert.ifError((await all) instanceof Error ? await all : null);
	await workersAre(4);
});
both('a worker that is told to stop does so while more connections wait than are served', async (server) => {
	let stop = false, n = 0;
	const clients = Array.from({ length: 48 }, async () => {
		for (; !stop; n++)
			assert.strictEqual((await s.get(server, '/healthz')).status, 200);
	});
	const all = Promise.all(clients).catch((e) => e);
	all.then(() => { stop = true; });
	const told = s.workerPids();
	await until('an answer for each client', () => stop || n >= clients.length);
	for (const pid of told)
		process.kill(pid, 'SIGTERM');
	try {
		await until('the workers to end', () => s.workerPids().every((pid) => !told.includes(pid)));
	} finally {
		stop = true;
	}
	assert.ifError((await all) instanceof Error ? await all : null);
	await workersAre(4);
});

test('every request that began has one ending', async () => {
	await until('the last crash to be settled', async () => {
		const m = await s.metrics();
		const sum = (name) => Object.entries(m).filter(([k]) => k.startsWith(name)).reduce((a, [, v]) => a + v, 0);
		const begun = sum('kontor_requests_begun_total'), ended = sum('kontor_requests_ended_total');
		return begun > 0 && begun - ended === 1; // the reading itself
	});
});
both('with all workers dead, the page comes from a file', async (server) => {
	if (s.backends.length)
		await s.stopBackends();
	await isTwin(server, await s.get(server, '/healthz'), 503);
	await isTwin(server, await s.get(server, '/no/such/page'), 503);
	for (const n of ['1', '2'])
		fs.rmSync(s.socket(n), { force: true });
	await isTwin(server, await s.get(server, '/healthz'), 503);
});
both('the page of the web server speaks the language of the address', async (server) => {
	const name = server === 'apache' ? 'apache/de/503.shtml' : 'lighttpd/de.shtml';
	const text = masked(fs.readFileSync(path.join(s.dir, 'web', 'error', name), 'utf8').replace(/^<!--#if [^>]*>/, ''));
	const german = text.slice(0, text.indexOf('</html>')) + '</html>\n';
	assert.match(german, /lang="de"/);
	await isTwin(server, await s.get(server, '/de/c/tee'), 503, { language: german });
	await isTwin(server, await s.get(server, '/dex/'), 503);
	await isTwin(server, await s.request(server, 'POST', '/de/cart/add', { headers: form, body: 'a=b' }), 503,
		{ language: german });
	const head = await s.request(server, 'HEAD', '/de/');
	assert.deepStrictEqual([head.status, head.text, head.headers['retry-after']], [503, '', '5']);
});
test('with a wrong configuration workers stay up, answer the page, and say why', async () => {
	fs.appendFileSync(s.confFile, '\n[web]\nno_such_setting = 1\n');
	for (const n of ['1', '2'])
		await s.startBackend(n);
	for (const server of servers) {
		const rs = await until('the web server to find its workers again', async () => {
			const got = await s.get(server, '/healthz');
			return got.headers['x-request-id'] && got;
		});
		assert.strictEqual(rs.status, 503);
		headersAreComplete(rs);
	}
	const out = fs.readFileSync(path.join(s.dir, 'log', 'backend-1.out'), 'utf8');
	assert.match(out, /event=config_unusable .*no_such_setting/);
	await s.stopBackends();
});
both('a missing file is the page, too', async (server) => {
	isStaticPage(await s.get(server, '/static/none.css'), 404);
});

run({
	before: async () => {
		s = await Stack.start({ base: process.env.KONTOR_TEST_BASE || '' });
		one = masked(fs.readFileSync(path.join(s.dir, 'web', 'error', '503.html'), 'utf8'));
	},
	after: () => s.stop(),
});
