/* SPDX-License-Identifier: Apache-2.0
 *
 * What the debug hooks write into memory and ask of the row below, byte for byte.
 */
#include "cmocka_all.h"

#include <string.h>

#include "../debug.h"
#include "debug_rows.h"

static const char ids[] = {'r', 'm', 'o'};
static struct stage stage;
static PyMemAllocatorEx hooked;

#define FOR_EACH_DOMAIN(domain) for (unsigned domain = 0; domain < 3; domain++)

static void set_stage(unsigned domain) {
  stage_clear(&stage);
  PyMemAllocatorEx row = stage_row(&stage);
  panamem_debug_wrap((PyMemAllocatorDomain)domain, &row, &hooked);
  stage.calls = stage.frees = 0;
}

static void *malloc_block(size_t size) {
  return hooked.malloc(hooked.ctx, size);
}

static void expect_fill(const uint8_t *from, size_t bytes, uint8_t value) {
  for (size_t i = 0; i < bytes; i++) {
    assert_int_equal(from[i], value);
  }
}

/* Eight bytes of size, the id, seven forbidden bytes; eight forbidden bytes behind. */
static void expect_padding(const uint8_t *block, size_t bytes, char id) {
  uint8_t lead[16] = {0, 0, 0, 0, 0, 0, (uint8_t)(bytes >> 8), (uint8_t)bytes, (uint8_t)id,
                      0xFD, 0xFD, 0xFD, 0xFD, 0xFD, 0xFD, 0xFD};
  assert_memory_equal(block - 16, lead, 16);
  expect_fill(block + bytes, 8, 0xFD);
}

static void malloc_pads_and_fills(void **state) {
  (void)state;
  FOR_EACH_DOMAIN(domain) {
    const size_t sizes[] = {0, 1, 16, 0x1234 % STAGE_BYTES};
    for (size_t i = 0; i < 4; i++) {
      set_stage(domain);
      uint8_t *block = malloc_block(sizes[i]);
      assert_ptr_equal(block, stage.memory + 16);
      assert_int_equal(stage.asked_bytes, sizes[i] + 24);
      expect_padding(block, sizes[i], ids[domain]);
      expect_fill(block, sizes[i], 0xCD);
      expect_fill(block + sizes[i] + 8, 16, STAGE_FILL);
    }
  }
}

static void calloc_asks_for_one_element_and_leaves_zeros(void **state) {
  (void)state;
  FOR_EACH_DOMAIN(domain) {
    set_stage(domain);
    uint8_t *block = hooked.calloc(hooked.ctx, 5, 7);
    assert_int_equal(stage.asked_nelem, 1);
    assert_int_equal(stage.asked_bytes, 35 + 24);
    expect_padding(block, 35, ids[domain]);
    expect_fill(block, 35, 0);
    block = hooked.calloc(hooked.ctx, 0, SIZE_MAX);
    expect_padding(block, 0, ids[domain]);
  }
}

static void sizes_that_padding_takes_above_ssize_max_are_refused(void **state) {
  (void)state;
  FOR_EACH_DOMAIN(domain) {
    set_stage(domain);
    assert_null(malloc_block((size_t)PY_SSIZE_T_MAX - 23));
    assert_null(hooked.calloc(hooked.ctx, 1, (size_t)PY_SSIZE_T_MAX - 23));
    assert_null(hooked.realloc(hooked.ctx, NULL, (size_t)PY_SSIZE_T_MAX - 23));
    assert_int_equal(stage.calls, 0);
    stage.refuses = true;
    assert_null(malloc_block((size_t)PY_SSIZE_T_MAX - 24));
    assert_int_equal(stage.asked_bytes, (size_t)PY_SSIZE_T_MAX);
    assert_null(hooked.calloc(hooked.ctx, 1, (size_t)PY_SSIZE_T_MAX - 24));
    assert_int_equal(stage.calls, 2);
  }
}

static void free_kills_padding_and_data_first(void **state) {
  (void)state;
  FOR_EACH_DOMAIN(domain) {
    set_stage(domain);
    hooked.free(hooked.ctx, malloc_block(100));
    assert_int_equal(stage.frees, 1);
    assert_ptr_equal(stage.freed, stage.memory);
    expect_fill(stage.at_free, 124, 0xDD);
    expect_fill(stage.at_free + 124, 16, STAGE_FILL);
    hooked.free(hooked.ctx, NULL);
    assert_int_equal(stage.frees, 1);
  }
}

/* ---- Realloc ----------------------------------------------------------------------------------------------------------- */

static void number(uint8_t *block, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) {
    block[i] = (uint8_t)(i % 199);
  }
}

static void expect_numbers(const uint8_t *block, size_t from, size_t to) {
  for (size_t i = from; i < to; i++) {
    assert_int_equal(block[i], i % 199);
  }
}

