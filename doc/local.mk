# doc
EXTRA_DIST += doc/templates.md
