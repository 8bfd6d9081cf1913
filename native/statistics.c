/* SPDX-License-Identifier: Apache-2.0
 *
 * Nothing is counted twice: a live block is one that left its pool and stands in no magazine.
 */
#include "statistics.h"

#include <string.h>

#include "../include/panamem/panamem.h"
#include "../include/panamem/pymem.h"
#include "arrival.h"
#include "choice.h"
#include "entry.h"
#include "guard_table.h"
#include "hardened_quarantine.h"
#include "heap.h"
#include "lock.h"
#include "slots.h"

static void add_thread(struct panamem_figures *figures, const struct panamem_thread *thread) {
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    const struct panamem_magazine *magazine = &thread->magazines[bin];
    void *const *slots;
    figures->bins[bin].ready_blocks += panamem_slots_ready(magazine, &slots);
    figures->bins[bin].total += magazine->allocations;
  }
  for (uint32_t domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    figures->large[domain].ready_blocks += thread->ready_count[domain];
    figures->large[domain].ready_bytes += thread->ready_bytes[domain];
    figures->large[domain].total += thread->shelf_allocations[domain];
  }
  figures->crossings += thread->crossings;
  figures->large_allocations += thread->large_allocations;
  figures->resizes += thread->resizes;
}

static uint64_t without(uint64_t whole, uint64_t part) {
  return whole > part ? whole - part : 0;
}

/* The threads' part is there already. */
static void add_large(struct panamem_large_figures *figures, uint32_t domain) {
  const struct panamem_page_heap *heap = &panamem_heap.page_heap;
  figures->live_blocks = without(heap->large_count[domain], figures->ready_blocks);
  figures->live_bytes = without(heap->large_bytes[domain], figures->ready_bytes);
  figures->peak_bytes = heap->large_peak_bytes[domain];
  figures->total += heap->large_total[domain];
}

void panamem_figures_take(struct panamem_figures *figures) {
  memset(figures, 0, sizeof *figures);
  panamem_lock(&panamem_heap.registry_lock);
  figures->threads = panamem_heap.thread_count;
  figures->crossings = panamem_heap.crossings;
  figures->large_allocations = panamem_heap.large_allocations;
  figures->resizes = panamem_heap.resizes;
  for (const struct panamem_thread *thread = panamem_heap.threads; thread != NULL; thread = thread->next) {
    add_thread(figures, thread);
  }
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    const struct panamem_bin *source = &panamem_heap.bins[bin];
    struct panamem_bin_figures *target = &figures->bins[bin];
    target->total += source->allocations;
    target->ready_blocks += __atomic_load_n(&panamem_heap.depots[bin].count, __ATOMIC_RELAXED);
    target->peak_blocks = source->blocks_out_peak;
    target->live_blocks = without(source->blocks_out, target->ready_blocks);
    figures->calls += target->total;
  }
  for (uint32_t domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    add_large(&figures->large[domain], domain);
  }
  panamem_unlock(&panamem_heap.registry_lock);
  panamem_marks_count_empty(figures->empty);
  for (uint32_t domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    figures->calls += figures->empty[domain].total;
  }
  panamem_py_tally_take(&figures->pymalloc);
  figures->calls += figures->pymalloc.allocations + figures->large_allocations + figures->resizes;
  for (int reason = 0; reason < PANAMEM_FALLBACK_REASONS; reason++) {
    figures->fallback_blocks += panamem_heap.fallback_blocks[reason];
  }
}

static uint64_t limit_shown(uint64_t bytes) {
  return bytes == UINT64_MAX ? 0 : bytes;
}

