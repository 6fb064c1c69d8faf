// error_page.js - properties of the error page, from a worker and from a static file.
'use strict';
const assert = require('assert');

// Removes the parts in which two error pages in the default language may differ.
function masked(text) {
	return text.replace(/<div id="what">.*?<\/div>/s, '<div id="what"></div>')
		.replace(/<p class="sorry-id">.*?<\/p>\n/s, ''); // plain files have no number
}

function headersAreComplete(rs) {
	const count = {};
	for (let i = 0; i < rs.raw.length; i += 2)
		count[rs.raw[i].toLowerCase()] = (count[rs.raw[i].toLowerCase()] || 0) + 1;
	for (const name of ['content-type', 'content-security-policy', 'x-content-type-options', 'referrer-policy',
		'cross-origin-opener-policy', 'cross-origin-resource-policy', 'permissions-policy', 'cache-control'])
		assert.strictEqual(count[name], 1, `${name} comes ${count[name] || 0} times`);
	assert.match(rs.headers['content-type'], /^text\/html; ?charset=utf-8$/i);
	assert.match(rs.headers['content-security-policy'], /default-src 'none'.*frame-ancestors 'none'/);
	assert.strictEqual(rs.headers['x-content-type-options'], 'nosniff');
	assert.strictEqual(rs.headers['cache-control'], 'private, no-store');
	if (rs.status === 503)
		assert.match(rs.headers['retry-after'] || '', /^[1-9]\d*$/, 'a 503 says when to come again');
}

// The number that visitors are asked to give.
function numberOf(text) {
	const found = /<span id="error-id">([^<]*)<\/span>/.exec(text);
	return found ? found[1] : '';
}

module.exports = { numberOf, masked, headersAreComplete };
