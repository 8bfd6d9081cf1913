/* SPDX-License-Identifier: Apache-2.0
 *
 * An item of its own reference, appended to a list that takes a reference too.
 *
 * CPython: nothing
 * Panamem: leak allocated PyBytes_FromString
 * Only: extension
 */
#include "bug.h"

CALL(leak_of_reference) {
  PyObject *list = PyList_New(0);
  PyObject *item = PyBytes_FromString("an item of some length");
  if (list == NULL || item == NULL || PyList_Append(list, item) < 0) {
    Py_XDECREF(list);
    Py_XDECREF(item);
    PyErr_Clear();
    return PANAMEM_REFUSED;
  }
  Py_DECREF(list);
  return PANAMEM_RIGHT;
}
