// bits.mjs - the small things goods are made of: leaves, beans, pods, threads, crystals; and heaps, bowls of them.
// A bit is drawn about (0,0), some 40 units long, with a look of its own each time.

import {rnd, pick, f, times, mix, dk, lt, lin, rad, blur, el, line, oval, rect, at, fx, within, curve, round,
	ground} from './lib.mjs';

const tone = (list) => {
	const c = pick(list);
	return rnd() < .5 ? dk(c, pick([.06, .14, .22])) : lt(c, pick([.05, .12, .2]));
};

const needle = (colours, long, fat) => () => {
	const c = tone(colours), l = rnd(long * .6, long), b = rnd(-8, 8), w = rnd(fat * .6, fat);
	return el(`M${f(-l)} 0Q0 ${f(b - w)} ${f(l)} ${f(b * .2)}Q0 ${f(b + w)} ${f(-l)} 0Z`, lin([[0, lt(c, .3)], [.45, c], [1, dk(c, .45)]], 0, 1)) +
		line(`M${f(-l * .8)} 0Q0 ${f(b - w * .3)} ${f(l * .8)} ${f(b * .2)}`, lt(c, .4), .8, 'opacity=".5"');
};

const flat = (colours) => () => {
	const c = tone(colours), l = rnd(20, 34), w = rnd(6, 10);
	return el(`M${f(-l)} 2C${f(-l * .4)} ${f(-w)} ${f(l * .4)} ${f(-w)} ${f(l)} -3C${f(l * .4)} ${f(w)} ${f(-l * .4)} ${f(w)} ${f(-l)} 2Z`, lin([[0, lt(c, .32)], [.5, c], [1, dk(c, .4)]], 0, 1)) +
		line(`M${f(-l)} 2Q0 -1 ${f(l)} -3`, dk(c, .4), 1.1, 'opacity=".7"') +
		times(4, (i) => line(`M${f(-l * .5 + i * l * .3)} 0l${f(5)} ${f(-w * .5)}`, lt(c, .3), .7, 'opacity=".5"'));
};

const curl = (colours) => () => {
	const c = tone(colours), r = rnd(13, 19);
	return el(curve(Array.from({length: 7}, (_, i) => [Math.cos(i * .9) * r * rnd(.75, 1.2), Math.sin(i * .9) * r * rnd(.7, 1.05)]), true), rad([[0, lt(c, .34)], [.5, c], [1, dk(c, .55)]], .38, .32, .7)) +
		line(`M${f(-r * .7)} ${f(r * .1)}Q0 ${f(-r * .9)} ${f(r * .6)} ${f(-r * .1)}Q${f(r * .1)} ${f(r * .5)} ${f(-r * .3)} ${f(r * .3)}`, dk(c, .55), 1.6, 'opacity=".75"') +
		line(`M${f(-r * .5)} ${f(-r * .2)}Q0 ${f(-r * .8)} ${f(r * .4)} ${f(-r * .3)}`, lt(c, .5), 1.2, 'opacity=".5"');
};

const bean = (c) => () => {
	const k = dk(c, rnd(0, .2)), w = rnd(25, 29), h = rnd(17, 20);
	return oval(0, 0, w, h, rad([[0, lt(k, .42)], [.25, lt(k, .14)], [.6, k], [1, dk(k, .62)]], .36, .28, .75)) +
		(rnd() < .62
			? line(`M${-w + 3} 1C${f(-w * .4)} ${f(-h * .5)} ${f(w * .3)} ${f(h * .5)} ${w - 3} -1`, dk(k, .75), 3.4) +
				line(`M${-w + 4} 4C${f(-w * .4)} ${f(-h * .5 + 4)} ${f(w * .3)} ${f(h * .5 + 4)} ${w - 5} 3`, lt(k, .35), 1.1, 'opacity=".6"')
			: oval(-w * .3, -h * .42, w * .35, h * .16, '#fff', 'opacity=".28" transform="rotate(-14)"'));
};

