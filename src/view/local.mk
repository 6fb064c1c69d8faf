noinst_LIBRARIES += src/view/libview.a
src_view_libview_a_SOURCES = \
	src/view/encode.c src/view/encode.h \
	src/view/format.c src/view/format.h \
	src/view/json.c \
	src/view/names.c src/view/names.def src/view/names.h \
	src/view/view.c src/view/view.h