static void realloc_of_null_allocates(void **state) {
  (void)state;
  FOR_EACH_DOMAIN(domain) {
    set_stage(domain);
    uint8_t *block = hooked.realloc(hooked.ctx, NULL, 9);
    expect_padding(block, 9, ids[domain]);
    expect_fill(block, 9, 0xCD);
  }
}

static void realloc_keeps_contents_and_fills_growth(void **state) {
  (void)state;
  const size_t sizes[] = {0, 1, 63, 64, 65, 127, 128, 129, 130, 191, 192, 193, 500};
  FOR_EACH_DOMAIN(domain) {
    for (size_t old = 0; old < 13; old++) {
      for (size_t new = 0; new < 13; new++) {
        set_stage(domain);
        uint8_t *block = malloc_block(sizes[old]);
        number(block, sizes[old]);
        block = hooked.realloc(hooked.ctx, block, sizes[new]);
        assert_ptr_equal(block, stage.moved + 16);
        assert_int_equal(stage.asked_bytes, sizes[new] + 24);
        expect_padding(block, sizes[new], ids[domain]);
        size_t kept = sizes[old] < sizes[new] ? sizes[old] : sizes[new];
        expect_numbers(block, 0, kept);
        expect_fill(block + kept, sizes[new] - kept, 0xCD);
      }
    }
  }
}

static void realloc_erases_short_blocks_whole(void **state) {
  (void)state;
  FOR_EACH_DOMAIN(domain) {
    const size_t sizes[] = {0, 1, 128};
    for (size_t i = 0; i < 3; i++) {
      set_stage(domain);
      hooked.realloc(hooked.ctx, malloc_block(sizes[i]), 200);
      expect_fill(stage.at_realloc, sizes[i] + 24, 0xDD);
      expect_fill(stage.at_realloc + sizes[i] + 24, 8, STAGE_FILL);
    }
  }
}

static void realloc_erases_the_ends_of_long_blocks(void **state) {
  (void)state;
  FOR_EACH_DOMAIN(domain) {
    set_stage(domain);
    uint8_t *block = malloc_block(129);
    number(block, 129);
    hooked.realloc(hooked.ctx, block, 200);
    expect_fill(stage.at_realloc, 16 + 64, 0xDD);
    expect_numbers(stage.at_realloc + 16, 64, 65);
    expect_fill(stage.at_realloc + 16 + 65, 64 + 8, 0xDD);
    expect_fill(stage.at_realloc + 16 + 129 + 8, 8, STAGE_FILL);
  }
}

static void a_refused_realloc_leaves_the_block_as_it_was(void **state) {
  (void)state;
  const size_t sizes[] = {0, 1, 64, 128, 129, 300};
  FOR_EACH_DOMAIN(domain) {
    for (size_t i = 0; i < 6; i++) {
      set_stage(domain);
      uint8_t *block = malloc_block(sizes[i]);
      number(block, sizes[i]);
      stage.refuses = true;
      assert_null(hooked.realloc(hooked.ctx, block, 400));
      assert_null(hooked.realloc(hooked.ctx, block, 2));
      assert_int_equal(stage.calls, 3);
      assert_null(hooked.realloc(hooked.ctx, block, (size_t)PY_SSIZE_T_MAX));
      assert_int_equal(stage.calls, 3);
      expect_padding(block, sizes[i], ids[domain]);
      expect_numbers(block, 0, sizes[i]);
      expect_fill(block + sizes[i] + 8, 8, STAGE_FILL);
      hooked.free(hooked.ctx, block);
    }
  }
}

/* ---- Wrapping ---------------------------------------------------------------------------------------------------------- */

static void wrapping_hooks_changes_nothing(void **state) {
  (void)state;
  FOR_EACH_DOMAIN(domain) {
    set_stage(domain);
    PyMemAllocatorEx again, inner, row = stage_row(&stage);
    panamem_debug_wrap((PyMemAllocatorDomain)domain, &hooked, &again);
    assert_memory_equal(&again, &hooked, sizeof again);
    assert_true(panamem_debug_inner(&hooked, &inner));
    assert_memory_equal(&inner, &row, sizeof inner);
    assert_false(panamem_debug_inner(&row, &inner));
    panamem_debug_wrap((PyMemAllocatorDomain)domain, &row, &again); /* a row that was wrapped before */
    assert_memory_equal(&again, &hooked, sizeof again);
  }
}

/* Passes everything on, as tracemalloc does; kept_null: except free(NULL). */
struct layer {
  PyMemAllocatorEx next;
  int keeps_null;
  int refuses;
  int depth;
};

