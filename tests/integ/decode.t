#!/bin/bash
# An import whose pictures crash their decoder goes on and names them; and a decoder holds no secret of the tool that
# started it.
set -u
lib=$(cd "${top_srcdir:-.}/tests/lib" && pwd)
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
export top_srcdir=$src top_builddir=$build LC_ALL=C
export KONTOR_DECODE=$build/kontor-decode
dir=$(mktemp -d /tmp/kd-XXXXXX)
sv=$dir/s
conf=$sv/kontor.conf
pictures=$dir/pictures
password=Vq7cLk2mXw9eRt4y
n=0
failed=0

# shellcheck disable=SC2317 # by the trap
clean_up() {
	"$lib/services" stop "$sv"
	rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

claim() { # claim NAME: the status of the command before decides
	if [ $? -eq 0 ]; then r=ok; else r="not ok"; failed=1; fi
	n=$((n + 1))
	echo "$r $n - $1"
}
says() { grep -qF -e "$1" "$dir/out" || { echo "# not said: $1"; sed 's/^/# /' "$dir/out"; return 1; }; }
kontor() { "$build/kontor" --config "$conf" "$@"; }
sql() { mariadb --no-defaults -S "$sv/db.sock" -u root -N -B kontor -e "$1"; }
until_true() {
	local i
	for i in $(seq 1200); do
		"$@" && return 0
		sleep 0.05
	done
	return 1
}
# holds PID HEX: true when the process has these bytes in its memory, anywhere that can be read.
holds() {
	node -e '
		const fs = require("fs"), [pid, hex] = process.argv.slice(1), wanted = Buffer.from(hex, "hex");
		const mem = fs.openSync(`/proc/${pid}/mem`, "r");
		let seen = 0, found = false;
		for (const line of fs.readFileSync(`/proc/${pid}/maps`, "latin1").split("\n")) {
			const m = /^([0-9a-f]+)-([0-9a-f]+) r.*?(\[v.*\])?$/.exec(line);
			if (m === null || m[3] !== undefined) continue;
			const from = BigInt(`0x${m[1]}`), size = Number(BigInt(`0x${m[2]}`) - from), bytes = Buffer.alloc(size);
			let got = 0;
			try { got = fs.readSync(mem, bytes, 0, size, from); } catch { continue; }
			seen += got;
			found ||= bytes.subarray(0, got).includes(wanted);
		}
		process.exit(seen < 1e6 ? 2 : found ? 0 : 1);' "$1" "$2"
}
hex() { od -An -v -tx1 | tr -d ' \n'; }
decoders() { pgrep -P "$1" kontor-decode; }

"$lib/services" start "$sv" --owner $$ || exit 99
(umask 077 && printf '%s\n' "$password" >"$dir/password")
cat >>"$conf" <<EOF
[paths]
media_dir = $dir/media
stats_file = $dir/stats
[test]
faults = yes
EOF
sed -i "s|^\[db\]|&\ntool_password_file = $dir/password|" "$conf"
kontor accounts "$src/etc/sql/accounts.sql" | grep -v '^--' | mariadb --no-defaults -S "$sv/db.sock" -u root
mkdir "$pictures"
for name in first crash hang last; do
	cp "$src/etc/demo/images/aneroid-barometer.webp" "$pictures/$name.webp"
	printf %s "$name" >>"$pictures/$name.webp" # each a picture of its own
done
printf 'X-Kontor-Fault=crash' >>"$pictures/crash.webp"
printf 'X-Kontor-Fault=hang' >>"$pictures/hang.webp"
table() { # table NAME...: a product for each picture
	local name
	echo 'Handle,Title,Variant Price,Image Src'
	for name in "$@"; do echo "d-$name,Goods,5,$name.webp"; done
}

table first crash last >"$dir/table.csv"
kontor import products "$dir/table.csv" --images "$pictures" >"$dir/out" 2>&1
status=$?
[ $status = 0 ] && says 'table.csv:3:' && says 'the picture is broken: its decoder crashed' &&
	[ "$(sql 'SELECT COUNT(*) FROM product')" = 3 ] && [ "$(sql 'SELECT COUNT(*) FROM product_image WHERE w > 0')" = 2 ] &&
	[ "$(find "$dir/media" -type f | wc -l)" = 8 ]
claim an_import_goes_on_after_a_picture_that_crashes_its_decoder_and_names_it

table hang >"$dir/table.csv"
"$build/kontor" --config "$conf" import products "$dir/table.csv" --images "$pictures" >"$dir/out" 2>&1 &
tool=$!
until_true decoders $tool >/dev/null
pid=$(decoders $tool | head -n 1)
confined() { grep -q '^Seccomp:[[:space:]]*2' "/proc/$pid/status"; }
until_true confined
claim a_decoder_is_confined_while_it_works
secret=$(cat "$sv/cache.secret")
holds $tool "$(printf %s "$password" | hex)" && ! holds "$pid" "$(printf %s "$password" | hex)"
claim the_password_of_the_database_is_in_the_tool_and_not_in_its_decoder
holds "$pid" "$(printf 'X-Kontor-Fault=hang' | hex)" && ! holds "$pid" "$(printf %s "$secret" | hex)" && ! holds "$pid" "$secret"
claim the_secret_of_the_cache_is_not_in_the_decoder_that_holds_the_picture
find "/proc/$pid/fd" -mindepth 1 -printf '%f\n' | sort | tr '\n' ' ' >"$dir/fds" && [ "$(cat "$dir/fds")" = '0 1 ' ] &&
	[ ! -s "/proc/$pid/environ" ] && grep -q '^NoNewPrivs:[[:space:]]*1' "/proc/$pid/status" &&
	{ [ "$(id -u)" != 0 ] || grep -q '^Uid:[[:space:]]*65534[[:space:]]65534' "/proc/$pid/status"; }
claim a_decoder_has_the_picture_and_a_pipe_no_environment_and_no_rights
decoders $tool | xargs kill -KILL
wait $tool && says 'the picture is broken: its decoder crashed (signal 9)'
claim a_decoder_that_is_killed_is_one_picture_less

KONTOR_DECODE=/nonexistent kontor import products "$dir/table.csv" --images "$pictures" >"$dir/out" 2>&1
status=$?
[ $status = 2 ] && says "/nonexistent cannot be run"
claim without_a_decoder_no_picture_is_decoded_and_the_import_says_so

echo "1..$n"
exit $failed
