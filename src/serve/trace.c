#include "serve/trace.h"

#include <string.h>

#include "plat/text/secret.h"

#define TRACEPARENT_B 55

static bool
is_hex(struct str s)
{
	bool zero = true;

	for (size_t i = 0; i < s.n; i++) {
		if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
		zero = zero && s.p[i] == '0';
	}
	return !zero;
}

void
trace_id(struct str tp, char id[33])
{
	if (tp.n == TRACEPARENT_B && str_starts(tp, STR("00-")) && tp.p[35] == '-' && tp.p[52] == '-'
	    && is_hex(str_n(tp.p + 3, 32)) && is_hex(str_n(tp.p + 36, 16))) {
		memcpy(id, tp.p + 3, 32);
		id[32] = '\0';
		return;
	}
	secret_id(id);
}
