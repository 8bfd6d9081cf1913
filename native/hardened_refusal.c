/* SPDX-License-Identifier: Apache-2.0
 *
 * The page map says where a block may begin around an address, and the block's mark whether it does.
 */
#include "hardened_refusal.h"

#include <stdbool.h>

#include "hardened_marks.h"
#include "heap.h"
#include "refusal.h"

static uint32_t first_page_of_large(uint32_t page) {
  while (panamem_record(page)->state != PANAMEM_PAGE_LARGE) {
    page--;
  }
  return page;
}

/* What can be told of a block around the address: where it begins, and its usable bytes. */
static struct panamem_history history_around(const void *address) {
  uint32_t page = panamem_page_of(address);
  uint32_t bin = panamem_page_map()[page];
  uint32_t class = bin % PANAMEM_CLASS_SLOTS;
  struct panamem_history history = {.domain = (int)panamem_bin_domain(bin)};
  if (class == PANAMEM_CLASS_NONE) {
    return history;
  }
  if (class == PANAMEM_CLASS_LARGE) {
    uint32_t first = first_page_of_large(page);
    history.bytes = (uint64_t)panamem_record(first)->run_pages << PANAMEM_PAGE_SHIFT;
    history.block = (uint64_t)panamem_page_address(first);
  } else {
    uint64_t pool = (uint64_t)panamem_page_address(page - panamem_back_map()[page]);
    history.bytes = panamem_heap.classes[class].block_bytes;
    history.block = pool + ((uint64_t)address - pool) / history.bytes * history.bytes;
  }
  const void *block = (const void *)history.block; /* NOLINT: an address */
  uint8_t mark = *panamem_mark_of(block);
  history.state = panamem_mark_domain(mark, block) >= 0 ? PANAMEM_BLOCK_LIVE
                  : mark == PANAMEM_MARK_HELD           ? PANAMEM_BLOCK_FREED
                                                        : PANAMEM_BLOCK_UNKNOWN;
  return history;
}

_Noreturn void panamem_hardened_refuse(const char *operation, void *ctx, uintptr_t caller, const void *block) {
  const struct panamem_row_call *call = &(struct panamem_row_call){operation, ctx, caller};
  struct panamem_history history = history_around(block);
  bool is_aligned = (uint64_t)block % PANAMEM_ALIGNMENT == 0;
  bool may_begin = is_aligned && (history.block == 0 || history.block == (uint64_t)block);
  bool is_realloc = call->operation[0] == 'R';
  int domain = is_aligned ? panamem_mark_domain(*panamem_mark_of(block), block) : -1;
  if (domain >= 0) {
    history.state = PANAMEM_BLOCK_LIVE;
    history.block = (uint64_t)block;
    history.domain = domain;
    panamem_refuse_misuse(call, PANAMEM_WRONG_DOMAIN, block, &history);
  }
  if (may_begin && panamem_marks_remember(block)) {
    panamem_refuse_misuse(call, is_realloc ? PANAMEM_REALLOC_OF_FREED : PANAMEM_DOUBLE_FREE, block, &history);
  }
  panamem_refuse_misuse(call, history.state == PANAMEM_BLOCK_LIVE ? PANAMEM_INTERIOR_POINTER : PANAMEM_FOREIGN_POINTER, block,
                        &history);
}

_Noreturn void panamem_hardened_refuse_written(const char *operation, void *ctx, uintptr_t caller, const void *block) {
  panamem_refuse_misuse(&(struct panamem_row_call){operation, ctx, caller}, PANAMEM_USE_AFTER_FREE, block, NULL);
}

void panamem_hardened_pass_on(const char *operation, void *ctx, uintptr_t caller, const void *block) {
  if (!panamem_is_ours(block) && panamem_is_no_block(block)) {
    panamem_refuse_misuse(&(struct panamem_row_call){operation, ctx, caller}, PANAMEM_FOREIGN_POINTER, block, NULL);
  }
}
