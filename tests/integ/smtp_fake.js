// smtp_fake.js - an SMTP server that answers as a test wants, to the byte: listen(answers) with the answers that differ
// from the usual ones. An answer is a text, or a function (socket, line) that does something else, such as nothing.
'use strict';
const net = require('net');

const usual = {
	banner: '220 fake ESMTP', EHLO: '250-fake\r\n250 SIZE 1000000', HELO: '250 fake', AUTH: '334 ', login: '235 welcome',
	MAIL: '250 2.1.0 ok', RCPT: '250 2.1.5 ok', DATA: '354 go ahead', end: '250 2.0.0 queued as 1', QUIT: '221 bye',
	VRFY: '252 maybe',
};

function say(socket, answer, line) {
	if (typeof answer === 'function')
		answer(socket, line);
	else
		socket.write(`${answer}\r\n`);
}

// Resolves to { port, seen, close() }: `seen` holds each connection's commands and its mail, with dots unstuffed.
function listen(answers = {}) {
	const say_ = { ...usual, ...answers }, seen = [], sockets = new Set();
	const server = net.createServer((socket) => {
		const session = { commands: [], mail: null };
		let text = '', body = false, login = false;
		seen.push(session);
		sockets.add(socket);
		socket.on('error', () => {});
		socket.on('close', () => sockets.delete(socket));
		socket.on('data', (data) => {
			text += data.toString('latin1');
			for (;;) {
				const end = body ? text.indexOf('\r\n.\r\n') : text.indexOf('\r\n');
				if (end < 0)
					return;
				const line = text.slice(0, end);
				text = text.slice(end + (body ? 5 : 2));
				if (body) {
					session.mail = `${line}\r\n`.replace(/^\.\./gm, '.');
					body = false;
					say(socket, say_.end, line);
					continue;
				}
				const verb = line.split(' ')[0].toUpperCase();
				session.commands.push(line);
				say(socket, login ? say_.login : say_[verb] ?? '500 unknown', line);
				login = verb === 'AUTH' && String(say_.AUTH).startsWith('334');
				body = verb === 'DATA' && String(say_.DATA).startsWith('354');
				if (verb === 'QUIT')
					socket.end();
			}
		});
		say(socket, say_.banner, '');
	});
	return new Promise((done) => server.listen(0, '127.0.0.1', () => done({
		port: server.address().port, seen,
		close: () => new Promise((closed) => { for (const s of sockets) s.destroy(); server.close(closed); }),
	})));
}

module.exports = { listen };
