#!/usr/bin/env node
// stock.t - `kontor stock`: what it books, says and refuses, and that the pages follow at once.
'use strict';
const { match, doesNotMatch, strictEqual: equal, deepStrictEqual: same, ok } = require('assert');
const child = require('child_process');
const fs = require('fs');
const path = require('path');
const { Buyer } = require('./buyer.js');
const { parse } = require('./schema.js');
const { Shop } = require('./shop.js');
const { build } = require('./stack.js');
const { test, run } = require('./tap.js');

let shop;
const stock = (...args) => shop.kontor('stock', ...args);
const onHand = (sku) => parse('stock-show', stock('show', sku, '--json').stdout).variants[0].on_hand;
const table = (text) => {
	const file = path.join(shop.dir, 'counted.csv');
	fs.writeFileSync(file, text);
	return file;
};

test('stock is shown by article number and by id, as text and as JSON', async () => {
	const r = stock('show', 'SKU-cup');
	equal(r.status, 0, r.stderr);
	match(r.stdout, /^SKU +ON HAND[^\n]*GOODS\nSKU-cup +40 +Cup, blue\n$/);
	const one = parse('stock-show', stock('show', 'SKU-cup', '--json').stdout).variants[0];
	same([one.sku, one.on_hand, one.tracked, one.in_catalogue], ['SKU-cup', 40, true, true]);
	equal(parse('stock-show', stock('show', `id:${one.variant}`, '--json').stdout).variants[0].sku, 'SKU-cup');
	for (const wrong of ['SKU-none', 'id:999999', 'id:x', '']) {
		const bad = stock('show', wrong, 'SKU-cup');
		equal(bad.status, 1);
		match(bad.stderr, /is not/);
		match(bad.stdout, /SKU-cup +40/);
	}
});

test('a change names its reason, actor and reference, and a dry run changes nothing', async () => {
	equal(onHand('SKU-pot'), 30);
	for (const [args, after, reason] of [[['adjust', 'SKU-pot', '+12', '--reason', 'delivery', '--ref', 'L 4711'], 42, 'delivery'],
		[['adjust', 'SKU-pot', '-2', '--reason=damage'], 40, 'damage'], [['adjust', '--ref', '"x"', 'SKU-pot', '-1'], 39, 'correction'],
		[['set', 'SKU-pot', '25'], 25, 'correction']]) {
		const before = onHand('SKU-pot');
		const dry = parse('stock-change', stock(...args, '--dry-run', '--json').stdout);
		same([dry.dry_run, dry.changes[0].before, dry.changes[0].after], [true, before, after]);
		equal(onHand('SKU-pot'), before);
		const done = parse('stock-change', stock(...args, '--json').stdout);
		same([done.dry_run, done.changes[0].after, done.changes[0].reason], [false, after, reason]);
		equal(onHand('SKU-pot'), after);
		const move = parse('stock-moves', stock('moves', 'SKU-pot', '--limit', '1', '--json').stdout).moves[0];
		same([move.quantity, move.reason], [after - before, reason]);
		match(move.actor, /^kontor:[!-~]+$/);
		equal(move.ref, args.includes('L 4711') ? 'L 4711' : args.includes('"x"') ? '"x"' : '');
	}
	match(stock('moves', 'SKU-pot').stdout, /ID +WHEN +SKU +QUANTITY[\s\S]*\+12 +delivery[^\n]*kontor:\S+ +L 4711/);
});

test('what cannot be is refused, with a status that scripts can tell apart', async () => {
	for (const [args, status, said] of [[['adjust', 'SKU-pot', '-9999'], 1, /only 25 are on hand/], [['set', 'SKU-pot', '-1'], 1, /only 25 are on hand/],
		[['adjust', 'SKU-none', '+1'], 1, /not an article number/], [['adjust', 'SKU-pot', '3'], 2, /usage/], [['adjust', 'SKU-pot', '+0'], 2, /usage/],
		[['adjust', 'SKU-pot', '+1', '--reason', 'sale'], 2, /usage/], [['set', 'SKU-pot', '+3'], 2, /usage/], [['set', 'SKU-pot'], 2, /usage/],
		[['set', 'SKU-pot', '5', '--ref', 'x'.repeat(191)], 1, /190 characters/], [['lose', 'SKU-pot'], 2, /kontor stock help/], [[], 2, /usage/],
		[['count', '/none'], 1, /No such file/], [['count'], 2, /usage/], [['count', table('sku,counted\n'), '--at', 'noon'], 1, /not a time/],
		[['count', table('sku,counted\n'), '--at', '2099-01-01 00:00'], 1, /future/], [['count', table('a,b\n')], 1, /must name the columns/]]) {
		const r = stock(...args);
		equal(r.status, status, `${args}: ${r.stderr}`);
		match(r.stdout + r.stderr, said, `${args}`);
	}
	equal(onHand('SKU-pot'), 25);
	equal(stock('help').status, 0);
	for (const verb of ['show', 'set', 'adjust', 'count', 'low', 'moves'])
		match(stock(verb, '--help').stdout, new RegExp(`usage: kontor .* stock ${verb} `));
});

