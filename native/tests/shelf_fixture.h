/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of the shelves share: large blocks by their pages, many of them at once.
 */
#ifndef PANAMEM_TESTS_SHELF_FIXTURE_H
#define PANAMEM_TESTS_SHELF_FIXTURE_H

#include "fixture.h"

#include "../../include/panamem/abi.h"

#define OBJ PANAMEM_DOMAIN_CONTEXT(2)
#define PAGES(count) ((uint64_t)(count) << PANAMEM_PAGE_SHIFT)

#define BLOCKS 100
extern void *blocks[BLOCKS];

/* Fills the first places of blocks, with blocks of so many pages each. */
void allocate_blocks(int count, uint32_t pages);

/* Frees what they hold; the thread never keeps more than it may. */
void free_blocks(int count);

#endif
