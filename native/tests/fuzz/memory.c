/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps that ask for blocks, use them and give them back, alone and in batches that fill magazines, pools and depots.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define BATCH_BYTES ((size_t)4 << 20) /* together */

char *_PyMem_Strdup(const char *text);
char *_PyMem_RawStrdup(const char *text);
wchar_t *_PyMem_RawWcsdup(const wchar_t *text);

const struct family families[DOMAINS] = {
    {PyMem_RawMalloc, PyMem_RawCalloc, PyMem_RawRealloc, PyMem_RawFree},
    {PyMem_Malloc, PyMem_Calloc, PyMem_Realloc, PyMem_Free},
    {PyObject_Malloc, PyObject_Calloc, PyObject_Realloc, PyObject_Free},
};

static void release(struct world *world, struct slot *slot) {
  int domain = slot->domain;
  families[domain].free(model_taken(world, slot));
}

/* The slot that the input names, empty. */
static struct slot *empty_slot(struct world *world) {
  struct slot *slot = &world->slots[input_below(&world->input, SLOTS)];
  if (slot->block != NULL) {
    release(world, slot);
  }
  return slot;
}

/* The first that holds a block, from the one that the input names; NULL when none does. */
static struct slot *full_slot(struct world *world) {
  uint32_t first = input_below(&world->input, SLOTS);
  for (uint32_t i = 0; i < SLOTS; i++) {
    struct slot *slot = &world->slots[(first + i) % SLOTS];
    if (slot->block != NULL) {
      return slot;
    }
  }
  return NULL;
}

static int input_domain(struct world *world) {
  return (int)input_below(&world->input, DOMAINS);
}

/* ---- One block ---------------------------------------------------------------------------------------------------------- */

void step_malloc(struct world *world) {
  struct slot *slot = empty_slot(world);
  int domain = input_domain(world);
  size_t bytes = input_bytes(&world->input);
  model_made(world, slot, domain, families[domain].malloc(bytes), bytes, false);
}

void step_calloc(struct world *world) {
  struct slot *slot = empty_slot(world);
  int domain = input_domain(world);
  size_t element_bytes = 1 + input_below(&world->input, 16);
  size_t elements = input_bytes(&world->input) / element_bytes;
  size_t bytes = elements * element_bytes;
  model_made(world, slot, domain, families[domain].calloc(elements, element_bytes), bytes, true);
}

void step_realloc(struct world *world) {
  struct slot *slot = full_slot(world);
  size_t bytes = input_bytes(&world->input);
  if (slot != NULL) {
    model_verify(slot);
    model_resized(world, slot, families[slot->domain].realloc(slot->block, bytes), bytes);
    return;
  }
  int domain = input_domain(world);
  model_made(world, &world->slots[0], domain, families[domain].realloc(NULL, bytes), bytes, false);
}

void step_free(struct world *world) {
  struct slot *slot = full_slot(world);
  if (slot != NULL) {
    release(world, slot);
  } else {
    families[input_domain(world)].free(NULL);
  }
}

void step_write(struct world *world) {
  struct slot *slot = full_slot(world);
  if (slot != NULL) {
    model_verify(slot);
    model_refill(world, slot);
  }
}

void step_verify(struct world *world) {
  for (const struct slot *slot = world->slots; slot < world->slots + SLOTS; slot++) {
    if (slot->block != NULL) {
      model_verify(slot);
    }
  }
}

/* ---- Many blocks -------------------------------------------------------------------------------------------------------- */

void step_batch(struct world *world) {
  uint32_t first = input_below(&world->input, SLOTS);
  uint32_t count = 1 + input_below(&world->input, 256);
  int domain = input_domain(world);
  size_t bytes = input_bytes(&world->input);
  for (uint32_t i = 0; i < count && (i + 1) * bytes <= BATCH_BYTES; i++) {
    struct slot *slot = &world->slots[(first + i) % SLOTS];
    if (slot->block == NULL) {
      model_made(world, slot, domain, families[domain].malloc(bytes), bytes, false);
    }
  }
}

