noinst_LIBRARIES += src/web/libweb.a
src_web_libweb_a_SOURCES = \
	src/web/aggregate.c src/web/aggregate.h src/web/cart_view.c src/web/cart_view.h src/web/checkout_view.c \
	src/web/checkout_view.h src/web/fields.def src/web/fields.h src/web/frame.c src/web/frame.h \
	src/web/goods_choice.c src/web/goods_choice.h \
	src/web/goods_particular.c src/web/goods_particular.h src/web/goods_tree.c src/web/goods_tree.h src/web/goods_view.c src/web/goods_view.h src/web/handlers.h \
	src/web/page_cart.c src/web/page_checkout.c src/web/page_goods.c src/web/page_info.c src/web/page_ops.c \
	src/web/page_order.c src/web/page_search.c src/web/page_sitemap.c src/web/page_test.c src/web/page_withdraw.c src/web/session.c \
	src/web/session.h src/web/site.c src/web/site.h

# The page for the day on which the templates themselves fail, as a C string.
src/web/fallback.inc: $(top_srcdir)/templates/fallback.html
	$(AM_V_GEN)$(MKDIR_P) src/web && \
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' $(top_srcdir)/templates/fallback.html > $@.tmp && \
	mv $@.tmp $@
BUILT_SOURCES += src/web/fallback.inc
CLEANFILES += src/web/fallback.inc
EXTRA_DIST += templates/fallback.html
