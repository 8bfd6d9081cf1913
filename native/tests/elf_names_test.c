/* SPDX-License-Identifier: Apache-2.0
 *
 * This program has a symbol table; a library that was stripped has no names; what is no ELF file might have.
 */
#include "cmocka_all.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../elf_names.h"

static void a_program_with_symbols_has_names(void **state) {
  (void)state;
  assert_true(panamem_elf_has_names("/proc/self/exe"));
}

static void a_stripped_library_has_none(void **state) {
  (void)state;
  assert_false(panamem_elf_has_names(STRIPPED_LIBRARY));
}

static char *copy_beginning(size_t bytes) {
  static char path[] = "/tmp/panamem-elf-XXXXXX";
  strcpy(path, "/tmp/panamem-elf-XXXXXX");
  static char text[4096];
  int from = open(STRIPPED_LIBRARY, O_RDONLY | O_CLOEXEC), to = mkstemp(path);
  assert_true(from >= 0 && to >= 0);
  assert_true(read(from, text, bytes) == (ssize_t)bytes && write(to, text, bytes) == (ssize_t)bytes);
  close(from);
  close(to);
  return path;
}

static void what_cannot_be_read_may_have_names(void **state) {
  (void)state;
  assert_true(panamem_elf_has_names("/nowhere/at/all"));
  assert_true(panamem_elf_has_names("/dev/null"));
  for (size_t bytes = 1; bytes < 4096; bytes += 511) { /* its sections stand at its end */
    char *path = copy_beginning(bytes);
    assert_true(panamem_elf_has_names(path));
    unlink(path);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_program_with_symbols_has_names),
      cmocka_unit_test(a_stripped_library_has_none),
      cmocka_unit_test(what_cannot_be_read_may_have_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
