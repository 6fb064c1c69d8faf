#!/bin/sh
# hash.sh SRCDIR OUTDIR - puts the static files into OUTDIR/static under names that hold a hash of what is in them, so
# that browsers may keep them for ever, and writes OUTDIR/static.h, which tells the programs these names.
set -eu
src=$1 out=$2
rm -rf "$out/static"
mkdir -p "$out/static"
{
	printf '/* static.h - the names of the static files; made by htdocs/hash.sh. */\n'
	for pair in CSS:css/kontor.css JS:js/kontor.js ICON:favicon.svg ICO:favicon.ico TOUCH:touch-icon.png \
	    ICON192:icon-192.png ICON512:icon-512.png; do
		file=$src/${pair#*:}
		base=${file##*/}
		# White space and comments of the style sheet are for its readers.
		case $base in
		*.css)
			tr '\t\n' '  ' <"$file" | sed -e 's|/\*[^*]*\*/||g' -e 's/  */ /g' -e 's/ *\([{};,]\) */\1/g' \
			    -e 's/: /:/g' -e 's/;}/}/g' -e 's/^ //' >"$out/static/$base"
			;;
		*) cp "$file" "$out/static/$base" ;;
		esac
		name=${base%.*}.$(sha256sum <"$out/static/$base" | cut -c1-8).${base##*.}
		mv "$out/static/$base" "$out/static/$name"
		chmod 644 "$out/static/$name"
		printf '#define STATIC_%s "%s"\n' "${pair%%:*}" "$name"
	done
} >"$out/static.h.new"
mv "$out/static.h.new" "$out/static.h"
