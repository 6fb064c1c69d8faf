// packs.mjs - what goods come in: labels, tins, pouches, bags, jars, bottles, boxes, wrapped bars.
// Upright things stand with the middle of their foot at (0,0); flat things lie about (0,0).

import {rnd, f, times, dk, lt, lin, rad, blur, noise, el, line, oval, rect, at, fx, within, box, turned,
	wall, text, round, brass, steel, paperFill, ground, slab, drop} from './lib.mjs';

/* The marks of the houses, about 60 units across. */
export const marks = {
	leaf: (c) => el('M0 30C-26 8 -22 -18 0 -32C22 -18 26 8 0 30Z', c) + line('M0 30V-22M0 12L-11 0M0 12L11 0M0 0L-9 -11M0 0L9 -11', '#fff', 2, 'opacity=".75"'),
	bean: (c) => at(0, 0, 1, oval(0, 0, 19, 29, c) + line('M0 -28C-14 -8 14 8 0 28', '#fff', 3, 'opacity=".8"'), 28),
	star: (c) => times(8, (i) => at(0, 0, 1, el('M0 0L6 -11L0 -32L-6 -11Z', c), i * 45)) + '<circle r="5" fill="#fff" opacity=".85"/>',
	pod: (c) => el('M0 -34C24 -16 22 18 0 34C-22 18 -24 -16 0 -34Z', c) + line('M0 -32V32M-1 -30C-14 -12 -13 14 -1 30M1 -30C14 -12 13 14 1 30', '#fff', 1.8, 'opacity=".7"'),
	nib: (c) => el('M0 34L-15 -6C-15 -20 -9 -30 -9 -34H9C9 -30 15 -20 15 -6Z', c) + line('M0 34V-4', '#fff', 2.4) + '<circle cy="-7" r="4" fill="#fff"/>',
	ship: (c) => el('M-30 14H30L20 29H-20Z', c) + el('M-2 -32V8H-24C-20 -6 -12 -22 -2 -32ZM4 -26C14 -18 22 -6 24 8H4Z', c) + line('M-32 36q8 -6 16 0t16 0t16 0t16 0', c, 2.6),
	rose: (c) => times(4, (i) => at(0, 0, 1, el('M0 -36L8 -8L0 0Z', c) + el('M0 -36L-8 -8L0 0Z', c, 'opacity=".45"'), i * 90)) + times(4, (i) => at(0, 0, .6, el('M0 -34L7 -8L0 0L-7 -8Z', c, 'opacity=".7"'), i * 90 + 45)),
	knot: (c) => times(3, (i) => line('M-30 0C-14 -22 14 22 30 0', c, 5, `transform="translate(0 ${i * 14 - 14})"`)) + line('M-30 -20V20M30 -20V20', c, 3),
};

// A label's face, w by h about (0,0): {house, mark, title: [lines], sub, foot, ink, paper}
export function face(w, h, o) {
	const ink = o.ink ?? '#1c2f45', paper = o.paper ?? '#f7f1e3', acc = o.accent ?? '#8a6212', m = Math.min(w, h * .9);
	const t = o.title, size = m * (t.length > 1 ? .148 : .18), step = size * 1.1, mid = h * .08 - (t.length - 1) * step / 2;
	const edge = (k, wide) => rect(-w / 2 + k, -h / 2 + k, w - 2 * k, h - 2 * k, 'none', 2, `stroke="${acc}" stroke-width="${wide}"`);
	return (o.bare ? '' : rect(-w / 2, -h / 2, w, h, paperFill(paper), 3)) + (o.bare ? '' : edge(m * .03, 2.4) + edge(m * .046, .9)) +
		at(0, -h / 2 + h * .2, m / 360, marks[o.mark](o.tint ?? acc)) +
		text(0, -h / 2 + h * .37, o.house.toUpperCase(), m * .05, ink, {space: m * .011, max: w * .8}) +
		line(`M${f(-w * .2)} ${f(-h / 2 + h * .41)}H${f(w * .2)}`, acc, 1.4) +
		t.map((s, i) => text(0, mid + i * step + size * .2, s, size, ink, {max: w * .82, weight: 500})).join('') +
		(o.sub ? text(0, mid + (t.length - 1) * step + size * 1.08, o.sub, m * .076, acc, {italic: true, max: w * .8}) : '') +
		line(`M${f(-w * .34)} ${f(h * .335)}H${f(w * .34)}`, acc, 1) +
		(o.foot ? text(0, h * .4, o.foot.toUpperCase(), m * .046, ink, {space: m * .009, max: w * .78}) : '');
}

