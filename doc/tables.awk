# tables.awk - makes the tables of doc/templates.md anew from routes.def and names.def; writes the document.
#
# awk -f tables.awk src/view/routes.def src/view/names.def doc/templates.md. A table stands between "<!-- table NAME -->"
# and "<!-- end -->".

# The text between the last two quotes of a row.
function help(row,    part, n) {
	n = split(row, part, "\"")
	return part[n - 1]
}

FILENAME ~ /\.def$/ {
	if (held == "" && $0 !~ /^(LINK|NAME)\(/)
		next
	held = held (held == "" ? "" : " ") $0
	if ($0 !~ /\)$/)
		next
	row = held
	held = ""
	if (row ~ /^LINK/) {
		split(row, part, /, */)
		split(row, quoted, "\"")
		table["links"] = table["links"] "| site." part[3] "_url | `" quoted[2] "` | " help(row) " |\n"
	} else {
		split(row, part, /[(,]/)
		table["names"] = table["names"] "| " part[2] " | " help(row) " |\n"
	}
	next
}

/^<!-- table / {
	print
	printf "%s%s", $3 == "links" ? "| name | address | meaning |\n|---|---|---|\n" : "| name | meaning |\n|---|---|\n", table[$3]
	inside = 1
}
/^<!-- end -->/ { inside = 0 }
!inside
