/* attr.h - compiler attributes that are part of a function's contract. */
#ifndef KONTOR_BASE_ATTR_H
#define KONTOR_BASE_ATTR_H

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define COLD __attribute__((cold))
#define NORETURN __attribute__((noreturn))
#define UNUSED __attribute__((unused))

#define ARRAY_LEN(x) (sizeof(x) / sizeof((x)[0]))

#endif
