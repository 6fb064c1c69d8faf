// stack.js - the stack of a measurement: a shop with generated products, configured like an installation; the ceiling,
// whose backends differ only in the program; and the measuring programs.
'use strict';
const child = require('child_process');
const fs = require('fs');
const net = require('net');
const path = require('path');
const { Shop } = require('../tests/e2e/shop.js');
const { Stack, program, until, sleep, children, build } = require('../tests/e2e/stack.js');

const WORKERS = 2; // for each of the two backends, as in quickstart and the package
const INSTALLED = { test: { faults: 'no' }, web: { deadline_ms: 5000, grace_ms: 1000 } };
const AGENT = 'User-Agent: Mozilla/5.0 (X11; Linux x86_64) bench\r\n'
	+ 'Accept-Language: en-GB,en;q=0.8,de;q=0.5\r\n';

// The tests' services are small; these are configured like a shop's. memcached's memory is Debian's default.
const SERVICES = {
	SERVICES_CACHE_MB: '64',
	SERVICES_DB_OPTIONS: '--innodb-flush-log-at-trx-commit=1 --innodb-log-file-size=96M --innodb-buffer-pool-size=256M'
		+ ' --innodb-use-native-aio=1',
};

// No access log, here and in the ceiling: it would fill the disk over a whole run.
function emptyLogs(stack) {
	const dir = path.join(stack.dir, 'log');
	for (const name of fs.readdirSync(dir))
		if (name.includes('access'))
			fs.truncateSync(path.join(dir, name));
}

// Runs a program to its end and parses the JSON that it prints.
function json(name, args) {
	return new Promise((done, fail) => {
		const p = child.spawn(path.join(build, 'bench', name), args, { stdio: ['ignore', 'pipe', 'inherit'] });
		let out = '';
		p.stdout.on('data', (part) => { out += part; });
		p.on('error', fail);
		p.on('close', (status) => (status === 0 ? done(JSON.parse(out)) : fail(new Error(`${name} ended with ${status}`))));
	});
}

// A request in the format of `load`.
function raw(target, { host = 'shop.example', headers = {}, accept = 'text/html,application/xhtml+xml,*/*;q=0.8' } = {}) {
	const text = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${AGENT}Accept: ${accept}\r\n`
		+ Object.entries(headers).map(([k, v]) => `${k}: ${v}\r\n`).join('') + '\r\n';
	return `${Buffer.byteLength(text)}\n${text}`;
}

let files = 0;

// Writes requests to a file for `load`; resolves to its name.
function requestFile(stack, requests) {
	const file = path.join(stack.dir, `requests-${++files}`);
	fs.writeFileSync(file, requests.join(''));
	return file;
}

// Processor time of a process and its descendants, in nanoseconds.
function processorNs(pid) {
	let sum = 0;
	try {
		for (const task of fs.readdirSync(`/proc/${pid}/task`))
			sum += Number(fs.readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
	} catch (e) { /* gone meanwhile */ }
	return children(pid).reduce((all, child) => all + processorNs(child), sum);
}

// All processes that serve: web servers, workers, database and cache.
function stackNs(stack) {
	const pids = stack.running.map((p) => p.pid);
	if (stack.services)
		for (const name of ['db', 'mc'])
			pids.push(Number(fs.readFileSync(`${stack.services}/${name}.pid`, 'utf8')));
	return pids.reduce((all, pid) => all + processorNs(pid), 0);
}

// options of the program: {connections: 16, seconds: 2, draw: 'round'}. processor_s: of all processes involved,
// including the client.
async function load(stack, server, file, options) {
	emptyLogs(stack);
	const args = Object.entries({ port: stack.ports[server], connections: 16, ...options })
		.flatMap(([k, v]) => [`--${k}`, String(v)]);
	const before = stackNs(stack);
	const r = await json('load', [...args, file]);
	r.processor_s = (stackNs(stack) - before) / 1e9 + r.cpu_s;
	if (r.errors > 0)
		throw new Error(`${r.errors} of ${r.requests} requests failed on ${server}`);
	return r;
}

class BenchShop extends Shop {
	static async start({ products = 10000, settings = SERVICES, ...rest } = {}) {
		Object.assign(process.env, settings);
		const shop = await super.start({ workers: WORKERS, ...rest, conf: { ...INSTALLED, ...rest.conf } });
		try {
			await shop.fill(products);
		} catch (e) {
			await shop.stop();
			throw e;
		}
		return shop;
	}

	async fill(products) {
		const r = this.kontor('demo', '--generate', String(products), '--seed', '1');
		if (r.status !== 0)
			throw new Error(`demo: ${r.stdout}${r.stderr}`);
		this.handles = this.sql('SELECT handle FROM product ORDER BY id').trim().split('\n');
	}

	sql(text) {
		return child.execFileSync('mariadb',
			['--no-defaults', '-S', `${this.services}/db.sock`, '-u', 'root', '-N', '-B', '-e', text, 'kontor']).toString();
	}

	// Empties the caches; the workers' own keep values for half a second at most.
	async flush() {
		await new Promise((done, fail) => {
			const s = net.connect({ path: `${this.services}/mc.sock` });
			s.on('error', fail);
			s.on('data', () => { s.end(); done(); });
			s.write('flush_all\r\n');
		});
		await sleep(700);
	}
}

// Answers every request with one page. All but the program is as in the shop.
class Ceiling extends Stack {
	static async start(options = {}) {
		return super.start({ workers: WORKERS, ...options, conf: { ...INSTALLED, ...options.conf } });
	}

	async startBackend(n) {
		const file = path.join(this.dir, 'answer');
		if (!fs.existsSync(file))
			fs.writeFileSync(file, 'Status: 200 OK\r\n\r\n');
		const p = this.spawn(`backend-${n}`, program('spawn-fcgi'), ['-n', '-s', this.socket(n), '-M', '0666', '--',
			program('multiwatch'), '-f', String(this.workers), '-r', '1000000', '--',
			path.join(build, 'bench', 'page_ceiling'), file]);
		this.backends.push(p);
		await until(`ceiling ${n}`, () => connects(this.socket(n)));
	}

	// `rs` is an answer of the shop, from stack.request().
	async answerAs(rs) {
		const own = ['date', 'server', 'connection', 'keep-alive', 'accept-ranges', 'transfer-encoding'];
		const reason = { 200: 'OK', 304: 'Not Modified' }[rs.status];
		let text = `Status: ${rs.status} ${reason}\r\n`;
		for (let i = 0; i < rs.raw.length; i += 2)
			if (!own.includes(rs.raw[i].toLowerCase()))
				text += `${rs.raw[i]}: ${rs.raw[i + 1]}\r\n`;
		await this.stopBackends();
		fs.writeFileSync(path.join(this.dir, 'answer'), `${text}\r\n${rs.text}`);
		for (const n of this.names)
			await this.startBackend(n);
	}
}

function connects(socket) {
	return new Promise((done) => {
		const s = net.connect({ path: socket });
		s.on('connect', () => { s.destroy(); done(true); });
		s.on('error', () => done(false));
	});
}

module.exports = { BenchShop, Ceiling, WORKERS, json, load, raw, requestFile };
