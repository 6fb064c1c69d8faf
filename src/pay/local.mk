noinst_LIBRARIES += src/pay/libpay.a
src_pay_libpay_a_SOURCES = \
	src/pay/transfer.c src/pay/transfer.h
