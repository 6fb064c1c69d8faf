#include "plat/control/control.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "plat/control/control_area.h"

/* bits of the word `pause` */
#define PAUSED 1
#define ROW_DUE 2

#define NOT_OURS "%s is not a control file of this program: remove it; the workers make it anew"

/* Higher than any epoch of an earlier file. */
static uint64_t
first_epoch(void)
{
	return (uint64_t)clock_utc_s() * CLOCK_MS;
}

/* Call it with the creation lock. The magic is written last, so that an incomplete file is initialised again. */
static bool
make_area(struct control *ctl, struct err *e)
{
	struct control_area *area = ctl->area;
	char boot[SHARED_BOOT_SIZE];
	uint64_t magic = shared_get(&area->magic);

	if (magic != 0 && magic != CONTROL_MAGIC)
		return err_set(e, ERR_UPSTREAM, NOT_OURS, ctl->file.name);
	shared_boot(boot);
	if (magic == 0) {
		shared_set(&area->epoch, first_epoch());
		shared_set(&area->settings, first_epoch());
		shared_set(&area->minor, CONTROL_MINOR);
		memcpy(area->boot, boot, sizeof(boot));
		atomic_store(&area->magic, CONTROL_MAGIC);
	}
	if (shared_get(&area->minor) < CONTROL_MINOR)
		shared_set(&area->minor, CONTROL_MINOR);
	if (memcmp(area->boot, boot, sizeof(boot)) != 0) {
		for (unsigned i = 0; i < BREAKER__MAX; i++)
			atomic_store(&area->breaker[i].opened_ns, 0);
		for (int i = 0; i < CONTROL_SLOTS; i++)
			control_line_clear(&area->slot[i]);
		control_order_settle(area);
		memcpy(area->boot, boot, sizeof(boot));
	}
	return true;
}

static bool
open_file(struct control *ctl, const char *path, int flags, struct err *e)
{
	bool ok = true;

	*ctl = (struct control){.slot = -1};
	if (!shared_open(&ctl->file, path, flags, sizeof(struct control_area), e))
		return false;
	ctl->area = ctl->file.area;
	if ((flags & O_CREAT) != 0) {
		ok = make_area(ctl, e);
		shared_ready(&ctl->file);
	} else if (shared_get(&ctl->area->magic) != CONTROL_MAGIC) {
		ok = err_set(e, ERR_UPSTREAM, NOT_OURS, path);
	}
	if (!ok)
		control_close(ctl);
	return ok;
}

bool
control_open(struct control *ctl, const char *path, struct stats *st, struct err *e)
{
	bool ok = open_file(ctl, path, O_RDWR | O_CREAT, e);

	ctl->stats = st;
	return ok;
}

bool
control_open_tool(struct control *ctl, const char *path, bool write, struct err *e)
{
	return open_file(ctl, path, write ? O_RDWR : O_RDONLY, e);
}

void
control_close(struct control *ctl)
{
	shared_close(&ctl->file);
	ctl->area = NULL;
	ctl->slot = -1;
}

struct control *
control_none(void)
{
	static struct control_area area;
	static struct control ctl = {.file = {.fd = -1, .writable = true}};

	if (ctl.area == NULL) {
		ctl.area = ctl.file.area = &area;
		ctl.stats = stats_none();
		shared_set(&area.epoch, 1);
		shared_set(&area.top, 1);
	}
	return &ctl;
}

bool
control_sound(const struct control *ctl, struct err *e)
{
	if (ctl->area != NULL && ctl->slot < 0)
		return err_set(e, ERR_BUSY, "%s: this process has no slot in it", ctl->file.name);
	if (!shared_sound(&ctl->file, e))
		return false;
	return ctl->file.fd < 0 || shared_get(&ctl->area->slot[ctl->slot].since_s) != 0
	    || err_set(e, ERR_BUSY, "%s has been emptied", ctl->file.name);
}

static off_t
slot_offset(int slot)
{
	return (off_t)(offsetof(struct control_area, slot) + sizeof(struct control_slot) * (size_t)slot);
}

