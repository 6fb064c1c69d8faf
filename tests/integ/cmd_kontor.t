#!/bin/sh
# The operator's commands that need no database: what they print, what they write, how they end.
set -u
dir=$(mktemp -d /tmp/kontor-cmd-XXXXXX)
trap 'rm -rf "$dir"' EXIT
kontor=${top_builddir:-.}/kontor
jobs=${top_builddir:-.}/kontor-jobs
templates=$(cd "${top_srcdir:-.}" && pwd)/templates
conf=$dir/kontor.conf
n=0
failed=0

claim() { # claim NAME: the status of the command before decides
	if [ $? -eq 0 ]; then r=ok; else r="not ok"; failed=1; fi
	n=$((n + 1))
	echo "$r $n - $1"
}
ends() { # ends STATUS command...: true when the command ends with that status; its output is in $dir/out
	want=$1
	shift
	"$@" >"$dir/out" 2>&1 </dev/null
	got=$?
	[ $got -eq "$want" ] || { sed 's/^/# /' "$dir/out"; echo "# status $got, not $want"; return 1; }
}
says() { grep -qF -e "$1" "$dir/out" || { sed 's/^/# /' "$dir/out"; return 1; }; }

ends 2 "$kontor" && says 'usage: kontor'
claim without_a_command_it_tells_its_use
ends 0 "$kontor" help && says 'status' && ends 0 "$kontor" help log && says 'usage: kontor [--config FILE] log ID'
claim help_lists_the_commands_and_tells_how_one_is_used
ends 0 "$kontor" status --help && says '--json'
claim each_command_has_help
ends 2 "$kontor" nosuch && ends 2 "$kontor" --nosuch && ends 2 "$kontor" config nosuch && ends 2 "$kontor" log x
claim wrong_use_ends_with_2
ends 0 "$kontor" config example && says '#deadline_ms = 5000' &&
	sed "s|^#template_dir = .*|template_dir = $templates|" "$dir/out" >"$conf"
claim the_example_is_written
ends 0 "$kontor" --config "$conf" config check && says 'warning: site.url is not https'
claim the_example_can_be_used_and_warns
ends 0 "$kontor" config man && says '.TH KONTOR.CONF 5' &&
	ends 0 "$kontor" status --man && says kontor_db_query_seconds_total
claim the_manual_pages_are_made_from_the_tables
ends 1 "$kontor" --config "$dir/none" config check && says "$dir/none: No such file"
claim a_missing_file_is_named

cat >>"$conf" <<EOF
[nosuch]
x = 1
EOF
ends 1 "$kontor" --config "$conf" config check && says "$conf:" && says 'there is no section [nosuch]'
claim a_fault_is_told_with_file_and_line
ends 1 "$kontor" --config "$conf" setup --name Tee && says 'no section' && [ "$(ls "$dir" | wc -l)" -eq 2 ]
claim setup_leaves_a_faulty_file_alone

cat >"$conf" <<EOF
# my own note
[paths]
stats_file = $dir/stats
[log]
file = $dir/log
web_server = $dir/access
[cache]
secret_file = $dir/cache.secret
EOF
chmod 640 "$conf"
ends 0 "$kontor" --config "$conf" setup --name 'Tee & Söhne' --address 'Hafen 1|Hamburg' --url https://example.org
claim setup_takes_its_answers_as_options
ends 0 "$kontor" --config "$conf" config show && says 'name = Tee & Söhne' && says "	Hamburg" &&
	says "stats_file = $dir/stats" && grep -q '^# my own note' "$conf" && [ "$(stat -c %a "$conf")" = 640 ]
claim setup_keeps_all_other_lines_and_the_mode
grep -qE '^[0-9a-f]{64}$' "$dir/cache.secret" && [ "$(stat -c %a "$dir/cache.secret")" = 640 ] &&
	cp "$dir/cache.secret" "$dir/secret.before" && ends 0 "$kontor" --config "$conf" setup --batch &&
	cmp -s "$dir/cache.secret" "$dir/secret.before"
