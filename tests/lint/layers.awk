# layers.awk - who includes whom: the rooms and their ranks, libraries, circles.
#
# awk -f layers.awk FILE... prints "rule file:line: what", as source.awk does.

BEGIN {
	# room, and the rooms below it that it may include; its own always
	may["base"] = ""
	may["plat"] = "base"
	may["shop"] = "base"
	may["store"] = "base plat shop"
	may["view"] = "base plat shop"
	may["pay"] = "base plat shop"
	may["web"] = "base plat shop store view pay"
	may["admin"] = may["web"]
	may["jobs"] = may["web"]
	may["cmd"] = may["web"]
	may["main"] = may["web"] " web admin jobs cmd"
	# A library is known to one room only.
	libraries = "^(fcg[a-z]*|mysql|errmsg|mysqld_error|mariadb_.*|sodium|ini|gd|gumbo|jansson|utf8proc|curl.*)(/|\\.h$)"
}

FNR == 1 {
	split(FILENAME, path, "/")
	room = path[2]
}

/^#[ \t]*include[ \t]*"/ {
	split($0, part, "\"")
	name = part[2]
	if (name ~ /^src\//)
		sub(/^src\//, "", name)
	sub(/\/.*/, "", part[2])
	to = name
	sub(/\/.*/, "", to)
	if (name == "config.h" || name == "htdocs/static.h")
		next
	if (!(to in may))
		print "layers " FILENAME ":" FNR ": includes " name ", which is in no room"
	else if (to != room && index(" " may[room] " ", " " to " ") == 0)
		print "layers " FILENAME ":" FNR ": " room "/ may not include " name
	file = FILENAME
	sub(/^src\//, "", file)
	if (name ~ /\.h$/)
		edge[file] = edge[file] " " name
}

/^#[ \t]*include[ \t]*</ {
	name = $0
	sub(/^[^<]*</, "", name)
	sub(/>.*/, "", name)
	if (room != "plat" && name ~ libraries)
		print "libraries " FILENAME ":" FNR ": <" name "> belongs into plat/"
}

# Depth first; a header that is met again on the way to it closes a circle.
function visit(file,    to, n, i) {
	if (state[file] == 2)
		return
	if (state[file] == 1) {
		print "circles src/" file ":1: includes itself in the end"
		return
	}
	state[file] = 1
	n = split(edge[file], to, " ")
	for (i = 1; i <= n; i++)
		visit(to[i])
	state[file] = 2
}

END {
	for (file in edge)
		visit(file)
}
