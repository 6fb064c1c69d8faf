// fcgi.js - a web server's side of FastCGI, for tests that send a request in pieces or a malformed one.
'use strict';
const net = require('net');

function record(type, content = Buffer.alloc(0)) {
	const head = Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 0xff, 0, 0]);
	return Buffer.concat([head, content]);
}

function length(n) {
	return n < 128 ? Buffer.from([n]) : Buffer.from([0x80 | n >> 24, n >> 16 & 0xff, n >> 8 & 0xff, n & 0xff]);
}

function params(all) {
	return Buffer.concat(Object.entries(all).flatMap(([k, v]) => [length(Buffer.byteLength(k)),
		length(Buffer.byteLength(v)), Buffer.from(k), Buffer.from(v)]));
}

const BEGIN = record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0]));

// The records up to the body, as Apache sends them apart from it.
function head(method, uri, more = {}) {
	return Buffer.concat([BEGIN, record(4, params({ REQUEST_METHOD: method, REQUEST_URI: uri, ...more })), record(4)]);
}

function post(uri, body, more = {}) {
	return head('POST', uri, { CONTENT_LENGTH: String(Buffer.byteLength(body)), HTTP_SEC_FETCH_SITE: 'same-origin',
		CONTENT_TYPE: 'application/x-www-form-urlencoded', ...more });
}

function ending(body = '') {
	return Buffer.concat([body ? record(5, Buffer.from(body)) : Buffer.alloc(0), record(5)]);
}

// A connection to a worker. `answer` resolves to {status, text} when the worker has closed it; status 0: without one.
class Wire {
	constructor(path) {
		this.got = Buffer.alloc(0);
		this.closed = false;
		this.socket = net.connect({ path, allowHalfOpen: true });
		this.socket.on('data', (part) => { this.got = Buffer.concat([this.got, part]); });
		this.answer = new Promise((done) => {
			const end = () => {
				this.closed = true;
				this.socket.destroy();
				done(this.parse());
			};
			this.socket.on('end', end);
			this.socket.on('error', end);
		});
	}

	send(...parts) {
		this.socket.write(Buffer.concat(parts));
		return this;
	}

	parse() {
		const out = [];
		for (let at = 0; at + 8 <= this.got.length;) {
			const n = this.got.readUInt16BE(at + 4);
			if (this.got[at + 1] === 6)
				out.push(this.got.subarray(at + 8, at + 8 + n));
			at += 8 + n + this.got[at + 6];
		}
		const text = Buffer.concat(out).toString();
		return { status: text ? Number((/^Status: (\d+)/m.exec(text) || [0, 200])[1]) : 0, text };
	}
}

module.exports = { Wire, BEGIN, record, params, head, post, ending };
