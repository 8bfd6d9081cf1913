/* SPDX-License-Identifier: Apache-2.0
 *
 * The heap walk: blocks that left their pools, less those that stand in magazines and depots. First our range, in address order,
 * then the arenas of `pymalloc`, likewise.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../include/panamem/panamem.h"
#include "../include/panamem/pymem.h"
#include "guard_table.h"
#include "hardened_marks.h"
#include "heap.h"
#include "lock.h"
#include "slots.h"
#include "pymalloc_live.h"

#define WORD_BITS 64u

/* The blocks in magazines and depots, sorted, in memory of its own. */
struct ready {
  void **blocks;
  size_t count;
  size_t bytes;
};

struct walk {
  panamem_block_visitor visitor;
  void *argument;
  struct ready ready;
  size_t next_ready;
  int64_t visited;
  bool stopped;
};

static int compare(const void *one, const void *other) {
  const char *a = *(void *const *)one;
  const char *b = *(void *const *)other;
  return (a > b) - (a < b);
}

static size_t count_ready(void) {
  size_t count = 0;
  for (const struct panamem_thread *thread = panamem_heap.threads; thread != NULL; thread = thread->next) {
    for (uint32_t bin = 0; bin < PANAMEM_MAGAZINES; bin++) {
      void *const *slots;
      count += panamem_slots_ready(&thread->magazines[bin], &slots);
    }
  }
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    count += __atomic_load_n(&panamem_heap.depots[bin].count, __ATOMIC_RELAXED);
  }
  return count;
}

static void copy(struct ready *ready, void *const *slots, uint32_t count) {
  size_t most = ready->bytes / sizeof ready->blocks[0];
  for (uint32_t i = 0; i < count && ready->count < most; i++) {
    ready->blocks[ready->count++] = slots[i];
  }
}

static void copy_ready(struct ready *ready) {
  for (const struct panamem_thread *thread = panamem_heap.threads; thread != NULL; thread = thread->next) {
    for (uint32_t bin = 0; bin < PANAMEM_MAGAZINES; bin++) {
      void *const *slots;
      uint32_t count = panamem_slots_ready(&thread->magazines[bin], &slots);
      copy(ready, slots, count);
    }
  }
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    const struct panamem_depot *depot = &panamem_heap.depots[bin];
    panamem_lock(&panamem_heap.bins[bin].lock);
    copy(ready, (void *const *)depot->slots, depot->count);
    panamem_unlock(&panamem_heap.bins[bin].lock);
  }
}

