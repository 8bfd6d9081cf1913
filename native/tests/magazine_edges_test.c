/* SPDX-License-Identifier: Apache-2.0
 *
 * Magazines where it is tight: addresses that are no live blocks, no memory for slots, attaching that itself allocates, and
 * a random program against a model.
 */
#include "fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../depot.h"
#include "../entry.h"
#include "../heap.h"
#include "../magazine.h"
#include "../slots.h"
#include "capture.h"
#include "fake_entries.h"
#include "serving.h"

#define OBJ PANAMEM_DOMAIN_CONTEXT(2)

/* ---- What is no live block ---------------------------------------------------------------------------------------------- */

struct mistake {
  const char *operation;
  void *address;
  const char *what;
};

static void make_mistake(void *argument) {
  const struct mistake *mistake = argument;
  if (strcmp(mistake->operation, "free") == 0) {
    panamem_arena_free(OBJ, mistake->address);
  } else {
    panamem_arena_realloc(OBJ, mistake->address, 77777);
  }
}

static void assert_dies(struct mistake mistake) {
  struct capture child = capture(make_mistake, &mistake);
  char line[128];
  snprintf(line, sizeof line, "panamem: %s(%p): not a live block, but %s", mistake.operation, mistake.address, mistake.what);
  if (strstr(child.text, line) == NULL) {
    fail_msg("'%s' instead of '%s'", child.text, line);
  }
  assert_int_equal(child.signal, SIGABRT);
}

static void frees_and_reallocs_of_anything_else_end_the_process(void **state) {
  (void)state;
  char *base = (char *)panamem_heap.range_base;
  char *large = panamem_arena_malloc(OBJ, 100000);
  char *gone = panamem_arena_malloc(OBJ, 2 * MIB);
  char *ready = panamem_arena_malloc(OBJ, 100000);
  panamem_arena_free(OBJ, gone);
  panamem_arena_free(OBJ, ready);
  static const char never[] = "memory that is free or was never handed out";
  for (int i = 0; i < 2; i++) {
    const char *operation = i == 0 ? "free" : "realloc";
    assert_dies((struct mistake){operation, gone, never});
    assert_dies((struct mistake){operation, ready, "a large block that its thread keeps ready (freed twice?)"});
    assert_dies((struct mistake){operation, ready + 16, "the inside of a large block"});
    assert_dies((struct mistake){operation, base, never});
    assert_dies((struct mistake){operation, base + 400 * MIB, never});
    assert_dies((struct mistake){operation, large + 16, "the inside of a large block"});
    assert_dies((struct mistake){operation, large + PANAMEM_PAGE_BYTES, "the inside of a large block"});
  }
  panamem_arena_free(OBJ, large);
}

/* Small blocks go to magazines unseen; the mistake shows when the magazine gives them back. */
static void free_through_magazine(void *argument) {
  panamem_arena_free(OBJ, argument);
  panamem_arena_free(OBJ, argument);
  while (true) {
    void *held[1000]; /* more than the magazine may hold */
    for (int i = 0; i < 1000; i++) {
      held[i] = panamem_arena_malloc(OBJ, 5000);
    }
    for (int i = 0; i < 1000; i++) {
      panamem_arena_free(OBJ, held[i]);
    }
  }
}

static void small_blocks_freed_twice_end_the_process_when_they_go_back(void **state) {
  (void)state;
  void *block = panamem_arena_malloc(OBJ, 5000);
  struct capture child = capture(free_through_magazine, block);
  assert_int_equal(child.signal, SIGABRT);
  assert_non_null(strstr(child.text, "panamem: free("));
  child = capture(free_through_magazine, (char *)block + 16);
  assert_int_equal(child.signal, SIGABRT);
  assert_non_null(strstr(child.text, "the inside of a block or of a pool's end"));
}

/* ---- No memory for slots, in a child ------------------------------------------------------------------------------------------ */

static void no_more_address_space(void) {
  struct rlimit none = {1, RLIM_INFINITY};
  setrlimit(RLIMIT_AS, &none);
}

/* Takes all metadata memory that is left. */
static void exhaust_slots(void) {
  struct panamem_thread *other = panamem_thread_make();
  for (uint32_t bin = 0; other != NULL && bin < PANAMEM_BINS; bin++) {
    while (panamem_slots_grow(other, bin) == PANAMEM_GROWN) {
    }
    other = bin == PANAMEM_BINS - 1 ? panamem_thread_make() : other;
    bin = bin == PANAMEM_BINS - 1 && other != NULL ? 0 : bin;
  }
}