const corn = (c) => () => {
	const k = rnd() < .5 ? dk(c, rnd(0, .3)) : mix(c, '#6b4a34', rnd(.1, .5)), r = rnd(15, 18);
	return oval(0, 0, r, r, rad([[0, lt(k, .3)], [.3, k], [.75, dk(k, .55)], [1, dk(k, .85)]], .36, .3, .72)) +
		times(4, (i) => line(`M${f(rnd(-r * .7, 0))} ${f(rnd(-r * .6, r * .6))}q${f(rnd(3, 9))} ${f(rnd(-7, 7))} ${f(rnd(8, 14))} ${f(rnd(-4, 4))}`, i % 2 ? dk(k, .7) : lt(k, .35), 1.3, 'opacity=".55"'));
};

const pod = (c) => () => {
	const k = tone([c]), l = rnd(30, 38), w = rnd(12, 15);
	return el(`M${f(-l)} 0C${f(-l * .6)} ${f(-w * 1.25)} ${f(l * .5)} ${f(-w * 1.25)} ${f(l)} 0C${f(l * .5)} ${f(w * 1.25)} ${f(-l * .6)} ${f(w * 1.25)} ${f(-l)} 0Z`, lin([[0, lt(k, .45)], [.35, lt(k, .1)], [.7, dk(k, .15)], [1, dk(k, .5)]], 0, 1)) +
		times(6, (i) => line(`M${f(-l * .94)} 0Q0 ${f((i - 2.5) * w * .66)} ${f(l * .94)} 0`, i % 2 ? dk(k, .35) : lt(k, .4), 1.2, 'opacity=".6"')) +
		line(`M${f(l)} 0l6 -2`, dk('#a88f5a', .2), 3, 'stroke-linecap="round"');
};

const star = () => {
	const c = pick(['#7d4322', '#8a4c26', '#6e3a1e']);
	return times(8, (i) => {
		const l = rnd(31, 42), a = i * 45 + rnd(-6, 6);
		return at(0, 0, 1, el(`M0 0C10 -13 24 -12 ${f(l)} -1C25 11 10 12 0 0Z`, lin([[0, lt(c, .3)], [.5, c], [1, dk(c, .5)]], 0, 1)) +
			el(`M8 -1C14 -7 24 -6 ${f(l - 5)} -1C24 4 14 5 8 -1Z`, dk(c, .55)) + oval(18, -1, 6.5, 3.6, rad([[0, '#d9a066'], [1, '#7a421b']], .35, .3, .7)), a);
	}) + `<circle r="5" fill="${dk(c, .5)}"/>`;
};

const thread = () => {
	const c = pick(['#a3140f', '#b91f12', '#c9330f', '#8d0e10']), l = rnd(24, 44), b = rnd(-22, 22), e = rnd(-12, 12);
	return line(`M${f(-l)} 0C${f(-l * .3)} ${f(b)} ${f(l * .4)} ${f(-b)} ${f(l)} ${f(e)}`, c, f(rnd(2, 3.4)), 'stroke-linecap="round"') +
		line(`M${f(-l)} -1C${f(-l * .3)} ${f(b - 1)} ${f(l * .4)} ${f(-b - 1)} ${f(l)} ${f(e - 1)}`, '#f08a4a', .8, 'opacity=".7"') +
		line(`M${f(l - 8)} ${f(e)}l9 -3`, '#d8641c', 4.2, 'stroke-linecap="round"');
};

const crystal = (colours) => () => {
	const c = pick(colours), r = rnd(6, 13), a = rnd(0, 6);
	const p = Array.from({length: 5}, (_, i) => [Math.cos(a + i * 1.26) * r * rnd(.7, 1.1), Math.sin(a + i * 1.26) * r * rnd(.7, 1.1)].map(f));
	return el(`M${p.join('L')}Z`, lin([[0, '#ffffff'], [.5, c], [1, dk(c, .22)]], 1, 1)) +
		el(`M${p[0]}L${p[1]}L0 0Z`, '#fff', 'opacity=".7"') + el(`M${p[2]}L${p[3]}L0 0Z`, dk(c, .3), 'opacity=".28"');
};

