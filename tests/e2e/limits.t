#!/usr/bin/env node
// The rate limits, through both web servers: never more than N, and N; 429 is the one error page; memcached killed and
// emptied in between; what they cost; kontor limits. LIMITS_S: how long the crowds ask (`make check-limits`: 300 s).
'use strict';
const { deepStrictEqual: same, match, ok, strictEqual: equal } = require('assert');
const fs = require('fs');
const net = require('net');
const path = require('path');
const { Buyer } = require('./buyer.js');
const { masked, headersAreComplete } = require('./error_page.js');
const { Shop } = require('./shop.js');
const { sleep, until } = require('./stack.js');
const { test, run } = require('./tap.js');

const servers = ['lighttpd', 'apache'];
const both = (claim, fn) => servers.forEach((server) => test(`${server}: ${claim}`, () => fn(server)));
const CROWD_S = Number(process.env.LIMITS_S || 8), CLIENTS = 8, FAULT_MS = 1500;
const RATES = [[40, 2], [100, 10]]; // of the search, whose address is the crowd's
const LIMITS = {
	pages: '300/minute', search: RATES.map(([n, s]) => `${n}/${s} seconds`).join('; '), cart: '3/minute',
	checkout: '6/minute per session', place: '20/minute', order: '5/minute; 7/day', trusted: '198.51.100.0/24',
};
const TEA = '/en/p/limit-tea', HOT = '/en/info/terms', ORDER = '/en/order/AAAAAAAAAAAAAAAAAAAAAA';
let s, addresses = 0;

// A client that no test had before.
const newcomer = () => `203.0.113.${++addresses}`;
const from = (address, headers = {}) => ({ headers: { 'x-forwarded-for': address, ...headers } });
const get = (server, target, address, headers) => s.get(server, target, from(address, headers));
const limitTotal = (limit, result) => s.total('limit_requests_total', `limit="${limit}"`, `result="${result}"`);
const exchanges = () => s.total('cache_exchanges_total');

// The statuses of n requests, one after the other.
async function statuses(n, send) {
	const all = [];
	for (let i = 0; i < n; i++)
		all.push((await send(i)).status);
	return all;
}

function kontor(...args) {
	const r = s.kontor('limits', ...args);
	return { status: r.status, text: r.stdout, errors: r.stderr };
}

both('a client that exceeds a limit gets the one error page with 429, and when to come again', async (server) => {
	const address = newcomer(), one = masked((await s.get(server, '/no/such/page')).text);
	const refused = await limitTotal('order', 'refused'), ended = await s.total('requests_ended_total', 'outcome="refused"');
	same(await statuses(5, () => get(server, ORDER, address)), [404, 404, 404, 404, 404]);
	const rs = await get(server, ORDER, address);
	equal(rs.status, 429);
	headersAreComplete(rs);
	equal(masked(rs.text), one);
	ok(rs.text.includes(rs.headers['x-request-id']), 'it has its id');
	match(rs.headers['retry-after'], /^(59|60|61)$/);
	match(rs.headers.ratelimit, /^"order-60";r=0;t=(59|60|61), "order-86400";r=2;t=\d+$/);
	equal(rs.headers['ratelimit-policy'], '"order-60";q=5;w=60, "order-86400";q=7;w=86400');
	const line = s.logOf(rs.headers['x-request-id']).find((one) => one.includes('event=error'));
	ok(line.includes('kind=rate_limited status=429') && line.includes(`client ${address} has reached limits.order`), line);
	ok(!line.includes('A'.repeat(22)), 'the address of an order is not in it');
	equal(await limitTotal('order', 'refused'), refused + 1);
	equal(await s.total('requests_ended_total', 'outcome="refused"'), ended + 6);
	same(await statuses(2, () => get(server, ORDER, newcomer())), [404, 404]);
});

both('who prefers JSON is refused in JSON', async (server) => {
	const address = newcomer();
	await statuses(5, () => get(server, ORDER, address));
	const rs = await get(server, ORDER, address, { accept: 'application/json' });
	equal(rs.status, 429);
	equal(rs.headers['content-type'], 'application/problem+json');
	const { status, kind, id } = JSON.parse(rs.text);
	same([status, kind, id], [429, 'rate_limited', rs.headers['x-request-id']]);
	ok(rs.headers['retry-after'] && rs.headers.ratelimit);
});

both('the answers of a limited page tell what is left, those of others nothing', async (server) => {
	const address = newcomer();
	for (const left of [39, 38, 37]) {
		const rs = await get(server, '/en/search?q=tea', address);
		equal(rs.status, 200);
		match(rs.headers.ratelimit, new RegExp(`^"search-2";r=\\d+;t=\\d, "search-10";r=${60 + left};t=(9|10|11)$`));
	}
	for (const target of [HOT, TEA, '/en/cart']) {
		const rs = await get(server, target, address);
		same([rs.status, rs.headers.ratelimit], [200, undefined]);
	}
});

