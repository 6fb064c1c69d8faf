# states.awk - draws the state machines of order_state.def as a graph for graphviz.
#
# awk -f states.awk src/shop/order_state.def. Edges of the same two states are one, with all their events and guards.

!/^ORDER_(STATE|RULE)\(/ || /name\)|guard\)/ { next }
{
	rule = /^ORDER_RULE/
	gsub(/^[A-Z_]+\(|\)$/, "")
	split($0, part, /, */)
	machine = part[1]
}

!rule {
	gsub(/"/, "", part[4])
	if (!(machine in states))
		order[++machines] = machine
	states[machine] = states[machine] sprintf("\t\t%s_%s [label=\"%s\"];\n", machine, part[2], part[4])
}

rule {
	edge = machine SUBSEP part[2] SUBSEP part[4]
	event = tolower(part[3])
	guard = part[5] == "always" ? "" : " [" part[5] "]"
	if (!(edge in label)) {
		edges[machine] = edges[machine] (edges[machine] == "" ? "" : "\n") edge
		label[edge] = event guard
	} else
		label[edge] = label[edge] "\\n" event guard
}

END {
	print "digraph order_states {"
	print "\trankdir=LR;\n\tfontname=\"sans-serif\";\n\tfontsize=16;"
	print "\tnode [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=12];"
	print "\tedge [fontname=\"sans-serif\", fontsize=9];"
	for (i = 1; i <= machines; i++) {
		machine = order[i]
		printf "\tsubgraph cluster_%s {\n\t\tlabel=\"%s\";\n%s", machine, tolower(machine), states[machine]
		n = split(edges[machine], list, "\n")
		for (k = 1; k <= n; k++) {
			split(list[k], part, SUBSEP)
			printf "\t\t%s_%s -> %s_%s [label=\"%s\"];\n", machine, part[2], machine, part[3], label[list[k]]
		}
		print "\t}"
	}
	print "}"
}