const cube = (c, sugar) => () => {
	const s = rnd(18, 24), k = tone([c]);
	return el(`M${-s} ${f(-s * .3)}L0 ${f(-s * .8)}L${s} ${f(-s * .3)}L0 ${f(s * .2)}Z`, lt(k, .34)) +
		el(`M${-s} ${f(-s * .3)}L0 ${f(s * .2)}L0 ${s}L${-s} ${f(s * .5)}Z`, lin([[0, lt(k, .12)], [1, dk(k, .12)]], 0, 1)) +
		el(`M${s} ${f(-s * .3)}L0 ${f(s * .2)}L0 ${s}L${s} ${f(s * .5)}Z`, lin([[0, dk(k, .12)], [1, dk(k, .36)]], 0, 1)) +
		(sugar ? times(16, () => rect(rnd(-s, s - 3), rnd(-s * .6, s * .7), 2.6, 2.6, '#fff', .6, `opacity="${f(rnd(.5, .95))}" transform="rotate(${f(rnd(0, 40))})"`)) : '');
};

const puff = () => oval(0, 0, rnd(15, 19), rnd(11, 14), rad([[0, '#fffbe8'], [.5, '#f0dfae'], [1, '#b48f4a']], .36, .3, .75)) +
	line(`M-8 ${f(rnd(-4, 4))}q8 -6 14 2`, '#b9924e', 1.2, 'opacity=".7"');
const grain = (c) => () => { const k = tone([c]); return oval(0, 0, rnd(4, 8), rnd(3, 6), rad([[0, lt(k, .35)], [.5, k], [1, dk(k, .4)]], .35, .3, .75)); };
const seed = () => { const k = tone(['#a98346', '#8c7a3a', '#5a3a20', '#b4552a']);
	return rnd() < .5 ? oval(0, 0, 14, 11, rad([[0, lt(k, .4)], [.5, k], [1, dk(k, .5)]], .35, .3, .75)) + times(3, (i) => line(`M-12 ${i * 4 - 4}Q0 ${i * 7 - 9} 12 ${i * 4 - 4}`, dk(k, .4), 1, 'opacity=".6"'))
		: el('M-22 0Q0 -8 22 0Q0 8 -22 0Z', lin([[0, lt(k, .4)], [1, dk(k, .4)]], 0, 1)) + line('M-20 0H20', lt(k, .5), 1, 'opacity=".6"'); };
const bud = () => { const c = pick(['#c9cdb0', '#dfe0cc', '#b5bb95']);
	return el('M-32 4C-16 -12 10 -13 34 -5C12 7 -12 12 -32 4Z', lin([[0, '#f7f6ea'], [.5, c], [1, dk(c, .38)]], 0, 1)) + times(5, (i) => line(`M${-22 + i * 9} ${3 - i}l9 ${-6}`, '#ffffff', .8, 'opacity=".6"')); };
const mixed = (...list) => () => pick(list)();

