noinst_LIBRARIES += src/work/libwork.a
src_work_libwork_a_SOURCES = \
	src/work/document/document_desk.c src/work/document/document_desk.h src/work/document/document_issue.c src/work/document/document_issue.h src/work/document/document_json.c \
	src/work/document/document_json.h src/work/document/document_tree.c src/work/document/paper.c src/work/document/paper.h \
	src/work/download/download_provide.c src/work/download/download_provide.h src/work/download/download_tree.c src/work/download/download_tree.h \
	src/work/export_run.c src/work/export_run.h src/work/hook/hook_message.c src/work/hook/hook_message.h src/work/hook/hook_run.c src/work/hook/hook_run.h src/work/import_fetch.c src/work/import_gather.c \
	src/work/import_gather.h src/work/import_handle.c src/work/import_impl.h src/work/import_inventory.c \
	src/work/import_note.c \
	src/work/import_picture.c src/work/import_products.c src/work/import_run.c src/work/import_run.h \
	src/work/import_texts.c \
	src/work/mail_deliver.c src/work/mail_deliver.h \
	src/work/mail_facts.c src/work/mail_facts.h src/work/mail_kind.c src/work/mail_kind.def src/work/mail_kind.h \
	src/work/mail_office.c src/work/mail_office.h src/work/mail_run.c src/work/mail_run.h \
	src/work/order_json.c src/work/order_json.h src/work/order_tree.c src/work/order_tree.h \
	src/work/outbox_run.c src/work/outbox_run.h \
	src/work/progress.c src/work/progress.h src/work/refund_run.c src/work/refund_run.h
