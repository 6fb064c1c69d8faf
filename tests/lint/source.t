#!/bin/sh
# The rules for C files: calls, sizes, places, layers. See source.awk and layers.awk.
# shellcheck source=tests/lint/lint.sh
. "$(dirname "$0")/lint.sh"

find src tests bench -path tests/lint/bad -prune -o \( -name '*.[ch]' -o -name '*.def' \) -print 2>/dev/null |
	sort >"$tmp/files"
# Names of the project's files hold no blanks: a rule of its own.
xargs $awk -f "$lint/source.awk" <"$tmp/files" >"$tmp/found"
grep '^src/' "$tmp/files" | xargs $awk -f "$lint/layers.awk" >>"$tmp/found"

grep '^src/.*\.c$' "$tmp/files" | sed 's,/[^/]*$,,' | sort | uniq -c |
	$awk '$1 > 20 { print "folder " $2 ":1: " $1 " .c files" }' >>"$tmp/found"

if [ -s "$tmp/files" ]; then tap ok files_are_found; else tap "not ok" files_are_found; fi
lint_rule layers "a_file_includes_only_its_own_room_and_those_below"
lint_rule circles "neither_headers_nor_modules_include_each_other_in_a_circle"
lint_rule libraries "libraries_are_known_to_plat_only"
lint_rule own_header "a_file_includes_its_own_header_first"
lint_rule guard "include_guards_are_named_after_their_files"
lint_rule intro "headers_and_tables_begin_with_what_they_are_for"
lint_rule malloc "memory_comes_from_arenas"
lint_rule banned "no_call_that_cannot_know_its_bounds"
lint_rule exit "a_process_is_ended_by_its_program_only"
lint_rule float "money_is_never_a_floating_point_number"
lint_rule must_use "what_can_fail_must_be_looked_at"
lint_rule sql "sql_stands_in_its_table_only"
lint_rule html "html_stands_in_templates_only"
lint_rule status "only_the_error_page_sets_a_status_of_400_or_above"
lint_rule size "files_have_at_most_600_lines"
lint_rule folder "folders_hold_at_most_20_source_files"
lint_rule function "functions_have_at_most_60_lines"
lint_rule parameters "functions_have_at_most_5_parameters"
lint_rule static "statics_say_which_module_they_are_of"
lint_rule width "lines_have_at_most_120_columns"
lint_rule blanks "indentation_is_tabs_and_no_line_ends_in_blanks"
lint_rule comment "comments_are_of_the_old_form"
lint_rule words "comments_begin_with_subject_and_verb"
lint_rule name "function_words_are_no_names"
lint_rule date "builds_do_not_depend_on_the_clock"
lint_end
