/* SPDX-License-Identifier: Apache-2.0
 *
 * The native stack of the calling thread: return addresses, innermost first.
 */
#ifndef PANAMEM_NATIVE_UNWIND_H
#define PANAMEM_NATIVE_UNWIND_H

#include <stdbool.h>
#include <stdint.h>

/* Frames that one stack keeps at most. */
#define PANAMEM_UNWIND_MOST 64

/* Looks for an unwinder and runs it once, so that panamem_unwind loads nothing: libunwind where it is installed (some 15 ns
 * per frame), else libgcc's (some 400 ns). Called whenever hooks are made; allocates with libc. */
void panamem_unwind_prepare(void);

/* Is the fast one there? */
bool panamem_unwind_is_fast(void);

/* Writes at most most (at most PANAMEM_UNWIND_MOST) return addresses, those of callers of the function that returns to
 * caller: addresses[0] is caller itself. Answers how many; 1 when there is no unwinder. Takes no lock of ours but
 * unforked.h's, and asks no domain for memory. */
uint32_t panamem_unwind(uintptr_t caller, uintptr_t *addresses, uint32_t most);

#endif
