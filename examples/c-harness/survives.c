/* SPDX-License-Identifier: Apache-2.0
 *
 * A test of C code without an interpreter: does it leave nothing, and does it survive when any one of its requests is refused?
 * Exit status 0 when it does. Run it as: panamem run --malloc debug -- ./survives
 */
#include <stdio.h>
#include <string.h>

#include <panamem/pymem.h>
#include <panamem/testing.h>

/* ---- What is tested --------------------------------------------------------------------------------------------------- */

/* The texts one behind the other in a new block; NULL when there is no memory. */
static char *joined(const char *const *texts, size_t count) {
  char *whole = PyMem_Calloc(1, 1);
  for (size_t i = 0; whole != NULL && i < count; i++) {
    char *longer = PyMem_Realloc(whole, strlen(whole) + strlen(texts[i]) + 1);
    if (longer == NULL) {
      PyMem_Free(whole); /* a realloc that fails leaves the block */
      return NULL;
    }
    whole = strcat(longer, texts[i]);
  }
  return whole;
}

/* ---- The test --------------------------------------------------------------------------------------------------------- */

static int call(void *ignored) {
  (void)ignored;
  static const char *const texts[] = {"what ", "one ", "call ", "does"};
  char *text = joined(texts, 4);
  if (text == NULL) {
    return PANAMEM_REFUSED;
  }
  int outcome = strcmp(text, "what one call does") == 0 ? PANAMEM_RIGHT : PANAMEM_WRONG;
  PyMem_Free(text);
  return outcome;
}

static int64_t leaked_by_one_call(void) {
  if (panamem_leak_begin() != 0) {
    return -1;
  }
  call(NULL);
  return panamem_leak_end(NULL, 0);
}

int main(void) {
  struct panamem_fail_test test = {.struct_bytes = sizeof test, .call = call};
  int64_t leaked = leaked_by_one_call();
  int64_t sites = panamem_fail_each(&test, NULL, 0);
  printf("leaked blocks: %ld, sites that do not survive: %ld\n", (long)leaked, (long)sites);
  return leaked != 0 || sites != 0;
}
