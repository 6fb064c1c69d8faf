#!/bin/sh
# Connections to the database are encrypted as db.tls asks, and kontor doctor says what does not fit.
set -u
cert=$(mktemp -d /tmp/kontor-XXXXXX)
dir=$(mktemp -u /tmp/kontor-XXXXXX)
src=${top_srcdir:-.}
kontor=${top_builddir:-.}/kontor
export top_builddir="${top_builddir:-.}" top_srcdir="$src"
# shellcheck disable=SC2317
cleanup() { "$src/tests/lib/services" stop "$dir"; rm -rf "$cert"; }
trap cleanup EXIT
n=0
failed=0

claim() { # claim NAME: the status of the command before decides
	if [ $? -eq 0 ]; then r=ok; else r="not ok"; failed=1; sed 's/^/# /' "$cert/out"; fi
	n=$((n + 1))
	echo "$r $n - $1"
}
make_ca() { # make_ca NAME
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=$1" -keyout "$cert/$1.key" -out "$cert/$1.pem" 2>>"$cert/log"
}
make_server() { # make_server NAME: the server's certificate, for this name
	openssl req -newkey rsa:2048 -nodes -subj "/CN=database" -keyout "$cert/server.key" -out "$cert/server.csr" 2>>"$cert/log"
	echo "subjectAltName = $1" >"$cert/ext"
	openssl x509 -req -in "$cert/server.csr" -CA "$cert/ours.pem" -CAkey "$cert/ours.key" -CAcreateserial -days 30 \
		-extfile "$cert/ext" -out "$cert/server.pem" 2>>"$cert/log"
	chmod 644 "$cert/server.key"
}
write() { # write TLS [CA]
	cat >"$cert/kontor.conf" <<-EOF
		[db]
		host = 127.0.0.1
		port = $port
		tls = $1
		tls_ca = ${2:+$cert/$2.pem}
		[cache]
		secret_file = $dir/cache.secret
		[paths]
		media_dir = $cert/media
	EOF
}
run() { "$kontor" --config "$cert/kontor.conf" "$@" >"$cert/out" 2>&1; }
finds() { # finds CHECK FINDING [TEXT]
	"$kontor" --config "$cert/kontor.conf" doctor --json "$1" >"$cert/out" 2>&1
	grep -q "\"$2\"" "$cert/out" && grep -qi "${3:-}" "$cert/out"
}
sql() { mariadb --no-defaults -S "$dir/db.sock" -u root -e "$1"; }
again() { "$src/tests/lib/services" db-kill "$dir" && "$src/tests/lib/services" db-start "$dir"; }

if ! command -v openssl >/dev/null; then
	echo '1..0 # SKIP openssl is not installed'
	exit 0
fi
chmod 755 "$cert"
mkdir "$cert/media" "$cert/backups"
make_ca ours
make_ca theirs
make_server IP:127.0.0.1
port=$(node -e 's = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
tcp="--skip-networking=0 --bind-address=127.0.0.1 --port=$port"
tls="--ssl-cert=$cert/server.pem --ssl-key=$cert/server.key --require-secure-transport=ON"
export SERVICES_DB_OPTIONS="$tcp $tls"
"$src/tests/lib/services" start "$dir" --owner $$ --empty
write verify ours
"$kontor" --config "$cert/kontor.conf" accounts "$src/etc/sql/accounts.sql" | mariadb --no-defaults -S "$dir/db.sock" -u root

run migrate --dir "$src/etc/sql"
claim a_server_that_wants_tls_is_used_and_its_certificate_verified
run backup "$cert/backups" --migrations "$src/etc/sql"
claim the_programs_of_a_backup_use_tls_too
write on
run verify
claim encryption_without_verification_needs_no_authority
write off
finds database db-tls-required
claim a_server_that_wants_tls_is_not_taken_for_one_that_is_down
write verify theirs
finds database db-tls 'tls_ca'
claim a_certificate_of_another_authority_is_refused
write verify
finds database db-tls
claim an_unknown_authority_is_refused_without_a_file_of_authorities
write verify none
finds database db-tls
claim a_missing_file_of_authorities_is_told
make_server DNS:db.example.org
again
write verify ours
finds database db-tls
claim a_certificate_for_another_name_is_refused
write on
run verify
claim it_suffices_for_encryption_alone
sql "SET GLOBAL require_secure_transport = OFF; ALTER USER kontor_web@'%' REQUIRE SSL"
write off
finds accounts account-tls kontor_web
claim an_account_that_wants_tls_is_not_taken_for_a_wrong_password
write on
! finds accounts account-tls
claim with_tls_it_logs_in
sql "ALTER USER kontor_web@'%' REQUIRE NONE"
SERVICES_DB_OPTIONS="$tcp --skip-ssl" again
finds database db-tls
claim a_server_without_tls_is_refused
echo "1..$n"
exit $failed
