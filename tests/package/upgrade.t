#!/usr/bin/env node
// An upgrade from the release before while visitors browse and buy: no request fails, and no order is lost from the list
// in which it waits. `make check-package` builds both packages and passes their names.
'use strict';
const assert = require('assert');
const path = require('path');
const { test, run } = require('../e2e/tap.js');
const { Machine } = require('./machine.js');
const { visitedDuring } = require('./visitors.js');

const [, , beforeDeb, thisDeb] = process.argv;
const ENOUGH = 3000;
const LIMIT_MS = 10 * 60e3;
const ORIGIN = 'http://localhost';
let m;

const rows = (sql) => m.sh(`mariadb -N -B kontor -e "${sql}"`).trim().split('\n').filter((row) => row !== '');
const srv = (deb) => `/srv/${path.basename(deb)}`;

// The numbers of all orders in a list, page by page.
function listed(queue) {
	const all = [];
	for (let page = null; !page || page.more;) {
		page = JSON.parse(m.sh(`kontor order list --queue ${queue} --limit 500 --json ${all.length > 0 ? `--after ${all[all.length - 1]}` : ''}`));
		all.push(...page.orders.map((o) => o.number));
	}
	return all;
}

for (const server of ['apache2', 'lighttpd'])
	test(`${server}: an upgrade from the release before loses no request and no order`, async () => {
		const began = Date.now();
		m = await Machine.boot(server);
		m.put(beforeDeb);
		m.put(thisDeb);
		m.sh(`apt-get install -qy ${srv(beforeDeb)} ${server} curl 2>&1`);
		// all visitors have one address, which the rate limits would stop
		m.sh("kontor demo && kontor config set limits.trusted '127.0.0.1, ::1' && kontor config set order.unpaid_orders_max 0 && kontor reload");
		assert.match(m.sh('kontor --version'), /0\.0\.9/);
		const seen = await visitedDuring(m, { origin: ORIGIN, enough: ENOUGH }, () => m.start_sh(`apt-get install -qy --no-install-recommends ${srv(thisDeb)}`));
		assert.doesNotMatch(m.sh('kontor --version'), /0\.0\.9/);
		const placed = rows('SELECT number FROM orders ORDER BY id');
		assert.ok(placed.length >= seen.orders, `${placed.length} orders of ${seen.orders}`);
		const packed = listed('to_pack');
		assert.ok(packed.length > 10);
		assert.deepStrictEqual(packed, rows("SELECT number FROM orders WHERE payment = 'on_delivery' ORDER BY id"));
		assert.deepStrictEqual([...packed, ...listed('check_payment')].sort(), placed.sort(), 'every order is in its list');
		const r = m.run('kontor verify');
		assert.strictEqual(r.status, 0, r.stdout + r.stderr);
		await m.remove();
		m = null;
		assert.ok(Date.now() - began < LIMIT_MS, `it took ${Math.round((Date.now() - began) / 1000)} s`);
	});

run({ after: async () => { if (m) await m.remove(); } });