both('a network /64 is one client, and all that are unknown are one', async (server) => {
	const net64 = `2001:db8:0:${++addresses}:`;
	same(await statuses(6, (i) => get(server, ORDER, `${net64}:${i + 1}`)), [404, 404, 404, 404, 404, 429]);
	equal((await get(server, ORDER, `2001:db8:0:${++addresses}::1`)).status, 404);
	equal((await get(server, ORDER, `::ffff:203.0.113.${++addresses}`)).status, 404);
	same((await statuses(9, (i) => get(server, ORDER, `unknown, ${'x'.repeat(i)}`))).slice(-3), [429, 429, 429]);
	equal(kontor('release', 'unknown').status, 0);
});

both('a limit per session counts each visitor, and an invented session for its address', async (server) => {
	const agent = undefined, address = newcomer();
	const visitor = async (via) => {
		const b = new Buyer(s.origin(server), { agent });
		const send = b.send.bind(b);
		b.send = (method, target, options = {}) => send(method, target, { ...options, ...from(via) });
		await b.addToCart(TEA);
		return b;
	};
	const one = await visitor(address), two = await visitor(address);
	const step = (b) => b.send('GET', '/en/checkout/address');
	same(await statuses(7, () => step(one)), [200, 200, 200, 200, 200, 200, 429]);
	equal((await step(two)).status, 200);
	const invented = (i) => get(server, '/en/checkout/address', address, { cookie: `kontor=${'AbCdEfGhIj'.repeat(2)}${10 + i}` });
	equal((await statuses(7, invented)).pop(), 429);
	one.agent.destroy();
	two.agent.destroy();
});

both('what is trusted is not limited, nor are the pages for monitoring', async (server) => {
	ok((await statuses(30, () => get(server, ORDER, '198.51.100.7'))).every((status) => status === 404));
	const address = newcomer();
	ok((await Promise.all(Array.from({ length: 330 }, () => get(server, HOT, address)))).some((rs) => rs.status === 429));
	for (const target of ['/healthz', '/readyz'])
		equal((await get(server, target, address)).status, 200, target);
});

both('all pages together are limited per address, without an exchange, and in no minute more than N', async (server) => {
	const address = newcomer();
	await get(server, HOT, newcomer()); // so that workers keep it
	await Promise.all(Array.from({ length: 40 }, () => get(server, HOT, newcomer())));
	const before = await exchanges(), refused = await limitTotal('pages', 'refused');
	const all = (await Promise.all(Array.from({ length: 400 }, () => get(server, HOT, address)))).map((rs) => rs.status);
	equal(all.filter((status) => status === 200).length, 300);
	equal(all.filter((status) => status === 429).length, 100);
	equal(await limitTotal('pages', 'refused'), refused + 100);
	ok(await exchanges() - before < 40, 'each worker looks once in a while for the values of the page, a limit never');
	const rs = await get(server, '/de/info/terms', address);
	same([rs.status, rs.headers['ratelimit-policy']], [429, '"pages-60";q=300;w=60']);
	ok(rs.text.includes('lang="de"'), 'in the language of the address');
	equal((await get(server, `${TEA}.json`, address)).headers['content-type'], 'application/problem+json');
	equal((await get(server, HOT, newcomer())).status, 200);
});

test('a refusal costs one exchange', async () => { // budgets.t: an allowed request costs two
	const address = newcomer();
	await statuses(5, () => get('lighttpd', ORDER, address));
	const before = await exchanges();
	same(await statuses(10, () => get('lighttpd', ORDER, address)), Array(10).fill(429));
	equal(await exchanges(), before + 10);
});

test('a flood of refusals writes few lines, and says how many it left out', async () => {
	const address = newcomer();
	const before = s.linesWith(`client ${address} `).length;
	const all = await Promise.all(Array.from({ length: 250 }, () => get('lighttpd', ORDER, address)));
	const refused = all.filter((rs) => rs.status === 429).length;
	ok(refused >= 240, String(refused));
	ok(s.linesWith(`client ${address} `).length - before <= 2 * 4 * 10, 'ten lines in ten seconds for each of 4 workers');
});

both('doctor names a proxy that has all visitors behind it, and one that does not tell their addresses', async (server) => {
	const findings = () => JSON.parse(s.kontor('doctor', '--json', 'limits').stdout).checks.flatMap((c) => c.findings);
	const lacks = findings().map((f) => f.name).filter((name) => name !== 'limits-unknown');
	same(lacks, [], 'the other clients have addresses of visitors');
	for (const [address, name] of [['10.1.2.3', 'limits-proxy'], ['fd00::1', 'limits-proxy'], ['nonsense', 'limits-unknown']]) {
		await statuses(6, () => get(server, ORDER, address));
		ok(findings().some((f) => f.name === name), `${address}: ${name}`);
		equal(kontor('release', address === 'nonsense' ? 'unknown' : address).status, 0);
	}
	same(findings(), []);
});

