noinst_LIBRARIES += src/serve/libserve.a
src_serve_libserve_a_SOURCES = \
	src/serve/addr.c src/serve/addr.h src/serve/age.c src/serve/age.h src/serve/app.c src/serve/app.h src/serve/cookie.c \
	src/serve/cookie.h src/serve/error_page.c \
	src/serve/error_page.h src/serve/fault.c src/serve/fault.h src/serve/fields.c src/serve/fields.h \
	src/serve/guard.c src/serve/guard.h src/serve/kept_page.c src/serve/kept_page.h src/serve/lead.c \
	src/serve/lead.h src/serve/limit.c src/serve/limit.h src/serve/request.h src/serve/response.c \
	src/serve/response.h src/serve/route.c src/serve/route.h src/serve/serve.c src/serve/serve.h \
	src/serve/settings.c src/serve/settings.h src/serve/site.h \
	src/serve/trace.c src/serve/trace.h src/serve/visitor.c src/serve/visitor.h
