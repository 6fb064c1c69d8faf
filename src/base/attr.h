/* attr.h - compiler attributes that are part of a function's contract. */
#ifndef KONTOR_BASE_ATTR_H
#define KONTOR_BASE_ATTR_H

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define COLD __attribute__((cold))
#define NORETURN __attribute__((noreturn))
#define UNUSED __attribute__((unused))

#define ARRAY_LEN(x) (sizeof(x) / sizeof((x)[0]))

/* AddressSanitizer reserves terabytes of addresses, and its leak check needs calls that a confined process gives up. */
#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif
#ifndef UNDER_ASAN
#define UNDER_ASAN 0
#endif

#endif