// A round tin with a paper band.
export function tin(w, h, c, o) {
	const lid = h * .17, k = .105, e = w * k, l = -h, band = [l + lid + h * .1, -h * .09], bh = band[1] - band[0];
	const body = wall(w, l + lid, 0, k), cap = wall(w * 1.025, l, l + lid, k);
	return ground(w, h) + el(body, c) + el(wall(w, band[0], band[1], k), paperFill(o.paper)) +
		line(`M${-w / 2} ${band[0] + 9}A${w / 2} ${e} 0 0 0 ${w / 2} ${band[0] + 9}M${-w / 2} ${band[1] - 9}A${w / 2} ${e} 0 0 0 ${w / 2} ${band[1] - 9}`, o.accent ?? '#8a6212', 3) +
		line(`M${-w / 2} ${band[0] + 15}A${w / 2} ${e} 0 0 0 ${w / 2} ${band[0] + 15}M${-w / 2} ${band[1] - 15}A${w / 2} ${e} 0 0 0 ${w / 2} ${band[1] - 15}`, o.accent ?? '#8a6212', 1) +
		at(0, band[0] + bh / 2 + e * .9, 1, face(w * .78, bh * 1.02, {...o, bare: true})) +
		el(body, round(.36)) + fx(blur(7), el(wall(w * .99, l + lid, l + lid + 12, k), '#120a04'), 'opacity=".55"') +
		line(`M${-w / 2} -4A${w / 2} ${e} 0 0 0 ${w / 2} -4`, lt(c, .4), 3, 'opacity=".6"') +
		el(cap, c) + el(cap, round(.5)) + line(`M${-w * .5125} ${l + lid - 5}A${w * .5125} ${e} 0 0 0 ${w * .5125} ${l + lid - 5}`, lt(c, .5), 2.5, 'opacity=".55"') +
		line(`M${-w * .5125} ${l + lid}A${w * .5125} ${e * 1.02} 0 0 0 ${w * .5125} ${l + lid}`, dk(c, .6), 3) +
		oval(0, l, w * .5125, e * 1.025, lin([[0, lt(c, .5)], [.4, lt(c, .16)], [1, dk(c, .2)]], 1, .6)) +
		oval(0, l + 2, w * .475, e * .92, lin([[0, dk(c, .22)], [.5, lt(c, .1)], [1, lt(c, .34)]], 1, .6)) +
		oval(0, l + 4, w * .455, e * .86, lin([[0, lt(c, .26)], [1, dk(c, .1)]], 1, .5));
}

// A stand-up pouch with a label.
export function pouch(w, h, c, o) {
	const r = w / 2, d = `M${-r * .96} ${-h}H${r * .96}C${r} ${-h * .7} ${r * 1.06} ${-h * .3} ${r * .98} ${-h * .02}Q0 ${h * .085} ${-r * .98} ${-h * .02}C${-r * 1.06} ${-h * .3} ${-r} ${-h * .7} ${-r * .96} ${-h}Z`;
	return ground(w, h) + el(d, c) + (o.matt ? '' : el(d, '#fff', `filter="${noise('.5 .9', '#5a3b1a', .16)}" opacity=".5"`)) +
		within(d, fx(blur(22), el(`M${-r} ${-h}C${-r * .8} ${-h * .6} ${-r * .8} ${-h * .2} ${-r} 0Z`, '#1a0f06') + el(`M${r} ${-h}C${r * .7} ${-h * .6} ${r * .66} ${-h * .2} ${r} 40Z`, '#1a0f06'), 'opacity=".5"') +
			fx(blur(20), el(`M${-r * .55} ${-h}C${-r * .45} ${-h * .6} ${-r * .5} ${-h * .3} ${-r * .6} 0L${-r * .75} 0C${-r * .66} ${-h * .4} ${-r * .62} ${-h * .7} ${-r * .7} ${-h}Z`, '#fff'), 'opacity=".5"') +
			fx(blur(12), el(`M${-r} ${-h * .1}Q0 ${-h * .16} ${r} ${-h * .1}L${r} ${h * .1}H${-r}Z`, '#1a0f06'), 'opacity=".34"') +
			times(8, (i) => fx(blur(5), line(`M${(-.8 + i * .22) * r} ${-h * .86}q${rnd(-14, 14)} ${h * .05} ${rnd(-22, 22)} ${h * rnd(.06, .14)}`, i % 2 ? '#fff' : '#1a0f06', 5), 'opacity=".22"'))) +
		rect(-r * .96, -h, w * .96, h * .105, lin([[0, lt(c, .2)], [.5, dk(c, .04)], [1, dk(c, .3)]], 1, .2)) +
		times(9, (i) => line(`M${-r * .96} ${f(-h + 7 + i * h * .0105)}H${r * .96}`, i % 2 ? lt(c, .35) : dk(c, .3), 1.6, 'opacity=".5"')) +
		line(`M${-r * .965} ${-h * .875}H${r * .965}M${-r * .965} ${-h * .862}H${r * .965}`, dk(c, .4), 2, 'opacity=".5"') + line(`M${-r * .965} ${-h * .868}H${r * .965}`, lt(c, .5), 2.5, 'opacity=".6"') +
		at(3, -h * .4 + 5, 1, fx(blur(5), rect(-w * .35, -h * .29, w * .7, h * .58, '#1a0f06'), 'opacity=".4"')) +
		at(0, -h * .4, 1, face(w * .7, h * .58, o));
}

