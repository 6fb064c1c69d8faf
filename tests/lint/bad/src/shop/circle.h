/* circle.h - includes a header that includes this one. */
#ifndef KONTOR_SHOP_CIRCLE_H
#define KONTOR_SHOP_CIRCLE_H
#include "shop/wrong.h"
#endif