claim setup_makes_the_secret_of_the_cache_once
cp "$conf" "$dir/before"
ends 1 "$kontor" --config "$conf" setup --currency EUX && says 'nothing was changed' && cmp -s "$conf" "$dir/before" &&
	! ls "$dir"/*.new-* >/dev/null 2>&1
claim a_wrong_answer_changes_nothing
ends 0 "$kontor" --config "$dir/fresh.conf" setup --name Neu && ends 0 "$kontor" --config "$dir/fresh.conf" config show &&
	says 'name = Neu'
claim setup_makes_a_file_that_is_missing

ends 0 "$kontor" --config "$conf" config set order.number_prefix T- web.grace_ms 700 &&
	ends 0 "$kontor" --config "$conf" config show && says 'number_prefix = T-' && says 'grace_ms = 700' &&
	grep -q '^# my own note' "$conf" && [ "$(stat -c %a "$conf")" = 640 ]
claim settings_are_changed_and_nothing_else_is
ends 0 "$kontor" --config "$conf" config get web.grace_ms && [ "$(cat "$dir/out")" = 700 ] &&
	ends 1 "$kontor" --config "$conf" config get web.nosuch && says 'there is no setting web.nosuch'
claim one_setting_is_told_for_scripts
cp "$conf" "$dir/before"
ends 1 "$kontor" --config "$conf" config set order.nosuch 1 && says 'there is no setting order.nosuch' &&
	ends 1 "$kontor" --config "$conf" config set web.grace_ms 1 && says 'web.grace_ms must be' &&
	ends 2 "$kontor" --config "$conf" config set order.number_prefix && cmp -s "$conf" "$dir/before"
claim a_setting_that_is_unknown_or_wrong_changes_nothing

web=$dir/web
etc=$(cd "${top_srcdir:-.}" && pwd)/etc
statics=${top_builddir:-.}/htdocs/static
publish() { "$kontor" --config "$conf" publish --static "$statics" --models "$etc" "$@"; }
ends 0 "$kontor" --config "$conf" config set paths.web_dir "$web" paths.template_dir "$templates" \
	paths.locale_dir "$(cd "${top_builddir:-.}" && pwd)/po" site.url https://example.org/shop \
	web.hosts '*'
(umask 077 && ends 0 publish --backends 1,2,10) && [ "$(grep -c 'BalancerMember' "$web/apache.conf")" = 3 ] &&
	grep -q 'kontor/10.sock' "$web/lighttpd.conf" && grep -q '"/shop"' "$web/lighttpd.conf" &&
	cmp -s "$web/apache.conf" "$web/apache-path.conf" && [ -s "$web/error/503.html" ] &&
	! grep -q '@[A-Z_]*@' "$web/apache.conf" "$web/lighttpd.conf" && ! grep -q '^RequestRead' "$web/apache.conf"
claim publish_writes_what_the_web_servers_need
awk '/^[ \t]*<(Location|Directory|Proxy)/ { n++ } /^[ \t]*<\/(Location|Directory|Proxy)/ { n-- }
	n == 0 && /^[ \t]*[A-Z]/ && !/^(Alias|ProxyPass) "?[!]?.*\/shop/ { print; bad = 1 } END { exit bad }' "$web/apache-path.conf"
claim in_a_path_nothing_is_said_about_the_rest_of_the_server
ends 0 "$kontor" --config "$conf" config set web.hosts 'www.example.org, [2001:db8::1]' && ends 0 publish --backends 1 &&
	! grep -q BalancerMember "$web/apache-path.conf" && grep -q BalancerMember "$web/apache.conf" &&
	grep -qF '$HTTP["host"] =~ "^(example\.org|www\.example\.org|\[2001:db8::1\])(:[0-9]+)?$" {' "$web/lighttpd.conf" &&
	[ "$(tail -n 1 "$web/lighttpd.conf")" = '}' ]
claim only_the_hosts_of_the_shop_are_served
ends 0 "$kontor" --config "$conf" config set web.hosts 'a|b' && ends 1 publish --backends 1 && says 'a|b is not the name of a host' &&
	grep -qF 'www\.example' "$web/lighttpd.conf" && ends 0 "$kontor" --config "$conf" config set web.hosts '*'
claim what_is_no_name_of_a_host_is_refused
[ "$(stat -c %a "$web" "$web/error" "$web/static/"*.css "$web/error/503.html" | tr '\n' ' ')" = '755 755 644 644 ' ]
claim what_is_published_can_be_read_by_web_servers
echo old >"$web/static/kontor.11111111.css" && touch -d '80 days ago' "$web/static/kontor.11111111.css"
echo older >"$web/static/kontor.22222222.css" && touch -d '91 days ago' "$web/static/kontor.22222222.css"
touch -d '100 days ago' "$web/static/"favicon*.svg
ends 0 publish --backends 1 && [ -e "$web/static/kontor.11111111.css" ] && [ ! -e "$web/static/kontor.22222222.css" ] &&
	[ "$(ls "$web/static/"favicon*.svg | wc -l)" = 1 ]
claim static_files_of_earlier_releases_stay_for_a_while
echo last >"$web/static/kontor.33333333.css" && touch -d '200 days ago' "$web/static/"*
ends 0 publish --backends 1 && [ -e "$web/static/kontor.33333333.css" ]
claim what_was_current_until_now_stays_however_old_it_is
ends 0 "$kontor" --config "$conf" config set site.url https://example.org && ends 0 publish --backends 1 &&
	grep -q BalancerMember "$web/apache.conf" && grep -q '^RequestRead' "$web/apache.conf" && ! grep -q BalancerMember "$web/apache-path.conf"
claim a_shop_with_a_host_of_its_own_is_not_put_into_all_virtual_hosts
ends 1 publish --models /nonexistent --backends 1 && says '/nonexistent/apache/kontor.conf.in: there is no such file' &&
	ends 2 publish --backends '1,a/b' && ends 2 publish --backends ''
claim publish_names_what_is_wrong
if command -v bash >/dev/null; then
	mkdir "$dir/empty"
	completes() { # completes WORD...: completions of the last word, in a folder whose files are no completions
		KONTOR=$(realpath "$kontor") bash -c '. "$0"; cd "$1"; shift; kontor() { "$KONTOR" "$@"; }; COMP_WORDS=(kontor "$@"); COMP_CWORD=$#; _kontor
			echo "${COMPREPLY[@]}"' "$etc/bash-completion/kontor" "$dir/empty" "$@"
	}
	[ "$(completes doct)" = doctor ] && [ "$(completes config set web.ho)" = web.hosts ] && [ "$(completes backup --k)" = --keep ] &&
		[ "$(completes doctor web-s)" = web-server ] && [ "$(completes setting unset shipping.home_d)" = shipping.home_days ] &&
		[ -z "$(completes setting set web.ho)" ] &&
		[ "$(completes stock adj)" = adjust ] &&
		[ "$(completes stock adjust X -3 --reason dam)" = damage ] && [ "$(completes stock low --mo)" = --most ]
	claim bash_completes_commands_options_settings_and_checks
	[ "$(completes order "")" = "$(sed -n 's/^ORDER_VERB("\([a-z]*\)".*/\1/p' "$etc/../src/cmd/order/verbs.def" | tr '\n' ' ' | sed 's/ $//')" ] &&
		[ "$(completes order pri)" = print ] && [ "$(completes order list --queue to_)" = to_pack ] &&
		[ "$(completes order ship K-1 --tra)" = --tracking ] && [ "$(completes order return K-1 --condition as)" = as_new ] &&
		[ "$(completes order refund K-1 --del)" = --delivery ] && [ -z "$(completes order show K-1 --tra)" ]
	claim bash_completes_the_verbs_options_and_words_of_orders
