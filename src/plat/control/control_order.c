/* Ids of acknowledged orders. An id is settled when it was acknowledged longer than a window of time ago. Two buckets
 * replace a time for each id: `order_new` has the highest id since `order_since_ns`, `order_old` the highest one
 * before. */
#include "base/clock.h"
#include "plat/control/control_area.h"

static void
order_raise(shared_word *word, uint64_t to)
{
	uint64_t old = atomic_load(word);

	while (to > old && !atomic_compare_exchange_weak(word, &old, to))
		;
}

/* How long ago the time was stored. Another process may store a later one at any moment, so it is read before the
 * clock. */
static uint64_t
order_age_ns(const shared_word *at)
{
	uint64_t at_ns = atomic_load(at), now_ns = clock_mono_ns();

	return now_ns > at_ns ? now_ns - at_ns : 0;
}

void
control_order_acknowledged(struct control *ctl, uint64_t id, uint64_t window_ns)
{
	struct control_area *area = ctl == NULL ? NULL : ctl->area;
	uint64_t since_ns;

	if (area == NULL || !ctl->file.writable)
		return;
	since_ns = atomic_load(&area->order_since_ns);
	if (order_age_ns(&area->order_since_ns) >= window_ns
	    && atomic_compare_exchange_strong(&area->order_since_ns, &since_ns, clock_mono_ns())) {
		order_raise(&area->order_settled, atomic_load(&area->order_old));
		atomic_store(&area->order_old, atomic_exchange(&area->order_new, 0));
	}
	order_raise(&area->order_last_ns, clock_mono_ns());
	order_raise(&area->order_new, id);
}

uint64_t
control_order_floor(const struct control *ctl, uint64_t window_ns)
{
	const struct control_area *area = ctl == NULL ? NULL : ctl->area;
	uint64_t floor, id;

	if (area == NULL)
		return 0;
	floor = atomic_load(&area->order_settled);
	if (order_age_ns(&area->order_since_ns) >= window_ns && (id = atomic_load(&area->order_old)) > floor)
		floor = id;
	if (order_age_ns(&area->order_last_ns) >= window_ns && (id = atomic_load(&area->order_new)) > floor)
		floor = id;
	return floor;
}

uint64_t
control_order_top(const struct control *ctl)
{
	return control_order_floor(ctl, 0);
}

void
control_order_settle(struct control_area *area)
{
	order_raise(&area->order_settled, atomic_load(&area->order_old));
	order_raise(&area->order_settled, atomic_load(&area->order_new));
	atomic_store(&area->order_since_ns, 0);
	atomic_store(&area->order_last_ns, 0);
}

void
control_order_carry_over(struct control_area *to, const struct control_area *from)
{
	uint64_t none = 0;

	order_raise(&to->order_since_ns, atomic_load(&from->order_since_ns));
	order_raise(&to->order_settled, atomic_load(&from->order_settled));
	order_raise(&to->order_old, atomic_load(&from->order_old));
	order_raise(&to->order_new, atomic_load(&from->order_new));
	order_raise(&to->order_last_ns, atomic_load(&from->order_last_ns));
	(void)atomic_compare_exchange_strong(&to->older, &none, atomic_load(&from->older));
}

void
control_set_older(struct control *ctl, uint64_t identity)
{
	if (ctl != NULL && ctl->area != NULL && ctl->file.writable)
		atomic_store(&ctl->area->older, identity);
}

bool
control_older(const struct control *ctl, uint64_t identity)
{
	return ctl != NULL && ctl->area != NULL && identity != 0 && atomic_load(&ctl->area->older) == identity;
}
