/* SPDX-License-Identifier: Apache-2.0
 *
 * One pass over the pages collects what the lists and sums must say; then the lists and sums are read and compared.
 */
#include "heap_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../heap.h"

struct bin_sum {
  uint64_t pools, usable, blocks, out;
};

struct check {
  char *text;
  size_t text_bytes;
  uint32_t pages;        /* one past the last page of the taken arenas */
  uint8_t *free_kind;    /* per page: 1 + kind when a free run begins there, less what the lists have accounted for */
  uint8_t *aged;         /* per page: a dirty run that begins there and was not yet met in the age list */
  uint8_t *usable;       /* per page: a pool with free blocks that begins there and was not yet met in its bin's list */
  uint64_t ready_large, shelved_large; /* blocks that say they stand on a shelf, and those that do */
  uint64_t dirty_bytes, used_bytes[PANAMEM_DOMAINS], large_bytes[PANAMEM_DOMAINS], large_count[PANAMEM_DOMAINS];
  struct bin_sum bins[PANAMEM_BINS];
};

static void broken(struct check *check, const char *equation, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void broken(struct check *check, const char *equation, const char *format, ...) {
  int used = snprintf(check->text, check->text_bytes, "%s: ", equation);
  va_list arguments;
  va_start(arguments, format);
  if (used > 0 && (size_t)used < check->text_bytes) {
    vsnprintf(check->text + used, check->text_bytes - (size_t)used, format, arguments);
  }
  va_end(arguments);
}

#define REQUIRE(condition, ...)                \
  do {                                         \
    if (!(condition)) {                        \
      broken(check, #condition, __VA_ARGS__);  \
      return false;                            \
    }                                          \
  } while (0)

static uint64_t bytes_of(uint64_t pages) {
  return pages * PANAMEM_PAGE_BYTES;
}

/* ---- Runs ---------------------------------------------------------------------------------------------------------- */

static bool bit(const struct panamem_page *pool, uint64_t index) {
  return (pool->bitmap[index / 64] >> index % 64 & 1) != 0;
}

static bool check_pool(struct check *check, uint32_t first) {
  const struct panamem_page *pool = panamem_record(first);
  uint32_t class = pool->bin % PANAMEM_CLASS_SLOTS;
  REQUIRE(pool->bin < PANAMEM_BINS && class >= 1 && class <= PANAMEM_CLASS_COUNT, "page %u, bin %u", first, pool->bin);
  REQUIRE(pool->run_pages <= PANAMEM_POOL_MAX_PAGES, "page %u", first);
  uint64_t blocks = bytes_of(pool->run_pages) / panamem_heap.classes[class].block_bytes;
  REQUIRE(pool->block_count == blocks, "page %u: %u of %lu", first, pool->block_count, blocks);
  uint64_t free_count = 0;
  for (uint64_t index = 0; index < (blocks + 63) / 64 * 64; index++) {
    REQUIRE(index < blocks || !bit(pool, index), "page %u: bit %lu of %lu", first, index, blocks);
    REQUIRE(!bit(pool, index) || index / 64 >= pool->hint_word, "page %u: bit %lu, hint %u", first, index, pool->hint_word);
    free_count += bit(pool, index);
  }
  REQUIRE(pool->free_count == free_count, "page %u: %u, counted %lu", first, pool->free_count, free_count);
  for (uint32_t page = 0; page < pool->run_pages; page++) {
    REQUIRE(panamem_page_map()[first + page] == pool->bin, "page %u + %u", first, page);
    REQUIRE(panamem_back_map()[first + page] == page, "page %u + %u", first, page);
  }
  struct bin_sum *sum = &check->bins[pool->bin];
  sum->pools++;
  sum->blocks += blocks;
  sum->out += blocks - free_count;
  sum->usable += free_count > 0;
  check->usable[first] = free_count > 0;
  check->used_bytes[pool->bin >> PANAMEM_BIN_SHIFT] += bytes_of(pool->run_pages);
  return true;
}

static bool check_large(struct check *check, uint32_t first) {
  const struct panamem_page *run = panamem_record(first);
  uint32_t domain = run->bin >> PANAMEM_BIN_SHIFT;
  REQUIRE(domain < PANAMEM_DOMAINS && run->bin % PANAMEM_CLASS_SLOTS == PANAMEM_CLASS_LARGE, "page %u", first);
  for (uint32_t page = 0; page < run->run_pages; page++) {
    REQUIRE(panamem_page_map()[first + page] == run->bin, "page %u + %u", first, page);
    REQUIRE(page == 0 || panamem_record(first + page)->state == PANAMEM_PAGE_INSIDE, "page %u + %u", first, page);
  }
  REQUIRE(run->request_bytes <= bytes_of(run->run_pages), "page %u", first);
  REQUIRE(run->flags == 0 || run->flags == PANAMEM_PAGE_READY, "page %u", first);
  check->ready_large += run->flags == PANAMEM_PAGE_READY;
  check->large_count[domain]++;
  check->large_bytes[domain] += bytes_of(run->run_pages);
  check->used_bytes[domain] += bytes_of(run->run_pages);
  return true;
}

static bool check_free(struct check *check, uint32_t first, uint8_t *state_before) {
  const struct panamem_page *run = panamem_record(first);
  const struct panamem_page *last = panamem_record(first + run->run_pages - 1);
  REQUIRE(last->state == run->state && last->run_pages == run->run_pages, "page %u", first);
  REQUIRE(run->state != *state_before, "page %u: the neighbours are free runs of one kind", first);
  for (uint32_t page = 0; page < run->run_pages; page++) {
    bool end = page == 0 || page == run->run_pages - 1;
    REQUIRE(panamem_page_map()[first + page] == 0, "page %u + %u", first, page);
    REQUIRE(end || panamem_record(first + page)->state == PANAMEM_PAGE_INSIDE, "page %u + %u", first, page);
  }
  bool dirty = run->state == PANAMEM_PAGE_DIRTY;
  check->free_kind[first] = 1 + (dirty ? PANAMEM_RUN_DIRTY : PANAMEM_RUN_CLEAN);
  check->aged[first] = dirty;
  check->dirty_bytes += dirty ? bytes_of(run->run_pages) : 0;
  return true;
}

static bool check_runs(struct check *check) {
  uint8_t state_before = 0;
  for (uint32_t page = PANAMEM_ARENA_PAGES; page < check->pages;) {
    const struct panamem_page *run = panamem_record(page);
    uint8_t state = run->state;
    REQUIRE(run->run_pages > 0 && run->run_pages <= check->pages - page, "page %u, state %u", page, state);
    REQUIRE(state >= PANAMEM_PAGE_DIRTY && state <= PANAMEM_PAGE_LARGE, "page %u: a gap between runs", page);
    bool sound = state == PANAMEM_PAGE_POOL    ? check_pool(check, page)
                 : state == PANAMEM_PAGE_LARGE ? check_large(check, page)
                                               : check_free(check, page, &state_before);
    if (!sound) {
      return false;
    }
    state_before = state <= PANAMEM_PAGE_CLEAN ? state : 0;
    page += run->run_pages;
  }
  return true;
}

/* ---- Lists --------------------------------------------------------------------------------------------------------- */

/* abi.h: n pages are in class n - 1 up to PANAMEM_RUN_EXACT; above, four per doubling. */
static uint32_t run_class(uint32_t pages) {
  if (pages <= PANAMEM_RUN_EXACT) {
    return pages - 1;
  }
  uint32_t log2_pages = 0;
  while (pages >> (log2_pages + 1) != 0) {
    log2_pages++;
  }
  return PANAMEM_RUN_EXACT + (log2_pages - 5) * 4 + (pages >> (log2_pages - 2) & 3);
}

static bool check_run_list(struct check *check, uint32_t kind, uint32_t class) {
  const struct panamem_page_heap *heap = &panamem_heap.page_heap;
  uint32_t first = heap->runs[kind][class];
  bool marked = (heap->nonempty[kind][class / 64] >> class % 64 & 1) != 0;
  REQUIRE(marked == (first != 0), "kind %u, run class %u", kind, class);
  for (uint32_t before = 0; first != 0; before = first, first = panamem_record(first)->next) {
    REQUIRE(first < check->pages && check->free_kind[first] == 1 + kind, "page %u, kind %u", first, kind);
    REQUIRE(run_class(panamem_record(first)->run_pages) == class, "page %u, class %u", first, class);
    REQUIRE(panamem_record(first)->prev == before, "page %u", first);
    check->free_kind[first] = 0;
  }
  return true;
}

static bool check_age_list(struct check *check) {
  uint32_t before = 0;
  for (uint32_t first = panamem_heap.page_heap.dirty_oldest; first != 0; first = panamem_record(first)->newer) {
    REQUIRE(first < check->pages && check->aged[first], "page %u is no dirty run", first);
    REQUIRE(panamem_record(first)->older == before, "page %u", first);
    check->aged[first] = 0;
    before = first;
  }
  REQUIRE(panamem_heap.page_heap.dirty_newest == before, "page %u", before);
  return true;
}

static bool check_bin(struct check *check, uint32_t index) {
  const struct panamem_bin *bin = &panamem_heap.bins[index];
  const struct bin_sum *sum = &check->bins[index];
  REQUIRE(bin->lock == 0, "bin %u", index);
  REQUIRE(bin->pool_count == sum->pools, "bin %u: %u, counted %lu", index, bin->pool_count, sum->pools);
  REQUIRE(bin->usable_count == sum->usable, "bin %u: %u, counted %lu", index, bin->usable_count, sum->usable);
  REQUIRE(bin->blocks == sum->blocks, "bin %u: %lu, counted %lu", index, bin->blocks, sum->blocks);
  REQUIRE(bin->blocks_out == sum->out, "bin %u: %lu, counted %lu", index, bin->blocks_out, sum->out);
  REQUIRE(bin->blocks_out <= bin->blocks_out_peak, "bin %u", index);
  uint32_t before = 0;
  for (uint32_t first = bin->pools; first != 0; before = first, first = panamem_record(first)->next) {
    REQUIRE(first < check->pages && check->usable[first], "bin %u, page %u", index, first);
    REQUIRE(panamem_record(first)->bin == index && panamem_record(first)->prev == before, "bin %u, page %u", index, first);
    check->usable[first] = 0;
  }
  return true;
}

static bool check_lists(struct check *check) {
  for (uint32_t kind = 0; kind < PANAMEM_RUN_KINDS; kind++) {
    for (uint32_t class = 0; class < PANAMEM_RUN_CLASSES; class++) {
      if (!check_run_list(check, kind, class)) {
        return false;
      }
    }
  }
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    if (!check_bin(check, bin)) {
      return false;
    }
  }
  if (!check_age_list(check)) {
    return false;
  }
  for (uint32_t page = 0; page < check->pages; page++) {
    REQUIRE(check->free_kind[page] == 0, "page %u: a free run in no list", page);
    REQUIRE(check->aged[page] == 0, "page %u: a dirty run not in the age list", page);
    REQUIRE(check->usable[page] == 0, "page %u: a pool with free blocks not in its bin's list", page);
  }
  return true;
}

/* ---- Sums, and what magazines hold ------------------------------------------------------------------------------------ */

static bool check_sums(struct check *check) {
  const struct panamem_page_heap *heap = &panamem_heap.page_heap;
  uint64_t used = 0;
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    REQUIRE(heap->used_bytes[domain] == check->used_bytes[domain], "domain %d", domain);
    REQUIRE(heap->large_count[domain] == check->large_count[domain], "domain %d", domain);
    REQUIRE(heap->large_bytes[domain] == check->large_bytes[domain], "domain %d", domain);
    REQUIRE(heap->large_bytes[domain] <= heap->large_peak_bytes[domain], "domain %d", domain);
    used += heap->used_bytes[domain];
  }
  REQUIRE(heap->lock == 0, "page heap");
  REQUIRE(heap->dirty_bytes == check->dirty_bytes, "%lu, counted %lu", heap->dirty_bytes, check->dirty_bytes);
  REQUIRE(heap->committed_bytes == used + heap->dirty_bytes, "%lu", heap->committed_bytes);
  REQUIRE(heap->committed_bytes <= heap->committed_peak_bytes, "%lu", heap->committed_bytes);
  REQUIRE(heap->committed_total_bytes - heap->purged_total_bytes == heap->committed_bytes, "%lu", heap->committed_bytes);
  return true;
}

