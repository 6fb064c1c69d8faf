#!/bin/sh
# render.sh - draws every picture and writes it to ../images as WebP, at most 60 kB each.
# Needs node, rsvg-convert (librsvg2-bin), cwebp (webp) and, for the lettering, EB Garamond (fonts-ebgaramond).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$here/../images"
node "$here/draw.mjs" "$work" "$@"
one='
name=$(basename "$1" .svg)
rsvg-convert -o "$2/$name.png" "$1"
for q in 76 68 58 48 38 28 20 12; do
	cwebp -quiet -m 6 -sharp_yuv -q $q "$2/$name.png" -o "$3/$name.webp"
	[ "$(wc -c <"$3/$name.webp")" -gt 50000 ] || break
done
rm "$2/$name.png"'
find "$work" -name '*.svg' -print0 | xargs -0 -P "$(nproc)" -I{} sh -euc "$one" sh {} "$work" "$here/../images"
