/* circle.h - includes what includes it. */
#ifndef KONTOR_SHOP_CIRCLE_H
#define KONTOR_SHOP_CIRCLE_H
#include "shop/wrong.h"
#endif
