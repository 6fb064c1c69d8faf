noinst_LIBRARIES += src/web/libweb.a
src_web_libweb_a_SOURCES = \
	src/web/cart_view.c src/web/cart_view.h \
	src/web/catalogue.c src/web/catalogue.h \
	src/web/catalogue_tree.c src/web/catalogue_tree.h \
	src/web/checkout_view.c src/web/checkout_view.h \
	src/web/frame.c src/web/frame.h \
	src/web/handlers.h \
	src/web/page_cart.c \
	src/web/page_catalogue.c \
	src/web/page_checkout.c \
	src/web/page_info.c \
	src/web/page_ops.c \
	src/web/page_order.c \
	src/web/page_search.c \
	src/web/page_sitemap.c \
	src/web/page_test.c \
	src/web/routes.def
