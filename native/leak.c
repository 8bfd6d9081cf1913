/* SPDX-License-Identifier: Apache-2.0
 *
 * The calls of a test have ages one after the other, and so have the blocks that they make. At the end the live ones are
 * listed and sorted, so that those of a place stand together:
 *
 *   place = domain, function that asked, Python lines     within it by call, then by whole native stack
 */
#include "leak.h"

#include <stddef.h>
#include <sys/mman.h>

#include "history.h"
#include "leak_report.h"
#include "numbers.h"
#include "sites.h"

static uint32_t last_age;
static uint32_t first_age; /* of the open test */
static uint32_t rounds;

/* ---- Rounds -------------------------------------------------------------------------------------------------------- */

static void set_age(uint32_t age) {
  __atomic_store_n(&panamem_history_age, age, __ATOMIC_RELEASE);
}

uint32_t panamem_leak_rounds(void) {
  return rounds;
}

void panamem_leak_start(void) {
  if (last_age > PANAMEM_AGE_MOST - PANAMEM_AGE_MOST / 16) {
    last_age = 0; /* what is still alive of so long ago may now count as new: after some 100,000 tests */
  }
  first_age = ++last_age;
  rounds = 1;
  panamem_sites_whole(true);
  set_age(first_age);
}

void panamem_leak_next(void) {
  rounds++;
  set_age(++last_age);
}

/* ---- The list of blocks ---------------------------------------------------------------------------------------------- */

struct block {
  uint64_t place;
  uint64_t stack;
  uint64_t bytes;
  uint64_t serial;
  uint32_t round;
  uint32_t site;
  int domain;
};

struct list {
  struct block *blocks;
  size_t count;
  size_t most;
};

static void count_block(const struct panamem_history *history, void *argument) {
  (void)history;
  ((struct list *)argument)->most++;
}

static void add_block(const struct panamem_history *history, void *argument) {
  struct list *list = argument;
  if (list->count < list->most) {
    list->blocks[list->count++] = (struct block){
        .place = panamem_mix(panamem_site_key(history->allocated_at, 1), (uint64_t)history->domain + 1),
        .stack = panamem_site_key(history->allocated_at, PANAMEM_UNWIND_MOST),
        .bytes = history->bytes,
        .serial = history->serial,
        .round = history->age - first_age,
        .site = history->allocated_at,
        .domain = history->domain,
    };
  }
}

static bool is_before(const struct block *one, const struct block *other) {
  if (one->place != other->place) {
    return one->place < other->place;
  }
  if (one->round != other->round) {
    return one->round < other->round;
  }
  return one->stack != other->stack ? one->stack < other->stack : one->serial < other->serial;
}

static void swap(struct block *one, struct block *other) {
  struct block kept = *one;
  *one = *other;
  *other = kept;
}

static void sift_down(struct block *blocks, size_t root, size_t count) {
  for (size_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
    child += child + 1 < count && is_before(&blocks[child], &blocks[child + 1]);
    if (!is_before(&blocks[root], &blocks[child])) {
      return;
    }
    swap(&blocks[root], &blocks[child]);
    root = child;
  }
}

/* A heap sort: qsort may ask libc for memory, which may be what is reported on. */
static void sort(struct list *list) {
  for (size_t root = list->count / 2; root > 0; root--) {
    sift_down(list->blocks, root - 1, list->count);
  }
  for (size_t end = list->count; end > 1; end--) {
    swap(&list->blocks[0], &list->blocks[end - 1]);
    sift_down(list->blocks, 0, end - 1);
  }
}

static bool make_list(struct list *list) {
  panamem_history_visit(first_age, last_age, count_block, list);
  if (list->most == 0) {
    return true;
  }
  void *mapped = mmap(NULL, list->most * sizeof *list->blocks, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) {
    return false;
  }
  list->blocks = mapped;
  panamem_history_visit(first_age, last_age, add_block, list);
  sort(list);
  return true;
}