// A side-gusset coffee bag, its top rolled and clipped.
export function bag(w, h, c, o) {
	const r = w / 2, d = `M${-r * .97} ${-h}C${-r * 1.04} ${-h * .6} ${-r * 1.03} ${-h * .3} ${-r} 0Q0 ${h * .05} ${r} 0C${r * 1.03} ${-h * .3} ${r * 1.04} ${-h * .6} ${r * .97} ${-h}Z`;
	return at(0, 6, 1, slab(w, h)) + el(d, c) + within(d,
		rect(-r * 1.1, -h, w * 1.1, h * 1.1, lin([[0, '#0d0703', .6], [.11, '#0d0703', .3], [.12, '#fff', .12], [.2, '#fff', .24], [.4, '#fff', .02], [.72, '#0d0703', .04], [.88, '#0d0703', .2], [.89, '#0d0703', .42], [1, '#0d0703', .66]])) +
		times(7, (i) => fx(blur(7), el(`M${rnd(-r, r)} ${-h * rnd(.8, .95)}q${rnd(-40, 40)} 40 ${rnd(-60, 60)} ${rnd(60, 130)}q${rnd(10, 30)} -60 ${rnd(-10, 40)} -120Z`, i % 2 ? '#fff' : '#0d0703'), 'opacity=".16"')) +
		fx(blur(10), rect(-r * 1.1, -h * .035, w * 1.1, h * .1, '#0d0703'), 'opacity=".4"')) +
		at(0, -h, 1, fx(blur(8), rect(-r * .98, 30, w * .98, 40, '#0d0703'), 'opacity=".5"') + el(`M${-r * 1.02} -30H${r * 1.02}V44H${-r * 1.02}Z`, lin([[0, lt(c, .28)], [.3, lt(c, .06)], [1, dk(c, .35)]], 0, 1)) +
			line(`M${-r * 1.02} -4H${r * 1.02}M${-r * 1.02} 20H${r * 1.02}`, dk(c, .5), 2.4, 'opacity=".6"') + line(`M${-r * 1.02} -1H${r * 1.02}M${-r * 1.02} 23H${r * 1.02}`, lt(c, .4), 1.4, 'opacity=".5"') +
			rect(-r * 1.09, -6, w * 1.09, 26, brass(0, 1), 6)) +
		`<circle cx="0" cy="${f(-h * .84)}" r="15" fill="${rad([[0, dk(c, .4)], [.6, dk(c, .1)], [.8, lt(c, .3)], [1, dk(c, .3)]])}"/>` + times(5, (i) => `<circle cx="${f(Math.cos(i * 1.257) * 6)}" cy="${f(-h * .84 + Math.sin(i * 1.257) * 6)}" r="1.6" fill="#0d0703"/>`) +
		at(4, -h * .405 + 6, 1, fx(blur(6), rect(-w * .34, -h * .29, w * .68, h * .58, '#0d0703'), 'opacity=".45"')) + at(0, -h * .405, 1, face(w * .68, h * .58, o));
}

