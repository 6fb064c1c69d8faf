// drawing.js - draws results as SVG for light and dark backgrounds.
//
// A plot is {kind, name, title, ...}; name: the file's name.
//   bars       x: label; rows: [{name, min, median, max, need}]
//   quantiles  unit; series: [{name, values: [p50, p90, p99, p99.9, ...]}]; its axis is logarithmic
//   lines      x: {label, values}, y: {label, log}, series: [{name, values}]; the x axis is logarithmic
'use strict';

const style = `<style>
text { font: 13px system-ui, sans-serif; fill: #1d2430; }
.title { font-size: 15px; font-weight: 600; }
.small { font-size: 11px; fill: #4d5766; }
.grid { stroke: #d5dae2; stroke-width: 1; }
.bar { fill: #3b73b9; } .short { fill: #c0532c; } .range { stroke: #1d2430; stroke-width: 2; }
.need { stroke: #1d2430; stroke-width: 2; stroke-dasharray: 3 2; }
.c0 { fill: #3b73b9; stroke: #3b73b9; } .c1 { fill: #c0532c; stroke: #c0532c; } .c2 { fill: #2f855a; stroke: #2f855a; }
.c3 { fill: #8657b5; stroke: #8657b5; } .c4 { fill: #9a7410; stroke: #9a7410; } .c5 { fill: #4d5766; stroke: #4d5766; }
.line { fill: none; stroke-width: 2; } text.key { stroke: none; }
@media (prefers-color-scheme: dark) {
svg { background: #14181f; } text { fill: #e8ecf2; } .small { fill: #aab4c2; } .grid { stroke: #343c48; }
.bar { fill: #6ea4e6; } .short { fill: #ef8a63; } .range, .need { stroke: #e8ecf2; }
.c0 { fill: #6ea4e6; stroke: #6ea4e6; } .c1 { fill: #ef8a63; stroke: #ef8a63; } .c2 { fill: #6cc596; stroke: #6cc596; }
.c3 { fill: #b992e4; stroke: #b992e4; } .c4 { fill: #d9b24a; stroke: #d9b24a; } .c5 { fill: #aab4c2; stroke: #aab4c2; }
.line { fill: none; }
}
</style>`;

const WIDTH = 860;
const LEFT = 300; // width of the names
const RIGHT = 90;
const TOP = 40;
const ROW = 24;

const esc = (s) => String(s).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
const r1 = (x) => Math.round(x * 10) / 10;
const text = (x, y, s, { cls = '', anchor = 'start' } = {}) => `<text x="${r1(x)}" y="${r1(y)}" text-anchor="${anchor}"`
	+ `${cls ? ` class="${cls}"` : ''}>${esc(s)}</text>\n`;
const line = (x1, y1, x2, y2, cls) => `<line x1="${r1(x1)}" y1="${r1(y1)}" x2="${r1(x2)}" y2="${r1(y2)}" class="${cls}"/>\n`;

function sheet(height, title, content) {
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${Math.ceil(height)}" role="img" aria-label="${esc(title)}">\n`
		+ `${style}\n${text(16, 24, title, { cls: 'title' })}${content}</svg>\n`;
}