static void fill_domain(struct panamem_domain_statistics *statistics, const struct panamem_figures *figures,
                        uint32_t domain) {
  const struct panamem_page_heap *heap = &panamem_heap.page_heap;
  statistics->live_blocks = figures->large[domain].live_blocks + figures->empty[domain].live;
  statistics->live_bytes = figures->large[domain].live_bytes;
  statistics->peak_bytes = figures->large[domain].peak_bytes;
  statistics->total_allocations = figures->large[domain].total + figures->empty[domain].total;
  for (uint32_t class = 1; class <= PANAMEM_CLASS_COUNT; class++) {
    const struct panamem_bin_figures *bin = &figures->bins[domain << PANAMEM_BIN_SHIFT | class];
    uint64_t block_bytes = panamem_heap.classes[class].block_bytes;
    statistics->live_blocks += bin->live_blocks;
    statistics->live_bytes += bin->live_blocks * block_bytes;
    statistics->peak_bytes += bin->peak_blocks * block_bytes;
    statistics->total_allocations += bin->total;
  }
  statistics->committed_bytes = heap->used_bytes[domain];
  statistics->limit_bytes = limit_shown(heap->domain_limit_bytes[domain]);
}

/* Blocks that the program has freed and the heap not: they are not live to anybody but the limits. */
static void subtract_quarantines(struct panamem_statistics *statistics) {
  struct panamem_hardened_held held[PANAMEM_DOMAINS];
  panamem_hardened_count(held);
  for (uint32_t domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    uint64_t blocks, bytes;
    panamem_guard_held(domain, &blocks, &bytes);
    statistics->domains[domain].live_blocks -= blocks + held[domain].blocks;
    statistics->domains[domain].live_bytes -= bytes + held[domain].bytes;
  }
}

/* Mem and object blocks of `pymalloc` are one heap; object is the name for both. Blocks that it leaves to the raw domain
 * are that domain's business. */
static void add_pymalloc(struct panamem_statistics *statistics, const struct panamem_py_tally *tally) {
  struct panamem_domain_statistics *domain = &statistics->domains[PYMEM_DOMAIN_OBJ];
  uint64_t peak_bytes = tally->arenas_peak << PANAMEM_PY_ARENA_SHIFT;
  uint64_t committed_bytes = tally->arenas_now << PANAMEM_PY_ARENA_SHIFT;
  domain->live_blocks += tally->live_blocks;
  domain->live_bytes += tally->live_bytes;
  domain->peak_bytes += peak_bytes;
  domain->total_allocations += tally->allocations;
  domain->committed_bytes += committed_bytes;
  statistics->committed_bytes += committed_bytes;
  statistics->committed_peak_bytes += peak_bytes;
}

int panamem_get_statistics(struct panamem_statistics *statistics) {
  if (statistics == NULL || statistics->struct_bytes == 0) {
    return -1;
  }
  struct panamem_figures figures;
  panamem_figures_take(&figures);
  const struct panamem_page_heap *heap = &panamem_heap.page_heap;
  struct panamem_statistics all = {
      .struct_bytes = statistics->struct_bytes,
      .arenas = heap->arenas_taken == 0 ? 0 : heap->arenas_taken - 1,
      .committed_bytes = heap->committed_bytes,
      .committed_peak_bytes = heap->committed_peak_bytes,
      .dirty_bytes = heap->dirty_bytes,
      .returned_bytes = heap->purged_total_bytes,
      .limit_bytes = limit_shown(heap->limit_bytes),
      .threads = figures.threads,
      .crossings = figures.crossings,
      .calls = figures.calls,
      .ready_nanos = panamem_arrival.ready_nanos,
      .boot_cpu_nanos = panamem_arrival.cpu_nanos,
  };
  for (uint32_t domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    fill_domain(&all.domains[domain], &figures, domain);
  }
  subtract_quarantines(&all);
  add_pymalloc(&all, &figures.pymalloc);
  for (int reason = 0; reason < PANAMEM_FALLBACK_REASONS; reason++) {
    all.fallback_blocks[reason] = panamem_heap.fallback_blocks[reason];
  }
  memcpy(statistics, &all, statistics->struct_bytes < sizeof all ? statistics->struct_bytes : sizeof all);
  return 0;
}
