// connection_limit.js - in a network namespace of its own: loads the example of a limit on connections and prints how
// many of 80 connections from each of two addresses are accepted, as JSON.
'use strict';
const child = require('child_process');
const net = require('net');
const path = require('path');
const { src } = require('../e2e/stack.js');

const TRIES = 80;
child.execFileSync('ip', ['link', 'set', 'lo', 'up']);
child.execFileSync('nft', ['-f', path.join(src, 'etc', 'nftables', 'kontor.nft')]);

const accepted = (localAddress) => Promise.all(Array.from({ length: TRIES }, () => new Promise((done) => {
	const s = net.connect({ port: 80, host: '127.0.0.1', localAddress });
	s.on('connect', () => done(1));
	s.on('error', () => done(0));
}))).then((all) => all.reduce((sum, n) => sum + n, 0));

net.createServer().listen(80, '0.0.0.0', async () => {
	console.log(JSON.stringify({ client: await accepted('127.0.0.2'), other: await accepted('127.0.0.3'),
		exempt: await accepted('127.0.0.1') }));
	process.exit(0);
});