int
control_top(const struct control_area *area)
{
	uint64_t top = atomic_load(&area->top);

	return top < CONTROL_SLOTS ? (int)top : CONTROL_SLOTS;
}

bool
control_slot_held(const struct control *ctl, int slot)
{
	return slot == ctl->slot || shared_held(&ctl->file, slot_offset(slot), sizeof(struct control_slot));
}

struct control_slot *
control_own(const struct control *ctl)
{
	return ctl == NULL || ctl->area == NULL || ctl->slot < 0 ? NULL : &ctl->area->slot[ctl->slot];
}

static void
move_in(struct control *ctl, int i, const char *name)
{
	struct control_slot *s = &ctl->area->slot[i];
	uint64_t top = atomic_load(&ctl->area->top);

	atomic_store(&s->permits, 0);
	atomic_store(&s->probes, 0);
	control_line_clear(s);
	shared_set(&s->workers, (uint64_t)ctl->workers);
	shared_set(&s->pid, (uint64_t)getpid());
	shared_set(&s->pid_space, shared_pid_space());
	shared_set(&s->since_s, (uint64_t)clock_utc_s());
	shared_set(&s->confined, ctl->confined);
	str_copy(s->owner, sizeof(s->owner), str_z(name));
	while (top < (uint64_t)i + 1 && !atomic_compare_exchange_weak(&ctl->area->top, &top, (uint64_t)i + 1))
		;
	ctl->slot = i;
}

bool
control_claim(struct control *ctl, const char *name, struct err *e)
{
	if (ctl->area == NULL || !ctl->file.writable)
		return err_set(e, ERR_BUG, "no slot can be taken: the control file is not open");
	for (int i = 0; i < CONTROL_SLOTS && ctl->slot < 0; i++)
		if (shared_lock(&ctl->file, slot_offset(i), sizeof(struct control_slot)))
			move_in(ctl, i, name);
	return ctl->slot >= 0
	    || err_set(e, ERR_LIMIT, "%s: all %d slots are held by live processes", ctl->file.name, CONTROL_SLOTS);
}

void
control_set_confined(struct control *ctl, bool seccomp, bool landlock)
{
	struct control_slot *own = control_own(ctl);

	ctl->confined = (seccomp ? CONTROL_SECCOMP : 0) + (landlock ? CONTROL_LANDLOCK : 0);
	if (own != NULL)
		shared_set(&own->confined, ctl->confined);
}

bool
control_has(const struct control *ctl, int pid)
{
	uint64_t space = shared_pid_space();

	for (int i = 0; ctl->area != NULL && i < control_top(ctl->area); i++) {
		const struct control_slot *s = &ctl->area->slot[i];

		if (shared_get(&s->pid) == (uint64_t)pid && shared_get(&s->pid_space) == space
		    && control_slot_held(ctl, i))
			return true;
	}
	return false;
}

static void
take_later(shared_word *word, uint64_t other)
{
	uint64_t old = atomic_load(word);

	while (other > old && !atomic_compare_exchange_weak(word, &old, other))
		;
}

/* Sets a word that is a time in ms * 4 + `bits`: later than before on any clock. */
static void
set_timed(shared_word *word, uint64_t bits)
{
	uint64_t now = clock_utc_ms() * 4, old = atomic_load(word), fresh;

	do
		fresh = (now > old ? now : (old | 3) + 1) + bits;
	while (!atomic_compare_exchange_weak(word, &old, fresh));
}

/* Another process may have created and changed the new file meanwhile: the later pause wins. */
static void
carry_over(struct control *to, const struct control *from)
{
	uint64_t none = 0, unknown = 0;

	take_later(&to->area->pause, atomic_load(&from->area->pause));
	(void)atomic_compare_exchange_strong(&to->area->identity, &none, atomic_load(&from->area->identity));
	control_order_carry_over(to->area, from->area);
	take_later(&to->area->shop_paused, atomic_load(&from->area->shop_paused));
	(void)atomic_compare_exchange_strong(&to->area->merchant, &unknown, atomic_load(&from->area->merchant));
	if (atomic_load(&to->area->epoch) <= atomic_load(&from->area->epoch))
		atomic_store(&to->area->epoch, atomic_load(&from->area->epoch) + 1);
	if (atomic_load(&to->area->settings) <= atomic_load(&from->area->settings))
		atomic_store(&to->area->settings, atomic_load(&from->area->settings) + 1);
}