static bool check_ready_block(struct check *check, uint32_t bin, const void *block) {
  REQUIRE(panamem_is_ours(block) && panamem_page_of(block) < check->pages, "bin %u, block %p", bin, block);
  uint32_t page = panamem_page_of(block);
  REQUIRE(panamem_page_map()[page] == bin, "bin %u, block %p", bin, block);
  uint32_t first = page - panamem_back_map()[page];
  uint64_t offset = (uint64_t)block - (uint64_t)panamem_page_address(first);
  uint64_t block_bytes = panamem_heap.classes[bin % PANAMEM_CLASS_SLOTS].block_bytes;
  REQUIRE(offset % block_bytes == 0 && !bit(panamem_record(first), offset / block_bytes), "bin %u, block %p", bin, block);
  return true;
}

static bool check_magazines(struct check *check, const struct panamem_thread *thread) {
  uint64_t granted_bytes = 0;
  for (uint32_t bin = 0; bin < PANAMEM_MAGAZINES; bin++) { /* blocks of pymalloc's are not looked at */
    const struct panamem_magazine *magazine = &thread->magazines[bin];
    REQUIRE(magazine->base[0] == NULL, "thread %lu, bin %u", thread->serial, bin);
    REQUIRE(magazine->base <= magazine->top && magazine->top <= magazine->limit, "thread %lu, bin %u", thread->serial, bin);
    granted_bytes += (uint64_t)(magazine->limit - magazine->base) * panamem_heap.classes[bin % PANAMEM_CLASS_SLOTS].block_bytes;
    for (void **slot = magazine->base + 1; bin < PANAMEM_BINS && slot <= magazine->top; slot++) {
      if (!check_ready_block(check, bin, *slot)) {
        return false;
      }
    }
  }
  REQUIRE(thread->magazine_bytes == granted_bytes, "thread %lu", thread->serial);
  return true;
}

