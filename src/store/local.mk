noinst_LIBRARIES += src/store/libstore.a
src_store_libstore_a_SOURCES = \
	src/store/control_store.c src/store/control_store.h src/store/hook_edit.c src/store/hook_store.c src/store/hook_store.h src/store/outbox.def src/store/outbox_admin.c src/store/outbox_admin.h src/store/outbox_queue.c src/store/outbox_queue.h src/store/outbox_store.c \
	src/store/outbox_store.h src/store/rows_out.c src/store/rows_out.h src/store/setting_store.c \
	src/store/setting_store.h src/store/shop_rules.c \
	src/store/shop_rules.h src/store/sql.c src/store/sql.h \
	src/store/admin/accounts.c src/store/admin/accounts.h src/store/admin/copy_store.c \
	src/store/admin/copy_store.h src/store/admin/doctor_store.c src/store/admin/doctor_store.h \
	src/store/admin/grants.c src/store/admin/grants.h src/store/admin/migrate.c src/store/admin/migrate.h \
	src/store/admin/receipt_store.c src/store/admin/receipt_store.h src/store/admin/schema.c \
	src/store/admin/schema.def src/store/admin/schema.h \
	src/store/admin/sql_text.c src/store/admin/sql_text.h src/store/admin/trial.c src/store/admin/trial.h \
	src/store/admin/verify_store.c src/store/admin/verify_store.h \
	src/store/catalogue/catalogue_cache.c src/store/catalogue/catalogue_cache.h \
	src/store/catalogue/catalogue_export.c src/store/catalogue/catalogue_export.h \
	src/store/catalogue/catalogue_generate.c src/store/catalogue/catalogue_generate.h \
	src/store/catalogue/catalogue_index.c src/store/catalogue/catalogue_read.c \
	src/store/catalogue/catalogue_read.h src/store/catalogue/catalogue_read_category.c \
	src/store/catalogue/catalogue_read_impl.h src/store/catalogue/catalogue_read_list.c \
	src/store/catalogue/catalogue_read_search.c src/store/catalogue/catalogue_save.c \
	src/store/catalogue/catalogue_save.h src/store/catalogue/catalogue_save_category.c \
	src/store/catalogue/catalogue_save_impl.h src/store/catalogue/catalogue_save_list.c \
	src/store/catalogue/catalogue_save_rename.c src/store/catalogue/catalogue_save_stock.c \
	src/store/catalogue/catalogue_save_text.c src/store/catalogue/catalogue_save_variant.c \
	src/store/catalogue/catalogue_words.c src/store/catalogue/catalogue_words.h \
	src/store/catalogue/maker_store.c src/store/catalogue/maker_store.h \
	src/store/catalogue/price_plan.c src/store/catalogue/price_plan.h \
	src/store/catalogue/product_parts.c src/store/catalogue/product_parts.h src/store/catalogue/variant_row.c \
	src/store/catalogue/variant_row.h \
	src/store/customer/customer_erase.c src/store/customer/customer_store.c src/store/customer/customer_store.h \
	src/store/customer/session_store.c src/store/customer/session_store.h \
	src/store/document/document_make.c src/store/document/document_make.h src/store/document/document_store.c \
	src/store/document/document_store.h \
	src/store/mail/bounce_store.c src/store/mail/bounce_store.h src/store/mail/mail_list.c src/store/mail/mail_list.h src/store/mail/mail_store.c src/store/mail/mail_store.h \
	src/store/mail/mail_time_store.c src/store/mail/mail_time_store.h \
	src/store/order/cart_store.c src/store/order/cart_store.h src/store/order/draft.c src/store/order/draft.h \
	src/store/office_mail.c src/store/office_mail.h \
	src/store/order/order_cache.c src/store/order/order_cache.h src/store/order/order_change.h \
	src/store/order/order_change_goods.c src/store/order/order_change_note.c src/store/order/order_change_pay.c \
	src/store/order/order_change_refund.c src/store/order/order_change_return.c \
	src/store/order/order_change_tx.c src/store/order/order_change_tx.h src/store/order/order_expire.c \
	src/store/order/order_link.c src/store/order/order_link.h src/store/order/order_list.c src/store/order/order_list.h src/store/order/order_look.c \
	src/store/order/order_look.h src/store/order/order_read.c src/store/order/order_receipt.c src/store/order/order_receipt.h \
	src/store/order/order_store.c src/store/order/order_store.h src/store/order/order_words.c \
	src/store/order/order_words.h src/store/order/order_write.c \
	src/store/order/order_write.h src/store/order/refund_store.c \
	src/store/order/refund_store.h src/store/order/stock_store.c \
	src/store/order/stock_store.h \
	src/store/download/code_store.c src/store/download/code_store.h src/store/download/download_store.c \
	src/store/download/download_store.h src/store/download/grant_store.c src/store/download/grant_store.h \
	src/store/price/price_store.c src/store/price/price_store.h src/store/price/sale_store.c \
	src/store/price/sale_store.h \
	src/store/sql/admin.def src/store/sql/catalogue.def src/store/sql/customer.def src/store/sql/document.def src/store/sql/download.def src/store/sql/hook.def src/store/sql/life.def src/store/sql/mail.def \
	src/store/sql/office.def src/store/sql/order.def src/store/sql/outbox.def src/store/sql/setting.def \
	src/store/sql/stock.def src/store/sql/wings.def src/store/sql/withdrawal.def \
	src/store/withdrawal/withdrawal_match.c src/store/withdrawal/withdrawal_match.h \
	src/store/withdrawal/withdrawal_store.c src/store/withdrawal/withdrawal_store.h
