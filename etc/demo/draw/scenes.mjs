// scenes.mjs - which picture shows what: one row per file. up() stands goods on the ground, down() lays them flat,
// near() shows part of another picture closer. The name is the file's name without its ending.

import {rnd, f, times, dk, lt, lin, rad, blur, slab, el, line, oval, rect, at, fx, box, text, brass, steel,
	paperFill, ground, drop, standing, lying} from './lib.mjs';
import {bits, scatter, heap, pile, powder, bowl, macro} from './bits.mjs';
import {marks, face, tin, pouch, bag, jar, ink, carton, bar, tray} from './packs.mjs';
import {notebook, spread, sheets, envelope, seal, fountain, dipPen, pencil, nib, wax, stamp, compass, boxed,
	gauge, hourglass, magnifier, loupe, telescope, dividers, towels, cloth, candle, brush, soap, dripper,
	mill, map, framed, bulb, boat} from './goods.mjs';

const blue = '#123a5c', green = '#2f5a45', red = '#8a2a24', brown = '#3a2418', cream = '#efe4cd', ochre = '#b9832f';
const up = (...b) => () => standing() + b.map((fn) => fn()).join('');
const down = (...b) => () => lying() + b.map((fn) => fn()).join('');
const full = (make, s, body) => () => macro(make, s, body);
const put = (x, y, s, make, turn = 0) => () => at(x, y, s, make(), turn);
const near = (scene, x, y, s) => () => `<g transform="translate(${f(600 - x * s)} ${f(600 - y * s)}) scale(${s})">${scenes[scene]()}</g>`;

const tea = (title, sub, foot, accent) => ({house: 'Thorsen & Vahl', mark: 'leaf', title, sub, foot, accent});
const coffee = (title, sub, foot, accent) => ({house: 'Speicher Neun', mark: 'bean', title, sub, foot, accent});
const spice = (title, sub, foot) => ({house: 'Casa Almeirim', mark: 'star', title, sub, foot, accent: '#8c4a1f'});
const sweet = (title, sub, foot, paper, accent = '#8a6212') => ({house: 'Maison Corvel', mark: 'pod', title, sub, foot, paper, accent});
const pen = (title, sub, foot) => ({house: 'Wenzel Feder', mark: 'nib', title, sub, foot});
const paper = (title, sub, foot) => ({house: 'Papierhof Lauterbach', mark: 'ship', title, sub, foot});

