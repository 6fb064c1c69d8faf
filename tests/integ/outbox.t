#!/usr/bin/env node
// `kontor outbox`: what it shows, and what it changes.
'use strict';
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const { spawnSync } = require('child_process');
const { test, run } = require('../e2e/tap.js');
const { parse } = require('../e2e/schema.js');

const build = process.env.top_builddir || '.';
const src = process.env.top_srcdir || path.join(__dirname, '..', '..');
const dir = `/tmp/kontor-outbox-${process.pid}`;
const services = (verb) => spawnSync(path.join(src, 'tests/lib/services'), [verb, dir], { encoding: 'utf8' });

function sql(text) {
	const r = spawnSync('mariadb', ['--no-defaults', `--socket=${dir}/db.sock`, '-uroot', '-BN', 'kontor', '-e', text], { encoding: 'utf8' });
	assert.strictEqual(r.status, 0, r.stderr);
	return r.stdout.trim();
}

function kontor(...args) {
	const r = spawnSync(`${build}/kontor`, ['--config', `${dir}/kontor.conf`, 'outbox', ...args], { encoding: 'utf8' });
	return { status: r.status, out: r.stdout, err: r.stderr };
}

function json(schema, status, ...args) {
	const r = kontor(...args, '--json');
	assert.strictEqual(r.status, status, r.err);
	return parse(schema, r.out);
}

const cause = '000102030405060708090a0b0c0d0e0f';
function plant() {
	sql('DELETE FROM outbox; INSERT INTO outbox (id, kind, subject, version, payload, state, attempts, due_at, created_at,'
		+ ' use_by, done_at, lease_until, cause, order_id, why) VALUES'
		+ " (1, 'mail', 'shipped/7', 1, '{\"lang\":\"en\"}', 2, 75, 50, 10, 0, 50, 0, UNHEX('" + cause + "'), 7, '550 unknown'),"
		+ " (2, 'mail', 'shipped/8', 1, '{}', 2, 75, 51, 10, 20, 51, 0, NULL, 8, '451 full'),"
		+ " (3, 'hook/4', 'order/9', 1, '{}', 2, 75, 52, 10, 0, 52, 0, NULL, 9, 'answer 500'),"
		+ " (4, 'mail', 'paid/7', 1, '{}', 0, 0, 53, 10, 0, 0, 0, NULL, 7, ''),"
		+ " (5, 'mail', 'paid/8', 1, '{}', 0, 1, 54, 10, 0, 0, UNIX_TIMESTAMP() + 900, NULL, 8, ''),"
		+ " (6, 'mail', 'order_placed/1', 1, '', 3, 0, 55, 10, 0, 55, 0, NULL, 1, 'written before the shop sent mail'),"
		+ " (7, 'mail', 'order_placed/2', 1, '{}', 1, 1, 56, 10, 0, 56, 0, NULL, 2, '250 ok')");
}

test('list shows what waits or failed, and what the options select', () => {
	plant();
	const ids = (...args) => json('outbox-list', 0, 'list', ...args).rows.map((r) => r.id);
	assert.deepStrictEqual(ids(), [5, 4, 3, 2, 1]);
	assert.deepStrictEqual(ids('--state', 'done'), [7]);
	assert.deepStrictEqual(ids('--kind', 'hook'), [3]);
	assert.deepStrictEqual(ids('--kind', 'hook/4', '--state', 'dead'), [3]);
	assert.deepStrictEqual(ids('--kind', 'mail', '--state', 'dead'), [2, 1]);
	assert.deepStrictEqual(ids('--why', 'full'), [2]);
	assert.deepStrictEqual(ids('--cause', cause), [1]);
	assert.strictEqual(json('outbox-list', 0, 'list', '--state', 'dead', '--limit', '2').more, true);
	assert.match(kontor('list').out, /5 +mail +paid\/8 +under way +1 .*\n.*4 +mail +paid\/7 +waiting/);
	assert.strictEqual(kontor('list', '--state', 'lost').status, 1);
	assert.strictEqual(kontor('list', 'x').status, 2);
});

test('show tells all of a row', () => {
	const { row } = json('outbox-show', 0, 'show', '1');
	assert.strictEqual(row.payload, '{"lang":"en"}');
	assert.strictEqual(row.cause, cause);
	assert.match(kontor('show', '1').out, /why +550 unknown\ncontents +\{"lang":"en"\}/);
	assert.strictEqual(kontor('show', '99').status, 1);
});

test('replay lets one row, or all of one cause, wait again', () => {
	plant();
	assert.strictEqual(json('outbox-change', 0, 'replay', '--why', '550', '--dry-run').rows[0].id, 1);
	assert.strictEqual(sql('SELECT COUNT(*) FROM outbox WHERE state = 2'), '3');
	assert.strictEqual(json('outbox-change', 0, 'replay', '--why', '550').rows.length, 1);
	assert.strictEqual(sql("SELECT state, attempts, done_at, why, due_at > 1000 AND hold_until = due_at FROM outbox WHERE id = 1"),
		'0\t0\t0\t\t1');
	assert.match(kontor('replay', '3').out, /^3 hook\/4 order\/9: waits again/);
	assert.strictEqual(sql('SELECT GROUP_CONCAT(id ORDER BY id) FROM outbox WHERE state = 0'), '1,3,4,5');
});

test('replay leaves what is late, delivered or empty, and says why', () => {
	plant();
	const why = (...args) => json('outbox-change', 1, 'replay', ...args).rows.map((r) => r.why);
	assert.match(why('2')[0], /past its use/);
	assert.match(why('6')[0], /contents were deleted/);
	assert.match(why('7')[0], /was delivered/);
	assert.match(why('4')[0], /it waits/);
	assert.strictEqual(sql('SELECT COUNT(*) FROM outbox WHERE state = 0'), '2');
	assert.strictEqual(json('outbox-change', 0, 'replay', '2', '--late').rows[0].changed, true);
	assert.strictEqual(sql('SELECT use_by FROM outbox WHERE id = 2'), '0');
	assert.strictEqual(kontor('replay').status, 2);
	assert.strictEqual(kontor('replay', '1', '--all').status, 2);
});

test('drop ends what waits or failed, but not what is being delivered', () => {
	plant();
	const r = json('outbox-change', 1, 'drop', '1', '4', '5');
	assert.deepStrictEqual(r.rows.map((x) => x.changed), [true, true, false]);
	assert.strictEqual(sql("SELECT GROUP_CONCAT(id ORDER BY id) FROM outbox WHERE state = 3 AND why LIKE 'dropped by kontor:%'"), '1,4');
	assert.strictEqual(json('outbox-change', 0, 'drop', '--all').rows.length, 2);
	assert.strictEqual(sql('SELECT COUNT(*) FROM outbox WHERE state = 2'), '0');
});

test('usage is told', () => {
	assert.match(kontor('--help').out + kontor('help').out, /list .*\n[^]*replay/);
	assert.strictEqual(kontor('burn').status, 2);
});

const started = services('start');
if (started.status !== 0) {
	console.log(`Bail out! ${started.stderr}`);
	process.exit(99);
}
process.on('exit', () => { services('stop'); fs.rmSync(dir, { recursive: true, force: true }); });
run();
