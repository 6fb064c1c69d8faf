// many.js - tables of products with 2,000 variants, as many as one may have, in the shapes that make a page longest.
'use strict';
const zlib = require('zlib');

const VARIANTS = 2000;
const cut = (text, n) => [...text].slice(0, n).join('');
const long = (text, n) => cut(`${text} ${'Kapitänsmützenständer '.repeat(12)}`, n).trim().padEnd(n, '.');

const han = (sign, n, length) => `${sign.repeat(length - 2)}${String(n).padStart(2, '0')}`;

// joint: the values are too many for a select of each option. values(v): the values of variant v; the others as in the table. Every tenth variant is sold out.
const SHAPES = {
	grid: { names: ['Size', 'Colour', 'Fabric'], values: (v) => [`Size ${v % 20}`, `Colour ${Math.floor(v / 20) % 10}`, `Fabric ${Math.floor(v / 200)}`] },
	limits: { names: ['A', 'B', 'C'].map((x) => long(`Option ${x}`, 255)), values: (v) => [han('特', v % 20, 255), han('红', Math.floor(v / 20) % 10, 255),
		han('绿', Math.floor(v / 200), 255)], tags: 250, specifications: 60, pictures: 50, title: long('At all limits', 255), vendor: long('House', 190),
	body: `<p>${'A sentence of the description. '.repeat(200)}</p>`, sku: (v) => long(`L-${v}`, 100) },
	single: { names: ['Kind'], values: (v) => [`${'&"<'.repeat(80)} ${v}`] },
	entities: { joint: true, names: ['One', 'Two', 'Three'], values: (v) => ['1', '2', '3'].map((n) => `${'"'.repeat(100)}${n}-${v}`), sold_out: true },
	text: { names: ['Size', 'Colour'], values: (v) => [`Size ${v >> 1}`, `Colour ${v % 7}`], body: `<p>${'Long text. '.repeat(23000)}</p>` },
};

const quote = (x) => `"${String(x).replaceAll('"', '""')}"`;
const crc = (bytes) => {
	let c = ~0;
	for (const b of bytes) {
		c ^= b;
		for (let k = 0; k < 8; k++)
			c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
	}
	return ~c >>> 0;
};

// A picture of one colour, different for each n.
function png(n) {
	const chunk = (type, data) => {
		const body = Buffer.concat([Buffer.from(type), data]), out = Buffer.alloc(body.length + 8);
		out.writeUInt32BE(data.length, 0);
		body.copy(out, 4);
		out.writeUInt32BE(crc(body), body.length + 4);
		return out;
	};
	const head = Buffer.from([0, 0, 0, 8, 0, 0, 0, 8, 8, 2, 0, 0, 0]);
	const row = Buffer.from([0, ...Array(8).fill([n * 5 % 256, n * 11 % 256, 128]).flat()]);
	return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', head),
		chunk('IDAT', zlib.deflateSync(Buffer.concat(Array(8).fill(row)))), chunk('IEND', Buffer.alloc(0))]);
}

// The table of one product for each named shape; its handle is many-SHAPE.
function manyCsv(...shapes) {
	const labels = Array.from({ length: 60 }, (_, i) => `Property ${i} (product.metafields.custom.p${i})`);
	const rows = [['Handle', 'Title', 'Body (HTML)', 'Vendor', 'Type', 'Tags', ...['1', '2', '3'].flatMap((n) => [`Option${n} Name`, `Option${n} Value`]),
		'Variant SKU', 'Variant Grams', 'Variant Inventory Tracker', 'Variant Inventory Qty', 'Variant Inventory Policy', 'Variant Price', 'Image Src', ...labels].map(quote).join()];
	for (const name of shapes) {
		const shape = SHAPES[name];
		for (let v = 0; v < VARIANTS; v++) {
			const first = v === 0, own = (x) => (first ? x : ''), values = shape.values(v);
			rows.push([`many-${name}`, own(shape.title || `Many of ${name}`), own(shape.body || '<p>Text.</p>'), own(shape.vendor || 'House'), own('Many'),
				own(Array.from({ length: shape.tags || 0 }, (_, i) => long(`tag ${i}`, 255)).join()),
				...[0, 1, 2].flatMap((i) => [own(shape.names[i] || ''), values[i] || '']), shape.sku ? shape.sku(v) : `${name}-${v}`, 100, 'shopify',
				shape.sold_out && v !== 7 || v % 10 === 3 ? 0 : 50, 'deny', `${10 + v % 90}.00`, v < (shape.pictures || 0) ? `many-${v}.png` : '',
				...labels.map((_, i) => (first && i < (shape.specifications || 0) ? long(`value ${i}`, 500) : ''))].map(quote).join());
		}
	}
	return `${rows.join('\n')}\n`;
}

module.exports = { SHAPES, VARIANTS, manyCsv, png };
