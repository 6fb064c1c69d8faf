/* Bytes as a web server may send them: libfcgi must read a request parsed in place in the same way. */
#include <fcgiapp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "plat/fcgi/fcgi_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* libfcgi adds FCGI_ROLE itself. */
static void
compare(const struct fcgi_head *h, FCGX_Request *rq)
{
	for (size_t i = 0; i < h->n; i++) {
		char name[FCGI_HEAD_MAX_B];
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

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static bool ready;
	struct fcgi_head *h = malloc(sizeof(*h));
	char *copy = malloc(n + 1);
	FCGX_Request rq;
	int fd[2];

	memcpy(copy, p, n);
	if (n > 0 && n <= FCGI_HEAD_MAX_B && fcgi_head_parse(copy, n, h)
	    && socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0) {
		if (!ready)
			FCGX_Init();
		ready = true;
		ASSERT(write(fd[1], p, n) == (ssize_t)n);
		FCGX_InitRequest(&rq, -1, 0);
		rq.ipcFd = fd[0];
		rq.keepConnection = 1;
		ASSERT(FCGX_Accept_r(&rq) == 0 && rq.requestId == h->request_id);
		compare(h, &rq);
		rq.ipcFd = -1;
		FCGX_Free(&rq, 0);
		close(fd[0]);
		close(fd[1]);
	} else {
		ASSERT(memcmp(copy, p, n) == 0);
	}
	free(copy);
	free(h);
	return 0;
}
