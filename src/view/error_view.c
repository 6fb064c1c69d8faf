#include "view/error_view.h"

static const struct {
	int status;
	uint16_t flag;
} flags[] = {
    {400, N_input},
    {401, N_login},
    {403, N_denied},
    {404, N_not_found},
    {405, N_not_found},
    {408, N_input},
    {409, N_conflict},
    {410, N_gone},
    {411, N_input},
    {413, N_too_large},
    {414, N_too_large},
    {429, N_rate_limited},
    {431, N_too_large},
    {502, N_busy},
    {503, N_busy},
    {504, N_late},
};

const int error_view_statuses[] = {400, 403, 404, 405, 408, 411, 413, 414, 417, 431, 500, 501, 502, 503, 504, 0};

const int error_view_failures[] = {500, 502, 503, 504, 0};

static uint16_t
flag_of(int status)
{
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (flags[i].status == status)
			return flags[i].flag;
	return status < 500 ? N_input : N_bug;
}

struct view *
error_view(struct arena *a, int status, enum err_kind kind, struct str id)
{
	struct view *page = view_object(a), *error = view_sub(page, N_error);

	view_int(error, N_status, status);
	view_str(error, N_id, id);
	view_bool(error, kind == ERR_UNPAID ? N_unpaid : flag_of(status), true);
	return page;
}
