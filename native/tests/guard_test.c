/* SPDX-License-Identifier: Apache-2.0
 *
 * Guarded blocks, by both ways to shut pages: what each misuse is told as, where blocks lie, and how their pages go round.
 * Each case is a child, because the table of guarded blocks belongs to one heap.
 */
#include "fixture.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "../../include/panamem/panamem.h"
#include "../../include/panamem/pymem.h"
#include "../guard.h"
#include "../guard_pages.h"
#include "../guard_table.h"
#include "../heap.h"
#include "../magazine.h"
#include "../options.h"
#include "../signals.h"
#include "capture.h"

#define NOINLINE __attribute__((noinline))
#define RAW PANAMEM_DOMAIN_CONTEXT(PYMEM_DOMAIN_RAW)
#define OBJ PANAMEM_DOMAIN_CONTEXT(PYMEM_DOMAIN_OBJ)
#define OS_PAGE 4096u

static bool by_mprotect;

static void begin(const char *options) {
  char error[256];
  REQUIRE(panamem_options_parse(options, error, sizeof error));
  heap_fresh(1024 * MIB);
  panamem_guard_prepare();
  panamem_guard_pages_are_light = panamem_guard_pages_are_light && !by_mprotect;
}

static char *make(size_t bytes) {
  return panamem_guard_malloc(RAW, bytes);
}

static void drop(void *block) {
  panamem_guard_free(RAW, block);
}

static NOINLINE void poke(volatile char *address) {
  *address = 1;
}

static NOINLINE char peek(const volatile char *address) {
  return *address;
}

/* ---- Each misuse ----------------------------------------------------------------------------------------------------------- */

static void write_behind_slack(void) {
  poke(make(20) + 32);
}

static void read_right_behind(void) {
  peek(make(48) + 48);
}

static void write_in_front_of_page(void) {
  poke(make(2 * OS_PAGE) - 1);
}

static void read_empty(void) {
  peek(make(0));
}

static void write_after_free(void) {
  char *block = make(20);
  drop(block);
  poke(block + 3);
}

static void read_after_move(void) {
  char *block = make(20);
  REQUIRE(panamem_guard_realloc(RAW, block, 10) != block);
  peek(block);
}

static void write_into_slack(void) {
  char *block = make(20);
  poke(block + 20);
  drop(block);
}

static void write_in_front(void) {
  char *block = make(20);
  poke(block - 1);
  drop(block);
}

static void free_twice(void) {
  char *block = make(20);
  drop(block);
  drop(block);
}

static void free_twice_much_later(void) {
  char *block = make(20);
  drop(block);
  for (int i = 0; i < 50000; i++) {
    drop(make(30));
  }
  drop(block);
}

static void resize_freed(void) {
  char *block = make(20);
  drop(block);
  panamem_guard_realloc(RAW, block, 30);
}

static void free_inside(void) {
  drop(make(20) + 3);
}

static void free_as_object(void) {
  panamem_guard_free(OBJ, make(20));
}

static void free_on_stack(void) {
  long words[8] = {0};
  drop(&words[4]);
}

static void free_low(void) {
  drop((void *)1);
}

static void free_nothing(void) {
  drop(make(20) + 100 * MIB);
}

static void run(void *misuse) {
  begin("");
  (*(void (**)(void))misuse)();
}

/* The first line without the address. */
static void first_line(const char *text, char *line, size_t line_bytes) {
  size_t used = 0;
  for (; *text != '\0' && *text != '\n' && used < line_bytes - 1; text++) {
    line[used++] = *text;
    if (strncmp(text, "0x", 2) == 0) {
      text += 1 + strspn(text + 2, "0123456789abcdef");
      line[used - 1] = '#';
    }
  }
  line[used] = '\0';
}

#define SAYS_BLOCK "\n  the block: "
#define SAYS_FREED "\n  freed first"
#define SAYS_ALLOCATED "\n  allocated"

