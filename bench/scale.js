// scale.js - scaling: shops of a thousand to a million products or orders side by side, and the import.
// All shops of a kind run at the same time, each with its own servers, and are measured in turn.
'use strict';
const child = require('child_process');
const fs = require('fs');
const path = require('path');
const { load, raw, requestFile } = require('./stack.js');
const { ScaleShop, dataOf, withServices, kontor, bin, DATA, POOL, MEASURING } = require('./scale_shop.js');
const { build, sleep } = require('../tests/e2e/stack.js');

const SIZES = [1000, 10000, 100000, 1000000];
const CONNECTIONS = 4;
const DRAWN = 1000; // products that visitors request: the same number in each shop, so that caches are equally full
const PLACED = 400; // orders per round
const SLICES = 3; // per round: the shops take turns faster than other load on the machine changes

const count = (n) => n.toLocaleString('en');
const middle = (v) => [...v].sort((a, b) => a - b)[v.length >> 1];

// Words of products in every shop, alone and two of the same product.
function searches(shop, { titles }) {
	const words = titles.map((title) => title.toLowerCase().split(' '));
	const all = [...new Set(words.flatMap((w) => w.slice(0, 3)))];
	return [...all, ...words.map((w) => `${w[0]}+${w[2]}`)].map((q) => `/en/search?q=${q}`);
}

// Two common words that no product has both of: the search reads all blocks of both.
const vainSearches = (shop, { vain }) => vain.map((q) => `/en/search?q=${q}`);

const titlesOf = (shop) => shop.sql("SELECT title FROM product_text WHERE lang = 'en' ORDER BY product_id LIMIT 1000")
	.trim().split('\n');

function vainPairs(shop) {
	const words = titlesOf(shop).map((title) => title.toLowerCase().split(' '));
	const first = [...new Set(words.map((w) => w[0]))];
	const third = [...new Set(words.map((w) => w[2]))];
	const found = new Set(words.map((w) => `${w[0]}+${w[2]}`));
	return first.flatMap((f) => third.map((t) => `${f}+${t}`)).filter((pair) => !found.has(pair)).slice(0, 40);
}

function lists(shop) {
	const slugs = shop.sql('SELECT slug FROM category ORDER BY id').trim().split('\n');
	return slugs.flatMap((slug) => ['', '?sort=price', '?sort=-price', '?sort=name'].map((sort) => `/en/c/${slug}${sort}`));
}

// The measurements of each size: `requests` are drawn by `draw`; `figure` of the last size is compared with that of
// the first. `cold`: empties all caches first, and sends each request once.
const products = [
	{ id: 'hot', what: 'product, hot', need: 0.9, figure: 'rate', of: (shop) => [`/en/p/${shop.spread(1)[0]}`] },
	{ id: 'zipf', what: `product by Zipf, ${count(DRAWN)} in each shop`, need: 0.9, figure: 'rate', draw: 'zipf:1.0',
		of: (shop) => shop.spread(DRAWN).map((h) => `/en/p/${h}`) },
	{ id: 'cold', what: 'product, nothing cached, p99', need: null, figure: 'p99_us', cold: true,
		of: (shop) => shop.spread(DRAWN).map((h) => `/en/p/${h}`) },
	{ id: 'category', what: 'category, p99', need: 2, figure: 'p99_us', draw: 'zipf:1.0', of: lists },
	{ id: 'category-cold', what: 'category, nothing cached, p99', need: 2, figure: 'p99_us', cold: true, of: lists },
	{ id: 'search', what: 'search, p99', need: 2, figure: 'p99_us', draw: 'zipf:1.0', of: searches },
	{ id: 'search-cold', what: 'search, nothing cached, p99', need: 2, figure: 'p99_us', cold: true, of: searches },
	{ id: 'search-vain', what: 'search for two words that no product has both, nothing cached, p99', need: null, figure: 'p99_us',
		cold: true, of: vainSearches },
];

const orders = [
	{ id: 'place', what: 'placing an order, p99', need: 1.5, place: true },
	{ id: 'again', what: 'order looked up by its key (placed again), p99', need: 1.5, again: true },
	{ id: 'order', what: 'order page, looked up by its link, p99', need: 1.5, figure: 'p99_us', draw: 'round',
		of: (shop) => shop.tokens(2000).map((t) => `/en/order/${t}`) },
];

