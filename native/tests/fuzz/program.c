/* SPDX-License-Identifier: Apache-2.0
 *
 * A program: a step for each opcode, a proof after each step, and at the end nothing may be alive.
 */
#include "fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../../heap.h"
#include "../heap_check.h"
#include "shape.h"

#define FORKS_MOST 1
#define STORMS_MOST 1
#define PROVED_ARENAS 80 /* a larger heap is proved after every … */
#define PROVED_STEPS 8   /* … steps only */

struct totals totals;
bool program_tells;
struct mode mode;

#define OPCODES 256

#define STEP(name) #name, step_##name

static const struct step {
  const char *name;
  void (*run)(struct world *world);
  int opcodes;  /* how many of them mean this step */
  bool by_main; /* not on the crew, and never within another step */
} steps[] = {
    /* blocks */
    {STEP(malloc), 23, false},
    {STEP(calloc), 20, false},
    {STEP(realloc), 30, false},
    {STEP(free), 30, false},
    {STEP(batch), 24, false},
    {STEP(free_batch), 20, false},
    {STEP(chain), 10, false},
    {STEP(write), 4, false},
    {STEP(verify), 4, false},
    {STEP(typed), 6, false},
    {STEP(strings), 3, false},
    {STEP(absurd), 4, false},
    /* rows */
    {STEP(push_row), 4, false},
    {STEP(pop_row), 4, false},
    {STEP(debug_hooks), 3, false},
    {STEP(gil_check), 2, false},
    {STEP(arena_allocator), 3, false},
    /* control */
    {STEP(limit), 3, false},
    {STEP(lift_limits), 6, false},
    {STEP(os_refuses), 4, false},
    {STEP(purge), 5, false},
    {STEP(statistics), 4, false},
    {STEP(report), 2, false},
    {STEP(ask), 3, false},
    {STEP(track), 3, false},
    {STEP(java_check), 2, false},
    /* testing */
    {STEP(leak), 3, false},
    {STEP(plan), 3, false},
    {STEP(fail_each), 1, false},
    /* threads, stacks and processes */
    {STEP(turn), 8, true},
    {STEP(end_thread), 3, true},
    {STEP(storm), 2, true},
    {STEP(deep_stack), 4, false},
    {STEP(foreign_stack), 4, false},
    {STEP(fork), 1, false},
    {STEP(mistake), 1, false},
};

static const struct step *opcodes[OPCODES];

/* UBSan reads it: faults are the JVM's and the guard rows' business. */
__attribute__((visibility("default"))) const char *__ubsan_default_options(void);

const char *__ubsan_default_options(void) {
  return "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0:print_stacktrace=1";
}

/* ---- Complaints --------------------------------------------------------------------------------------------------------- */

static bool in_child;

_Noreturn void broken(const char *format, ...) {
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  fprintf(stderr, "panamem-fuzz: %s%s (%s, step %lu)\n", in_child ? "in a child: " : "", text, panamem_active(),
          totals.steps);
  if (in_child) {
    _exit(CHILD_FOUND);
  }
  abort();
}

/* ---- Proofs ------------------------------------------------------------------------------------------------------------- */

void program_prove(const struct world *world, bool thorough) {
  char text[512] = "";
  totals.proofs++;
  if (world->os_refuses) {
    os_refuse(false); /* a proof takes memory */
  }
  EXPECT(panamem_heap.range_bytes == 0 || heap_check(text, sizeof text), "%s", text);
  EXPECT(!thorough || panamem_check(text, sizeof text) != 0, "Java says: %s", text);
  if (world->os_refuses) {
    os_refuse(true);
  }
}

static bool proof_is_due(void) {
  return panamem_heap.page_heap.arenas_taken <= PROVED_ARENAS || totals.steps % PROVED_STEPS == 0;
}

/* ---- Steps -------------------------------------------------------------------------------------------------------------- */

static void tell(const struct world *world, const struct step *step) {
  if (program_tells) {
    fprintf(stderr, "%s%lu: thread %d, %s\n", world->is_child ? "  child " : "", totals.steps, world->turn, step->name);
  }
}

void program_steps(struct world *world, uint32_t most) {
  in_child = world->is_child;
  limits_hold(); /* others may have worked meanwhile */
  for (uint32_t i = 0; i < most && world->input.left > 0; i++) {
    const struct step *step = opcodes[input_byte(&world->input)];
    totals.steps++;
    tell(world, step);
    if (step->by_main) {
      step->run(world);
    } else {
      crew_run(world, step->run);
    }
    limits_hold();
    if (!world->at_sea && proof_is_due()) {
      program_prove(world, false);
    }
  }
}

/* A fork would leave the child on a stack that its parent's thread does not have. */
void program_inner_step(struct world *world) {
  static bool within;
  const struct step *step = opcodes[input_byte(&world->input)];
  bool allowed = !within && !step->by_main && step->run != step_fork && step->run != step_mistake && step->run != step_fail_each;
  if (allowed) {
    within = true;
    tell(world, step);
    step->run(world);
    within = false;
  }
}

/* Everything is as it was before the program. */
static void finish(struct world *world) {
  control_restore(world);
  testing_restore(world);
  free_all(world);
  rows_restore(world);
  crew_end();
  model_count(world);
  program_prove(world, true);
  shape_note();
  panamem_purge(0);
}

void program_run(const uint8_t *bytes, size_t count) {
  static struct world world;
  totals.programs++;
  memset(&world, 0, sizeof world);
  world.input = (struct input){bytes, count};
  world.forks_left = FORKS_MOST;
  world.storms_left = STORMS_MOST;
  program_steps(&world, STEPS_MOST);
  finish(&world);
}

/* ---- Once per process --------------------------------------------------------------------------------------------------- */

static void fill_opcodes(void) {
  int opcode = 0;
  for (const struct step *step = steps; step < steps + sizeof steps / sizeof steps[0]; step++) {
    EXPECT(opcode + step->opcodes <= OPCODES, "more than %d opcodes", OPCODES);
    for (int i = 0; i < step->opcodes; i++) {
      opcodes[opcode++] = step;
    }
  }
  EXPECT(opcode == OPCODES, "%d opcodes mean nothing", OPCODES - opcode);
}

static bool has(const char *text, const char *part) {
  return text != NULL && strstr(text, part) != NULL;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true /* the sanitizer needs memory at any time, and its malloc may stay locked in a child */
#else
#define SANITIZED false
#endif

static void read_mode(void) {
  const char *name = panamem_active();
  const char *options = getenv("PANAMEM_OPTIONS");
  bool ours = !has(name, "malloc");
  mode = (struct mode){
      .debug = has(name, "debug"),
      .counts_all = ours,
      .hardened = has(name, "hardened"),
      .guard = has(name, "guard"),
      .usable = ours && !has(name, "debug"),
      .starts_java = !has(options, "boot=lazy"),
      .without_java = has(options, "boot.after=1t") || strncmp(name, "malloc", 6) == 0,
      .survives_refusals = !SANITIZED,
      .forks_at_sea = !SANITIZED || ours,
      .limited = has(options, "limit"),
      .closes = getenv("PANAMEM_FUZZ_CLOSED") != NULL,
  };
}

void program_prepare(void) {
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}); /* children that make mistakes */
  fill_opcodes();
  read_mode();
  PyMem_Free(PyMem_Malloc(1)); /* the heap is there from now on */
  if (mode.starts_java) {
    EXPECT(panamem_start() == 0, "Java does not start: %s", panamem_start_error());
  }
  if (mode.closes) {
    panamem_host_close();
  }
  control_prepare();
}
