/* SPDX-License-Identifier: Apache-2.0
 *
 * CPython is recognised by Py_Version, which every build since 3.11 exports.
 */
#include "cpython.h"

#include <dlfcn.h>
#include <string.h>

#define VERSION_3_14 0x030E0000

static struct panamem_cpython found;
static bool is_bound;
bool panamem_cpython_is_shadowed;

static void *(*attached_thread_state)(void);

static int has_attached_thread_state(void) {
  return attached_thread_state() != NULL;
}

static bool find(void *handle, const char *name, void *function) {
  void *address = dlsym(handle, name);
  memcpy(function, &address, sizeof address);
  return address != NULL;
}

static void find_gil_check(void *handle) {
  if (found.version < VERSION_3_14) {
    find(handle, "PyGILState_Check", &found.gil_check);
  } else if (find(handle, "PyThreadState_GetUnchecked", &attached_thread_state)) {
    found.gil_check = has_attached_thread_state;
  }
}

bool panamem_cpython_bind(void *handle) {
  const unsigned long *version = NULL;
  if (!find(handle, "Py_Version", &version)) {
    return false;
  }
  found.version = *version;
  find_gil_check(handle);
  find(handle, "_Py_FatalErrorFunc", &found.fatal_error);
  find(handle, "_Py_FatalErrorFormat", &found.fatal_error_format);
  find(handle, "Py_GetVersion", &found.version_text);
  find(handle, "PyTraceMalloc_Untrack", &found.untrack);
  find(handle, "_PyTraceMalloc_GetTraceback", &found.traceback);
  find(handle, "_Py_NoneStruct", &found.none);
  find(handle, "PyTuple_Size", &found.tuple_size);
  find(handle, "PyTuple_GetItem", &found.tuple_item);
  find(handle, "PyUnicode_GetLength", &found.text_length);
  find(handle, "PyUnicode_ReadChar", &found.text_char);
  find(handle, "PyLong_AsLong", &found.as_long);
  find(handle, "_PyRuntime", &found.runtime);
  if (!find(handle, "PyThreadState_GetUnchecked", &found.thread_state)) {
    find(handle, "_PyThreadState_UncheckedGet", &found.thread_state);
  }
  find(handle, "PyCode_Type", &found.code_type);
  find(handle, "PyCode_Addr2Line", &found.code_line);
  find(handle, "Py_IsInitialized", &found.is_initialized);
  __atomic_store_n(&is_bound, true, __ATOMIC_RELEASE);
  return true;
}

const struct panamem_cpython *panamem_cpython(void) {
  if (!__atomic_load_n(&is_bound, __ATOMIC_ACQUIRE)) {
    panamem_cpython_bind(RTLD_DEFAULT);
  }
  return &found;
}

static bool says_free_threaded(const char *(*version_text)(void)) {
  return version_text != NULL && strstr(version_text(), "free-threading") != NULL;
}

bool panamem_cpython_free_threaded(void) {
  return says_free_threaded(panamem_cpython()->version_text);
}

bool panamem_cpython_free_threaded_in(void *library) {
  return says_free_threaded((const char *(*)(void))dlsym(library, "Py_GetVersion"));
}
