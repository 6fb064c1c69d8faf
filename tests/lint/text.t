#!/bin/sh
# The rules for every text file, and for shell scripts.
# shellcheck source=tests/lint/lint.sh
. "$(dirname "$0")/lint.sh"

find Makefile.am configure.ac autogen.sh quickstart .ci bench doc etc htdocs po src templates tests ./*.md debian \
	\( -path tests/lint/bad -o -path etc/demo/images -o -path 'tests/fuzz/corpus' -o -name node_modules \) -prune \
	-o -type f -print 2>/dev/null | sed 's,^\./,,' | sort -u >"$tmp/all"
grep -vE '\.(png|jpe?g|webp|gif|ico|woff2?|mo|pdf|xz|gz|min\.js)$' "$tmp/all" >"$tmp/text"
xargs $awk -f "$lint/text.awk" <"$tmp/text" >"$tmp/found"
# shellcheck disable=SC2016 # for awk
$awk '/[^A-Za-z0-9_.@\/-]/ { print "name " $0 ":1: only letters, digits, dot, hyphen, underscore and at sign" }' \
	"$tmp/all" >>"$tmp/found"

xargs grep -lE '^#! ?/bin/sh' <"$tmp/text" | grep -v '\.md$' >"$tmp/sh"
while read -r f; do
	sh -n "$f" 2>/dev/null || echo "sh $f:1: sh -n refuses it"
	[ -x "$f" ] || [ "${f%.in}" != "$f" ] || echo "executable $f:1: a script is executable"
done <"$tmp/sh" >>"$tmp/found"

# Each file is named in a local.mk, drawings and templates by their folder.
# shellcheck disable=SC2046 # names without blanks
cat Makefile.am configure.ac $(grep '/local\.mk$' "$tmp/all") | tr -s ' \t\\' '\n\n\n' | sed 's,^\$(srcdir)/,,;s,^\$(top_srcdir)/,,' |
	sort -u >"$tmp/named"
grep -vE '(^|/)(local\.mk|\.[a-z-]+|package-lock\.json)$|^(configure\.ac|Makefile\.am|\.ci/|debian/|etc/demo/(images|draw)/|templates/(mail/)?[a-z_]*\.mustache$)' \
	"$tmp/all" | comm -23 - "$tmp/named" | sed 's/.*/dist &:1: stands in no local.mk/' >>"$tmp/found"

lint_rule dist "each_file_is_in_the_distribution"
lint_rule open "nothing_is_left_open"
lint_rule conflict "no_marks_of_a_merge"
lint_rule ends "no_line_ends_in_blanks"
lint_rule name "file_names_are_plain"
lint_rule sh "scripts_are_understood_by_the_shell"
lint_rule executable "scripts_are_executable"

claim=shellcheck_finds_nothing
if command -v shellcheck >/dev/null; then
	if xargs shellcheck -x -S warning -f gcc <"$tmp/sh" >"$tmp/bad"; then
		tap ok $claim
	else
		tap "not ok" $claim
		sed 's/^/# /' "$tmp/bad"
	fi
else
	tap ok "$claim # SKIP no shellcheck"
fi
lint_end