// ---- crowds ----

test('the limits are those of the configuration, after the workers were replaced', async () => {
	equal(s.kontor('config', 'set', 'limits.pages', '10000000/minute').status, 0);
	await s.stopBackends();
	for (const n of s.names)
		await s.startBackend(n);
	match((await get('apache', '/en/search?q=tea', newcomer())).headers['ratelimit-policy'], /^"search-2";q=40;w=2, /);
});

const ms = () => Number(process.hrtime.bigint() / 1000n) / 1000;

// CLIENTS that ask as fast as they can, half of them through each server, while `trouble` happens.
async function crowd(address, trouble) {
	const answers = [];
	let stop = false;
	const clients = Array.from({ length: CLIENTS }, async (x, i) => {
		while (!stop) {
			const sent = ms(), rs = await get(servers[i % 2], '/en/search?q=tea', address);
			answers.push({ sent, got: ms(), status: rs.status, id: rs.headers['x-request-id'] });
			if (rs.status !== 200)
				await sleep(10);
		}
	});
	const died = Promise.all(clients); // a client that fails ends the test at once
	await Promise.race([trouble(), died]);
	stop = true;
	await died;
	return answers;
}

// The times at which requests of the address were allowed, by the clock that decided: each decision is a line of the
// log. A time in it was taken between sending and answering, so a window of answers' own times may hold a few more.
function decisions(address) {
	return s.linesWith('event=limit limit=search').filter((line) => line.includes(`client=${address} `)).map((line) => {
		const [, at, allowed, by, lost] = /at_ms=(\d+) allowed=(\d) by=(\w+) lost=(\d+)/.exec(line);
		return { at: Number(at), allowed: allowed === '1', by, lost: Number(lost) };
	});
}

// The largest number of sorted times in any period that ends at one of them, its end and its beginning included.
function most(times, periodMs) {
	let from = 0, n = 0;
	times.forEach((at, i) => {
		while (at - times[from] > periodMs)
			from++;
		n = Math.max(n, i - from + 1);
	});
	return n;
}

// The largest number of answers that were asked for and given within one period, whatever the server's clock says.
function surely(answers, periodMs) {
	const all = answers.filter((a) => a.status === 200).sort((x, y) => x.sent - y.sent);
	let n = 0;
	for (let i = 0; i < all.length; i++) {
		let inside = 0;
		for (let k = i; k < all.length && all[k].sent <= all[i].sent + periodMs; k++)
			inside += all[k].got <= all[i].sent + periodMs;
		n = Math.max(n, inside);
	}
	return n;
}

async function crowdKeeps(address, trouble, factor) {
	const before = { exchanges: await exchanges(), races: await s.total('limit_races_total') };
	const answers = await crowd(address, trouble);
	const made = decisions(address), times = made.filter((d) => d.allowed).map((d) => d.at).sort((x, y) => x - y);
	equal(answers.filter((a) => ![200, 429].includes(a.status)).length, 0, 'nothing but pages and refusals');
	equal(made.length, answers.length, 'each answer has a decision');
	equal(times.length, answers.filter((a) => a.status === 200).length);
	const races = made.reduce((sum, d) => sum + d.lost, 0);
	equal(await s.total('limit_races_total') - before.races, races);
	for (const [n, seconds] of RATES) {
		const reached = most(times, seconds * 1000), sure = surely(answers, seconds * 1000);
		console.log(`# ${n} in ${seconds} s: ${reached} by the server's clock, ${sure} by the clients', of ${answers.length} requests,`
			+ ` ${times.length} allowed, ${races} races lost`);
		ok(reached <= factor * n, `${reached} in ${seconds} s`);
		ok(sure <= factor * n, `${sure} in ${seconds} s by the clients' clock`);
		ok(reached >= n, `only ${reached} in ${seconds} s`);
		if (factor === 1)
			equal(reached, n);
	}
	return { made, cost: await exchanges() - before.exchanges };
}

test(`8 clients for ${CROWD_S} s, 4 workers, 2 backends, both servers: never more than N in any window, and N`, async () => {
	await statuses(8, (i) => get(servers[i % 2], '/en/search?q=tea', '198.51.100.1'));
	const { made } = await crowdKeeps(newcomer(), () => sleep(CROWD_S * 1000), 1);
	ok(made.every((d) => d.by === 'memcached'));
});