fi
if [ "$(id -u)" = 0 ] && [ "$(stat -c %a /)" = 755 ]; then
	# Without a live worker the workers' user is kontor or, if there is none, the owner of the counters' folder.
	mkdir -p "$dir/state" "$dir/own" && chmod 755 "$dir" "$dir/own" && chown 65534:65534 "$dir/state" &&
		cp "$templates/home.mustache" "$dir/own/" && chmod 600 "$dir/own/home.mustache"
	ends 0 "$kontor" --config "$conf" config set paths.stats_file "$dir/state/stats" paths.override_dir "$dir/own"; chmod 644 "$conf"
	ends 0 "$kontor" --config "$conf" config check && says "warning: $dir/own/home.mustache: cannot be opened: Permission denied" &&
		ends 1 "$kontor" --config "$conf" doctor templates && grep -q "override-refused: $dir/own/home.mustache" "$dir/out" &&
		chmod 644 "$dir/own/home.mustache" && ends 0 "$kontor" --config "$conf" doctor templates
	claim a_template_that_only_root_can_read_is_named
fi
ends 2 "$kontor" --config "$conf" backends 0 && ends 2 "$kontor" --config "$conf" backends many &&
	{ [ -d /run/systemd/system ] || { ends 1 "$kontor" --config "$conf" backends 3 && says 'systemd does not run'; }; }