function begin({ id, what, need, figure = 'p99_us' }, shops, kind) {
	const better = figure === 'rate' ? 'higher' : 'lower';
	return { id: `scale-${id}`, what: `${what}: ${count(shops.at(-1).size)} against ${count(shops[0].size)} ${kind}`, need, better,
		unit: figure === 'rate' ? 'requests per processor second' : 'µs', against: `${count(shops[0].size)} ${kind}`, ours: [], ceiling: [], ratio: [] };
}

// Carts ready to be ordered; repeating the same requests finds the existing orders.
function carts(shop) {
	const file = path.join(shop.dir, 'place');
	child.execFileSync(bin('order_carts'), ['--config', shop.confFile, '--carts', String(PLACED), '--lines', '2', '--skus', '1000',
		'--origin', shop.origin('lighttpd'), '--path', '/en/checkout/place', '--out', file]);
	return file;
}

// Rates are computed from processor time, which other load on the machine does not change.
async function once(shop, kind, env) {
	const r = await send(shop, kind, env);
	return { ...r, rate: r.requests / r.processor_s };
}

async function send(shop, kind, env) {
	if (kind.place)
		shop.placing = carts(shop);
	if (kind.place || kind.again) {
		const r = await load(shop, 'lighttpd', shop.placing, { draw: 'each', connections: CONNECTIONS });
		if (r.statuses['303'] !== PLACED)
			throw new Error(`${kind.what}: ${JSON.stringify(r.statuses)}`);
		return r;
	}
	const file = env.files.get(`${kind.id} ${shop.size}`);
	if (kind.cold) {
		await shop.flush();
		return load(shop, 'lighttpd', file, { draw: 'each', connections: CONNECTIONS });
	}
	return load(shop, 'lighttpd', file, { draw: kind.draw || 'round', seconds: env.seconds, connections: CONNECTIONS });
}

// Writes requests to files and requests all pages once, to warm buffer pools and caches.
async function prepare(shops, kinds, env) {
	for (const shop of shops)
		for (const kind of kinds) {
			if (!kind.of)
				continue;
			const file = requestFile(shop, kind.of(shop, env).map((target) => raw(target)));
			env.files.set(`${kind.id} ${shop.size}`, file);
			const r = await load(shop, 'lighttpd', file, { draw: 'each', connections: CONNECTIONS });
			if (Object.keys(r.statuses).join() !== '200')
				throw new Error(`${kind.what}: ${JSON.stringify(r.statuses)}`);
		}
}

// Measures one figure over all sizes, round by round; resolves to the row and the medians by size.
async function compare(shops, kind, env) {
	const row = begin(kind, shops, env.kind);
	const bySize = shops.map(() => []);
	const figure = kind.figure || 'p99_us';
	for (let i = 0; i < env.rounds; i++) {
		const slices = shops.map(() => []);
		for (let n = 0; n < (kind.cold || env.quick ? 1 : SLICES); n++)
			for (const [k, shop] of shops.entries())
				slices[k].push((await once(shop, kind, env))[figure]);
		slices.forEach((values, k) => bySize[k].push(middle(values)));
		row.ours.push(bySize.at(-1)[i]);
		row.ceiling.push(bySize[0][i]);
		row.ratio.push(bySize.at(-1)[i] / bySize[0][i]);
	}
	env.log(`${row.what}: ${row.ratio.map((r) => r.toFixed(2)).join(' ')}; by size ${bySize.map(middle).map(Math.round).join(' ')}`);
	return { row, medians: bySize.map(middle) };
}

async function sizes(kind, kinds, env, more) {
	const shops = [];
	const own = { ...env, kind, files: new Map() };
	try {
		for (const n of env.sizes)
			shops.push(await ScaleShop.open(kind, n, env.log));
		if (kind === 'orders')
			for (const shop of shops)
				shop.restock();
		own.titles = titlesOf(shops[0]).filter((_, i) => i % 33 === 0);
		own.vain = vainPairs(shops[0]);
		await prepare(shops, kinds, own);
		const measured = [];
		if (kind === 'orders') // the placing comes before the looking up, round by round
			measured.push(...await placing(shops, kinds, own));
		else
			for (const one of kinds)
				measured.push(await compare(shops, one, own));
		return { measured, extra: await more(shops) };
	} finally {
		for (const shop of shops)
			await shop.stop();
	}
}