static void *layer_malloc(void *ctx, size_t size) {
  struct layer *l = ctx;
  assert_true(l->depth++ < 3); /* recursion ends here instead of at the end of the stack */
  void *block = l->refuses ? NULL : l->next.malloc(l->next.ctx, size);
  l->depth--;
  return block;
}

static void *layer_calloc(void *ctx, size_t nelem, size_t elsize) {
  struct layer *l = ctx;
  return l->refuses ? NULL : l->next.calloc(l->next.ctx, nelem, elsize);
}

static void *layer_realloc(void *ctx, void *ptr, size_t new_size) {
  struct layer *l = ctx;
  return l->refuses ? NULL : l->next.realloc(l->next.ctx, ptr, new_size);
}

static void layer_free(void *ctx, void *ptr) {
  struct layer *l = ctx;
  if (ptr != NULL || !l->keeps_null) {
    l->next.free(l->next.ctx, ptr);
  }
}

static PyMemAllocatorEx layer_row(struct layer *layer) {
  return (PyMemAllocatorEx){layer, layer_malloc, layer_calloc, layer_realloc, layer_free};
}

static void hooks_underneath_a_layer_are_found(void **state) {
  (void)state;
  FOR_EACH_DOMAIN(domain) {
    for (int kind = 0; kind < 2; kind++) {
      set_stage(domain);
      struct layer layer = {.next = hooked, .keeps_null = kind};
      PyMemAllocatorEx above = layer_row(&layer), again;
      uint8_t *block = above.malloc(above.ctx, 5);
      uint8_t kept[64];
      memcpy(kept, stage.memory, sizeof kept);
      panamem_debug_wrap((PyMemAllocatorDomain)domain, &above, &again);
      assert_memory_equal(&again, &above, sizeof again);
      if (kind == 0) {
        assert_memory_equal(kept, stage.memory, sizeof kept); /* free(NULL) was enough */
      }
      assert_int_equal(stage.frees, kind); /* what the probe allocates it gives back */
      again.free(again.ctx, kind == 0 ? block : again.malloc(again.ctx, 5));
    }
  }
}

/* A layer that refuses and keeps NULL cannot be seen through: the hooks go on top of it, beside the older ones, and
 * nothing recurses once it serves again. */
static void a_layer_that_refuses_gets_hooks_of_its_own(void **state) {
  (void)state;
  FOR_EACH_DOMAIN(domain) {
    set_stage(domain);
    struct layer layer = {.next = hooked, .keeps_null = 1, .refuses = 1};
    PyMemAllocatorEx above = layer_row(&layer), outer;
    panamem_debug_wrap((PyMemAllocatorDomain)domain, &above, &outer);
    assert_memory_not_equal(&outer, &above, sizeof outer);
    assert_memory_not_equal(&outer, &hooked, sizeof outer);
    layer.refuses = 0;
    uint8_t *block = outer.malloc(outer.ctx, 5);
    assert_ptr_equal(block, stage.memory + 32);
    expect_padding(block, 5, ids[domain]);
    expect_padding(block - 16, 5 + 24, ids[domain]);
    outer.free(outer.ctx, block);
    assert_int_equal(stage.frees, 1);
  }
}

static void a_layer_over_hooks_of_another_domain_is_wrapped(void **state) {
  (void)state;
  set_stage(PYMEM_DOMAIN_RAW);
  struct layer layer = {.next = hooked};
  PyMemAllocatorEx above = layer_row(&layer), outer;
  panamem_debug_wrap(PYMEM_DOMAIN_OBJ, &above, &outer);
  assert_memory_not_equal(&outer, &above, sizeof outer);
  uint8_t *block = outer.malloc(outer.ctx, 1);
  assert_int_equal(block[-8], 'o');
  assert_int_equal(block[-24], 'r');
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(malloc_pads_and_fills),
      cmocka_unit_test(calloc_asks_for_one_element_and_leaves_zeros),
      cmocka_unit_test(sizes_that_padding_takes_above_ssize_max_are_refused),
      cmocka_unit_test(free_kills_padding_and_data_first),
      cmocka_unit_test(realloc_of_null_allocates),
      cmocka_unit_test(realloc_keeps_contents_and_fills_growth),
      cmocka_unit_test(realloc_erases_short_blocks_whole),
      cmocka_unit_test(realloc_erases_the_ends_of_long_blocks),
      cmocka_unit_test(a_refused_realloc_leaves_the_block_as_it_was),
      cmocka_unit_test(wrapping_hooks_changes_nothing),
      cmocka_unit_test(hooks_underneath_a_layer_are_found),
      cmocka_unit_test(a_layer_that_refuses_gets_hooks_of_its_own),
      cmocka_unit_test(a_layer_over_hooks_of_another_domain_is_wrapped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
