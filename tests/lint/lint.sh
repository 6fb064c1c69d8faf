# lint.sh - what the tests in this folder share: the tree, the exceptions, TAP.
#
# A checker prints "rule file:line: what" for each breach, files named from the top of the tree. `lint_rule` says what
# a rule claims and makes one test of it; `lint_end` ends the test.

lint=$(cd "$(dirname "$0")" && pwd)
top_srcdir=${top_srcdir:-$lint/../..}
awk=${AWK:-awk}
LC_ALL=C
export LC_ALL
cd "$top_srcdir" || exit 1

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
n=0
: >"$tmp/found"
: >"$tmp/idle"

tap() { # "ok" or "not ok", claim
	n=$((n + 1))
	echo "$1 $n - $2"
}

# The breaches of a rule that are no named exception; exceptions that excuse nothing go to idle.
lint_rule() { # rule, claim
	$awk -v rule="$1" -v idle="$tmp/idle" '
		FNR == NR {
			if ($0 !~ /^(#|$)/ && $1 == rule)
				allowed[$2] = 1
			next
		}
		$1 == rule {
			file = $2
			sub(/:.*/, "", file)
			if (file in allowed)
				used[file] = 1
			else
				print "# " $0
		}
		END {
			for (file in allowed)
				if (!(file in used))
					print "# " rule " " file >>idle
		}' "$lint/allowed" "$tmp/found" >"$tmp/bad"
	if [ -s "$tmp/bad" ]; then
		tap "not ok" "$2"
		cat "$tmp/bad"
	else
		tap ok "$2"
	fi
}

lint_end() {
	if [ -s "$tmp/idle" ]; then
		tap "not ok" "every_exception_is_needed"
		cat "$tmp/idle"
	else
		tap ok "every_exception_is_needed"
	fi
	echo "1..$n"
}
