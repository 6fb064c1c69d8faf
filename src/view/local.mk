noinst_LIBRARIES += src/view/libview.a
src_view_libview_a_SOURCES = \
	src/view/country_text.c src/view/country_text.h src/view/encode.c src/view/encode.h src/view/error_view.c \
	src/view/error_view.h src/view/form_hash.c src/view/form_hash.h src/view/format.c src/view/format.h src/view/hours.c \
	src/view/hours.h src/view/json.c src/view/jsonld.c src/view/jsonld.h src/view/jsonld_impl.h src/view/jsonld_offer.c src/view/jsonld_order.c src/view/lang.c \
	src/view/lang.def src/view/lang.h src/view/names.c src/view/names.def src/view/names.h src/view/picture.c src/view/picture.h \
	src/view/plain.c src/view/plain.h src/view/routes.def \
	src/view/site_tree.c src/view/site_tree.h src/view/url.c src/view/url.h src/view/view.c \
	src/view/view.h \
	src/view/gettext/gettext.c src/view/gettext/gettext.h src/view/gettext/plural.c src/view/gettext/plural.h \
	src/view/mustache/mustache.h src/view/mustache/mustache_compile.c src/view/mustache/mustache_op.h \
	src/view/mustache/mustache_parse.c src/view/mustache/mustache_parse.h src/view/mustache/mustache_render.c \
	src/view/mustache/mustache_text.c src/view/mustache/mustache_text.h src/view/mustache/template.c \
	src/view/mustache/template.h src/view/mustache/texts.c src/view/mustache/texts.h