claim backends_are_a_number_and_need_systemd
# A socket whose queue is full: nobody accepts, and connecting would wait.
ends 0 "$kontor" --config "$conf" config set paths.run_dir "$dir"
if command -v node >/dev/null; then
	node -e 'const net = require("net"), s = net.createServer({ pauseOnConnect: true });
		s.listen({ path: process.argv[1], backlog: 1 }, () => { console.log("listens");
			process.kill(process.pid, "SIGSTOP"); })' "$dir/1.sock" >"$dir/listens" &
	stuck=$!
	i=0
	until [ -s "$dir/listens" ] || [ $i -gt 1200 ]; do sleep 0.1; i=$((i + 1)); done
	node -e 'const more = () => require("net").connect(process.argv[1]).on("connect", more)
			.on("error", () => { console.log("full"); setTimeout(() => {}, 1e9); }); more();' "$dir/1.sock" >"$dir/full" &
	client=$!
	i=0
	until [ -s "$dir/full" ] || [ $i -gt 1200 ]; do sleep 0.1; i=$((i + 1)); done
	timeout 60 "$kontor" --config "$conf" backends >"$dir/out" 2>&1
	[ $? -eq 1 ] && says 'NOT LISTENING'
	claim listing_backends_does_not_wait_for_one_that_is_stuck
	kill -KILL $stuck $client
else
	n=$((n + 1))
	echo "ok $n - listing_backends_does_not_wait_for_one_that_is_stuck # SKIP no node"
fi
chmod 600 "$conf"
ends 0 "$kontor" --config "$conf" config set order.number_prefix U- && [ "$(stat -c %a "$conf")" = 600 ] &&
	! ls "$conf".* >/dev/null 2>&1
claim a_changed_file_keeps_its_mode_and_leaves_nothing_beside_it

ends 1 "$kontor" --config "$conf" status && says 'neither a worker nor kontor-jobs has run yet'
claim status_says_that_nothing_has_run
ends 0 "$jobs" --config "$conf" --once
claim jobs_run_once
ends 1 "$kontor" --config "$conf" status && says 'NO WORKER IS ALIVE' && says 'kontor-jobs is not running'
claim status_ends_with_1_when_something_is_down
ends 1 "$kontor" --config "$conf" status --json && { ! command -v python3 >/dev/null ||
	python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); assert d["measures"]["difference"]==0' "$dir/out"; }
claim status_as_json_is_json
ends 1 "$kontor" --config "$conf" status --metrics && says '# TYPE kontor_requests_begun_total counter'
claim status_as_metrics
ends 1 "$kontor" --config "$conf" pause && says 'THIS HOST ONLY' && { ends 1 "$kontor" --config "$conf" status; says 'ORDERING IS PAUSED'; }
claim without_a_database_ordering_is_paused_on_this_host
ends 1 "$kontor" --config "$conf" resume && says 'the pause of this host alone is ended' && { ends 1 "$kontor" --config "$conf" status; ! grep -q PAUSED "$dir/out"; }
claim and_that_is_taken_back

id=00112233445566778899aabbccddeeff
echo "level=error req=$id event=crashed" >"$dir/log"
echo "level=error req=$id event=older" | gzip >"$dir/log.2.gz"
touch -d '2 days ago' "$dir/log.2.gz"
echo "level=error req=$id event=old" >"$dir/log.1"
touch -d '1 day ago' "$dir/log.1"
echo "GET / 503 $id" >"$dir/access"
ends 0 "$kontor" --config "$conf" log $id && says event=crashed && says event=old && says event=older && says 'GET / 503' &&
	[ "$(grep -o 'event=[a-z]*' "$dir/out" | tr '\n' ' ')" = 'event=older event=old event=crashed ' ]
claim log_finds_an_id_in_all_logs_oldest_first
ends 0 "$kontor" --config "$conf" log 00112233 && says event=crashed
claim log_finds_an_id_by_its_beginning
ends 1 "$kontor" --config "$conf" log ffffffffffffffff && says 'nothing is known'
claim log_says_when_nothing_is_known

echo "1..$n"
exit $failed