// A glass jar full of `fill` (bits), with a lid of cork or black steel.
export function jar(w, h, make, s, body, o, cork = true) {
	const r = w / 2, e = w * .1, n = h * .2, y = -h + n;
	const glass = `M${-r * .74} ${y - n * .34}V${y}C${-r * .76} ${y + h * .04} ${-r} ${y + h * .05} ${-r} ${y + h * .16}V${-h * .06}A${r} ${e} 0 0 0 ${r} ${-h * .06}V${y + h * .16}C${r} ${y + h * .05} ${r * .76} ${y + h * .04} ${r * .74} ${y}V${y - n * .34}Z`;
	const inner = `M${-r * .93} ${y + h * .2}A${r * .93} ${e * .8} 0 0 1 ${r * .93} ${y + h * .2}V${-h * .075}A${r * .93} ${e * .9} 0 0 1 ${-r * .93} ${-h * .075}Z`;
	let fill = rect(-r, -h, w, h * 1.1, dk(body, .25));
	if (make) for (let i = 0; i < w * h / (330 * s * s); i++)
		fill += at(rnd(-r, r), y + h * .14 + rnd(0, h * .72), s * rnd(.85, 1.1), make(), rnd(-180, 180));
	else fill += times(900, () => oval(rnd(-r, r), rnd(-h, h * .05), rnd(1, 3), rnd(.8, 2.4), rnd() < .5 ? dk(body, .4) : lt(body, .3), `opacity="${f(rnd(.3, .7))}"`));
	const lid = cork
		? el(turned([[r * .68, -h], [r * .7, -h + 6], [r * .66, y - n * .3]]), lin([[0, '#e3c08d'], [.3, '#d5ab74'], [1, '#8f6636']])) + times(70, () => oval(rnd(-r * .62, r * .62), -h + rnd(2, n * .62), rnd(1, 5), rnd(1, 3), speck(), `opacity="${f(rnd(.2, .6))}"`)) +
			el(wall(r * 1.36, -h, y - n * .34, .08), round(.2)) + oval(0, -h, r * .69, r * .13, lin([[0, '#efd3a6'], [1, '#b98d55']], 1, .5)) + times(30, () => oval(rnd(-r * .5, r * .5), -h + rnd(-r * .08, r * .08), rnd(1, 5), rnd(.7, 2), '#8a6234', 'opacity=".4"'))
		: el(wall(r * 1.62, -h, y - n * .1, .1), '#23262a') + times(34, (i) => { const a = Math.PI * i / 33, x = -Math.cos(a) * r * .81; return line(`M${f(x)} ${f(-h + Math.sin(a) * r * .16 + 6)}v${f(n * .76)}`, '#000', 2, 'opacity=".35"'); }) +
			el(wall(r * 1.62, -h, y - n * .1, .1), round(.42)) + oval(0, -h, r * .81, r * .162, lin([[0, '#5a5e63'], [1, '#24272b']], 1, .6)) + oval(0, -h + 2, r * .73, r * .138, lin([[0, '#2c2f33'], [1, '#474b50']], 1, .6));
	return at(0, -h * .055, 1, ground(w, h)) + el(glass, '#e9ecea', 'opacity=".55"') + within(inner, fill) + within(inner, fx(blur(16), rect(r * .3, -h, r, h * 1.2, '#120a04'), 'opacity=".5"')) +
		(o ? at(0, -h * .36, 1, face(w * .74, h * .46, o)) : '') + el(glass, round(.3)) +
		within(glass, rect(-r * .8, y + h * .1, w * .05, h * .72, '#fff', 8, 'opacity=".55"') + rect(-r * .68, y + h * .12, w * .018, h * .68, '#fff', 4, 'opacity=".4"') + rect(r * .82, y + h * .14, w * .03, h * .66, '#fff', 6, 'opacity=".26"')) +
		line(`M${-r} ${-h * .06}A${r} ${e} 0 0 0 ${r} ${-h * .06}`, '#fff', 4, 'opacity=".5"') +
		line(`M${-r * .74} ${y - 4}A${r * .74} ${e * .7} 0 0 0 ${r * .74} ${y - 4}`, '#fff', 4, 'opacity=".55"') + lid;
}
const speck = () => rnd() < .6 ? '#8a6234' : '#f0d9b2';

