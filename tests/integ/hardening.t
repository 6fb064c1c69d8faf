#!/bin/sh
# The programs are built with every protection that compiler, linker and processor have: as readelf sees the files, and
# blhc the commands that built them.
set -u
build=$(cd "${top_builddir:-.}" && pwd)
src=$(cd "${top_srcdir:-.}" && pwd)
dir=$(mktemp -d /tmp/kontor-hard-XXXXXX)
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C
programs='kontor kontor.fcgi kontor-jobs kontor-decode'
n=0
failed=0

claim() { # claim NAME: the status of the command before decides
	if [ $? -eq 0 ]; then r=ok; else r="not ok"; failed=1; fi
	n=$((n + 1))
	echo "$r $n - $1"
}

if grep -q -e '^KONTOR_CFLAGS = .*-fsanitize' "$build/Makefile"; then
	echo '1..0 # SKIP built with sanitizers'
	exit 0
fi
cd "$build" || exit 99
each() { # each COMMAND...: succeeds when it does for every program, whose description is in $dir/PROGRAM
	for p in $programs; do
		"$@" "$dir/$p" || { echo "# $p: $*"; return 1; }
	done
}
for p in $programs; do
	readelf -W -h -d -l -n -s "$p" >"$dir/$p" 2>/dev/null || { echo "# readelf $p"; exit 99; }
done

each grep -q 'Type: *DYN' && each grep -q 'FLAGS_1.* PIE'
claim they_are_loaded_at_random_addresses
each grep -q GNU_RELRO && each grep -q 'FLAGS_1.* NOW'
claim their_tables_of_functions_are_read_only_from_the_start
lacks() { ! grep -qE "$1" "$2"; }
each grep -qE 'GNU_STACK.* RW ' && each lacks 'GNU_STACK.* RWE|LOAD.* RWE|TEXTREL|RPATH|RUNPATH'
claim nothing_is_writable_and_executable_and_no_library_comes_from_elsewhere
each grep -q __stack_chk_fail
claim their_stacks_are_guarded
each grep -qE '__(memcpy|snprintf|vsnprintf|read|fprintf|strncpy|printf)_chk'
claim sizes_that_are_known_are_checked
case $(uname -m) in
x86_64)
	[ "$(objdump -d kontor.fcgi | grep -c endbr64)" -gt 300 ]
	claim targets_of_jumps_are_marked_for_the_processor
	# A probe of each page of a large array: or $0x0,(%rsp).
	objdump -d kontor.fcgi | grep -qE 'or[ql] +\$0x0,(0x[0-9a-f]+)?\(%rsp'
	claim no_array_jumps_over_the_page_below_the_stack
	;;
*)
	for name in targets_of_jumps_are_marked_for_the_processor no_array_jumps_over_the_page_below_the_stack; do
		n=$((n + 1))
		echo "ok $n - $name # SKIP the test knows x86-64 only"
	done
	;;
esac

# The commands that make would run if every source had changed.
newer=$(cd "$build" && find "$(realpath --relative-to="$build" "$src")/src" -name '*.c' | sed 's/^/-W /')
# shellcheck disable=SC2086
MAKEFLAGS='' make -n V=1 $newer $programs 2>/dev/null | grep -E ' -(c|o) ' >"$dir/commands"
[ "$(grep -c -e ' -c ' "$dir/commands")" -gt 100 ]
claim the_commands_that_build_them_are_known
if command -v blhc >/dev/null; then
	# It wants the log of a package's build.
	{ echo 'dpkg-buildpackage: info: source package kontor' && sed 's/ *&&\\$//' "$dir/commands"; } >"$dir/log"
	{ blhc --all "$dir/log" >"$dir/blhc" || { cut -c1-300 "$dir/blhc" | sed 's/^/# /' | head -n 20; false; }; } &&
		sed 's/-fstack-protector-strong//' "$dir/log" >"$dir/log.bad" && ! blhc --all "$dir/log.bad" >/dev/null
	claim blhc_misses_no_flag_in_them
else
	n=$((n + 1))
	echo "ok $n - blhc_misses_no_flag_in_them # SKIP blhc is not installed"
fi
! grep -e ' -c ' "$dir/commands" | grep -v -e '-D_FORTIFY_SOURCE=3' | grep .
claim each_source_is_compiled_with_the_highest_level_of_fortify

echo "1..$n"
exit $failed
