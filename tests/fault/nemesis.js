// nemesis.js - the faults of the storm. Each begins at once and resolves to the function that ends it.
'use strict';
const child = require('child_process');
const fs = require('fs');
const net = require('net');
const path = require('path');
const { children, isWorker, until } = require(path.join(path.resolve(process.env.top_srcdir
	|| path.join(__dirname, '..', '..')), 'tests', 'e2e', 'stack.js'));

function signal(pid, name) {
	try {
		process.kill(pid, name);
		return true;
	} catch (e) {
		return false; // gone
	}
}

class Nemesis {
	constructor(shop, dice) {
		this.s = shop;
		this.dice = dice;
		this.killed = 0; // workers
	}

	pick(of) {
		return of[Math.floor(this.dice() * of.length)];
	}

	workers() {
		return this.s.workerPids().filter(isWorker);
	}

	kill(pids) {
		for (const pid of pids)
			this.killed += signal(pid, 'SIGKILL') ? 1 : 0;
		return async () => {};
	}

	// Holds a lock of the database, as its administrator, for as long as the fault lasts.
	hold(sql) {
		const p = child.spawn('mariadb', ['--no-defaults', '-S', `${this.s.services}/db.sock`, '-u', 'root', '-N', '-B',
			'--unbuffered', 'kontor'], { stdio: ['pipe', 'pipe', 'ignore'] });
		p.stdin.on('error', () => {});
		p.stdin.write(`${sql}; SELECT 'held';\n`);
		const held = new Promise((done) => { p.stdout.on('data', done); p.on('exit', done); });
		return held.then(() => async () => {
			p.stdin.end('ROLLBACK; UNLOCK TABLES;\n');
			await new Promise((done) => (p.exitCode === null ? p.on('exit', done) : done()));
		});
	}

	async stopBackends() {
		const name = this.pick(this.s.names);
		const backend = this.s.backends[this.s.names.indexOf(name)];
		const old = children(backend.pid).filter(isWorker);
		for (const pid of old)
			signal(pid, 'SIGUSR2');
		return async () => {
			await until('the workers of a reloaded backend', () => {
				const now = children(backend.pid).filter(isWorker);
				return now.length === this.s.workers && !now.some((pid) => old.includes(pid));
			});
		};
	}

	jobsStop() {
		const { jobs } = this.s;
		signal(jobs.pid, 'SIGSTOP');
		return async () => { signal(jobs.pid, 'SIGCONT'); };
	}

	jobsKill() {
		signal(this.s.jobs.pid, 'SIGKILL');
		return async () => { this.s.startJobs(); };
	}

	async service(down, up) {
		await this.s.serviceDo(down);
		return () => this.s.serviceDo(up);
	}

	// A worker that is stopped longer than its deadline may be ended by kontor-jobs meanwhile.
	stop(pids) {
		for (const pid of pids)
			signal(pid, 'SIGSTOP');
		return async () => {
			for (const pid of pids)
				this.killed += signal(pid, 'SIGCONT') ? 0 : 1;
		};
	}

	// kill: its whole process group, since the parent's children serve on without it.
	async server(name, how) {
		const p = this.s.servers[name];
		if (how === 'reload') {
			signal(p.pid, 'SIGUSR1');
			return async () => {};
		}
		process.kill(-p.pid, 'SIGKILL');
		await until(`${name} to end`, () => p.gone);
		return () => this.s.restartServer(name);
	}

	// Fills the disk of the state folder, which must be a small one of its own.
	diskFull() {
		const file = path.join(path.dirname(this.s.stateDir), 'full'), fd = fs.openSync(file, 'w');
		const block = Buffer.alloc(65536);
		try {
			for (;;)
				fs.writeSync(fd, block);
		} catch (e) {
			fs.closeSync(fd);
		}
		return async () => fs.rmSync(file);
	}

	faults() {
		const lock = (sql) => () => this.hold(sql);
		const all = {
			'one worker killed': () => this.kill([this.pick(this.workers())]),
			'all workers killed': () => this.kill(this.workers()),
			'one worker stopped': () => this.stop([this.pick(this.workers())]),
			'all workers stopped': () => this.stop(this.workers()),
			'backend reloaded': () => this.stopBackends(),
			'jobs killed': () => this.jobsKill(),
			'jobs stopped': () => this.jobsStop(),
			'database killed': () => this.service('db-kill', 'db-start'),
			'database stopped': () => this.service('db-stop', 'db-cont'),
			'database read only': () => {
				this.s.sql('SET GLOBAL read_only = 1');
				return async () => this.s.sql('SET GLOBAL read_only = 0');
			},
			'connections ended': () => {
				for (const id of this.s.sql("SELECT id FROM information_schema.processlist WHERE user LIKE 'kontor%'").split('\n'))
					if (id)
						try { this.s.sql(`KILL ${id}`); } catch (e) { /* gone */ }
				return async () => {};
			},
			'stock row locked': lock('SET autocommit = 0; SELECT * FROM stock ORDER BY variant_id LIMIT 1 FOR UPDATE'),
			'stock locked': lock('LOCK TABLES stock WRITE'),
			'sessions locked': lock('LOCK TABLES session WRITE'),
			'products locked': lock('LOCK TABLES product WRITE, variant WRITE'),
			'global read lock': lock('FLUSH TABLES WITH READ LOCK'),
			'memcached killed': () => this.service('mc-kill', 'mc-start'),
			'memcached stopped': () => this.service('mc-stop', 'mc-cont'),
			'memcached emptied': () => new Promise((done) => {
				const c = net.connect({ path: `${this.s.services}/mc.sock` }, () => c.end('flush_all\r\nquit\r\n'));
				c.on('error', () => {});
				c.on('close', () => done(async () => {}));
				c.resume();
			}),
			'lighttpd reloaded': () => this.server('lighttpd', 'reload'),
			'apache reloaded': () => this.server('apache', 'reload'),
			'lighttpd killed': () => this.server('lighttpd', 'kill'),
			'apache killed': () => this.server('apache', 'kill'),
		};
		if (this.s.stateDir)
			all['state disk full'] = () => this.diskFull();
		return all;
	}
}

module.exports = { Nemesis };
