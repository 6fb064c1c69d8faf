# source.awk - the rules that one line, or one function, of a C file can break.
#
# awk -f source.awk FILE... prints "rule file:line: what" for each breach. Files are named from the top of the source
# tree, as src/serve/route.c. Comments and the contents of strings are taken apart first: `code` is the line without
# both, `text` the contents of its strings.

function say(rule, what) {
	print rule " " FILENAME ":" FNR ": " what
}

# Fills code and text from the line; in_comment lasts over lines.
function split_line(line,    at, end, c, lit) {
	code = text = ""
	while (line != "") {
		if (in_comment) {
			end = index(line, "*/")
			if (!end)
				return
			in_comment = 0
			line = substr(line, end + 2)
			continue
		}
		if (!match(line, /["'\/]/)) {
			code = code line
			return
		}
		at = RSTART
		c = substr(line, at, 1)
		code = code substr(line, 1, at - 1)
		line = substr(line, at)
		if (c == "/") {
			if (substr(line, 2, 1) == "*") {
				in_comment = 1
				line = substr(line, 3)
			} else if (substr(line, 2, 1) == "/") {
				comment_slashes = 1
				return
			} else {
				code = code "/"
				line = substr(line, 2)
			}
			continue
		}
		if (c == "\"")
			match(line, /^"([^"\\]|\\.)*"/)
		else
			match(line, /^'([^'\\]|\\.)*'/)
		if (RLENGTH < 1) {
			code = code c
			line = substr(line, 2)
			continue
		}
		lit = substr(line, 2, RLENGTH - 2)
		if (c == "\"")
			text = text " " lit
		code = code (c == "\"" ? "\"\"" : "' '")
		line = substr(line, RLENGTH + 1)
	}
}

# Is one of the words of `list` ("a|b|c") called on this line?
function calls(list) {
	return match(" " code, "[^A-Za-z0-9_.>](" list ")[ ]*\\(")
}

function columns(line,    n, i, parts) {
	gsub(/[\200-\277]/, "", line)
	n = split(line, parts, "\t")
	if (n == 1)
		return length(line)
	len = 0
	for (i = 1; i < n; i++) {
		len += length(parts[i])
		len += 8 - len % 8
	}
	return len + length(parts[n])
}

# How many parameters a function takes, besides the arena that it allocates on and the err that it fills.
function parameters(head,    i, c, depth, n) {
	n = 1
	for (i = index(head, "("); i <= length(head); i++) {
		c = substr(head, i, 1)
		if (c == "(")
			depth++
		else if (c == ")" && --depth == 0)
			break
		else if (c == "," && depth == 1)
			n++
	}
	if (head ~ /struct arena \*/)
		n--
	if (head ~ /struct err \*/)
		n--
	return n
}

