/* SPDX-License-Identifier: Apache-2.0
 *
 * Choosing allocators through CPython's functions: hooks that call the row they replaced, debug hooks on top, names,
 * the arena allocator, statistics and string copies.
 */
#include "cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "../api_control.h"
#include "../domain.h"
#include "fake_arena.h"
#include "family.h"

static PyMemAllocatorEx before[FAMILIES];

static int save_rows(void **state) {
  (void)state;
  FOR_EACH_FAMILY(f) {
    PyMem_GetAllocator(f->domain, &before[f->domain]);
  }
  fake_arena_refuses = false;
  return 0;
}

static int restore_rows(void **state) {
  (void)state;
  FOR_EACH_FAMILY(f) {
    PyMem_SetAllocator(f->domain, &before[f->domain]);
  }
  return 0;
}

/* ---- A hook, as tracemalloc and fault injection use it -------------------------------------------------------------- */

struct counting {
  PyMemAllocatorEx next;
  int calls;
};

static void *counting_malloc(void *ctx, size_t size) {
  struct counting *c = ctx;
  c->calls++;
  return c->next.malloc(c->next.ctx, size);
}

static void *counting_calloc(void *ctx, size_t nelem, size_t elsize) {
  struct counting *c = ctx;
  c->calls++;
  return c->next.calloc(c->next.ctx, nelem, elsize);
}

static void *counting_realloc(void *ctx, void *ptr, size_t new_size) {
  struct counting *c = ctx;
  c->calls++;
  return c->next.realloc(c->next.ctx, ptr, new_size);
}

static void counting_free(void *ctx, void *ptr) {
  struct counting *c = ctx;
  c->calls++;
  c->next.free(c->next.ctx, ptr);
}

static void a_hook_sees_every_call_of_its_domain(void **state) {
  (void)state;
  FOR_EACH_FAMILY(f) {
    struct counting counting = {.calls = 0};
    PyMem_GetAllocator(f->domain, &counting.next);
    PyMemAllocatorEx hook = {&counting, counting_malloc, counting_calloc, counting_realloc, counting_free};
    PyMem_SetAllocator(f->domain, &hook);
    FOR_EACH_FAMILY(g) {
      g->free(g->realloc(g->malloc(10), 20));
      g->free(g->calloc(2, 3));
    }
    assert_int_equal(counting.calls, 5);
    PyMem_SetAllocator(f->domain, &counting.next);
    f->free(f->malloc(1));
    assert_int_equal(counting.calls, 5);
  }
}

/* ---- Names ------------------------------------------------------------------------------------------------------------ */

static void the_name_is_that_of_what_serves_all_domains(void **state) {
  (void)state;
  assert_string_equal(_PyMem_GetCurrentAllocatorName(), "arena");
  PyMem_SetupDebugHooks();
  assert_string_equal(_PyMem_GetCurrentAllocatorName(), "arena_debug");
  restore_rows(NULL);
  assert_string_equal(_PyMem_GetCurrentAllocatorName(), "arena");
}

static void a_changed_domain_leaves_no_name(void **state) {
  (void)state;
  FOR_EACH_FAMILY(f) {
    PyMemAllocatorEx other = before[f->domain];
    other.ctx = &other;
    PyMem_SetAllocator(f->domain, &other);
    assert_null(_PyMem_GetCurrentAllocatorName());
    PyMem_SetAllocator(f->domain, &before[f->domain]);
    assert_string_equal(_PyMem_GetCurrentAllocatorName(), "arena");
  }
  PyMem_SetupDebugHooks();
  PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &before[PYMEM_DOMAIN_OBJ]); /* hooks on two domains only */
  assert_null(_PyMem_GetCurrentAllocatorName());
}

static void hooks_that_were_installed_have_the_installed_name(void **state) {
  (void)state;
  PyMem_SetupDebugHooks();
  PyMemAllocatorEx hooked[FAMILIES];
  FOR_EACH_FAMILY(f) {
    PyMem_GetAllocator(f->domain, &hooked[f->domain]);
  }
  panamem_domain_install(hooked, "upcall_debug");
  PyMem_SetupDebugHooks();
  assert_string_equal(_PyMem_GetCurrentAllocatorName(), "upcall_debug");
  panamem_domain_install(before, "arena");
}

/* ---- Debug hooks on top ------------------------------------------------------------------------------------------------- */

