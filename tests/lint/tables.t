#!/bin/sh
# Rows of tables are used, sorted where they say so, and told in the manual.
# shellcheck source=tests/lint/lint.sh
. "$(dirname "$0")/lint.sh"

find src -name '*.[ch]' -exec cat {} + >"$tmp/code"
cat templates/*.mustache templates/mail/*.mustache >"$tmp/templates"
{
	cat "$tmp/code"
	# what the tables themselves use, as counters by kind of error
	find src -name '*.def' -exec cat {} +
} | grep -oE '[A-Za-z_][A-Za-z0-9_]*' | sort -u >"$tmp/words"
grep -oE '[a-z_][a-z0-9_]*' "$tmp/templates" | sort -u >"$tmp/template_words"

# First arguments of a macro's rows.
rows() { # table, macro
	sed -nE "s/^$2\\(([A-Za-z_0-9\"-]+).*/\\1/p" "$1" | tr -d '"'
}

missing() { # rule, table, prefix, words; reads names
	sed "s/^/$3/" | sort -u | comm -23 - "$4" | sed "s,.*,$1 $2:1: & is never used," >>"$tmp/found"
}

rows src/view/names.def NAME >"$tmp/names"
sort -c "$tmp/names" 2>"$tmp/bad" || sed 's,^,sorted src/view/names.def:1: ,' "$tmp/bad" >>"$tmp/found"
sed 's/^/N_/' "$tmp/names" | sort -u | comm -23 - "$tmp/words" | sed 's/^N_//' |
	comm -23 - "$tmp/template_words" | sed 's,.*,used src/view/names.def:1: & is never used,' >>"$tmp/found"
for table in src/store/sql/*.def; do
	rows "$table" SQL | missing used "$table" SQL_ "$tmp/words"
done
rows src/plat/stats/counters.def COUNTER | missing used src/plat/stats/counters.def STAT_ "$tmp/words"
rows src/web/fields.def FIELD | missing used src/web/fields.def F_ "$tmp/words"
sed -nE 's/^(SETTING|MERCHANT)\(([a-z_0-9]+), ([a-z_0-9]+),.*/\2_\3/p' src/plat/conf/settings.def |
	missing used src/plat/conf/settings.def "" "$tmp/words"
rows src/cmd/commands.def CMD | while read -r name; do
	grep -q "^\\.It Cm $name\\( \\|\$\\)" doc/kontor.1 || echo "manual src/cmd/commands.def:1: $name is not in doc/kontor.1"
done >>"$tmp/found"

grep -nE '^(NAME|LINK)\(.*""\)$' src/view/names.def src/view/routes.def | sed 's/:\([0-9]*\):.*/:\1: has no help/; s/^/docs /' >>"$tmp/found"
$awk -f doc/tables.awk src/view/routes.def src/view/names.def doc/templates.md | cmp -s - doc/templates.md ||
	echo 'docs doc/templates.md:1: its tables are old: make update-docs' >>"$tmp/found"


# Views that migrate makes are in no copy; a view whose tables are gone would stop mariadb-dump.
sed -nE 's/.* VIEW ([a-z_]+) AS.*/\1/p' etc/sql/access.sql | while read -r name; do
	case $name in placing_*) continue ;; esac
	sed -n '/define COPY_MADE_ONES/,/)))"/p' src/store/sql/admin.def | grep -q "'$name'" ||
		echo "copies etc/sql/access.sql:1: the view $name is not in COPY_MADE_ONES of src/store/sql/admin.def"
done >>"$tmp/found"

# The picture of the state machines: its source is made from the table, and it shows each edge of that.
$awk -f doc/states.awk src/shop/order_state.def >"$tmp/states.dot"
cmp -s "$tmp/states.dot" doc/order-states.dot || echo 'docs doc/order-states.dot:1: is old: make update-states' >>"$tmp/found"
sed -n 's/^\t\t\([A-Z_]*\) -> \([A-Z_]*\) .*/\1->\2/p' "$tmp/states.dot" | sort >"$tmp/edges"
sed -n 's,^<title>\([A-Z_]*\)&#45;&gt;\([A-Z_]*\)</title>$,\1->\2,p' doc/order-states.svg | sort >"$tmp/drawn"
cmp -s "$tmp/edges" "$tmp/drawn" || echo 'docs doc/order-states.svg:1: is old: make update-states' >>"$tmp/found"

# A right that is taken away and given again lacks meanwhile: the process that uses it fails. One that is only narrowed
# to columns is given by the next statement.
$awk -v RS=';' '
{
	lines += gsub(/\n/, " ")
	if (match($0, /REVOKE .* ON @db@\.[a-z_*]+ FROM @[a-z]+@/)) {
		split(substr($0, RSTART), w, / ON | FROM | TO /)
		revoked[w[2] " " w[3]] = NR " " w[1]
	} else if (match($0, /GRANT .* ON @db@\.[a-z_]+ TO @[a-z]+@/)) {
		split(substr($0, RSTART), w, / ON | TO /)
		split(revoked[w[2] " " w[3]], r, " ")
		verb = r[3]
		if (r[1] > 0 && (verb == "ALL" || w[1] ~ verb) && (verb == "ALL" || NR > r[1] + 1))
			print "revoked etc/sql/grants.sql:" lines + 1 ": was revoked before: " w[2] " of " w[3]
	}
}' etc/sql/grants.sql >>"$tmp/found"

lint_rule revoked "no_right_is_taken_away_that_is_given_later"
lint_rule sorted "names_of_templates_are_sorted"
lint_rule used "every_row_of_a_table_is_used"
lint_rule docs "tables_of_documents_are_those_of_the_source"
lint_rule copies "views_made_by_migrate_are_in_no_copy"
lint_rule manual "every_command_is_in_the_manual"
lint_end