const flushAll = () => new Promise((done, fail) => {
	const to = net.connect(path.join(s.services, 'mc.sock'), () => to.write('flush_all\r\n'));
	to.on('error', fail);
	to.once('data', () => to.end(done));
});

test(`8 clients for ${CROWD_S} s, memcached killed and emptied in between: never more than 2 N in any window`, async () => {
	const end = Date.now() + CROWD_S * 1000;
	const { made } = await crowdKeeps(newcomer(), async () => {
		for (let i = 0; Date.now() < end; i++) {
			await sleep(FAULT_MS);
			if (i % 3 === 0)
				s.service('mc-kill');
			else if (i % 3 === 1)
				s.service('mc-start');
			else
				await flushAll();
		}
		s.service('mc-kill');
		s.service('mc-start');
	}, 2);
	ok(made.some((d) => d.by === 'host' && d.allowed) && made.some((d) => d.by === 'memcached' && d.allowed));
	ok(await s.total('limit_by_host_total') > 0);
	await until('memcached is used again', async () => {
		await s.get('lighttpd', TEA);
		return (await s.metrics())['kontor_breaker_open{service="cache",server="' + s.services + '/mc.sock"}'] === 0;
	});
});

// ---- the operator ----

test('kontor limits lists the limits, shows who was stopped, and lets one go', async () => {
	const address = newcomer(), refused = await limitTotal('order', 'refused');
	same(await statuses(6, () => get('lighttpd', ORDER, address)), [404, 404, 404, 404, 404, 429]);
	const list = kontor('list', '--json'), top = kontor('top', '--json');
	same([list.status, top.status], [0, 0]);
	const { limits, trusted } = JSON.parse(list.text);
	same(limits.map((l) => l.limit), ['pages', 'search', 'cart', 'checkout', 'place', 'withdraw', 'lookup', 'order']);
	const ofOrders = limits[7];
	match(ofOrders.routes, /\border\b/);
	same(ofOrders, { limit: 'order', rates: '5/minute; 7/day per address', host_only: false,
		allowed: ofOrders.allowed, refused: refused + 1, routes: ofOrders.routes });
	same(trusted, ['198.51.100.0/24']);
	const mine = JSON.parse(top.text).clients.find((c) => c.client === address && c.limit === 'order' && c.period_s === 60);
	same([mine.n, mine.allowed, mine.refused, mine.per], [5, 5, 1, 'address']);
	ok(Math.abs(mine.last_refused - Date.now() / 1000) < 30);
	match(kontor().text, /^order +5\/minute; 7\/day per address +\d+ +\d+ {2}[^\n]*\border\b.*$/m);
	match(kontor('top').text, new RegExp(`^${address} +order +5/minute +5 +1 {2}\\d+ s ago$`, 'm'));
	match(s.kontor('status').stdout, / was refused \d+ times by limits\./);
	const let_go = kontor('release', address);
	same([let_go.status, let_go.errors], [0, '']);
	match(let_go.text, new RegExp(`^${address} is released`));
	equal((await get('apache', ORDER, address)).status, 404);
	for (const [wrong, status] of [[['release'], 2], [['release', 'nobody'], 2], [['list', 'x'], 2], [['what'], 2], [['--what'], 2]])
		equal(kontor(...wrong).status, status, wrong.join(' '));
	equal(kontor('--help').status, 0);
	s.service('mc-kill');
	equal(kontor('release', address).status, 1);
	s.service('mc-start');
});

test('when neither memcached nor the host can count, pages are shown and no order is placed', async () => {
	const file = path.join(s.dir, 'stats-control-limits');
	await s.stopBackends();
	fs.rmSync(file);
	fs.mkdirSync(file);
	s.service('mc-kill');
	for (const n of s.names)
		await s.startBackend(n);
	const address = newcomer(), uncounted = await s.total('limit_uncounted_total');
	ok((await statuses(8, () => get('lighttpd', ORDER, address))).every((status) => status === 404));
	const rs = await get('apache', '/en/checkout/place', address);
	equal(rs.status, 503);
	ok(s.logOf(rs.headers['x-request-id']).some((line) => line.includes('limits.place cannot be counted')));
	ok(await s.total('limit_uncounted_total') >= uncounted + 18, 'those of all pages too');
	ok(s.log().some((line) => line.includes('event=limits_not_shared')));
});

run({
	before: async () => {
		s = await Shop.start({ goods: { 'limit-tea': { stock: 1000 } }, conf: {
			limits: LIMITS, log: { level: 'debug' }, cache: { timeout_ms: 2000 }, // a busy machine is no fault of memcached's
			web: { trusted_proxies: '127.0.0.1', deadline_ms: 10000, grace_ms: 2000 },
		} });
		equal((await get('lighttpd', TEA, newcomer())).status, 200); // the windows' keys contain the database's identity
	},
	after: () => s.stop(),
});
