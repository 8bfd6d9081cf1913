/* SPDX-License-Identifier: Apache-2.0
 *
 * The three families of allocation functions side by side, so that a test runs over all of them.
 */
#ifndef PANAMEM_TESTS_FAMILY_H
#define PANAMEM_TESTS_FAMILY_H

#include "../../include/panamem/pymem.h"

struct family {
  const char *name;
  PyMemAllocatorDomain domain;
  char api_id;
  void *(*malloc)(size_t size);
  void *(*calloc)(size_t nelem, size_t elsize);
  void *(*realloc)(void *ptr, size_t new_size);
  void (*free)(void *ptr);
};

#define FAMILIES 3
static const struct family families[FAMILIES] = {
    {"PyMem_Raw", PYMEM_DOMAIN_RAW, 'r', PyMem_RawMalloc, PyMem_RawCalloc, PyMem_RawRealloc, PyMem_RawFree},
    {"PyMem_", PYMEM_DOMAIN_MEM, 'm', PyMem_Malloc, PyMem_Calloc, PyMem_Realloc, PyMem_Free},
    {"PyObject_", PYMEM_DOMAIN_OBJ, 'o', PyObject_Malloc, PyObject_Calloc, PyObject_Realloc, PyObject_Free}};

#define FOR_EACH_FAMILY(f) for (const struct family *f = families; f < families + FAMILIES; f++)

#endif
