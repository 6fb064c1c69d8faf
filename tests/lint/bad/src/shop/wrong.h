#ifndef WRONG
#define WRONG
#include "shop/circle.h"
bool wrong_check(struct str, struct err *);
MUST_USE bool wrong_find(struct str, struct err *);
#endif
