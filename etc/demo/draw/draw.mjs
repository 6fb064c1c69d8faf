// draw.mjs OUTDIR [NAME...] - writes the demo catalogue's pictures as SVG, one file each; always the same ones.

import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {begin, page} from './lib.mjs';
import {scenes, tiles} from './scenes.mjs';

const [out, ...only] = process.argv.slice(2);
if (!out) {
	console.error('usage: node draw.mjs OUTDIR [NAME...]');
	process.exit(2);
}
mkdirSync(out, {recursive: true});
for (const [list, h] of [[scenes, 1200], [tiles, 900]])
	for (const [name, draw] of Object.entries(list))
		if (!only.length || only.includes(name)) {
			begin(name.replace(/-2$/, ''));
			writeFileSync(join(out, name + '.svg'), page(draw(), h));
		}
