/* SPDX-License-Identifier: Apache-2.0
 *
 * Stands in for libpanamem-core.so: a library with native-image's C interface, whose entries check which thread calls
 * them and leave the work to entries that the test gives it.
 */
#ifndef PANAMEM_TESTS_FAKE_CORE_H
#define PANAMEM_TESTS_FAKE_CORE_H

#include <stdbool.h>
#include <stdint.h>

#include "../../include/panamem/abi.h"

struct fake_core {
  panamem_entry entries[PANAMEM_ENTRIES];
  uint64_t attached, detached; /* the thread that creates the isolate is one of them */
  uint64_t strangers;          /* entries called with another thread's isolate_thread, or with none */
  int create_answers;
  bool refuses; /* panamem_core_start does */
};

/* The library's only variable; the test finds it by its name. */
#define FAKE_CORE_NAME "fake_core"

#endif