FNR == 1 {
	if (NR > 1)
		file_end()
	in_comment = in_body = 0
	head = proto = ""
	split(FILENAME, path, "/")
	room = path[1] == "src" ? path[2] : ""
	is_header = FILENAME ~ /\.h$/
	is_def = FILENAME ~ /\.def$/
	is_c = FILENAME ~ /\.c$/
	base = FILENAME
	sub(/.*\//, "", base)
	if ((is_header || is_def) && index($0, "/* " base " - ") != 1)
		say("intro", "the first line says what the file is for: /* " base " - ...")
	guard = FILENAME
	sub(/^src\//, "", guard)
	guard = "KONTOR_" toupper(guard)
	gsub(/[^A-Z0-9]/, "_", guard)
	guarded = !is_header || room == ""
	comment_slashes = 0
}

{
	if (columns($0) > 120)
		say("width", "longer than 120 columns")
	if ($0 ~ /[ \t]$/)
		say("blanks", "blanks at the end of the line")
	if ($0 !~ /^ +\\$/ && $0 ~ /^        / || $0 ~ /^\t* +\t/)
		say("blanks", "indented with blanks instead of tabs")
	if ($0 ~ /\r/)
		say("blanks", "a carriage return")
	split_line($0)
}

# Function words are no names; comments begin with the subject and the verb.
room != "" && match(" " code " ", /[^A-Za-z0-9_](is|tell|told|which)[^A-Za-z0-9_]/) {
	say("name", $0)
}

room != "" && /\/\* (What|Who|Whether|Those|That which) / { say("words", $0) }

comment_slashes {
	say("comment", "comments are /* ... */")
	comment_slashes = 0
}

$0 == "#define " guard { guarded = 1 }

is_c && FNR <= 60 && /^#include "/ && !own_seen[FILENAME]++ {
	own = FILENAME
	sub(/\.c$/, ".h", own)
	if (room != "" && (getline ignored < own) > 0) {
		close(own)
		sub(/^src\//, "", own)
		if ($0 != "#include \"" own "\"")
			say("own_header", "a file includes its own header first")
	}
}

room != "" && calls("malloc|calloc|realloc|reallocarray|free|strdup|strndup|asprintf|vasprintf|open_memstream|getline|getdelim") {
	say("malloc", $0)
}

calls("strcpy|stpcpy|strcat|strncat|sprintf|vsprintf|atoi|atol|atoll|atof|strtok|alloca|gets|tmpnam|mktemp") {
	say("banned", $0)
}

room != "" && calls("exit|abort|system|popen") { say("exit", $0) }

(room == "shop" || room == "store" || room == "pay" || FILENAME ~ /^src\/base\/(money|num)\./) && \
    match(" " code, /[^A-Za-z0-9_](float|double)[^A-Za-z0-9_]/) {
	say("float", $0)
}

room != "" && FILENAME !~ /^src\/store\/sql\// && text ~ /(^|[ (])(SELECT .*|INSERT (IGNORE )?INTO|UPDATE .* SET|DELETE FROM|REPLACE INTO|(CREATE|ALTER|DROP|TRUNCATE) TABLE|START TRANSACTION|GRANT .* ON) / {
	say("sql", $0)
}

room != "" && text ~ /<(\/[a-z]|!--|!DOCTYPE|[a-z][a-z0-9]*(>|\/>| [a-z-]+=))/ { say("html", $0) }

room != "" && code ~ /status[a-z_]*(\[[^]]*\])? *=[^=].*[^0-9A-Za-z_][45][0-9][0-9]([^0-9]|$)/ { say("status", $0) }
room != "" && text ~ /Status: [45]/ { say("status", $0) }
room != "" && code ~ /->res\.status = |[^a-z_]res->status = / && code !~ / = (200|30[1234]|status);/ { say("status", $0) }

room != "" && code ~ /__(DATE|TIME)__/ { say("date", $0) }

# A function: from a brace in the first column to the next one.
is_c && !in_body && /^\{/ {
	in_body = FNR
	if (room != "" && head != "" && parameters(head) > 5)
		say("parameters", "more than five: " head)
}
is_c && in_body && /^\}/ {
	if (FNR - in_body + 1 > 60)
		say("function", "a function of " FNR - in_body + 1 " lines: " head)
	in_body = 0
	head = ""
}
is_c && !in_body && !/^[{}]/ {
	if (code ~ /^[a-z_][A-Za-z0-9_]*\(/)
		head = code
	else if (code ~ /^[ \t]/ && head != "")
		head = head " " code
	else
		head = ""
}

# A prototype may stand over several lines.
is_header && room != "" {
	if (proto == "" && code ~ /^(MUST_USE )?bool [a-z_0-9]+\(/)
		proto = code
	else if (proto != "")
		proto = proto " " code
	if (proto != "" && code ~ /;/) {
		if (proto !~ /^MUST_USE/ && proto ~ /struct err \*[a-z]*\)/ && base != "err.h")
			say("must_use", "what can fail is MUST_USE: " proto)
		proto = ""
	}
}

# The name of a static stands in two files at the most: a backtrace says which one it was.
is_c && room != "" && was_static && code ~ /^[a-z_][A-Za-z0-9_]*\(/ {
	name = code
	sub(/\(.*/, "", name)
	statics[name] = statics[name] " " FILENAME
}
{ was_static = code ~ /^static / }

END {
	file_end()
	for (name in statics)
		if (split(statics[name], where, " ") > 2)
			print "static " where[1] ":1: " name " stands in" statics[name]
}

function file_end() {
	if (!guarded)
		print "guard " last_file ":1: the include guard is " guard
	if (last_file ~ /\.c$/ && last_line > 600)
		print "size " last_file ":" last_line ": a file of " last_line " lines; 600 are the limit"
}

{ last_file = FILENAME; last_line = FNR }
