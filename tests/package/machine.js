// machine.js - a Debian 12 container, booted with systemd as its first process (systemd-nspawn), with no network except
// its loopback. Needs root.
//
// mmdebstrap makes a base tree once, with the packages that the shop depends on downloaded but not installed. Each
// machine is a copy of it.
'use strict';
const child = require('child_process');
const fs = require('fs');
const path = require('path');
const { until } = require('../e2e/stack.js');

const build = path.resolve(process.env.top_builddir || 'build');
const home = path.join(build, 'package');
const extras = ['apache2', 'lighttpd', 'lighttpd-mod-deflate', 'lighttpd-mod-openssl', 'memcached', 'curl', 'openssl', 'logrotate',
	'procps', 'default-mta'];

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
	process.on(signal, () => process.exit(1)); // machines end with their test

function run(file, args, options = {}) {
	const r = child.spawnSync(file, args, { encoding: 'utf8', maxBuffer: 64 << 20, ...options });
	if (r.error)
		throw r.error;
	return r;
}

function must(file, args, options) {
	const r = run(file, args, options);
	if (r.status !== 0)
		throw new Error(`${file} ${args.join(' ')}: status ${r.status}\n${r.stdout}${r.stderr}`);
	return r.stdout;
}

// The packages that the built package depends on, of alternatives the first.
function dependencies() {
	const dir = path.join(build, 'deb');
	return fs.readdirSync(dir).filter((name) => /^kontor_.*\.deb$/.test(name))
		.flatMap((name) => must('dpkg-deb', ['-f', path.join(dir, name), 'Depends']).split(','))
		.map((depends) => depends.trim().split(/[ (|]/)[0]);
}

// The base tree, and a tarball of it for tools that start containers themselves.
function base() {
	const tar = path.join(home, 'base.tar'), tree = path.join(home, 'base');
	fs.mkdirSync(home, { recursive: true });
	if (!fs.existsSync(tar)) {
		must('mmdebstrap', ['--quiet', '--variant=minbase', '--include=systemd,systemd-sysv,dbus,ca-certificates', 'bookworm', path.join(home, 'new.tar')]);
		fs.renameSync(path.join(home, 'new.tar'), tar);
	}
	if (!fs.existsSync(tree)) {
		fs.rmSync(`${tree}.new`, { recursive: true, force: true });
		fs.mkdirSync(`${tree}.new`);
		must('tar', ['-C', `${tree}.new`, '-xf', tar]);
		fs.copyFileSync('/etc/resolv.conf', path.join(`${tree}.new`, 'etc/resolv.conf'));
		must('chroot', [`${tree}.new`, 'apt-get', 'update', '-q']);
		must('chroot', [`${tree}.new`, 'apt-get', 'install', '-qy', '--download-only', ...dependencies(), ...extras]);
		fs.writeFileSync(path.join(`${tree}.new`, 'etc/hostname'), 'shoptest\n');
		fs.writeFileSync(path.join(`${tree}.new`, 'etc/hosts'), '127.0.0.1 localhost\n127.0.1.1 shoptest\n');
		fs.renameSync(`${tree}.new`, tree);
	}
	return { tar, tree };
}

// True for the first process of a machine. The processes that prepare the machine share our process namespace.
function isFirst(pid) {
	try {
		return pid !== '' && fs.readlinkSync(`/proc/${pid}/ns/pid`) !== fs.readlinkSync('/proc/self/ns/pid');
	} catch (e) {
		return false;
	}
}

class Machine {
	static async boot(name) {
		const m = new this();
		m.name = name;
		m.dir = path.join(home, name);
		fs.rmSync(m.dir, { recursive: true, force: true });
		must('cp', ['-a', '--reflink=auto', base().tree, m.dir]);
		process.on('exit', () => m.kill());
		await m.start();
		return m;
	}

	// systemd-nspawn needs a /run that is not on the root file system.
	async start() {
		const script = 'mount --make-rprivate / && mount -t tmpfs -o mode=755 tmpfs /run && exec systemd-nspawn --quiet '
			+ '--register=no --keep-unit --kill-signal=SIGRTMIN+3 --private-network -D "$1" -b --console=read-only';
		const out = fs.openSync(`${this.dir}.boot`, 'w');
		this.process = child.spawn('unshare', ['-m', '--propagation', 'private', 'sh', '-c', script, 'sh', this.dir],
			{ stdio: ['ignore', out, out] });
		fs.closeSync(out);
		this.process.on('exit', () => { this.gone = true; });
		this.gone = false;
		this.leader = await until(`${this.name} to begin`, () => {
			if (this.gone)
				throw new Error(fs.readFileSync(`${this.dir}.boot`, 'utf8'));
			return run('pgrep', ['-P', String(this.process.pid)]).stdout.trim().split('\n').find(isFirst);
		});
		await until(`${this.name} to be up`, () => /running|degraded/.test(this.run('systemctl is-system-running').stdout));
	}

	enter(args) {
		return ['-t', this.leader, '-a', 'env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'LC_ALL=C.UTF-8',
			'DEBIAN_FRONTEND=noninteractive', ...args];
	}

	// Runs a shell command inside; returns {status, stdout, stderr}.
	run(command, options) {
		return run('nsenter', this.enter(['sh', '-c', command]), options);
	}

	// Returns the output of a command that must succeed.
	sh(command) {
		const r = this.run(command);
		if (r.status !== 0)
			throw new Error(`${command}: status ${r.status}\n${r.stdout}${r.stderr}`);
		return r.stdout;
	}

	// The same, without blocking this process.
	start_sh(command) {
		return new Promise((done, fail) => {
			const p = child.spawn('nsenter', this.enter(['sh', '-c', command]), { stdio: ['ignore', 'pipe', 'pipe'] });
			let text = '';
			p.stdout.on('data', (part) => { text += part; });
			p.stderr.on('data', (part) => { text += part; });
			p.on('exit', (status) => (status === 0 ? done(text) : fail(new Error(`${command}: status ${status}\n${text}`))));
		});
	}

	// Starts a node program in this machine's network.
	node(file, args, stdio) {
		return child.spawn('nsenter', ['-t', this.leader, '-n', process.execPath, file, ...args], { stdio });
	}

	put(file, to = '/srv/') {
		must('cp', [file, path.join(this.dir, to)]);
	}

	async halt() {
		if (this.gone)
			return;
		this.process.kill('SIGTERM');
		await until(`${this.name} to halt`, () => this.gone, 30000).catch(() => this.kill());
	}

	kill() {
		if (!this.gone)
			try { this.process.kill('SIGKILL'); } catch (e) { /* gone */ }
		if (this.leader)
			try { process.kill(Number(this.leader), 'SIGKILL'); } catch (e) { /* gone */ }
	}

	async remove() {
		await this.halt();
		if (!process.env.KEEP)
			fs.rmSync(this.dir, { recursive: true, force: true });
	}
}

module.exports = { Machine, base, build, home, must, run, until };
