#!/bin/sh
# Every test that doc/security.md names exists, with the claim that it quotes.
set -u
src=$(cd "${top_srcdir:-.}" && pwd)
doc=$src/doc/security.md
names=$(mktemp)
trap 'rm -f "$names"' EXIT
failed=0

# shellcheck disable=SC2016 # the backquotes are the document's
grep -o '`tests/[^`#]*#[^`]*`' "$doc" | tr -d '`' | sort -u >"$names"
[ "$(wc -l <"$names")" -gt 50 ] && r=ok || { r='not ok'; failed=1; }
echo "$r 1 - the_document_names_tests"
missing=$(while IFS='#' read -r file claim; do
	grep -qF -e "$claim" "$src/$file" 2>/dev/null || echo "# $file has no '$claim'"
done <"$names")
if [ -z "$missing" ]; then r=ok; else r='not ok'; failed=1; echo "$missing"; fi
echo "$r 2 - each_test_and_claim_exists"
echo 1..2
exit $failed
