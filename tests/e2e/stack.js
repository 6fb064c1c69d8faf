// stack.js - backends of workers behind lighttpd and Apache for one test, all in a private folder.
//
// Nothing is shared with the system or with another test: sockets are in the folder, ports are free ones of the
// loopback, and processes are stopped by their ids.
'use strict';
const child = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const net = require('net');
const os = require('os');
const path = require('path');

const src = path.resolve(process.env.top_srcdir || path.join(__dirname, '..', '..'));
const build = path.resolve(process.env.top_builddir || path.join(src, 'build'));
const isRoot = process.getuid() === 0;

// Far longer than a busy machine needs, so that only a dead test waits as long. Claims about time have their own
// limits.
const PATIENCE_MS = 120000;

// All requests of a test come from one address. Tests of the limits, and of what they cost, have settings of their own.
const LIMITS = { pages: '10000000/minute', search: 'off', cart: 'off', checkout: 'off', place: 'off', withdraw: 'off', lookup: 'off', order: 'off' };

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function until(what, condition, ms = PATIENCE_MS) {
	const end = Date.now() + ms;
	for (;;) {
		const got = await condition();
		if (got)
			return got;
		if (Date.now() > end)
			throw new Error(`waited ${ms} ms in vain for: ${what}`);
		await sleep(20);
	}
}

function freePort() {
	return new Promise((done, fail) => {
		const s = net.createServer();
		s.on('error', fail);
		s.listen(0, '127.0.0.1', () => {
			const { port } = s.address();
			s.close(() => done(port));
		});
	});
}

function connects(where) {
	return new Promise((done) => {
		const s = net.connect(where);
		s.on('connect', () => { s.destroy(); done(true); });
		s.on('error', () => done(false));
	});
}

function program(name) {
	for (const dir of `${process.env.PATH}:/usr/sbin:/sbin`.split(':'))
		if (fs.existsSync(path.join(dir, name)))
			return path.join(dir, name);
	return null;
}

// One request on its own connection. Resolves to the response, even one that was cut off (`cut`).
function request(port, method, target, { headers = {}, body = null, announce = null, timeout = PATIENCE_MS } = {}) {
	return new Promise((done, fail) => {
		const all = { host: `127.0.0.1:${port}`, connection: 'close', ...headers };
		if (body !== null)
			all['content-length'] = announce === null ? Buffer.byteLength(body) : announce;
		const rq = http.request({ host: '127.0.0.1', port, method, path: target, headers: all, agent: false });
		const parts = [];
		rq.setTimeout(timeout, () => rq.destroy(new Error(`no answer to ${method} ${target} in ${timeout} ms`)));
		rq.on('error', fail);
		rq.on('response', (rs) => {
			rs.on('data', (part) => parts.push(part));
			const end = (cut) => done({
				status: rs.statusCode, headers: rs.headers, raw: rs.rawHeaders, cut,
				text: Buffer.concat(parts).toString('utf8'),
			});
			rs.on('aborted', () => end(true));
			rs.on('end', () => end(false));
		});
		if (body !== null)
			rq.write(body);
		if (announce === null)
			rq.end();
		else
			setTimeout(() => rq.socket.end(), 100); // the rest never comes
	});
}

// An interrupt does not reach the servers, which have their own process groups, so the test stops them. A second
// interrupt ends the test at once.
const open = new Set();
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
	process.on(signal, () => {
		if (interrupted)
			process.exit(1);
		interrupted = true;
		Promise.all([...open].map((stack) => stack.stop())).finally(() => process.exit(1));
	});

class Stack {
	// conf: {section: {key: value}}, added to the settings of a stack; workers: per backend; names: of the
	// backends; base: the path of site.url; around: a command that starts each worker.
	static async start({ workers = 2, names = ['1', '2'], base = '', around = [], conf = {} } = {}) {
		const s = new this();
		s.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kt-'));
		fs.chmodSync(s.dir, 0o755); // Apache's children are not root
		s.base = base;
		s.workers = workers;
		s.names = names;
		s.around = around;
		s.running = [];
		s.backends = [];
		s.servers = {};
		for (const name of ['log', 'media', 'downloads', 'conf', 'facts'])
			fs.mkdirSync(path.join(s.dir, name));
		open.add(s);
		process.on('exit', () => s.killAll());
		try {
			await s.bringUp(conf);
		} catch (e) {
			await s.stop();
			throw e;
		}
		return s;
	}

	async bringUp(conf) {
		this.ports = {};
		fs.writeFileSync(path.join(this.dir, 'cache.secret'), crypto.randomBytes(32).toString('hex'), { mode: 0o640 });
		this.writeConf(conf);
		for (const what of ['receipts', 'links'])
			child.execFileSync(path.join(build, 'kontor'), ['--config', this.confFile, what, 'keys'], { stdio: ['ignore', 'ignore', 'inherit'] });
		child.execFileSync(path.join(build, 'kontor'), ['--config', this.confFile, 'publish', '--backends', this.names.join(),
			'--static', path.join(build, 'htdocs', 'static'), '--models', path.join(src, 'etc')], { stdio: ['ignore', 'ignore', 'inherit'] });
		await this.startServer('lighttpd', program('lighttpd'), (file) => ['-D', '-f', file]);
		await this.startServer('apache', program('apache2') || program('httpd'),
			(file) => ['-D', 'FOREGROUND', '-f', file]);
		this.writeConf(conf);
		for (const n of this.names)
			await this.startBackend(n);
	}

