// mix.js - visitors who browse, search, fill carts and buy, by the mixes of TPC-W.
'use strict';
const fs = require('fs');
const path = require('path');
const { BenchShop, WORKERS, json } = require('./stack.js');

// The visitors' knowledge of the shop: URLs, and words of titles.
function world(shop) {
	const categories = shop.sql('SELECT slug FROM category').trim().split('\n');
	const words = shop.sql("SELECT title FROM product_text WHERE lang = 'en' ORDER BY product_id LIMIT 500")
		.toLowerCase().match(/[a-z]{4,}/g);
	const file = path.join(shop.dir, 'world');
	fs.writeFileSync(file, [...shop.handles.map((h) => `p /en/p/${h}`), ...categories.map((h) => `c /en/c/${h}`),
		...[...new Set(words)].map((w) => `w ${w}`)].join('\n') + '\n');
	return file;
}

function visitors(shop, file, { seconds, mix = 'shopping', number = 16, thinkS = 0, seed = 1 }) {
	return json('shopper', ['--port', String(shop.ports.lighttpd), '--visitors', String(number), '--seconds', String(seconds),
		'--mix', mix, '--think-s', String(thinkS), '--seed', String(seed), file]);
}

// No errors, and `kontor verify` passes.
function judge(shop, run) {
	if (run.errors > 0)
		throw new Error(`${run.errors} of ${run.n} interactions failed`);
	const r = shop.kontor('verify');
	if (r.status !== 0)
		throw new Error(`the books are not in order after the ${run.mix} mix: ${r.stdout}${r.stderr}`);
	const placed = shop.number('SELECT COUNT(*) FROM orders');
	if (placed !== run.placedBefore + run.orders)
		throw new Error(`${run.orders} orders were acknowledged, ${placed - run.placedBefore} are there`);
}

async function play(shop, file, options) {
	const before = shop.number('SELECT COUNT(*) FROM orders');
	const run = { ...await visitors(shop, file, options), placedBefore: before };
	judge(shop, run);
	return run;
}

const rate = (v) => Math.round(v);
const ms = (us) => (us / 1000).toFixed(2);

function table(run) {
	return {
		title: `The ${run.mix} mix: ${rate(run.per_s)} interactions a second, ${run.orders} orders, ${run.refused} refused, no errors`,
		head: ['interaction', 'number', 'percent', 'meant', 'p50 ms', 'p99 ms', 'p99.9 ms'],
		rows: [...Object.entries(run.interactions), ['all', { ...run, percent: 100, meant: 100 }]].map(([name, k]) => [name, k.n,
			k.percent.toFixed(2), k.meant.toFixed(2), ms(k.p50_us), ms(k.p99_us), ms(k.p999_us)]),
	};
}

function plot(run) {
	return {
		kind: 'quantiles', name: 'mix', title: `How long interactions take in the ${run.mix} mix`, unit: 'ms',
		series: Object.entries(run.interactions).filter(([, k]) => k.n > 0).map(([name, k]) => ({
			name, values: [k.p50_us, k.p90_us, k.p99_us, k.p999_us, k.max_us].map((us) => us / 1000),
		})),
	};
}

async function measure({ quick, rounds, log, mix = 'shopping', number = 16, thinkS = 0 }) {
	const shop = await BenchShop.start({ products: quick ? 3000 : 10000 });
	try {
		const file = world(shop);
		const how = { number, thinkS, seconds: (quick ? 2 : 8) + 4 * thinkS };
		await visitors(shop, file, { seconds: 2, seed: 99 });
		const runs = [];
		for (let i = 0; i < rounds; i++) {
			runs.push(await play(shop, file, { ...how, mix, seed: i + 1 }));
			log(`${rate(runs[i].per_s)} interactions/s, ${runs[i].orders} orders`);
		}
		runs.sort((a, b) => a.per_s - b.per_s);
		const shown = [runs[runs.length >> 1]];
		for (const other of ['browsing', 'shopping', 'ordering'].filter((name) => name !== mix))
			shown.push(await play(shop, file, { ...how, mix: other, seed: 50 }));
		return {
			title: 'Visitors by TPC-W',
			notes: [
				`${number} concurrent visitors with ${thinkS === 0 ? 'no think time' : `a think time of ${thinkS} s`}; two backends of ${WORKERS} workers, ${shop.handles.length.toLocaleString('en')} products. The rate of the `
				+ `${mix} mix over ${rounds} rounds was ${runs.map((r) => rate(r.per_s)).join(', ')} interactions a second. There is no `
				+ 'ceiling for it. After all rounds `kontor verify` passed, and there were as many orders as were acknowledged.',
			],
			rows: [],
			tables: shown.map(table),
			plots: [plot(shown[0])],
		};
	} finally {
		await shop.stop();
	}
}

module.exports = { measure, world, visitors };
