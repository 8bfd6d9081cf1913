/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads from their first request past their end: registered, flushed, counted, and still able to free.
 */
#include "fixture.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "../depot.h"
#include "../fallback.h"
#include "../heap.h"
#include "../magazine.h"
#include "../slots.h"
#include "../thread.h"
#include "capture.h"

#define OBJ PANAMEM_DOMAIN_CONTEXT(2)
#define BIN (2u << PANAMEM_BIN_SHIFT | 4) /* OBJ, 64 bytes */

static int fresh(void **state) {
  (void)state;
  heap_fresh(64 * MIB);
  return 0;
}

static void in_thread(void *(*run)(void *), void *argument) {
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, run, argument), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
}

struct seen {
  struct panamem_thread *before, *first, *second;
  uint32_t registered;
  bool ended;
};

static void *look(void *argument) {
  struct seen *seen = argument;
  seen->before = panamem_self;
  seen->first = panamem_thread_ensure();
  seen->second = panamem_thread_ensure();
  seen->registered = panamem_heap.thread_count;
  seen->ended = panamem_thread_has_ended();
  return NULL;
}

static void the_first_request_makes_the_struct_and_the_end_unlinks_it(void **state) {
  (void)state;
  struct seen seen;
  in_thread(look, &seen);
  assert_non_null(seen.before);
  assert_ptr_not_equal(seen.before, seen.first);
  assert_ptr_equal(seen.first, seen.second);
  assert_int_equal(seen.registered, 2);
  assert_false(seen.ended);
  assert_int_equal(panamem_heap.thread_count, 1);
  assert_int_equal(panamem_heap.threads_total, 2);
  struct seen other;
  in_thread(look, &other);
  assert_ptr_equal(other.before, seen.before); /* the shared one that is always shut */
  assert_int_equal(panamem_heap.threads_total, 3);
  assert_heap_sound();
}

static void structs_leave_the_registry_in_any_order(void **state) {
  (void)state;
  struct panamem_thread *one = panamem_thread_make();
  struct panamem_thread *two = panamem_thread_make();
  assert_ptr_equal(panamem_heap.threads, two);
  assert_ptr_equal(two->next, one);
  assert_int_equal(two->serial, one->serial + 1);
  struct seen seen;
  in_thread(look, &seen); /* comes and goes at the head */
  assert_ptr_equal(panamem_heap.threads, two);
  assert_heap_sound();
}

#define KEPT 40
static void *kept[KEPT];

static void *allocate_and_leave(void *argument) {
  (void)argument;
  for (int i = 0; i < 1000; i++) {
    void *block = panamem_arena_malloc(OBJ, 64);
    memset(block, i, 64);
    if (i < KEPT) {
      kept[i] = block;
    } else {
      panamem_arena_free(OBJ, block);
    }
  }
  panamem_self->crossings = 11;
  panamem_self->large_allocations = 22;
  panamem_self->resizes = 33;
  return NULL;
}

static void the_end_leaves_all_ready_blocks_to_others_and_keeps_the_counts(void **state) {
  (void)state;
  in_thread(allocate_and_leave, NULL);
  assert_true(panamem_heap.depots[BIN].count > 0);
  assert_int_equal(panamem_heap.bins[BIN].blocks_out - panamem_heap.depots[BIN].count, KEPT);
  assert_int_equal(panamem_heap.bins[BIN].allocations, 1000);
  assert_int_equal(panamem_heap.crossings, 11);
  assert_int_equal(panamem_heap.large_allocations, 22);
  assert_int_equal(panamem_heap.resizes, 33);
  for (int i = 0; i < KEPT; i++) { /* blocks outlive their thread, and others may free them */
    assert_int_equal(((char *)kept[i])[63], i);
    panamem_arena_free(OBJ, kept[i]);
  }
  panamem_thread_flush(panamem_self);
  panamem_depots_empty();
  assert_int_equal(panamem_heap.bins[BIN].blocks_out, 0);
  assert_heap_sound();
}

static void flush_leaves_the_magazines_open(void **state) {
  (void)state;
  void *block = panamem_arena_malloc(OBJ, 64);
  panamem_arena_free(OBJ, block);
  panamem_thread_flush(panamem_self);
  assert_int_equal(panamem_magazine_capacity(&panamem_self->magazines[BIN]), 7);
  assert_ptr_equal(panamem_self->magazines[BIN].top, panamem_self->magazines[BIN].base);
  assert_heap_sound();
}

/* ---- After the end: destructors of other keys run later and again -------------------------------------------------------- */

#define LATE_ROUNDS 3
static pthread_key_t late_key;
static void *late_small, *late_large;
static int late_rounds;
static bool late_had_ended[LATE_ROUNDS];

static void late(void *argument) {
  (void)argument;
  late_had_ended[late_rounds] = panamem_thread_has_ended();
  if (late_rounds > 0) {
    panamem_arena_free(OBJ, late_small);
    panamem_arena_free(OBJ, late_large);
  }
  late_small = panamem_arena_malloc(OBJ, 64);
  late_large = panamem_arena_malloc(OBJ, 100000);
  memset(late_small, 1, 64);
  memset(late_large, 1, 100000);
  late_small = panamem_arena_realloc(OBJ, late_small, 600);
  late_large = panamem_arena_realloc(OBJ, late_large, 99000);
  if (++late_rounds < LATE_ROUNDS) {
    pthread_setspecific(late_key, &late_key);
  }
}

