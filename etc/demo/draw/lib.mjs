// lib.mjs - colour, chance and SVG: what every drawing here is made from.
//
// One studio: light from the upper left, a warm seamless ground, the camera a little above the goods. A drawing is a
// string of SVG; begin() starts a sheet, page() closes it. Paint servers are kept once per sheet (see paint()).

let defs, kept, scaled, state;

export function begin(seed) {
	defs = [];
	kept = new Map();
	scaled = new Set();
	state = 2166136261;
	for (const c of seed)
		state = Math.imul(state ^ c.charCodeAt(0), 16777619) >>> 0;
}

// A number in [a, b), the same on every run.
export function rnd(a = 0, b = 1) {
	state = (state + 0x6d2b79f5) >>> 0;
	let t = Math.imul(state ^ (state >>> 15), 1 | state);
	t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
	return a + (b - a) * (((t ^ (t >>> 14)) >>> 0) / 4294967296);
}

export const pick = (list) => list[Math.floor(rnd(0, list.length))];
export const f = (x) => +x.toFixed(2);
export const times = (n, fn) => Array.from({length: n}, (_, i) => fn(i)).join('');

const rgb = (c) => [1, 3, 5].map((i) => parseInt(c.slice(i, i + 2), 16));
export const mix = (a, b, t) => {
	const p = rgb(a), q = rgb(b);
	return '#' + p.map((v, i) => Math.round(v + (q[i] - v) * t).toString(16).padStart(2, '0')).join('');
};
export const dk = (c, t) => mix(c, '#1a0f06', t);
export const lt = (c, t) => mix(c, '#fffaf0', t);

function paint(body) {
	if (!kept.has(body)) {
		kept.set(body, 'p' + kept.size);
		defs.push(body.replace('ID', kept.get(body)));
	}
	return `url(#${kept.get(body)})`;
}

// A gradient over the unit square; fit() lays it over a shape. Left to itself librsvg 2.54 takes the box of a turned
// shape from the sheet and not from the shape, and the light goes flat.
const fitted = (body) => {
	const url = paint(body);
	scaled.add(url);
	return url;
};

function fit(fill, [x0, y0, x1, y1]) {
	if (!scaled.has(fill) || !(x1 > x0) || !(y1 > y0))
		return fill;
	const kind = defs[+fill.slice(6, -1)].slice(1, 15);
	return paint(`<${kind} id="ID" href="${fill.slice(4, -1)}" gradientUnits="userSpaceOnUse" gradientTransform="matrix(${f(x1 - x0)} 0 0 ${f(y1 - y0)} ${f(x0)} ${f(y0)})"/>`);
}

// The box about a path; null where it has arcs, which only upright things here have.
function bounds(d) {
	if (/[Aa]/.test(d))
		return null;
	const b = [1e9, 1e9, -1e9, -1e9];
	let x = 0, y = 0, sx = 0, sy = 0;
	const see = (u, v) => { b[0] = Math.min(b[0], u); b[1] = Math.min(b[1], v); b[2] = Math.max(b[2], u); b[3] = Math.max(b[3], v); };
	for (const [, c, rest] of d.matchAll(/([a-z])([^a-z]*)/gi)) {
		const n = (rest.match(/-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?/g) ?? []).map(Number), up = c.toUpperCase(), rel = c !== up;
		if (up === 'Z')
			[x, y] = [sx, sy];
		const size = {M: 2, L: 2, T: 2, H: 1, V: 1, C: 6, S: 4, Q: 4}[up] ?? 0;
		for (let i = 0; size && i + size <= n.length; i += size) {
			const p = [[x, y]];
			if (size === 1)
				p.push(up === 'H' ? [n[i] + (rel ? x : 0), y] : [x, n[i] + (rel ? y : 0)]);
			else for (let k = i; k < i + size; k += 2)
				p.push([n[k] + (rel ? x : 0), n[k + 1] + (rel ? y : 0)]);
			[x, y] = p.at(-1);
			if (up === 'M' && i === 0)
				[sx, sy] = [x, y];
			if (p.length < 3)
				see(x, y);
			else for (let t = 0; t <= 1.001; t += .125) {
				let q = p;
				while (q.length > 1)
					q = q.slice(1).map((e, k) => [q[k][0] + (e[0] - q[k][0]) * t, q[k][1] + (e[1] - q[k][1]) * t]);
				see(...q[0]);
			}
		}
	}
	return b;
}

