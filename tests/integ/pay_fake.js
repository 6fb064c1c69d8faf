#!/usr/bin/env node
// pay_fake.js - stands for a provider of payments that answers late, twice or never.
//
// pay_fake.js SEED LATE_MS: writes its port. Each request meets a fault drawn from the seed. A refund is remembered by
// its Idempotency-Key and paid once. GET /books gives all that was paid; GET /calm ends the faults.
'use strict';
const http = require('http');

let seed = Number(process.argv[2]) || 1;
const late = Number(process.argv[3]) || 500;
let calm = false;
const refunds = new Map(); // by key
const received = new Map(); // minor units left, by payment; all begin with the same
const counts = {};

function draw(n) {
	seed = (seed * 1103515245 + 12345) % 2147483648;
	return Math.floor(seed / 65536) % n;
}

const minor = (amount) => Math.round(Number(amount) * 100);

// Pays, or refuses for good. The first request with the key decides.
function pay(key, ask) {
	if (!refunds.has(key)) {
		const left = received.has(ask.payment) ? received.get(ask.payment) : minor(ask.payment.split('-')[1]);
		const done = minor(ask.amount) <= left && draw(20) !== 0;
		if (done)
			received.set(ask.payment, left - minor(ask.amount));
		refunds.set(key, { ...ask, key, id: `re_${refunds.size + 1}`, state: done ? 'done' : 'refused', why: done ? undefined : 'the account is closed' });
	}
	return refunds.get(key);
}

function answer(res, status, body, twice) {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	const raw = `HTTP/1.1 ${status} X\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`;
	res.socket.end(twice ? raw + raw : raw);
}

const faults = ['none', 'none', 'none', 'slow', 'later', 'lost', 'never', 'twice', 'busy', 'cut', 'other', 'empty'];

function refund(res, key, ask) {
	const fault = calm ? 'none' : faults[draw(faults.length)];
	counts[fault] = (counts[fault] || 0) + 1;
	switch (fault) {
	case 'slow': { // paid in time, answered too late
		const r = pay(key, ask);
		setTimeout(() => answer(res, 201, r), late);
		break;
	}
	case 'later': // paid when nobody waits for the answer any more
		setTimeout(() => answer(res, 201, pay(key, ask)), late);
		break;
	case 'lost': // paid, and the connection breaks
		pay(key, ask);
		res.socket.destroy();
		break;
	case 'never': // neither paid nor answered
		setTimeout(() => res.socket.destroy(), late);
		break;
	case 'twice': {
		const r = pay(key, ask);
		pay(key, ask);
		answer(res, r.state === 'done' ? 201 : 422, r, true);
		break;
	}
	case 'busy':
		answer(res, [429, 500, 502, 503][draw(4)], '<html>Busy</html>');
		break;
	case 'cut': {
		const text = JSON.stringify(pay(key, ask));
		res.socket.end(`HTTP/1.1 201 X\r\nContent-Length: ${text.length}\r\n\r\n${text.slice(0, text.length / 2)}`);
		break;
	}
	case 'other': // not paid, and the answer to another request
		answer(res, 201, { ...ask, key: 'x', id: 're_x', state: 'done' });
		break;
	case 'empty':
		answer(res, 200, '');
		break;
	default: {
		const r = pay(key, ask);
		answer(res, r.state === 'done' ? 201 : 422, r);
	}
	}
}

function look(res, key) {
	const fault = calm ? 'none' : ['none', 'none', 'never', 'busy'][draw(4)];
	if (fault === 'never')
		setTimeout(() => res.socket.destroy(), late);
	else if (fault === 'busy')
		answer(res, 503, 'busy');
	else
		answer(res, refunds.has(key) ? 200 : 404, refunds.get(key) || { state: 'absent', key });
}

const server = http.createServer((rq, res) => {
	let body = '';
	rq.on('data', (bytes) => { body += bytes; });
	rq.on('end', () => {
		if (rq.url === '/books') {
			const done = [...refunds.values()].filter((r) => r.state === 'done');
			answer(res, 200, { paid: done.reduce((n, r) => n + minor(r.amount), 0), done: done.length, refused: refunds.size - done.length, counts });
		} else if (rq.url === '/calm') {
			calm = true;
			answer(res, 200, {});
		} else if (rq.method === 'POST' && rq.url === '/refunds' && rq.headers['idempotency-key']) {
			refund(res, rq.headers['idempotency-key'], JSON.parse(body));
		} else if (rq.method === 'GET' && rq.url.startsWith('/refunds/')) {
			look(res, rq.url.slice('/refunds/'.length));
		} else {
			answer(res, 400, { state: 'wrong' });
		}
	});
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
