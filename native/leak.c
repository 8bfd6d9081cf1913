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
#include <unistd.h>

#include "history.h"
#include "numbers.h"
#include "options.h"
#include "site_out.h"
#include "sites.h"

#define VERSION 1 /* of the JSON form */
#define PLACES_TOLD 20u /* to people */

static const char *const domains[] = {"RAW", "MEM", "OBJ"};

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

/* Blocks of one stack that one call has left. */
struct leak {
  const struct block *first;
  uint64_t blocks;
  uint64_t bytes;
};

/* Visits the leaks; answers how many blocks have settled, of all calls. */
static uint64_t each_leak(const struct list *list, void (*visit)(const struct leak *, void *), void *argument) {
  uint64_t settled = 0;
  for (size_t begin = 0, end; begin < list->count; begin = end) {
    end = end_of_place(list, begin);
    uint32_t round = leaking_round(list, begin, end);
    settled += round == UINT32_MAX ? end - begin : 0;
    struct leak leak = {NULL, 0, 0};
    for (size_t i = begin; i < end; i++) {
      const struct block *block = &list->blocks[i];
      if (block->round != round) {
        continue;
      }
      if (leak.first != NULL && leak.first->stack != block->stack) {
        visit(&leak, argument);
        leak = (struct leak){NULL, 0, 0};
      }
      leak.first = leak.first == NULL ? block : leak.first;
      leak.blocks++;
      leak.bytes += block->bytes;
    }
    if (leak.first != NULL) {
      visit(&leak, argument);
    }
  }
  return settled;
}

/* ---- The report ---------------------------------------------------------------------------------------------------------- */

struct report {
  struct panamem_out *out;
  uint64_t places;
  uint64_t blocks;
  uint64_t bytes;
  uint64_t told;
};

static void add_up(const struct leak *leak, void *argument) {
  struct report *report = argument;
  report->places++;
  report->blocks += leak->blocks;
  report->bytes += leak->bytes;
}

static void print_count(struct panamem_out *out, uint64_t count, const char *thing) {
  panamem_out_number(out, count);
  panamem_out_text(out, thing);
  panamem_out_text(out, count == 1 ? "" : "s");
}

static void print_leak(const struct leak *leak, void *argument) {
  struct report *report = argument;
  struct panamem_out *out = report->out;
  if (report->told++ >= PLACES_TOLD) {
    return;
  }
  panamem_out_text(out, "  ");
  print_count(out, leak->blocks, " block");
  panamem_out_text(out, ", ");
  print_count(out, leak->bytes, " byte");
  panamem_out_text(out, ", domain ");
  panamem_out_text(out, domains[leak->first->domain]);
  panamem_out_text(out, ", request ");
  panamem_out_number(out, leak->first->serial);
  panamem_out_text(out, "\n");
  panamem_site_print_kept(out, "allocated", leak->first->site);
}

static void print_report(struct report *report, const struct list *list, uint64_t settled) {
  struct panamem_out *out = report->out;
  panamem_out_text(out, "panamem: leak: one call leaves ");
  print_count(out, report->blocks, " block");
  panamem_out_text(out, ", ");
  print_count(out, report->bytes, " byte");
  panamem_out_text(out, ", in ");
  print_count(out, report->places, " place");
  panamem_out_text(out, "\n");
  each_leak(list, print_leak, report);
  if (report->told > PLACES_TOLD) {
    panamem_out_text(out, "  … and ");
    print_count(out, report->told - PLACES_TOLD, " further place");
    panamem_out_text(out, " (all of them with PANAMEM_OPTIONS=format=json)\n");
  }
  if (settled > 0) {
    panamem_out_text(out, "  besides, ");
    print_count(out, settled, " block");
    panamem_out_text(out, " of caches that have settled\n");
  }
  panamem_out_text(out, "\n");
}

static void put_leak(const struct leak *leak, void *argument) {
  struct report *report = argument;
  struct panamem_out *out = report->out;
  panamem_out_text(out, report->told++ == 0 ? "{" : ",{");
  panamem_out_number_member(out, "blocks", leak->blocks);
  panamem_out_number_member(out, "bytes", leak->bytes);
  panamem_out_text_member(out, "domain", domains[leak->first->domain]);
  panamem_out_number_member(out, "request", leak->first->serial);
  panamem_site_json_kept(out, "allocated", leak->first->site);
  panamem_out_text(out, "}");
}

static void put_report(struct report *report, const struct list *list, uint64_t settled) {
  struct panamem_out *out = report->out;
  panamem_out_text(out, "{");
  panamem_out_number_member(out, "panamem_leak", VERSION);
  panamem_out_number_member(out, "blocks", report->blocks);
  panamem_out_number_member(out, "bytes", report->bytes);
  panamem_out_number_member(out, "calls", rounds);
  panamem_out_number_member(out, "settled_blocks", settled);
  panamem_out_number_member(out, "process", (uint64_t)getpid());
  panamem_out_key(out, "places");
  panamem_out_text(out, "[");
  each_leak(list, put_leak, report);
  panamem_out_text(out, "]}\n");
}

int64_t panamem_leak_finish(struct panamem_out *out) {
  struct list list = {NULL, 0, 0};
  struct report report = {.out = out};
  set_age(0);
  panamem_sites_whole(false);
  bool is_listed = make_list(&list);
  uint64_t settled = each_leak(&list, add_up, &report);
  if (report.blocks > 0 && out != NULL) {
    if (panamem_options.format == PANAMEM_FORMAT_JSON) {
      put_report(&report, &list, settled);
    } else {
      print_report(&report, &list, settled);
    }
    panamem_out_flush(out);
  }
  if (list.blocks != NULL) {
    munmap(list.blocks, list.most * sizeof *list.blocks);
  }
  rounds = 0;
  return is_listed ? (int64_t)report.blocks : -1;
}
