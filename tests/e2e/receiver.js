// receiver.js - an https server that receives webhooks and misbehaves as its paths ask; with a CA of its own.
//
// Paths: /ok, /slow, /N (status N), /N/after/S (Retry-After), /redirect, /garbage, /cut, /never, /endless, /late (a body that
// does not end). A path may have a tail, so that receivers tell apart: /ok/erp.
'use strict';
const child = require('child_process');
const fs = require('fs');
const https = require('https');
const path = require('path');

const openssl = (dir, ...args) => child.execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] });

// Writes ca.pem, and key.pem and cert.pem for this machine.
function makeCerts(dir) {
	const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '3'];
	openssl(dir, 'req', '-x509', ...ec, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Kontor test CA');
	openssl(dir, 'req', ...ec, '-keyout', 'key.pem', '-out', 'cert.csr', '-subj', '/CN=localhost');
	fs.writeFileSync(path.join(dir, 'ext'), 'subjectAltName=DNS:localhost,DNS:receiver.test,DNS:rebind.test,IP:127.0.0.1,IP:::1\n');
	openssl(dir, 'x509', '-req', '-in', 'cert.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 'cert.pem', '-days', '3', '-extfile', 'ext');
}

class Receiver {
	static async start(dir, { slowMs = 1500, host = '127.0.0.1' } = {}) {
		const r = new Receiver();
		r.got = [];
		r.calm = false; // then every path answers 200
		r.slowMs = slowMs;
		r.open = new Set();
		r.server = https.createServer({ key: fs.readFileSync(path.join(dir, 'key.pem')), cert: fs.readFileSync(path.join(dir, 'cert.pem')) },
			(rq, rs) => r.take(rq, rs));
		r.server.on('secureConnection', (s) => { r.open.add(s); s.on('close', () => r.open.delete(s)); s.on('error', () => {}); });
		await new Promise((done) => r.server.listen(0, host, done));
		r.port = r.server.address().port;
		r.url = `https://localhost:${r.port}`;
		return r;
	}

	take(rq, rs) {
		const parts = [];
		rq.on('data', (p) => parts.push(p));
		rq.on('error', () => {});
		rq.on('end', () => {
			this.got.push({ path: rq.url, method: rq.method, headers: rq.headers, body: Buffer.concat(parts).toString('utf8'), at: Date.now() });
			this.answer(rq, rs);
		});
	}

	answer(rq, rs) {
		const [, how, word, n] = rq.url.split('/');
		const socket = rq.socket;
		if (this.calm)
			return rs.writeHead(200).end('ok');
		if (/^\d+$/.test(how)) {
			rs.writeHead(Number(how), word === 'after' ? { 'retry-after': decodeURIComponent(n) } : {});
			return rs.end('no');
		}
		switch (how) {
		case 'redirect': return rs.writeHead(301, { location: `${this.url}/ok/redirected` }).end();
		case 'slow': return setTimeout(() => rs.writeHead(200).end('ok'), this.slowMs);
		case 'garbage': return socket.end('\x00\xff\xfe rubbish\n\n');
		case 'cut': return socket.end('HTTP/1.1 200 OK\r\nContent-Le');
		case 'never': return undefined;
		case 'late': rs.writeHead(200); return rs.write('begun');
		case 'endless': {
			rs.writeHead(200);
			const more = () => { while (!rs.destroyed && rs.write(Buffer.alloc(65536, 'x'))); };
			rs.on('drain', more);
			return more();
		}
		default: return rs.writeHead(200).end('ok');
		}
	}

	of(url) {
		return this.got.filter((g) => g.path === url);
	}

	stop() {
		for (const s of this.open)
			s.destroy();
		return new Promise((done) => this.server.close(done));
	}
}

module.exports = { Receiver, makeCerts };
