/* SPDX-License-Identifier: Apache-2.0
 *
 * The JVM believes that it owns its process. Its libraries therefore call these replacements:
 *
 *   setlocale       asks, but does not set: the program's locale is the program's
 *   nl_langinfo     says UTF-8 where the locale knows only ASCII, as before main: the JVM would find no file in a folder é
 *   getenv          does not see JAVA_TOOL_OPTIONS and its like, which would speak on stderr; moves the suspend signal
 *   open, open64    answer high descriptors that the program cannot close (descriptors.h)
 *   close
 *   sigaction       goes to signals.c
 *   pthread_create  marks the JVM's own threads, for signals.c
 *   mmap64          while it starts: copies at once what is a copy of a file's pages (the AOT cache). The JVM would read each
 *                   page before it writes to it, and then all processors are interrupted for each
 *   getcwd          answers "/" where the working folder is gone: the JVM would not start
 *   write, exit, _exit, abort   of a start that fails: jvm_words.h
 */
#include "jvm_guard.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "descriptors.h"
#include "imports.h"
#include "jvm_words.h"
#include "signals.h"

static char *guarded_setlocale(int category, const char *locale) {
  (void)locale;
  return setlocale(category, NULL);
}

static char *guarded_nl_langinfo(nl_item item) {
  static char utf_8[] = "UTF-8";
  char *answer = nl_langinfo(item);
  return item == CODESET && strcmp(answer, "ANSI_X3.4-1968") == 0 ? utf_8 : answer;
}

static char *guarded_getenv(const char *name) {
  static char suspend_signal[] = PANAMEM_SUSPEND_SIGNAL;
  static const char *const hidden[] = {"JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", NULL};
  if (strcmp(name, "_JAVA_SR_SIGNUM") == 0) {
    return suspend_signal;
  }
  for (const char *const *variable = hidden; *variable != NULL; variable++) {
    if (strcmp(name, *variable) == 0) {
      return NULL;
    }
  }
  return getenv(name);
}

static int guarded_open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = panamem_imports_mode(flags, arguments);
  va_end(arguments);
  return panamem_descriptors_open(path, flags, mode);
}

static bool starts; /* between panamem_jvm_guard_begin and its end */

static void *guarded_mmap(void *address, size_t bytes, int protection, int flags, int descriptor, off_t offset) {
  bool is_copy = __atomic_load_n(&starts, __ATOMIC_RELAXED) && descriptor >= 0 && (flags & MAP_PRIVATE) != 0 &&
                 (protection & PROT_WRITE) != 0;
  return mmap(address, bytes, protection, is_copy ? flags | MAP_POPULATE : flags, descriptor, offset);
}

static char *guarded_getcwd(char *path, size_t bytes) {
  char *folder = getcwd(path, bytes);
  bool gone = folder == NULL && errno != ERANGE && path != NULL && bytes > 1;
  return gone ? strcpy(path, "/") : folder;
}

struct thread_start {
  void *(*routine)(void *);
  void *argument;
};

static void *start_jvm_thread(void *argument) {
  struct thread_start start = *(struct thread_start *)argument;
  free(argument);
  panamem_jvm_thread = true;
  return start.routine(start.argument);
}

static int guarded_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*routine)(void *),
                                  void *argument) {
  struct thread_start *start = malloc(sizeof *start);
  if (start == NULL) {
    return pthread_create(thread, attributes, routine, argument);
  }
  *start = (struct thread_start){routine, argument};
  int error = pthread_create(thread, attributes, start_jvm_thread, start);
  if (error != 0) {
    free(start);
  }
  return error;
}

void panamem_jvm_guard(const char *java_home, void *libjvm) {
  static const struct panamem_import imports[] = {
      {"setlocale", (void *)guarded_setlocale},
      {"nl_langinfo", (void *)guarded_nl_langinfo},
      {"getenv", (void *)guarded_getenv},
      {"open", (void *)guarded_open},
      {"open64", (void *)guarded_open},
      {"close", (void *)panamem_descriptors_close},
      {"sigaction", (void *)panamem_signals_jvm_sigaction},
      {"pthread_create", (void *)guarded_pthread_create},
      {"getcwd", (void *)guarded_getcwd},
      {"write", (void *)panamem_jvm_write},
      {"exit", (void *)panamem_jvm_exit},
      {"_exit", (void *)panamem_jvm_exit_at_once},
      {"abort", (void *)panamem_jvm_abort},
      {NULL, NULL},
  };
  static const struct panamem_import imports_of_libjvm[] = {{"mmap64", (void *)guarded_mmap}, {NULL, NULL}};
  static const char *const libraries[] = {"libjava.so", "libjimage.so", "libnio.so", "libzip.so", NULL};
  panamem_imports_redirect(libjvm, imports);
  panamem_imports_redirect(libjvm, imports_of_libjvm);
  for (const char *const *library = libraries; *library != NULL; library++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/lib/%s", java_home, *library);
    panamem_imports_redirect(dlopen(path, RTLD_LAZY | RTLD_LOCAL), imports);
  }
}

/* ---- The core-dump filter ----------------------------------------------------------------------------------------------- */

static char filter[32];

static int open_filter(int flags) {
  return open("/proc/self/coredump_filter", flags | O_CLOEXEC);
}

void panamem_jvm_guard_begin(void) {
  __atomic_store_n(&starts, true, __ATOMIC_RELAXED);
  int descriptor = open_filter(O_RDONLY);
  ssize_t length = descriptor < 0 ? 0 : read(descriptor, filter + 2, sizeof filter - 3);
  if (descriptor >= 0) {
    close(descriptor);
  }
  /* Read as hexadecimal without a prefix, written with one. */
  filter[0] = length > 0 ? '0' : '\0';
  filter[1] = 'x';
  filter[2 + (length > 0 ? length : 0)] = '\0';
}

void panamem_jvm_guard_end(void) {
  __atomic_store_n(&starts, false, __ATOMIC_RELAXED);
  int descriptor = filter[0] == '\0' ? -1 : open_filter(O_WRONLY);
  if (descriptor >= 0) {
    ssize_t written = write(descriptor, filter, strlen(filter));
    (void)written;
    close(descriptor);
  }
}