test('a table of counted goods is applied from a file and from standard input, and twice is once', async () => {
	const file = table('\ufeffSKU;Name;Counted\nSKU-jug;Jug;7\nSKU-cup;Cup;40\nSKU-jug;elsewhere;2\nSKU-pot;not counted;\nSKU-none;x;3\nSKU-lid;Lid;many\n');
	const dry = stock('count', file, '--dry-run');
	equal(dry.status, 1);
	match(dry.stdout, /SKU-jug +20 -> +9 +-11 [\s\S]*2 counted, 1 differ \(nothing was changed\), 2 left out/);
	match(dry.stderr, /line 6: 'SKU-none' is not an article number/);
	match(dry.stderr, /line 7: 'many' is not a number of pieces/);
	equal(onHand('SKU-jug'), 20);
	const r = stock('count', file, '--ref', 'November');
	match(r.stdout, /2 counted, 1 differ and were corrected, 2 left out/);
	same([onHand('SKU-jug'), onHand('SKU-cup'), onHand('SKU-pot')], [9, 40, 25]);
	const again = parse('stock-change', stock('count', file, '--json').stdout);
	same([again.refused, again.changes.map((c) => c.after - c.before)], [2, [0, 0]]);
	const piped = child.spawnSync(path.join(build, 'kontor'), ['--config', shop.confFile, 'stock', 'count', '-'], { input: 'sku,counted\nSKU-jug,10\n', encoding: 'utf8' });
	equal(piped.status, 0, piped.stderr);
	equal(onHand('SKU-jug'), 10);
	const move = parse('stock-moves', stock('moves', 'SKU-jug', '--json').stdout).moves;
	same(move.slice(0, 2).map((m) => [m.quantity, m.reason, m.ref]), [[1, 'count', ''], [-11, 'count', 'November']]);
});

test('an older count leaves alone what was sold since', async () => {
	const at = new Date(Date.now() - 60000).toISOString().replace(/\.\d+Z/, 'Z');
	const b = new Buyer(shop.origin('lighttpd'));
	await b.addToCart('/en/p/lid', { quantity: '4' });
	await b.checkout('en');
	match((await b.submit('/checkout/place', { terms: '1' })).target, /\/order\//);
	equal(onHand('SKU-lid'), 46);
	equal(stock('count', table('sku,counted\nSKU-lid,49\n'), '--at', at).status, 0); // 49, not 50, were there a minute ago
	equal(onHand('SKU-lid'), 45);
});

test('pages of both servers say at once what is left', async () => {
	for (const [n, said, not] of [['0', /Sold out/, /In stock/], ['3', /Only (3|a few) left/, /Sold out|In stock/], ['50', /In stock/, /Sold out|left/]]) {
		for (const server of ['lighttpd', 'apache'])
			for (let i = 0; i < 3; i++) // so that the page is kept
				equal((await new Buyer(shop.origin(server)).get('/en/p/can')).status, 200);
		equal(stock('set', 'SKU-can', n).status, 0);
		for (const server of ['lighttpd', 'apache']) {
			const page = /<p class="state[\s\S]*?<\/p>/.exec((await new Buyer(shop.origin(server)).get('/en/p/can')).text)[0];
			match(page, said, server);
			doesNotMatch(page, not, server);
		}
	}
});

test('goods of which few are left are listed', async () => {
	stock('set', 'SKU-can', '2');
	const r = stock('low');
	equal(r.status, 1, 'there are some');
	match(r.stdout, /SKU-can +2 /);
	doesNotMatch(r.stdout, /SKU-cup/);
	equal(parse('stock-low', stock('low', '--most', '1', '--json').stdout).low.length, 0);
	equal(stock('low', '--most', '1').status, 0);
	const all = parse('stock-low', stock('low', '--most', '100', '--limit', '2', '--json').stdout);
	same([all.low.length, all.more], [2, true]);
	ok(parse('stock-moves', stock('moves', '--limit', '2', '--json').stdout).more);
	equal(shop.kontor('verify').status, 0);
});

run({
	before: async () => {
		shop = await Shop.start({ goods: { cup: { stock: 40, title: '"Cup, blue"' }, pot: { stock: 30 }, jug: { stock: 20 }, lid: { stock: 50 }, can: { stock: 60 } } });
	},
	after: () => shop.stop(),
});
