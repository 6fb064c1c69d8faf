#!/usr/bin/env node
// recipe.t - the recipes of HACKING.md are complete: a page with a cached aggregate (brands.patch), in a scratch copy.
//
// When the patch does not apply any more, apply it by hand, mend it, and write it anew with `git diff -U2`.
'use strict';
const { ok, strictEqual: equal } = require('assert');
const child = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { test, run } = require('../e2e/tap.js');

const FILES_MAX = 10; // beside po/
const FOLLOWED = ['A page', 'A cached aggregate', 'A statement', 'A text'];
const LANGS = { en: 'Brands', de: 'Marken', 'zh-hans': '品牌' };
const src = path.resolve(process.env.top_srcdir || path.join(__dirname, '..', '..'));
const build = path.resolve(process.env.top_builddir || path.join(src, 'build'));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'kontor-recipe-'));
const tree = path.join(scratch, 'tree');
const patch = path.join(__dirname, 'brands.patch');
const changed = [...fs.readFileSync(patch, 'utf8').matchAll(/^\+\+\+ b\/(.*)$/gm)].map((m) => m[1]);
let shop;

function command(name, args, options = {}) {
	const env = { ...process.env, top_srcdir: tree, top_builddir: path.join(tree, 'build') };
	delete env.MAKEFLAGS;
	delete env.MAKELEVEL;
	const r = child.spawnSync(name, args, { encoding: 'utf8', env, maxBuffer: 1 << 28, ...options });
	if (r.status !== 0)
		throw new Error(`${name} ${args.join(' ')}: ${r.error || ''}${r.stdout}${r.stderr}`.slice(-4000));
	return r.stdout;
}

// The tree with what was built of it, so that only what the patch changes is compiled; without that when the build folder
// lies elsewhere or its makefile names the tree by an absolute path.
function copy() {
	const inside = path.relative(src, build), makefile = fs.readFileSync(path.join(build, 'Makefile'), 'utf8');
	const reuse = inside !== '' && !inside.startsWith('..') && !/^srcdir = \//m.test(makefile);
	const leave = ['.git', 'node_modules', 'artefacts', ...(reuse ? ['build/deb'] : [inside || 'build'])];
	fs.mkdirSync(tree);
	command('sh', ['-c', `tar -C "$0" ${leave.map((one) => `--exclude='./${one}'`).join(' ')} -cf - . | tar -C "$1" -xf -`, src, tree]);
	command('chmod', ['-R', 'u+w', tree]);
	if (reuse && inside !== 'build')
		fs.renameSync(path.join(tree, inside), path.join(tree, 'build'));
	return reuse && inside.split(path.sep).length === 1;
}

function compile(reused) {
	const at = path.join(tree, 'build');
	if (!reused) {
		fs.rmSync(at, { recursive: true, force: true });
		fs.mkdirSync(at);
		command(path.join('..', 'configure'), ['-q', '--enable-werror'], { cwd: at });
	}
	command('make', ['-j2', ...(reused ? ['kontor', 'kontor.fcgi', 'kontor-jobs', 'po/de.mo', 'po/zh-Hans.mo'] : [])], { cwd: at });
}

// The files that a recipe names: in backquotes, capitals for what differs.
function named(recipe) {
	const [, text] = new RegExp(`^### ${recipe}\n([^]*?)(?=^##)`, 'm').exec(`${fs.readFileSync(path.join(src, 'HACKING.md'), 'utf8')}\n##`)
		|| [null, null];
	ok(text, `HACKING.md has the recipe "${recipe}"`);
	return [...text.matchAll(/`([\w./-]+\/[\w./-]+|[\w-]+\.[a-z]+)`/g)].map((m) => m[1]);
}

const asPattern = (file) => new RegExp(`^${file.replace(/[.]/g, '\\.').replace(/[A-Z]+/g, '[A-Za-z_-]+')}$`);

test('a page with a cached aggregate touches ten files or fewer beside the translations', async () => {
	const files = changed.filter((file) => !file.startsWith('po/'));
	console.log(`# ${files.length} files: ${files.join(' ')}`);
	ok(files.length > 5 && files.length <= FILES_MAX, `${files.length} files`);
});

test('HACKING.md names each of these files', async () => {
	const patterns = FOLLOWED.flatMap(named).map(asPattern);
	for (const file of changed)
		ok(patterns.some((one) => one.test(file)), `no recipe of ${FOLLOWED.join(', ')} names ${file}`);
});

test('the tree with the page builds', async () => {
	const reused = copy();
	command('patch', ['-p1', '--fuzz=2', '--no-backup-if-mismatch', '-s', '-i', patch], { cwd: tree });
	const began = Date.now();
	compile(reused);
	console.log(`# built in ${Math.round((Date.now() - began) / 1000)} s`);
});

async function page(address) {
	const answer = await shop.get('lighttpd', address);
	equal(answer.status, 200, `${address}: ${answer.text}`);
	return answer.text;
}
const vendors = async (lang) => JSON.parse(await page(`/${lang}/brands.json`)).brands.map((b) => `${b.name} ${b.count}`).join();
const everywhere = async (expected) => {
	for (const lang of Object.keys(LANGS)) {
		equal(await vendors(lang), expected, lang);
		for (const one of expected.split(','))
			ok((await page(`/${lang}/brands`)).includes(one.replace(/ \d+$/, '').replace('&', '&amp;')), `${lang} shows ${one}`);
	}
};

test('the page is there in each language, linked and in the sitemap', async () => {
	process.env.top_srcdir = tree;
	process.env.top_builddir = path.join(tree, 'build');
	const { Shop } = require(path.join(tree, 'tests', 'e2e', 'shop.js'));
	const { examples } = require(path.join(tree, 'tests', 'e2e', 'routes.js'));
	shop = await Shop.start({ conf: { cache: { soft_s: 43200 } } });
	await shop.importGoods('Lamps', { one: { stock: 5, vendor: 'Lumen & Co' }, two: { stock: 5, vendor: 'Lumen & Co' },
		three: { stock: 5, vendor: 'Nox' } });
	await everywhere('Lumen & Co 2,Nox 1');
	for (const [lang, title] of Object.entries(LANGS))
		ok((await page(`/${lang}/brands`)).includes(`<h1>${title}</h1>`), `${lang} is translated`);
	ok(examples.some((x) => x.address === '/en/brands'), 'the tests of pages visit it');
	ok((await shop.get('lighttpd', '/sitemap/0')).text.includes('/de/brands</loc>'), 'it is in the sitemap');
});

test('it changes at once with the vendor of a product, and is not read again for a change of stock', async () => {
	const fills = () => shop.total('cache_fills_total', 'class="brands"');
	await shop.importGoods('Lamps', { two: { stock: 5, vendor: 'Nox' } });
	await everywhere('Lumen & Co 1,Nox 2');
	await shop.importGoods('Lamps', { one: { stock: 5, vendor: 'Nox' } });
	await everywhere('Nox 3');
	for (const end = Date.now() + 60000; shop.number("SELECT COUNT(*) FROM outbox WHERE kind = 'cache'") > 0;) {
		ok(Date.now() < end, 'kontor-jobs empties the outbox');
		await new Promise((done) => setTimeout(done, 50));
	}
	await everywhere('Nox 3');
	const before = await fills();
	ok(before > 0, 'it is an aggregate');
	await shop.importGoods('Lamps', { one: { stock: 2, vendor: 'Nox' } }, '--stock');
	await everywhere('Nox 3');
	equal(await fills(), before);
});

run({
	after: async () => {
		if (shop)
			await shop.stop();
		fs.rmSync(scratch, { recursive: true, force: true });
	},
});
