/* SPDX-License-Identifier: Apache-2.0
 *
 * A library for a Java program, with one function for each thing that the annotations tell apart. Each answers 1, or 0 when
 * there is no memory.
 */
#include <stddef.h>
#include <string.h>

#include <panamem/pymem.h>

int clean(void) {
  char *one = PyMem_Malloc(10), *two = one == NULL ? NULL : PyObject_Malloc(20);
  int is_good = two != NULL;
  PyMem_Free(one);
  PyObject_Free(two);
  return is_good;
}

int cached(void) {
  static void *cache[10];
  for (int i = 0; i < 10; i++) {
    if (cache[i] == NULL && (cache[i] = PyMem_Malloc(50)) == NULL) {
      return 0;
    }
  }
  return 1;
}

int lost_buffer(void) {
  return PyMem_Malloc(333) != NULL;
}

int unchecked(void) {
  char *first = PyMem_Malloc(8);
  if (first == NULL) {
    return 0;
  }
  char *buffer = PyMem_Malloc(64);
  memset(buffer, 0, 64);
  PyMem_Free(buffer);
  PyMem_Free(first);
  return 1;
}

int leak_on_error(void) {
  char *one = PyMem_Malloc(10), *two = PyMem_Malloc(20);
  if (one == NULL || two == NULL) {
    return 0;
  }
  PyMem_Free(one);
  PyMem_Free(two);
  return 1;
}

int hidden(void) {
  char *buffer = PyMem_Malloc(64);
  int answer = buffer == NULL ? 2 : 1;
  PyMem_Free(buffer);
  return answer;
}

int endless(void) {
  char *buffer = PyMem_Malloc(64);
  while (buffer == NULL) {
    PyMem_Free(PyMem_Malloc(1));
  }
  PyMem_Free(buffer);
  return 1;
}
