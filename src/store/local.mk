noinst_LIBRARIES += src/store/libstore.a
src_store_libstore_a_SOURCES = \
	src/store/accounts.c src/store/accounts.h \
	src/store/cart_store.c src/store/cart_store.h \
	src/store/catalogue_cache.c src/store/catalogue_cache.h \
	src/store/catalogue_category.c \
	src/store/catalogue_export.c src/store/catalogue_export.h \
	src/store/catalogue_generate.c src/store/catalogue_generate.h \
	src/store/catalogue_index.c \
	src/store/catalogue_read.c src/store/catalogue_read.h \
	src/store/catalogue_save.c src/store/catalogue_save.h \
	src/store/catalogue_save_impl.h \
	src/store/catalogue_save_list.c \
	src/store/catalogue_save_text.c \
	src/store/catalogue_save_variant.c \
	src/store/catalogue_search.c \
	src/store/catalogue_words.c src/store/catalogue_words.h \
	src/store/copy_store.c src/store/copy_store.h \
	src/store/doctor_store.c src/store/doctor_store.h \
	src/store/draft.c src/store/draft.h \
	src/store/grants.c src/store/grants.h \
	src/store/migrate.c src/store/migrate.h \
	src/store/order_cache.c src/store/order_cache.h \
	src/store/order_expire.c \
	src/store/order_read.c \
	src/store/order_store.c src/store/order_store.h \
	src/store/order_write.c src/store/order_write.h \
	src/store/outbox_store.c src/store/outbox_store.h \
	src/store/product_parts.c src/store/product_parts.h \
	src/store/rows_json.c src/store/rows_json.h \
	src/store/session_store.c src/store/session_store.h \
	src/store/shop_rules.c src/store/shop_rules.h \
	src/store/sql.c src/store/sql.h src/store/sql.def \
	src/store/sql_text.c src/store/sql_text.h \
	src/store/stock_store.c src/store/stock_store.h \
	src/store/trial.c src/store/trial.h \
	src/store/verify_store.c src/store/verify_store.h