static void assert_told(void (*misuse)(void), int signal, const char *line, bool freed, bool known) {
  char found[200];
  struct capture end = capture(run, (void *)&misuse);
  first_line(end.text, found, sizeof found);
  assert_string_equal(found, line);
  assert_int_equal(end.signal, signal);
  assert_int_equal(strstr(end.text, SAYS_BLOCK) != NULL, known);
  assert_int_equal(strstr(end.text, SAYS_ALLOCATED) != NULL, known);
  assert_int_equal(strstr(end.text, SAYS_FREED) != NULL, freed);
  assert_null(strstr(end.text, "not recorded"));
}

static void each_misuse_has_its_report(void **state) {
  (void)state;
  assert_told(write_behind_slack, SIGSEGV, "panamem: overflow: write at #: the address is 12 bytes behind the end of a block",
              false, true);
  assert_told(read_right_behind, SIGSEGV, "panamem: overflow: read at #: the address is right behind the end of a block", false,
              true);
  assert_told(write_in_front_of_page, SIGSEGV, "panamem: underflow: write at #: the address is 1 byte in front of a block",
              false, true);
  assert_told(read_empty, SIGSEGV, "panamem: overflow: read at #: the address is right behind the end of a block", false, true);
  assert_told(write_after_free, SIGSEGV,
              "panamem: use after free: write at #: the address is byte 3 of a block that was freed before", true, true);
  assert_told(read_after_move, SIGSEGV,
              "panamem: use after free: read at #: the address is byte 0 of a block that was moved by a realloc before", true,
              true);
  assert_told(write_into_slack, SIGABRT,
              "panamem: overflow: PyMem_RawFree(#): something has written behind the end of the block", false, true);
  assert_told(write_in_front, SIGABRT, "panamem: underflow: PyMem_RawFree(#): something has written in front of the block",
              false, true);
  assert_told(free_twice, SIGABRT, "panamem: double free: PyMem_RawFree(#): the block was freed before", true, true);
  assert_told(free_twice_much_later, SIGABRT, "panamem: double free: PyMem_RawFree(#): the block was freed before", true, true);
  assert_told(resize_freed, SIGABRT, "panamem: realloc of a freed block: PyMem_RawRealloc(#): the block was freed before", true,
              true);
  assert_told(free_inside, SIGABRT, "panamem: interior pointer: PyMem_RawFree(#): the address lies 3 bytes inside a block",
              false, true);
  assert_told(free_as_object, SIGABRT,
              "panamem: wrong domain: PyObject_Free(#): the block is of the RAW domain and must go to PyMem_RawFree", false,
              true);
  assert_told(free_on_stack, SIGABRT,
              "panamem: foreign pointer: PyMem_RawFree(#): no block of these functions begins there; the address is on the "
              "stack of the calling thread",
              false, false);
  assert_told(free_low, SIGABRT,
              "panamem: foreign pointer: PyMem_RawFree(#): no block of these functions begins there; the address is where "
              "nothing is mapped",
              false, false);
}

static void an_address_that_was_never_given_is_foreign(void **state) {
  (void)state;
  void (*misuse)(void) = free_nothing;
  struct capture end = capture(run, (void *)&misuse);
  assert_non_null(strstr(end.text, "panamem: foreign pointer: PyMem_RawFree(0x"));
  assert_int_equal(end.signal, SIGABRT);
}

/* ---- Edges ----------------------------------------------------------------------------------------------------------------- */

static void at_the_right(void *unused) {
  (void)unused;
  begin("");
  for (size_t bytes = 0; bytes < 40000; bytes += bytes < 70 ? 1 : 997) {
    char *block = make(bytes);
    REQUIRE((uintptr_t)block % PANAMEM_ALIGNMENT == 0);
    REQUIRE(((uintptr_t)block + bytes + 15) / 16 * 16 % OS_PAGE == 0);
    REQUIRE(panamem_usable_size(block) == bytes);
    for (size_t i = 0; i < bytes; i++) {
      REQUIRE(block[i] == 0);
      block[i] = 'x';
    }
    drop(block);
  }
}

