# The recipes of HACKING.md, followed.
TESTS += tests/recipe/recipe.t
EXTRA_DIST += tests/recipe/brands.patch tests/recipe/recipe.t
