noinst_LIBRARIES += src/view/libview.a
src_view_libview_a_SOURCES = \
	src/view/catalogue.c src/view/catalogue.h \
	src/view/encode.c src/view/encode.h \
	src/view/error_view.c src/view/error_view.h \
	src/view/form_hash.c src/view/form_hash.h \
	src/view/format.c src/view/format.h \
	src/view/json.c \
	src/view/jsonld.c src/view/jsonld.h \
	src/view/lang.c src/view/lang.def src/view/lang.h \
	src/view/mustache.h src/view/mustache_op.h \
	src/view/mustache_compile.c \
	src/view/mustache_parse.c src/view/mustache_parse.h \
	src/view/mustache_render.c \
	src/view/mustache_text.c src/view/mustache_text.h \
	src/view/names.c src/view/names.def src/view/names.h \
	src/view/plural.c src/view/plural.h \
	src/view/site.c src/view/site.h \
	src/view/template.c src/view/template.h \
	src/view/texts.c src/view/texts.h \
	src/view/url.c src/view/url.h \
	src/view/view.c src/view/view.h
