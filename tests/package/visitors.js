// visitors.js - runs visit.js in a machine while something is done to it.
'use strict';
const assert = require('assert');
const path = require('path');
const { until } = require('./machine.js');

const note = (text) => console.log(`# ${text}`);

// Visitors browse and buy while `work` runs, and until they have sent `enough` requests; none may see a failure.
async function visitedDuring(m, { origin, base = '/kontor', enough }, work) {
	const visitors = m.node(path.join(__dirname, 'visit.js'), [origin, base], ['pipe', 'pipe', 'pipe']);
	let text = '', asked = 0, ended = null;
	visitors.stdout.on('data', (part) => { text += part; });
	visitors.stderr.on('data', (part) => { asked = Number(part.toString().trim().split('\n').pop()) || asked; });
	visitors.on('exit', (code) => { ended = code; });
	const sent = (n) => until(`${n} requests`, () => {
		assert.strictEqual(ended, null, 'the visitors ended');
		return asked >= n;
	});
	await sent(100);
	let failure = null;
	await work().catch((e) => { failure = e; });
	await sent(Math.max(enough, asked + 100));
	visitors.stdin.end();
	await until('the visitors to go', () => ended !== null);
	if (failure)
		throw failure;
	const seen = JSON.parse(text);
	note(`${seen.requests} requests, ${seen.orders} orders, ${seen.failed.length} failed`);
	if (seen.failed.length > 0)
		note(m.sh('journalctl --no-pager -o cat -u "kontor@*" | grep status=5 | tail -n 10 | cut -c1-400 || true'));
	assert.deepStrictEqual(seen.failed.slice(0, 10), [], `${seen.failed.length} of ${seen.requests} failed`);
	assert.ok(seen.requests >= enough && seen.orders > 0);
	return seen;
}

module.exports = { visitedDuring };
