/* Bytes as a web server may send them: libfcgi must read a request that was found whole in the same way. */
#include <fcgiapp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "plat/fcgi/fcgi_head.h"

#define BODY_MAX_B 4096

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* libfcgi adds FCGI_ROLE itself. */
static void
compare_head(const struct fcgi_head *h, FCGX_Request *rq)
{
	for (size_t i = 0; h->plain && i < h->n; i++) {
		static char name[FCGI_HEAD_MAX_B + 1];
		struct str ours;

		if (h->param[i].name.n == 0 || str_eq_z(h->param[i].name, "FCGI_ROLE"))
			continue;
		memcpy(name, h->param[i].name.p, h->param[i].name.n);
		name[h->param[i].name.n] = '\0';
		ours = fcgi_head_param(h, name);
		ASSERT(strlen(ours.p) == ours.n);
		ASSERT(str_eq_z(ours, FCGX_GetParam(name, rq->envp)));
	}
}

static void
compare_body(const struct fcgi_reader *r, FCGX_Request *rq)
{
	char theirs[BODY_MAX_B + 1];
	int n = FCGX_GetStr(theirs, sizeof(theirs), rq->in);

	ASSERT(n == (int)r->body_b && memcmp(theirs, r->body_p, r->body_b) == 0);
}

/* Copies a whole request without padding: libfcgi misreads what follows an empty record with padding. */
static size_t
without_padding(const uint8_t *p, size_t n, uint8_t *out)
{
	size_t at = 0, out_n = 0, content_b;

	for (; n - at >= FCGI_HEADER_LEN; at += FCGI_HEADER_LEN + content_b + p[at + 6]) {
		content_b = (size_t)p[at + 4] << 8 | p[at + 5];
		if (n - at < FCGI_HEADER_LEN + content_b + p[at + 6])
			break;
		memcpy(out + out_n, p + at, FCGI_HEADER_LEN + content_b);
		out[out_n + 6] = 0;
		out_n += FCGI_HEADER_LEN + content_b;
	}
	return out_n;
}

static void
compare(struct fcgi_reader *r, const uint8_t *p, size_t n)
{
	static int fd = -1;
	uint8_t *plain = malloc(n);
	FCGX_Request rq;

	if (fd < 0) {
		FCGX_Init();
		fd = memfd_create("request", MFD_CLOEXEC);
	}
	n = without_padding(p, n, plain);
	ASSERT(ftruncate(fd, 0) == 0 && pwrite(fd, plain, n, 0) == (ssize_t)n && lseek(fd, 0, SEEK_SET) == 0);
	FCGX_InitRequest(&rq, -1, 0);
	rq.ipcFd = fd;
	rq.keepConnection = 1;
	ASSERT(FCGX_Accept_r(&rq) == 0 && rq.requestId == r->request_id);
	compare_body(r, &rq);
	fcgi_reader_end_values(r);
	compare_head(&r->head, &rq);
	rq.ipcFd = -1;
	FCGX_Free(&rq, 0);
	free(plain);
}

/* The first byte says in which pieces the rest arrives. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fcgi_reader r;
	char *head, *body;

	if (n < 2)
		return 0;
	head = malloc(FCGI_HEAD_MAX_B + 1);
	body = malloc(BODY_MAX_B);
	fcgi_reader_init(&r, head, body, BODY_MAX_B);
	for (size_t at = 1, step = p[0] + 1u; at < n; at += step)
		fcgi_reader_put(&r, p + at, step < n - at ? step : n - at);
	if (r.part == FCGI_PART_WHOLE)
		compare(&r, p + 1, n - 1);
	free(body);
	free(head);
	return 0;
}
