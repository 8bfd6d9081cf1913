/* SPDX-License-Identifier: Apache-2.0
 *
 * The report of debug mode, and its fatal error.
 */
#include "refusal.h"

#include <dlfcn.h>
#include <stdio.h>

#include "../include/panamem/abi.h"
#include "fatal.h"
#include "stack.h"

#define MAIN_STACK_BYTES (8ull << 20)
#define LOWEST_ADDRESS 65536u /* below it nothing is mapped */
#define LEAST_ALIGNMENT 8u    /* of any allocator */

_Noreturn void panamem_refuse_misuse(const struct panamem_row_call *call, enum panamem_misuse_kind kind, const void *address,
                                     const struct panamem_history *history) {
  static const char *const prefixes[] = {"PyMem_Raw", "PyMem_", "PyObject_"};
  struct panamem_misuse misuse = {.kind = kind,
                                  .operation = call->operation,
                                  .domain = (int)((uintptr_t)call->ctx >> PANAMEM_BIN_SHIFT),
                                  .address = address,
                                  .caller = call->caller};
  if (history != NULL) {
    misuse.history = *history;
  }
  panamem_misuse_report(&misuse);
  char function[32];
  snprintf(function, sizeof function, "%s%s", prefixes[misuse.domain], call->operation);
  panamem_fatal(function, panamem_misuse_name(kind));
}

static bool is_on_own_stack(const void *address) {
  struct panamem_stack stack;
  uint64_t here = (uint64_t)__builtin_frame_address(0);
  return (uint64_t)address >= here && panamem_stack_bounds(&stack, MAIN_STACK_BYTES) && (uint64_t)address < stack.high;
}

bool panamem_is_no_block(const void *address) {
  Dl_info info;
  return (uint64_t)address < LOWEST_ADDRESS || (uint64_t)address % LEAST_ALIGNMENT != 0 || is_on_own_stack(address) ||
         dladdr(address, &info) != 0;
}
