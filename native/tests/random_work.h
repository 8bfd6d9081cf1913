/* SPDX-License-Identifier: Apache-2.0
 *
 * Random work in threads: each allocates, resizes and frees blocks in slots of its own, which keep what it wrote.
 */
#ifndef PANAMEM_TESTS_RANDOM_WORK_H
#define PANAMEM_TESTS_RANDOM_WORK_H

#include <stdint.h>

#include "../../include/panamem/pymem.h"

/* In a child (capture.h): so many steps in each of a few threads, by the row, which must refuse nothing. All blocks are freed
 * at the end, and the heap is sound. */
void random_work(const PyMemAllocatorEx *row, uint64_t seed, uint32_t steps);

#endif