export const bits = {
	sencha: needle(['#2f5a2a', '#3c6b31', '#27491f'], 34, 7),
	longjing: flat(['#8a9a45', '#7b8c3b', '#a0a554']),
	genmai: mixed(needle(['#4a6630', '#5c7636'], 26, 7), needle(['#3f5a2a'], 24, 7), puff, grain('#c79a52'), grain('#dbb877')),
	assam: mixed(needle(['#2a1710', '#3a2015', '#1f120d'], 24, 8), needle(['#2a1710', '#3a2015'], 22, 8), needle(['#b9832f'], 22, 6)),
	darjeeling: mixed(needle(['#4b4a24', '#5f5a2a', '#39371b'], 28, 8), needle(['#6b4a25', '#51371b'], 26, 8), needle(['#9aa06a'], 24, 7)),
	breakfast: mixed(needle(['#2a1710', '#35190f'], 22, 8), needle(['#4b2a18'], 24, 8)),
	oolong: curl(['#3b5a39', '#2d4a30', '#4f6a3c']),
	peony: mixed(bud, bud, flat(['#6d7d4a', '#8a8f5c']), flat(['#5a6438'])),
	mint: flat(['#4e7a45', '#3e6a3c', '#648a52']),
	light: bean('#7a4a28'), medium: bean('#5d3419'), dark: bean('#3a2012'),
	pepper: corn('#3b2b22'), cardamom: pod('#8fa65a'), anise: star, saffron: thread,
	salt: crystal(['#f4f2ee', '#e8e6e2', '#f9f8f4']),
	paprika: grain('#a8321a'), masala: grain('#9a6428'), cocoa: grain('#5b3320'), blend: seed,
	ginger: cube('#dcb04e', true), liquorice: cube('#2a1d1b', false), nib: crystal(['#6a3b20', '#4f2a17']),
	clove: () => line('M-24 0H10', lin([[0, '#6b3c1f'], [1, '#3d1f10']]), 7, 'stroke-linecap="round"') + `<circle cx="18" cy="0" r="9" fill="${rad([[0, '#a5683a'], [1, '#4a2713']], .35, .3, .7)}"/>` + line('M8 -10l5 8M8 10l5 -8', '#4a2713', 4, 'stroke-linecap="round"'),
};

const spin = (make, x, y, s, lie = 180) => at(x, y, s, make(), rnd(-lie, lie));

// Bits lying about, each with its own small shadow.
export const scatter = (make, n, x, y, w, h, s = 1) => times(n, () => {
	const px = x + rnd(-w, w), py = y + rnd(-h, h);
	return fx(blur(4), oval(px + 5 * s, py + 9 * s, 24 * s, 9 * s, '#2a1806'), 'opacity=".45"') + spin(make, px, py, s);
});

// A heap on the table: dark within, lit from the left.
export function heap(make, w, h, s, body, n = 0) {
	const r = w / 2, list = [], count = n || Math.round(w * h / (230 * s * s));
	for (let i = 0; i < count; i++) {
		const t = rnd(), a = rnd(-1, 1), high = Math.sqrt(1 - a * a) * Math.cos(a * 1.1);
		list.push([a * r * (1 - .25 * t * t) , -h * high * t * rnd(.82, 1.04) + (1 - t) * h * .16 * (1 - a * a)]);
	}
	list.sort((p, q) => p[1] - q[1]);
	const mound = `M${-r} 0C${-r * .72} ${-h * .3} ${-r * .4} ${-h * .96} 0 ${-h * .96}S${r * .7} ${-h * .3} ${r} 0C${r * .7} ${h * .2} ${-r * .7} ${h * .2} ${-r} 0Z`;
	return el(mound, lin([[0, lt(body, .05)], [.4, dk(body, .2)], [1, dk(body, .62)]], 1, .4)) +
		list.map(([x, y]) => spin(make, x, y, s * rnd(.85, 1.12), 180)).join('') +
		fx(blur(18), el(`M${r * .15} ${-h * .8}C${r * .5} ${-h * .6} ${r * .8} ${-h * .1} ${r * .95} ${h * .05}C${r * .5} ${h * .2} 0 ${h * .2} ${-r * .1} ${h * .1}Z`, '#150a02'), 'opacity=".34"') +
		fx(blur(24), oval(-r * .3, -h * .66, r * .3, h * .2, '#fff6df'), 'opacity=".26"');
}

export const pile = (make, w, h, s, body) => ground(w * .96, h) + heap(make, w, h, s, body) +
	scatter(make, 7, 0, h * .22, w * .56, h * .12, s);

