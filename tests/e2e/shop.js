// shop.js - a Stack with MariaDB, memcached, kontor-jobs and goods behind it.
'use strict';
const child = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { Far } = require('./far.js');
const { Stack, src, build } = require('./stack.js');

const script = path.join(src, 'tests', 'lib', 'services');
const services = (...args) => child.execFileSync(script, args,
	{ stdio: 'inherit', env: { ...process.env, top_srcdir: src, top_builddir: build } });

// goods: {handle: {stock, price, title, sku, vendor, grams, ships}}; each becomes a product of this category, with one variant.
function csv(category, goods) {
	const rows = ['Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,'
		+ 'Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Requires Shipping,'
		+ 'Variant Taxable,Status'];
	for (const [handle, g] of Object.entries(goods))
		rows.push(`${handle},${g.title || handle},<p>Goods for a test.</p>,${g.vendor || `House of ${category}`},${category},,TRUE,Title,Default Title,SKU-${g.sku || handle},${g.grams || 100},`
			+ `shopify,${g.stock},deny,${g.price || '10.00'},${g.ships === false ? 'FALSE' : 'TRUE'},TRUE,active`);
	return rows.join('\n') + '\n';
}

class Shop extends Stack {
	// goods: shared by all tests of the file; keep: a folder for the database's files that outlives the shop; far: the
	// database can be moved away with shop.far.away(MS).
	static async start({ goods = {}, conf = {}, keep = null, far = false, ...rest } = {}) {
		const sv = fs.mkdtempSync(path.join(os.tmpdir(), 'kv-')) + '/s';
		services('start', sv, '--owner', String(process.pid), ...(keep ? ['--keep', keep] : []));
		const proxy = far ? await Far.start(`${sv}/far.sock`, `${sv}/db.sock`) : null;
		const shop = await super.start({ ...rest, conf: { ...conf,
			db: { socket: `${sv}/${far ? 'far' : 'db'}.sock`, name: 'kontor', ...conf.db },
			cache: { socket: `${sv}/mc.sock`, ...conf.cache } } });
		shop.services = sv;
		shop.far = proxy;
		await shop.importGoods('Goods', goods);
		shop.startJobs();
		return shop;
	}

	startJobs() {
		this.jobs = this.spawn('jobs', path.join(build, 'kontor-jobs'), ['--config', this.confFile]);
	}

	// A test that counts or lists goods imports its own, with a category (and so a vendor) that no other test uses.
	async importGoods(category, goods, ...options) {
		if (Object.keys(goods).length === 0)
			return;
		const file = path.join(this.dir, 'goods.csv');
		fs.writeFileSync(file, csv(category, goods));
		const r = this.kontor('import', 'products', file, ...options);
		if (r.status !== 0)
			throw new Error(`import: ${r.stdout}${r.stderr}`);
	}

	// The same while the test goes on; false when it failed.
	async importAside(category, goods) {
		const file = path.join(this.dir, `${category}.csv`);
		fs.writeFileSync(file, csv(category, goods));
		const p = child.spawn(path.join(build, 'kontor'), ['--config', this.confFile, 'import', 'products', file], { stdio: 'ignore' });
		return await new Promise((done) => p.on('exit', done)) === 0;
	}

	// "db-kill", "db-start", "mc-stop", ...
	service(verb) {
		services(verb, this.services);
	}

	// The same while the test goes on.
	async serviceDo(verb) {
		const p = child.spawn(script, [verb, this.services],
			{ stdio: 'inherit', env: { ...process.env, top_srcdir: src, top_builddir: build } });
		const code = await new Promise((done) => p.on('exit', done));
		if (code !== 0)
			throw new Error(`services ${verb}: ${code}`);
	}

	// Runs SQL as the database's administrator.
	sql(text) {
		return child.execFileSync('mariadb',
			['--no-defaults', '-S', `${this.services}/db.sock`, '-u', 'root', '-N', '-B', '-e', text, 'kontor']).toString();
	}

	// A transaction that has run this SQL and stays open. Resolves to the function that rolls it back.
	async holding(text) {
		const p = child.spawn('mariadb', ['--no-defaults', '-S', `${this.services}/db.sock`, '-u', 'root', '-n', 'kontor'],
			{ stdio: ['pipe', 'pipe', 'inherit'] });
		const held = new Promise((done) => p.stdout.once('data', done));
		p.stdin.write(`BEGIN; ${text}; SELECT 1;\n`);
		await held;
		return () => new Promise((done) => { p.on('exit', done); p.stdin.end('ROLLBACK;\n'); });
	}

	// The first column of the first row.
	number(text) {
		return Number(this.sql(text).split(/\s/)[0]);
	}

	// Makes these folders readable for a web server that runs as another user.
	readable(...names) {
		for (const name of names)
			child.execFileSync('chmod', ['-R', 'a+rX', path.join(this.dir, name)]);
	}

	origin(server) {
		return `http://127.0.0.1:${this.ports[server]}`;
	}

	async stop() {
		await super.stop();
		if (this.far)
			this.far.stop();
		if (this.services) {
			services('stop', this.services);
			fs.rmSync(path.dirname(this.services), { recursive: true, force: true });
		}
	}
}

// Runs `work(i)` for i below n, `width` at a time.
async function parallel(n, width, work) {
	let next = 0;
	const out = new Array(n);
	await Promise.all(Array.from({ length: width }, async () => {
		while (next < n) {
			const i = next++;
			out[i] = await work(i);
		}
	}));
	return out;
}

module.exports = { Shop, csv, parallel, services };
