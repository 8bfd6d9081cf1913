/* SPDX-License-Identifier: Apache-2.0
 *
 * One mapping holds a record for each page of the range and, behind them, for each page the first page of its run. The OS
 * provides what is touched.
 */
#include "guard_table.h"

#include <stddef.h>
#include <sys/mman.h>

#include "heap.h"
#include "lock.h"

struct panamem_guard_queue panamem_guard_quarantine, panamem_guard_spare[PANAMEM_DOMAINS], panamem_guard_shut_live;

static struct panamem_guarded *records;
static uint32_t *first_pages;
static uint32_t lock;
static uint64_t held_blocks[PANAMEM_DOMAINS], held_bytes[PANAMEM_DOMAINS];

bool panamem_guard_table_prepare(void) {
  if (records != NULL) {
    return true;
  }
  size_t pages = panamem_heap.range_bytes >> PANAMEM_PAGE_SHIFT;
  void *mapped = mmap(NULL, pages * (sizeof *records + sizeof *first_pages), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) {
    return false;
  }
  madvise(mapped, pages * (sizeof *records + sizeof *first_pages), MADV_NOHUGEPAGE);
  first_pages = (uint32_t *)((struct panamem_guarded *)mapped + pages);
  __atomic_store_n(&records, mapped, __ATOMIC_RELEASE);
  return true;
}

uint32_t panamem_guarded_page(const struct panamem_guarded *guarded) {
  return (uint32_t)(guarded - records);
}

struct panamem_guarded *panamem_guarded_begin(uint32_t first, uint32_t run_pages) {
  for (uint32_t page = 0; page < run_pages; page++) {
    first_pages[first + page] = first;
  }
  records[first].run_pages = run_pages;
  return &records[first];
}

struct panamem_guarded *panamem_guarded_at(const void *address) {
  if (__atomic_load_n(&records, __ATOMIC_ACQUIRE) == NULL || !panamem_is_ours(address)) {
    return NULL;
  }
  uint32_t page = panamem_page_of(address);
  uint32_t first = first_pages[page];
  bool covers = first != 0 && page - first < records[first].run_pages;
  return covers ? &records[first] : NULL;
}

bool panamem_guarded_end(struct panamem_guarded *guarded, enum panamem_guard_state state) {
  uint32_t live = PANAMEM_GUARD_LIVE;
  return __atomic_compare_exchange_n(&guarded->state, &live, (uint32_t)state, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

static enum panamem_block_state block_state(const struct panamem_guarded *guarded) {
  switch (panamem_guarded_state(guarded)) {
  case PANAMEM_GUARD_NONE:
    return PANAMEM_BLOCK_UNKNOWN;
  case PANAMEM_GUARD_LIVE:
    return PANAMEM_BLOCK_LIVE;
  case PANAMEM_GUARD_MOVED:
    return PANAMEM_BLOCK_MOVED;
  case PANAMEM_GUARD_GONE:
    return guarded->was_moved ? PANAMEM_BLOCK_MOVED : PANAMEM_BLOCK_FREED;
  default:
    return PANAMEM_BLOCK_FREED;
  }
}

void panamem_guarded_history(const struct panamem_guarded *guarded, struct panamem_history *history) {
  *history = (struct panamem_history){
      .state = block_state(guarded),
      .block = guarded->block,
      .domain = (int)guarded->domain,
      .bytes = guarded->bytes,
      .serial = guarded->serial,
      .allocated_at = guarded->allocated_at,
      .freed_at = __atomic_load_n(&guarded->freed_at, __ATOMIC_ACQUIRE),
  };
}

/* ---- Queues ------------------------------------------------------------------------------------------------------------ */

void panamem_guard_lock(void) {
  panamem_lock(&lock);
}

void panamem_guard_unlock(void) {
  panamem_unlock(&lock);
}

static uint64_t run_bytes(const struct panamem_guarded *guarded) {
  return (uint64_t)guarded->run_pages << PANAMEM_PAGE_SHIFT;
}

/* What is in quarantine or spare, per domain. */
static void count_held(const struct panamem_guard_queue *queue, const struct panamem_guarded *guarded, uint64_t blocks,
                       uint64_t bytes) {
  if (queue != &panamem_guard_shut_live) {
    held_blocks[guarded->domain] += blocks;
    held_bytes[guarded->domain] += bytes;
  }
}

void panamem_guard_queue_add(struct panamem_guard_queue *queue, struct panamem_guarded *guarded) {
  uint32_t page = panamem_guarded_page(guarded);
  guarded->older = queue->newest;
  guarded->newer = 0;
  if (queue->newest != 0) {
    records[queue->newest].newer = page;
  } else {
    queue->oldest = page;
  }
  queue->newest = page;
  queue->count++;
  queue->bytes += run_bytes(guarded);
  count_held(queue, guarded, 1, run_bytes(guarded));
}

void panamem_guard_queue_remove(struct panamem_guard_queue *queue, struct panamem_guarded *guarded) {
  if (guarded->older != 0) {
    records[guarded->older].newer = guarded->newer;
  } else {
    queue->oldest = guarded->newer;
  }
  if (guarded->newer != 0) {
    records[guarded->newer].older = guarded->older;
  } else {
    queue->newest = guarded->older;
  }
  guarded->older = guarded->newer = 0;
  queue->count--;
  queue->bytes -= run_bytes(guarded);
  count_held(queue, guarded, (uint64_t)-1, -run_bytes(guarded));
}

struct panamem_guarded *panamem_guard_queue_oldest(const struct panamem_guard_queue *queue) {
  return queue->oldest == 0 ? NULL : &records[queue->oldest];
}

void panamem_guard_held(uint32_t domain, uint64_t *blocks, uint64_t *bytes) {
  panamem_guard_lock();
  *blocks = held_blocks[domain];
  *bytes = held_bytes[domain];
  panamem_guard_unlock();
}