static bool check_shelf(struct check *check, const struct panamem_thread *thread, uint32_t domain, uint32_t pages,
                        uint64_t *count) {
  uint32_t first = thread->shelves[domain][pages - 1];
  REQUIRE((thread->shelved[domain] >> (pages - 1) & 1) == (first != 0), "domain %u, %u pages", domain, pages);
  uint32_t newest = thread->shelf_age;
  for (; first != 0; first = panamem_record(first)->next) {
    const struct panamem_page *run = panamem_record(first);
    REQUIRE(first < check->pages && run->state == PANAMEM_PAGE_LARGE && run->flags == PANAMEM_PAGE_READY, "page %u", first);
    REQUIRE(run->run_pages == pages && run->bin >> PANAMEM_BIN_SHIFT == domain, "page %u", first);
    REQUIRE(run->ready_since <= newest, "page %u, ready since %u", first, run->ready_since);
    newest = run->ready_since;
    REQUIRE(++*count <= thread->ready_count[domain], "domain %u, %u pages", domain, pages);
  }
  return true;
}

static bool check_shelves(struct check *check, const struct panamem_thread *thread) {
  for (uint32_t domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    uint64_t count = 0, bytes = 0;
    for (uint32_t pages = 1; pages <= PANAMEM_SHELF_PAGES_MOST; pages++) {
      uint64_t before = count;
      if (!check_shelf(check, thread, domain, pages, &count)) {
        return false;
      }
      bytes += (count - before) * bytes_of(pages);
    }
    REQUIRE(thread->ready_count[domain] == count, "thread %lu, domain %u", thread->serial, domain);
    REQUIRE(thread->ready_bytes[domain] == bytes, "thread %lu, domain %u", thread->serial, domain);
    check->shelved_large += count;
  }
  return true;
}