bool
control_join(struct control *ctl, const char *path, const char *name, struct stats *st, struct err *e)
{
	struct control fresh;
	struct err none = {0};
	bool ok;

	if (control_sound(ctl, &none))
		return true;
	ok = control_open(&fresh, path, st, e);
	fresh.confined = ctl->confined;
	fresh.workers = ctl->workers;
	if (!ok || !control_claim(&fresh, name, e)) {
		control_close(&fresh);
		if (ctl->area == NULL)
			*ctl = fresh; /* has the file's name, but is not open */
		return false;
	}
	if (ctl->area != NULL)
		carry_over(&fresh, ctl);
	control_close(ctl);
	*ctl = fresh;
	return true;
}

static shared_word *
word_of(const struct control_area *area, int slot, size_t word)
{
	return (shared_word *)((uintptr_t)&area->slot[slot] + word);
}

static int
count_bits(const struct control *ctl, size_t word, uint64_t mask)
{
	int n = 0;

	for (int i = 0; i < control_top(ctl->area); i++)
		n += (atomic_load(word_of(ctl->area, i, word)) & mask) != 0 && control_slot_held(ctl, i);
	return n;
}

/* Sets the own bit first and counts the others afterwards: of two processes that compete for the last permit both may
 * be refused, but never both succeed. */
bool
control_take_bit(struct control *ctl, size_t word, unsigned bit, int max)
{
	uint64_t mask = UINT64_C(1) << bit;

	if (control_own(ctl) == NULL)
		return true;
	atomic_fetch_or(word_of(ctl->area, ctl->slot, word), mask);
	if (count_bits(ctl, word, mask) <= max)
		return true;
	control_drop_bit(ctl, word, bit);
	return false;
}

void
control_drop_bit(struct control *ctl, size_t word, unsigned bit)
{
	if (control_own(ctl) != NULL)
		atomic_fetch_and(word_of(ctl->area, ctl->slot, word), ~(UINT64_C(1) << bit));
}

static bool
may_write(const struct control *ctl)
{
	return ctl != NULL && ctl->area != NULL && ctl->file.writable;
}

bool
control_paused(const struct control *ctl)
{
	return ctl != NULL && (ctl->area == NULL || (atomic_load(&ctl->area->pause) & PAUSED) != 0);
}

void
control_pause(struct control *ctl, bool paused, bool due)
{
	if (may_write(ctl))
		set_timed(&ctl->area->pause, (paused ? PAUSED : 0) + (due ? ROW_DUE : 0));
}

bool
control_pause_due(const struct control *ctl)
{
	return may_write(ctl) && (atomic_load(&ctl->area->pause) & ROW_DUE) != 0;
}

void
control_pause_written(struct control *ctl)
{
	uint64_t old = may_write(ctl) ? atomic_load(&ctl->area->pause) : 0;

	if ((old & ROW_DUE) != 0)
		(void)atomic_compare_exchange_strong(&ctl->area->pause, &old, (old | 3) + 1);
}

static uint64_t
shared_word_of(const struct control *ctl, size_t offset)
{
	return ctl == NULL || ctl->area == NULL ? 0 : atomic_load((shared_word *)((uintptr_t)ctl->area + offset));
}

static void
set_word(struct control *ctl, size_t offset, uint64_t v)
{
	if (may_write(ctl))
		atomic_store((shared_word *)((uintptr_t)ctl->area + offset), v);
}

unsigned
control_shop_paused(const struct control *ctl)
{
	return (unsigned)shared_word_of(ctl, offsetof(struct control_area, shop_paused)) & 3;
}

void
control_set_shop_paused(struct control *ctl, unsigned why)
{
	if (may_write(ctl))
		set_timed(&ctl->area->shop_paused, why & 3);
}

