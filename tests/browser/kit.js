// kit.js - a shop and a real browser for the tests of this folder: opens, photographs and checks pages (axe, HTML).
'use strict';
const { strictEqual: equal, deepStrictEqual: same } = require('assert');
const fs = require('fs');
const path = require('path');
const modules = process.env.KONTOR_NODE_MODULES || path.join(__dirname, 'node_modules');
const program = process.env.CHROMIUM || '/usr/bin/chromium';
const absent = [program, ...['playwright-core', 'html-validate', 'axe-core', 'jsqr'].map((p) => path.join(modules, p))]
	.filter((p) => !fs.existsSync(p));
if (absent.length > 0) {
	const log = path.join(path.dirname(modules), 'npm.log');
	const [, why] = /^npm (?:ERR!|error) code (.*)$/m.exec(fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : '') || [];
	console.log(`1..0 # SKIP no browser test without ${absent.map((p) => path.basename(p)).join(', ')}${why ? ` (npm install: ${why})` : ''}`);
	process.exit(0);
}
const { chromium } = require(path.join(modules, 'playwright-core'));
const { HtmlValidate } = require(path.join(modules, 'html-validate'));
const axe = fs.readFileSync(path.join(modules, 'axe-core', 'axe.min.js'), 'utf8');
const { Shop } = require('../e2e/shop.js');
const { src, build } = require('../e2e/stack.js');

const shots = process.env.KONTOR_SHOTS || path.join(build, 'artefacts', 'screens');
const validator = new HtmlValidate({
	extends: ['html-validate:recommended'],
	rules: {
		// style of the templates, irrelevant to browsers
		'no-trailing-whitespace': 'off', 'long-title': 'off', 'void-style': 'off', 'attribute-boolean-style': 'off',
		'attribute-empty-style': 'off', 'no-inline-style': 'error', 'require-sri': 'off',
		'tel-non-breaking': 'off', // the owner's own text
	},
});
let shop, browser;

// Opens a page at a size; `problems` collects the browser's error messages.
async function visit(server, { width, height = width < 600 ? 844 : 900, scripts = true, scheme = 'light', lang = 'en', touch = false, forced = false }) {
	const context = await browser.newContext({
		baseURL: shop.origin(server), viewport: { width, height }, javaScriptEnabled: scripts,
		colorScheme: scheme, hasTouch: touch, isMobile: touch, forcedColors: forced ? 'active' : 'none',
		permissions: ['clipboard-read', 'clipboard-write'],
	});
	const page = await context.newPage();
	const visitor = { context, page, lang, scripts, tag: `${server}-${width}-${scripts ? 'js' : 'nojs'}-${scheme}-${lang}`, problems: [] };
	page.on('pageerror', (e) => visitor.problems.push(String(e)));
	page.on('console', (m) => {
		if (m.type() === 'error' && !/status of (404|409|503)/.test(m.text()))
			visitor.problems.push(m.text());
	});
	return visitor;
}

// Photographs and checks the current page.
async function look(v, name) {
	fs.mkdirSync(shots, { recursive: true });
	await v.page.waitForLoadState('load');
	await v.page.screenshot({ path: path.join(shots, `${name}-${v.tag}.png`), fullPage: true });
	const wide = await v.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
		.catch(() => 0);
	equal(wide, 0, `${name} is wider than the window by`);
	if (v.scripts) {
		await v.page.evaluate(axe);
		const found = await v.page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
		same(found.violations.map((x) => `${x.id}: ${x.nodes.map((n) => n.html).join(' | ').slice(0, 300)}`), [],
			`accessibility of ${name}`);
	}
	same(v.problems, [], `what the browser complains of on ${name}`);
}

// Checks the HTML as it was sent.
function validate(name, html) {
	const report = validator.validateStringSync(html);
	same(report.results.flatMap((r) => r.messages.map((m) => `${name}:${m.line}: ${m.ruleId}: ${m.message}`)), [],
		`HTML of ${name}`);
}

// Reads the QR code of the order's page as a phone does, from what is seen, dark on light, and compares it with the page.
async function readCode(v) {
	const picture = await v.page.locator('.pay-code svg').screenshot();
	const reader = await browser.newPage();
	await reader.addScriptTag({ path: path.join(modules, 'jsqr', 'dist', 'jsQR.js') });
	const text = await reader.evaluate(async (data) => {
		const image = new Image();
		image.src = `data:image/png;base64,${data}`;
		await image.decode();
		const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
		const paper = canvas.getContext('2d');
		paper.drawImage(image, 0, 0);
		const seen = window.jsQR(paper.getImageData(0, 0, image.width, image.height).data, image.width, image.height,
			{ inversionAttempts: 'dontInvert' });
		return seen && new TextDecoder().decode(new Uint8Array(seen.binaryData));
	}, picture.toString('base64'));
	await reader.close();
	const cents = (await v.page.locator('.pay-facts dd').first().innerText()).replace(/[^0-9]/g, '');
	const number = await v.page.locator('h1 bdi').innerText();
	equal(text, ['BCD', '002', '1', 'SCT', 'BYLADEM1001', 'Kontor & Sons', 'DE02120300000000202051',
		`EUR${(Number(cents) / 100).toFixed(2)}`, '', '', number].join('\n'), 'the QR code');
}

async function press(v) {
	await Promise.all([v.page.waitForNavigation(), v.page.locator('main button.button-main:visible').first().click()]);
}

const setup = {
	before: async () => {
		shop = await Shop.start({ conf: {
			site: {
				name: 'Kontor & Sons', sender: 'shop@example.org', phone: '+49 40 000000', address: 'Alte Speicherstraße 4\n  20457 Hamburg',
				imprint: 'Kontor & Sons\n  Owner: Ada Example\n  HRB 1234', vat_id: 'DE000000000',
			},
			order: { bank: 'Kontor & Sons\n  IBAN DE02120300000000202051\n  BIC BYLADEM1001' },
		} });
		const r = shop.kontor('demo', '--dir', path.join(src, 'etc', 'demo'));
		equal(r.status, 0, r.stdout + r.stderr);
		shop.readable('media');
		browser = await chromium.launch({
			executablePath: program,
			args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
		});
		return shop;
	},
	after: async () => {
		if (browser)
			await browser.close();
		await shop.stop();
	},
};

module.exports = { visit, look, validate, press, readCode, setup };
