#!/bin/bash
# Backups and what comes of them, with a MariaDB and a memcached of their own: what is in one, what goes wrong while it is
# made, put back, or when it was damaged. Each fault must be named, and must leave what was there as it was.
set -u
lib=$(cd "${top_srcdir:-.}/tests/lib" && pwd)
src=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
export top_srcdir=$src top_builddir=$build LC_ALL=C
dir=$(mktemp -d /tmp/kb-XXXXXX)
sv=$dir/s
conf=$sv/kontor.conf
to=$dir/backups
fake=$dir/fake
path=$PATH
for last_sql in "$src"/etc/sql/0*.sql; do :; done
schema=$((10#$(basename "$last_sql" | cut -d_ -f1)))
more=$(printf %04d_more.sql $((schema + 1)))
n=0
failed=0
mounted=

# shellcheck disable=SC2317 # by the trap
clean_up() {
	PATH=$path
	[ -z "$mounted" ] || umount "$mounted"
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
ends() { # ends STATUS command...: true when the command ends with that status; its output is in $dir/out
	local want=$1 got
	shift
	"$@" >"$dir/out" 2>&1 </dev/null
	got=$?
	[ $got -eq "$want" ] || { sed 's/^/# /' "$dir/out"; echo "# status $got, not $want"; return 1; }
}
says() { grep -qF -e "$1" "$dir/out" || { echo "# not said: $1"; sed 's/^/# /' "$dir/out"; return 1; }; }
kontor() { "$build/kontor" --config "$conf" "$@"; }
backup() { kontor backup "$to" --migrations "$src/etc/sql" "$@"; }
restore() { kontor restore --yes --migrations "$src/etc/sql" "$@"; }
sql() { mariadb --no-defaults -S "$sv/db.sock" -u root -N -B kontor -e "$1"; }
newest() { find "$to" -maxdepth 1 -name 'kontor-2*Z' | sort | tail -n 1; }
# Everything in the shop's database, and everything below the backups: to see that nothing was changed.
data() { mariadb-dump --no-defaults --ignore-table=kontor.shop_control -S "$sv/db.sock" -u root --skip-dump-date --hex-blob kontor | sha256sum; }
tree() { (cd "$to" && find . -type f -exec sha256sum {} + | sort; find . | sort); }
no_trial() { [ -z "$(sql "SHOW DATABASES LIKE 'kontor\\_trial%'")" ] || { echo "# a trial's database is left"; return 1; }; }
until_true() { # until_true command...
	local i=0
	until "$@" 2>/dev/null; do
		i=$((i + 1))
		[ $i -lt 2400 ] || { echo "# in vain: $*"; return 1; }
		sleep 0.05
	done
}
# put PROGRAM: a program that takes the place of the real one on PATH; its text comes in. $real is the real one.
put() {
	mkdir -p "$fake"
	{ echo '#!/bin/bash'; echo "real=$(PATH=$path command -v "$1") dir=$dir"; cat; } >"$fake/$1"
	chmod 755 "$fake/$1"
	PATH=$fake:$path
}
real() {
	rm -rf "$fake"
	PATH=$path
}
# A failed backup: status 1, the words, nothing new and nothing less.
refuses() { # refuses WORDS [option...]
	local words=$1 before
	shift
	before=$(tree)
	ends 1 backup "$@" && says "$words" && says 'no backup was made' && no_trial &&
		{ [ "$before" = "$(tree)" ] || { echo "# something is left:"; ls "$to"; return 1; }; }
}
# A restore that is refused before anything is changed.
declines() { # declines WORDS BACKUP [option...]
	local words=$1 before
	shift
	before=$(data)
	ends 1 restore "$@" && says "$words" && says 'Nothing was changed' && no_trial &&
		{ [ "$before" = "$(data)" ] || { echo "# the database was changed"; return 1; }; }
}
# A backup of which something can be spoilt.
copy() { rm -rf "$dir/bad" && cp -a "$(newest)" "$dir/bad" && echo "$dir/bad"; }
# Makes the sum in the manifest that of the file as it is now.
sign() {
	local sum size
	sum=$(sha256sum <"$dir/bad/database.sql.gz" | cut -c1-64)
	size=$(stat -c %s "$dir/bad/database.sql.gz")
	sed -i "s|^file .* database.sql.gz|file $sum $size database.sql.gz|" "$dir/bad/MANIFEST"
}
# Two orders whose books are right, one of them over, and goods.
fill() {
	sql "INSERT INTO product (id, handle, status, price_minor, created_at, content_hash) VALUES (1, 'tea', 0, 500, 1, '');
	INSERT INTO product_text (product_id, lang, title, body_html) VALUES (1, 'en', 'Tea', 'a\nb''(;\\\\);--(');
	INSERT INTO variant (id, product_id, position, price_minor) VALUES (11, 1, 1, 500);
	INSERT INTO stock VALUES (11, 8, 1, 0);
	INSERT INTO stock_movement (id, variant_id, qty, reason, order_id, at) VALUES (1, 11, 10, 0, NULL, 1),
		(2, 11, -2, 2, 1, 1), (3, 11, -3, 2, 2, 1), (4, 11, 3, 3, 2, 1);
	INSERT INTO session (id, token_hash, csrf, created_at, seen_at) VALUES (1, REPEAT('\\\\\\'', 16), REPEAT('(', 16), 1, 1);
	INSERT INTO cart (id, session_id, is_open, order_key, draft, created_at, changed_at)
		VALUES (1, 1, NULL, REPEAT('a', 16), '', 1, 1), (3, 1, 1, REPEAT('c', 16), '', 1, 1);
	INSERT INTO cart_line VALUES (3, 11, 1, 500, 1);
	INSERT INTO orders (id, order_key, number, session_id, token_hash, state, payment_state, fulfilment_state, lang,
		currency, tax_included, lines_minor, shipping_minor, tax_minor, total_minor, email, delivery, payment,
		terms_version, terms_at, created_at, expires_at) VALUES
		(1, REPEAT('a', 16), 'K-1', 1, REPEAT('a', 32), 1, 1, 1, 'en', 'EUR', 1, 1000, 190, 190, 1190, 'a@b.c', 'post',
		'transfer', '1', 1, 1, UNIX_TIMESTAMP() + 86400),
		(2, REPEAT('b', 16), 'K-2', 1, REPEAT('b', 32), 5, 5, 5, 'en', 'EUR', 0, 1500, 0, 285, 1785, 'a@b.c', 'post',
		'transfer', '1', 1, 1, NULL);
	INSERT INTO order_address (order_id, kind, name, street, postcode, city, country)
		VALUES (1, 0, 'A', 'S', '1', 'C', 'DE'), (2, 0, 'A', 'S', '1', 'C', 'DE');
	INSERT INTO order_line (order_id, pos, variant_id, product_id, sku, title, qty, unit_minor, line_minor, tax_bp,
		tax_minor, stock_taken) VALUES (1, 1, 11, 1, '', 'Tea', 2, 500, 1000, 1900, 160, 2),
		(2, 1, 11, 1, '', 'Tea', 3, 500, 1500, 1900, 285, 3);
	INSERT INTO order_tax VALUES (1, 1900, 1000, 190), (2, 1900, 1500, 285);
	INSERT INTO order_event (id, order_id, machine, event, from_state, to_state, actor, at) VALUES
		(1, 1, 0, 0, 0, 1, 'buyer', 1), (2, 1, 1, 0, 0, 1, 'buyer', 1), (3, 1, 2, 0, 0, 1, 'buyer', 1),
		(4, 2, 0, 0, 0, 1, 'buyer', 1), (5, 2, 1, 0, 0, 1, 'buyer', 1), (6, 2, 2, 0, 0, 1, 'buyer', 1),
		(7, 2, 0, 2, 1, 5, 'job', 2), (8, 2, 1, 2, 1, 5, 'job', 2), (9, 2, 2, 2, 1, 5, 'job', 2);
	INSERT INTO ledger_entry (id, order_id, kind, at) VALUES (1, 1, 0, 1), (2, 2, 0, 1), (3, 2, 1, 2);
	INSERT INTO ledger_line VALUES (1, 1, 'receivable', 1190, 0), (1, 2, 'sales', 0, 840), (1, 3, 'shipping', 0, 160),
		(1, 4, 'tax', 0, 190), (2, 1, 'receivable', 1785, 0), (2, 2, 'sales', 0, 1500), (2, 4, 'tax', 0, 285),
		(3, 1, 'receivable', 0, 1785), (3, 2, 'sales', 1500, 0), (3, 4, 'tax', 285, 0);"
}

mkdir "$to" "$dir/media" "$dir/media/ab" "$dir/templates"
"$lib/services" start "$sv" --owner $$ || { echo "Bail out! no services"; exit 99; }
zeros=0000000000000000000000000000 # for the rest of a picture's hash
webp() { printf 'RIFF\44\0\0\0WEBPVP8L\30\0\0\0\57\0\0\0\0%s\n' "$1"; } # a picture, as far as its head shows
webp 'the first picture' >"$dir/first.webp"
cp "$dir/first.webp" "$dir/media/ab/ab00$zeros-thumb.webp"
webp 'the second' >"$dir/media/ab/ab00$zeros-card.webp"
echo 'half of one' >"$dir/media/ab/.ab00$zeros-card.123"
echo '<p>mine</p>' >"$dir/templates/footer.mustache"
for who in tool backup; do
	printf '%s " \\ #%s\n' "se cret" $who >"$dir/$who.password"
	printf "SET PASSWORD FOR kontor_%s@localhost = PASSWORD('%s \" \\\\\\\\ #%s');" $who "se cret" $who >"$dir/password.sql"
	sql "$(cat "$dir/password.sql")"
	sed -i "/^name = /a ${who}_password_file = $dir/$who.password" "$conf"
done
chmod 600 "$dir"/*.password
cat >>"$conf" <<EOF
[cache]
socket = $sv/mc.sock
[paths]
media_dir = $dir/media
override_dir = $dir/templates
stats_file = $dir/stats
EOF
fill
sql 'CREATE VIEW late AS SELECT id, number FROM orders WHERE id > 1'

# --- what a backup is ---------------------------------------------------------------------------------------------

ends 2 kontor backup && ends 2 kontor backup "$to" --keep 0 && ends 2 kontor backup "$to" x && ends 0 kontor backup --help &&
	says 'kontor [--config FILE] backup DIR' && ends 2 kontor restore
claim wrong_use_ends_with_2
ends 0 backup && says 'every invariant holds' && b=$(newest) && says "made: $b" && [ "$(stat -c %a "$b")" = 700 ] &&
	[ "$(find "$to" -maxdepth 1 | wc -l)" = 2 ] && no_trial
claim a_backup_is_a_folder_for_its_owner_alone
(cd "$b" && sed -n 's/^file \([0-9a-f]*\) [0-9]* \(.*\)/\1  \2/p' MANIFEST | sha256sum --quiet -c) >"$dir/out" 2>&1 &&
	[ "$(grep -c ^file "$b/MANIFEST")" = 6 ] && cp "$b/MANIFEST" "$dir/out" && says 'checked yes' && says 'rows 2 orders' &&
	says 'rows 10 ledger_line' && says 'rows 0 outbox' && says 'last-order K-2' && says 'pictures 2 79' && says "schema $schema ${last_sql##*/}"
claim the_manifest_has_sums_that_anybody_can_check_and_the_rows_of_each_table
cmp "$conf" "$b/config$conf" && cmp "$dir/tool.password" "$b/config$dir/tool.password" &&
	cmp "$dir/templates/footer.mustache" "$b/config$dir/templates/footer.mustache" &&
	cmp "$dir/media/ab/ab00$zeros-thumb.webp" "$b/media/ab/ab00$zeros-thumb.webp" && [ ! -e "$b/media/ab/.ab00$zeros-card.123" ]
claim pictures_and_configuration_are_in_it
(cd "$b" && sha256sum --quiet -c pictures.sha256) && [ "$(grep -c . "$b/pictures.sha256")" = 2 ]
claim the_pictures_have_sums_that_anybody_can_check
what='%a %u %g'
[ "$(id -u)" = 0 ] || what=%a # only root can give files away
stat -c "$what" / /tmp "$dir" "$dir/templates" "$dir/tool.password" >"$dir/out" &&
	(cd "$b/config" && stat -c "$what" . ./tmp ".$dir" ".$dir/templates" ".$dir/tool.password") | cmp - "$dir/out"
claim copied_back_with_its_modes_the_configuration_changes_none
put mariadb-dump <<'EOF'
{ echo "$*"; env; cat /proc/$PPID/cmdline; } >"$dir/seen"
exec "$real" "$@"
EOF
put mariadb <<'EOF'
{ echo "$*"; env; cat /proc/$PPID/cmdline; } >>"$dir/seen"
exec "$real" "$@"
EOF
ends 0 backup && grep -q single-transaction "$dir/seen" && grep -q kontor_trial_backup "$dir/seen" && ! grep -q 'se cret' "$dir/seen"
claim no_password_is_on_a_command_line_or_in_the_environment
real
c=$(newest)
[ "$b" != "$c" ] && [ "$(stat -c %i "$b/media/ab/ab00$zeros-card.webp")" = "$(stat -c %i "$c/media/ab/ab00$zeros-card.webp")" ] &&
	[ "$(stat -c %i "$dir/media/ab/ab00$zeros-card.webp")" != "$(stat -c %i "$c/media/ab/ab00$zeros-card.webp")" ]
claim pictures_of_the_backup_before_are_linked_and_those_of_the_shop_are_not
put mariadb-dump <<'EOF'
cp "$dir/first.webp" "$dir/media/ab/ab030000000000000000000000000000-thumb.webp" # imported while a backup began
exec "$real" "$@"
EOF
ends 0 backup --no-check && cmp "$dir/media/ab/ab03$zeros-thumb.webp" "$(newest)/media/ab/ab03$zeros-thumb.webp"
claim what_was_there_when_the_database_was_read_is_among_the_pictures
real
echo '<p>mine</p>' >"$dir/media/ab/mine.html"
ends 0 backup --no-check && says "1 files in $dir/media are left out" && [ ! -e "$(newest)/media/ab/mine.html" ]
claim other_files_among_the_pictures_are_left_out_and_said
rm "$dir/media/ab/mine.html"
rm "$dir/media/ab/ab03$zeros-thumb.webp"
webp 'of another size' >"$dir/media/ab/ab00$zeros-card.webp"
ends 0 backup && cmp "$dir/media/ab/ab00$zeros-card.webp" "$(newest)/media/ab/ab00$zeros-card.webp" && ! cmp -s "$dir/media/ab/ab00$zeros-card.webp" "$c/media/ab/ab00$zeros-card.webp"
claim a_picture_of_another_size_is_copied_and_the_old_backup_keeps_its_own
mkdir "$to/mine" "$to/kontor-before-restore-20200101T000000Z" "$to/kontor-20200101T000000Z" "$to/tee-20200101T000000Z"
ends 0 backup --keep 2 --no-check && [ "$(find "$to" -maxdepth 1 -name 'kontor-2*Z' | wc -l)" = 2 ] && [ ! -e "$b" ] &&
	grep -q '^checked no' "$(newest)/MANIFEST" && [ -d "$to/mine" ] && [ -d "$to/tee-20200101T000000Z" ] &&
	[ -d "$to/kontor-before-restore-20200101T000000Z" ]
claim keep_removes_the_oldest_backups_of_this_shop_and_nothing_else

# --- what goes wrong while one is made ------------------------------------------------------------------------------

before=$(tree)
ends 1 kontor backup "$dir/none" && says "$dir/none: No such file or directory; \`install -d -m 0700 $dir/none\` makes it" && ends 1 kontor backup "$conf" && says 'Not a directory'
claim a_folder_that_is_not_there_is_named
mv "$dir/media" "$dir/media.away"
refuses "$dir/media: No such file or directory"
claim missing_pictures_are_named
mv "$dir/media.away" "$dir/media"
touch "$dir/templates/"$'a\tb'
refuses 'a name with control characters'
claim a_file_that_the_manifest_cannot_name_is_told
rm "$dir/templates/"*b
mv "$dir/tool.password" "$dir/away"
refuses "$dir/tool.password: No such file or directory"
claim a_missing_password_file_is_named
mv "$dir/away" "$dir/tool.password"
cp "$dir/backup.password" "$dir/away" && echo wrong >"$dir/backup.password"
refuses 'Access denied'
claim a_wrong_password_is_told
cp "$dir/away" "$dir/backup.password"
put mariadb-dump <<'EOF'
"$real" "$@" | head -c 9000
echo 'mariadb-dump: Error 2013: Lost connection' >&2
exit 3
EOF
refuses 'mariadb-dump ended with status 3: ' && says 'mariadb-dump: Error 2013: Lost connection'
claim a_dump_that_fails_half_way_is_no_backup
put mariadb-dump <<'EOF'
"$real" "$@" | head -c 9000
EOF
refuses 'the dump is incomplete' --no-check
claim a_dump_that_ends_half_way_without_an_error_is_no_backup
put mariadb-dump <<'EOF'
"$real" "$@" | sed "/^(2,'K-2'\|^(2,0x[0-9a-f]*,'K-2'/d" | sed "s/^\((1,0x[0-9a-f]*,'K-1'.*\),\$/\1;/"
EOF
refuses 'order K-2, which was placed before the backup began, is missing'
claim an_order_that_is_missing_in_the_dump_is_noticed
put mariadb-dump <<'EOF'
"$real" "$@" | sed "/^CREATE TABLE .stock_movement/,/;\$/{s/^CREATE TABLE .*/DO 1;/;t;d}" | sed '/^\(INSERT INTO\|LOCK TABLES\|.*ALTER TABLE\) .stock_movement/d'
EOF
ends 1 backup && says 'no backup was made' && no_trial
claim a_dump_that_mariadb_does_not_take_is_no_backup
put gzip <<'EOF'
head -c 3000 >/dev/null
echo 'gzip: stdout: No space left on device' >&2
exit 1
EOF
refuses 'gzip ended with status 1: gzip: stdout: No space left on device'
claim what_the_packing_program_says_is_told
real
mkdir "$dir/bin" && ln -s "$(command -v gzip)" "$dir/bin/gzip"
before=$(tree) && ends 1 env "PATH=$dir/bin" "$build/kontor" --config "$conf" backup "$to" && says 'mariadb-dump cannot be run: No such file' &&
	[ "$before" = "$(tree)" ]
claim a_missing_program_is_named
sql 'REVOKE SELECT ON kontor.* FROM kontor_backup@localhost'
refuses denied
claim missing_rights_are_told
sql 'GRANT SELECT ON kontor.* TO kontor_backup@localhost'
sql 'RENAME TABLE stock TO stock_away'
refuses "Table 'kontor_trial_backup.stock' doesn't exist"
claim a_missing_table_is_named
sql 'RENAME TABLE stock_away TO stock'
sql 'UPDATE stock SET on_hand = 9'
refuses 'BROKEN stock_sum' && says 'variant 11' && ends 0 backup --no-check
claim broken_books_are_told_and_only_no_check_keeps_them
sql 'UPDATE stock SET on_hand = 8'
sql "INSERT INTO outbox (id, kind, subject, version, payload, due_at, created_at) VALUES (1, 'cache', 'x', 1, '', 1, 1)"
ends 0 backup && says 'note: does not hold at the moment: outbox'
claim what_only_waits_too_long_is_told_and_does_not_cost_the_backup
sql 'DELETE FROM outbox'
"$lib/services" db-stop "$sv"
before=$(tree)
ends 1 backup && says 'no answer in time' && [ "$before" = "$(tree)" ]
claim a_database_that_does_not_answer_is_told
"$lib/services" db-cont "$sv"

# A backup that is held up in PROGRAM, and killed with everything that it could have done about it.
killed_in() { # killed_in PROGRAM command...
	local pid
	put "$1" <<'EOF'
case " $* " in *" -c "* | *" kontor "* | *trial*) ;; *) exec "$real" "$@" ;; esac
[ ! -e "$dir/held" ] || exec "$real" "$@"
touch "$dir/held"
head -c 5000 >/dev/null
read -r -t 30 <>"$dir/fifo"
EOF
	shift
	rm -f "$dir/held" "$dir/fifo"
	mkfifo "$dir/fifo"
	"$build/kontor" --config "$conf" "$@" >"$dir/out" 2>&1 </dev/null &
	pid=$!
	until_true test -e "$dir/held" || return 1
	kill -KILL $pid
	wait $pid 2>/dev/null
	echo >"$dir/fifo"
	real
}
names() { find "$to" -maxdepth 1 ! -name '*.part' | sort; }
before=$(names)
killed_in gzip backup "$to" --migrations "$src/etc/sql" && [ "$(find "$to" -name '*.part' | wc -l)" = 1 ] &&
	[ "$before" = "$(names)" ] && ends 0 backup && says 'left by an interrupted run' &&
	[ "$(find "$to" -name '*.part' | wc -l)" = 0 ]
claim killed_while_the_database_is_read_it_leaves_nothing_that_looks_whole
killed_in mariadb backup "$to" --migrations "$src/etc/sql" && [ "$(find "$to" -name '*.part' | wc -l)" = 1 ] && ! no_trial >/dev/null &&
	ends 0 backup && says 'dropped the trial database kontor_trial_backup, left by an interrupted run' && no_trial &&
	[ "$(find "$to" -name '*.part' | wc -l)" = 0 ]
claim killed_during_the_trial_its_database_is_dropped_by_the_next_run

# Two at a time: the first one is held up.
put gzip <<'EOF'
touch "$dir/held"
read -r -t 30 <>"$dir/fifo"
exec "$real" "$@"
EOF
rm -f "$dir/held"
"$build/kontor" --config "$conf" backup "$to" --no-check >"$dir/first" 2>&1 </dev/null &
first=$!
until_true test -e "$dir/held"
real
ends 1 backup && says "$to: another backup is being made there" && mkdir "$dir/other" && ends 1 kontor migrate --dir "$src/etc/sql" &&
	says 'is running' && [ "$(find "$to" -name '*.part' | wc -l)" = 1 ]
claim meanwhile_neither_another_backup_nor_a_migration_gets_in_the_way
echo >"$dir/fifo"
wait $first && grep -q ^made "$dir/first"
claim and_the_first_one_comes_to_its_end

full() { # full SIZE: a file system of that size in the place of the backups
	mkdir -p "$dir/full"
	mount -t tmpfs -o "size=$1,mode=700" kontor-test "$dir/full" && mounted=$dir/full
}
if [ "$(id -u)" = 0 ] && full 16k 2>/dev/null; then
	whole=$to
	to=$dir/full
	sql "INSERT INTO product_text (product_id, lang, title, body_html) SELECT 1, CONCAT('x', seq), '', SHA2(RAND(), 512) FROM seq_1_to_900"
	refuses 'No space left on device'
	claim a_full_disk_while_the_database_is_read_is_named
	sql "DELETE FROM product_text WHERE lang LIKE 'x%'"
	umount "$mounted"
	full 64k
	head -c 60000 /dev/urandom >"$dir/media/ab/ab01$zeros-zoom.webp"
	refuses 'No space left on device' && says "media/ab/ab01$zeros-zoom.webp"
	claim a_full_disk_while_pictures_are_copied_is_named
	rm "$dir/media/ab/ab01$zeros-zoom.webp"
	mount -o remount,ro "$mounted"
	refuses 'Read-only file system'
	claim a_folder_that_cannot_be_written_is_named
	umount "$mounted"
	mounted=
	to=$whole
	mkdir "$to/kontor-20200101T000000Z" && mount -t tmpfs kontor-test "$to/kontor-20200101T000000Z" && mounted=$to/kontor-20200101T000000Z
	ends 1 backup --no-check --keep 1 && says "made: $(newest)" && says 'the backup is made, but an old one cannot be removed' &&
		says 'kontor-20200101T000000Z: Device or resource busy'
	claim an_old_backup_that_cannot_be_removed_is_named
	umount "$mounted"
	rmdir "$mounted"
	mounted=
else
	for what in database pictures folder old; do
		true
		claim "a_full_disk_or_closed_folder_is_named_$what # SKIP needs root and mount"
	done
fi

if command -v strace >/dev/null && strace -D -o /dev/null true 2>/dev/null; then
	ends 1 strace -q -o /dev/null -e trace=syncfs -e inject=syncfs:error=EIO:when=2 "$build/kontor" --config "$conf" backup "$to" \
		--no-check --migrations "$src/etc/sql" && says "made: $(newest)" && says 'the backup is made, but a power failure may lose it' &&
		! grep -q 'no backup was made' "$dir/out" && [ -z "$(find "$to" -name '*.part')" ]
	claim a_backup_that_may_not_be_on_the_disk_is_named
else
	true
	claim "a_backup_that_may_not_be_on_the_disk_is_named # SKIP strace may not trace here"
fi

# --- what was damaged afterwards ------------------------------------------------------------------------------------

ends 0 backup
claim a_backup_to_damage_is_made
sql "UPDATE product_text SET title = 'changed since'"
ends 2 "$build/kontor" --config "$conf" restore "$(newest)" && says '--yes skips the question'
claim a_restore_without_a_terminal_is_refused_unless_told_yes
declines 'is not a backup' "$dir/media"
claim a_folder_without_a_manifest_is_no_backup
copy >/dev/null && printf '\377' | dd of="$dir/bad/database.sql.gz" bs=1 seek=700 conv=notrunc status=none
declines 'bad/database.sql.gz is damaged' "$dir/bad"
claim one_byte_that_is_another_is_noticed
copy >/dev/null && truncate -s -100 "$dir/bad/database.sql.gz"
declines 'bad/database.sql.gz is damaged' "$dir/bad"
claim a_dump_that_was_cut_is_noticed
sign
declines 'gzip ended with status 1' "$dir/bad"
claim a_dump_that_was_cut_is_noticed_even_with_the_sum_of_what_is_left
copy >/dev/null && gzip -dc "$dir/bad/database.sql.gz" | sed "/^INSERT INTO .order_event/,/;\$/d" | gzip >"$dir/new" && mv "$dir/new" "$dir/bad/database.sql.gz" && sign
declines 'order_event has 0 rows, the manifest says 9' "$dir/bad"
claim rows_that_are_missing_are_noticed_even_with_the_right_sum
copy >/dev/null && sed -i '/^rows 4 stock_movement/d' "$dir/bad/MANIFEST"
declines 'a table stock_movement that the manifest does not name' "$dir/bad"
claim a_table_too_many_is_noticed
copy >/dev/null && sed -i 's/^rows 4 stock_movement/&\nrows 1 stock_more/' "$dir/bad/MANIFEST"
tables=$(grep -c ^rows "$(newest)/MANIFEST")
declines "the dump has $tables tables, the manifest $((tables + 1))" "$dir/bad"
claim a_missing_table_is_noticed
copy >/dev/null && gzip -dc "$dir/bad/database.sql.gz" | sed "s/^(11,8,1,0)/(11,9,1,0)/" | gzip >"$dir/new" && mv "$dir/new" "$dir/bad/database.sql.gz" && sign
declines 'BROKEN stock_sum' "$dir/bad"
claim a_backup_whose_books_are_broken_is_refused
# A dump of MariaDB's own begins with a line that closes the sandbox; one that was made up has none.
with_line() { # with_line LINE: a backup with that line at the end of its dump
	copy >/dev/null && { gzip -dc "$dir/bad/database.sql.gz" | grep -v 'enable the sandbox mode'; echo "$1"; } | gzip >"$dir/new" &&
		mv "$dir/new" "$dir/bad/database.sql.gz" && sign
}
with_line "\\! touch $dir/planted" && declines 'sandbox mode' "$dir/bad" && [ ! -e "$dir/planted" ] &&
	with_line "system touch $dir/planted" && declines 'sandbox mode' "$dir/bad" && [ ! -e "$dir/planted" ]
claim a_dump_gives_no_commands_to_this_machine
copy >/dev/null && rm "$dir/bad/media/ab/ab00$zeros-card.webp"
declines 'bad/media: 1 pictures of 43 bytes, the manifest says 2' "$dir/bad"
claim a_missing_picture_in_the_backup_is_noticed
# planted NAME: the spoilt backup gets the file of that name, with content from the input, and a manifest that counts it.
planted() {
	copy >/dev/null && mkdir -p "$(dirname "$dir/bad/media/$1")" && cat >"$dir/bad/media/$1" &&
		sed -i "s/^pictures .*/pictures $(find "$dir/bad/media" -type f | wc -l) $(cat "$dir"/bad/media/*/* | wc -c)/" "$dir/bad/MANIFEST"
}
same_pictures() { (cd "$dir/media" && find . | sort | xargs ls -ld --time-style=full-iso); }
before=$(same_pictures)
for name in ab/evil.html ab/ab05.js "ab/ab05$zeros-card.svg" "ab/ab05$zeros-card.webp.html" "cd/ab05$zeros-card.webp" "ab/ab05$zeros-huge.webp"; do
	webp 'planted' | planted "$name" && declines "bad/media/$name: not the name of a picture of a shop" "$dir/bad" || break
done && [ "$before" = "$(same_pictures)" ]
claim a_file_with_any_other_name_is_refused_and_nothing_is_published
echo '<script>alert(1)</script> and enough for a head' | planted "ab/ab05$zeros-card.webp" &&
	declines "bad/media/ab/ab05$zeros-card.webp: not a WebP picture" "$dir/bad" && [ "$before" = "$(same_pictures)" ]
claim a_page_with_the_name_of_a_picture_is_refused
webp 'added' | planted "ab/ab05$zeros-card.webp" && declines 'pictures.sha256 has 2 pictures, the manifest says 3' "$dir/bad" &&
	copy >/dev/null && webp 'of another kind' >"$dir/bad/media/ab/ab00$zeros-card.webp" && declines "ab00$zeros-card.webp is damaged" "$dir/bad"
claim pictures_that_were_added_or_changed_are_noticed_by_their_sums
copy >/dev/null && mv "$dir/bad/media/ab/ab00$zeros-card.webp" "$dir/x" && ln -s /etc/passwd "$dir/bad/media/ab/ab00$zeros-card.webp" &&
	declines 'bad/media: 1 pictures of 43 bytes, the manifest says 2' "$dir/bad"
claim a_link_is_no_picture
copy >/dev/null && sed -i '$d' "$dir/bad/MANIFEST"
declines 'the end is missing' "$dir/bad"
claim a_manifest_that_was_cut_is_noticed
copy >/dev/null && sed -i 's|^file .* database.sql.gz|&\nfile 0000000000000000000000000000000000000000000000000000000000000000 1 ../../etc/passwd|' "$dir/bad/MANIFEST"
declines 'cannot be understood' "$dir/bad"
claim a_manifest_names_nothing_outside_of_its_folder
copy >/dev/null && sed -i 's/^schema .*/schema 77 0077_more.sql/; s/^program .*/program 9.8.7/' "$dir/bad/MANIFEST"
declines 'has the schema 77 (0077_more.sql), made by kontor 9.8.7' "$dir/bad"
claim a_backup_of_a_newer_program_is_refused_by_name
copy >/dev/null && sed -i 's/^kontor-backup 1/kontor-backup 2/' "$dir/bad/MANIFEST"
declines 'written in format 2' "$dir/bad"
claim a_manifest_of_a_newer_format_is_refused

# --- putting it back ------------------------------------------------------------------------------------------------

b=$(newest)
rm -rf "${dir:?}/media"
ends 0 restore "$b" && says 'every invariant holds' && says 'pictures restored that were missing: 2' && says "is in $b/config" &&
	[ "$(sql 'SELECT title FROM product_text')" = Tea ] && cmp "$dir/media/ab/ab00$zeros-thumb.webp" "$dir/first.webp" &&
	[ "$(sql 'SELECT number FROM late')" = K-2 ] && no_trial
claim a_restore_brings_data_pictures_and_views_back_without_a_file_of_counters
one=$(data)
safety=$(find "$to" -maxdepth 1 -name 'kontor-before-restore-2*Z' | sort | tail -n 1)
ends 0 restore "$safety" --no-safety && [ "$(sql 'SELECT title FROM product_text')" = 'changed since' ] && ends 0 restore "$b" --no-safety &&
	[ "$one" = "$(data)" ]
claim the_safety_backup_undoes_a_restore
cp -a "$b" "$dir/old" && rm "$dir/old/pictures.sha256" && sed -i '/pictures.sha256$/d' "$dir/old/MANIFEST" && rm -r "$dir/media" &&
	ends 0 restore "$dir/old" --no-safety --no-check && cmp "$dir/media/ab/ab00$zeros-thumb.webp" "$dir/first.webp"
claim a_backup_of_an_earlier_release_has_no_sums_of_pictures_and_is_restored
"$build/kontor-jobs" --config "$conf" --once >/dev/null 2>&1
paused() { kontor status 2>/dev/null | grep -q 'ORDERING IS PAUSED'; }
echo 'damaged' >"$dir/media/ab/ab00$zeros-thumb.webp" && echo more >"$dir/media/ab/ab02$zeros-thumb.webp"
ends 0 restore "$b" --safety "$dir/other" && says 'orders: accepted again' && ! paused && ls "$dir"/other/kontor-before-restore-* >"$dir/out" &&
	[ "$(cat "$dir/media/ab/ab02$zeros-thumb.webp")" = more ]
claim a_restore_pauses_resumes_and_deletes_no_picture
kontor pause >/dev/null
ends 0 restore "$b" --no-safety && says 'still paused' && paused
claim what_was_paused_before_stays_paused
kontor resume >/dev/null
# Prints the answers of memcached.
cache() { printf '%s\r\n' "$@" quit | node -e 'process.stdin.pipe(require("net").connect(process.argv[1])).pipe(process.stdout)' "$sv/mc.sock"; }
cache 'set old 0 0 5' value 'get old' | grep -q ^value && ends 0 restore "$b" --no-safety && ! cache 'get old' | grep -q ^value
claim the_cache_is_empty_afterwards
sql 'SET foreign_key_checks = 0; DROP TABLE orders, stock, schema_migration; DROP VIEW late'
ends 0 restore "$b" && [ "$one" = "$(data)" ]
claim a_database_without_some_of_its_tables_is_restored
sql 'ALTER TABLE orders AUTO_INCREMENT = 77'
ends 0 restore "$b" --no-safety && [ "$(sql "SELECT auto_increment FROM information_schema.tables WHERE table_schema = 'kontor' AND table_name = 'orders'")" = 77 ]
claim no_number_of_an_order_is_given_twice
sql 'ALTER TABLE orders AUTO_INCREMENT = 3'

mkdir "$dir/sql" && cp "$src"/etc/sql/*.sql "$dir/sql" && echo 'CREATE TABLE more (a INT) ENGINE=InnoDB; INSERT INTO more VALUES (7);' >"$dir/sql/$more"
ends 0 kontor restore --yes --no-safety --migrations "$dir/sql" "$b" && says "migration: $more" && [ "$(sql 'SELECT a FROM more')" = 7 ] &&
	ends 0 kontor verify
claim a_backup_of_an_older_schema_is_brought_up_to_date
echo 'ALTER TABLE nosuch ADD b INT;' >>"$dir/sql/$more"
ends 0 restore "$b" --no-safety && before=$(data) && ends 1 kontor restore --yes --migrations "$dir/sql" "$b" && says "trial" && says 'nosuch' &&
	says 'Nothing was changed' && [ "$before" = "$(data)" ]
claim a_migration_that_does_not_suit_the_backup_is_found_on_trial

# answer WORD: what the command does when somebody at a terminal says so.
answer() {
	echo "$1" | script -qec "'$build/kontor' --config '$conf' restore '$b' --no-safety --migrations '$src/etc/sql'" /dev/null
}
sql "UPDATE product_text SET title = 'changed since'" && before=$(data)
answer n >"$dir/out"
[ $? -eq 1 ] && says 'its newest order is K-2' && says 'Nothing was changed' && [ "$before" = "$(data)" ] &&
	answer y >"$dir/out" && says "restored: $(basename "$b")" && [ "$before" != "$(data)" ]
claim at_a_terminal_it_asks_and_heeds_the_answer

# --- what goes wrong while it is put back ---------------------------------------------------------------------------

sql "UPDATE product_text SET title = 'changed since'"
before=$(data)
put mariadb-dump <<'EOF'
echo "mariadb-dump: Couldn't execute 'SHOW FIELDS': the table is damaged" >&2
exit 2
EOF
ends 1 restore "$b" && says 'cannot be saved (--no-safety discards them)' && says 'the table is damaged' &&
	says 'nothing else was changed' && ! paused
claim what_cannot_be_saved_is_not_replaced_unless_told
real
[ "$before" = "$(data)" ] && ! ls "$to"/*.part >/dev/null 2>&1
claim and_nothing_of_it_is_changed
put mariadb <<'EOF'
case " $* " in *trial*) exec "$real" "$@" ;; esac
sed '/^CREATE TABLE `product` /,$d' | "$real" "$@"
echo 'ERROR 2013 (HY000): Lost connection' >&2
exit 1
EOF
ends 1 restore "$b" && says 'mariadb ended with status 1: ' && says 'Lost connection' && says 'is empty or has only a part of the backup' &&
	says "Its previous contents are in $to/kontor-before-restore-" && paused
claim a_load_that_breaks_off_says_how_things_are_and_keeps_the_shop_closed
real
ends 0 restore "$b" --no-safety && says 'orders: accepted again' && [ "$one" = "$(data)" ] && ! paused
claim and_the_same_command_begins_again_and_takes_orders_again
put mariadb <<'EOF'
exec <&-
touch "$dir/gone"
EOF
put gzip <<'EOF'
until [ -e "$dir/gone" ]; do sleep 0.01; done
echo 'SELECT 1;'
EOF
ends 1 restore "$b" --no-safety --no-check && says 'mariadb stopped reading before the end' && paused
claim a_load_that_ends_early_without_an_error_is_none
real
kontor resume >/dev/null
# Held up while it loads, it loses its terminal and whoever read what it says.
put mariadb <<'EOF'
touch "$dir/held"
read -r -t 30 <>"$dir/fifo"
exec "$real" "$@"
EOF
rm -f "$dir/held"
mkfifo "$dir/said"
tee "$dir/out" <"$dir/said" >/dev/null &
reader=$!
"$build/kontor" --config "$conf" restore --yes --no-check --no-safety --migrations "$src/etc/sql" "$b" >"$dir/said" 2>&1 </dev/null &
pid=$!
until_true test -e "$dir/held"
kill -KILL $reader
wait $reader 2>/dev/null
kill -HUP $pid
echo >"$dir/fifo"
wait $pid && says 'if this is interrupted, run the same command again' && [ "$one" = "$(data)" ] && ! paused
claim a_restore_comes_to_its_end_without_its_terminal
real
kontor resume >/dev/null
killed_in mariadb restore --yes --no-check --no-safety --migrations "$src/etc/sql" "$b" && paused && [ "$one" != "$(data)" ] && ends 0 restore "$b" &&
	[ "$one" = "$(data)" ] && ! paused && [ "$(sql 'SELECT paused FROM shop_control')" = 0 ]
claim killed_in_the_middle_of_loading_it_can_be_run_again_and_orders_are_taken_then
kontor pause >/dev/null
killed_in mariadb restore --yes --no-check --no-safety --migrations "$src/etc/sql" "$b" && ends 0 restore "$b" --no-safety && says 'still paused' &&
	paused && [ "$(sql 'SELECT paused FROM shop_control')" = 1 ]
claim what_the_operator_paused_stays_paused_also_after_a_killed_restore
kontor resume >/dev/null
identity=$(sql 'SELECT identity FROM shop_control')
ends 0 restore "$b" --no-safety && [ "$(sql 'SELECT identity FROM shop_control')" != "$identity" ] && ! gzip -dc "$b/database.sql.gz" | grep -q shop_control
claim a_restored_database_has_another_identity_and_no_dump_holds_it
sql 'DROP TABLE shop_control' && ends 0 restore "$b" --no-safety && [ "$(sql 'SELECT paused FROM shop_control')" = 0 ]
claim a_database_without_the_table_of_the_pause_is_restored
"$lib/services" mc-stop "$sv"
ends 1 restore "$b" --no-safety && says "memcached at $sv/mc.sock did not empty itself" && says 'The database kontor is restored.' && paused && [ "$one" = "$(data)" ]
claim a_cache_that_does_not_answer_keeps_the_shop_closed
"$lib/services" mc-cont "$sv"
kontor resume >/dev/null
"$lib/services" mc-kill "$sv"
ends 0 restore "$b" --no-safety && ! paused
claim a_cache_that_does_not_run_holds_nothing_old
"$lib/services" mc-start "$sv"
ends 0 kontor verify && says 'every invariant holds'
claim the_books_are_right_after_all_of_it

echo "1..$n"
exit $failed