static void at_the_left(void *unused) {
  (void)unused;
  begin("guard.edge=left");
  for (size_t bytes = 0; bytes < 40000; bytes += bytes < 70 ? 1 : 997) {
    char *block = make(bytes);
    REQUIRE((uintptr_t)block % OS_PAGE == 0);
    memset(block, 'x', bytes);
    drop(block);
  }
  poke(make(20) - 1);
}

static void blocks_end_where_pages_do(void **state) {
  (void)state;
  struct capture end = capture(at_the_right, NULL);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, 0);
  end = capture(at_the_left, NULL);
  assert_non_null(strstr(end.text, "panamem: underflow: write at 0x"));
  assert_non_null(strstr(end.text, ": the address is 1 byte in front of a block\n"));
  assert_int_equal(end.signal, SIGSEGV);
}

/* ---- Pages go round ---------------------------------------------------------------------------------------------------------- */

static enum panamem_guard_state state_of(const void *block) {
  return panamem_guarded_state(panamem_guarded_at(block));
}

static void in_order(void *unused) {
  (void)unused;
  begin("guard.quarantine=1m:2");
  char *blocks[4];
  for (int i = 0; i < 4; i++) {
    blocks[i] = make(100);
    memset(blocks[i], 'x', 100);
  }
  for (int i = 0; i < 3; i++) {
    drop(blocks[i]);
    REQUIRE(panamem_guard_quarantine.count == (i < 2 ? (uint32_t)i + 1 : 2));
  }
  REQUIRE(panamem_guard_queue_oldest(&panamem_guard_quarantine) == panamem_guarded_at(blocks[1]));
  char *again = panamem_guard_calloc(RAW, 1, 100);
  REQUIRE(again == blocks[0] && again[0] == 0 && again[99] == 0);
  REQUIRE(state_of(blocks[1]) == PANAMEM_GUARD_FREED && state_of(blocks[3]) == PANAMEM_GUARD_LIVE);
  char *large = make(4 * MIB);
  drop(large); /* more than the quarantine may hold: everything leaves it */
  REQUIRE(state_of(large) == PANAMEM_GUARD_GONE && panamem_guard_quarantine.bytes == 0);
  drop(again);
  drop(blocks[3]);
}

static void the_oldest_leaves_the_quarantine_first(void **state) {
  (void)state;
  struct capture end = capture(in_order, NULL);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, 0);
}

static int count_visit(void *block, size_t usable_bytes, int domain, void *argument) {
  REQUIRE(usable_bytes == 100 && domain == PYMEM_DOMAIN_OBJ && panamem_usable_size(block) == 100);
  ++*(int *)argument;
  return 1;
}

static void counted(void *unused) {
  (void)unused;
  begin("");
  char *blocks[10];
  for (int i = 0; i < 10; i++) {
    blocks[i] = panamem_guard_malloc(OBJ, 100);
  }
  for (int i = 0; i < 4; i++) {
    panamem_guard_free(OBJ, blocks[i]);
  }
  int visited = 0;
  REQUIRE(panamem_walk(count_visit, &visited) == 6 && visited == 6);
  uint64_t held, held_bytes;
  panamem_guard_held(PYMEM_DOMAIN_OBJ, &held, &held_bytes);
  REQUIRE(held == 4 && held_bytes == 4 * PANAMEM_PAGE_BYTES);
  REQUIRE(panamem_heap.page_heap.large_count[PYMEM_DOMAIN_OBJ] == 10); /* the limit counts them all */
}

static void freed_blocks_are_neither_walked_nor_live(void **state) {
  (void)state;
  struct capture end = capture(counted, NULL);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, 0);
}

