// orders.js - placing orders compared with their bare transaction: many SKUs, one SKU, and a flash sale that sells out.
//
// Carts are filled beforehand (bench/order_carts); only the POST that orders each cart is measured, through
// lighttpd. The ceiling (bench/order_ceiling) runs the transaction's own statements on as many connections as the shop
// has workers, on the same server, which waits for the disk at each COMMIT as Debian's does. Rounds alternate.
'use strict';
const child = require('child_process');
const fs = require('fs');
const path = require('path');
const { src, build } = require('../tests/e2e/stack.js');
const { Shop } = require('../tests/e2e/shop.js');

const SKUS = 1000, LINES = 2, PER_BACKEND = 2, WORKERS = 2 * PER_BACKEND, CONNECTIONS = 2 * WORKERS;
const FLASH_STOCK = 300, FLASH_BUYERS = 1500, PLENTY = 100000000;
const DURABLE = '--innodb-flush-log-at-trx-commit=1 --innodb-log-file-size=96M --innodb-buffer-pool-size=128M'
	+ ' --innodb-use-native-aio=1';

const bin = (name) => path.join(build, 'bench', name);
const tell = (name, ...args) => JSON.parse(child.execFileSync(bin(name), args, { maxBuffer: 1 << 24 }).toString());

// Asynchronous, so that node is not blocked while load runs.
function load(file, port) {
	return new Promise((done, fail) => {
		child.execFile(bin('load'), ['--port', String(port), '--connections', String(CONNECTIONS), '--draw', 'each', file],
			(e, out) => (e ? fail(e) : done(JSON.parse(out))));
	});
}

class Orders {
	async open() {
		const goods = {};
		for (let i = 0; i < SKUS; i++)
			goods[`goods-${i}`] = { stock: PLENTY };
		goods.flash = { stock: FLASH_STOCK };
		process.env.SERVICES_DB_OPTIONS = DURABLE;
		this.shop = await Shop.start({ workers: PER_BACKEND, goods,
			conf: { web: { deadline_ms: 10000, grace_ms: 2000 }, test: { faults: 'no' } } });
		delete process.env.SERVICES_DB_OPTIONS;
		this.flash = this.shop.number("SELECT v.id FROM variant v JOIN product p ON p.id = v.product_id WHERE p.handle = 'flash'");
	}

	// Carts of `lines` variants out of the `skus` variants after the id `behind`.
	carts(n, { lines, skus, behind = 0 }) {
		const file = path.join(this.shop.dir, 'place');
		return { file, ...tell('order_carts', '--config', this.shop.confFile, '--carts', String(n), '--lines', String(lines),
			'--skus', String(skus), '--behind', String(behind), '--origin', this.shop.origin('lighttpd'),
			'--path', '/en/checkout/place', '--out', file) };
	}

	async ours(n, kind) {
		const before = await this.shop.total('db_queries_total');
		const r = await load(this.carts(n, kind).file, this.shop.ports.lighttpd);
		if (r.statuses['303'] !== n || r.errors !== 0)
			throw new Error(`not every order was placed: ${JSON.stringify(r)}`);
		return { ...r, statements: (await this.shop.total('db_queries_total') - before) / n };
	}

	ceiling(n, kind, ...options) {
		const c = this.carts(n, kind);
		return tell('order_ceiling', '--socket', `${this.shop.services}/db.sock`, '--user', 'kontor_web',
			'--first', String(c.first), '--last', String(c.last), '--connections', String(WORKERS),
			'--seconds', '60', ...options);
	}

	books() {
		const r = this.shop.kontor('verify');
		if (r.status !== 0)
			throw new Error(`kontor verify: ${r.stdout}${r.stderr}`);
	}