// Ground spice or cocoa: a smooth cone with a grain to it.
export function powder(c, w, h) {
	const r = w / 2, d = `M${-r} 0C${-r * .6} ${-h * .2} ${-r * .3} ${-h} 0 ${-h}S${r * .6} ${-h * .2} ${r} 0C${r * .7} ${h * .18} ${-r * .7} ${h * .18} ${-r} 0Z`;
	return el(d, lin([[0, lt(c, .2)], [.35, lt(c, .08)], [.55, dk(c, .1)], [1, dk(c, .5)]], 1, .25)) +
		within(d, times(620, () => { const x = rnd(-r, r), y = rnd(-h, h * .16); return oval(x, y, rnd(1, 3), rnd(.8, 2), rnd() < .5 ? dk(c, .38) : lt(c, .3), `opacity="${f(rnd(.2, .6))}"`); })) +
		within(d, fx(blur(14), el(`M0 ${-h}C${r * .1} ${-h * .6} ${r * .2} ${-h * .2} ${r * .1} ${h * .2}L${r} ${h * .2}L${r} ${-h}Z`, '#150a02'), 'opacity=".22"'));
}

// A thrown bowl, w wide; `fill` is drawn with its foot at the rim.
export function bowl(w, h, c, fill) {
	const r = w / 2, e = w * .13, y = -h;
	const body = `M${-r} ${y}C${-r * .96} ${y + h * .62} ${-r * .62} ${-h * .06} ${-r * .36} 0A${r * .36} ${e * .36} 0 0 0 ${r * .36} 0C${r * .62} ${-h * .06} ${r * .96} ${y + h * .62} ${r} ${y}A${r} ${e} 0 0 1 ${-r} ${y}Z`;
	return ground(w * .46, h) + oval(0, y, r, e, dk(c, .12)) + oval(0, y + 3, r * .955, e * .93, lin([[0, dk(c, .52)], [.6, dk(c, .2)], [1, lt(c, .12)]])) +
		at(0, y + e * .2, 1, fill) + el(`M${-r} ${y}A${r} ${e} 0 0 0 ${r} ${y}L${r} ${y + 1}L${-r} ${y + 1}Z`, 'none') + within(body, el(body, c) + rect(-r, y, w, h * 1.3, round(.34)) +
		fx(blur(10), el(`M${-r * .7} ${y + h * .34}Q${-r * .5} ${y + h * .8} ${-r * .3} ${y + h * .9}`, 'none', 'stroke="#fff" stroke-width="16"'), 'opacity=".35"') +
		times(60, () => oval(rnd(-r, r), y + rnd(0, h + e), rnd(.8, 2.4), rnd(.8, 2), dk(c, .4), `opacity="${f(rnd(.15, .45))}"`)) +
		rect(-r, -h * .16, w, h * .4, lin([[0, '#1a0f06', 0], [1, '#1a0f06', .42]], 0, 1))) +
		line(`M${-r} ${y}A${r} ${e} 0 0 0 ${r} ${y}`, lt(c, .5), 5, 'opacity=".9"') + line(`M${-r} ${y + 4}A${r} ${e} 0 0 0 ${r} ${y + 4}`, dk(c, .3), 2, 'opacity=".35"');
}

// The whole frame full of one thing.
export function macro(make, s, body, h = 1200) {
	const list = [], step = 20 * s;
	for (let y = -step; y < h + step * 2; y += step)
		for (let x = -step; x < 1200 + step * 2; x += step * 1.35)
			list.push([x + rnd(-step, step), y + rnd(-step, step)]);
	list.sort(() => rnd(-1, 1));
	return rect(0, 0, 1200, h, dk(body, .6)) + list.map(([x, y], i) =>
		(i % 3 ? '' : oval(x + 8, y + 14, 24 * s, 13 * s, '#0d0602', 'opacity=".3"')) + spin(make, x, y, s)).join('') +
		rect(0, 0, 1200, h, rad([[0, '#fff4d8', .22], [1, '#fff4d8', 0]], .3, .25, .6)) +
		rect(0, 0, 1200, h, rad([[0, '#100600', 0], [.6, '#100600', .04], [1, '#100600', .5]], .42, .42, .8));
}
