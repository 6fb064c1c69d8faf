noinst_LIBRARIES += src/shop/libshop.a
src_shop_libshop_a_SOURCES = \
	src/shop/address.c src/shop/address.def src/shop/address.h src/shop/address_form.c src/shop/address_form.def \
	src/shop/address_form.h src/shop/cart.c src/shop/cart.h src/shop/catalogue.c src/shop/catalogue.h \
	src/shop/checkout.c src/shop/checkout.h src/shop/country.c src/shop/country.def src/shop/country.h \
	src/shop/fulfilment.def \
	src/shop/mail_hint.c src/shop/mail_hint.h \
	src/shop/order.c src/shop/order.h src/shop/order_number.c src/shop/order_number.h src/shop/order_state.c \
	src/shop/order_state.def src/shop/order_state.h \
	src/shop/order_topic.def src/shop/payment.c src/shop/payment.def src/shop/payment.h \
	src/shop/postcode.c src/shop/postcode.h src/shop/product.c src/shop/product.h src/shop/rules.h \
	src/shop/search.c src/shop/search.h src/shop/search_block.c src/shop/search_block.h src/shop/shipping.c \
	src/shop/shipping.def src/shop/shipping.h src/shop/stock.c src/shop/stock.h src/shop/stock_reason.def src/shop/tax.c src/shop/tax.h \
	src/shop/territory.c src/shop/territory.def src/shop/territory.h src/shop/totals.c src/shop/totals.h \
	src/shop/translation.h \
	src/shop/particular/particular.c src/shop/particular/particular.def src/shop/particular/particular.h \
	src/shop/price/price.c src/shop/price/price.h
