// far.js - a proxy that delays what a socket receives and sends, so that the service behind it seems far away. It is a
// process of its own, so that the test's work does not delay more.
'use strict';
const child = require('child_process');
const net = require('net');

// Passes on what comes, `half()` ms later, in order.
function pass(from, to, half) {
	let due = 0;
	const later = (work) => {
		due = Math.max(due, Date.now() + half());
		setTimeout(work, due - Date.now());
	};
	from.on('data', (part) => later(() => to.write(part)));
	from.on('close', () => later(() => to.destroy()));
	from.on('error', () => {});
}

function serve(listen, socket) {
	let ms = 0;
	net.createServer((near) => {
		const away = net.connect({ path: socket });
		pass(near, away, () => ms / 2);
		pass(away, near, () => ms / 2);
	}).listen(listen, () => process.send('ready'));
	process.on('message', (n) => { ms = n; process.send('set'); });
	process.on('disconnect', () => process.exit(0));
}

class Far {
	static async start(listen, socket) {
		const f = new Far();
		f.child = child.fork(__filename, [listen, socket]);
		await f.said();
		return f;
	}

	said() {
		return new Promise((done) => this.child.once('message', done));
	}

	// From now on each exchange takes `ms` longer.
	async away(ms) {
		const set = this.said();
		this.child.send(ms);
		await set;
	}

	stop() {
		this.child.disconnect();
	}
}

if (require.main === module)
	serve(process.argv[2], process.argv[3]);
module.exports = { Far };