// Orders the carts of a round twice before those of the next round are made.
async function placing(shops, kinds, env) {
	const out = kinds.map((kind) => ({ row: begin(kind, shops, env.kind), by: shops.map(() => []) }));
	for (let i = 0; i < env.rounds; i++)
		for (const [k, kind] of kinds.entries()) {
			for (const [s, shop] of shops.entries())
				out[k].by[s].push((await once(shop, kind, env)).p99_us);
			const { row, by } = out[k];
			row.ours.push(by.at(-1)[i]);
			row.ceiling.push(by[0][i]);
			row.ratio.push(by.at(-1)[i] / by[0][i]);
		}
	for (const { row, by } of out)
		env.log(`${row.what}: ${row.ratio.map((r) => r.toFixed(2)).join(' ')}; by size ${by.map(middle).map(Math.round).join(' ')}`);
	return out.map(({ row, by }) => ({ row, medians: by.map(middle) }));
}

const plot = (name, title, label, env, parts) => ({
	kind: 'lines', name, title, x: { label, values: env.sizes }, y: { label: parts[0].label, log: true },
	series: parts.map(({ what, medians }) => ({ name: what, values: medians })),
});

function plotsOf(kinds, measured, label, env) {
	const of = (figure) => kinds.map((kind, i) => ({ ...kind, what: kind.what.replace(/, p99$/, '').replace(/ \(.*/, ''), medians: measured[i].medians }))
		.filter((kind) => (kind.figure || 'p99_us') === figure);
	const rate = of('rate').map((p) => ({ ...p, label: 'requests per processor second' }));
	const late = of('p99_us').map((p) => ({ ...p, label: 'p99 in µs' }));
	const out = [plot(`scale-${label}-p99`, `The slowest hundredth, by number of ${label}`, label, env, late)];
	if (rate.length > 0)
		out.unshift(plot(`scale-${label}-rate`, `Rate, by number of ${label}`, label, env, rate));
	return out;
}

// Rows ---------------------------------------------------------------------------------------------------------------

const pages = [
	['home', () => '/en/'],
	['product', (shop) => `/en/p/${shop.spread(3)[1]}`],
	['category, newest first', () => '/en/c/house'],
	['category, by price', () => '/en/c/house?sort=price'],
	['category, by name', () => '/en/c/house?sort=name'],
	['search, one word', () => '/en/search?q=oak'],
	['search, two words', () => '/en/search?q=carved+oak'],
	['search, two words, one of them in every product', () => '/en/search?q=generated+oak'],
	['search, three words', () => '/en/search?q=carved+oak+tray'],
	['search, a word and a number', (shop) => `/en/search?q=generated+${shop.size - 500}`],
];

// The number of rows that the database reads for an uncached page.
async function rowsRead(shops) {
	const rows = [];
	for (const [what, target] of pages) {
		const row = [what];
		for (const shop of shops)
			row.push(count(await shop.rowsRead(() => shop.get('lighttpd', target(shop)))));
		rows.push(row);
	}
	return { title: 'Rows that the database reads for an uncached page', head: ['', ...shops.map((s) => count(s.size))], rows };
}

// Import -------------------------------------------------------------------------------------------------------------

// The product table of a kept shop, and its first n products.
async function table(n, of, log) {
	const whole = path.join(DATA, `products-${of}.csv`);
	if (!fs.existsSync(whole)) {
		const keep = await dataOf('products', of, log);
		await withServices(MEASURING, keep, (sv) => kontor(sv, 'export', 'products', `${whole}.new`));
		fs.renameSync(`${whole}.new`, whole);
	}
	const lines = fs.readFileSync(whole, 'utf8').split('\n');
	const end = lines.findIndex((line) => line.startsWith(`generated-1-${n},`));
	const file = path.join(DATA, `import-${n}.csv`);
	fs.writeFileSync(file, (end < 0 ? lines : [...lines.slice(0, end), '']).join('\n'));
	return file;
}

// Imports a table into an empty shop; measures seconds and peak memory.
function importOf(sv, file) {
	return new Promise((done, fail) => {
		const begun = process.hrtime.bigint();
		let most_kb = 0;
		const p = child.spawn(path.join(build, 'kontor'), ['--config', `${sv}/kontor.conf`, 'import', 'products', file],
			{ stdio: 'ignore' });
		const look = setInterval(() => {
			try {
				const m = /VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${p.pid}/status`, 'utf8'));
				most_kb = m ? Number(m[1]) : most_kb;
			} catch (e) { /* it has ended */ }
		}, 20);
		p.on('error', fail);
		p.on('close', (status) => {
			clearInterval(look);
			const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
			if (status !== 0)
				fail(new Error(`kontor import ended with ${status}`));
			else
				done({ seconds, most_kb });
		});
	});
}

// Imports a table, then inserts its rows with bare INSERTs into another empty shop.
function importAndCeiling(file, n) {
	return withServices(MEASURING, null, async (sv) => {
		const ours = await importOf(sv, file);
		const bare = await withServices(MEASURING, null, (other) => JSON.parse(child.execFileSync(bin('import_ceiling'),
			[`${sv}/db.sock`, `${other}/db.sock`, '100']).toString()));
		if (bare.products !== n)
			throw new Error(`${bare.products} products instead of ${n} were imported`);
		return { ...ours, bare };
	});
}

async function imports({ rounds, quick, log }) {
	const small = quick ? 1000 : 10000;
	const large = quick ? 4000 : 100000;
	const row = { id: 'scale-import', what: `import of ${count(small)} products against bare inserts of their rows`, need: 0.5,
		better: 'higher', unit: 'products/s', against: 'inserts', ours: [], ceiling: [], ratio: [] };
	const memory = { id: 'scale-import-memory', need: 1.05, better: 'lower', unit: 'KiB', against: `${count(small)} products`,
		what: `memory of the import: ${count(large)} against ${count(small)} products`, ours: [], ceiling: [], ratio: [] };
	const of = quick ? 10000 : 100000;
	const file = await table(small, of, log);
	let least;
	for (let i = 0; i < rounds; i++) {
		least = await importAndCeiling(file, small);
		row.ours.push(small / least.seconds);
		row.ceiling.push(small / least.bare.seconds);
		row.ratio.push(least.bare.seconds / least.seconds);
		await sleep(100);
	}
	log(`${row.what}: ${row.ratio.map((r) => r.toFixed(2)).join(' ')}`);
	const whole = await importAndCeiling(await table(large, of, log), large);
	memory.ours.push(whole.most_kb);
	memory.ceiling.push(least.most_kb);
	memory.ratio.push(whole.most_kb / least.most_kb);
	log(`${memory.what}: ${memory.ratio[0].toFixed(2)}; ${count(large)} products in ${whole.seconds.toFixed(0)} s, bare ${whole.bare.seconds.toFixed(0)} s`);
	return { rows: [row, memory], note: `${count(large)} products (${count(whole.bare.rows)} rows) were imported at `
		+ `${(whole.bare.seconds / whole.seconds).toFixed(2)} of the rate of bare inserts of the same rows, both with 100 products per `
		+ 'transaction; the import\'s time includes reading its table.' };
}

async function measure({ quick, rounds, log }) {
	const env = { rounds, log, quick, seconds: 0.7, sizes: quick ? SIZES.slice(0, 2) : SIZES };
	const goods = await sizes('products', products, env, rowsRead);
	const placed = await sizes('orders', orders, env, async () => null);
	const taken = await imports(env);
	return {
		title: 'Size',
		notes: [
			`Shops of ${env.sizes.map(count).join(', ')} products, and shops of as many orders over 1,000 products, run at the `
			+ `same time and are measured in turn, over ${CONNECTIONS} connections. Each has a MariaDB with a buffer pool of ${POOL} at most, `
			+ 'which syncs to disk at each COMMIT, and a memcached of 64 MB. Rates are in requests per second of processor time over '
			+ 'all processes including the client. A ratio is the largest shop\'s figure divided by the '
			+ 'smallest\'s.',
			'Categories are requested by Zipf in all sort orders, searches by Zipf with one or two words; "nothing cached" '
			+ 'means that memcached was emptied before each page was requested once. An order is looked up by its secret link '
			+ '(its page) and by its idempotency key (submitting the last checkout form again redirects to the existing order).',
			taken.note,
		],
		rows: [...goods.measured.map((m) => m.row), ...placed.measured.map((m) => m.row), ...taken.rows],
		tables: [goods.extra],
		plots: [...plotsOf(products, goods.measured, 'products', env), ...plotsOf(orders, placed.measured, 'orders', env)],
	};
}

module.exports = { measure };