static void limited(void *unused) {
  (void)unused;
  begin("");
  panamem_heap.page_heap.limit_bytes = MIB;
  for (int round = 0; round < 3; round++) {
    void *blocks[100000];
    int count = 0;
    while ((blocks[count] = make(100)) != NULL) {
      count++;
    }
    REQUIRE(count >= (int)(MIB / PANAMEM_PAGE_BYTES) / 2 && count < 10000);
    REQUIRE(state_of(blocks[0]) == PANAMEM_GUARD_LIVE);
    while (count > 0) {
      drop(blocks[--count]);
    }
  }
  uint64_t guarded, unguarded;
  panamem_guard_counts(&guarded, &unguarded);
  REQUIRE(guarded > 0 && unguarded > 0);
}

static void the_limit_counts_and_the_quarantine_gives_way(void **state) {
  (void)state;
  struct capture end = capture(limited, NULL);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, 0);
}

static void sampled(void *unused) {
  (void)unused;
  begin("guard.rate=10");
  int guarded = 0;
  for (int i = 0; i < 20000; i++) {
    char *block = make(100);
    guarded += state_of(block) == PANAMEM_GUARD_LIVE;
    memset(block, 'x', 100);
    block = panamem_guard_realloc(RAW, block, 200);
    REQUIRE(block[0] == 'x' && block[99] == 'x');
    drop(block);
  }
  REQUIRE(guarded > 1600 && guarded < 2400);
}

static void one_of_rate_blocks_is_guarded(void **state) {
  (void)state;
  struct capture end = capture(sampled, NULL);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, 0);
}

/* ---- Threads and forks ------------------------------------------------------------------------------------------------------- */

#define THREADS 4
#define SLOTS 64
#define STEPS 4000

static void *work(void *seed) {
  uint64_t random = (uint64_t)seed;
  struct {
    char *block;
    size_t bytes;
  } slots[SLOTS] = {0};
  for (uint64_t step = 0; step < STEPS; step++) {
    uint64_t at = random_below(&random, SLOTS);
    size_t bytes = random_bytes(&random, 100000);
    REQUIRE(slots[at].block == NULL || block_holds(slots[at].block, slots[at].bytes, at));
    if (random_below(&random, 4) == 0) {
      drop(slots[at].block);
      slots[at].block = make(bytes);
    } else {
      slots[at].block = panamem_guard_realloc(RAW, slots[at].block, bytes);
      REQUIRE(block_holds(slots[at].block, slots[at].bytes < bytes ? slots[at].bytes : bytes, at) || slots[at].bytes == 0);
    }
    slots[at].bytes = bytes;
    fill_block(slots[at].block, bytes, at);
  }
  for (int i = 0; i < SLOTS; i++) {
    drop(slots[i].block);
  }
  return NULL;
}

static void many(void *seed) {
  begin("guard.quarantine=16m:100");
  pthread_t threads[THREADS];
  for (uintptr_t i = 0; i < THREADS; i++) {
    REQUIRE(pthread_create(&threads[i], NULL, work, (void *)(*(uint64_t *)seed + i)) == 0);
  }
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
  }
  char equation[256];
  if (!heap_check(equation, sizeof equation)) {
    fprintf(stderr, "%s", equation);
  }
}

static void threads_share_it(void **state) {
  (void)state;
  uint64_t seed = random_seed();
  struct capture end = capture(many, &seed);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, 0);
}

