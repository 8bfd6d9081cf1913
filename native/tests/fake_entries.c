/* SPDX-License-Identifier: Apache-2.0
 *
 * Small blocks pass through the bins, large ones through the fallback, whose counts of itself are taken back.
 */
#include "fake_entries.h"

#include <stdlib.h>
#include <string.h>

#include "../bin.h"
#include "../class.h"
#include "../entry.h"
#include "../fallback.h"
#include "../heap.h"
#include "../lock.h"
#include "../page_heap.h"
#include "../shelf.h"
#include "fixture.h"

struct fake_entries fake_entries;

#define REQUEST_MASK (((uint64_t)1 << PANAMEM_REQUEST_SHIFT) - 1)

/* Counts the call and answers whether to refuse it. Threads may call at once. */
static bool begin(uint32_t entry, int64_t a, int64_t b, int64_t c) {
  __atomic_fetch_add(&fake_entries.calls[entry], 1, __ATOMIC_RELAXED);
  __atomic_store_n(&fake_entries.last[0], a, __ATOMIC_RELAXED);
  __atomic_store_n(&fake_entries.last[1], b, __ATOMIC_RELAXED);
  __atomic_store_n(&fake_entries.last[2], c, __ATOMIC_RELAXED);
  if (fake_entries.inside != NULL) {
    fake_entries.inside();
  }
  return fake_entries.refuses[entry];
}

uint64_t fake_crossings(void) {
  uint64_t calls = 0;
  for (int entry = 0; entry < PANAMEM_ENTRIES; entry++) {
    calls += fake_entries.calls[entry];
  }
  return calls;
}

static int64_t ping(int64_t value, int64_t b, int64_t c) {
  return begin(PANAMEM_ENTRY_PING, value, b, c) ? 0 : value;
}

/* ---- Small blocks --------------------------------------------------------------------------------------------------- */

static struct panamem_magazine *magazine_of(int64_t thread, uint64_t bin) {
  return &((struct panamem_thread *)thread)->magazines[bin];
}

static int64_t push(int64_t thread, uint64_t bin, uint64_t count) {
  struct panamem_magazine *magazine = magazine_of(thread, bin);
  if (count > (uint64_t)(magazine->limit - magazine->top)) {
    abort(); /* C asked for more than the magazine can hold */
  }
  panamem_lock(&panamem_heap.bins[bin].lock);
  uint32_t taken = panamem_bin_take((uint32_t)bin, (uint32_t)count, magazine->top + 1);
  panamem_unlock(&panamem_heap.bins[bin].lock);
  magazine->top += taken;
  return taken;
}

static int64_t refill(int64_t thread, int64_t bin, int64_t count) {
  return begin(PANAMEM_ENTRY_REFILL, thread, bin, count) ? 0 : push(thread, (uint64_t)bin, (uint64_t)count);
}

static int64_t flush(int64_t thread, int64_t bin, int64_t count) {
  if (begin(PANAMEM_ENTRY_FLUSH, thread, bin, count)) {
    return 0;
  }
  if (bin == PANAMEM_SHELVES) {
    return 1 + (int64_t)panamem_fallback_clear_shelves((struct panamem_thread *)thread, (uint64_t)count);
  }
  struct panamem_magazine *magazine = magazine_of(thread, (uint64_t)bin);
  if (count > magazine->top - magazine->base) {
    abort(); /* C gives back more than the magazine holds */
  }
  return panamem_fallback_flush((struct panamem_thread *)thread, (uint32_t)bin, (uint32_t)count);
}

static void *take_small(int64_t thread, uint64_t bin) {
  struct panamem_magazine *magazine = magazine_of(thread, bin);
  if (magazine->top == magazine->base && push(thread, bin, (uint64_t)(magazine->limit - magazine->base) / 2 + 1) == 0) {
    return NULL;
  }
  magazine->allocations++;
  return *magazine->top--;
}

/* ---- Any blocks ------------------------------------------------------------------------------------------------------ */

static void *take(int64_t thread, int64_t request, int64_t how) {
  bool zeroed = (how & PANAMEM_ALLOCATE_ZEROED) != 0;
  uint64_t bytes = (uint64_t)request & REQUEST_MASK;
  uint32_t domain = (uint32_t)((uint64_t)request >> PANAMEM_REQUEST_SHIFT);
  if (bytes <= PANAMEM_SMALL_MAX_BYTES && (how & PANAMEM_ALLOCATE_PAGES) == 0) {
    void *block = take_small(thread, domain << PANAMEM_BIN_SHIFT | panamem_class_of(bytes == 0 ? 1 : bytes));
    return block != NULL && zeroed ? memset(block, 0, bytes) : block;
  }
  void *block = panamem_fallback_allocate(domain, bytes, zeroed, PANAMEM_FALLBACK_BOOT);
  if (block != NULL) {
    __atomic_fetch_sub(&panamem_heap.fallback_blocks[PANAMEM_FALLBACK_BOOT], 1, __ATOMIC_RELAXED);
  }
  return block;
}

static int64_t give(int64_t thread, int64_t block) {
  uint32_t bin = panamem_page_map()[panamem_page_of((void *)block)];
  struct panamem_magazine *magazine = magazine_of(thread, bin);
  if (magazine->top < magazine->limit) {
    *++magazine->top = (void *)block;
    return 1;
  }
  return panamem_fallback_free((void *)block);
}

static int64_t allocate(int64_t thread, int64_t request, int64_t how) {
  return begin(PANAMEM_ENTRY_ALLOCATE, thread, request, how) ? 0 : (int64_t)take(thread, request, how);
}