// A squat ink bottle with a faceted shoulder.
export function ink(w, h, c, o) {
	const r = w / 2, d = `M${-r * .42} ${-h * .76}L${-r * .92} ${-h * .6}Q${-r} ${-h * .57} ${-r} ${-h * .5}V${-h * .05}Q0 ${h * .1} ${r} ${-h * .05}V${-h * .5}Q${r} ${-h * .57} ${r * .92} ${-h * .6}L${r * .42} ${-h * .76}Z`;
	const liquid = `M${-r * .88} ${-h * .5}Q0 ${-h * .43} ${r * .88} ${-h * .5}V${-h * .09}Q0 ${h * .04} ${-r * .88} ${-h * .09}Z`;
	return at(0, -h * .035, 1, slab(w, h)) + el(d, '#e3e9e8', 'opacity=".8"') + el(liquid, lin([[0, lt(c, .16)], [.5, c], [1, dk(c, .6)]], .3, 1)) +
		oval(0, -h * .5, r * .88, h * .036, lt(c, .3)) + el(d, round(.3)) +
		within(d, el(`M${-r * .42} ${-h * .76}L${-r * .92} ${-h * .6}L${-r * .3} ${-h * .55}L${-r * .1} ${-h * .76}Z`, '#fff', 'opacity=".42"') + el(`M${r * .42} ${-h * .76}L${r * .92} ${-h * .6}L${r * .4} ${-h * .56}Z`, '#0d1a22', 'opacity=".2"') +
			rect(-r * .9, -h * .5, w * .04, h * .42, '#fff', 6, 'opacity=".7"') + rect(r * .84, -h * .48, w * .02, h * .38, '#fff', 4, 'opacity=".35"') +
			line(`M${-r} ${-h * .06}Q0 ${h * .09} ${r} ${-h * .06}`, '#fff', 8, 'opacity=".55"') + line(`M${-r * .92} ${-h * .6}Q0 ${-h * .52} ${r * .92} ${-h * .6}`, '#fff', 4, 'opacity=".6"')) +
		at(0, -h * .275, 1, face(w * .62, h * .34, o)) +
		el(wall(w * .5, -h, -h * .74, .1), '#20242a') + times(27, (i) => { const a = Math.PI * (i + .5) / 27; return line(`M${f(-Math.cos(a) * w * .25)} ${f(-h + Math.sin(a) * w * .05 + 10)}v${f(h * .24)}`, '#000', 3, 'opacity=".4"'); }) +
		el(wall(w * .5, -h, -h * .74, .1), round(.5)) + oval(0, -h, w * .25, w * .05, lin([[0, '#5d636a'], [1, '#24282e']], 1, .6)) + oval(0, -h + 2, w * .22, w * .042, lin([[0, '#2b3036'], [1, '#464b52']], 1, .6));
}

// A box seen from the left front: w wide, d deep, h high. `front` is drawn from (0,-h) to (w,0).
export function carton(w, d, h, c, front = '', side = '') {
	const a = '.95 .09 0 1', b = '.72 -.3 0 1', x = w * .95, y = w * .09;
	return at(-(x + d * .72) / 2, 0, 1,
		fx(blur(26), el(`M0 0L${x} ${y}L${x + d * .72 + h * .4} ${y - d * .3 - 10}L${x + h * .3} ${-h * .2}Z`, '#3a2612'), 'opacity=".42"') + fx(blur(7), el(`M-6 2L${x} ${y + 10}L${x + d * .72 + 8} ${y - d * .3 + 8}L${x} ${-20}Z`, '#201205'), 'opacity=".6"') +
		`<g transform="matrix(${a} 0 0)">${rect(0, -h, w, h, lin([[0, lt(c, .2)], [.6, c], [1, dk(c, .12)]], 1, 1))}${front}</g>` +
		`<g transform="matrix(${b} ${f(x)} ${f(y)})">${rect(0, -h, d, h, lin([[0, dk(c, .3)], [1, dk(c, .5)]]))}${side}</g>` +
		el(`M0 ${-h}L${x} ${y - h}L${x + d * .72} ${y - h - d * .3}L${d * .72} ${-h - d * .3}Z`, lin([[0, lt(c, .42)], [1, lt(c, .12)]], 1, .4)) +
		line(`M0 ${-h}L${x} ${y - h}L${x + d * .72} ${y - h - d * .3}`, lt(c, .6), 2, 'opacity=".7"') + line(`M${x} ${y - h}V${y}`, lt(c, .4), 2, 'opacity=".5"'));
}

