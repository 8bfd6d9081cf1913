/* SPDX-License-Identifier: Apache-2.0
 *
 * Descriptors of the JVM, and of the native core while it starts: for the program they do not exist, so it cannot close them either.
 *
 * A program that closes all descriptors it does not know (os.closerange, a daemon) would otherwise take away the JVM's
 * classes while it starts, and the JVM then ends the process.
 */
#ifndef PANAMEM_NATIVE_DESCRIPTORS_H
#define PANAMEM_NATIVE_DESCRIPTORS_H

#include <sys/types.h>

/* Lowest descriptor that the JVM may have: out of the way of programs that expect the lowest ones. Where the limit on open
 * files allows they are far higher, beyond what programs list. */
#define PANAMEM_DESCRIPTORS_LOW 64

/* Has the kernel enlarge the process's table of descriptors while this is cheap: where a program has several threads it waits
 * for all processors, some milliseconds. To be called before the boot thread is made. */
void panamem_descriptors_make_room(void);

/* open for a core: the answer is such a descriptor, or a low one where the limit on open files allows no other. */
int panamem_descriptors_open(const char *path, int flags, mode_t mode);

/* A core opened it; closes it. */
void panamem_descriptors_add(int descriptor);
int panamem_descriptors_close(int descriptor);

/* close and close_range as the program sees them: EBADF, and nothing, for the JVM's. */
int panamem_descriptors_program_close(int descriptor);
int panamem_descriptors_program_close_range(unsigned first, unsigned last, int flags);

#endif
