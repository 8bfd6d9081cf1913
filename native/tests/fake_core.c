/* SPDX-License-Identifier: Apache-2.0
 *
 * An isolate's thread is the address of a variable of the thread itself.
 */
#include "fake_core.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT struct fake_core fake_core;

static char isolate;
static __thread bool attached;

EXPORT int graal_attach_thread(void *to, void **thread);
EXPORT int graal_detach_thread(void *thread);
EXPORT int graal_create_isolate(int *parameters, void **made, void **thread);
EXPORT void *graal_get_current_thread(void *of);
EXPORT int64_t panamem_core_start(void *thread, int64_t heap, int64_t error_text);

int graal_attach_thread(void *to, void **thread) {
  if (to != &isolate || attached) {
    return 1;
  }
  attached = true;
  *thread = &attached;
  __atomic_fetch_add(&fake_core.attached, 1, __ATOMIC_RELAXED);
  return 0;
}

int graal_detach_thread(void *thread) {
  if (thread != &attached || !attached) {
    return 1;
  }
  attached = false;
  __atomic_fetch_add(&fake_core.detached, 1, __ATOMIC_RELAXED);
  return 0;
}

int graal_create_isolate(int *parameters, void **made, void **thread) {
  if (fake_core.create_answers != 0 || *parameters != 1) { /* the version of the parameters */
    return fake_core.create_answers;
  }
  *made = &isolate;
  return graal_attach_thread(&isolate, thread);
}

void *graal_get_current_thread(void *of) {
  return of == &isolate && attached ? &attached : NULL;
}

static int64_t enter(uint32_t entry, int64_t a, int64_t b, int64_t c, uint64_t thread) {
  if (!attached || thread != (uint64_t)&attached) {
    __atomic_fetch_add(&fake_core.strangers, 1, __ATOMIC_RELAXED);
    return 0;
  }
  return fake_core.entries[entry](a, b, c, entry);
}

#define ENTRY(number) \
  static int64_t entry_##number(int64_t a, int64_t b, int64_t c, uint64_t thread) { \
    return enter(number, a, b, c, thread); \
  }
ENTRY(0) ENTRY(1) ENTRY(2) ENTRY(3) ENTRY(4) ENTRY(5) ENTRY(6) ENTRY(7)

int64_t panamem_core_start(void *thread, int64_t heap, int64_t error_text) {
  const panamem_entry entries[] = {entry_0, entry_1, entry_2, entry_3, entry_4, entry_5, entry_6, entry_7};
  if (thread != &attached || fake_core.refuses) {
    strcpy((char *)error_text, "another build");
    return 0;
  }
  memcpy(((struct panamem_heap *)heap)->entries, entries, sizeof entries);
  return 1;
}
