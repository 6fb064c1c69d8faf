#!/usr/bin/env node
// `kontor doctor mail`: the records of the sender's domain at a name server, and sendmail under NoNewPrivileges.
'use strict';
const assert = require('assert');
const child = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { test, run } = require('../e2e/tap.js');
const { inside } = require('../e2e/names_fake.js');

const build = path.resolve(process.env.top_builddir || '.');
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kontor-maildoctor-'));
let configs = 0;

function command(sender, mail = {}) {
	const file = path.join(dir, `${++configs}.conf`);
	fs.writeFileSync(file, `[site]\nname = Tee\nurl = http://shop.example\nsender = ${sender}\n[web]\nconfine = no\n`
		+ `[db]\nsocket = ${dir}/none\n[cache]\nsocket =\n[paths]\nstats_file = ${dir}/stats\n[mail]\n`
		+ Object.entries(mail).map(([k, v]) => `${k} = ${v}\n`).join(''));
	return [path.join(build, 'kontor'), '--config', file, 'doctor', '--json', 'mail'];
}

const mailCheck = (out) => JSON.parse(out).checks.find((c) => c.check === 'mail');
const findings = (out) => mailCheck(out).findings.map((f) => f.name).filter((name) => !/^mail-|^bounce/.test(name)).sort();

// [domain, findings, records]
const domains = [
	['good.de', [], { 'MX good.de': [['mx.good.de']], 'TXT good.de': [['unrelated', 'v=spf1 mx -all']], 'TXT _dmarc.good.de': [['v=DMARC1; p=none']] }],
	['bare.de', ['dmarc-none', 'mx-none', 'spf-none'], {}],
	['null.de', ['mx-none'], { 'MX null.de': [['']], 'TXT null.de': [[['v=sp', 'f1 -all']]], 'TXT _dmarc.null.de': [['v=DMARC1;p=reject']] }],
	['mail.above.de', [], { 'MX mail.above.de': [['mx.above.de']], 'TXT mail.above.de': [['v=spf1 a']], 'TXT _dmarc.above.de': [['v=DMARC1; p=none']] }],
	['like.de', ['dmarc-none', 'spf-none'], { 'MX like.de': [['mx.like.de']], 'TXT like.de': [['v=spf10 x']], 'TXT _dmarc.like.de': [['V=DMARC2']] }],
	['deaf.de', [], { 'MX deaf.de': null, 'TXT deaf.de': null, 'TXT _dmarc.deaf.de': null }],
];

test('MX, SPF and DMARC are asked of a name server, and what lacks is said', () => {
	const ran = inside({ names: Object.assign({}, ...domains.map((d) => d[2])), commands: domains.map(([name]) => command(`shop@${name}`)) });
	if (ran === null)
		return 'root is needed for a network of its own';
	for (const [i, [name, wanted]] of domains.entries())
		assert.deepStrictEqual(findings(ran.results[i].out), wanted, `${name}: ${ran.results[i].out}${ran.results[i].err}`);
	assert.match(ran.results[5].out, /no name server answers, so MX, SPF and DMARC of deaf\.de are not known/);
	assert.ok(ran.asked['MX good.de'] > 0 && ran.asked['TXT _dmarc.above.de'] > 0);
	return undefined;
});

test('sendmail under NoNewPrivileges is a fault that names both ways out', () => {
	const sendmail = path.join(dir, 'sendmail'), bin = path.join(dir, 'bin');
	fs.writeFileSync(sendmail, '#!/bin/sh\n', { mode: 0o755 });
	fs.mkdirSync(bin);
	const doctor = (limited) => {
		fs.writeFileSync(path.join(bin, 'systemctl'), `#!/bin/sh\n[ "$1 $4" = 'show NoNewPrivileges' ] && echo NoNewPrivileges=${limited}\n`, { mode: 0o755 });
		const [program, ...args] = command('shop@shop.example', { transport: 'sendmail', sendmail });
		return mailCheck(child.spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, PATH: `${bin}:${process.env.PATH}` } }).stdout);
	};
	const [fault, ...others] = doctor('yes').findings;
	assert.deepStrictEqual([fault.name, others], ['sendmail-rights', []]);
	assert.match(fault.what, new RegExp(`${sendmail} lacks the rights on its queue`));
	assert.match(fault.mend, /mail\.transport smtp.*NoNewPrivileges=no: systemctl edit kontor-jobs/);
	assert.deepStrictEqual(doctor('no').findings, []);
	fs.rmSync(sendmail);
	assert.deepStrictEqual(doctor('yes').findings.map((f) => f.name).sort(), ['sendmail-none', 'sendmail-rights']);
});

run({ after: () => fs.rmSync(dir, { recursive: true, force: true }) });
