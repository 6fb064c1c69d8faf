// counts.js - the cost of one request in a worker, counted and not timed: statements, exchanges with memcached, system
// calls, allocations.
//
// The shop must have one worker, started with around(). The counters are read before and after the request. A reading
// is itself a request to the same worker, so by its answer the request before it has ended, to its last call.
'use strict';
const child = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { build, until, program } = require('./stack.js');

const ROW_B = 64, NAME_B = 56; // as in tests/lib/count_allocs.c
const preload = path.join(build, 'tests', 'lib', 'count_allocs.so');

class Counts {
	constructor() {
		this.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kc-'));
		this.calls = path.join(this.dir, 'strace');
		this.allocs = path.join(this.dir, 'allocs');
		this.at = 0;
	}

	// The reason why nothing can be counted here, or ''.
	static missing() {
		if (program('strace') === null)
			return 'strace is not installed';
		if (fs.readFileSync(path.join(build, 'kontor.fcgi')).includes('__asan_init'))
			return 'the sanitizers must be the first library';
		return child.spawnSync('strace', ['-D', '-o', '/dev/null', 'true']).status === 0 ? '' : 'strace may not trace here';
	}

	// The command in front of the worker. -D: the worker stays the child of its parent, and the tracer is a
	// grandchild.
	around() {
		return [program('strace'), '-D', '-q', '-o', this.calls, '-E', `LD_PRELOAD=${preload}`,
			'-E', `KONTOR_COUNT_ALLOCS=${this.allocs}`];
	}

	// Allocations so far, by library.
	allocations() {
		const all = {}, bytes = fs.readFileSync(this.allocs);
		for (let at = 0; at + ROW_B <= bytes.length; at += ROW_B) {
			const name = bytes.toString('latin1', at, at + NAME_B).replace(/\0.*$/, '');
			if (name)
				all[name.replace(/\.so.*$|-[0-9].*$/, '')] = Number(bytes.readBigUInt64LE(at + NAME_B));
		}
		return all;
	}

	// The system calls of each request since the last call, without those of the newest request, which may not have
	// ended.
	requests() {
		const text = fs.readFileSync(this.calls, 'latin1').slice(this.at);
		const parts = text.split(/^(?=accept4\(.*\) += \d)/m);
		this.at += parts.slice(0, -1).join('').length;
		return parts.slice(0, -1).map((part) => [...part.matchAll(/^(?!accept4\(.*\) += \d)(\w+)\(/gm)].map((m) => m[1]));
	}

	async reading() {
		const { text } = await this.shop.get('lighttpd', '/metrics');
		const value = (name) => Number(new RegExp(`^kontor_${name}_total\\{backend="1"\\} (\\d+)$`, 'm').exec(text)[1]);
		return { statements: value('db_queries'), exchanges: value('cache_exchanges'), allocs: this.allocations() };
	}

	// Measures the allocations of a reading itself.
	async begin(shop) {
		this.shop = shop;
		this.own = {};
		for (let i = 0; i < 5; i++)
			await this.reading();
		const before = (await this.reading()).allocs, after = (await this.reading()).allocs;
		for (const name of Object.keys(after))
			this.own[name] = after[name] - (before[name] || 0);
	}

	// The cost and the answer of the one request that `send` makes.
	async of(send) {
		const before = await this.reading();
		this.requests();
		const answer = await send(), after = await this.reading();
		const costs = { answer, statements: after.statements - before.statements,
			exchanges: after.exchanges - before.exchanges, allocs: {}, calls: {} };
		for (const [name, n] of Object.entries(after.allocs)) {
			const more = n - (before.allocs[name] || 0) - (this.own[name] || 0);
			if (more !== 0)
				costs.allocs[name] = more;
		}
		// The newest request before `send` was the first reading; the request and the second reading follow.
		const seen = [];
		await until('the trace of the request', () => seen.push(...this.requests()) && seen.length >= 2);
		if (seen.length !== 2)
			throw new Error(`${seen.length - 1} requests where one was to be counted`);
		for (const name of ['accept4', ...seen[1]])
			costs.calls[name] = (costs.calls[name] || 0) + 1;
		return costs;
	}

	end() {
		fs.rmSync(this.dir, { recursive: true, force: true });
	}
}

module.exports = { Counts };
