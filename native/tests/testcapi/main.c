/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls functions of CPython's Modules/_testcapi/mem.c:
 *
 *   testcapi FUNCTION [NUMBER…]        prints what it answers, None or a text, or RuntimeError and its text
 *   testcapi requests START STOP N     set_nomemory(START, STOP), then N requests: 1 for each that is served, 0 for refused
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python.h"

int _PyTestCapi_Init_Mem(PyObject *module);

static const char *answer;

static int call(const char *name, const struct python_arguments *arguments) {
  PyCFunction function = python_function(name);
  if (function == NULL) {
    fprintf(stderr, "testcapi: mem.c has no function %s\n", name);
    return 2;
  }
  PyObject *result = function(NULL, (PyObject *)(uintptr_t)arguments);
  const char *error = python_error();
  if (result == NULL || error != NULL) {
    printf("RuntimeError: %s\n", error == NULL ? "none is set" : error);
    return 1;
  }
  answer = python_text(result);
  return 0;
}

static void request(int count) {
  for (int i = 0; i < count; i++) {
    void *block = i % 3 == 0 ? PyMem_RawMalloc(8) : i % 3 == 1 ? PyMem_Malloc(8) : PyObject_Malloc(8);
    putchar(block == NULL ? '0' : '1');
    i % 3 == 0 ? PyMem_RawFree(block) : i % 3 == 1 ? PyMem_Free(block) : PyObject_Free(block);
  }
  putchar('\n');
}

int main(int count, char **words) {
  struct python_arguments arguments = {0};
  if (count < 2 || count > 6) {
    fputs("testcapi: FUNCTION [NUMBER…], or requests START STOP N\n", stderr);
    return 2;
  }
  python_begin();
  _PyTestCapi_Init_Mem(NULL);
  for (int i = 2; i < count; i++) {
    arguments.numbers[arguments.count++] = atol(words[i]);
  }
  if (strcmp(words[1], "requests") != 0) {
    int status = call(words[1], &arguments);
    if (status == 0) {
      puts(answer);
    }
    return status;
  }
  int requests = (int)arguments.numbers[2];
  arguments.count = 2;
  call("set_nomemory", &arguments);
  request(requests);
  call("remove_mem_hooks", &arguments);
  request(requests);
  return 0;
}