static bool collect_ready(struct ready *ready) {
  panamem_lock(&panamem_heap.registry_lock);
  *ready = (struct ready){.bytes = count_ready() * sizeof(void *)};
  bool collected = true;
  if (ready->bytes > 0) {
    void *mapped = mmap(NULL, ready->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    collected = mapped != MAP_FAILED;
    if (collected) {
      ready->blocks = mapped;
      copy_ready(ready);
    }
  }
  panamem_unlock(&panamem_heap.registry_lock);
  if (ready->count > 0) {
    qsort(ready->blocks, ready->count, sizeof ready->blocks[0], compare);
  }
  return collected;
}

/* The first ready block at or above the address: where the walk of a stretch of addresses begins to look. */
static void seek_ready(struct walk *walk, const void *address) {
  size_t low = 0, high = walk->ready.count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if ((char *)walk->ready.blocks[middle] < (const char *)address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  walk->next_ready = low;
}

static void visit(struct walk *walk, void *block, size_t usable_bytes, uint32_t domain) {
  struct ready *ready = &walk->ready;
  while (walk->next_ready < ready->count && (char *)ready->blocks[walk->next_ready] < (char *)block) {
    walk->next_ready++;
  }
  if (walk->next_ready < ready->count && ready->blocks[walk->next_ready] == block) {
    return;
  }
  if (panamem_hardened_is_held(block)) {
    return;
  }
  walk->visited++;
  walk->stopped = walk->visitor(block, usable_bytes, (int)domain, walk->argument) == 0;
}

/* In arena 0, where nothing else lives. */
static void walk_empty(struct walk *walk) {
  uint32_t domain;
  void *block = panamem_marks_next_empty(NULL, &domain);
  while (block != NULL && !walk->stopped) {
    visit(walk, block, 0, domain);
    block = panamem_marks_next_empty(block, &domain);
  }
}

/* Visits the pool's blocks from a copy of its bitmap, so that the visitor runs without our locks. */
static void visit_pool(struct walk *walk, uint32_t first, uint32_t bin) {
  uint64_t bitmap[PANAMEM_POOL_MAX_PAGES * PANAMEM_PAGE_BYTES / PANAMEM_ALIGNMENT / WORD_BITS];
  const struct panamem_page *pool = panamem_record(first);
  panamem_lock(&panamem_heap.bins[bin].lock);
  /* The maps tell a pool's first record from one that its bitmap runs through. */
  bool is_pool = panamem_page_map()[first] == bin && panamem_back_map()[first] == 0 && pool->bin == bin;
  uint32_t blocks = is_pool ? pool->block_count : 0;
  memcpy(bitmap, pool->bitmap, (blocks + WORD_BITS - 1) / WORD_BITS * sizeof bitmap[0]);
  panamem_unlock(&panamem_heap.bins[bin].lock);
  size_t block_bytes = panamem_bin_class(bin)->block_bytes;
  for (uint32_t index = 0; index < blocks && !walk->stopped; index++) {
    if ((bitmap[index / WORD_BITS] >> index % WORD_BITS & 1) == 0) {
      visit(walk, (char *)panamem_page_address(first) + index * block_bytes, block_bytes,
            panamem_bin_domain(bin));
    }
  }
}

/* A guarded block is a part of its run, and a freed one is in quarantine. */
static void visit_large(struct walk *walk, uint32_t page, uint32_t run_pages, uint32_t domain) {
  const struct panamem_guarded *guarded = panamem_guarded_at(panamem_page_address(page));
  enum panamem_guard_state state = panamem_guarded_state(guarded);
  if (state == PANAMEM_GUARD_LIVE) {
    visit(walk, (void *)guarded->block, guarded->bytes, domain); /* NOLINT: an address */
  } else if (state == PANAMEM_GUARD_NONE || state == PANAMEM_GUARD_GONE) {
    visit(walk, panamem_page_address(page), (size_t)run_pages << PANAMEM_PAGE_SHIFT, domain);
  }
}

static void walk_range(struct walk *walk) {
  uint32_t end = panamem_heap.page_heap.arenas_taken * PANAMEM_ARENA_PAGES;
  for (uint32_t page = PANAMEM_ARENA_PAGES; page < end && !walk->stopped;) {
    uint32_t bin = panamem_page_map()[page];
    const struct panamem_page *record = panamem_record(page);
    uint32_t run_pages = record->run_pages;
    bool is_run = record->state != PANAMEM_PAGE_INSIDE && panamem_back_map()[page] == 0 && run_pages > 0 &&
                  run_pages <= end - page;
    if (is_run && record->state == PANAMEM_PAGE_POOL) {
      visit_pool(walk, page, bin);
    } else if (is_run && record->state == PANAMEM_PAGE_LARGE && record->flags != PANAMEM_PAGE_READY) {
      visit_large(walk, page, run_pages, panamem_bin_domain(bin));
    }
    page += is_run ? run_pages : 1;
  }
}

/* Mem and object blocks of `pymalloc` are one heap; object is the name for both. */
static void walk_pymalloc(struct walk *walk) {
  struct panamem_py_live live = {0};
  while (!walk->stopped && panamem_py_next_live(&live)) {
    seek_ready(walk, (void *)live.pool);
    for (uint32_t index = 0; index < live.blocks && !walk->stopped; index++) {
      if ((live.bitmap[index / WORD_BITS] >> index % WORD_BITS & 1) != 0) {
        visit(walk, (void *)(live.first_block + index * live.block_bytes), live.block_bytes, PYMEM_DOMAIN_OBJ);
      }
    }
  }
}

int64_t panamem_walk(panamem_block_visitor visitor, void *argument) {
  struct walk walk = {.visitor = visitor, .argument = argument};
  if (panamem_heap.range_bytes == 0) {
    return 0;
  }
  if (!collect_ready(&walk.ready)) {
    return -1;
  }
  walk_empty(&walk);
  walk_range(&walk);
  walk_pymalloc(&walk);
  if (walk.ready.blocks != NULL) {
    munmap(walk.ready.blocks, walk.ready.bytes);
  }
  return walk.visited;
}
