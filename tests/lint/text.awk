# text.awk - rules for every text file of the project. Prints "rule file:line: what".

FILENAME != "tests/lint/text.awk" && /(^|[^A-Za-z])(TODO|FIXME|XXX)([^A-Za-z]|$)/ {
	print "open " FILENAME ":" FNR ": " $0
}

/^(<<<<<<<|>>>>>>>) / { print "conflict " FILENAME ":" FNR ": " $0 }

FILENAME ~ /\.(sh|t|awk|mk|am|ac|md|mustache|js|css|sql|in)$/ && /[ \t]$/ {
	print "ends " FILENAME ":" FNR ": blanks at the end of the line"
}
