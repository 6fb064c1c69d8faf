// report.js - writes RESULTS.md and its drawings from the figures of the parts.
//
// A part's figures: {title, notes, rows, tables, plots}. rows: [{id, what, need, better, unit, against, ours, ceiling,
// ratio}], the last three with a value for each round; tables: [{title, head, rows}]; plots: see drawing.js.
'use strict';
const child = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { draw } = require('./drawing.js');
const { program } = require('../tests/e2e/stack.js');

const sorted = (v) => [...v].sort((a, b) => a - b);

function median(v) {
	const s = sorted(v);
	const half = s.length >> 1;
	return s.length % 2 === 1 ? s[half] : (s[half - 1] + s[half]) / 2;
}

const short = (x) => (x >= 100 ? Math.round(x).toLocaleString('en') : Number(x.toPrecision(3)).toString());

function verdict(row) {
	if (row.need === null || row.need === undefined)
		return '';
	const ratio = median(row.ratio);
	return (row.better === 'lower' ? ratio <= row.need : ratio >= row.need) ? 'met' : '**missed**';
}

const table = (head, rows) => [`| ${head.join(' | ')} |`, `|${head.map((_, i) => (i === 0 ? '---' : '--:')).join('|')}|`,
	...rows.map((r) => `| ${r.join(' | ')} |`)].join('\n') + '\n';

function ratios(rows) {
	const need = (row) => (row.need === null || row.need === undefined ? '' : `${row.better === 'lower' ? '≤' : '≥'} ${row.need}`);
	return table(['', 'need', 'median ratio', 'min', 'max', '', 'shop', 'beside it', 'unit'], rows.map((row) => {
		const r = sorted(row.ratio);
		return [row.what, need(row), median(r).toFixed(2), r[0].toFixed(2), r.at(-1).toFixed(2), verdict(row),
			short(median(row.ours)), `${short(median(row.ceiling))}${row.against ? ` (${row.against})` : ''}`, row.unit];
	}));
}

function barsOf(name, part) {
	const rows = part.rows.filter((row) => row.better === 'higher' && row.ratio.length > 0);
	return rows.length < 2 ? [] : [{
		kind: 'bars', name: `${name}-ratios`, title: `${part.title}: the shop's rate by the ceiling's`,
		x: 'ratio of rates (1: the ceiling). Bar: median; line: least to most; dashed: what is asked for',
		rows: rows.map((row) => ({ name: row.what, need: row.need ?? null, median: median(row.ratio), min: sorted(row.ratio)[0], max: sorted(row.ratio).at(-1) })),
	}];
}

function section(name, part, dir) {
	const plots = [...barsOf(name, part), ...(part.plots || [])];
	for (const plot of plots)
		fs.writeFileSync(path.join(dir, `${plot.name}.svg`), draw(plot));
	const parts = [`## ${part.title}\n`];
	if (part.quick || part.rounds < 5)
		parts.push(`A ${part.quick ? 'quick run' : `run of ${part.rounds} rounds`}, too short to judge by.\n`);
	parts.push(...part.notes.map((note) => `${note}\n`));
	if (part.rows.length > 0)
		parts.push(ratios(part.rows));
	parts.push(...plots.map((plot) => `![${plot.title}](${plot.name}.svg)\n`));
	for (const t of part.tables || [])
		parts.push(`### ${t.title}\n`, table(t.head, t.rows));
	return parts.join('\n');
}

// A program's version, from itself or from its package.
function version(name, args, pattern = /[0-9]+(\.[0-9]+)+/) {
	const file = program(name);
	if (file === null)
		return 'not installed';
	const r = child.spawnSync(file, args, { encoding: 'utf8' });
	const m = pattern.exec(`${r.stdout}${r.stderr}`);
	return m ? m[0] : 'unknown';
}

function packaged(name) {
	const r = child.spawnSync('dpkg-query', ['-W', '-f', '${Version}', name], { encoding: 'utf8' });
	return r.status === 0 ? r.stdout.trim() : 'unknown';
}

function machine() {
	const cpus = os.cpus();
	return table(['', ''], [
		['processor', `${cpus[0].model.trim()}, ${cpus.length} cores; the client runs on them too`],
		['memory', `${Math.round(os.totalmem() / 2 ** 30)} GiB`],
		['kernel', `Linux ${os.release().split('-')[0]}`],
		['lighttpd', version('lighttpd', ['-v'])],
		['Apache', version('apache2', ['-v'])],
		['MariaDB', version('mariadbd', ['--version'])],
		['memcached', version('memcached', ['-V'])],
		['libfcgi', packaged('libfcgi-dev')],
		['libmariadb', packaged('libmariadb-dev')],
		['spawn-fcgi, multiwatch', `${packaged('spawn-fcgi')}, ${packaged('multiwatch')}`],
		['compiler', `gcc ${version('gcc', ['-dumpfullversion'])}`],
	]);
}

const intro = `# Performance

Written by \`make bench\`; only the section "Analysis, and what was tried" is written by hand.

Absolute times mean little on a shared machine. Each figure is a ratio: the shop's rate divided by that of a ceiling,
both measured in turn in one run; the result is the median of all rounds. The page ceiling is a libfcgi program that
answers with a constant page of the same size and the same headers (bench/page_ceiling.c), behind a web server of the same
configuration with the same number of backends and workers. Ratios above 1 are possible: a worker sends
its answer with one writev(2), the ceiling's library with several writes.

## The machine
`;

// Reads the parts' figures from `from`, in this order, and writes to `dir`.
function write(from, dir, order) {
	const parts = order.filter((name) => fs.existsSync(path.join(from, `${name}.json`)))
		.map((name) => section(name, JSON.parse(fs.readFileSync(path.join(from, `${name}.json`), 'utf8')), dir));
	const notes = fs.readFileSync(path.join(__dirname, 'notes.md'), 'utf8');
	fs.writeFileSync(path.join(dir, 'RESULTS.md'), [intro, machine(), ...parts, notes].join('\n'));
}

module.exports = { write, median };
