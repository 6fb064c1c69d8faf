noinst_LIBRARIES += src/web/libweb.a
src_web_libweb_a_SOURCES =
