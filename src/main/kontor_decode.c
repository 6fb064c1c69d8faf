/* kontor-decode - decodes one foreign picture for the operator's tool; not for users. */
#include <unistd.h>

#include "plat/host/image_decode.h"

int
main(int argc, char **argv)
{
	_exit((int)decode_run(argc, argv)); /* nothing is left to clean up */
}
