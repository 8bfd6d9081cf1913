/* SPDX-License-Identifier: Apache-2.0
 *
 * The dynamic loader knows libraries and exported functions; libbacktrace, where it was there to build with, reads the rest
 * from symbol tables and debug information, with memory that it maps for itself.
 */
#include "code_name.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef PANAMEM_BACKTRACE
#include <backtrace.h>

#include "elf_names.h"
#endif
#include "unforked.h"

struct look_up {
  struct panamem_code_name name;
  panamem_code_visitor visit;
  void *argument;
  bool visited;
};

#ifdef PANAMEM_BACKTRACE

static void ignore(void *data, const char *message, int error_number) {
  (void)data, (void)message, (void)error_number;
}

static struct backtrace_state *state(void) {
  static struct backtrace_state *made;
  if (made == NULL) {
    made = backtrace_create_state(NULL, 1, ignore, NULL);
  }
  return made;
}

static int visit_line(void *data, uintptr_t address, const char *file, int line, const char *function) {
  (void)address;
  struct look_up *look_up = data;
  if (file == NULL && function == NULL) {
    return 0;
  }
  struct panamem_code_name name = look_up->name;
  name.file = file;
  name.line = line;
  name.function = function == NULL ? name.function : function;
  look_up->visited = true;
  look_up->visit(&name, look_up->argument);
  return 0;
}

static void take_symbol(void *data, uintptr_t address, const char *symbol, uintptr_t value, uintptr_t bytes) {
  (void)address, (void)value, (void)bytes;
  struct look_up *look_up = data;
  if (symbol != NULL) {
    look_up->name.function = symbol;
  }
}

/* libbacktrace reads the debug information of every library in the process at its first question: a tenth of a second that is
 * for nothing where the code's own library has none. One library is asked for many times in a row. */
static bool may_know_more(const char *library) {
  static _Thread_local const char *last;
  static _Thread_local bool last_answer;
  if (library == NULL) {
    return true;
  }
  if (library != last) {
    last_answer = panamem_elf_has_names(library);
    last = library;
  }
  return last_answer;
}

static void look_further(struct look_up *look_up, uintptr_t inside) {
  if (may_know_more(look_up->name.library) && state() != NULL) {
    backtrace_syminfo(state(), inside, take_symbol, ignore, look_up);
    backtrace_pcinfo(state(), inside, visit_line, ignore, look_up);
  }
}

#else

static void look_further(struct look_up *look_up, uintptr_t inside) {
  (void)look_up, (void)inside;
}

#endif

void panamem_code_names(uintptr_t return_address, panamem_code_visitor visit, void *argument) {
  struct look_up look_up = {.visit = visit, .argument = argument};
  uintptr_t inside = return_address - 1; /* the call may be the last instruction of its function */
  Dl_info info;
  panamem_unforked_begin();
  if (dladdr((void *)inside, &info) != 0) { /* NOLINT: an address */
    look_up.name.library = info.dli_fname;
    look_up.name.library_offset = return_address - (uintptr_t)info.dli_fbase;
    look_up.name.function = info.dli_sname;
  }
  look_further(&look_up, inside);
  panamem_unforked_end();
  if (!look_up.visited) {
    visit(&look_up.name, argument);
  }
}