static void *set_late_key(void *argument) {
  void *block = panamem_arena_malloc(OBJ, 64);
  pthread_setspecific(late_key, &late_key);
  *(void **)argument = block;
  return NULL;
}

static void destructors_that_run_after_the_end_are_served_without_magazines(void **state) {
  (void)state;
  void *block;
  late_rounds = 0;
  assert_int_equal(pthread_key_create(&late_key, late), 0);
  in_thread(set_late_key, &block);
  assert_int_equal(late_rounds, LATE_ROUNDS);
  assert_true(late_had_ended[1]);
  assert_true(late_had_ended[2]);
  assert_int_equal(panamem_heap.thread_count, 1);
  assert_int_equal(panamem_heap.bins[BIN].blocks_out, 1);
  panamem_arena_free(OBJ, block);
  panamem_arena_free(OBJ, late_small);
  panamem_arena_free(OBJ, late_large);
  panamem_thread_flush(panamem_self);
  assert_int_equal(panamem_heap.bins[BIN].blocks_out, 0);
  assert_int_equal(panamem_heap.page_heap.large_count[2], 0);
  assert_heap_sound();
}

/* ---- The end's other duty --------------------------------------------------------------------------------------------------- */

static struct panamem_thread *detached;
static bool detached_after_end;

static void note_detach(struct panamem_thread *thread) {
  detached = thread;
  detached_after_end = panamem_thread_has_ended();
}

static void the_end_calls_for_the_jvms_detach(void **state) {
  (void)state;
  struct seen seen;
  panamem_threads_on_end(note_detach);
  in_thread(look, &seen);
  panamem_threads_on_end(NULL);
  assert_ptr_equal(detached, seen.first);
  assert_true(detached_after_end);
}

/* ---- A block freed twice is found at the end ---------------------------------------------------------------------------------- */

static void *free_twice(void *argument) {
  void *block = panamem_arena_malloc(OBJ, 64);
  panamem_arena_free(OBJ, block);
  panamem_arena_free(OBJ, block);
  return argument;
}

static void end_with_a_double_free(void *argument) {
  pthread_t thread;
  pthread_create(&thread, NULL, free_twice, argument);
  pthread_join(thread, NULL);
}

static void a_block_freed_twice_ends_the_process_at_the_threads_end(void **state) {
  (void)state;
  struct capture child = capture(end_with_a_double_free, NULL);
  assert_int_equal(child.signal, SIGABRT);
  assert_non_null(strstr(child.text, "panamem: free("));
  assert_non_null(strstr(child.text, "not a live block"));
}

/* ---- Blocks that wander ---------------------------------------------------------------------------------------------------------- */

#define PRODUCERS 4
#define PASSED 20000
static void *mailbox[64];

static void *produce(void *argument) {
  for (uint64_t i = 0; i < PASSED; i++) {
    uint64_t bytes = 1 + i * 37 % 900;
    uint64_t *block = panamem_arena_malloc(OBJ, bytes < 16 ? 16 : bytes);
    block[0] = block[1] = (uint64_t)argument << 32 | i;
    void *other = __atomic_exchange_n(&mailbox[i % 64], block, __ATOMIC_ACQ_REL);
    if (other != NULL) {
      if (((uint64_t *)other)[0] != ((uint64_t *)other)[1]) {
        return (void *)1;
      }
      panamem_arena_free(OBJ, other);
    }
  }
  return NULL;
}

static void blocks_are_freed_by_other_threads_while_all_allocate(void **state) {
  (void)state;
  pthread_t threads[PRODUCERS];
  for (uintptr_t i = 0; i < PRODUCERS; i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, produce, (void *)(i + 1)), 0);
  }
  for (int i = 0; i < PRODUCERS; i++) {
    void *torn;
    pthread_join(threads[i], &torn);
    assert_null(torn);
  }
  for (int i = 0; i < 64; i++) {
    panamem_arena_free(OBJ, mailbox[i]);
    mailbox[i] = NULL;
  }
  panamem_thread_flush(panamem_self);
  panamem_depots_empty();
  assert_heap_sound();
  uint64_t total = 0;
  for (uint32_t bin = 0; bin < PANAMEM_BINS; bin++) {
    assert_int_equal(panamem_heap.bins[bin].blocks_out, 0);
    total += panamem_heap.bins[bin].allocations;
  }
  assert_int_equal(total, PRODUCERS * PASSED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(the_first_request_makes_the_struct_and_the_end_unlinks_it, fresh),
      cmocka_unit_test_setup(structs_leave_the_registry_in_any_order, fresh),
      cmocka_unit_test_setup(the_end_leaves_all_ready_blocks_to_others_and_keeps_the_counts, fresh),
      cmocka_unit_test_setup(flush_leaves_the_magazines_open, fresh),
      cmocka_unit_test_setup(destructors_that_run_after_the_end_are_served_without_magazines, fresh),
      cmocka_unit_test_setup(the_end_calls_for_the_jvms_detach, fresh),
      cmocka_unit_test_setup(a_block_freed_twice_ends_the_process_at_the_threads_end, fresh),
      cmocka_unit_test_setup(blocks_are_freed_by_other_threads_while_all_allocate, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
