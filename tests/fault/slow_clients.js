// slow_clients.js PORT KIND=NUMBER ... - holds connections to a web server that cost it much and send little, from
// 127.0.0.2 on. The server closes some of them; each is opened again after a while. Prints a line once all have begun.
//
//   idle=N   connected, and silent        head=N   a request head that never ends
//   post=N   a body of 60,000 bytes, of which 300 come each half second
//   addresses=N   the clients have so many addresses
'use strict';
const net = require('net');

const [port, ...rest] = process.argv.slice(2);
const number = { addresses: 17, ...Object.fromEntries(rest.map((word) => word.split('=')).map(([k, n]) => [k, Number(n)])) };
const AGAIN_MS = 1000;
const kinds = {
	idle: { first: '' },
	head: { first: 'GET /healthz HTTP/1.1\r\nHost: shop.example\r\nX-Slow: ', more: 'x', everyMs: 2000 },
	post: {
		first: 'POST /test/form HTTP/1.1\r\nHost: shop.example\r\nSec-Fetch-Site: same-origin\r\n'
			+ 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n',
		more: 'x'.repeat(300), everyMs: 500,
	},
};
let waiting = 0, opened = 0, next = 0;

function begun() {
	if (--waiting === 0)
		console.log('all have begun');
}

function hold(kind, address, first) {
	const s = net.connect({ host: '127.0.0.1', port: Number(port), localAddress: address });
	let timer = null, told = !first;
	const tell = () => {
		if (!told)
			begun();
		told = true;
	};
	s.on('connect', () => {
		opened++;
		s.write(kind.first);
		tell();
		if (kind.more)
			timer = setInterval(() => s.write(kind.more), kind.everyMs);
	});
	s.on('data', () => {}); // the answer, if there is one, ends with the connection
	s.on('error', () => {});
	s.on('close', () => {
		clearInterval(timer);
		tell();
		setTimeout(() => hold(kind, address, false), AGAIN_MS);
	});
}

for (const name of Object.keys(kinds))
	for (let i = 0; i < (number[name] || 0); i++) {
		waiting++;
		hold(kinds[name], `127.0.0.${2 + next++ % number.addresses}`, true);
	}
process.on('SIGTERM', () => {
	console.log(`${opened} connections in all`);
	process.exit(0);
});
