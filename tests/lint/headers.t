#!/bin/sh
# Each header compiles alone, twice in a row, with each compiler.
# shellcheck source=tests/lint/lint.sh
. "$(dirname "$0")/lint.sh"

find src -name '*.h' | sort >"$tmp/headers"
while read -r h; do
	c=$tmp/$(echo "${h#src/}" | tr '/.' '__').c
	printf '#include "%s"\n#include "%s"\n' "${h#src/}" "${h#src/}" >"$c"
done <"$tmp/headers"

for cc in gcc clang; do
	claim=each_header_compiles_alone_with_$cc
	if ! command -v $cc >/dev/null; then
		tap ok "$claim # SKIP no $cc"
		continue
	fi
	# shellcheck disable=SC2086 # flags
	if $cc -std=gnu11 -fsyntax-only -Wall -Wextra -Werror ${LINT_CPPFLAGS:--Isrc} "$tmp"/*.c 2>"$tmp/bad"; then
		tap ok $claim
	else
		tap "not ok" $claim
		sed 's/^/# /' "$tmp/bad"
	fi
done
echo "1..$n"