const stops = (list) => list.map(([o, c, a = 1]) =>
	`<stop offset="${o}" stop-color="${c}"${a < 1 ? ` stop-opacity="${a}"` : ''}/>`).join('');

export const lin = (list, x2 = 1, y2 = 0, x1 = 0, y1 = 0) =>
	fitted(`<linearGradient id="ID" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}">${stops(list)}</linearGradient>`);
export const rad = (list, cx = .5, cy = .5, r = .5, fx = cx, fy = cy) =>
	fitted(`<radialGradient id="ID" cx="${cx}" cy="${cy}" r="${r}" fx="${fx}" fy="${fy}">${stops(list)}</radialGradient>`);
export const blur = (s) =>
	paint(`<filter id="ID" x="-60%" y="-60%" width="220%" height="220%"><feGaussianBlur stdDeviation="${s}"/></filter>`);
export const tile = (w, h, body, turn = 0) =>
	paint(`<pattern id="ID" width="${w}" height="${h}" patternUnits="userSpaceOnUse" patternTransform="rotate(${turn})">${body}</pattern>`);
export const clip = (d) => paint(`<clipPath id="ID"><path d="${d}"/></clipPath>`);

// Uneven tone of a natural surface: soft noise in one colour.
export const noise = (freq, c, alpha, seed = 3) => {
	const [r, g, b] = rgb(c).map((v) => f(v / 255));
	return paint(`<filter id="ID" x="0" y="0" width="100%" height="100%"><feTurbulence type="fractalNoise" baseFrequency="${freq}" numOctaves="3" seed="${seed}"/><feColorMatrix values="0 0 0 0 ${r} 0 0 0 0 ${g} 0 0 0 0 ${b} ${alpha * 3} 0 0 0 ${f(-alpha * 1.2)}"/><feComposite in2="SourceGraphic" operator="in"/></filter>`);
};

export const el = (d, fill, more = '') =>
	`<path d="${d}" fill="${scaled.has(fill) ? fit(fill, bounds(d) ?? []) : fill}" ${more}/>`;
export const line = (d, c, w, more = '') => `<path d="${d}" fill="none" stroke="${c}" stroke-width="${w}" ${more}/>`;
export const oval = (x, y, rx, ry, fill, more = '') =>
	`<ellipse cx="${f(x)}" cy="${f(y)}" rx="${f(rx)}" ry="${f(ry)}" fill="${fit(fill, [x - rx, y - ry, x + rx, y + ry])}" ${more}/>`;
export const rect = (x, y, w, h, fill, r = 0, more = '') =>
	`<rect x="${f(x)}" y="${f(y)}" width="${f(w)}" height="${f(h)}" rx="${r}" fill="${fit(fill, [x, y, x + w, y + h])}" ${more}/>`;
export const at = (x, y, s, body, turn = 0) =>
	`<g transform="translate(${f(x)} ${f(y)}) rotate(${f(turn)}) scale(${f(s)})">${body}</g>`;
export const fx = (filter, body, more = '') => `<g filter="${filter}" ${more}>${body}</g>`;
export const within = (d, body) => `<g clip-path="${clip(d)}">${body}</g>`;
export const box = (x, y, w, h, r = 0) => r
	? `M${x + r} ${y}h${w - 2 * r}q${r} 0 ${r} ${r}v${h - 2 * r}q0 ${r} ${-r} ${r}h${2 * r - w}q${-r} 0 ${-r} ${-r}v${2 * r - h}q0 ${-r} ${r} ${-r}z`
	: `M${x} ${y}h${w}v${h}h${-w}z`;

const serif = "'EB Garamond','Noto Serif',serif";

