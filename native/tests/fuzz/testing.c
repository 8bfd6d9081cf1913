/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps over testing.h: leak tests whose answers the model knows, and plans that refuse requests.
 */
#include "fuzz.h"

#include <stdio.h>

static bool has_hooks(const struct world *world) {
  return mode.debug || world->hooks_set;
}

/* ---- Leaks -------------------------------------------------------------------------------------------------------------- */

static int64_t watched_blocks(const struct world *world) {
  int64_t count = 0;
  for (const struct slot *slot = world->slots; slot < world->slots + SLOTS; slot++) {
    count += slot->block != NULL && slot->made >= world->leak_from;
  }
  return count;
}

static void end_leak(struct world *world) {
  char report[4096];
  int64_t leaked = panamem_leak_end(report, sizeof report);
  world->leak_open = false;
  EXPECT(leaked >= 0, "panamem_leak_end: %s", panamem_test_error());
  /* a storm has blocks of its own, and without memory nothing is watched */
  bool exact = world->leak_rounds == 0 && !world->at_sea && !world->forgetful;
  EXPECT(!exact || leaked == watched_blocks(world), "panamem_leak_end tells %ld blocks, and there are %ld", leaked,
         watched_blocks(world));
}

static void begin_leak(struct world *world) {
  if (panamem_leak_begin() == 0) {
    EXPECT(has_hooks(world), "panamem_leak_begin without hooks");
    world->leak_open = true;
    world->leak_rounds = 0;
    world->leak_from = world->made;
  } else {
    EXPECT(!has_hooks(world), "panamem_leak_begin: %s", panamem_test_error());
  }
}

void step_leak(struct world *world) {
  uint8_t choice = input_byte(&world->input);
  if (world->os_refuses) {
    return;
  }
  if (!world->leak_open) {
    if (has_hooks(world)) {
      begin_leak(world);
    }
  } else if (choice % 4 == 0) {
    EXPECT(panamem_leak_begin() == -1, "a leak test inside a leak test");
  } else if (choice % 4 == 1) {
    EXPECT(panamem_leak_round() == (world->leak_rounds < PANAMEM_LEAK_ROUNDS_MOST - 1 ? 0 : -1), "panamem_leak_round: %s",
           panamem_test_error());
    world->leak_rounds++;
  } else {
    end_leak(world);
  }
}

/* ---- Plans -------------------------------------------------------------------------------------------------------------- */

static void begin_plan(struct world *world, uint8_t choice) {
  static const char *const filters[] = {"", ":raw", ":mem", ":obj", ":size=64", ":obj:size=512"};
  char plan[64];
  uint32_t first = 1 + input_below(&world->input, 64);
  uint32_t length = input_below(&world->input, 8);
  const char *filter = filters[choice % 6];
  switch (choice / 64) {
    case 0:
      snprintf(plan, sizeof plan, "%u-%u%s", first, first + length, filter);
      EXPECT(panamem_fail(plan) == 0, "panamem_fail(%s): %s", plan, panamem_test_error());
      break;
    case 1:
      EXPECT(panamem_fail_nomemory(first, first + length) == 0, "panamem_fail_nomemory: %s", panamem_test_error());
      break;
    case 2:
      EXPECT(panamem_fail_note(filter[0] == '\0' ? NULL : filter + 1) == 0, "panamem_fail_note: %s", panamem_test_error());
      break;
    default:
      EXPECT(panamem_fail("no such plan") == -1, "a plan that is none");
      return;
  }
  world->planned = true;
  world->noted = choice / 64 == 2;
}

static void end_plan(struct world *world) {
  char site[512];
  struct panamem_request request;
  int64_t counted = panamem_fail_stop();
  world->planned = false;
  EXPECT(counted >= 0 && panamem_fail_refused() >= 0, "a plan has counted %ld requests", counted);
  if (world->noted && counted > 0) {
    panamem_fail_request(1, &request, site, sizeof site);
    panamem_fail_request(counted, &request, NULL, 0);
  }
  EXPECT(!world->noted || panamem_fail_request(counted + 1, &request, NULL, 0) == -1, "a request that never was");
}

void step_plan(struct world *world) {
  uint8_t choice = input_byte(&world->input);
  if (!has_hooks(world) || world->os_refuses) {
    return;
  }
  if (!world->planned) {
    begin_plan(world, choice);
  } else if (choice % 4 < 2) {
    EXPECT(panamem_fail_rest(choice % 4) == 0, "panamem_fail_rest");
  } else {
    end_plan(world);
  }
}

/* ---- Every request ------------------------------------------------------------------------------------------------------- */

/* Three requests, of which one is needed. */
static int three_requests(void *argument) {
  size_t bytes = *(size_t *)argument;
  void *raw = PyMem_RawMalloc(bytes), *mem = PyMem_Calloc(bytes, 1), *object = PyObject_Malloc(bytes);
  int outcome = object == NULL ? PANAMEM_REFUSED : PANAMEM_RIGHT;
  PyMem_RawFree(raw);
  PyMem_Free(mem);
  PyObject_Free(object);
  return outcome;
}

/* Forks thrice. */
void step_fail_each(struct world *world) {
  char report[4096];
  size_t bytes = input_bytes(&world->input);
  if (!has_hooks(world) || world->planned || world->leak_open || world->is_child || world->forks_left == 0 ||
      world->os_refuses || !must_serve(world, 3 * bytes)) {
    return;
  }
  world->forks_left--;
  struct panamem_fail_test test = {.struct_bytes = sizeof test, .call = three_requests, .argument = &bytes, .rounds = 1};
  int64_t bad = panamem_fail_each(&test, report, sizeof report);
  EXPECT(bad == 0, "panamem_fail_each finds %ld bad sites: %s %s", bad, bad < 0 ? panamem_test_error() : "", report);
}

void testing_restore(struct world *world) {
  if (world->planned) {
    end_plan(world);
  }
  if (world->leak_open) {
    end_leak(world);
  }
}
