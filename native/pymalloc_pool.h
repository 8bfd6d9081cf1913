/* SPDX-License-Identifier: Apache-2.0
 *
 * Giving blocks back to the pools of `pymalloc` while Java cannot: a thread that ends, a forked child, a shut gate.
 */
#ifndef PANAMEM_NATIVE_PYMALLOC_POOL_H
#define PANAMEM_NATIVE_PYMALLOC_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "../include/panamem/abi.h"

/* As PANAMEM_ENTRY_POOL_FLUSH. No arena is freed here: Java does that when it next serves the size class. */
uint32_t panamem_py_flush(struct panamem_thread *thread, uint32_t bin, uint32_t count);

/* One block of a pool; false when it is no block that is out. */
bool panamem_py_give(void *block);

#endif
