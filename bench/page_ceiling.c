/* The page ceiling: a constant answer from a FastCGI program that does nothing else. Its argument is a file with the
 * complete answer, header block and body. It shows the lowest possible cost of a page with unmodified libfcgi, so
 * nothing here may be slower than necessary. */
#include <fcgiapp.h>
#include <stdio.h>
#include <stdlib.h>

#define ANSWER_MAX_B (1 << 20)

int
main(int argc, char **argv)
{
	FCGX_Request rq;
	FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;
	char *answer = malloc(ANSWER_MAX_B);
	int n;

	if (f == NULL || answer == NULL || FCGX_Init() != 0 || FCGX_InitRequest(&rq, 0, 0) != 0) {
		fprintf(stderr, "usage: spawn-fcgi ... -- page_ceiling FILE\n");
		return 2;
	}
	n = (int)fread(answer, 1, ANSWER_MAX_B, f);
	fclose(f);
	while (FCGX_Accept_r(&rq) == 0)
		FCGX_PutStr(answer, n, rq.out);
	return 0;
}