static void in_a_child(void *unused) {
  (void)unused;
  begin("");
  char *block = make(20), *other = make(20);
  drop(other);
  pid_t child = fork();
  if (child == 0) {
    drop(make(50));
    drop(block);
    drop(other);
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  drop(block); /* its own here */
  REQUIRE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void a_forked_child_goes_on(void **state) {
  (void)state;
  struct capture end = capture(in_a_child, NULL);
  assert_non_null(strstr(end.text, "panamem: double free: PyMem_RawFree(0x"));
  assert_int_equal(end.signal, 0);
  assert_int_equal(end.status, 0);
}

/* ---- The program's own actions --------------------------------------------------------------------------------------------- */

static void leave(int signal_number) {
  (void)signal_number;
  _exit(42);
}

static void with_a_handler(void *unused) {
  (void)unused;
  begin("");
  struct sigaction action = {.sa_handler = leave};
  REQUIRE(panamem_signals_program_sigaction(SIGSEGV, &action, NULL) == 0);
  write_after_free();
}

static void of_its_own(void *unused) {
  (void)unused;
  begin("");
  poke((char *)4096); /* no memory of ours */
}

#define SHORT_STACK_BYTES 8192

/* Whoever needs more than the stack has meets a page without access. */
static void on_a_short_stack(void *unused) {
  (void)unused;
  char *memory = mmap(NULL, 2 * SHORT_STACK_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  stack_t stack = {.ss_sp = memory + SHORT_STACK_BYTES, .ss_size = SHORT_STACK_BYTES};
  REQUIRE(mprotect(stack.ss_sp, stack.ss_size, PROT_READ | PROT_WRITE) == 0);
  begin("");
  make(1);
  REQUIRE(sigaltstack(&stack, NULL) == 0);
  write_after_free();
}

static void the_programs_action_follows(void **state) {
  (void)state;
  struct capture end = capture(with_a_handler, NULL);
  assert_non_null(strstr(end.text, "panamem: use after free: "));
  assert_int_equal(end.status, 42);
  end = capture(of_its_own, NULL);
  assert_string_equal(end.text, "");
  assert_int_equal(end.signal, SIGSEGV);
  end = capture(on_a_short_stack, NULL);
  assert_non_null(strstr(end.text, SAYS_ALLOCATED));
  assert_int_equal(end.signal, SIGSEGV);
}

/* ---- Where shut pages cost mappings ----------------------------------------------------------------------------------------- */

static void too_many(void *unused) {
  (void)unused;
  begin("");
  panamem_guard_pages_are_light = false;
  char *first = make(32), *last = NULL;
  for (uint32_t i = 0; i < panamem_guard_pages_most(); i++) {
    last = make(32);
  }
  poke(first + 32); /* its run is open now */
  drop(first);      /* and it is still freed as a guarded block */
  REQUIRE(state_of(first) == PANAMEM_GUARD_FREED);
  fputs("freed\n", stderr);
  poke(last + 32);
}

static void the_oldest_live_block_loses_its_shut_pages(void **state) {
  (void)state;
  struct capture end = capture(too_many, NULL);
  assert_int_equal(strncmp(end.text, "freed\npanamem: overflow: write at 0x", 36), 0);
  assert_int_equal(end.signal, SIGSEGV);
}

static int light(void **state) {
  (void)state;
  by_mprotect = false;
  return 0;
}

static int heavy(void **state) {
  (void)state;
  by_mprotect = true;
  return 0;
}

int main(void) {
#if SANITIZED
  puts("skipped: the sanitizer has its own handler and shadow");
  return 77;
#endif
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_misuse_has_its_report),
      cmocka_unit_test(an_address_that_was_never_given_is_foreign),
      cmocka_unit_test(blocks_end_where_pages_do),
      cmocka_unit_test(the_oldest_leaves_the_quarantine_first),
      cmocka_unit_test(freed_blocks_are_neither_walked_nor_live),
      cmocka_unit_test(the_limit_counts_and_the_quarantine_gives_way),
      cmocka_unit_test(one_of_rate_blocks_is_guarded),
      cmocka_unit_test(threads_share_it),
      cmocka_unit_test(a_forked_child_goes_on),
      cmocka_unit_test(the_programs_action_follows),
  };
  const struct CMUnitTest mappings[] = {
      cmocka_unit_test(the_oldest_live_block_loses_its_shut_pages),
  };
  return cmocka_run_group_tests_name("light", tests, light, NULL) + cmocka_run_group_tests_name("mprotect", tests, heavy, NULL) +
         cmocka_run_group_tests(mappings, NULL, NULL);
}