static void free_into_magazines_that_cannot_open(void *blocks) {
  alarm(20);
  thread_fresh();
  no_more_address_space();
  panamem_magazine_cap_bytes = UINT64_MAX;
  exhaust_slots();
  for (uint32_t i = 0; i < 50; i++) {
    panamem_arena_free(OBJ, ((void **)blocks)[i]);
  }
  char text[256];
  _exit(heap_check(text, sizeof text) && panamem_self->magazines[2u << PANAMEM_BIN_SHIFT | 4].limit ==
                                             panamem_self->magazines[2u << PANAMEM_BIN_SHIFT | 4].base
            ? 0
            : 1);
}

static void grow_at_the_cost_of_what_cannot_shrink(void *argument) {
  (void)argument;
  alarm(20);
  thread_fresh();
  panamem_magazine_cap_bytes = UINT64_MAX;
  panamem_arena_free(NULL, panamem_arena_malloc(NULL, 128)); /* its bin has a pool, its magazine the first slots */
  while (panamem_slots_grow(panamem_self, 50) == PANAMEM_GROWN) {
  }
  no_more_address_space();
  exhaust_slots();
  panamem_magazine_cap_bytes = panamem_self->magazine_bytes;
  void *blocks[20];
  for (int i = 0; i < 20; i++) {
    blocks[i] = panamem_arena_malloc(NULL, 128);
    memset(blocks[i], i, 128);
  }
  for (int i = 0; i < 20; i++) {
    panamem_arena_free(NULL, blocks[i]);
  }
  char text[256];
  _exit(heap_check(text, sizeof text) ? 0 : 1);
}

static void frees_work_without_memory_for_slots(void **state) {
  (void)state;
  if (SANITIZED) {
    skip();
  }
  void *blocks[50];
  for (int i = 0; i < 50; i++) {
    blocks[i] = panamem_arena_malloc(OBJ, 64);
  }
  struct capture child = capture(free_into_magazines_that_cannot_open, blocks);
  assert_string_equal(child.text, "");
  assert_int_equal(child.signal, 0);
  assert_int_equal(child.status, 0);
}

static void a_magazine_that_cannot_shrink_is_left_alone(void **state) {
  (void)state;
  if (SANITIZED) {
    skip();
  }
  struct capture child = capture(grow_at_the_cost_of_what_cannot_shrink, NULL);
  assert_int_equal(child.signal, 0);
  assert_int_equal(child.status, 0);
}

/* ---- Attaching that allocates ----------------------------------------------------------------------------------------------------- */

static uint64_t attach_bytes;
static int attach_blocks;
static bool attach_frees;
static void *attach_kept[64];

static void allocate_while_attaching(void) {
  for (int i = 0; i < attach_blocks; i++) {
    attach_kept[i] = panamem_arena_malloc(OBJ, attach_bytes);
    memset(attach_kept[i], 0x11, attach_bytes);
  }
  for (int i = 0; attach_frees && i < attach_blocks; i++) {
    panamem_arena_free(OBJ, attach_kept[i]);
  }
}

static void attaching_may_allocate_from_the_bin_that_is_being_filled(void **state) {
  (void)state;
  for (uint64_t bytes = 64; bytes <= PANAMEM_SMALL_MAX_BYTES; bytes *= 8) {
    for (attach_blocks = 0; attach_blocks < 20; attach_blocks++) {
      attach_frees = attach_blocks % 2 == 0;
      attach_bytes = bytes;
      heap_fresh(64 * MIB);
      fake_entries_serve();
      fake_entries.at_attach = allocate_while_attaching;
      assert_non_null(panamem_arena_malloc(OBJ, bytes));
      assert_heap_sound();
      assert_int_equal(fake_entries.attached, 1);
    }
  }
}

