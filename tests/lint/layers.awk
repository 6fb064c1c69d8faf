# layers.awk - who includes whom: the rooms, their wings and ranks, libraries, circles.
#
# awk -f layers.awk FILE... prints "rule file:line: what", as source.awk does.

BEGIN {
	# A place is a room (store) or a wing of one (store/order). may[place] lists the places below that it may include,
	# its own always; a room in the list stands for its own files and its wings.
	plat = "plat/conf plat/text plat/stats plat/control plat/db plat/cache plat/fcgi plat/mail plat/receipt"
	may["base"] = ""
	may["plat/conf"] = may["plat/text"] = may["plat/stats"] = "base"
	may["plat/control"] = "base plat/stats"
	may["plat/db"] = may["plat/cache"] = may["plat/fcgi"] = "base plat/control plat/stats plat/conf plat/text"
	may["plat/receipt"] = "base plat/stats plat/text"
	may["plat/mail"] = "base plat/conf plat/text"
	may["plat/host"] = "base " plat
	may["shop"] = "base shop/price shop/particular"
	may["shop/price"] = may["shop/particular"] = "base"
	may["store"] = "base shop shop/price shop/particular store/sql " plat
	may["store/sql"] = ""
	may["store/catalogue"] = may["store/order"] = may["store/customer"] = may["store/staff"] = may["store/mail"] = may["store"] " store"
	may["store/order"] = may["store/order"] " store/customer store/catalogue store/download"
	may["store/withdrawal"] = may["store/order"] " store/order"
	may["store/download"] = may["store"] " store store/order"
	may["store/document"] = may["store"] " store store/order store/customer store/catalogue"
	may["store/price"] = may["store"] " store store/catalogue"
	may["store/admin"] = may["store/order"] " plat/host store/catalogue store/order store/staff"
	may["view"] = "base shop shop/price shop/particular view/gettext " plat
	may["view/gettext"] = may["view"]
	may["view/mustache"] = may["view"] " view"
	may["pay"] = may["import"] = "base shop shop/price shop/particular " plat
	pages = "base shop shop/price shop/particular store/catalogue store/document store/download store/order store/customer store/staff store/mail store/withdrawal store view view/gettext view/mustache pay import " plat
	may["serve"] = pages
	may["work/download"] = pages
	may["work"] = pages " store/admin store/price plat/host work/download"
	may["work/hook"] = may["work/document"] = may["work"] " work"
	may["web"] = may["admin"] = pages " serve work work/download"
	may["jobs"] = may["work"] " work work/document work/download work/hook"
	may["cmd"] = may["work"] " serve work work/hook work/document cmd/doctor cmd/backup cmd/document cmd/download cmd/hook cmd/mail cmd/order cmd/outbox cmd/price cmd/publish cmd/setting cmd/stock cmd/withdrawal"
	may["cmd/doctor"] = may["cmd/backup"] = may["cmd/document"] = may["cmd/download"] = may["cmd/hook"] = may["cmd/mail"] = may["cmd/order"] = may["cmd/outbox"] = may["cmd/price"] = may["cmd/publish"] = may["cmd/setting"] = may["cmd/stock"] = may["cmd/withdrawal"] = may["work"] " serve work work/hook work/document cmd"
	may["cmd/mail"] = may["cmd/mail"] " cmd/setting"
	may["cmd/maker"] = may["cmd/doctor"]
	may["cmd"] = may["cmd"] " cmd/maker"
	may["cmd/download"] = may["cmd/download"] " cmd/stock"
	may["main"] = may["cmd"] " serve web admin jobs cmd"
	# A library is known to one room only.
	libraries = "^(fcg[a-z]*|mysql|errmsg|mysqld_error|mariadb_.*|libmemcached.*|sodium|ini|gd|gumbo|jansson|utf8proc|idn2|qrencode|curl.*)(/|\\.h$)"
}

# The place of a file named from src/.
function place_of(name,    part, n) {
	n = split(name, part, "/")
	return n > 2 ? part[1] "/" part[2] : part[1]
}

# The module of a file: its folder and the first word of its name.
function module_of(name,    folder) {
	folder = name
	sub(/[^\/]*$/, "", folder)
	sub(/.*\//, "", name)
	sub(/[_.].*/, "", name)
	return folder name
}

function add_edge(from, to) {
	if (!(from in edge))
		node[++n_nodes] = from
	edge[from] = edge[from] " " to
}

FNR == 1 {
	file = FILENAME
	sub(/^src\//, "", file)
	place = place_of(file)
	room = place
	sub(/\/.*/, "", room)
	if (!(place in may))
		print "layers " FILENAME ":1: stands in no room that lint knows"
}

/^#[ \t]*include[ \t]*"/ {
	split($0, part, "\"")
	name = part[2]
	sub(/^src\//, "", name)
	if (name == "config.h" || name == "htdocs/static.h")
		next
	to = place_of(name)
	if (to != place && index(" " may[place] " ", " " to " ") == 0)
		print "layers " FILENAME ":" FNR ": " place "/ may not include " name
	if (name ~ /\.h$/) {
		add_edge(file, name)
		if (module_of(name) != module_of(file))
			add_edge("src/" module_of(file), "src/" module_of(name))
	}
}

/^#[ \t]*include[ \t]*</ {
	name = $0
	sub(/^[^<]*</, "", name)
	sub(/>.*/, "", name)
	if (room != "plat" && name ~ libraries)
		print "libraries " FILENAME ":" FNR ": <" name "> belongs into plat/"
}

# Depth first; a header or a module that is met again on the way to it closes a circle.
function visit(file,    to, n, i) {
	if (state[file] == 2)
		return
	if (state[file] == 1) {
		sub(/^src\//, "", file)
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
	for (n = 1; n <= n_nodes; n++)
		visit(node[n])
}
