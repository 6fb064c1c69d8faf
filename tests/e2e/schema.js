// schema.js - checks JSON against the schemas of doc/schema (JSON Schema, draft 2020-12).
//
// The keywords below are those that the schemas use. Any other is refused, so that no rule is silently ignored; an object
// whose schema has "properties" may have no others.
'use strict';
const fs = require('fs');
const path = require('path');
const { src } = require('./stack.js');

const notes = ['$schema', '$id', '$defs', 'title', 'description'];
const typeOf = (v) => v === null ? 'null' : Array.isArray(v) ? 'array' : Number.isInteger(v) ? 'integer' : typeof v;
const isType = (v, type) => typeOf(v) === type || (type === 'number' && typeof v === 'number');

const rules = {
	type: (v, types) => [].concat(types).some((t) => isType(v, t)) || `is ${typeOf(v)}, not ${types}`,
	const: (v, only) => v === only || `is not ${only}`,
	enum: (v, all) => all.includes(v) || `is none of ${all}`,
	pattern: (v, re) => typeof v !== 'string' || new RegExp(re, 'u').test(v) || `"${v}" does not match ${re}`,
	minimum: (v, n) => typeof v !== 'number' || v >= n || `is below ${n}`,
	minItems: (v, n) => !Array.isArray(v) || v.length >= n || `has fewer than ${n}`,
	required: (v, names) => typeOf(v) !== 'object' || names.every((n) => n in v) || `lacks ${names.filter((n) => !(n in v))}`,
	additionalProperties: (v, no) => no === false || 'may only be false',
};

function faults(schema, v, root, at) {
	if (schema.$ref)
		return faults(root.$defs[schema.$ref.replace('#/$defs/', '')], v, root, at);
	const out = [];
	for (const [keyword, rule] of Object.entries(schema)) {
		if (keyword === 'properties' && typeOf(v) === 'object') {
			for (const name of Object.keys(v)) {
				if (name in rule)
					out.push(...faults(rule[name], v[name], root, `${at}/${name}`));
				else if (schema.additionalProperties === false)
					out.push(`${at}/${name} is not in the schema`);
			}
		} else if (keyword === 'items' && Array.isArray(v)) {
			v.forEach((one, i) => out.push(...faults(rule, one, root, `${at}/${i}`)));
		} else if (keyword in rules) {
			const said = rules[keyword](v, rule);
			if (said !== true)
				out.push(`${at || '/'} ${said}`);
		} else if (!['properties', 'items', ...notes].includes(keyword)) {
			throw new Error(`the schema uses "${keyword}", which this checker lacks`);
		}
	}
	return out;
}

// Parses the text, checks it against doc/schema/NAME.json, and returns the value.
function parse(name, text) {
	const schema = JSON.parse(fs.readFileSync(path.join(src, 'doc', 'schema', `${name}.json`)));
	const value = JSON.parse(text);
	const found = faults(schema, value, schema, '');
	if (found.length > 0)
		throw new Error(`not ${name}.json: ${found.slice(0, 5).join('; ')}`);
	return value;
}

module.exports = { parse, faults };
