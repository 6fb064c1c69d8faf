#include "store/catalogue/variant_row.h"

void
variant_row_read(struct db_rows *r, struct product_variant *v)
{
	for (size_t i = 0; i < PRODUCT_OPTIONS_MAX; i++)
		v->value[i] = c_str(r);
	v->sku = c_str(r);
	v->barcode = c_str(r);
	v->price_minor = c_i64(r);
	v->compare_minor = c_i64_or(r, -1);
	v->cost_minor = c_i64_or(r, -1);
	v->taxable = c_u64(r) != 0;
	v->shipped = c_u64(r) != 0;
	v->weight_mg = c_i64(r);
	v->content_milli = c_i64_or(r, 0);
	v->content_unit = c_str(r);
	v->base_milli = c_i64_or(r, 0);
	v->base_unit = c_str(r);
	v->image = (size_t)c_u64_or(r, 0);
	v->tracked = c_u64(r) != 0;
	v->sell_over = c_u64(r) != 0;
	v->stock = c_i64(r);
	v->has_stock = true;
}
