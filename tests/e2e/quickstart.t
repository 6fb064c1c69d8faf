#!/bin/bash
# quickstart: two shops at once, each private to its user, and neither forgets the other.
set -u
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
if [ "$build" != "$src/build" ] || [ ! -w "$src" ]; then
	echo '1..0 # SKIP quickstart builds in build/ only'
	exit 0
fi
dir=$(mktemp -d /tmp/kq-XXXXXX)
mkdir -m 711 "$dir/tmp"
chmod 711 "$dir"
export TMPDIR=$dir/tmp
unset MAKEFLAGS MFLAGS MAKELEVEL
n=0
failed=0

claim() { # claim NAME: the status of the command before decides
	if [ $? -eq 0 ]; then r=ok; else r="not ok"; failed=1; fi
	n=$((n + 1))
	echo "$r $n - $1"
}
quickstart() { # its output is in $dir/out
	"$src/quickstart" "$@" >"$dir/out" 2>&1 </dev/null || { sed 's/^/# /' "$dir/out"; return 1; }
}
refuses() { ! "$src/quickstart" "$@" >"$dir/out" 2>&1 </dev/null; }
says() { grep -qF -e "$1" "$dir/out" || { echo "# not said: $1"; sed 's/^/# /' "$dir/out"; return 1; }; }
# shellcheck disable=SC2317 # by the trap
clean_up() {
	quickstart stop --all
	rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
free_port() { node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'; }
data_of() { sed -n 's/^quickstart: data and logs: //p' "$dir/out"; }

port_a=$(free_port)
quickstart start --empty --detach --yes --port "$port_a" && a=$(data_of) && run_a=$(cat "$a/running") &&
	curl -fs -o /dev/null "http://127.0.0.1:$port_a/en/"
claim a_shop_behind_lighttpd_answers
port_b=$(free_port)
quickstart start --empty --detach --yes --apache --port "$port_b" && b=$(data_of) && curl -fs -o /dev/null "http://127.0.0.1:$port_b/en/" &&
	css=$(basename "$(find "$(cat "$b/running")/web/static" -name '*.css' | head -n 1)") && curl -fs -o /dev/null "http://127.0.0.1:$port_b/static/$css"
claim a_second_one_behind_apache_answers_too

if [ "$(id -u)" = 0 ]; then # others may not enter; the web server may go through
	folders=710
	stranger() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
else
	folders=700
	stranger() { return 1; }
fi
[ "$(stat -c %a "$a" "$run_a" "$run_a/backends" | sort -u)" = $folders ] && [ "$(stat -c %a "$run_a"/backends/*.sock | sort -u)" = 660 ] &&
	[ "$(stat -c %a "$run_a/mc.sock")" = 700 ] && [ -z "$(find "$a" -maxdepth 1 -type f ! -name "*.public" -perm /007)" ]
claim folders_and_sockets_are_closed_to_others
for file in "$run_a/db.sock" "$run_a/mc.sock" "$run_a/backends/1.sock" "$a/kontor.conf" "$a/passwords/web" "$a/cache.secret" "$a/log"; do
	[ -e "$file" ] && ! stranger test -e "$file" || { echo "# $file"; false; break; }
done
claim another_user_of_the_machine_reaches_none_of_them
for account in web jobs tool backup; do
	[ "$(wc -c <"$a/passwords/$account")" = 36 ] && ! mariadb --no-defaults -S "$run_a/db.sock" -u "kontor_$account" -e 'SELECT 1' >/dev/null 2>&1 &&
		MYSQL_PWD=$(cat "$a/passwords/$account") mariadb --no-defaults -S "$run_a/db.sock" -u "kontor_$account" -e 'SELECT 1' >/dev/null 2>&1 || { false; break; }
done && [ "$(mariadb --no-defaults -S "$run_a/db.sock" -N -B -e "SELECT COUNT(*) FROM mysql.user WHERE user = ''")" = 0 ]
claim each_account_of_the_database_has_a_password

quickstart status && says "$a" && says "$b" && says 'web runs' && ! says 'does not run' >/dev/null
claim status_shows_both
refuses stop && says 'several shops run' && says "$a" && says "$b" && curl -fs -o /dev/null "http://127.0.0.1:$port_a/en/"
claim stop_asks_for_the_one_that_is_meant
quickstart stop --dir "$b" && [ ! -e "$b" ] && quickstart status && says "$a" && ! says "$b" >/dev/null
claim the_earlier_one_is_still_known_when_the_later_one_is_stopped
quickstart stop && [ ! -e "$a" ] && [ ! -e "$run_a" ] && refuses status && says 'no shop runs'
claim and_is_stopped_without_a_name

# The first shop with demo goods leaves a copy of its database, from which the second begins. Apache's user cannot enter
# the folder of the second.
for turn in first second; do
	port_c=$(free_port)
	if [ $turn = first ]; then set --; else set -- --apache --dir "$dir/kept"; fi
	quickstart start --detach --yes --port "$port_c" "$@" && c=$(data_of) &&
		css=$(basename "$(find "$(cat "$c/running")/web/static" -name '*.css' | head -n 1)") &&
		curl -fs -o /dev/null "http://127.0.0.1:$port_c/static/$css" && quickstart stop --dir "$c"
	claim "the_${turn}_shop_with_demo_goods_has_its_style"
done

echo "1..$n"
exit $failed