static void attaching_may_allocate_while_a_magazine_is_being_relieved(void **state) {
  (void)state;
  attach_bytes = 32768; /* magazines of this class are the smallest */
  for (attach_blocks = 0; attach_blocks < 20; attach_blocks++) {
    attach_frees = attach_blocks % 3 != 0;
    heap_fresh(64 * MIB);
    fake_entries_serve();
    panamem_state_set(PANAMEM_STATE_BOOTING);
    void *blocks[6];
    for (int i = 0; i < 6; i++) {
      blocks[i] = panamem_arena_malloc(OBJ, attach_bytes);
    }
    panamem_state_set(PANAMEM_STATE_READY);
    fake_entries.at_attach = allocate_while_attaching;
    for (int i = 0; i < 6; i++) {
      panamem_arena_free(OBJ, blocks[i]);
      assert_heap_sound();
    }
  }
}

/* ---- Random programs ---------------------------------------------------------------------------------------------------------------- */

#define LIVE 1500

struct live {
  void *block;
  uint64_t bytes;
  void *ctx;
};

static void step(uint64_t *random, struct live *live, uint64_t tag) {
  if (live->block == NULL) {
    live->ctx = PANAMEM_DOMAIN_CONTEXT(random_below(random, PANAMEM_DOMAINS));
    live->bytes = random_bytes(random, 200000);
    bool zeroed = random_below(random, 4) == 0;
    live->block = zeroed ? panamem_arena_calloc(live->ctx, live->bytes, 1) : panamem_arena_malloc(live->ctx, live->bytes);
    for (uint64_t i = 0; zeroed && live->block != NULL && i < live->bytes; i++) {
      assert_int_equal(((char *)live->block)[i], 0);
    }
  } else {
    assert_true(block_holds(live->block, live->bytes, tag));
    if (random_below(random, 3) > 0) {
      panamem_arena_free(live->ctx, live->block);
      live->block = NULL;
      return;
    }
    uint64_t bytes = random_bytes(random, 200000);
    void *moved = panamem_arena_realloc(live->ctx, live->block, bytes);
    if (moved != NULL) {
      live->block = moved;
      live->bytes = live->bytes < bytes ? live->bytes : bytes;
      assert_true(block_holds(moved, live->bytes, tag));
      live->bytes = bytes;
    }
  }
  if (live->block != NULL) {
    fill_block(live->block, live->bytes, tag);
  }
}

static void a_random_program_keeps_its_data_and_every_equation(void **state) {
  (void)state;
  static struct live lives[LIVE];
  memset(lives, 0, sizeof lives);
  uint64_t random = random_seed();
  panamem_heap.page_heap.dirty_cap_bytes = 4 * MIB;
  for (int i = 0; i < 40000; i++) {
    if (i % 5000 == 0) { /* Java comes and goes, and the limit moves */
      bool java = panamem_state() != PANAMEM_STATE_READY;
      fake_entries_serve();
      panamem_state_set(java ? PANAMEM_STATE_READY : PANAMEM_STATE_SHUTDOWN);
      panamem_heap.page_heap.limit_bytes = i % 15000 == 0 ? UINT64_MAX : 12 * MIB;
    }
    uint64_t chosen = random_below(&random, LIVE);
    step(&random, &lives[chosen], chosen);
    if (i % 400 == 0) {
      assert_heap_sound();
    }
  }
  for (uint64_t i = 0; i < LIVE; i++) {
    assert_true(lives[i].block == NULL || block_holds(lives[i].block, lives[i].bytes, i));
    panamem_arena_free(lives[i].ctx, lives[i].block);
  }
  panamem_thread_flush(panamem_self);
  panamem_depots_empty();
  assert_heap_sound();
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    assert_int_equal(panamem_heap.bins[bin].blocks_out, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(frees_and_reallocs_of_anything_else_end_the_process, fallback_serves),
      cmocka_unit_test_setup(frees_and_reallocs_of_anything_else_end_the_process, java_serves),
      cmocka_unit_test_setup(small_blocks_freed_twice_end_the_process_when_they_go_back, fallback_serves),
      cmocka_unit_test_setup(small_blocks_freed_twice_end_the_process_when_they_go_back, java_serves),
      cmocka_unit_test_setup(frees_work_without_memory_for_slots, fallback_serves),
      cmocka_unit_test_setup(a_magazine_that_cannot_shrink_is_left_alone, fallback_serves),
      cmocka_unit_test_setup(attaching_may_allocate_from_the_bin_that_is_being_filled, fallback_serves),
      cmocka_unit_test_setup(attaching_may_allocate_while_a_magazine_is_being_relieved, fallback_serves),
      cmocka_unit_test_setup(a_random_program_keeps_its_data_and_every_equation, fallback_serves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
