#!/bin/sh
# The checkers find what they should: tests/lint/bad is a tree that breaks each rule, tests/lint/bad.expected says where.
# shellcheck source=tests/lint/lint.sh
. "$(dirname "$0")/lint.sh"

cd "$lint/bad" || exit 1
find src -type f | sort >"$tmp/files"
{
	xargs $awk -f "$lint/source.awk" <"$tmp/files"
	xargs $awk -f "$lint/layers.awk" <"$tmp/files"
} | sed -E 's/^([a-z_]+ [^ ]+:[0-9]+):.*/\1/' | sort >"$tmp/got"
if diff "$lint/bad.expected" "$tmp/got" >"$tmp/diff"; then
	tap ok each_breach_is_found_and_nothing_else
else
	tap "not ok" each_breach_is_found_and_nothing_else
	sed 's/^/# /' "$tmp/diff"
fi
echo "1..$n"