const teaTin = (c, o, make, body) => up(put(490, 990, 1.18, () => tin(470, 640, c, o)), put(880, 1050, 1.12, () => pile(make, 400, 130, .8, body)));
const teaPouch = (c, o, make, body, cup = '#e9e2d4') => up(put(450, 990, 1.13, () => pouch(500, 720, c, o)), put(880, 1070, 1.1, () => bowl(400, 190, cup, heap(make, 370, 90, .8, body))));
const beans = (c, o, make, body) => up(put(490, 1010, 1.1, () => bag(500, 800, c, o)), put(905, 1070, 1.1, () => pile(make, 370, 120, .95, body)));
const spiceJar = (make, s, body, o, bowlful, cork) => up(put(420, 1000, 1.2, () => jar(430, 660, make, s, body, o, cork)), bowlful);
const inBowl = (make, s, body, c = '#e6ddcc') => put(880, 1080, 1.15, () => bowl(420, 180, c, heap(make, 390, 100, s, body)));
const inkBottle = (c, name) => up(put(550, 1000, 1.15, () => ink(620, 650, c, pen([name], 'Fountain pen ink', '30 ml'))), put(1020, 1080, 1, () => fx(blur(3), oval(10, 10, 96, 42, '#2a1806'), 'opacity=".3"') + el('M-96 0C-104 -34 -40 -46 0 -40S104 -34 92 2 40 44 -4 40-92 28 -96 0Z', lin([[0, lt(c, .3)], [.5, c], [1, dk(c, .5)]], 1, 1)) + oval(-34, -16, 34, 8, '#fff', 'opacity=".55" transform="rotate(-10)"') + oval(70, 60, 16, 8, c) + oval(-108, 44, 9, 5, c)));
const quills = (s = 1) => times(7, (i) => { const y = i < 4 ? 0 : -68, x = i < 4 ? (i - 1.5) * 100 : (i - 5) * 100; return at(x * s, y * s, s, oval(10, 6, 54, 52, '#2a1806', 'opacity=".22"') + oval(0, 0, 50, 50, rad([[0, '#c98a52'], [.8, '#9a5a2c'], [1, '#6b3c1c']], .38, .32, .7)) + times(5, (k) => line(`M${-38 + k * 6} ${k * 2 - 4}A${40 - k * 6} ${40 - k * 6} 0 1 1 ${20 - k * 3} ${32 - k * 5}`, '#5b3218', 3.4, `transform="rotate(${i * 50})"`))); });
const sticks = () => times(5, (i) => at(i * 16 - 30, i * 74 - 150, 1, fx(blur(9), rect(-300, -20, 640, 80, '#2a1806', 30), 'opacity=".4"') + rect(-320, -36, 640, 72, lin([[0, '#8a5228'], [.2, '#d39a60'], [.42, '#a8662f'], [.5, '#4d2a12'], [.56, '#b5743c'], [.8, '#8a5026'], [1, '#5b3218']], 0, 1), 10) + times(9, () => line(`M-310 ${f(rnd(-32, 32))}Q0 ${f(rnd(-34, 34))} 316 ${f(rnd(-32, 32))}`, rnd() < .5 ? '#5b3218' : '#e0b07a', 1.8, 'opacity=".4"')) + oval(320, 0, 11, 36, '#6b3c1c') + oval(321, -14, 6, 13, '#2f1708') + oval(321, 15, 6, 12, '#2f1708'), i * 3 - 8));
const caramel = () => rect(-33, -31, 66, 62, lin([[0, '#e7ac5c'], [.5, '#c17c33'], [1, '#8a4f1c']], 1, 1), 9) + line('M-26 20V-22H24', '#fbe0b0', 3, 'opacity=".7"') + times(7, () => rect(rnd(-18, 14), rnd(-18, 14), 6, 5, '#fff', 1, `opacity=".9" transform="rotate(${f(rnd(0, 40))})"`));
const praline = (i) => { const c = ['#4a2a18', '#6b3f22', '#e8d6b4', '#3a2014'][(i * 7) % 4]; return oval(0, 0, 33, 33, rad([[0, lt(c, .42)], [.5, c], [1, dk(c, .5)]], .36, .3, .72)) + (i % 3 ? line('M-22 8q10 -16 20 0t22 -2M-18 -8q9 -14 18 0t18 -4', i % 2 ? '#e8d6b4' : '#2a1409', 3, 'opacity=".8"') : at(0, 0, .5, marks.star('#d9b25f')) ); };
const set = (...covers) => covers.map(([x, y, c, turn, mark]) => put(x, y, 1, () => notebook(430, 640, c, {band: null, thick: 12, mark, ribbon: c, cloth: false}), turn));
const cards = () => sheets(640, 460, 5, '#f8f2e4', 'ship');
const roll = (c) => at(0, 0, 1, fx(blur(18), at(20, 34, 1, rect(-430, -60, 860, 120, '#4a3216')), 'opacity=".4"') + rect(-430, -62, 860, 124, lin([[0, '#c9b890'], [.2, '#fffaf0'], [.45, '#f1e6cb'], [.8, '#b5a27a'], [1, '#8f7d58']], 0, 1), 4) + oval(430, 0, 17, 62, '#d9c9a2') + oval(431, 0, 11, 44, '#8f7d58') + oval(432, 0, 7, 28, '#eadcb8') + rect(-40, -66, 80, 132, lin([[0, dk(c, .4)], [.25, lt(c, .4)], [.5, c], [1, dk(c, .5)]], 0, 1)));
const filters = () => times(9, (i) => at(i * 5 - 20, i * -9 + 30, 1, (i ? '' : drop('M-330 -240H330L190 260Q0 310 -190 260Z', 1)) + el('M-330 -240H330L190 260Q0 310 -190 260Z', lin([[0, '#efe0bf'], [.5, '#dcc79a'], [1, '#b89f6e']], 1, 1)) + line('M330 -240L190 260Q0 310 -190 260', '#a88d58', 2) + (i === 8 ? times(30, (k) => line(`M${-300 + k * 20} -226L${-180 + k * 12} 262`, '#a88d58', 1, 'opacity=".28"')) + line('M314 -234L178 252Q0 296 -178 252', '#8a7040', 2, 'stroke-dasharray="5 6"') : '')));
const planner = () => drop(box(-480, -330, 960, 660), .9) + rect(-480, -330, 960, 660, paperFill('#fbf7ec')) + text(0, -262, '2025', 62, blue, {space: 12}) + times(12, (m) => at(-440 + (m % 4) * 222, -200 + Math.floor(m / 4) * 172, 1, text(0, 0, ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'][m], 24, '#8a6212', {anchor: 'start', italic: true}) + line('M0 9H200', blue, 1.4) + times(30, (i) => text((i % 7) * 28 + 12, 32 + Math.floor(i / 7) * 22, String(i + 1), 15, i % 7 > 4 ? red : '#1c2f45'))));
const index = () => drop(box(-330, -200, 660, 420), 1.1) + times(16, (i) => rect(-320 + i * 1.6, -230 + i * 4, 640, 400, i % 2 ? '#f7f0de' : '#e9ddc2', 5, `stroke="#cbbb97" stroke-width="1"`)) + rect(-296, -166, 640, 400, paperFill(), 5) + line('M-296 -100H344', '#b5574c', 2.4) + times(7, (i) => line(`M-296 ${-58 + i * 42}H344`, '#8fa2b5', 1.6)) + text(-260, -120, 'Kardamom, grün', 44, blue, {anchor: 'start', italic: true}) + text(310, -120, 'No. 114', 30, '#8a6212', {anchor: 'end', italic: true});
const sealing = (c) => () => at(-290, -390, 1.45, at(420, 560, 1, drop(box(-40, -210, 80, 420, 10), .8) + wax(c), -22) + at(540, 600, 1, drop(box(-40, -210, 80, 420, 10), .8) + wax(c), -14) + at(800, 620, 1.35, drop('M-20 -190H20L40 46L54 118H-54L-40 46Z', 1) + stamp(), 24) + at(520, 900, 1.3, seal(88, c)));
const nibTin = () => at(0, 0, 1, drop(box(-330, -210, 660, 420, 30), 1) + rect(-330, -210, 660, 420, brass(1, 1), 30) + rect(-300, -180, 600, 360, lin([[0, '#2a1c10'], [1, '#5b4020']], 1, 1), 18) + times(18, () => at(rnd(-230, 150), rnd(-130, 130), 1, fx(blur(4), at(6, 9, 1, el('M0 -20L160 0L0 20Z', '#0d0603')), 'opacity=".5"') + nib('steel'), rnd(-70, 70))));
const candles = (n) => times(n, (i) => at((i - (n - 1) / 2) * 190, i % 2 * 40, 1, candle(120, 760 - (i % 2) * 70)));
const giftSet = () => carton(640, 260, 420, blue, at(320, -210, 1, face(470, 320, {house: 'Kontor', mark: 'ship', title: ['Winter Punch', 'Spices'], sub: 'Twelve small tins', foot: 'Draft for the season', paper: '#f3e9d2'})));

// name: drawing
export const scenes = {
	'sencha-uji': teaTin(green, tea(['Sencha', 'Uji'], 'First harvest, steamed', 'Green tea'), bits.sencha, '#2f4a22'),
	'sencha-uji-2': full(bits.sencha, 2.1, '#2f4a22'),
	'longjing': teaPouch('#d9c39a', tea(['Longjing'], 'Picked before the rain', 'Green tea'), bits.longjing, '#6d7a34'),
	'longjing-2': full(bits.longjing, 2.4, '#6d7a34'),
	'genmaicha': teaPouch('#c9cfae', tea(['Genmaicha'], 'With roasted rice', 'Green tea'), bits.genmai, '#6b6a34'),
	'assam-mangalam': teaTin('#7a2a20', tea(['Assam'], 'Second flush', 'Black tea'), bits.assam, '#2a1710'),
	'darjeeling-spring': teaPouch('#b7c4b4', tea(['Darjeeling'], 'First flush', 'Black tea'), bits.darjeeling, '#4a4423'),
	'harbour-breakfast': up(put(460, 980, 1.2, () => carton(440, 250, 580, blue, at(220, -290, 1, face(370, 500, tea(['Harbour', 'Breakfast'], 'Strong, for milk', 'Black tea'))))), put(920, 1080, 1.1, () => pile(bits.breakfast, 400, 120, .8, '#2a1710'))),
	'tieguanyin': teaTin('#4d6b62', tea(['Tieguanyin'], 'Anxi, lightly roasted', 'Oolong'), bits.oolong, '#2d4530'),
	'tieguanyin-2': full(bits.oolong, 2.8, '#2d4530'),
	'white-peony': teaPouch('#eae3d2', tea(['White Peony'], 'Bai Mu Dan', 'White tea'), bits.peony, '#8a8f6c', '#7d93a0'),

	'guji-natural': beans('#9c4a3a', coffee(['Guji'], 'Ethiopia, natural', 'Filter'), bits.light, '#6b4024'),
	'nyeri-peaberry': beans('#6d3148', coffee(['Nyeri'], 'Kenya, peaberry', 'Filter'), bits.light, '#6b4024'),
	'huila-decaf': beans('#4f6b75', coffee(['Huila'], 'Colombia, decaffeinated', 'Filter'), bits.medium, '#53301a'),
	'espresso-nine': beans('#20262d', coffee(['Espresso', 'No. 9'], 'Brazil, India, Ethiopia', 'Espresso'), bits.dark, '#341c10'),
	'espresso-nine-2': full(bits.dark, 2.6, '#341c10'),
	'santos-espresso': beans('#b5863f', coffee(['Santos'], 'Brazil, pulped natural', 'Espresso', '#7a4a1a'), bits.medium, '#53301a'),
	'hand-mill': up(put(500, 1060, 1.36, () => mill()), put(880, 1090, 1.2, () => pile(bits.medium, 330, 90, .9, '#53301a'))),
	'porcelain-dripper': up(put(580, 960, 1.35, () => dripper('#f4f1ea'))),
	'porcelain-dripper-blue': up(put(580, 960, 1.35, () => dripper('#24506f'))),
	'filter-papers': down(put(600, 600, 1.45, filters, -6)),

	'tellicherry-pepper': spiceJar(bits.pepper, 1, '#2f221b', spice(['Tellicherry', 'Pepper'], 'Extra bold', '90 g'), inBowl(bits.pepper, .9, '#2f221b')),
	'tellicherry-pepper-2': full(bits.pepper, 2.6, '#2f221b'),
	'green-cardamom': spiceJar(bits.cardamom, .9, '#74884a', spice(['Green', 'Cardamom'], 'Alleppey', '50 g'), inBowl(bits.cardamom, .8, '#74884a', '#7d93a0')),
	'green-cardamom-2': full(bits.cardamom, 2.4, '#74884a'),
	'ceylon-cinnamon': down(put(600, 620, 1.45, () => sticks() + at(0, 0, 1, fx(blur(4), rect(-38, -190, 60, 380, '#2a1806'), 'opacity=".3"') + times(4, (i) => line(`M${-30 + i * 13} -186Q${-20 + i * 13} 0 ${-34 + i * 13} 186`, i % 2 ? '#efe0bc' : '#cdb684', 10))), -24)),
	'star-anise': up(put(600, 960, 1.25, () => bowl(700, 310, '#30475a', heap(bits.anise, 560, 180, 2, '#5b3018'))), () => scatter(bits.anise, 5, 600, 1090, 460, 40, 1.7)),
	'saffron': up(put(420, 990, 1.45, () => jar(350, 430, bits.saffron, 1, '#7d1410', spice(['Saffron'], 'Sargol', '2 g'))), put(860, 1060, 1.1, () => pile(bits.saffron, 460, 130, 1.05, '#6b0f0d'))),
	'saffron-2': full(bits.saffron, 3.4, '#7d1410'),
	'smoked-paprika': up(put(450, 990, 1.3, () => tin(430, 560, '#a8321a', {...spice(['Pimentón'], 'Smoked over oak', '70 g'), paper: '#f7e9cf'})), put(890, 1080, 1.1, () => ground(380, 150) + powder('#b23a1c', 420, 190))),
	'garam-masala': up(put(420, 1000, 1.28, () => jar(430, 600, null, 1, '#8a5a26', spice(['Garam', 'Masala'], 'Nine spices', '60 g'), false)), put(900, 1080, 1.15, () => bowl(420, 180, '#e6ddcc', powder('#9a6428', 380, 110)))),
	'flor-de-sal': up(put(450, 990, 1.3, () => jar(460, 560, bits.salt, 1.1, '#d6d3cc', spice(['Flor de Sal'], 'Ria Formosa', '150 g'))), put(910, 1070, 1.1, () => pile(bits.salt, 360, 120, 1, '#cfccc4'))),

	'tumaco-70': down(put(600, 600, 1.08, () => bar(520, 960, '#4a2718', '#1f4a46', sweet(['Tumaco', '70 %'], 'Dark chocolate', '80 g', '#f4ead6')), -8)),
	'tumaco-70-2': near('tumaco-70', 560, 320, 1.9),
	'alpine-milk-45': down(put(600, 600, 1.08, () => bar(520, 960, '#8a5530', '#b5572f', sweet(['Milk', '45 %'], 'Alpine milk, Ghana', '80 g', '#f6ecd8')), -8)),
	'sea-salt-bar': down(put(600, 600, 1.08, () => bar(520, 960, '#3d2015', blue, sweet(['Sea Salt', '64 %'], 'Dark chocolate', '80 g', '#eef0ec')), -8)),
	'drinking-chocolate': up(put(450, 990, 1.2, () => tin(460, 620, '#5b3320', sweet(['Drinking', 'Chocolate'], 'Flakes, 60 %', '250 g', '#f4e6cd'))), put(890, 1075, 1.1, () => bowl(420, 190, '#efe7d8', heap(bits.nib, 380, 100, 1.3, '#4a2a18')))),
	'marzipan-loaf': down(put(600, 600, 1.1, () => drop(box(-430, -190, 860, 380, 60), 1.2) + el(box(-430, -190, 860, 380, 60), lin([[0, '#6b4024'], [.3, '#4a2917'], [1, '#28130a']], .6, 1)) + fx(blur(14), rect(-380, -150, 640, 40, '#fff', 20), 'opacity=".25"') + times(12, (i) => line(`M${-350 + i * 64} -176q26 170 -6 350`, '#2a140a', 7, 'opacity=".6"') + line(`M${-344 + i * 64} -176q26 170 -6 350`, '#9a6a44', 3, 'opacity=".5"')) + el('M250 -192C300 -120 290 120 250 192H380Q436 190 436 130V-130Q436 -190 380 -192Z', lin([[0, '#f4e2b8'], [1, '#dcc08a']], 1, 1)) + times(140, () => { const x = rnd(286, 425), y = rnd(-175, 175); return oval(x, y, rnd(1, 4), rnd(1, 3), rnd() < .5 ? '#b99a62' : '#fff6dc', 'opacity=".6"'); }) + at(-110, 0, 1, fx(blur(5), rect(-172, -122, 352, 252, '#120703'), 'opacity=".5"') + face(350, 250, sweet(['Marzipan'], 'Two parts almond', '200 g', '#f6ecd8'))), -8)),
	'candied-ginger': up(put(420, 990, 1.3, () => jar(430, 560, bits.ginger, 1.3, '#a87f2e', sweet(['Candied', 'Ginger'], 'In cane sugar', '180 g'), false)), put(890, 1080, 1.1, () => pile(bits.ginger, 400, 140, 1.3, '#a87f2e'))),
	'salted-caramels': down(put(600, 600, 1, () => tray(900, 900, 4, 4, '#e9dcc0', caramel), -6)),
	'liquorice-cubes': up(put(460, 990, 1.4, () => tin(440, 470, '#22262b', sweet(['Liquorice'], 'Salted cubes', '120 g', '#efe4cb'))), put(900, 1070, 1.15, () => pile(bits.liquorice, 380, 120, 1.2, '#120c0a'))),
	'praline-chest': down(put(600, 600, 1, () => tray(1000, 780, 6, 4, '#5a2f22', praline), 5)),

	'ledger-notebook': down(put(570, 580, 1.18, () => notebook(600, 830, blue, {plate: ['Ledger', 'Papierhof Lauterbach'], band: '#c9a04a'}), -7)),
	'ledger-notebook-green': down(put(570, 580, 1.18, () => notebook(600, 830, '#355c48', {plate: ['Ledger', 'Papierhof Lauterbach'], band: '#c9a04a'}), -7)),
	'ledger-notebook-2': down(put(600, 600, 1, () => spread(1040, 740, blue, 'lined'), -5)),
	'pocket-journals': down(...set([380, 520, '#8c5a34', -12, 'nib'], [600, 590, '#4d6b62', -2, 'rose'], [830, 670, '#7a2a24', 9, 'ship'])),
	'sketchbook': down(put(560, 580, 1.1, () => notebook(760, 760, '#5f5a52', {spine: '#23262a', band: null, mark: 'nib', thick: 40}), -6), put(870, 880, .62, () => pencil(), -48)),
	'ships-log': down(put(570, 580, 1.15, () => notebook(620, 840, '#6b2620', {cloth: false, plate: ['Ship\u2019s Log', 'Bound in half linen'], band: null, spine: '#20140e', thick: 46, ribbon: blue}), -7)),
	'ships-log-2': down(put(600, 600, 1, () => spread(1040, 740, '#6b2620', 'plain'), 4)),
	'laid-letter-paper': down(put(560, 560, 1.18, () => sheets(600, 840, 6, '#f3e9d0', 'rose'), -6), put(850, 860, .62, () => dipPen('#8a5a34'), 128)),
	'lined-envelopes': down(put(520, 420, 1, () => envelope(780, 480, '#e9e0cd'), -12), put(640, 700, 1.05, () => envelope(780, 480, '#c8d2d4'), 5), put(640, 760, 1, () => seal(64, red))),
	'correspondence-cards': down(put(600, 600, 1.3, cards, -8)),
	'index-cards': down(put(580, 580, 1.4, index, -5)),
	'desk-planner-2025': down(put(600, 600, 1.1, planner, -4)),

	'kontor-pen': down(put(582, 596, 1.17, () => fountain('#16202c'), -36)),
	'kontor-pen-blue': down(put(582, 596, 1.17, () => fountain('#1d4f80'), -36)),
	'kontor-pen-green': down(put(582, 596, 1.17, () => fountain('#2a6148'), -36)),
	'kontor-pen-2': near('kontor-pen', 335, 850, 2.4),
	'brass-pen': down(put(582, 596, 1.17, () => fountain('#b78a3a', {metal: true, trim: steel(0, 1), point: 'steel'}), -36)),
	'brass-pen-2': near('brass-pen', 335, 850, 2.4),
	'dip-pen': down(put(600, 480, 1.06, () => dipPen('#9a6238'), -32), put(760, 840, .8, nibTin, 8)),
	'brass-pencil': down(put(600, 600, 1.28, () => pencil(), -36)),
	'iron-gall-ink': up(put(600, 1020, 1.16, () => ink(680, 720, '#1d2430', pen(['Iron Gall'], 'Blue-black, permanent', '50 ml')))),
	'harbour-inks': inkBottle('#14477a', 'Hanse Blue'),
	'harbour-inks-oxblood': inkBottle('#7a1a20', 'Oxblood'),
	'harbour-inks-moss': inkBottle('#3f5a24', 'Moss'),
	'harbour-inks-sepia': inkBottle('#5e371b', 'Sepia'),
	'sealing-wax': down(sealing('#9c2420')),
	'sealing-wax-blue': down(sealing('#1d4a78')),
	'pen-rest': up(put(600, 900, 1.32, () => slab(760, 160) + el(box(-380, -110, 760, 110, 14), brass(1, 0)) + el('M-380 -96L-330 -190H330L380 -96Z', lin([[0, '#fff0bf'], [.4, '#d4ad58'], [1, '#9a7029']], 1, 1)) + times(3, (i) => oval(-200 + i * 200, -150, 74, 24, lin([[0, '#5b3f12'], [.6, '#b78a3a'], [1, '#fbe9b4']], 0, 1))) + line('M-372 -98H372', '#fff3c4', 4, 'opacity=".8"') + text(0, -40, 'WENZEL FEDER', 32, '#5b3f12', {space: 9}) + at(-10, -240, .74, fountain('#16202c', {bare: true}), -5))),

	'pocket-compass': down(put(690, 690, 1, () => compass(330, true))),
	'pocket-compass-2': near('pocket-compass', 690, 650, 1.9),
	'boxed-compass': down(put(600, 600, 1, () => boxed(900), -5)),
	'boxed-compass-2': near('boxed-compass', 600, 560, 1.9),
	'chart-dividers': down(put(560, 640, 1.2, () => at(0, 0, .9, map(1300, 1300, 'chart'), 8)), () => rect(0, 0, 1200, 1200, '#f4ecd9', 0, 'opacity=".35"'), put(600, 590, 1.35, () => dividers(), 14)),
	'sand-glass': up(put(600, 1030, 1.1, () => hourglass(480, 820, '#d8b27a'))),
	'sand-glass-blue': up(put(600, 1030, 1.1, () => hourglass(480, 820, '#4f86a8', '#3a2a20'))),
	'aneroid-barometer': down(put(600, 640, 1, () => gauge(440, {title: 'ANEROID BAROMETER', words: ['Storm', 'Rain', 'Change', 'Fair', 'Dry'], numbers: [960, 980, 1000, 1020, 1040, 1060], at: 38, second: 14}))),
	'aneroid-barometer-2': near('aneroid-barometer', 600, 520, 1.9),
	'hair-hygrometer': down(put(600, 640, 1, () => gauge(440, {title: 'HYGROMETER', words: ['Dry', 'Room', 'Damp'], numbers: [0, 20, 40, 60, 80, 100], at: 8}))),
	'reading-glass': down(put(600, 560, 1, () => at(-40, 20, .95, map(1400, 1400, 'winds'), -9)), () => rect(0, 0, 1200, 1200, '#f4ecd9', 0, 'opacity=".45"'), put(480, 480, 1.22, () => magnifier(300))),
	'folding-loupe': down(put(540, 440, 1.2, () => loupe(270))),
	'draw-telescope': down(put(600, 600, 1.16, () => telescope(), -36)),
	'draw-telescope-2': near('draw-telescope', 860, 440, 2),

	'linen-tea-towel': down(put(600, 600, 1.02, () => cloth(680, 860, '#e3dac8', blue), -7)),
	'linen-tea-towel-blue': down(put(600, 600, 1.02, () => cloth(680, 860, '#35597a', '#efe6d4'), -7)),
	'linen-tea-towel-rust': down(put(600, 600, 1.02, () => cloth(680, 860, '#a8583a', '#f1e4d0'), -7)),
	'linen-tea-towel-2': up(put(600, 940, 1.15, () => towels(['#35597a', '#e3dac8', '#a8583a', '#7d8f6c']))),
	'linen-napkins': up(put(600, 960, 1.12, () => towels(['#efe8da', '#e9e0cf', '#efe8da', '#e4dac6'], 640))),
	'wool-throw': down(put(600, 570, 1.05, () => cloth(800, 820, '#8b8f92', '#f0e8da', true), -6)),
	'wool-throw-blue': down(put(600, 570, 1.05, () => cloth(800, 820, '#2f4f6b', '#e9dfcc', true), -6)),
	'beeswax-candles': up(put(600, 1030, 1.15, () => candles(4))),
	'filament-lamp': up(put(600, 1000, 1.12, () => bulb())),
	'toy-boat': up(put(600, 1010, 1.05, () => boat())),
	'table-brush': up(put(600, 800, 1.3, () => brush())),
	'olive-soap': down(put(600, 600, 1.65, () => soap('#b9b27a', 'OLIVE'), -14)),
	'olive-soap-lavender': down(put(600, 600, 1.65, () => soap('#b5a5bd', 'LAVENDER'), -14)),
	'north-sea-chart': down(put(600, 600, 1, () => map(780, 1020, 'chart'), -3)),
	'north-sea-chart-framed': down(put(600, 600, .94, () => framed(780, 1020, 'chart'))),
	'trade-winds-map': down(put(600, 540, .98, () => map(760, 900, 'winds'), 4), put(600, 1040, .95, () => roll(blue), -5)),
	'harbour-plan-pdf': down(put(600, 600, 1, () => map(800, 1000, 'city'), 3)),
	'winter-punch': up(put(600, 960, 1.3, giftSet)),
};

// The tiles of the top categories, 1200 by 900.
const tile = (ground2, ...b) => () => ground2(900) + b.map((fn) => fn()).join('');
export const tiles = {
	'category-tea': tile(standing, put(300, 760, .96, () => tin(470, 640, green, tea(['Sencha', 'Uji'], 'First harvest, steamed', 'Green tea'))), put(690, 720, .84, () => pouch(500, 720, '#d9c39a', tea(['Longjing'], 'Picked before the rain', 'Green tea'))), put(1000, 800, .86, () => bowl(400, 190, '#e9e2d4', heap(bits.peony, 370, 90, .8, '#8a8f6c'))), put(560, 820, .9, () => pile(bits.oolong, 330, 70, .7, '#2d4530'))),
	'category-coffee': tile(standing, put(300, 760, .78, () => bag(500, 800, '#20262d', coffee(['Espresso', 'No. 9'], 'Brazil, India, Ethiopia', 'Espresso'))), put(660, 740, .66, () => bag(500, 800, '#9c4a3a', coffee(['Guji'], 'Ethiopia, natural', 'Filter'))), put(920, 800, .86, () => mill()), put(630, 830, 1, () => pile(bits.dark, 420, 90, .8, '#341c10'))),
	'category-spices': tile(standing, put(270, 740, .78, () => jar(430, 660, bits.cardamom, .9, '#74884a', spice(['Green', 'Cardamom'], 'Alleppey', '50 g'))), put(600, 690, .8, () => tin(430, 560, '#a8321a', {...spice(['Pimentón'], 'Smoked over oak', '70 g'), paper: '#f7e9cf'})), put(960, 740, .95, () => bowl(440, 200, '#30475a', heap(bits.anise, 410, 110, 1, '#5b3018'))), put(560, 840, .8, () => pile(bits.pepper, 360, 80, .8, '#2f221b')), () => scatter(bits.anise, 4, 850, 840, 180, 18, .8)),
	'category-chocolate-sweets': tile(lying, put(250, 460, .7, () => bar(520, 960, '#4a2718', '#1f4a46', sweet(['Tumaco', '70 %'], 'Dark chocolate', '80 g', '#f4ead6')), -9), put(600, 500, .68, () => bar(520, 960, '#8a5530', '#b5572f', sweet(['Milk', '45 %'], 'Alpine milk, Ghana', '80 g', '#f6ecd8')), 4), put(965, 450, .5, () => tray(760, 1000, 4, 6, '#5a2f22', praline), 9)),
	'category-paper': tile(lying, put(260, 440, .78, () => notebook(600, 830, blue, {plate: ['Ledger', 'Papierhof Lauterbach'], band: '#c9a04a'}), -9), put(860, 330, .66, () => envelope(780, 480, '#e9e0cd'), 9), put(820, 600, .62, () => spread(1040, 620, '#6b2620', 'lined'), -6)),
	'category-pens-ink': tile(lying, put(460, 400, .82, () => fountain('#1d4f80'), -18), put(720, 690, .76, () => fountain('#b78a3a', {metal: true, trim: steel(0, 1), point: 'steel'}), -18), put(1010, 200, 1.2, () => seal(92, '#9c2420'))),
	'category-instruments': tile(lying, put(500, 480, 1, () => at(0, 0, .9, map(1500, 1250, 'chart'), 6)), () => rect(0, 0, 1200, 900, '#f4ecd9', 0, 'opacity=".4"'), put(330, 470, .82, () => compass(330)), put(850, 320, .66, () => telescope(), -24), put(840, 660, .62, () => magnifier(270))),
	'category-home': tile(standing, put(400, 770, .92, () => towels(['#35597a', '#e3dac8', '#a8583a', '#7d8f6c'])), put(930, 800, .78, () => candles(2)), put(720, 850, .5, () => brush())),
};