// Text centred at x; shrinks until it is no wider than `max`.
export function text(x, y, s, size, fill, {space = 0, italic = false, max = 0, weight = 400, anchor = 'middle', family = serif} = {}) {
	const em = [...s].reduce((n, c) => n + (/[\u2e80-\uffef]/.test(c) ? 1 : /[A-ZÄÖÜ&]/.test(c) ? .69 : /[ .,:;'il]/.test(c) ? .27 : .45), 0);
	const wide = em * size + space * s.length;
	const k = max && wide > max ? max / wide : 1;
	return `<text x="${f(x + (anchor === 'middle' ? space * k / 2 : 0))}" y="${f(y)}" font-family="${family}" font-size="${f(size * k)}" letter-spacing="${f(space * k)}" text-anchor="${anchor}" fill="${fill}" font-weight="${weight}"${italic ? ' font-style="italic"' : ''}>${s.replace(/&/g, '&amp;')}</text>`;
}

// A smooth line through points.
export function curve(p, close = false) {
	let d = `M${f(p[0][0])} ${f(p[0][1])}`;
	const n = p.length, g = (i) => close ? p[(i + n) % n] : p[Math.max(0, Math.min(n - 1, i))];
	for (let i = 0; i < (close ? n : n - 1); i++) {
		const [a, b, c, e] = [g(i - 1), g(i), g(i + 1), g(i + 2)];
		d += `C${f(b[0] + (c[0] - a[0]) / 6)} ${f(b[1] + (c[1] - a[1]) / 6)} ${f(c[0] - (e[0] - b[0]) / 6)} ${f(c[1] - (e[1] - b[1]) / 6)} ${f(c[0])} ${f(c[1])}`;
	}
	return d + (close ? 'Z' : '');
}

// The outline of a turned thing from its [radius, y] profile, top to bottom.
export const turned = (p) => curve(p.map(([r, y]) => [-r, y])) +
	'L' + curve([...p].reverse().map(([r, y]) => [r, y])).slice(1) + 'Z';

// The front of an upright cylinder, centred on x = 0.
export const wall = (w, y0, y1, k = .1) => {
	const r = w / 2, e = f(w * k);
	return `M${-r} ${y0}A${r} ${e} 0 0 0 ${r} ${y0}L${r} ${y1}A${r} ${e} 0 0 1 ${-r} ${y1}Z`;
};

/* Materials */

// Light on anything round and upright, laid over its own colour.
export const round = (gloss = .4) => lin([[0, '#1a0f06', .62], [.07, '#1a0f06', .36], [.17, '#1a0f06', .06], [.2, '#fff', 0],
	[.27, '#fff', gloss * .8], [.31, '#fff', gloss], [.35, '#fff', gloss * .75], [.45, '#fff', 0], [.5, '#1a0f06', 0], [.72, '#1a0f06', .16],
	[.88, '#1a0f06', .42], [.96, '#1a0f06', .62], [1, '#1a0f06', .48]]);
export const brass = (x = 1, y = 0) => lin([[0, '#5b3f12'], [.08, '#9a7029'], [.24, '#f3dd9a'], [.3, '#fff3c4'], [.38, '#dcb963'],
	[.56, '#b78a3a'], [.74, '#825c20'], [.88, '#caa04c'], [.95, '#a97f34'], [1, '#573b10']], x, y);
export const steel = (x = 1, y = 0) => lin([[0, '#4d4f52'], [.1, '#8b8e91'], [.27, '#f4f5f4'], [.36, '#d5d7d8'], [.55, '#a3a6a9'],
	[.75, '#6d7074'], [.9, '#bcbfc1'], [1, '#55585b']], x, y);
export const brassFace = () => lin([[0, '#f7e7b4'], [.3, '#dcb862'], [.55, '#b4883a'], [.8, '#d4ad58'], [1, '#8a6326']], 1, 1);
export const paperFill = (c = '#f7f1e3') => lin([[0, lt(c, .45)], [.5, c], [1, dk(c, .1)]], 1, 1);
export const leather = (c) => lin([[0, lt(c, .2)], [.4, c], [1, dk(c, .34)]], 1, 1);

export function wood(x, y, w, h, c, r = 0, along = true) {
	const d = box(x, y, w, h, r);
	const grain = times(26, (i) => {
		const t = rnd(), wob = rnd(2, 9), dark = rnd() < .65;
		const p = Array.from({length: 6}, (_, k) => along
			? [x + w * k / 5, y + h * t + Math.sin(k * 1.7 + i) * wob]
			: [x + w * t + Math.sin(k * 1.7 + i) * wob, y + h * k / 5]);
		return line(curve(p), dark ? dk(c, .45) : lt(c, .35), f(rnd(.8, 3.2)), `opacity="${f(rnd(.1, .34))}"`);
	});
	return el(d, lin([[0, lt(c, .16)], [.5, c], [1, dk(c, .22)]], 1, 1)) + within(d, grain);
}

export const weave = (c, s = 5) => tile(s * 2, s * 2, rect(0, 0, s * 2, s * 2, c) +
	rect(0, 0, s, s, lt(c, .1)) + rect(s, s, s, s, lt(c, .07)) + rect(s, 0, s, s, dk(c, .06)) +
	rect(0, s - 1, s * 2, 1, dk(c, .15)) + rect(s - 1, 0, 1, s * 2, dk(c, .12)));

/* Shadows: under a round upright thing of width w, under a square one, and under a flat one. */
export const ground = (w, h = w) =>
	fx(blur(34), el(`M${-w * .42} ${-w * .05}L${w * .42 + h * .34} ${-h * .12 - w * .04}L${w * .56 + h * .3} ${w * .04}L${-w * .3} ${w * .08}Z`, '#4a3216'), 'opacity=".34"') +
	fx(blur(16), oval(w * .06, w * .03, w * .53, w * .085, '#2e1c08'), 'opacity=".5"') +
	fx(blur(5), oval(w * .01, w * .018, w * .485, w * .06, '#201205'), 'opacity=".55"');
export const slab = (w, h = w) =>
	fx(blur(34), el(`M${-w * .46} ${-w * .04}L${w * .46 + h * .34} ${-h * .12 - w * .03}L${w * .56 + h * .3} ${w * .02}L${-w * .4} ${w * .05}Z`, '#4a3216'), 'opacity=".36"') +
	fx(blur(15), rect(-w * .48, -w * .05, w * 1.02, w * .11, '#2e1c08', 30), 'opacity=".5"') + fx(blur(5), rect(-w * .49, -10, w * .985, 21, '#201205', 10), 'opacity=".6"');
export const drop = (d, high = 1) =>
	fx(blur(f(26 * high)), at(24 * high, 34 * high, 1, el(d, '#4a3216')), 'opacity=".42"') +
	fx(blur(f(6 * high)), at(7 * high, 9 * high, 1, el(d, '#2a1806')), 'opacity=".42"');

/* The two grounds: standing goods (a seamless curve) and goods lying on paper. */
export const standing = (h = 1200) => rect(0, 0, 1200, h, lin([[0, '#ece4d6'], [.45, '#f3ede2'], [.62, '#efe7da'], [.72, '#e5dac8'], [1, '#d9ccb6']], 0, 1)) +
	rect(0, 0, 1200, h, rad([[0, '#fffdf6', .85], [1, '#fffdf6', 0]], .28, .2, .75)) +
	rect(0, 0, 1200, h, rad([[0, '#6b4d25', 0], [.7, '#6b4d25', 0], [1, '#6b4d25', .2]], .45, .42, .85));
export const lying = (h = 1200) => rect(0, 0, 1200, h, lin([[0, '#f6f1e7'], [.5, '#ede5d7'], [1, '#ddd1bd']], 1, 1)) +
	rect(0, 0, 1200, h, rad([[0, '#fffdf6', .7], [1, '#fffdf6', 0]], .2, .15, .7)) +
	rect(0, 0, 1200, h, rad([[0, '#6b4d25', 0], [.7, '#6b4d25', 0], [1, '#6b4d25', .18]], .45, .45, .85));

export const page = (body, h = 1200) =>
	`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 ${h}" width="1200" height="${h}"><defs>${defs.join('')}</defs>${body}</svg>\n`;