/* Every n-th slot, up or down. */
void step_free_batch(struct world *world) {
  uint32_t at = input_below(&world->input, SLOTS);
  uint32_t count = 1 + input_below(&world->input, 256);
  uint32_t choice = input_below(&world->input, 8);
  uint32_t stride = choice < 4 ? choice + 1 : SLOTS - (choice - 3);
  for (uint32_t i = 0; i < count; i++) {
    struct slot *slot = &world->slots[at % SLOTS];
    if (slot->block != NULL) {
      release(world, slot);
    }
    at += stride;
  }
}

void free_all(struct world *world) {
  for (struct slot *slot = world->slots; slot < world->slots + SLOTS; slot++) {
    if (slot->block != NULL) {
      release(world, slot);
    }
  }
}

/* A list that grows, then shrinks, as Python's do. */
void step_chain(struct world *world) {
  struct slot *slot = full_slot(world);
  if (slot == NULL) {
    return;
  }
  uint32_t links = 1 + input_below(&world->input, 16);
  size_t bytes = slot->bytes;
  for (uint32_t i = 0; i < links && bytes < BATCH_BYTES; i++) {
    bytes += bytes / 8 + 6;
    model_resized(world, slot, families[slot->domain].realloc(slot->block, bytes), bytes);
  }
  bytes = bytes * input_byte(&world->input) / 256;
  model_resized(world, slot, families[slot->domain].realloc(slot->block, bytes), bytes);
}

/* ---- Macros and strings -------------------------------------------------------------------------------------------------- */

struct element {
  char bytes[24];
};

void step_typed(struct world *world) {
  struct slot *slot = empty_slot(world);
  ptrdiff_t count = input_below(&world->input, 1000);
  struct element *block = PyMem_New(struct element, count);
  model_made(world, slot, PYMEM_DOMAIN_MEM, block, (size_t)count * sizeof *block, false);
  if (slot->block == NULL) {
    return;
  }
  ptrdiff_t later = input_below(&world->input, 1000);
  struct element *resized = block;
  PyMem_Resize(resized, struct element, later);
  model_resized(world, slot, resized, (size_t)later * sizeof *block);
  EXPECT(PyMem_New(struct element, -1 - count) == NULL, "PyMem_New of a negative count answers a block");
}

void step_strings(struct world *world) {
  static const wchar_t wide[] = L"a string that is copied";
  char text[256];
  size_t length = input_below(&world->input, sizeof text);
  memset(text, 'x', length);
  text[length] = '\0';
  char *mem = _PyMem_Strdup(text), *raw = _PyMem_RawStrdup(text);
  wchar_t *copy = _PyMem_RawWcsdup(wide);
  EXPECT((mem != NULL && raw != NULL && copy != NULL) || !must_serve(world, sizeof text), "a string is refused for no reason");
  EXPECT((mem == NULL || strcmp(mem, text) == 0) && (raw == NULL || strcmp(raw, text) == 0) &&
             (copy == NULL || wcscmp(copy, wide) == 0),
         "a string is not what it was copied from");
  PyMem_Free(mem);
  PyMem_RawFree(raw);
  PyMem_RawFree(copy);
}

/* ---- What nobody can have ------------------------------------------------------------------------------------------------ */

void step_absurd(struct world *world) {
  const struct family *family = &families[input_domain(world)];
  size_t bytes = input_absurd_bytes(&world->input);
  EXPECT(family->malloc(bytes) == NULL, "malloc(%zu) answers a block", bytes);
  EXPECT(family->calloc(bytes, 1) == NULL, "calloc(%zu, 1) answers a block", bytes);
  EXPECT(family->calloc(bytes / 3 + 1, 3) == NULL, "calloc(%zu, 3) answers a block", bytes / 3 + 1);
  EXPECT(family->realloc(NULL, bytes) == NULL, "realloc(NULL, %zu) answers a block", bytes);
  struct slot *slot = full_slot(world);
  if (slot != NULL) {
    EXPECT(families[slot->domain].realloc(slot->block, bytes) == NULL, "realloc(%zu) answers a block", bytes);
    model_verify(slot);
  }
}
