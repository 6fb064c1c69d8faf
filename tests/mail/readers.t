#!/usr/bin/env node
// Random mails are read back by three readers that know nothing of each other: Python's email, GMime and mailparser.
'use strict';
const assert = require('assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { execFileSync } = require('child_process');
const { test, run } = require('../e2e/tap.js');

const build = process.env.top_builddir || '.';
const count = Number(process.env.KONTOR_MAILS || 300);
const seed = process.env.KONTOR_SEED || '15';
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kontor-mails-'));
const eml = (i) => path.join(dir, `${i}.eml`);
const lf = (s) => s.replace(/\r\n/g, '\n');

// Compares what a reader found in each mail with what was written. Control characters of a body are as they were.
function compare(found) {
	assert.strictEqual(found.length, count);
	for (const [i, got] of found.entries()) {
		const want = JSON.parse(fs.readFileSync(path.join(dir, `${i}.json`)));
		const hint = `mail ${i} of seed ${seed}`;
		for (const key of ['from_name', 'to_name', 'subject', 'date'])
			assert.deepStrictEqual(got[key], want[key], `${key} of ${hint}`);
		for (const key of ['text', 'html'])
			assert.ok(lf(got[key]) === want[key], `${key} of ${hint}: ${JSON.stringify([lf(got[key]), want[key]])}`);
		assert.strictEqual(got.message_id, `<${want.message_id}>`, hint);
		assert.strictEqual(got.references, want.references && `<${want.references}>`, hint);
		assert.deepStrictEqual([got.from, got.to, got.reply_to],
			['shop@example.org', 'ada+o\'neil@example.com', 'help@example.org'], hint);
		assert.deepStrictEqual(got.defects, [], hint);
	}
}

function python(reader) {
	const files = Array.from({ length: count }, (_, i) => eml(i));
	const out = execFileSync('/usr/bin/python3', [path.join(__dirname, 'read_python.py'), reader, ...files],
		{ maxBuffer: 1 << 30, encoding: 'utf8' });
	return out.trim().split('\n').map((line) => JSON.parse(line));
}

test('the mails are seven-bit text in short lines', () => {
	for (let i = 0; i < count; i++) {
		const mail = fs.readFileSync(eml(i), 'latin1');
		assert.ok(/^[\x20-\x7e\t\r\n]*$/.test(mail) && !/[^\r]\n|\r[^\n]/.test(mail), `mail ${i}`);
		for (const line of mail.split('\r\n'))
			assert.ok(line.length <= 78 && !/^(\.|From )/.test(line), `mail ${i}: ${line}`);
	}
});

test('Python\'s email reads what was written', () => compare(python('email')));

test('GMime reads what was written', () => {
	try {
		execFileSync('/usr/bin/python3', ['-c', 'import gi; gi.require_version("GMime", "3.0")'], { stdio: 'ignore' });
	} catch {
		return 'apt install gir1.2-gmime-3.0 python3-gi';
	}
	return compare(python('gmime'));
});

test('mailparser reads what was written', async () => {
	let parser;
	try {
		parser = require(path.join(process.env.KONTOR_NODE_MODULES || '', 'mailparser'));
	} catch {
		return 'npm has no mailparser here';
	}
	const found = [];
	for (let i = 0; i < count; i++) {
		const m = await parser.simpleParser(fs.createReadStream(eml(i)), { skipTextToHtml: true, skipHtmlToText: true });
		const address = (field) => field.value[0];
		found.push({
			from_name: address(m.from).name, to_name: address(m.to).name, from: address(m.from).address,
			to: address(m.to).address, reply_to: address(m.replyTo).address, subject: m.subject || '', text: m.text,
			html: m.html || '', message_id: m.messageId, references: m.references || '', date: +m.date / 1000,
			defects: [],
		});
	}
	return compare(found);
});

run({
	before: () => { execFileSync(`${build}/tests/mail/write_mails`, [seed, String(count), dir]); },
	after: () => fs.rmSync(dir, { recursive: true, force: true }),
});
