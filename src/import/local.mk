noinst_LIBRARIES += src/import/libimport.a
src_import_libimport_a_SOURCES = \
	src/import/inventory_csv.c src/import/inventory_csv.h src/import/number.c src/import/number.h \
	src/import/picture_name.c src/import/picture_name.h \
	src/import/product_csv.c src/import/product_csv.def src/import/product_csv.h src/import/product_csv_cell.c \
	src/import/product_csv_impl.h src/import/product_csv_more.c src/import/product_csv_particular.c src/import/product_particular.c src/import/product_particular.h src/import/product_csv_spec.c \
	src/import/product_csv_variant.c src/import/product_handle.c src/import/product_handle.h \
	src/import/translation_csv.c \
	src/import/translation_csv.h
