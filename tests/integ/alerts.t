#!/bin/sh
# The alarms for Prometheus: they fit what the program counts, their tests, and doc/alarms.md.
set -u
srcdir=$(cd "${top_srcdir:-.}" && pwd)
builddir=$(cd "${top_builddir:-.}" && pwd)
rules=$srcdir/etc/prometheus/kontor.rules.yml
tests=$srcdir/etc/prometheus/kontor.rules.test.yml
doc=$srcdir/doc/alarms.md
dir=$(mktemp -d /tmp/kontor-alerts-XXXXXX)
worker=
trap '[ -z "$worker" ] || kill "$worker" 2>/dev/null; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
KONTOR_CONFIG=$dir/kontor.conf
LC_ALL=C
export KONTOR_CONFIG LC_ALL
n=0
failed=0

claim() { # claim NAME: the status of the command before decides
	if [ $? -eq 0 ]; then r=ok; else r="not ok"; failed=1; fi
	n=$((n + 1))
	echo "$r $n - $1"
}
is_empty() { [ ! -s "$1" ] || { sed 's/^/# /' "$1"; return 1; }; }
same() { diff "$1" "$2" >"$dir/diff" || { sed 's/^/# /' "$dir/diff"; return 1; }; }
promtool_claim() { # promtool_claim NAME ARGUMENT...: promtool finds nothing wrong
	name=$1
	shift
	if ! command -v promtool >/dev/null; then
		n=$((n + 1))
		echo "ok $n - $name # SKIP no promtool"
		return
	fi
	promtool "$@" >"$dir/out" 2>&1 || { sed 's/^/# /' "$dir/out"; false; }
	claim "$name"
}

# The program's own metrics, with a worker and kontor-jobs, which both start without a database.
cat >"$KONTOR_CONFIG" <<END
[paths]
template_dir = $srcdir/templates
locale_dir = $builddir/po
stats_file = $dir/stats
[db]
socket = $dir/none
[cache]
socket =
[log]
file = $dir/log
END
metrics() { "$builddir/kontor" status --metrics >"$dir/metrics" 2>"$dir/err"; }
spawn-fcgi -n -s "$dir/1.sock" -- "$builddir/kontor.fcgi" </dev/null >"$dir/worker" 2>&1 &
worker=$!
"$builddir/kontor-jobs" --once
i=0
until metrics; grep -q 'role="worker"' "$dir/metrics" || [ $i -gt 2400 ]; do
	i=$((i + 1))
	sleep 0.05
done
grep -q 'role="worker"} 1' "$dir/metrics" && grep -q 'role="jobs"' "$dir/metrics" ||
	{ cat "$dir/err" "$dir/worker" "$dir/log" | sed 's/^/# /'; false; }
claim a_worker_and_jobs_are_counted
sed -E '/^#/d; s/[ {].*//' "$dir/metrics" | sort -u >"$dir/emitted"

# The metrics that the rules read and those that their tests make up, as "metric labels".
selectors() {
	sed -E '/^ *#/d; /^ *(- name|summary|description|runbook):/d' "$1" | grep -oE 'kontor_[a-z0-9_]+(\{[^}]*\})?' |
		sed -E 's/\{(.*)\}/ \1/' | sort -u
}
selectors "$rules" >"$dir/read"
selectors "$tests" >"$dir/made_up"
cut -d' ' -f1 "$dir/read" | sort -u >"$dir/read_names"
[ "$(wc -l <"$dir/read_names")" -ge 20 ] &&
	cut -d' ' -f1 "$dir/made_up" | sort -u - "$dir/read_names" | comm -23 - "$dir/emitted" >"$dir/found" &&
	is_empty "$dir/found"
claim each_metric_is_one_that_the_program_emits

# Backends and workers differ from shop to shop; Prometheus adds the labels job and instance itself.
sort -u "$dir/read" "$dir/made_up" | while read -r metric labels; do
	echo "$labels" | grep -oE '[a-z]+[=!~]+"[^"]*"' | while IFS='"' read -r label values _; do
		label=${label%%[=!]*}
		case $label in
		job | instance) continue ;;
		backend | worker) values='[^"]*' ;;
		esac
		echo "$values" | tr '|' '\n' | sed 's/[.+]/\\&/g' | while read -r value; do
			grep -qE "^$metric\{(.*,)?$label=\"$value\"" "$dir/metrics" || echo "$metric: $label=\"$value\""
		done
	done
done >"$dir/found"
is_empty "$dir/found"
claim each_label_and_value_is_one_that_the_program_emits

sed -nE 's/^ *- alert: //p' "$rules" | sort >"$dir/alerts"
[ "$(wc -l <"$dir/alerts")" -ge 20 ] && [ -z "$(uniq -d "$dir/alerts")" ]
claim there_are_alarms_and_each_is_named_once
awk '
	/^ *- alert:/ { if (name != "") tell(); name = $3; n = 0 }
	/^ *severity: (page|ticket|info)$/ { n++ }
	/^ *(summary|description): ".*"$/ { n++ }
	/^ *runbook:/ && $2 == "/usr/share/doc/kontor/alarms.md#" tolower(name) { n++ }
	function tell() { if (n != 4) print name }
	END { tell() }' "$rules" >"$dir/found"
is_empty "$dir/found"
claim each_alarm_has_severity_summary_description_and_runbook

sed -n 's/^## \(Kontor\)/\1/p' "$doc" | sort >"$dir/sections"
same "$dir/alerts" "$dir/sections"
claim each_alarm_has_its_section_in_alarms_md_and_each_section_its_alarm
awk '/^ *- alert:/ { name = $3 } /^ *severity:/ { print name, $2 }' "$rules" | sort >"$dir/severities"
awk '/^## Kontor/ { name = $2; next } name != "" && NF { gsub(/[*.]/, "", $1); print name, $1; name = "" }' "$doc" |
	sort >"$dir/told"
same "$dir/severities" "$dir/told"
claim alarms_md_tells_the_severity_of_each
cat "$doc" "$rules" | grep -oE 'event=[a-z_]+' | sort -u | while IFS='=' read -r _ event; do
	grep -rqE "event=$event\b|\"$event\"" "$srcdir/src" || echo "event=$event"
done >"$dir/found"
is_empty "$dir/found"
claim each_event_that_is_to_be_looked_for_is_logged

while read -r alert; do
	grep -qE "alertname=\"$alert\"|alertname: $alert\$" "$tests" || echo "$alert"
done <"$dir/alerts" >"$dir/found"
is_empty "$dir/found"
claim each_alarm_is_made_to_fire_by_a_test
awk '/^  - name:/ { n++ } n == 1' "$tests" >"$dir/well.yml"
selectors "$dir/well.yml" | cut -d' ' -f1 | sort -u | comm -13 - "$dir/read_names" >"$dir/found"
is_empty "$dir/found"
claim the_shop_that_is_well_has_each_metric

promtool_claim promtool_accepts_the_rules check rules "$rules"
promtool_claim each_alarm_fires_when_it_should_and_only_then test rules "$tests"
promtool_claim the_metrics_are_as_prometheus_wants_them check metrics <"$dir/metrics"

echo "1..$n"
exit $failed