static int64_t free_block(int64_t thread, int64_t block, int64_t unused) {
  return begin(PANAMEM_ENTRY_FREE, thread, block, unused) ? 0 : give(thread, block);
}

static uint64_t usable_bytes(int64_t block) {
  uint32_t page = panamem_page_of((void *)block);
  uint32_t class = panamem_page_map()[page] % PANAMEM_CLASS_SLOTS;
  return class == PANAMEM_CLASS_LARGE ? (uint64_t)panamem_record(page)->run_pages << PANAMEM_PAGE_SHIFT
                                      : panamem_heap.classes[class].block_bytes;
}

static int64_t reallocate(int64_t thread, int64_t block, int64_t request) {
  if (begin(PANAMEM_ENTRY_REALLOCATE, thread, block, request)) {
    return 0;
  }
  uint64_t bytes = (uint64_t)request & REQUEST_MASK;
  uint64_t old_bytes = usable_bytes(block);
  if (bytes <= old_bytes && bytes > old_bytes / 2) {
    return old_bytes > PANAMEM_SMALL_MAX_BYTES && !panamem_fallback_resize((void *)block, bytes) ? 0 : block;
  }
  void *moved = take(thread, request, 0);
  if (moved != NULL) {
    memcpy(moved, (void *)block, old_bytes < bytes ? old_bytes : bytes);
    give(thread, block);
  }
  return (int64_t)moved;
}

/* ---- The rest ---------------------------------------------------------------------------------------------------------- */

static int64_t purge(int64_t thread, int64_t keep_bytes, int64_t unused) {
  if (begin(PANAMEM_ENTRY_PURGE, thread, keep_bytes, unused)) {
    return 0;
  }
  struct panamem_page_heap *heap = &panamem_heap.page_heap;
  panamem_lock(&heap->lock);
  uint64_t before = heap->purged_total_bytes;
  panamem_runs_purge((uint64_t)keep_bytes);
  uint64_t purged = heap->purged_total_bytes - before;
  panamem_unlock(&heap->lock);
  return (int64_t)purged + 1;
}

static int64_t check(int64_t thread, int64_t text, int64_t text_bytes) {
  return begin(PANAMEM_ENTRY_CHECK, thread, text, text_bytes) ? 0 : heap_check((char *)text, (size_t)text_bytes);
}

/* The user's allocator is libc. */
static int64_t user_malloc(int64_t domain, int64_t bytes, int64_t unused) {
  return begin(PANAMEM_ENTRY_USER_MALLOC, domain, bytes, unused) ? 0 : (int64_t)malloc((size_t)bytes);
}

static int64_t user_calloc(int64_t domain, int64_t count, int64_t element_bytes) {
  return begin(PANAMEM_ENTRY_USER_CALLOC, domain, count, element_bytes)
             ? 0
             : (int64_t)calloc((size_t)count, (size_t)element_bytes);
}

static int64_t user_realloc(int64_t domain, int64_t block, int64_t bytes) {
  return begin(PANAMEM_ENTRY_USER_REALLOC, domain, block, bytes) ? 0 : (int64_t)realloc((void *)block, (size_t)bytes);
}

static int64_t user_free(int64_t domain, int64_t block, int64_t unused) {
  if (begin(PANAMEM_ENTRY_USER_FREE, domain, block, unused)) {
    return 0;
  }
  free((void *)block);
  return 1;
}

static bool attach(struct panamem_thread *thread, bool *ours) {
  (void)thread;
  __atomic_fetch_add(&fake_entries.attached, 1, __ATOMIC_RELAXED);
  if (fake_entries.at_attach != NULL) {
    fake_entries.at_attach();
  }
  *ours = fake_entries.attach_ours;
  return !fake_entries.attach_refuses;
}

static void detach(struct panamem_thread *thread) {
  (void)thread;
  __atomic_fetch_add(&fake_entries.detached, 1, __ATOMIC_RELAXED);
}

static fake_entry entries[PANAMEM_ENTRIES];

/* As on a JVM, all entries are one function. */
static int64_t enter(int64_t a, int64_t b, int64_t c, uint64_t entry) {
  return entries[entry](a, b, c);
}

void fake_entries_answer(uint32_t entry, fake_entry answer) {
  entries[entry] = answer;
  panamem_heap.entries[entry] = answer == NULL ? NULL : enter;
}

void fake_entries_serve(void) {
  static const fake_entry all[PANAMEM_ENTRIES] = {
      [PANAMEM_ENTRY_PING] = ping,
      [PANAMEM_ENTRY_REFILL] = refill,
      [PANAMEM_ENTRY_FLUSH] = flush,
      [PANAMEM_ENTRY_ALLOCATE] = allocate,
      [PANAMEM_ENTRY_REALLOCATE] = reallocate,
      [PANAMEM_ENTRY_FREE] = free_block,
      [PANAMEM_ENTRY_PURGE] = purge,
      [PANAMEM_ENTRY_CHECK] = check,
      [PANAMEM_ENTRY_USER_MALLOC] = user_malloc,
      [PANAMEM_ENTRY_USER_CALLOC] = user_calloc,
      [PANAMEM_ENTRY_USER_REALLOC] = user_realloc,
      [PANAMEM_ENTRY_USER_FREE] = user_free,
  };
  for (uint32_t entry = 0; entry < PANAMEM_ENTRIES; entry++) {
    fake_entries_answer(entry, all[entry]);
  }
  memset(&fake_entries, 0, sizeof fake_entries);
  fake_entries.attach_ours = true;
  panamem_attachment = (struct panamem_attachment){attach, detach};
  panamem_state_set(PANAMEM_STATE_READY);
}
