noinst_LIBRARIES += src/web/libweb.a
src_web_libweb_a_SOURCES = \
	src/web/addr.c src/web/addr.h \
	src/web/app.c src/web/app.h \
	src/web/cart_view.c src/web/cart_view.h \
	src/web/catalogue.c src/web/catalogue.h \
	src/web/catalogue_tree.c src/web/catalogue_tree.h \
	src/web/checkout_view.c src/web/checkout_view.h \
	src/web/error_page.c src/web/error_page.h \
	src/web/fault.c src/web/fault.h \
	src/web/fields.c src/web/fields.def src/web/fields.h \
	src/web/frame.c src/web/frame.h \
	src/web/guard.c src/web/guard.h \
	src/web/handlers.h \
	src/web/kept_page.c src/web/kept_page.h \
	src/web/page_cart.c \
	src/web/page_catalogue.c \
	src/web/page_info.c \
	src/web/page_checkout.c \
	src/web/page_ops.c \
	src/web/page_order.c \
	src/web/page_search.c \
	src/web/page_sitemap.c \
	src/web/page_test.c \
	src/web/request.h \
	src/web/response.c src/web/response.h \
	src/web/route.c src/web/route.h src/web/routes.def \
	src/web/serve.c src/web/serve.h \
	src/web/session.c src/web/session.h \
	src/web/trace.c src/web/trace.h

# The page for the day on which the templates themselves fail, as a C string.
src/web/fallback.inc: $(top_srcdir)/templates/fallback.html
	$(AM_V_GEN)$(MKDIR_P) src/web && \
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' $(top_srcdir)/templates/fallback.html > $@.tmp && \
	mv $@.tmp $@
BUILT_SOURCES += src/web/fallback.inc
CLEANFILES += src/web/fallback.inc
EXTRA_DIST += templates/fallback.html