static bool is_marked(const void *block) {
  uint64_t index = ((uint64_t)block - panamem_heap.range_base) / PANAMEM_ALIGNMENT;
  return (((uint64_t *)panamem_heap.depot_map)[index / 64] >> index % 64 & 1) != 0;
}

static uint64_t count_marks(const struct check *check) {
  uint64_t words_per_page = PANAMEM_PAGE_BYTES / PANAMEM_ALIGNMENT / 64;
  uint64_t marks = 0;
  for (uint64_t word = 0; word < check->pages * words_per_page; word++) {
    marks += (uint64_t)__builtin_popcountll(((uint64_t *)panamem_heap.depot_map)[word]);
  }
  return marks;
}

static bool check_depots(struct check *check) {
  uint64_t bytes = 0;
  uint64_t blocks = 0;
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    const struct panamem_depot *depot = &panamem_heap.depots[bin];
    REQUIRE(depot->count <= depot->room, "depot of bin %u: %u, room %u", bin, depot->count, depot->room);
    bytes += (uint64_t)depot->count * panamem_heap.classes[bin % PANAMEM_CLASS_SLOTS].block_bytes;
    for (uint32_t i = 0; i < depot->count; i++) {
      void *block = ((void **)depot->slots)[i];
      if (!check_ready_block(check, bin, block)) {
        return false;
      }
      REQUIRE(is_marked(block), "depot of bin %u, block %p", bin, block);
    }
    blocks += depot->count;
  }
  REQUIRE(count_marks(check) == blocks, "%lu marks, %lu blocks in depots", count_marks(check), blocks);
  REQUIRE(panamem_heap.depot_bytes == bytes, "%lu, counted %lu", panamem_heap.depot_bytes, bytes);
  return true;
}

