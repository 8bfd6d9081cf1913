/* SPDX-License-Identifier: Apache-2.0
 *
 * The program's own check goes before CPython's; without either every thread passes.
 */
#include "debug_gil.h"

#include <stddef.h>

#include "cpython.h"
#include "fatal.h"

#define VERSION_3_14 0x030E0000

typedef int (*gil_check)(void);

static gil_check program_check;
static gil_check cpython_check;

void panamem_set_gil_check(int (*check)(void)) {
  __atomic_store_n(&program_check, check, __ATOMIC_RELEASE);
}

void panamem_debug_gil_prepare(void) {
  __atomic_store_n(&cpython_check, panamem_cpython()->gil_check, __ATOMIC_RELEASE);
}

bool panamem_debug_gil_held(void) {
  gil_check check = __atomic_load_n(&program_check, __ATOMIC_ACQUIRE);
  if (check == NULL) {
    check = __atomic_load_n(&cpython_check, __ATOMIC_ACQUIRE);
  }
  return check == NULL || check() != 0;
}

_Noreturn void panamem_debug_gil_refuse(const char *function) {
  bool free_threaded = panamem_cpython()->version >= VERSION_3_14 && panamem_cpython_free_threaded();
  panamem_fatal(function, free_threaded ? "Python memory allocator called without an active thread state. Are you "
                                          "trying to call it inside of a Py_BEGIN_ALLOW_THREADS block?"
                                        : "Python memory allocator called without holding the GIL");
}