static void setup_wraps_every_domain_once(void **state) {
  (void)state;
  PyMem_SetupDebugHooks();
  PyMemAllocatorEx once[FAMILIES], twice;
  FOR_EACH_FAMILY(f) {
    PyMem_GetAllocator(f->domain, &once[f->domain]);
    assert_memory_not_equal(&once[f->domain], &before[f->domain], sizeof once[0]);
    unsigned char *block = f->malloc(3);
    assert_int_equal(block[-8], f->api_id);
    f->free(block);
  }
  PyMem_SetupDebugHooks();
  FOR_EACH_FAMILY(f) {
    PyMem_GetAllocator(f->domain, &twice);
    assert_memory_equal(&once[f->domain], &twice, sizeof twice);
  }
}

static void setup_leaves_a_row_with_a_missing_function_alone(void **state) {
  (void)state;
  for (int function = 0; function < 4; function++) {
    PyMemAllocatorEx part = before[PYMEM_DOMAIN_MEM], row;
    memset((char *)&part.malloc + 8 * function, 0, 8);
    PyMem_SetAllocator(PYMEM_DOMAIN_MEM, &part);
    PyMem_SetupDebugHooks();
    PyMem_GetAllocator(PYMEM_DOMAIN_MEM, &row);
    assert_memory_equal(&row, &part, sizeof row);
    PyMem_GetAllocator(PYMEM_DOMAIN_OBJ, &row);
    assert_memory_not_equal(&row, &before[PYMEM_DOMAIN_OBJ], sizeof row);
    restore_rows(NULL);
  }
}

/* ---- The rest ------------------------------------------------------------------------------------------------------------- */

static void the_arena_allocator_maps_memory_until_it_is_replaced(void **state) {
  (void)state;
  PyObjectArenaAllocator original, own = {&original, NULL, NULL}, seen;
  PyObject_GetArenaAllocator(&original);
  char *chunk = original.alloc(original.ctx, 12345); /* any size, not only arenas */
  assert_non_null(chunk);
  chunk[12344] = 1;
  original.free(original.ctx, chunk, 12345);
  assert_null(original.alloc(original.ctx, (size_t)1 << 62));

  PyObject_SetArenaAllocator(&own);
  PyObject_GetArenaAllocator(&seen);
  assert_memory_equal(&seen, &own, sizeof own);
  PyObject_SetArenaAllocator(&original);
}

static int print_two(FILE *out) {
  fputs("two", out);
  return 1;
}

static void statistics_are_printed_by_whoever_has_some(void **state) {
  (void)state;
  char text[16] = "";
  FILE *out = fmemopen(text, sizeof text, "w");
  assert_int_equal(_PyObject_DebugMallocStats(out), 0);
  panamem_stats_printer = print_two;
  assert_int_equal(_PyObject_DebugMallocStats(out), 1);
  panamem_stats_printer = NULL;
  fclose(out);
  assert_string_equal(text, "two");
}

static void strings_are_copied_in_their_domain(void **state) {
  (void)state;
  char *mem = _PyMem_Strdup("abc");
  assert_int_equal((uintptr_t)fake_call.ctx, (uintptr_t)PYMEM_DOMAIN_MEM << 6);
  assert_int_equal(fake_call.size, 4);
  assert_string_equal(mem, "abc");
  PyMem_Free(mem);

  char *raw = _PyMem_RawStrdup("");
  assert_null(fake_call.ctx);
  assert_int_equal(fake_call.size, 1);
  assert_string_equal(raw, "");
  PyMem_RawFree(raw);

  wchar_t *wide = _PyMem_RawWcsdup(L"h\u00e9");
  assert_int_equal(fake_call.size, 3 * sizeof(wchar_t));
  assert_memory_equal(wide, L"h\u00e9", 3 * sizeof(wchar_t));
  PyMem_RawFree(wide);

  fake_arena_refuses = true;
  assert_null(_PyMem_Strdup("abc"));
  assert_null(_PyMem_RawStrdup("abc"));
  assert_null(_PyMem_RawWcsdup(L"abc"));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, save_rows, restore_rows)
  const struct CMUnitTest tests[] = {
      TEST(a_hook_sees_every_call_of_its_domain),
      TEST(the_name_is_that_of_what_serves_all_domains),
      TEST(a_changed_domain_leaves_no_name),
      TEST(hooks_that_were_installed_have_the_installed_name),
      TEST(setup_wraps_every_domain_once),
      TEST(setup_leaves_a_row_with_a_missing_function_alone),
      TEST(the_arena_allocator_maps_memory_until_it_is_replaced),
      TEST(statistics_are_printed_by_whoever_has_some),
      TEST(strings_are_copied_in_their_domain),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