	writeConf(conf) {
		const all = {
			site: { url: `http://127.0.0.1:${this.ports.lighttpd || 1}${this.base}` },
			db: { socket: path.join(this.dir, 'none.sock') },
			cache: { socket: '', secret_file: path.join(this.dir, 'cache.secret') },
			web: { deadline_ms: 1000, grace_ms: 500, metrics_from: '127.0.0.1', hosts: '*' },
			limits: LIMITS,
			order: { unpaid_orders_max: 0, unpaid_pieces_max: 0, links_file: path.join(this.dir, 'links.secret') },
			codes: { secret_file: path.join(this.dir, 'codes.secret') },
			receipts: {
				public_key_file: path.join(this.dir, 'receipts.public'),
				private_key_file: path.join(this.dir, 'receipts.private'),
			},
			paths: {
				stats_file: path.join(this.dir, 'stats'), facts_dir: path.join(this.dir, 'facts'),
				template_dir: path.join(src, 'templates'), override_dir: '',
				locale_dir: path.join(build, 'po'),
				media_dir: path.join(this.dir, 'media'),
				download_dir: path.join(this.dir, 'downloads'),
				run_dir: this.dir,
				web_dir: path.join(this.dir, 'web'),
			},
			log: {
				file: path.join(this.dir, 'log', 'kontor.log'),
				apache_failures_file: path.join(this.dir, 'log', 'apache-failures.log'),
				lighttpd_failures_file: path.join(this.dir, 'log', 'lighttpd-failures.log'),
			},
			mail: { transport: 'file', maildir: path.join(this.dir, 'mail') },
			test: { faults: 'yes' },
		};
		for (const [section, rows] of Object.entries(conf))
			all[section] = { ...all[section], ...rows };
		all.web.order_deadline_ms ||= all.web.deadline_ms;
		this.confFile = path.join(this.dir, 'kontor.conf');
		fs.writeFileSync(this.confFile, Object.entries(all).map(([section, rows]) => `[${section}]\n`
			+ Object.entries(rows).map(([k, v]) => `${k} = ${v}\n`).join('')).join('\n'));
	}

	// In its own process group, since lighttpd signals its group when it ends.
	spawn(what, file, args) {
		const out = fs.openSync(path.join(this.dir, 'log', `${what}.out`), 'a');
		const env = { ...process.env, KONTOR_WORKERS: String(this.workers) };
		const p = child.spawn(file, args, { stdio: ['ignore', out, out], detached: true, env });
		fs.closeSync(out);
		p.what = what;
		this.running.push(p);
		p.on('exit', () => { this.running = this.running.filter((other) => other !== p); p.gone = true; });
		return p;
	}

	socket(n) {
		return path.join(this.dir, `${n}.sock`);
	}

	async startBackend(n) {
		const p = this.spawn(`backend-${n}`, program('spawn-fcgi'), ['-n', '-s', this.socket(n), '-M', '0666', '--',
			program('multiwatch'), '-f', String(this.workers), '-r', '1000000', '--',
			...this.around, path.join(build, 'kontor.fcgi'), '--config', this.confFile]);
		this.backends.push(p);
		await until(`backend ${n} and its workers`, async () => p.gone
			|| await connects({ path: this.socket(n) }) && children(p.pid).filter(isWorker).length === this.workers);
		if (p.gone)
			throw new Error(`backend ${n} ended: ${fs.readFileSync(path.join(this.dir, 'log', `backend-${n}.out`), 'utf8')}`);
	}

	// Another test may take the free port before the server binds it; then the next port is tried.
	async startServer(name, file, args) {
		if (file === null)
			throw new Error(`${name} is not installed`);
		for (let i = 0; i < 5; i++) {
			this.ports[name] = await freePort();
			this.writeServerConf(name);
			const p = this.spawn(name, file, args(path.join(this.dir, 'conf', `${name}.conf`)));
			this.servers[name] = p;
			if (await until(name, async () => p.gone || await this.isOurs(name)) && !p.gone)
				return;
		}
		throw new Error(`${name} does not start: ${fs.readFileSync(path.join(this.dir, 'log', `${name}.out`), 'utf8')}`);
	}

	// Starts a killed server again, on its port.
	async restartServer(name) {
		const { spawnfile, spawnargs } = this.servers[name];
		this.servers[name] = this.spawn(name, spawnfile, spawnargs.slice(1));
		await until(name, () => this.servers[name].gone || this.isOurs(name));
	}

