#include "plat/cache/cache_stored.h"

#include <string.h>

#define PLACEHOLDER 'P'
#define VALUE 'V'

void
cache_stored_placeholder(const struct cache_placeholder *p, char to[CACHE_PLACEHOLDER_B])
{
	to[0] = PLACEHOLDER;
	memcpy(to + 1, &p->worker, sizeof(p->worker));
	memcpy(to + 1 + sizeof(p->worker), &p->number, sizeof(p->number));
}

void
cache_stored_value(
    struct buf *b, const uint8_t seal[SECRET_KEY_B], struct str key, const struct cache_entry *entry)
{
	buf_ch(b, VALUE);
	cache_entry_format(b, seal, key, entry);
}

void
cache_stored_parse(struct str bytes, struct cache_stored *s)
{
	*s = (struct cache_stored){.kind = CACHE_STORED_NONE};
	while (bytes.n > 0 && bytes.p[0] == CACHE_MARK[0]) {
		s->marked = true;
		bytes = str_from(bytes, 1);
	}
	if (bytes.n == CACHE_PLACEHOLDER_B && bytes.p[0] == PLACEHOLDER) {
		s->kind = CACHE_STORED_PLACEHOLDER;
		memcpy(&s->placeholder.worker, bytes.p + 1, sizeof(s->placeholder.worker));
		memcpy(&s->placeholder.number, bytes.p + 1 + sizeof(s->placeholder.worker),
		    sizeof(s->placeholder.number));
	} else if (bytes.n > 0 && bytes.p[0] == VALUE) {
		s->kind = CACHE_STORED_VALUE;
		s->bytes = str_from(bytes, 1);
	}
}
