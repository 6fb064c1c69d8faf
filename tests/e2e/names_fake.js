// names_fake.js - commands in a network of their own, where a name server answers as a test wants, and an https receiver
// listens at a public address: inside({ names, certs, commands }). Needs root.
//
// names: { 'A shop.de': [['192.0.2.1'], ['127.0.0.1']] }, an answer for each question, the last for all that follow; kinds
// are A, MX and TXT ('MX shop.de': [[''] ] is the null MX); null: the server fails. Other names have no records.
// certs: a folder of receiver.js's makeCerts(); commands may contain PORT, the receiver's.
'use strict';
const child = require('child_process');
const dgram = require('dgram');
const fs = require('fs');
const os = require('os');
const path = require('path');

const PUBLIC = '8.8.8.8', TYPES = { 1: 'A', 15: 'MX', 16: 'TXT' }, SERVFAIL = 2;

const wire = (name) => Buffer.concat([...name.split('.').filter(Boolean).map((l) => Buffer.from([l.length, ...Buffer.from(l)])), Buffer.from([0])]);

function record(type, value) {
	if (type === 'A')
		return Buffer.from(value.split('.').map(Number));
	if (type === 'MX')
		return Buffer.concat([Buffer.from([0, 10]), wire(value)]);
	return Buffer.concat([].concat(value).map((part) => Buffer.from([part.length, ...Buffer.from(part)])));
}

function answer(question, names, asked) {
	let at = 12;
	const labels = [];
	for (; question[at] !== 0; at += 1 + question[at])
		labels.push(question.toString('latin1', at + 1, at + 1 + question[at]));
	const code = question.readUInt16BE(at + 1), type = TYPES[code], key = `${type} ${labels.join('.').toLowerCase()}`;
	const all = names[key], n = asked[key] = (asked[key] || 0) + 1;
	const now = all === undefined ? [] : all === null ? null : all[Math.min(n, all.length) - 1];
	const head = Buffer.alloc(12);
	question.copy(head, 0, 0, 2);
	head.writeUInt16BE(0x8180 | (now === null ? SERVFAIL : 0), 2);
	head.writeUInt16BE(1, 4);
	head.writeUInt16BE(now === null ? 0 : now.length, 6);
	const records = (now || []).map((value) => {
		const data = record(type, value), fixed = Buffer.alloc(12);
		fixed.writeUInt16BE(0xc00c, 0);
		fixed.writeUInt16BE(code, 2);
		fixed.writeUInt16BE(1, 4);
		fixed.writeUInt16BE(data.length, 10);
		return Buffer.concat([fixed, data]);
	});
	return Buffer.concat([head, question.subarray(12, at + 5), ...records]);
}

function runOne(argv, port) {
	return new Promise((done) => {
		const p = child.spawn(argv[0], argv.slice(1).map((a) => a.replace('PORT', port)));
		let out = '', err = '';
		p.stdout.on('data', (d) => { out += d; });
		p.stderr.on('data', (d) => { err += d; });
		p.on('close', (status) => done({ status, out, err }));
	});
}

async function main(file) {
	const { names, certs, commands } = JSON.parse(fs.readFileSync(file, 'utf8'));
	const server = dgram.createSocket('udp4'), asked = {}, results = [];
	server.on('message', (m, from) => server.send(answer(m, names, asked), from.port, from.address));
	await new Promise((done) => server.bind(53, '127.0.0.1', done));
	const receiver = certs ? await require('./receiver.js').Receiver.start(certs, { host: '0.0.0.0' }) : null;
	for (const argv of commands)
		results.push(await runOne(argv, receiver ? receiver.port : 0));
	console.log(JSON.stringify({ results, asked, got: receiver ? receiver.got.map((g) => g.path) : [] }));
	process.exit(0);
}

// Resolves to { results: [{ status, out, err }], asked: { 'A shop.de': 2 }, got: [paths] }; null where it cannot run.
function inside(what) {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kontor-names-'));
	fs.writeFileSync(path.join(dir, 'resolv.conf'), 'nameserver 127.0.0.1\n');
	fs.writeFileSync(path.join(dir, 'what.json'), JSON.stringify(what));
	const script = `ip link set lo up && ip addr add ${PUBLIC}/32 dev lo && mount --bind ${dir}/resolv.conf "$(readlink -f /etc/resolv.conf)" || exit 77
		exec node ${__filename} ${dir}/what.json`;
	const r = child.spawnSync('unshare', ['--mount', '--net', '--', 'sh', '-c', script], { encoding: 'utf8' });
	fs.rmSync(dir, { recursive: true });
	if (process.getuid() !== 0 || r.status === 77)
		return null;
	if (r.status !== 0)
		throw new Error(r.stdout + r.stderr);
	return JSON.parse(r.stdout);
}

if (require.main === module)
	main(process.argv[2]);
module.exports = { inside, PUBLIC };
