/* SPDX-License-Identifier: Apache-2.0
 *
 * The fuzz target: any bytes are a program of steps over Panamem's C API, and a model knows what every step must come to.
 *
 *   bytes ─► input.c ─► steps.c ─► memory.c, rows.c, control.c, testing.c      one step each, on the thread whose turn it is
 *                          │           └► model.c: what lives where, and what it must hold
 *                          ├► crew.c: threads that take turns; storm.c: threads that do not; stacks.c: stacks of other kinds
 *                          ├► child.c: fork, and the next steps in the child
 *                          └► after every step: heap_check of the tests; after every program: nothing is alive
 *
 * main.c runs programs from files and random ones, libfuzzer.c those that libFuzzer thinks of; recorder.c keeps the last ones
 * in a file, whatever the end of the process.
 */
#ifndef PANAMEM_TESTS_FUZZ_H
#define PANAMEM_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <panamem/debug.h>
#include <panamem/panamem.h>
#include <panamem/pymem.h>
#include <panamem/testing.h>

#define DOMAINS 3
#define SLOTS 512
#define CREW 4          /* threads that take turns; the first is the main thread, the last has a stack too small for Java */
#define STEPS_MOST 400  /* of one program */
#define PROGRAM_BYTES_MOST 2048

/* ---- Input: the bytes of a program ------------------------------------------------------------------------------------ */

struct input {
  const uint8_t *bytes;
  size_t left;
};

/* 0 when there are no more. */
uint8_t input_byte(struct input *input);
uint32_t input_below(struct input *input, uint32_t bound); /* bound up to 65536 */
/* Sizes as they hurt: edges of classes and pages, mostly small, up to some MiB; never one that nobody can have. */
size_t input_bytes(struct input *input);
/* A size that must be refused. */
size_t input_absurd_bytes(struct input *input);
/* xorshift64*: the same on every machine; a state is never 0. */
uint64_t random_next(uint64_t *state);

/* ---- World: what a program has made ------------------------------------------------------------------------------------ */

struct slot {
  uint8_t *block; /* NULL: the slot is empty */
  size_t bytes;   /* asked for */
  uint64_t mark;  /* its contents follow from it */
  uint64_t made;  /* counts blocks; a realloc keeps it */
  int domain;
};

struct world {
  struct input input;
  struct slot slots[SLOTS];
  uint64_t live_blocks[DOMAINS];
  size_t live_bytes;
  uint64_t made;
  int turn;            /* whose of the crew */
  uint32_t forks_left; /* forks cost most */
  uint32_t storms_left;
  bool is_child;
  bool at_sea; /* a child of a fork amid a storm: the heap serves, but nothing can be proved about it */
  bool limited;    /* a limit is set: requests may be refused */
  bool planned;    /* a plan of failures is in force, likewise */
  bool noted;      /* it refuses nothing, but notes */
  bool os_refuses; /* further memory, likewise */
  bool forgetful;  /* it has refused some: hooks may not know all blocks */
  bool hooks_set;  /* PyMem_SetupDebugHooks by this program */
  bool leak_open;
  uint32_t leak_rounds;
  uint64_t leak_from; /* blocks made from here on are watched */
};

/* ---- The mode: what the environment says about this process ------------------------------------------------------------- */

struct mode {
  bool debug;      /* the hooks are on from the beginning */
  bool counts_all; /* statistics and walks know every block of every domain */
  bool usable;     /* panamem_usable_size knows them */
  bool hardened;
  bool guard;
  bool starts_java;
  bool without_java; /* for good */
  bool survives_refusals; /* of memory by the OS */
  bool forks_at_sea; /* amid a storm */
  bool closes; /* works on after panamem_host_close */
  bool limited;
};
extern struct mode mode;
void mode_prepare(void);

/* ---- Complaints --------------------------------------------------------------------------------------------------------- */

#define CHILD_FOUND 99 /* exit status of a child that has complained */

