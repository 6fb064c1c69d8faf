noinst_LIBRARIES += src/pay/libpay.a
src_pay_libpay_a_SOURCES = \
	src/pay/provider.c src/pay/provider.h src/pay/provider_test.c src/pay/transfer.c src/pay/transfer.h
