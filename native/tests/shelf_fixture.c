/* SPDX-License-Identifier: Apache-2.0 */
#include "shelf_fixture.h"

#include "../magazine.h"
#include "../shelf.h"

void *blocks[BLOCKS];

void allocate_blocks(int count, uint32_t pages) {
  for (int i = 0; i < count; i++) {
    blocks[i] = panamem_arena_malloc(OBJ, PAGES(pages));
    assert_non_null(blocks[i]);
  }
}

void free_blocks(int count) {
  for (int i = 0; i < count; i++) {
    panamem_arena_free(OBJ, blocks[i]);
    assert_true(panamem_shelves_bytes(panamem_self) <= panamem_shelves_cap_bytes(panamem_self));
  }
}