uint64_t
control_identity(const struct control *ctl)
{
	return shared_word_of(ctl, offsetof(struct control_area, identity));
}

void
control_set_identity(struct control *ctl, uint64_t id)
{
	set_word(ctl, offsetof(struct control_area, identity), id);
}

uint64_t
control_beat(const struct control *ctl, uint64_t identity)
{
	return shared_word_of(ctl, offsetof(struct control_area, beat_identity)) == identity
	    ? shared_word_of(ctl, offsetof(struct control_area, beat))
	    : 0;
}

void
control_set_beat(struct control *ctl, uint64_t identity, uint64_t beat)
{
	set_word(ctl, offsetof(struct control_area, beat_identity), 0);
	set_word(ctl, offsetof(struct control_area, beat), beat);
	set_word(ctl, offsetof(struct control_area, beat_identity), identity);
}

uint64_t
control_epoch(const struct control *ctl)
{
	return ctl == NULL || ctl->area == NULL ? 1 : atomic_load(&ctl->area->epoch);
}

void
control_epoch_raise(struct control *ctl)
{
	if (may_write(ctl))
		atomic_fetch_add(&ctl->area->epoch, 1);
}

uint64_t
control_settings(const struct control *ctl)
{
	return shared_word_of(ctl, offsetof(struct control_area, settings));
}

void
control_settings_raise(struct control *ctl)
{
	if (may_write(ctl))
		atomic_fetch_add(&ctl->area->settings, 1);
}

uint64_t
control_merchant(const struct control *ctl)
{
	return shared_word_of(ctl, offsetof(struct control_area, merchant));
}

void
control_set_merchant(struct control *ctl, uint64_t hash)
{
	set_word(ctl, offsetof(struct control_area, merchant), hash);
}

static void
report_confined(const struct control *ctl, struct stats_worker *w)
{
	for (int i = 0; ctl != NULL && ctl->area != NULL && i < control_top(ctl->area); i++) {
		const struct control_slot *s = &ctl->area->slot[i];

		if (shared_get(&s->pid) != (uint64_t)w->pid || !control_slot_held(ctl, i))
			continue;
		w->seccomp = (shared_get(&s->confined) & CONTROL_SECCOMP) != 0;
		w->landlock = (shared_get(&s->confined) & CONTROL_LANDLOCK) != 0;
	}
}

void
control_report(const struct control *ctl, struct arena *a, struct stats_report *r)
{
	uint64_t now_ns = clock_mono_ns();

	for (size_t i = 0; i < r->n_workers; i++)
		if (r->workers[i].alive)
			report_confined(ctl, &r->workers[i]);
	r->paused_here = control_paused(ctl);
	r->older = control_older(ctl, control_identity(ctl));
	r->paused = r->paused_here || r->older || (control_shop_paused(ctl) & CONTROL_PAUSED) != 0;
	r->read_only = (control_shop_paused(ctl) & CONTROL_READ_ONLY) != 0;
	r->epoch = control_epoch(ctl);
	for (size_t i = 0; i < r->n_backends; i++)
		r->backends[i].informed = (size_t)control_crew(ctl, r->backends[i].name).informed;
	r->services = ARENA_ARRAY(a, struct stats_service, BREAKER__MAX);
	for (unsigned i = 0; i < BREAKER__MAX; i++) {
		struct stats_service *s = &r->services[r->n_services];
		const struct control_breaker *b;
		uint64_t opened_ns;

		*s = (struct stats_service){.service = i == BREAKER_DB ? "db" : "cache", .server = ""};
		if (ctl == NULL || ctl->area == NULL) {
			r->n_services += i <= BREAKER_CACHE;
			continue;
		}
		b = &ctl->area->breaker[i];
		if (i > BREAKER_CACHE && b->name[0] == '\0')
			continue;
		opened_ns = atomic_load(&b->opened_ns);
		s->server = str_fmt(a, "%.*s", (int)sizeof(b->name) - 1, b->name).p;
		s->open = opened_ns != 0;
		s->since_ns = opened_ns != 0 && now_ns > opened_ns ? now_ns - opened_ns : 0;
		r->n_services++;
	}
}