// About `n` round numbers from 0 to beyond `max`.
function steps(max, n = 5) {
	const rough = max / n;
	const ten = 10 ** Math.floor(Math.log10(rough));
	const step = [1, 2, 5, 10].map((k) => k * ten).find((s) => s >= rough);
	return Array.from({ length: Math.ceil(max / step) + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}

function powers(min, max) {
	const from = Math.floor(Math.log10(min));
	const to = Math.max(from + 1, Math.ceil(Math.log10(max)));
	return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
}

const linear = (ticks, a, b) => (v) => a + ((v - ticks[0]) / (ticks.at(-1) - ticks[0])) * (b - a);
const logarithmic = (ticks, a, b) => (v) => a
	+ ((Math.log10(v) - Math.log10(ticks[0])) / (Math.log10(ticks.at(-1)) - Math.log10(ticks[0]))) * (b - a);

function bars({ title, x, rows }) {
	const ticks = steps(Math.max(...rows.map((r) => Math.max(r.max, r.need || 0))));
	const at = linear(ticks, LEFT, WIDTH - RIGHT);
	const bottom = TOP + rows.length * ROW + 6;
	let out = ticks.map((t) => line(at(t), TOP, at(t), bottom, 'grid') + text(at(t), bottom + 16, t, { cls: 'small', anchor: 'middle' })).join('');
	rows.forEach((r, i) => {
		const y = TOP + i * ROW + ROW / 2 + 3;
		const cls = r.need !== null && r.median < r.need ? 'short' : 'bar';
		out += text(LEFT - 10, y + 4, r.name, { anchor: 'end' });
		out += `<rect x="${LEFT}" y="${r1(y - 7)}" width="${r1(at(r.median) - LEFT)}" height="14" class="${cls}"/>\n`;
		out += line(at(r.min), y, at(r.max), y, 'range');
		if (r.need !== null)
			out += line(at(r.need), y - 10, at(r.need), y + 10, 'need');
		out += text(WIDTH - RIGHT + 12, y + 4, r.median.toFixed(2));
	});
	return sheet(bottom + 46, title, `${out}${text((LEFT + WIDTH - RIGHT) / 2, bottom + 36, x, { cls: 'small', anchor: 'middle' })}`);
}

function quantiles({ title, unit, series }) {
	const names = ['p50', 'p90', 'p99', 'p99.9'];
	const values = series.flatMap((s) => s.values.slice(0, names.length)).filter((v) => v > 0);
	const ticks = powers(Math.min(...values), Math.max(...values));
	const at = logarithmic(ticks, LEFT, WIDTH - RIGHT);
	const top = TOP + 20;
	const bottom = top + series.length * ROW + 6;
	let out = names.map((n, i) => `<circle cx="${LEFT + i * 80}" cy="${TOP}" r="5" class="c${i}"/>\n${text(LEFT + 10 + i * 80, TOP + 4, n)}`).join('');
	out += ticks.map((t) => line(at(t), top, at(t), bottom, 'grid') + text(at(t), bottom + 16, t, { cls: 'small', anchor: 'middle' })).join('');
	series.forEach((s, i) => {
		const y = top + i * ROW + ROW / 2 + 3;
		const marks = s.values.slice(0, names.length);
		out += text(LEFT - 10, y + 4, s.name, { anchor: 'end' }) + line(at(marks[0]), y, at(marks.at(-1)), y, 'grid');
		out += marks.map((v, k) => `<circle cx="${r1(at(v))}" cy="${r1(y)}" r="5" class="c${k}"/>\n`).reverse().join('');
	});
	return sheet(bottom + 46, title, `${out}${text((LEFT + WIDTH - RIGHT) / 2, bottom + 36, `time in ${unit}`, { cls: 'small', anchor: 'middle' })}`);
}

function lines({ title, x, y, series }) {
	const left = 70;
	const right = WIDTH - 190;
	const bottom = TOP + 300;
	const values = series.flatMap((s) => s.values).filter((v) => v > 0);
	const across = powers(Math.min(...x.values), Math.max(...x.values));
	const up = y.log ? powers(Math.min(...values), Math.max(...values)) : steps(Math.max(...values));
	const atX = logarithmic(across, left, right);
	const atY = (y.log ? logarithmic : linear)(up, bottom, TOP + 20);
	let out = across.map((t) => line(atX(t), TOP + 20, atX(t), bottom, 'grid')
		+ text(atX(t), bottom + 16, t.toLocaleString('en'), { cls: 'small', anchor: 'middle' })).join('');
	out += up.map((t) => line(left, atY(t), right, atY(t), 'grid')
		+ text(left - 8, atY(t) + 4, t.toLocaleString('en'), { cls: 'small', anchor: 'end' })).join('');
	series.forEach((s, i) => {
		const points = s.values.map((v, k) => [r1(atX(x.values[k])), r1(atY(v))]);
		out += `<polyline class="line c${i % 6}" points="${points.map((p) => p.join()).join(' ')}"/>\n`;
		out += points.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="4" class="c${i % 6}"/>\n`).join('');
		out += `<circle cx="${right + 16}" cy="${TOP + 30 + i * 22}" r="5" class="c${i % 6}"/>\n${text(right + 28, TOP + 34 + i * 22, s.name)}`;
	});
	out += text((left + right) / 2, bottom + 38, x.label, { cls: 'small', anchor: 'middle' }) + text(16, TOP + 6, y.label, { cls: 'small' });
	return sheet(bottom + 50, title, out);
}

const kinds = { bars, quantiles, lines };

module.exports = { draw: (plot) => kinds[plot.kind](plot) };