static bool check_threads(struct check *check) {
  uint64_t count = 0;
  REQUIRE(panamem_heap.registry_lock == 0, "registry");
  for (const struct panamem_thread *thread = panamem_heap.threads; thread != NULL; thread = thread->next) {
    REQUIRE(thread->next == NULL || thread->next->previous == thread, "thread %lu", thread->serial);
    count++;
    if (!check_magazines(check, thread) || !check_shelves(check, thread)) {
      return false;
    }
  }
  REQUIRE(check->ready_large == check->shelved_large, "%lu ready, %lu on shelves", check->ready_large, check->shelved_large);
  REQUIRE(panamem_heap.thread_count == count, "%u, counted %lu", panamem_heap.thread_count, count);
  return true;
}

bool heap_check(char *text, size_t text_bytes) {
  struct check check = {.text = text, .text_bytes = text_bytes, .pages = panamem_heap.page_heap.arenas_taken * PANAMEM_ARENA_PAGES};
  uint8_t *marks = calloc(3, check.pages);
  check.free_kind = marks;
  check.aged = marks + check.pages;
  check.usable = marks + 2 * (size_t)check.pages;
  bool sound = marks != NULL && check_runs(&check) && check_lists(&check) && check_sums(&check) && check_threads(&check) && check_depots(&check);
  free(marks);
  return sound;
}
