#!/usr/bin/env node
// The age of a request: one that the web server has given up is not begun, counts as a failure of the shop, and its page
// says that it may be sent again.
'use strict';
const assert = require('assert');
const http = require('http');
const { Buyer } = require('./buyer.js');
const { masked, headersAreComplete } = require('./error_page.js');
const { Shop } = require('./shop.js');
const { until } = require('./stack.js');
const { test, run } = require('./tap.js');

const servers = ['lighttpd', 'apache'];
const both = (claim, fn) => servers.forEach((server) => test(`${server}: ${claim}`, () => fn(server)));
let s;

const orders = () => s.number('SELECT COUNT(*) FROM orders');
const ended = (outcome) => s.total('requests_ended_total', `outcome="${outcome}"`);
const buyer = (server) => new Buyer(s.origin(server), { agent: new http.Agent({ keepAlive: false }) });
const place = (b) => b.send('POST', b.order.action, { body: b.order.body });

async function ready(server) {
	const b = buyer(server);
	await b.addToCart('/en/p/tea');
	await b.checkout('en');
	b.order = b.form('/checkout/place', { terms: '1' });
	return b;
}

// Stops all workers while `work` is done.
async function allStopped(work) {
	const pids = s.workerPids();
	for (const pid of pids)
		process.kill(pid, 'SIGSTOP');
	try {
		return await work();
	} finally {
		for (const pid of pids)
			process.kill(pid, 'SIGCONT');
	}
}

both('an order that was given up is not begun; its page says how to go on, and the second submit places it', async (server) => {
	const b = await ready(server), before = orders(), late = await ended('late'), aborted = await ended('aborted');
	const given = await allStopped(() => place(b));
	assert.strictEqual(given.status, 504);
	assert.match(given.text, /Nothing is ordered twice/);
	await until('a worker to come to it', async () => await ended('late') === late + 1);
	assert.strictEqual(await ended('aborted'), aborted);
	assert.strictEqual(orders(), before);
	assert.ok(s.log().some((line) => line.includes('did not wait until a worker was free')));
	const placed = await place(b);
	assert.strictEqual(placed.status, 303);
	assert.strictEqual((await place(b)).headers.location, placed.headers.location);
	assert.strictEqual(orders(), before + 1);
});
both('a visitor who leaves while no worker is free is no failure, and his request is not begun', async (server) => {
	const b = await ready(server), before = orders(), late = await ended('late');
	await allStopped(async () => {
		const left = place(b).catch((e) => e);
		setTimeout(() => b.agent.destroy(), 1200);
		await left;
	});
	const rs = await place(b);
	assert.strictEqual(rs.status, 303);
	assert.strictEqual(orders(), before + 1);
	assert.strictEqual(await ended('late'), late);
});
both("a client's own header about the age changes nothing", async (server) => {
	for (const value of ['t=1', 't=1700000000000000', 'x'])
		assert.strictEqual((await s.get(server, '/en/', { headers: { 'x-kontor-begun': value } })).status, 200);
});
both('the page of a time-out is in the language of the visitor, and the one page otherwise', async (server) => {
	const rs = await allStopped(() => s.get(server, '/de/'));
	assert.strictEqual(rs.status, 504);
	headersAreComplete(rs);
	assert.match(rs.text, /Nichts wird doppelt bestellt/);
	assert.ok(masked(rs.text).includes('<div id="what"></div>'));
});
test('the books are right after all of it', () => {
	const r = s.kontor('verify');
	assert.strictEqual(r.status, 0, r.stdout + r.stderr);
});

run({
	before: async () => {
		s = await Shop.start({ goods: { tea: { stock: 1000 } }, conf: { web: { deadline_ms: 1000, grace_ms: 500 } } });
		s.jobs.kill('SIGTERM'); // it would end the stopped workers
	},
	after: () => s.stop(),
});
