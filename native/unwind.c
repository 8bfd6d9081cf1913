/* SPDX-License-Identifier: Apache-2.0
 *
 * Both unwinders are found by name: neither is needed before somebody wants stacks.
 */
#include "unwind.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>
#include <unwind.h>

#include "unforked.h"

#define OWN_FRAMES_MOST 16 /* between the unwinder and the function whose caller is asked for */

typedef int (*fast_backtrace)(void **addresses, int most);
typedef _Unwind_Reason_Code (*slow_backtrace)(_Unwind_Trace_Fn visit, void *argument);

static fast_backtrace fast;
static slow_backtrace slow;

struct walk {
  void **addresses;
  int count;
  int most;
};

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *argument) {
  struct walk *walk = argument;
  if (walk->count == walk->most) {
    return _URC_END_OF_STACK;
  }
  walk->addresses[walk->count++] = (void *)_Unwind_GetIP(context); /* NOLINT: an address */
  return _URC_NO_REASON;
}

static int backtrace_of(void **addresses, int most) {
  fast_backtrace fast_now = __atomic_load_n(&fast, __ATOMIC_ACQUIRE);
  slow_backtrace slow_now = __atomic_load_n(&slow, __ATOMIC_ACQUIRE);
  if (fast_now != NULL) {
    return fast_now(addresses, most);
  }
  struct walk walk = {addresses, 0, most};
  if (slow_now != NULL) {
    slow_now(visit, &walk);
  }
  return walk.count;
}

static void *find(const char *library, const char *name) {
  void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  return handle == NULL ? NULL : dlsym(handle, name);
}

void panamem_unwind_prepare(void) {
  if (__atomic_load_n(&fast, __ATOMIC_ACQUIRE) != NULL || __atomic_load_n(&slow, __ATOMIC_ACQUIRE) != NULL) {
    return;
  }
  fast_backtrace found_fast = (fast_backtrace)find("libunwind.so.8", "unw_backtrace");
  slow_backtrace found_slow = (slow_backtrace)find("libgcc_s.so.1", "_Unwind_Backtrace");
  __atomic_store_n(&slow, found_slow, __ATOMIC_RELEASE);
  __atomic_store_n(&fast, found_fast, __ATOMIC_RELEASE);
  void *once[4];
  backtrace_of(once, 4);
}

bool panamem_unwind_is_fast(void) {
  return __atomic_load_n(&fast, __ATOMIC_ACQUIRE) != NULL;
}

uint32_t panamem_unwind(uintptr_t caller, uintptr_t *addresses, uint32_t most) {
  void *all[PANAMEM_UNWIND_MOST + OWN_FRAMES_MOST];
  panamem_unforked_begin();
  int count = backtrace_of(all, (int)most + OWN_FRAMES_MOST);
  panamem_unforked_end();
  int first = 0;
  while (first < count && (uintptr_t)all[first] != caller) {
    first++;
  }
  if (first == count) { /* an unwinder that lost its way */
    addresses[0] = caller;
    return 1;
  }
  uint32_t kept = (uint32_t)(count - first) < most ? (uint32_t)(count - first) : most;
  memcpy(addresses, all + first, kept * sizeof addresses[0]);
  while (kept > 1 && addresses[kept - 1] == 0) { /* where the outermost frame would return to */
    kept--;
  }
  return kept;
}