// A bar of chocolate, its wrapper drawn back: lying, upright on the sheet.
export function bar(w, h, cocoa, wrap, o) {
	const cut = h * .33, d = box(-w / 2, -h / 2, w, h, 8), cw = w / 3, ch = cut * .96 / 2, top = -h / 2;
	const piece = (x, y) => rect(x + 3, y + 3, cw - 6, ch - 6, lin([[0, lt(cocoa, .3)], [.5, cocoa], [1, dk(cocoa, .35)]], 1, 1), 7) +
		rect(x + 17, y + 15, cw - 34, ch - 30, lin([[0, dk(cocoa, .14)], [1, lt(cocoa, .16)]], 1, 1), 5) + at(x + cw / 2, y + ch / 2, .8, marks.pod(dk(cocoa, .2)).replace(/#fff/g, lt(cocoa, .2))) +
		line(`M${x + 10} ${y + ch - 10}V${y + 8}H${x + cw - 10}`, lt(cocoa, .6), 2.5, 'opacity=".5"');
	let zig = `M${-w / 2 - 7} ${top + cut}`;
	for (let i = 1; i <= 16; i++) zig += `L${f(-w / 2 - 7 + (w + 14) * i / 16)} ${f(top + cut + rnd(-13, 13))}`;
	return drop(d, 1.15) + rect(-w / 2, top, w, cut + 40, dk(cocoa, .35), 8) + times(6, (i) => piece(-w / 2 + (i % 3) * cw, top + 3 + Math.floor(i / 3) * ch)) +
		fx(blur(10), rect(-w / 2, top + cut - 26, w, 40, '#120703'), 'opacity=".5"') +
		at(0, -16, 1, el(zig + `V${top + cut + 60}H${-w / 2 - 7}Z`, lin([[0, '#f3f1ec'], [.2, '#b9b6ae'], [.4, '#fbfaf7'], [.6, '#c5c2ba'], [.8, '#eeece6'], [1, '#a5a29a']], 1, .3))) +
		el(`M${-w / 2 - 9} ${top + cut + 22}H${w / 2 + 9}V${h / 2 + 9}H${-w / 2 - 9}Z`, lin([[0, lt(wrap, .2)], [.5, wrap], [1, dk(wrap, .2)]], 1, 1)) +
		rect(-w / 2 - 9, top + cut + 22, w + 18, h - cut - 13, lin([[0, '#000', .2], [.04, '#fff', .2], [.09, '#fff', 0], [.93, '#000', 0], [1, '#000', .26]])) +
		times(2, (i) => line(`M${-w / 2 - 9} ${top + cut + 40 + i * (h - cut - 52)}H${w / 2 + 9}`, o.accent ?? '#c9a04a', 5) + line(`M${-w / 2 - 9} ${top + cut + 50 + i * (h - cut - 72)}H${w / 2 + 9}`, o.accent ?? '#c9a04a', 1.6)) +
		at(0, top + cut + (h - cut) / 2 + 12, 1, face(w * .76, (h - cut) * .72, o));
}

// A shallow box from above, open: cols x rows of sweets, the lid's edge behind.
export function tray(w, h, cols, rows, c, piece) {
	const d = box(-w / 2, -h / 2, w, h, 10), iw = w - 56, ih = h - 56, cw = iw / cols, ch = ih / rows;
	return drop(d, 1.3) + el(d, lin([[0, lt(c, .26)], [.5, c], [1, dk(c, .22)]], 1, 1)) + line(box(-w / 2 + 4, -h / 2 + 4, w - 8, h - 8, 8), lt(c, .5), 2, 'opacity=".6"') +
		rect(-iw / 2, -ih / 2, iw, ih, lin([[0, dk(c, .68)], [1, dk(c, .4)]], 1, 1), 4) +
		times(cols * rows, (i) => { const x = -iw / 2 + (i % cols + .5) * cw, y = -ih / 2 + (Math.floor(i / cols) + .5) * ch; return rect(x - cw / 2 + 4, y - ch / 2 + 4, cw - 8, ch - 8, '#efe4d0', 4, 'opacity=".95"') + fx(blur(6), rect(x - cw * .33, y - ch * .3, cw * .76, ch * .74, '#1a0c04', 8), 'opacity=".6"') + at(x, y, Math.min(cw, ch) / 100, piece(i)); });
}