	// More buyers than stock: exactly as many orders as pieces.
	async flashSale(log) {
		const { file } = this.carts(FLASH_BUYERS, { lines: 1, skus: 1, behind: this.flash - 1 });
		const r = await load(file, this.shop.ports.lighttpd);
		const left = this.shop.number(`SELECT on_hand FROM stock WHERE variant_id = ${this.flash}`);
		const sold = this.shop.number(`SELECT COUNT(*) FROM order_line WHERE variant_id = ${this.flash}`);
		log(`flash sale: ${JSON.stringify(r.statuses)}, ${left} left`);
		if (r.statuses['303'] !== FLASH_STOCK || r.statuses['409'] !== FLASH_BUYERS - FLASH_STOCK || left !== 0
			|| sold !== FLASH_STOCK)
			throw new Error(`flash sale: ${JSON.stringify(r)}, ${sold} sold, ${left} left`);
		return `Flash sale: ${FLASH_BUYERS} buyers of ${FLASH_STOCK} pieces placed ${sold} orders at ${Math.round(r.per_s)}`
			+ ' answers per second, were refused the rest, 0 oversold; `kontor verify` finds the books right.';
	}
}

const kinds = [
	{ id: 'orders-many', what: `placing orders, ${SKUS} SKUs, ${LINES} lines`, need: 0.6, lines: LINES, skus: SKUS },
	{ id: 'orders-one', what: 'placing orders, one SKU', need: 0.6, lines: 1, skus: 1 },
];

async function round(orders, row, kind, { n, log }) {
	const ours = await orders.ours(n, kind);
	const ceiling = orders.ceiling(n, kind);
	row.ours.push(ours.per_s);
	row.ceiling.push(ceiling.per_s);
	row.ratio.push(ours.per_s / ceiling.per_s);
	row.statements = ours.statements;
	row.p50.push(ours.p50_us / 1000);
	row.p99.push(ours.p99_us / 1000);
	log(`${kind.id}: ${Math.round(ours.per_s)}/s of ${Math.round(ceiling.per_s)}/s`
		+ ` = ${(ours.per_s / ceiling.per_s).toFixed(2)}, ${ours.statements.toFixed(1)} statements`);
}

// Additional figures, measured one at a time on an idle server.
const TRIED = [
	'Several rows of a table go as one array of values: two lines of an order took 27 µs, as two statements 46 µs, as a list'
		+ ' in JSON_TABLE 62 µs. The stock that was there before and the cart\'s id come back as LAST_INSERT_ID() of the change'
		+ ' itself, so nothing is read again while a hot row is locked.',
	'Not taken: one joined UPDATE of cart and order instead of two (100 µs against 79 µs); a compound statement, which saves'
		+ ' exchanges, but costs the server what it saves (47 µs against 48 µs for two changes).',
	'Of the remaining database time, reading the cart takes a fifth (a join of ten tables, since texts and'
		+ ' pictures are frozen into the order), the order\'s row with its five indexes a seventh, round trips a quarter.',
];

const middle = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

async function measure({ quick = false, rounds = quick ? 2 : 5, log = () => {} } = {}) {
	const orders = new Orders(), n = quick ? 1500 : 4000;
	const rows = kinds.map(({ id, what, need }) => ({ id, what, need, better: 'higher', unit: 'orders/s',
		ours: [], ceiling: [], ratio: [], p50: [], p99: [] }));
	const notes = [];
	await orders.open();
	try {
		await orders.ours(WORKERS * 20, kinds[0]); // opens all connections
		for (let i = 0; i < rounds; i++)
			for (const [k, kind] of kinds.entries())
				await round(orders, rows[k], kind, { n, log });
		notes.push(await orders.flashSale(log));
		orders.books();
		const minimal = orders.ceiling(n, kinds[0], '--minimal'); // last, since it leaves incomplete orders
		notes.push(`A transaction of four statements (order, line, stock, outbox) made ${Math.round(minimal.per_s)} per second.`);
		for (const row of rows)
			notes.push(`${row.what}: ${row.statements.toFixed(1)} exchanges with the database per order, median`
				+ ` ${middle(row.p50).toFixed(1)} ms, p99 ${middle(row.p99).toFixed(1)} ms with ${CONNECTIONS} concurrent buyers.`);
		notes.push(...TRIED);
	} finally {
		await orders.shop.stop();
	}
	return { title: 'Placing orders', notes, rows, plots: [], tables: [] };
}

module.exports = { measure, Orders, kinds };

if (require.main === module)
	measure({ quick: process.argv.includes('--quick'), log: console.log }).then((r) => console.log(JSON.stringify(r, null, 1)));
