/* image_decode.h - the work of kontor-decode: decodes one foreign picture and encodes it in our sizes.
 *
 * The program exists because decoders of pictures have faults that a file can exploit. It is executed for one picture,
 * with no environment, as the user nobody if root starts it. Descriptor 0 is the file, descriptor 1 a pipe; nothing
 * else is open. Before it looks at the file it gives up all files and all system calls but those that manage memory and
 * write (confine.h). Its caller trusts none of its output.
 *
 * It writes each size that its arguments name, in their order, which must be descending: the number of bytes (32 bits,
 * in the machine's order), then that many bytes of WebP. */
#ifndef KONTOR_PLAT_HOST_IMAGE_DECODE_H
#define KONTOR_PLAT_HOST_IMAGE_DECODE_H

#include <stdbool.h>

/* The program's exit status. */
enum decode_status {
	DECODE_DONE,
	DECODE_USAGE = 2,
	DECODE_NO_PICTURE,
	DECODE_NOT_CONFINED /* nothing was decoded */
};

/* The argument that allows faults, for tests. A file that ends in "X-Kontor-Fault=" and a name then causes it: crash,
 * hang, flood (endless output), exec (a system call that is given up), lie (output that is no picture). */
#define DECODE_FAULTS "--faults"

enum decode_status decode_run(int argc, char **argv);

#endif
