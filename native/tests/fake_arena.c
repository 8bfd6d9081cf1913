/* SPDX-License-Identifier: Apache-2.0
 *
 * The four functions that native/magazine.c defines in the library.
 */
#include "fake_arena.h"

#include <stdint.h>
#include <stdlib.h>

#include "../magazine.h"

struct fake_call fake_call;
bool fake_arena_refuses;

static void note(struct fake_call call) {
  call.calls = fake_call.calls + 1;
  fake_call = call;
}

void *panamem_arena_malloc(void *ctx, size_t size) {
  note((struct fake_call){.function = "malloc", .ctx = ctx, .size = size});
  return fake_arena_refuses || size > PTRDIFF_MAX ? NULL : malloc(size > 0 ? size : 1);
}

void *panamem_arena_calloc(void *ctx, size_t nelem, size_t elsize) {
  note((struct fake_call){.function = "calloc", .ctx = ctx, .nelem = nelem, .elsize = elsize});
  bool empty = nelem == 0 || elsize == 0;
  return fake_arena_refuses ? NULL : calloc(empty ? 1 : nelem, empty ? 1 : elsize);
}

void *panamem_arena_realloc(void *ctx, void *ptr, size_t new_size) {
  note((struct fake_call){.function = "realloc", .ctx = ctx, .ptr = ptr, .size = new_size});
  return fake_arena_refuses ? NULL : realloc(ptr, new_size > 0 ? new_size : 1);
}

void panamem_arena_free(void *ctx, void *ptr) {
  note((struct fake_call){.function = "free", .ctx = ctx, .ptr = ptr});
  free(ptr);
}
