// routes.js - the rows of src/view/routes.def: every address of the shop, so that no test keeps a list of pages.
'use strict';
const { ok } = require('assert');
const fs = require('fs');
const path = require('path');
const { src } = require('./stack.js');

const text = fs.readFileSync(path.join(src, 'src', 'view', 'routes.def'), 'utf8').replace(/\/\*[^]*?\*\//g, '');
const rows = [...text.matchAll(/^(ROUTE|LINK|EXAMPLE)\(([^]*?)\)$/gm)].map(([, macro, args]) => [macro,
	...args.match(/"[^"]*"|[^,\s][^,]*/g).map((arg) => (arg.startsWith('"') ? arg.slice(1, -1) : arg.trim()))]);

const routes = rows.filter(([macro]) => macro !== 'EXAMPLE').map(([macro, kind, method, name, cls, pattern, template, flags, ms, limits]) =>
	({ kind, method, name, pattern, template, plain: macro === 'LINK', sitemap: flags.includes('ROUTE_SITEMAP'), limited: limits !== '0' }));

// A page of the demo shop for each row, in English, and what it may cost from the database: [statements, exchanges with
// memcached, system calls but for waiting, allocations]. A TEXT page reads nothing but the menu.
const TEXT_COST = [1, 2, 16, 6];
const examples = [
	...rows.filter(([macro]) => macro === 'EXAMPLE').map(([, name, address, ...cost]) => ({ name, address, cost: cost.map(Number) })),
	...routes.filter((r) => r.kind === 'TEXT').map(({ name, pattern }) =>
		({ name, address: pattern.replace('{lang}', 'en'), cost: TEXT_COST })),
].map((x) => ({ ...x, route: routes.find((r) => r.name === x.name), json: x.address.endsWith('.json') }));

ok(routes.length > 20 && examples.every((x) => x.route && x.cost.length === 4), 'routes.def can be read');
for (const r of routes.filter((one) => one.kind === 'PAGE'))
	ok(examples.some((x) => x.route === r && !x.json), `routes.def has an EXAMPLE of the page ${r.name}`);

const inLanguage = (address, lang) => address.replace(/^\/en\//, `/${lang}/`);

module.exports = { examples, inLanguage, routes };
