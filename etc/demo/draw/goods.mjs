// goods.mjs - paper, pens, instruments and household goods. Same conventions as packs.mjs.

import {rnd, pick, f, times, mix, dk, lt, lin, rad, blur, weave, el, line, oval, rect, at, fx, within, curve,
	box, turned, wall, text, round, brass, steel, brassFace, paperFill, leather, wood, ground, slab, drop} from './lib.mjs';
import {marks} from './packs.mjs';

const ring = (r, w, fill, more = '') => `<circle r="${f(r)}" fill="none" stroke="${fill}" stroke-width="${f(w)}" ${more}/>`;
const disc = (r, fill, more = '') => oval(0, 0, r, r, fill, more);
const spokes = (n, r1, r2, c, w) => times(n, (i) => { const a = i * 2 * Math.PI / n; return line(`M${f(Math.sin(a) * r1)} ${f(-Math.cos(a) * r1)}L${f(Math.sin(a) * r2)} ${f(-Math.cos(a) * r2)}`, c, w); });
const circle = (r) => `M${-r} 0A${r} ${r} 0 1 1 ${r} 0A${r} ${r} 0 1 1 ${-r} 0Z`;

/* Paper: flat */

export function notebook(w, h, c, {spine = dk(c, .3), band = '#8a6212', ribbon = '#8c2a24', cloth = true, plate = null, mark = 'nib', thick = 26} = {}) {
	const d = box(-w / 2, -h / 2, w, h, 14), fill = cloth ? weave(c, 3) : leather(c);
	return drop(box(-w / 2, -h / 2, w + thick * .5, h + thick * .6, 14), 1.2) +
		el(`M${w * .13} ${h / 2}l-5 ${thick + 72}l13 -12l13 14l-3 ${-thick - 72}Z`, lin([[0, dk(ribbon, .3)], [1, ribbon]], 0, 1)) +
		at(thick * .5, thick * .6, 1, el(d, dk(c, .35))) + at(thick * .32, thick * .4, 1, el(box(-w / 2 + 8, -h / 2 + 6, w - 10, h - 8, 8), '#efe6d2')) +
		times(6, (i) => line(`M${-w / 2 + 14} ${f(h / 2 + 1.5 + i * thick * .07)}H${w / 2 + 4}M${f(w / 2 + 1 + i * thick * .055)} ${-h / 2 + 12}V${h / 2 + 4}`, i % 2 ? '#c9b995' : '#fbf6e8', 1)) +
		el(d, fill) + el(d, lin([[0, '#fff', .26], [.4, '#fff', 0], [.7, '#120a04', 0], [1, '#120a04', .3]], 1, 1)) +
		el(box(-w / 2, -h / 2, w * .15, h, 14), leather(spine), 'opacity=".96"') + rect(-w / 2 + w * .15, -h / 2, 5, h, lin([[0, '#120a04', .5], [1, '#120a04', 0]])) +
		times(Math.round(h / 34), (i) => line(`M${f(-w / 2 + w * .125)} ${f(-h / 2 + 18 + i * 34)}v18`, '#e9dcc0', 3, 'stroke-linecap="round" opacity=".9"') + line(`M${f(-w / 2 + w * .125 + 2)} ${f(-h / 2 + 21 + i * 34)}v18`, '#120a04', 2, 'opacity=".3"')) +
		line(`M${-w / 2 + 3} ${-h / 2 + 14}V${h / 2 - 14}M${-w / 2 + 12} ${-h / 2 + 3}H${w / 2 - 12}`, '#fff', 2.4, 'opacity=".34"') +
		(plate ? at(w * .07, -h * .16, 1, fx(blur(4), rect(-w * .25 + 3, -h * .1 + 4, w * .5, h * .2, '#120a04'), 'opacity=".4"') + rect(-w * .25, -h * .1, w * .5, h * .2, paperFill(), 4) + rect(-w * .25 + 8, -h * .1 + 8, w * .5 - 16, h * .2 - 16, 'none', 2, `stroke="#8a6212" stroke-width="2"`) +
			text(0, h * .005, plate[0], h * .05, '#1c2f45', {max: w * .4}) + text(0, h * .055, plate[1], h * .026, '#8a6212', {italic: true, max: w * .4}))
			: at(w * .07, 0, w / 420, marks[mark]('#d9b25f').replace(/#fff/g, dk(c, .2)))) +
		(band ? rect(w * .37 + 4, -h / 2 - 2, 20, h + 6, '#120a04', 0, 'opacity=".34"') + rect(w * .37, -h / 2 - 3, 18, h + 8, lin([[0, lt(band, .2)], [.5, band], [1, dk(band, .35)]])) : '');
}

// A notebook lying open; `ruling` is 'lined', 'dots' or 'plain'.
export function spread(w, h, c, ruling) {
	const leafOf = (s) => {
		const d = `M0 ${-h / 2 + 14}C${s * w * .1} ${-h / 2 - 16} ${s * w * .3} ${-h / 2 - 6} ${s * w / 2} ${-h / 2}V${h / 2}C${s * w * .3} ${h / 2 - 6} ${s * w * .1} ${h / 2 - 16} 0 ${h / 2 + 14}Z`;
		return el(d, lin(s < 0 ? [[0, '#fbf6ea'], [.7, '#f6efdf'], [.92, '#dccdb0'], [1, '#b09a72']] : [[0, '#a8916a'], [.1, '#e3d6bb'], [.3, '#fbf6ea'], [1, '#efe6d2']])) + within(d, ruling === 'dots'
			? times(34, (i) => times(22, (k) => `<circle cx="${f(s * (34 + k * w * .021))}" cy="${f(-h / 2 + 50 + i * h * .028)}" r="1.9" fill="#9a8c72"/>`))
			: ruling === 'lined' ? times(24, (i) => line(`M${s * 26} ${f(-h / 2 + 70 + i * h * .037)}H${f(s * (w / 2 - 22))}`, '#8fa2b5', 1.5, 'opacity=".75"')) + line(`M${s * w * .4} ${-h / 2}V${h / 2}`, '#b5574c', 1.4, 'opacity=".55"') : '');
	};
	return drop(box(-w / 2 - 14, -h / 2 - 12, w + 28, h + 30, 14), 1.1) + el(box(-w / 2 - 14, -h / 2 - 12, w + 28, h + 30, 14), leather(c)) +
		times(5, (i) => rect(-w / 2 - 8 + i * 1.6, -h / 2 - 1 + i, w + 16 - i * 3, h + 14 - i * 2, i % 2 ? '#d8c9a8' : '#f4ecd9', 5)) + leafOf(-1) + leafOf(1) +
		times(7, (i) => line(`M0 ${f(-h * .4 + i * h * .13)}v26`, '#cfc2a4', 3)) + el(`M4 ${-h / 2 + 10}C18 -80 26 160 16 ${h / 2 + 60}l12 -10l10 12C46 160 34 -80 14 ${-h / 2 + 10}Z`, lin([[0, '#8c2a24'], [1, '#b23a30']], 0, 1));
}

export const sheets = (w, h, n, c, mark) => times(n, (i) => { const k = n - 1 - i; return at(k * 9, k * 8, 1, drop(box(-w / 2, -h / 2, w, h), i === n - 1 ? .5 : .3) + rect(-w / 2, -h / 2, w, h, paperFill(c), 2), k * 2.2); }) +
	times(44, (i) => line(`M${f(-w / 2 + 4 + i * w / 44)} ${-h / 2 + 4}V${h / 2 - 4}`, '#8a7850', .8, 'opacity=".16"')) + (mark ? at(0, -h * .36, w / 620, marks[mark]('#123a5c')) + line(`M${-w * .12} ${-h * .28}H${w * .12}`, '#8a6212', 1.4) : '') +
	at(w * .2, h * .26, 2.6, `<g opacity=".12">${marks.ship('#6b5a34')}</g>`);

export function envelope(w, h, c, lining = '#123a5c') {
	const d = box(-w / 2, -h / 2, w, h, 5);
	return drop(d, .6) + el(d, paperFill(c)) + el(`M${-w / 2} ${h / 2}L${-w * .04} ${h * .02}H${w * .04}L${w / 2} ${h / 2}Z`, lin([[0, lt(c, .3)], [1, dk(c, .05)]], 0, 1)) + line(`M${-w / 2} ${h / 2}L${-w * .04} ${h * .02}M${w * .04} ${h * .02}L${w / 2} ${h / 2}`, dk(c, .35), 1.6, 'opacity=".6"') +
		fx(blur(5), el(`M${-w / 2} ${-h / 2 + 4}L0 ${h * .16}L${w / 2} ${-h / 2 + 4}Z`, '#2a1806'), 'opacity=".4"') + el(`M${-w / 2} ${-h / 2}L-14 ${h * .1}Q0 ${h * .14} 14 ${h * .1}L${w / 2} ${-h / 2}Z`, lin([[0, dk(c, .07)], [1, lt(c, .35)]], 0, 1)) + line(`M${-w / 2} ${-h / 2}L-14 ${h * .1}Q0 ${h * .14} 14 ${h * .1}L${w / 2} ${-h / 2}`, '#fff', 2, 'opacity=".6"');
}

export function seal(r, c, mark = 'ship') {
	const p = Array.from({length: 16}, (_, i) => [Math.cos(i * .3927) * r * rnd(.93, 1.1), Math.sin(i * .3927) * r * rnd(.93, 1.1)]);
	return fx(blur(7), at(7, 10, 1, el(curve(p, true), '#2a0c06')), 'opacity=".5"') + el(curve(p, true), rad([[0, lt(c, .35)], [.6, c], [1, dk(c, .45)]], .35, .3, .75)) +
		disc(r * .76, lin([[0, dk(c, .42)], [1, lt(c, .3)]], 1, 1)) + disc(r * .72, lin([[0, dk(c, .1)], [1, dk(c, .24)]], 1, 1)) + at(2, 2, r / 58, marks[mark](lt(c, .4)).replace(/#fff/g, c)) + at(0, 0, r / 58, marks[mark](dk(c, .34)).replace(/#fff/g, dk(c, .1)));
}

/* Pens: flat, along x, about (0,0), 1000 long */

const tube = (p, fill) => el(curve(p.map(([x, r]) => [x, -r])) + 'L' + curve([...p].reverse().map(([x, r]) => [x, r])).slice(1) + 'Z', fill);
const gloss = (c) => lin([[0, dk(c, .4)], [.12, lt(c, .12)], [.22, lt(c, .7)], [.3, lt(c, .28)], [.45, c], [.75, dk(c, .45)], [.93, dk(c, .62)], [1, lt(dk(c, .3), .14)]], 0, 1);
const shade = (d, k = 1) => fx(blur(13), at(16, 34 * k, 1, d), 'opacity=".4"') + fx(blur(5), at(5, 13 * k, 1, d), 'opacity=".42"');
const silhouette = (p) => tube(p, '#2a1806');

export function nib(metal = 'gold') {
	const g = metal === 'gold' ? lin([[0, '#8d6a22'], [.2, '#f7e4a6'], [.42, '#d8b055'], [.75, '#8f6a24'], [1, '#c79f4d']], 0, 1) : steel(0, 1);
	return el('M0 -32C30 -40 70 -36 96 -24C130 -12 156 -4 172 0C156 4 130 12 96 24C70 36 30 40 0 32Z', g) +
		line('M6 -24C40 -31 70 -27 94 -16C118 -6 134 -3 146 -1', '#6b4d17', 1.4, 'opacity=".7"') + line('M6 24C40 31 70 27 94 16C118 6 134 3 146 1', '#6b4d17', 1.4, 'opacity=".7"') +
		line('M62 0H170', '#3a2a10', 2.2) + `<circle cx="60" cy="0" r="6.5" fill="#3a2a10"/><circle cx="59" cy="-1.5" r="3" fill="#120a04"/>` + at(30, 0, .42, marks.ship('#6b4d17').replace(/#fff/g, '#e9cf8a'), 90) + `<circle cx="172" cy="0" r="3.6" fill="#e9e6df"/>`;
}

export function fountain(c, {metal = false, trim = brass(0, 1), point = 'gold', bare = false} = {}) {
	const body = metal ? brass(0, 1) : gloss(c), hold = [[120, 40], [150, 43], [230, 46], [262, 50]], p = [[262, 55], [400, 60], [640, 59], [820, 52], [905, 42], [932, 30], [938, 8]];
	const at1 = (d) => at(-400, 0, 1, d);
	const capP = [[0, 20], [10, 50], [60, 60], [200, 66], [370, 67], [400, 66]];
	return at(0, 80, 1, at1(shade(silhouette([[-50, 3], [60, 34], [120, 40], ...p]))) + at1(at(121, 0, 1, `<g transform="scale(-1 1)">${el('M-6 -27C40 -30 76 -18 112 -8L112 8C76 18 40 30 -6 27Z', '#15171a')}${nib(point)}</g>`) + tube(hold, metal ? gloss('#20242a') : gloss(dk(c, .25))) + rect(254, -54, 13, 108, trim, 3) + tube(p, body) +
			(metal ? times(30, (i) => line(`M${300 + i * 9} -58V58`, '#6b4b17', 1.1, 'opacity=".5"')) : '') + rect(842, -51.5, 9, 103, trim, 2) + rect(856, -50, 4, 100, trim, 2))) +
		(bare ? '' : at(-150, -140, 1, shade(silhouette(capP)) + tube(capP, body) + rect(366, -68, 26, 136, trim, 3) + rect(352, -67, 6, 134, trim, 2) + rect(38, -58, 8, 116, trim, 2) + fx(blur(4), rect(62, -2, 262, 20, '#0d0703', 8), 'opacity=".5"') +
			el('M42 -12H250C300 -12 322 -9 326 0C322 12 300 10 250 10H42Z', trim) + oval(316, 0, 13, 12, trim)));
}

export function dipPen(c) {
	const p = [[0, 14], [120, 22], [200, 30], [330, 34], [480, 25], [760, 15], [1000, 7], [1006, 2]];
	return at(-500, 0, 1, shade(silhouette([[-150, 2], [0, 14], ...p])) + at(4, 0, .95, `<g transform="scale(-1 1)">${nib('steel')}</g>`) + tube(p, lin([[0, dk(c, .3)], [.22, lt(c, .5)], [.4, c], [1, dk(c, .5)]], 0, 1)) +
		times(9, (i) => line(`M${rnd(60, 200)} ${rnd(-12, 12)}Q500 ${rnd(-16, 16)} ${rnd(700, 960)} ${rnd(-6, 6)}`, dk(c, .4), 1.4, 'opacity=".4"')) + rect(-6, -19, 44, 38, brass(0, 1), 3) + rect(44, -19, 5, 38, brass(0, 1), 2));
}

export function pencil() {
	return at(-480, 0, 1, shade(silhouette([[0, 2], [70, 18], [110, 28], [940, 28], [960, 10]])) + el('M0 -2L60 -7V7L0 2Z', '#3a3a3c') + el('M52 -7L116 -27V27L52 7Z', steel(0, 1)) +
		rect(112, -29, 800, 19.5, lin([[0, '#caa04c'], [1, '#f7e4a6']], 0, 1)) + rect(112, -10, 800, 20, lin([[0, '#e6c777'], [1, '#c39a48']], 0, 1)) + rect(112, 9, 800, 20, lin([[0, '#8e6a2a'], [1, '#5f4214']], 0, 1)) +
		times(24, (i) => line(`M${140 + i * 8} -29V29`, '#4d3410', 2, 'opacity=".55"')) + rect(905, -31, 18, 62, steel(0, 1), 3) + tube([[923, 22], [968, 22], [974, 14]], steel(0, 1)) + text(600, 6, 'WENZEL FEDER · 0.7', 20, '#5b3f12', {space: 4}));
}

export const wax = (c) => rect(-40, -210, 80, 420, lin([[0, lt(c, .3)], [.25, lt(c, .5)], [.4, c], [.8, dk(c, .4)], [1, dk(c, .2)]]), 10) + times(5, (i) => rect(-40, -170 + i * 78, 80, 5, dk(c, .3), 0, 'opacity=".5"') + rect(-40, -165 + i * 78, 80, 2.5, lt(c, .5), 0, 'opacity=".5"'));
export const stamp = () => el(turned([[14, -190], [34, -168], [34, -120], [18, -84], [24, -20], [40, 30], [40, 46]]), lin([[0, '#3a1c0e'], [.28, '#b57a4a'], [.45, '#7a4526'], [1, '#2c130a']])) + rect(-46, 44, 92, 44, brass(), 6) + rect(-54, 84, 108, 34, brass(), 4);

/* Instruments */

const dial = (r, face = '#f8f3e4') => disc(r, rad([[0, '#fffdf5'], [.7, face], [1, dk(face, .14)]], .4, .35, .7));
const bezel = (r, w) => disc(r, brass(1, 1)) + disc(r - w * .3, brassFace()) + disc(r - w * .62, lin([[0, '#6b4b17'], [1, '#f7e7b4']], 1, 1)) + disc(r - w * .8, '#5b3f12') + ring(r - 2, 2, '#fff3c4', 'opacity=".6"');
const glassOver = (r) => within(circle(r), el(`M${-r} ${-r}H${r * .5}C${r * .1} ${-r * .5} ${-r * .4} ${-r * .1} ${-r} ${r * .25}Z`, '#fff', 'opacity=".2"')) + ring(r - 3, 6, '#1a0f06', 'opacity=".22"') + fx(blur(5), line(`M${f(-r * .72)} ${f(-r * .5)}A${f(r * .88)} ${f(r * .88)} 0 0 1 ${f(-r * .1)} ${f(-r * .87)}`, '#fff', 12, 'stroke-linecap="round"'), 'opacity=".75"');
const hand = (l, c, w = 8) => fx(blur(4), at(6, 9, 1, el(`M${-w} ${l * .22}L0 ${-l}L${w} ${l * .22}Z`, '#1a0f06')), 'opacity=".4"') + el(`M${-w} 0L0 ${-l}L0 ${l * .25}L${-w * .5} ${l * .22}Z`, lt(c, .25)) + el(`M${w} 0L0 ${-l}L0 ${l * .25}L${w * .5} ${l * .22}Z`, dk(c, .2));

export const rose = (r) => ring(r * .96, 2, '#1c2f45') + ring(r * .88, 1.2, '#1c2f45') + spokes(120, r * .88, r * .92, '#1c2f45', 1.3) + spokes(36, r * .88, r * .96, '#1c2f45', 2.2) +
	times(16, (i) => at(0, 0, 1, el(`M0 ${-r * .5}L${r * .03} ${-r * .1}L${-r * .03} ${-r * .1}Z`, '#b08d4a', 'opacity=".55"'), i * 22.5)) +
	times(4, (i) => at(0, 0, 1, el(`M0 ${-r * .62}L${r * .085} ${-r * .085}L0 0Z`, '#8a6212') + el(`M0 ${-r * .62}L${-r * .085} ${-r * .085}L0 0Z`, '#e6cf98') + line(`M0 ${-r * .62}L${r * .085} ${-r * .085}L0 0L${-r * .085} ${-r * .085}Z`, '#6b4b17', 1), i * 90 + 45)) +
	times(4, (i) => at(0, 0, 1, el(`M0 ${-r * .74}L${r * .1} ${-r * .1}L0 0Z`, '#123a5c') + el(`M0 ${-r * .74}L${-r * .1} ${-r * .1}L0 0Z`, '#f4efe2') + line(`M0 ${-r * .74}L${r * .1} ${-r * .1}L0 0L${-r * .1} ${-r * .1}Z`, '#0d2740', 1.4), i * 90)) +
	['N', 'E', 'S', 'W'].map((s, i) => { const a = i * Math.PI / 2; return text(Math.sin(a) * r * .805, -Math.cos(a) * r * .805 + r * .04, s, r * .12, '#1c2f45', {weight: 700}); }).join('') + ring(r * .2, 1.6, '#8a6212') + disc(r * .045, '#8a6212');

export function compass(r, lid = false) {
	return (lid ? at(-r * .98, -r * .98, 1, drop(circle(r * .94), 1) + disc(r * .94, brass(1, 1)) + disc(r * .88, brassFace()) + ring(r * .8, 3, '#6b4b17', 'opacity=".6"') + ring(r * .79, 1.5, '#fff3c4', 'opacity=".7"') + `<g opacity=".8">${at(0, 0, r / 52, marks.rose('#7a5a20'))}</g>` + ring(r * .62, 1.4, '#7a5a20', 'opacity=".7"') + spokes(72, r * .66, r * .72, '#7a5a20', 1.4)) + at(-r * .7, -r * .7, 1, rect(-34, -56, 68, 112, brass(1, 0), 10) + line('M-34 -20H34M-34 20H34', '#5b3f12', 2.4), 45) : drop(circle(r), 1.3)) +
		(lid ? drop(circle(r), 1) : '') + at(0, -r * 1.02, 1, lid ? '' : rect(-26, -64, 52, 76, brass(), 8) + ring(46, 13, brass(1, 1), 'transform="translate(0 -98)"')) + bezelled(r);
}

const bezelled = (r) => bezel(r, r * .2) + dial(r * .83) + `<g transform="scale(.83)">${rose(r)}</g>` +
		at(0, 0, 1, fx(blur(5), at(7, 12, 1, el(`M${-r * .06} 0L0 ${-r * .6}L${r * .06} 0L0 ${r * .6}Z`, '#1a0f06')), 'opacity=".45"') + el(`M${-r * .055} 0L0 ${-r * .6}V0Z`, '#c23b32') + el(`M${r * .055} 0L0 ${-r * .6}V0Z`, '#8c2019') + el(`M${-r * .055} 0L0 ${r * .6}V0Z`, '#dfe2e4') + el(`M${r * .055} 0L0 ${r * .6}V0Z`, '#8d9297'), 24) + disc(r * .06, brassFace()) + disc(r * .024, '#5b3f12') + glassOver(r * .83);

export const boxed = (s) => drop(box(-s / 2, -s / 2, s, s, 16), 1.4) + wood(-s / 2, -s / 2, s, s, '#7a4424', 16) + line(box(-s / 2 + 5, -s / 2 + 5, s - 10, s - 10, 12), '#c98a5a', 3, 'opacity=".5"') + line(box(-s / 2 + 46, -s / 2 + 46, s - 92, s - 92, 8), '#3a1c0e', 4, 'opacity=".5"') +
	[[-1, -1], [1, -1], [-1, 1], [1, 1]].map(([x, y]) => at(x * (s / 2 - 34), y * (s / 2 - 34), 1, disc(15, brassFace()) + line('M-9 -6L9 6', '#5b3f12', 3.5))).join('') + disc(s * .42, '#1c0e06') + ring(s * .405, 16, brass(1, 1)) + rect(-s * .46, -9, s * .1, 18, brass(0, 1), 4) + rect(s * .36, -9, s * .1, 18, brass(0, 1), 4) + bezelled(s * .36);

export function gauge(r, {title, words, from = -135, to = 135, at: turn = 30, second = null, numbers}) {
	const n = numbers.length, a = (i, m) => (from + (to - from) * i / m) * Math.PI / 180;
	return drop(circle(r), 1.4) + at(0, -r * 1.06, 1, ring(40, 14, brass(1, 1))) + bezel(r, r * .2) + dial(r * .83) + times(101, (i) => { const t = a(i, 100), q = i % 5 ? .73 : .7; return line(`M${f(Math.sin(t) * r * q)} ${f(-Math.cos(t) * r * q)}L${f(Math.sin(t) * r * .76)} ${f(-Math.cos(t) * r * .76)}`, '#1c2f45', i % 5 ? 1.4 : 3); }) +
		ring(r * .77, 1.6, '#1c2f45') + numbers.map((s, i) => text(Math.sin(a(i, n - 1)) * r * .61, -Math.cos(a(i, n - 1)) * r * .61 + r * .025, String(s), r * .085, '#1c2f45')).join('') +
		words.map((s, i) => { const t = a(i + .5, words.length); return text(Math.sin(t) * r * .42, -Math.cos(t) * r * .42, s, r * .066, '#8a6212', {italic: true}); }).join('') +
		text(0, r * .27, title, r * .05, '#1c2f45', {space: 3, max: r * .62}) + text(0, r * .345, 'Holt & Aldersey', r * .05, '#8a6212', {italic: true}) + (second !== null ? at(0, 0, 1, hand(r * .5, '#c39a48', 7), second) : '') + at(0, 0, 1, hand(r * .68, '#22384f', 9), turn) + disc(r * .055, brassFace()) + disc(r * .02, '#5b3f12') + glassOver(r * .83);
}

export function hourglass(w, h, sand, c = '#7a4424') {
	const g = w * .36, t = h * .115, top = -h + t, foot = -t, mid = -h / 2, H = mid - top;
	const bulb = turned([[g * .82, top], [g, top + H * .2], [g * .98, top + H * .45], [g * .55, top + H * .8], [13, mid], [g * .55, mid + H * .2], [g * .98, mid + H * .55], [g, mid + H * .8], [g * .82, foot]]);
	const post = (x, z) => at(x, 0, z, el(turned([[11, top], [17, top + 20], [10, top + 44], [19, mid - 60], [24, mid], [19, mid + 60], [10, foot - 44], [17, foot - 20], [11, foot]]), lin([[0, dk(c, .5)], [.28, lt(c, .55)], [.42, lt(c, .1)], [1, dk(c, .6)]])));
	const plate = (y, hh) => el(wall(w, y, y + hh, .1), lin([[0, dk(c, .5)], [.28, lt(c, .42)], [.45, c], [1, dk(c, .58)]])) + line(`M${-w / 2} ${y + hh * .5}A${w / 2} ${w * .1} 0 0 0 ${w / 2} ${y + hh * .5}`, dk(c, .5), 3, 'opacity=".6"') + oval(0, y, w / 2, w * .1, lin([[0, lt(c, .45)], [1, dk(c, .1)]], 1, .5)) + line(`M${-w / 2} ${y + 2}A${w / 2} ${w * .1} 0 0 0 ${w / 2} ${y + 2}`, lt(c, .6), 2.5, 'opacity=".7"');
	return ground(w, h) + plate(foot, t * .8) + oval(0, foot, w * .42, w * .075, dk(c, .4), 'opacity=".6"') + at(0, -t * .1, 1, post(0, 1).replace(/^<g/, '<g opacity=".75"')) + el(bulb, '#eef2f0', 'opacity=".55"') +
		within(bulb, el(`M${-g} ${top + H * .5}Q0 ${top + H * .62} ${g} ${top + H * .5}L14 ${mid}H-14Z`, lin([[0, lt(sand, .3)], [.4, sand], [1, dk(sand, .4)]])) + oval(0, top + H * .5, g * .96, g * .13, lt(sand, .25)) + rect(-2.6, mid - 10, 5.2, foot - mid, sand) +
			el(`M${-g} ${foot}V${foot - H * .18}Q${-g * .4} ${foot - H * .24} 0 ${foot - H * .52}Q${g * .4} ${foot - H * .24} ${g} ${foot - H * .18}V${foot + 20}H${-g}Z`, lin([[0, lt(sand, .34)], [.4, sand], [1, dk(sand, .42)]])) + times(320, () => oval(rnd(-g, g), foot - rnd(0, H * .4) * rnd(), 1.8, 1.4, rnd() < .5 ? dk(sand, .4) : '#fff', 'opacity=".35"'))) +
		el(bulb, round(.34)) + fx(blur(3), line(`M${-g * .72} ${top + H * .12}Q${-g * .86} ${top + H * .4} ${-g * .5} ${top + H * .68}M${-g * .5} ${mid + H * .34}Q${-g * .86} ${mid + H * .6} ${-g * .74} ${foot - H * .14}`, '#fff', 11, 'stroke-linecap="round"'), 'opacity=".85"') + line(`M${g * .8} ${top + H * .2}Q${g * .9} ${top + H * .4} ${g * .6} ${top + H * .66}`, '#fff', 4, 'opacity=".5"') +
		rect(-20, mid - 13, 40, 26, brass(), 5) + post(-w * .42, 1) + post(w * .42, 1) + plate(-h, t * .8);
}

export function magnifier(r, c = '#2a1c14') {
	const p = [[0, 20], [18, 26], [60, 24], [90, 34], [240, 42], [400, 40], [470, 44], [500, 30], [508, 6]];
	const lens = circle(r);
	return drop(lens, 1.2).replace(/opacity="\.42"/g, 'opacity=".3"') + at(r * .7, r * .7, 1, at(r * .28, 0, 1, shade(silhouette(p)) + tube(p, lin([[0, dk(c, .3)], [.2, lt(c, .5)], [.4, lt(c, .1)], [1, dk(c, .6)]], 0, 1)) + rect(-6, -30, 70, 60, brass(0, 1), 6) + times(6, (i) => line(`M${4 + i * 9} -30V30`, '#5b3f12', 2, 'opacity=".5"')) + rect(466, -44, 12, 88, brass(0, 1), 3)), 45) +
		disc(r * .9, rad([[0, '#ffffff', .72], [.7, '#f3f6f4', .4], [1, '#9aa9a9', .45]], .4, .35, .7)) + ring(r * .95, r * .13, brass(1, 1)) + ring(r * .9, 3, '#5b3f12') + ring(r * 1.012, 2.4, '#fff3c4', 'opacity=".6"') + within(circle(r * .88), el(`M${-r} ${-r}H${r * .4}C0 ${-r * .4} ${-r * .4} 0 ${-r} ${r * .3}Z`, '#fff', 'opacity=".3"')) + fx(blur(5), line(`M${f(-r * .66)} ${f(-r * .44)}A${f(r * .8)} ${f(r * .8)} 0 0 1 ${f(-r * .1)} ${f(-r * .78)}`, '#fff', 15, 'stroke-linecap="round"'), 'opacity=".9"');
}

export function loupe(r) {
	return drop(circle(r), 1.1) + at(0, 0, 1, drop(box(-r * .62, 0, r * 1.24, r * 2.5, 60), .9) + el(box(-r * .62, 0, r * 1.24, r * 2.5, 60), leather('#5a2c18')) + line(box(-r * .52, r * .2, r * 1.04, r * 2.2, 46), '#e2c79a', 4, 'stroke-dasharray="16 10" opacity=".85"') + at(0, r * 1.7, r / 90, `<g opacity=".7">${marks.rose('#2a120a')}</g>`) + at(0, r * 2.2, 1, disc(26, brassFace()) + disc(14, '#8a6425')), -28) + bezel(r, r * .22) +
		disc(r * .82, rad([[0, '#fbfdfc'], [.6, '#dfe8e6'], [1, '#8da09f']], .4, .35, .7)) + text(0, r * .2, 'g', r * .95, '#1c2f45', {}) + glassOver(r * .82) + text(0, r * .965, '10×', r * .1, '#5b3f12', {});
}

export function telescope() {
	const seg = (x, l, r, fill) => rect(x, -r, l, 2 * r, fill);
	const cuff = (x, r) => rect(x, -r - 6, 40, 2 * r + 12, brass(0, 1), 4) + times(3, (i) => line(`M${x + 8 + i * 12} ${-r - 6}V${r + 6}`, '#5b3f12', 2, 'opacity=".5"'));
	const c = '#4a2415';
	return at(-500, 0, 1, shade(silhouette([[0, 64], [1000, 110]]), 1.2) + seg(0, 60, 58, brass(0, 1)) + rect(-14, -66, 34, 132, lin([[0, '#3a3a3c'], [.25, '#8b8e91'], [.45, '#23262a'], [1, '#0d0f11']], 0, 1), 8) + seg(50, 190, 62, brass(0, 1)) + cuff(226, 66) + seg(262, 200, 74, brass(0, 1)) + cuff(452, 78) +
		seg(490, 440, 90, lin([[0, dk(c, .5)], [.16, lt(c, .2)], [.26, lt(c, .52)], [.36, lt(c, .16)], [.5, c], [.8, dk(c, .5)], [1, dk(c, .7)]], 0, 1)) + line('M500 -72H924M500 72H924', '#d9bf92', 3, 'stroke-dasharray="13 9" opacity=".75"') + cuff(486, 92) + rect(920, -104, 92, 208, brass(0, 1), 6) + line('M946 -104V104M990 -104V104', '#5b3f12', 2.5, 'opacity=".55"') + text(708, 12, 'Holt & Aldersey', 36, '#d9b25f', {italic: true}));
}

export function dividers(c) {
	const leg = (s) => at(0, -330, 1, el('M-22 0L-15 420L-3 640L3 640L15 420L22 0Z', brass()) + el('M-9 470L-1 650L1 650L9 470Z', steel()) + line('M-14 420H14M-13 440H13', '#5b3f12', 3), s * 17);
	return fx(blur(12), at(22, 30, 1, at(0, -330, 1, el('M-20 0L-3 640H3L20 0Z', '#2a1806'), 17) + at(0, -330, 1, el('M-20 0L-3 640H3L20 0Z', '#2a1806'), -17)), 'opacity=".42"') + leg(1) + leg(-1) + at(0, -330, 1, disc(66, brass(1, 1)) + disc(54, brassFace()) + disc(22, steel(1, 1)) + line('M-15 -9L15 9', '#4d4f52', 5) + rect(-16, -118, 32, 56, brass(), 6) + rect(-22, -136, 44, 24, brass(), 8));
}

/* Household */

export function towels(list, w = 720) {
	let y = 0, out = slab(w * .99, 120 * list.length);
	for (const c of list) {
		const h = 118, d = `M${-w / 2 + 30} ${y - h}H${w / 2 - 20}Q${w / 2 + 14} ${y - h * .5} ${w / 2 - 14} ${y}H${-w / 2 + 16}Q${-w / 2 - 22} ${y - h * .5} ${-w / 2 + 30} ${y - h}Z`;
		out += fx(blur(8), rect(-w / 2, y - 12, w, 22, '#1a0f06', 10), 'opacity=".4"') + el(d, weave(c, 3)) + el(d, lin([[0, '#fff', .32], [.25, '#fff', 0], [.6, '#120a04', .06], [1, '#120a04', .42]], 0, 1)) + within(d, [.26, .5, .74].map((k) => fx(blur(2.5), line(`M${-w / 2 - 10} ${f(y - h * k)}Q0 ${f(y - h * k + rnd(-8, 8))} ${w / 2 + 20} ${f(y - h * k + rnd(-6, 6))}`, '#120a04', 5), 'opacity=".32"') + line(`M${-w / 2 - 10} ${f(y - h * k - 5)}Q0 ${f(y - h * k + rnd(-8, 3))} ${w / 2 + 20} ${f(y - h * k - 4)}`, '#fff', 2.4, 'opacity=".38"')).join('') + rect(w * .22, y - h, 15, h, mix(c, '#fffaf0', .75), 0, 'opacity=".8"') + rect(w * .26, y - h, 6, h, mix(c, '#fffaf0', .75), 0, 'opacity=".8"'));
		y -= h - 3;
	}
	return out + el(`M${-w / 2 + 32} ${y - 2}L${-w / 2 + 74} ${y - 44}H${w / 2 - 62}L${w / 2 - 22} ${y - 2}Z`, weave(list.at(-1), 3)) + el(`M${-w / 2 + 32} ${y - 2}L${-w / 2 + 74} ${y - 44}H${w / 2 - 62}L${w / 2 - 22} ${y - 2}Z`, lin([[0, '#fff', .34], [1, '#fff', .08]], 0, 1)) +
		at(-w * .2, y - 26, 1, el('M-44 -14H44L50 96H-50Z', '#2a1806', 'opacity=".3" transform="translate(5 6)"') + el('M-44 -14H44L50 96H-50Z', paperFill()) + at(0, 34, .72, marks.knot('#123a5c')) + text(0, 80, 'NORDMARK', 15, '#8a6212', {space: 2}));
}

// A cloth folded flat, seen from above.
export function cloth(w, h, c, stripe, fringe = false) {
	const d = box(-w / 2, -h / 2, w, h, 10), s = stripe ?? lt(c, .7);
	return (fringe ? times(46, (i) => line(`M${f(-w / 2 + 8 + i * (w - 16) / 45)} ${h / 2 - 4}q${f(rnd(-6, 6))} 30 ${f(rnd(-7, 7))} ${f(rnd(52, 64))}`, i % 2 ? c : lt(c, .25), 5, 'stroke-linecap="round"')) : '') + drop(d, 1.1) + at(10, 12, 1, el(d, dk(c, .3))) + at(5, 6, 1, el(d, lt(c, .1))) + el(d, weave(c, fringe ? 6 : 3)) +
		within(d, [-.36, -.31, .31, .36].map((k, i) => rect(-w / 2, h * k - (i % 3 ? 4 : 10), w, i % 3 ? 8 : 20, s, 0, 'opacity=".85"')).join('') + fx(blur(20), rect(-8, -h / 2, 40, h, '#120a04'), 'opacity=".26"') + fx(blur(12), rect(-30, -h / 2, 22, h, '#fff'), 'opacity=".32"') + rect(-w / 2, -h / 2, w, h, lin([[0, '#fff', .3], [.4, '#fff', 0], [1, '#120a04', .3]], 1, 1)) +
			times(12, () => fx(blur(10), line(`M${rnd(-w / 2, w / 2)} ${-h / 2}q${rnd(-60, 60)} ${h * .5} ${rnd(-40, 40)} ${h}`, rnd() < .5 ? '#fff' : '#120a04', 14), 'opacity=".08"'))) + line(box(-w / 2 + 16, -h / 2 + 16, w - 32, h - 32, 4), lt(c, .5), 2.6, 'stroke-dasharray="9 7" opacity=".7"');
}

export const candle = (w, h, c = '#d9a441') => { const d = turned([[w * .36, -h], [w * .4, -h + 8], [w * .46, -h * .5], [w * .5, 0]]); return ground(w * 1.2, h) + line(`M0 ${-h}q-4 -22 3 -40`, '#4a3a2a', 6) + el(d, c) + within(d, times(60, (i) => times(5, (k) => line(`M${f(-w / 2 + k * w * .25 + (i % 2) * w * .125)} ${f(-h + i * 22)}l${f(w * .0625)} -9l${f(w * .0625)} 9v12l${f(-w * .0625)} 9l${f(-w * .0625)} -9z`, dk(c, .4), 1.8, 'opacity=".42"')))) + el(d, round(.42)) + oval(0, -h, w * .37, w * .09, lt(c, .4)); };

export function brush(c = '#b07a45') {
	const d = 'M-420 -40C-420 -84 -330 -92 0 -92S420 -84 420 -40V0H-420Z';
	return at(0, 0, 1, ground(760, 200)) + times(420, (i) => { const x = -396 + (i * 1.885), b = (i * 7) % 4; return line(`M${f(x)} -120q${f(rnd(-6, 6))} 60 ${f(rnd(-9, 9) + (i - 210) * .05)} ${f(rnd(112, 128))}`, ['#2a211a', '#4a3a2a', '#6b543a', '#1f1813'][b], 3, 'stroke-linecap="round"'); }) +
		at(0, -118, 1, el(d, lin([[0, lt(c, .45)], [.4, c], [1, dk(c, .5)]], 0, 1)) + within(d, times(16, () => line(`M-430 ${rnd(-90, 0)}Q0 ${rnd(-96, 4)} 430 ${rnd(-90, 0)}`, dk(c, .45), rnd(1, 2.6), 'opacity=".28"'))) + line('M-400 -62C-380 -82 -200 -86 0 -86S380 -82 400 -62', '#fff', 4, 'opacity=".4"') + at(0, -40, .5, `<g opacity=".6">${marks.knot(dk(c, .6))}</g>`));
}

export function soap(c, name) {
	const d = box(-250, -160, 500, 320, 44);
	return drop(d, 1.2) + el(d, lin([[0, lt(c, .5)], [.5, c], [1, dk(c, .28)]], 1, 1)) + line(box(-214, -124, 428, 248, 26), dk(c, .3), 4, 'opacity=".55"') + line(box(-210, -120, 428, 248, 26), '#fff', 3, 'opacity=".5"') + text(2, 26, name, 62, lt(c, .7), {space: 8, max: 360}) + text(0, 24, name, 62, dk(c, .42), {space: 8, max: 360}) + at(0, -66, .8, `<g opacity=".7">${marks.leaf(dk(c, .4)).replace(/#fff/g, c)}</g>`) + text(0, 92, '120 g', 34, dk(c, .42), {italic: true}) + times(160, () => oval(rnd(-235, 235), rnd(-145, 145), rnd(1, 3), rnd(1, 2), dk(c, .4), `opacity="${f(rnd(.1, .35))}"`));
}

export function dripper(c, s = 1) {
	const cone = turned([[270, -520], [262, -500], [150, -250], [96, -170]]), hold = 'M236 -430C400 -470 420 -250 190 -280L204 -316C330 -300 320 -400 226 -392Z';
	return `<g transform="scale(${s})">` + ground(300, 420) + el(hold, c) + el(hold, lin([[0, '#fff', .3], [.5, '#fff', 0], [1, '#120a04', .45]], .6, 1)) + el(wall(420, -160, -100, .1), c) + el(wall(420, -160, -100, .1), round(.45)) + el(wall(270, -110, -6, .1), c) + el(wall(270, -110, -6, .1), round(.3)) + oval(0, -160, 210, 40, lin([[0, lt(c, .4)], [1, dk(c, .16)]], 1, .6)) + el(cone, c) + el(cone, round(.45)) +
		oval(0, -520, 270, 60, lt(c, .35)) + oval(0, -516, 252, 52, lin([[0, dk(c, .5)], [.6, dk(c, .14)], [1, lt(c, .2)]])) + within('M-252 -516A252 52 0 1 1 252 -516A252 52 0 1 1 -252 -516Z', times(17, (i) => { const a = i / 16 * Math.PI; return line(`M${f(-Math.cos(a) * 250)} ${f(-516 - Math.sin(a) * 48)}Q${f(-Math.cos(a) * 120)} -500 ${f(-Math.cos(a) * 60)} -450`, dk(c, .4), 4, 'opacity=".5"'); })) + line('M-270 -520A270 60 0 0 0 270 -520', lt(c, .7), 6, 'opacity=".9"') + '</g>';
}

export function mill(c = '#23262a') {
	const d = turned([[86, -560], [92, -540], [92, -330], [86, -318], [86, -60], [94, -40], [94, 0]]);
	return ground(190, 560) + at(0, -600, 1, rect(-9, -30, 18, 70, steel(), 4) + el('M-20 -46C60 -74 200 -80 268 -62L268 -38C200 -54 60 -44 -14 -18Z', steel(0, 1)) + el(turned([[10, -150], [30, -138], [36, -106], [26, -64], [16, -50]]), lin([[0, '#3a1c0e'], [.28, '#c48a58'], [.45, '#8a4f2c'], [1, '#2c130a']]), 'transform="translate(262 0)"')) +
		el(d, c) + el(d, round(.46)) + el(wall(186, -336, -312, .1), brass()) + el(wall(190, -52, -28, .1), brass()) + times(40, (i) => { const a = Math.PI * i / 39, x = -Math.cos(a) * 86; return line(`M${f(x)} ${f(-300 + Math.sin(a) * 17)}v110`, '#000', 1.6, 'opacity=".3"'); }) + oval(0, -560, 86, 18, lin([[0, '#888'], [1, '#33363a']], 1, .5)) + text(0, -420, 'SPEICHER NEUN', 17, '#d9b25f', {space: 2}) + at(0, -470, .7, marks.bean('#d9b25f').replace(/#fff/g, c));
}

// A sea chart or map: `kind` chooses what is drawn on it.
export function map(w, h, kind) {
	const sea = {chart: '#dfe8e2', winds: '#efe3c6', city: '#f0e6d0'}[kind], d = box(-w / 2, -h / 2, w, h), ink = '#2b4258', X = (t) => -w / 2 + w * t, Y = (t) => -h / 2 + h * t;
	const coast = (pts, fill) => { const p = []; pts.forEach(([x, y], i) => { const [u, v] = pts[(i + 1) % pts.length]; for (let k = 0; k < 5; k++) p.push([X(x + (u - x) * k / 5) + rnd(-13, 13), Y(y + (v - y) * k / 5) + rnd(-13, 13)]); }); const c = curve(p, true); return [4, 3, 2, 1].map((k) => line(c, '#5b8794', k * 11, `opacity="${f(.1)}"`)).join('') + el(c, fill) + line(c, ink, 2.4); };
	let body = '';
	if (kind === 'city') body = el(`M${X(0)} ${Y(.62)}C${X(.3)} ${Y(.5)} ${X(.5)} ${Y(.78)} ${X(1)} ${Y(.6)}L${X(1)} ${Y(.74)}C${X(.6)} ${Y(.9)} ${X(.3)} ${Y(.64)} ${X(0)} ${Y(.76)}Z`, '#a9c6cc', `stroke="${ink}" stroke-width="2.4"`) + times(150, () => { const x = rnd(.07, .9), y = rnd() < .72 ? rnd(.14, .52) : rnd(.82, .93); return at(X(x), Y(y), 1, rect(0, 0, rnd(14, 40), rnd(12, 30), pick(['#c9836a', '#d8a884', '#b96f58', '#e0bd96']), 0, `stroke="${ink}" stroke-width="1.3"`), rnd(-14, 14)); }) + times(7, (i) => line(`M${X(.08 + i * .13)} ${Y(.12)}Q${X(.1 + i * .13)} ${Y(.36)} ${X(.12 + i * .12)} ${Y(.58)}`, '#f8f1e0', 9)) + times(5, (i) => at(X(.14 + i * .17), Y(.66 + (i % 2) * .04), .5, marks.ship(ink))) + times(4, (i) => at(X(.2 + i * .2), Y(.28 + (i % 2) * .1), 1, rect(-9, -10, 18, 30, '#8a4a38', 0, `stroke="${ink}"`) + el('M-11 -10L0 -48L11 -10Z', '#5b7f78', `stroke="${ink}"`)));
	else body = coast([[0, 0], [.3, 0], [.26, .16], [.33, .24], [.22, .4], [.27, .52], [.16, .6], [.2, .78], [.1, .86], [0, .84]], '#e6d3a4') + coast([[.72, 0], [1, 0], [1, 1], [.52, 1], [.6, .88], [.74, .84], [.7, .68], [.8, .6], [.74, .46], [.82, .3], [.7, .2]], '#e6d3a4') + coast([[.62, .36], [.66, .33], [.68, .4], [.63, .43]], '#e6d3a4') +
		(kind === 'chart' ? times(70, () => text(X(rnd(.33, .66)), Y(rnd(.06, .94)), String(Math.floor(rnd(3, 46))), 15, '#5b7282')) + times(3, (i) => line(curve(Array.from({length: 7}, (_, k) => [X(.36 + i * .08 + Math.sin(k + i) * .03), Y(.1 + k * .13)])), '#5b8794', 1.8, 'stroke-dasharray="7 6" opacity=".8"')) : times(18, (i) => { const y = .1 + i * .047; return line(`M${X(.34)} ${Y(y)}q40 -22 80 0t80 0`, '#b0703a', 2.6, 'opacity=".7"') + el(`M${X(.34) + 160} ${Y(y) - 7}l14 7l-14 7z`, '#b0703a', 'opacity=".7"'); })) +
		times(16, (i) => line(`M${X(.47)} ${Y(.55)}L${f(X(.47) + Math.cos(i * .3927) * w)} ${f(Y(.55) + Math.sin(i * .3927) * w)}`, '#8a6212', 1.1, 'opacity=".4"')) + at(X(.47), Y(.55), 1, disc(w * .12, sea, 'opacity=".8"') + rose(w * .125)) + at(X(.56), Y(.2), 1, marks.ship(ink)) + at(X(.42), Y(.8), .8, marks.ship(ink));
	const title = {chart: ['The North Sea', 'from the Elbe to the Forth'], winds: ['The Trade Winds', 'after the routes of the packets'], city: ['A Harbour Town', 'a plan of quays and lanes']}[kind];
	return drop(d, .8) + el(d, paperFill('#f4ead2')) + within(d, rect(X(.035), Y(.03), w * .93, h * .94, sea) + within(box(f(X(.035)), f(Y(.03)), f(w * .93), f(h * .94)), times(9, (i) => line(`M${X(i / 8)} ${Y(0)}V${Y(1)}M${X(0)} ${Y(i / 8)}H${X(1)}`, ink, .8, 'opacity=".22"')) + body) +
		rect(X(.035), Y(.03), w * .93, h * .94, 'none', 0, `stroke="${ink}" stroke-width="2"`) + times(40, (i) => rect(X(.02) + i * w * .024, Y(.015), w * .012, 8, ink) + rect(X(.02) + i * w * .024, Y(.985) - 8, w * .012, 8, ink)) + rect(X(.02), Y(.015), w * .96, h * .97, 'none', 0, `stroke="${ink}" stroke-width="1.6"`) +
		at(X(.24), Y(.9), 1, rect(-w * .17, -44, w * .34, 84, '#f8f1e0', 4, 'stroke="#8a6212" stroke-width="2.4"') + text(0, -4, title[0], 34, '#1c2f45', {max: w * .3}) + text(0, 24, title[1], 19, '#8a6212', {italic: true, max: w * .3})) +
		rect(-w / 2, -h / 2, w, h, lin([[0, '#fff', .22], [.48, '#fff', 0], [.5, '#6b4d25', .12], [.53, '#fff', .12], [1, '#6b4d25', .16]], 1, .1)));
}

export const framed = (w, h, kind, c = '#5a3420') => drop(box(-w / 2 - 40, -h / 2 - 40, w + 80, h + 80), 1.5) + wood(-w / 2 - 40, -h / 2 - 40, w + 80, h + 80, c) + line(box(-w / 2 - 37, -h / 2 - 37, w + 74, h + 74), lt(c, .4), 3, 'opacity=".6"') + rect(-w / 2 - 5, -h / 2 - 5, w + 10, h + 10, '#1a0d06') + map(w, h, kind) + el(`M${-w / 2} ${-h / 2}H${w * .1}L${-w * .3} ${h / 2}H${-w / 2}Z`, '#fff', 'opacity=".09"');

// A lamp with an LED filament, standing on its base; its foot is at 0, 0.
export function bulb() {
	const d = turned([[8, -760], [120, -735], [205, -640], [225, -520], [190, -390], [120, -280], [92, -200], [88, -150]]);
	return ground(260, 120) + el(d, rad([[0, '#fffdf4', .9], [.5, '#ffe9b0', .62], [1, '#c9b48a', .45]], .5, .42, .62)) +
		within(d, times(4, (i) => line(`M${-72 + i * 48} -250L${-60 + i * 40} -560`, '#e8962e', 13, 'stroke-linecap="round"') + line(`M${-72 + i * 48} -250L${-60 + i * 40} -560`, '#fff1c4', 5, 'stroke-linecap="round"')) + line('M-16 -150V-270M16 -150V-270', '#8b8e91', 6)) +
		line(d, '#a88f5c', 3, 'opacity=".6"') + el('M-150 -600C-160 -520 -130 -420 -96 -360L-80 -372C-108 -430 -130 -520 -122 -604Z', '#fff', 'opacity=".65"') +
		rect(-90, -158, 180, 34, brass(), 6) + times(4, (i) => rect(-84, -126 + i * 26, 168, 20, brass(), 9)) + rect(-60, -24, 120, 16, '#2a2521', 6) + rect(-30, -10, 60, 12, brass(), 5);
}

// A toy boat of wood with two sails; its keel is at 0, 0.
export function boat(c = '#b6472f') {
	const hull = 'M-330 -190H350C330 -90 270 -10 190 0H-210C-280 -20 -320 -110 -330 -190Z';
	return ground(620, 160) + rect(-14, -820, 24, 640, lin([[0, '#8a5a2e'], [.4, '#d9a76a'], [1, '#7a4a22']]), 6) +
		el('M26 -800C150 -640 260 -420 300 -240H26Z', paperFill('#f3ead6')) + el('M-30 -740C-120 -600 -220 -400 -262 -240H-30Z', paperFill(c)) +
		line('M26 -240H300M-30 -240H-262', '#7a4a22', 10) + el('M10 -820L96 -846L10 -872Z', c) +
		el(hull, lin([[0, '#d9a76a'], [.5, '#b97f42'], [1, '#7a4a22']], 0, 1)) + within(hull, times(9, (i) => line(`M-340 ${-172 + i * 20}q180 ${i % 2 ? 8 : -8} 350 0t350 0`, '#6b3f1c', 2, 'opacity=".3"')) + rect(-340, -190, 700, 34, c)) + line(hull, '#5a3414', 3, 'opacity=".5"');
}
