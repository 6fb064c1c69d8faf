#!/bin/sh
# A change of the templates' texts changes few lines of the translations.
set -u
srcdir=$(cd "${top_srcdir:-.}" && pwd)
builddir=$(cd "${top_builddir:-.}" && pwd)
if ! command -v msgmerge >/dev/null; then
	echo "1..0 # SKIP no msgmerge"
	exit 0
fi
dir=$(mktemp -d /tmp/kontor-po-XXXXXX)
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
LC_ALL=C
export LC_ALL
n=0

claim() { # claim NAME: the status of the command before decides
	if [ $? -eq 0 ]; then r=ok; else r="not ok"; fi
	n=$((n + 1))
	echo "$r $n - $1"
}
update() {
	env -u MAKEFLAGS -u MAKELEVEL make -C "$builddir" update-po PO_TREE="$dir/tree" >"$dir/out" 2>&1 || { sed 's/^/# /' "$dir/out"; return 1; }
}
changed() { # changed LANGUAGE: the lines that differ from the project's
	diff "$srcdir/po/$1.po" "$dir/tree/po/$1.po" | grep -c '^[<>]'
}

mkdir "$dir/tree" "$dir/tree/po"
cp -R "$srcdir/templates" "$dir/tree/"
cp "$srcdir"/po/*.po "$dir/tree/po/"
chmod -R u+w "$dir/tree"

update && [ "$(changed de)" -eq 0 ] && [ "$(changed zh-Hans)" -eq 0 ]
claim translations_are_as_make_update_po_leaves_them

sed -i '1i <p>{{#_}}A text for a test{{/_}}</p><p>{{#_}}Zoo of texts{{/_}}</p><p>{{#_}}Search{{/_}}</p>' "$dir/tree/templates/product.mustache"
update && grep -q '^msgid "A text for a test"$' "$dir/tree/po/de.po" && grep -q '^msgid "Zoo of texts"$' "$dir/tree/po/zh-Hans.po"
claim new_texts_come_to_the_translators
[ "$(changed de)" -eq 6 ] && [ "$(changed zh-Hans)" -eq 6 ]
claim two_new_texts_change_six_lines_of_a_language
echo "1..$n"
