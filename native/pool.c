/* SPDX-License-Identifier: Apache-2.0
 *
 * A pool hands out its lowest free blocks first: neighbours in time are neighbours in memory, and pages at its end stay
 * untouched for as long as possible.
 */
#include "pool.h"

#include <string.h>

#include "heap.h"

#define WORD_BITS 64u

void panamem_pool_make(uint32_t first, uint32_t pages, uint32_t bin) {
  struct panamem_page *pool = panamem_record(first);
  uint32_t blocks = pages * PANAMEM_PAGE_BYTES / panamem_bin_class(bin)->block_bytes;
  /* Before the bitmap: a neighbour that merges free runs must not take bitmap bytes in an inner record for its state. */
  for (uint32_t page = 0; page < pages; page++) {
    panamem_page_map()[first + page] = (uint8_t)bin;
    panamem_back_map()[first + page] = (uint8_t)page;
  }
  pool->state = PANAMEM_PAGE_POOL;
  pool->bin = (uint8_t)bin;
  pool->flags = 0;
  pool->run_pages = pages;
  pool->next = pool->prev = 0;
  pool->block_count = pool->free_count = blocks;
  pool->hint_word = 0;
  uint32_t words = blocks / WORD_BITS;
  memset(pool->bitmap, 0xff, words * sizeof pool->bitmap[0]);
  if (blocks % WORD_BITS != 0) {
    pool->bitmap[words] = (1ull << blocks % WORD_BITS) - 1;
  }
}

void panamem_pool_dissolve(uint32_t first) {
  struct panamem_page *pool = panamem_record(first);
  /* The bitmap may reach into the records of the pages inside: they must read PANAMEM_PAGE_INSIDE again. */
  memset(pool->bitmap, 0, (pool->block_count + WORD_BITS - 1) / WORD_BITS * sizeof pool->bitmap[0]);
  memset(panamem_page_map() + first, 0, pool->run_pages);
  memset(panamem_back_map() + first, 0, pool->run_pages);
  pool->state = PANAMEM_PAGE_INSIDE;
  pool->bin = 0;
  pool->block_count = pool->free_count = 0;
}

uint32_t panamem_pool_take(uint32_t first, uint32_t count, void **slots) {
  struct panamem_page *pool = panamem_record(first);
  uint64_t block_bytes = panamem_bin_class(pool->bin)->block_bytes;
  char *blocks = panamem_page_address(first);
  uint32_t wanted = count < pool->free_count ? count : pool->free_count;
  uint32_t word = pool->hint_word;
  void **slot = slots + count;
  for (uint32_t left = wanted; left > 0; word++) {
    uint64_t bits = pool->bitmap[word];
    for (; bits != 0 && left > 0; left--) {
      uint64_t index = word * WORD_BITS + (uint32_t)__builtin_ctzll(bits);
      bits &= bits - 1;
      *--slot = blocks + index * block_bytes;
    }
    pool->bitmap[word] = bits;
    if (bits != 0) {
      break;
    }
  }
  pool->hint_word = word;
  pool->free_count -= wanted;
  return wanted;
}

bool panamem_pool_is_out(uint32_t first, const void *block) {
  const struct panamem_page *pool = panamem_record(first);
  const struct panamem_class *class = panamem_bin_class(pool->bin);
  uint64_t offset = (uint64_t)block - (uint64_t)panamem_page_address(first);
  uint64_t index = panamem_block_index(offset, class->block_bytes, class->reciprocal);
  return index < pool->block_count && (pool->bitmap[index / WORD_BITS] >> index % WORD_BITS & 1) == 0;
}

uint32_t panamem_pool_give(uint32_t first, void *const *blocks, uint32_t count) {
  struct panamem_page *pool = panamem_record(first);
  const struct panamem_class class = *panamem_bin_class(pool->bin);
  const uint64_t begin = (uint64_t)panamem_page_address(first);
  const uint32_t block_count = pool->block_count;
  uint64_t lowest = (uint64_t)pool->hint_word * WORD_BITS;
  uint32_t given = 0;
  for (; given < count; given++) {
    uint64_t index = panamem_block_index((uint64_t)blocks[given] - begin, class.block_bytes, class.reciprocal);
    if (index >= block_count) {
      break;
    }
    uint64_t *word = &pool->bitmap[index / WORD_BITS];
    uint64_t bit = 1ull << index % WORD_BITS;
    if ((*word & bit) != 0) {
      break;
    }
    *word |= bit;
    lowest = index < lowest ? index : lowest;
  }
  pool->hint_word = (uint32_t)(lowest / WORD_BITS);
  pool->free_count += given;
  return given;
}
