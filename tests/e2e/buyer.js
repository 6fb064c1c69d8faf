// buyer.js - a visitor without a browser: keeps cookies, reads forms out of pages and sends them as a browser would.
'use strict';
const http = require('http');
const { PATIENCE_MS, sleep } = require('./stack.js');

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const unescapeHtml = (s) => s.replace(/&(amp|lt|gt|quot|#39);/g, (all, name) => entities[name]);

function attributes(tag) {
	const out = {};
	for (const m of tag.matchAll(/\s([a-z-]+)(?:="([^"]*)")?/g))
		out[m[1]] = m[2] === undefined ? '' : unescapeHtml(m[2]);
	return out;
}

// The forms of a page: {action, method, fields: [[name, value]]}, with the values that a browser would send unchanged.
function forms(html) {
	const out = [];
	for (const m of html.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)) {
		const form = { ...attributes(m[1]), fields: [], buttons: [] };
		for (const t of m[2].matchAll(/<(input|button)([^>]*)>|<select([^>]*)>([\s\S]*?)<\/select>|<textarea([^>]*)>([\s\S]*?)<\/textarea>/g)) {
			if (t[1]) {
				const a = attributes(t[2]);
				if (a.name === undefined || a.disabled !== undefined)
					continue;
				if (t[1] === 'button')
					form.buttons.push([a.name, a.value]);
				else if (a.type === 'checkbox' || a.type === 'radio')
					(a.checked !== undefined ? form.fields : []).push([a.name, a.value || 'on']);
				else
					form.fields.push([a.name, a.value || '']);
			} else if (t[4] !== undefined) {
				const options = [...t[4].matchAll(/<option([^>]*)>/g)].map((o) => attributes(o[1]));
				const chosen = options.find((o) => o.selected !== undefined) || options[0] || { value: '' };
				form.fields.push([attributes(t[3]).name, chosen.value]);
			} else {
				form.fields.push([attributes(t[5]).name, unescapeHtml(t[6])]);
			}
		}
		out.push(form);
	}
	return out;
}

class Buyer {
	// `origin`: "http://127.0.0.1:8080"; `agent`: to share connections between buyers.
	constructor(origin, { agent } = {}) {
		this.origin = new URL(origin);
		this.agent = agent || new http.Agent({ keepAlive: true, maxSockets: 1 });
		this.cookies = {};
		this.patient = false; // sends again what the shop was too busy for
	}

	// One exchange, no redirect followed.
	async send(method, target, options) {
		const end = Date.now() + PATIENCE_MS;
		for (;;) {
			const rs = await this.exchange(method, target, options);
			if (!this.patient || rs.status !== 503 || Date.now() > end)
				return rs;
			await sleep(100);
		}
	}

	// A server may close a connection between two requests, which a test that waits for a command notices only when it
	// sends the next one: like a browser, it sends that on a new connection.
	async exchange(method, target, options) {
		const call = {};
		try {
			return await this.exchangeOnce(method, target, options, call);
		} catch (e) {
			if (!call.request.reusedSocket || call.answered || !['ECONNRESET', 'EPIPE'].includes(e.code))
				throw e;
			return this.exchangeOnce(method, target, options, call);
		}
	}

	exchangeOnce(method, target, { body = null, headers = {} } = {}, call) {
		const all = { host: this.origin.host, ...headers };
		const cookie = Object.entries(this.cookies).map(([k, v]) => `${k}=${v}`).join('; ');
		if (cookie)
			all.cookie = cookie;
		if (body !== null) {
			all['content-type'] = 'application/x-www-form-urlencoded';
			all['content-length'] = Buffer.byteLength(body);
			all.origin = this.origin.origin;
		}
		return new Promise((done, fail) => {
			const rq = http.request({
				host: this.origin.hostname, port: this.origin.port, method, path: target, headers: all, agent: this.agent,
			}, (rs) => {
				const parts = [];
				call.answered = true;
				rs.on('data', (part) => parts.push(part));
				rs.on('aborted', () => fail(new Error(`${method} ${target} was cut off`)));
				rs.on('end', () => {
					for (const line of rs.headers['set-cookie'] || []) {
						const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
						this.cookies[name] = value;
					}
					done({ status: rs.statusCode, headers: rs.headers, text: Buffer.concat(parts).toString(), target });
				});
			});
			call.request = rq;
			rq.setTimeout(PATIENCE_MS, () => rq.destroy(new Error(`no answer to ${method} ${target}`)));
			rq.on('error', fail);
			if (body !== null)
				rq.write(body);
			rq.end();
		});
	}

	// Follows redirects as a browser does; `trail` holds the statuses.
	async go(method, target, options) {
		let rs = await this.send(method, target, options);
		const trail = [rs.status];
		while ([301, 302, 303].includes(rs.status)) {
			const to = new URL(rs.headers.location, this.origin);
			rs = await this.send('GET', to.pathname + to.search);
			trail.push(rs.status);
			if (trail.length > 10)
				throw new Error(`redirects without end from ${target}`);
		}
		rs.trail = trail;
		this.page = rs;
		return rs;
	}

	get(target, options) {
		return this.go('GET', target, options);
	}

	// The form of the present page whose action ends in `end`, with `values` put in.
	form(end, values = {}) {
		const form = forms(this.page.text).find((f) => f.action !== undefined && f.action.split('?')[0].endsWith(end));
		if (!form)
			throw new Error(`no form for ${end} on ${this.page.target} (status ${this.page.status})`);
		const fields = form.fields.filter(([name]) => !(name in values));
		for (const [name, value] of Object.entries(values))
			if (value !== null)
				fields.push([name, value]);
		return { action: form.action, body: new URLSearchParams(fields).toString() };
	}

	async submit(end, values) {
		const { action, body } = this.form(end, values);
		return this.go('POST', action, { body });
	}

	async addToCart(product, values) {
		await this.get(product);
		return this.submit('/cart/add', values);
	}

	// From the cart to the review. Then place the order with submit('/checkout/place', {terms: ...}), or take its
	// form().
	async checkout(lang, who = {}) {
		await this.get(`/${lang}/checkout/address`);
		await this.submit('/checkout/address', {
			email: 'buyer@example.org', name: 'Ada Buyer', street: 'Long Lane 1', postcode: '20457', city: 'Hamburg',
			country: 'DE', ...who,
		});
		await this.submit('/checkout/delivery', { delivery: who.delivery || 'standard' });
		await this.submit('/checkout/payment', { payment: who.payment || 'transfer' });
		return this.page;
	}
}

module.exports = { Buyer, forms };
