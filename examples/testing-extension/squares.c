/* SPDX-License-Identifier: Apache-2.0
 *
 * An extension as it is often written first: right, as long as nobody looks at memory. squares_fixed.c is the same without its
 * two mistakes; docs/TESTING_EXTENSIONS.md finds them.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *as_list(const double *numbers, Py_ssize_t count) {
  PyObject *list = PyList_New(0);
  for (Py_ssize_t i = 0; i < count; i++) {
    PyList_Append(list, PyFloat_FromDouble(numbers[i]));
  }
  return list;
}

/* squares([1, 2, 3]) == [1.0, 4.0, 9.0] */
static PyObject *squares(PyObject *self, PyObject *list) {
  (void)self;
  Py_ssize_t count = PyList_Size(list);
  if (count < 0) {
    return NULL;
  }
  double *numbers = PyMem_New(double, count);
  for (Py_ssize_t i = 0; i < count; i++) {
    double number = PyFloat_AsDouble(PyList_GetItem(list, i));
    numbers[i] = number * number;
  }
  PyObject *answer = PyErr_Occurred() ? NULL : as_list(numbers, count);
  PyMem_Free(numbers);
  return answer;
}

static PyMethodDef methods[] = {{"squares", squares, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "squares", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_squares(void) {
  return PyModule_Create(&module);
}
