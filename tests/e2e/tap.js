// tap.js - tests that report in TAP: test('a claim', async () => { assert... }); run() runs them in order. A test that
// returns a text was skipped for that reason.
'use strict';
const tests = [];

function test(claim, fn) {
	tests.push({ claim, fn });
}

async function run({ before = async () => {}, after = async () => {} } = {}) {
	let failed = 0;
	try {
		await before();
	} catch (e) {
		console.log(`Bail out! ${String(e.message).split('\n')[0]}`);
		process.exit(99);
	}
	console.log(`1..${tests.length}`);
	for (const [i, { claim, fn }] of tests.entries()) {
		try {
			const skip = await fn();
			console.log(`ok ${i + 1} - ${claim}${typeof skip === 'string' ? ` # SKIP ${skip}` : ''}`);
		} catch (e) {
			failed++;
			console.log(`not ok ${i + 1} - ${claim}`);
			for (const line of String(e.stack || e).split('\n'))
				console.log(`# ${line}`);
		}
	}
	await after();
	process.exit(failed ? 1 : 0);
}

module.exports = { test, run };
