/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be read and what it is, of each kind of memory.
 */
#include "cmocka_all.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../mapping.h"

#define PAGE 4096u

static char data[100] = "data";
static char words[400];

static const char *describe(const void *address) {
  panamem_mapping_describe(address, words, sizeof words);
  return words;
}

static void only_what_can_be_read_to_the_last_byte(void **state) {
  (void)state;
  char *pages = mmap(NULL, 3 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(pages + PAGE, PAGE, PROT_NONE);
  assert_true(panamem_is_readable(data, sizeof data));
  assert_true(panamem_is_readable(pages, PAGE));
  assert_false(panamem_is_readable(pages, PAGE + 1));
  assert_false(panamem_is_readable(pages + PAGE, 1));
  assert_false(panamem_is_readable(pages, 3 * PAGE)); /* both ends can be read */
  assert_true(panamem_is_readable(pages + 2 * PAGE, PAGE));
  assert_false(panamem_is_readable(NULL, 1));
  assert_false(panamem_is_readable((void *)UINTPTR_MAX, 2));
  assert_false(panamem_is_readable((void *)(UINTPTR_MAX - 100), 50));
  munmap(pages, 3 * PAGE);
}

static void each_kind_has_its_words(void **state) {
  (void)state;
  char on_stack;
  void *heap = malloc(10);
  void *other = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert_string_equal(describe(&on_stack), "on the stack of the calling thread");
  assert_string_equal(describe((void *)16), "where nothing is mapped");
  assert_non_null(strstr(describe(data), "in data of /"));
  assert_non_null(strstr(describe((void *)(uintptr_t)describe), "in code of /"));
  assert_non_null(strstr(describe(other), "in other memory"));
#if !defined(__SANITIZE_ADDRESS__)
  assert_string_equal(describe(heap), "in libc's heap");
#endif
  free(heap);
  munmap(other, PAGE);
}

static void a_mapped_file_is_found_by_its_name(void **state) {
  (void)state;
  static const struct {
    const char *name;
    bool answer;
  } files[] = {{"mapping_test", true}, {"apping_test", false}, {"mapping_tes", false}, {"libc.so.6", true}, {"[stack]", false}};
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    int maps = open("/proc/self/maps", O_RDONLY);
    assert_int_equal(panamem_is_mapped(files[i].name, maps), files[i].answer);
    assert_int_equal(close(maps), 0);
  }
  assert_false(panamem_is_mapped("mapping_test", -1));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_mapped_file_is_found_by_its_name),
      cmocka_unit_test(only_what_can_be_read_to_the_last_byte),
      cmocka_unit_test(each_kind_has_its_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