	// True if the server that answers on the port is the one started here.
	async isOurs(name) {
		const mark = path.join(this.dir, 'web', 'static', 'stack.txt');
		fs.writeFileSync(mark, this.dir);
		const rs = await this.get(name, '/static/stack.txt').catch(() => ({}));
		fs.rmSync(mark);
		return rs.text === this.dir;
	}

	writeServerConf(name) {
		const vars = {
			RUN_DIR: this.dir, LOG_DIR: path.join(this.dir, 'log'), WEB_DIR: path.join(this.dir, 'web'),
			PORT: String(this.ports[name]), APACHE_MODULES: '/usr/lib/apache2/modules',
			NO_XSENDFILE: fs.existsSync('/usr/lib/apache2/modules/mod_xsendfile.so') ? '' : '# ',
			SERVER_USER: isRoot ? 'www-data' : os.userInfo().username,
			SERVER_GROUP: isRoot ? 'www-data' : child.execFileSync('id', ['-gn']).toString().trim(),
		};
		const text = fs.readFileSync(path.join(src, 'etc', name, 'standalone.conf.in'), 'utf8')
			.replace(/@([A-Z_]+)@/g, (all, v) => (v in vars ? vars[v] : all));
		fs.writeFileSync(path.join(this.dir, 'conf', `${name}.conf`), text);
	}

	request(server, method, target, options) {
		return request(this.ports[server], method, this.base + target, options);
	}

	get(server, target, options) {
		return this.request(server, 'GET', target, options);
	}

	// The workers' process ids, of all backends.
	workerPids() {
		const pids = [];
		for (const p of this.backends)
			if (!p.gone)
				pids.push(...children(p.pid));
		return pids;
	}

	log() {
		try {
			return fs.readFileSync(path.join(this.dir, 'log', 'kontor.log'), 'utf8').split('\n');
		} catch (e) {
			return [];
		}
	}

	// The lines with the text in all logs, including those of the web servers.
	linesWith(text) {
		const folder = path.join(this.dir, 'log');
		return fs.readdirSync(folder).flatMap((name) => fs.readFileSync(path.join(folder, name), 'utf8').split('\n'))
			.filter((line) => line.includes(text));
	}

	kontor(...args) {
		return child.spawnSync(path.join(build, 'kontor'), ['--config', this.confFile, ...args], { encoding: 'utf8' });
	}

	// The log lines of a request.
	logOf(id) {
		return this.log().filter((line) => line.includes(`req=${id} `));
	}

	// The shared counters by their names and labels in /metrics.
	async metrics() {
		const rs = await this.get('lighttpd', '/metrics');
		const all = {};
		for (const line of rs.text.split('\n')) {
			const m = /^([a-z0-9_]+(?:\{[^}]*\})?) (\S+)$/.exec(line);
			if (m)
				all[m[1]] = Number(m[2]);
		}
		return all;
	}

	// The sum of a counter over backends and workers; `labels`: parts that a sample's name must contain.
	async total(name, ...labels) {
		return Object.entries(await this.metrics())
			.filter(([k]) => k.startsWith(`kontor_${name}{`) && labels.every((l) => k.includes(l)))
			.reduce((sum, [, v]) => sum + v, 0);
	}

	killAll() {
		for (const p of this.running)
			try {
				process.kill(-p.pid, 'SIGKILL');
			} catch (e) { /* gone */ }
	}

	async stopBackends() {
		const pids = this.workerPids();
		const tell = () => this.backends.forEach((p) => p.gone || p.kill('SIGTERM'));
		tell();
		for (const pid of pids) // a stopped worker takes no TERM
			try { process.kill(pid, 'SIGCONT'); } catch (e) { /* gone */ }
		await until('backends to end', () => {
			tell(); // the first signal may be lost: see kontor-backend
			return this.backends.every((p) => p.gone);
		}).catch(() => {});
		this.backends = [];
	}

	async stop() {
		open.delete(this);
		await this.stopBackends();
		for (const p of this.running)
			p.kill('SIGTERM');
		await until('servers to end', () => this.running.length === 0, 5000).catch(() => this.killAll());
		if (!process.env.KEEP)
			fs.rmSync(this.dir, { recursive: true, force: true });
	}
}

// True once the child has executed the worker's program.
function isWorker(pid) {
	try {
		return fs.readlinkSync(`/proc/${pid}/exe`) === fs.realpathSync(path.join(build, 'kontor.fcgi'));
	} catch (e) {
		return false; // gone meanwhile
	}
}

// Processes whose parent is `pid`.
function children(pid) {
	const out = [];
	for (const name of fs.readdirSync('/proc')) {
		if (!/^\d+$/.test(name))
			continue;
		try {
			const stat = fs.readFileSync(`/proc/${name}/stat`, 'utf8');
			if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid)
				out.push(Number(name));
		} catch (e) { /* gone meanwhile */ }
	}
	return out;
}

module.exports = { Stack, PATIENCE_MS, request, until, sleep, program, children, isWorker, freePort, connects, src, build };