/* Says what is wrong on stderr, then aborts. */
_Noreturn void broken(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define EXPECT(condition, ...) ((condition) ? (void)0 : broken(__VA_ARGS__))

/* ---- Model -------------------------------------------------------------------------------------------------------------- */

bool must_serve(const struct world *world, size_t bytes);
/* The block is new: aligned, apart from all others, zeroed if it must be; then filled. block may be NULL, where that is
 * allowed. */
void model_made(struct world *world, struct slot *slot, int domain, void *block, size_t bytes, bool zeroed);
void model_resized(struct world *world, struct slot *slot, void *block, size_t bytes);
void model_verify(const struct slot *slot);
void model_refill(struct world *world, struct slot *slot);
/* Verifies, and forgets; answers the block, which the caller frees. */
void *model_taken(struct world *world, struct slot *slot);
/* Statistics and walk against the model. */
void model_count(struct world *world);

/* ---- Steps -------------------------------------------------------------------------------------------------------------- */

struct family {
  void *(*malloc)(size_t size);
  void *(*calloc)(size_t nelem, size_t elsize);
  void *(*realloc)(void *ptr, size_t new_size);
  void (*free)(void *ptr);
};
extern const struct family families[DOMAINS];

void step_malloc(struct world *world);
void step_calloc(struct world *world);
void step_realloc(struct world *world);
void step_free(struct world *world);
void step_write(struct world *world);
void step_verify(struct world *world);
void step_batch(struct world *world);
void step_free_batch(struct world *world);
void step_chain(struct world *world);
void step_typed(struct world *world);
void step_absurd(struct world *world);
void step_strings(struct world *world);
void free_all(struct world *world);

void step_push_row(struct world *world);
void step_pop_row(struct world *world);
void step_debug_hooks(struct world *world);
void step_gil_check(struct world *world);
void step_arena_allocator(struct world *world);
void rows_restore(struct world *world);

void step_limit(struct world *world);
void step_lift_limits(struct world *world);
/* After each step: it has not grown beyond a limit. */
void limits_hold(void);
/* For the whole process: no further page may be written to. */
void os_refuse(bool refuses);
void step_os_refuses(struct world *world);
void step_purge(struct world *world);
void step_statistics(struct world *world);
void step_report(struct world *world);
void step_ask(struct world *world);
void step_track(struct world *world);
void step_java_check(struct world *world);
void control_prepare(void);
void control_restore(struct world *world);

void step_leak(struct world *world);
void step_plan(struct world *world);
void step_fail_each(struct world *world);
void testing_restore(struct world *world);

void step_turn(struct world *world);
void step_end_thread(struct world *world);
void step_storm(struct world *world);
void step_deep_stack(struct world *world);
void step_foreign_stack(struct world *world);
void step_fork(struct world *world);
void step_mistake(struct world *world);
void fork_at_sea(struct world *world);

/* ---- Crew --------------------------------------------------------------------------------------------------------------- */

/* Runs the step on the thread whose turn it is, and waits for it. */
void crew_run(struct world *world, void (*step)(struct world *world));
void crew_end(void);
/* In a forked child: only the calling thread is there. */
void crew_forget(void);

/* ---- A program ---------------------------------------------------------------------------------------------------------- */

/* Each step is named on stderr. */
extern bool program_tells;
/* Once per process. */
void program_prepare(void);
void program_run(const uint8_t *bytes, size_t count);
/* The next steps of the input, up to most; inline: on the calling thread. */
void program_steps(struct world *world, uint32_t most);
/* One step that any thread may take, on the calling thread and stack: a step within a step. */
void program_inner_step(struct world *world);
/* Proves the heap; thorough: by Java as well. */
void program_prove(const struct world *world, bool thorough);

struct totals {
  uint64_t programs, steps, proofs, forks, storms, mistakes, refusals;
};
extern struct totals totals;

/* ---- Recorder: the last programs, in a file ------------------------------------------------------------------------------ */

bool recorder_open(const char *path);
void recorder_note(const uint8_t *bytes, size_t count);
/* Runs what a recording holds, its last programs only; false when the file is none. */
bool recorder_replay(const char *path, uint32_t last, void (*run)(const uint8_t *bytes, size_t count));

#endif
