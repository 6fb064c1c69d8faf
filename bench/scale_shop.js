// scale_shop.js - shops of any size whose databases are created once and kept in BENCH_DATA, or in bench/data of the
// build folder. A folder without a ".ready" file beside it is incomplete and is created again.
'use strict';
const child = require('child_process');
const fs = require('fs');
const path = require('path');
const { BenchShop } = require('./stack.js');
const { services } = require('../tests/e2e/shop.js');
const { build } = require('../tests/e2e/stack.js');

const DATA = path.resolve(process.env.BENCH_DATA || path.join(build, 'bench', 'data'));
const POOL = '4G'; // buffer pool limit, as for a shop of a million products
const LOG = '--innodb-log-file-size=512M';
const MEASURING = `--innodb-buffer-pool-size=${POOL} ${LOG} --innodb-flush-log-at-trx-commit=1`;
const MAKING = `--innodb-buffer-pool-size=${POOL} ${LOG} --innodb-flush-log-at-trx-commit=0`;
const GOODS_FOR_ORDERS = 1000;

const bin = (name) => path.join(build, 'bench', name);

// Runs a MariaDB and a memcached with these options during `work(folder)`.
async function withServices(options, keep, work) {
	const dir = fs.mkdtempSync('/tmp/ks-') + '/s';
	process.env.SERVICES_DB_OPTIONS = options;
	services('start', dir, '--owner', String(process.pid), ...(keep ? ['--keep', keep] : []));
	delete process.env.SERVICES_DB_OPTIONS;
	fs.appendFileSync(`${dir}/kontor.conf`, `[cache]\nsocket = ${dir}/mc.sock\n`);
	try {
		return await work(dir);
	} finally {
		services('stop', dir);
		fs.rmSync(path.dirname(dir), { recursive: true, force: true });
	}
}

const kontor = (dir, ...args) => child.execFileSync(path.join(build, 'kontor'), ['--config', `${dir}/kontor.conf`, ...args],
	{ stdio: ['ignore', 'pipe', 'pipe'] });

// The folder of a shop with n products or n orders; created on first use.
async function dataOf(kind, n, log) {
	const dir = path.join(DATA, `${kind}-${n}`);
	if (fs.existsSync(`${dir}.ready`))
		return dir;
	const begun = Date.now();
	log(`makes ${n} ${kind}, once`);
	fs.rmSync(dir, { recursive: true, force: true });
	fs.mkdirSync(dir, { recursive: true });
	await withServices(MAKING, dir, async (sv) => {
		kontor(sv, 'demo', '--generate', String(kind === 'orders' ? GOODS_FOR_ORDERS : n));
		if (kind === 'orders')
			child.execFileSync(bin('generate_orders'), [`${sv}/db.sock`, String(n)], { stdio: 'inherit' });
	});
	fs.writeFileSync(`${dir}.ready`, '');
	log(`made ${n} ${kind} in ${Math.round((Date.now() - begun) / 1000)} s`);
	return dir;
}

class ScaleShop extends BenchShop {
	static async open(kind, n, log) {
		const keep = await dataOf(kind, n, log);
		const shop = await super.start({ keep, settings: { SERVICES_CACHE_MB: '64', SERVICES_DB_OPTIONS: MEASURING } });
		shop.size = n;
		return shop;
	}

	// The rows exist already; ANALYZE gives the server the statistics of a shop that has run for a while.
	async fill() {
		this.handles = [];
		this.sql('ANALYZE TABLE product, product_text, product_image, variant, stock, listing, listing_name, search_block,'
			+ ' category, session, cart, cart_line, orders, order_line, order_event, stock_movement, ledger_entry, outbox');
	}

	// `count` handles of generated products, spread evenly over all of them.
	spread(count) {
		return Array.from({ length: count }, (_, i) => `generated-1-${Math.floor((i * this.size) / count)}`);
	}

	tokens(count) {
		return child.execFileSync(bin('generate_orders'), ['--tokens', String(this.size), String(count)]).toString().trim().split('\n');
	}

	// Restocks enough for a whole run, with a delivery in the journal.
	restock() {
		this.sql('UPDATE stock SET on_hand = on_hand + 100000 WHERE on_hand < 50000;'
			+ ' INSERT INTO stock_movement (variant_id, qty, reason, at) SELECT s.variant_id, s.on_hand - COALESCE(m.sum, 0), 1,'
			+ ' UNIX_TIMESTAMP() FROM stock s LEFT JOIN (SELECT variant_id, SUM(qty) AS sum FROM stock_movement GROUP BY variant_id) m'
			+ ' ON m.variant_id = s.variant_id WHERE s.on_hand <> COALESCE(m.sum, 0)');
	}

	// Rows read by the server so far; this query reads some itself.
	readings() {
		return this.number('SELECT CAST(SUM(variable_value) AS SIGNED) FROM information_schema.global_status'
			+ " WHERE variable_name LIKE 'HANDLER_READ%'");
	}

	// Rows read during `work`: the minimum of several tries, since kontor-jobs queries too.
	async rowsRead(work) {
		let least = Infinity;
		let asking = Infinity;
		for (let i = 0; i < 4; i++) {
			await this.flush();
			const before = this.readings();
			const idle = this.readings();
			await work();
			asking = Math.min(asking, idle - before);
			least = Math.min(least, this.readings() - idle);
		}
		return Math.max(0, least - asking);
	}
}

module.exports = { ScaleShop, dataOf, withServices, kontor, bin, DATA, POOL, MEASURING };
