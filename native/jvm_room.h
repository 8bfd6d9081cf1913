/* SPDX-License-Identifier: Apache-2.0
 *
 * Is there address space enough for a JVM? One that runs out of it while it starts ends the process.
 */
#ifndef PANAMEM_NATIVE_JVM_ROOM_H
#define PANAMEM_NATIVE_JVM_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* False, with one line in error, when RLIMIT_AS or RLIMIT_DATA leaves too little for a JVM whose threads have stacks of that size. */
bool panamem_jvm_has_room(uint64_t stack_bytes, char *error, size_t error_bytes);

#endif