/* ---- The rule ---------------------------------------------------------------------------------------------------------- */

/* From where the blocks of the same place end. */
static size_t end_of_place(const struct list *list, size_t begin) {
  size_t end = begin;
  while (end < list->count && list->blocks[end].place == list->blocks[begin].place) {
    end++;
  }
  return end;
}

/* The call whose blocks are told of a place that leaks; UINT32_MAX: it does not. */
static uint32_t leaking_round(const struct list *list, size_t begin, size_t end) {
  if (rounds == 1) {
    return 0;
  }
  uint32_t warm = rounds / 4 > 1 ? rounds / 4 : 1;
  uint32_t early = rounds - warm - (rounds - warm) / 3;
  uint32_t seen = 0, latest = UINT32_MAX;
  for (size_t i = begin; i < end; i++) {
    uint32_t round = list->blocks[i].round;
    bool is_early = round >= warm && round < warm + early;
    if (is_early && round != latest) {
      latest = round;
      seen++;
    }
  }
  return seen >= (early > 1 ? 2u : 1u) ? latest : UINT32_MAX;
}

typedef void (*leak_visitor)(const struct panamem_leak *leak, void *argument);

/* Visits what one call has left at a place, stack by stack. */
static void each_stack(const struct list *list, size_t begin, size_t end, uint32_t round, leak_visitor visit, void *argument) {
  struct panamem_leak leak = {0};
  uint64_t stack = 0;
  for (size_t i = begin; i < end; i++) {
    const struct block *block = &list->blocks[i];
    if (block->round != round) {
      continue;
    }
    if (leak.blocks > 0 && block->stack != stack) {
      visit(&leak, argument);
      leak.blocks = 0;
    }
    if (leak.blocks == 0) {
      leak = (struct panamem_leak){block->domain, block->site, block->serial, 0, 0};
      stack = block->stack;
    }
    leak.blocks++;
    leak.bytes += block->bytes;
  }
  if (leak.blocks > 0) {
    visit(&leak, argument);
  }
}

/* Visits the leaks; answers how many blocks have settled, of all calls. */
static uint64_t each_leak(const struct list *list, leak_visitor visit, void *argument) {
  uint64_t settled = 0;
  for (size_t begin = 0, end; begin < list->count; begin = end) {
    end = end_of_place(list, begin);
    uint32_t round = leaking_round(list, begin, end);
    settled += round == UINT32_MAX ? end - begin : 0;
    each_stack(list, begin, end, round, visit, argument);
  }
  return settled;
}

/* ---- The report ---------------------------------------------------------------------------------------------------------- */

static void add_up(const struct panamem_leak *leak, void *argument) {
  struct panamem_leak_sum *sum = argument;
  sum->places++;
  sum->blocks += leak->blocks;
  sum->bytes += leak->bytes;
}

struct told {
  struct panamem_out *out;
  uint64_t count;
};

static void tell(const struct panamem_leak *leak, void *argument) {
  struct told *told = argument;
  panamem_leak_report_add(told->out, leak, told->count++);
}

static void write_report(struct panamem_out *out, const struct list *list, const struct panamem_leak_sum *sum) {
  struct told told = {out, 0};
  panamem_leak_report_begin(out, sum);
  each_leak(list, tell, &told);
  panamem_leak_report_end(out, sum);
}

int64_t panamem_leak_finish(struct panamem_out *out) {
  struct list list = {NULL, 0, 0};
  struct panamem_leak_sum sum = {.calls = rounds};
  set_age(0);
  panamem_sites_whole(false);
  bool is_listed = make_list(&list);
  sum.settled = each_leak(&list, add_up, &sum);
  if (sum.blocks > 0 && out != NULL) {
    write_report(out, &list, &sum);
  }
  if (list.blocks != NULL) {
    munmap(list.blocks, list.most * sizeof *list.blocks);
  }
  rounds = 0;
  return is_listed ? (int64_t)sum.blocks : -1;
}
