/* SPDX-License-Identifier: Apache-2.0
 *
 * One isolate per process, never torn down: blocks and threads may outlive whoever asked for it.
 *
 * The functions graal_* are those of native-image's C interface; their parameters are from its documentation.
 */
#include "image.h"

#include <dlfcn.h>
#include <limits.h>
#include <locale.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "arrival.h"
#include "boot.h"
#include "descriptors.h"
#include "entry.h"
#include "heap.h"
#include "imports.h"
#include "lock.h"
#include "own_path.h"

/* The part of graal_create_isolate_params_t that has been there from its first version on. Without it address space is
 * reserved for a heap as large as the machine's memory, which a limit of address space (ulimit -v) would refuse. */
struct isolate_parameters {
  int version;
  unsigned long reserved_address_space_bytes;
};

#define PARAMETERS_VERSION 1
#define ISOLATE_BYTES (64ul << 20) /* the image's own data and the Java heap, which nothing fills */

/* What the library exports. Functions answer 0 for success; isolates and their threads are opaque. */
static struct image {
  int (*create_isolate)(struct isolate_parameters *parameters, void **isolate, void **thread);
  int (*attach_thread)(void *isolate, void **thread);
  int (*detach_thread)(void *thread);
  void *(*current_thread)(void *isolate);
  int64_t (*start)(void *thread, int64_t heap, int64_t error_text);
} image;

#define MOST_MAIN_STACK_BYTES (1ull << 30)

static void *isolate;
static uint32_t attaching; /* a lock: native-image's own list of threads must not be caught half changed by a fork */

void panamem_image_lock(void) {
  panamem_lock(&attaching);
}

void panamem_image_unlock(void) {
  panamem_unlock(&attaching);
}

bool panamem_image_has_served(void) {
  return isolate != NULL;
}

/* ---- Threads ---------------------------------------------------------------------------------------------------------------- */

static bool attach(struct panamem_thread *thread, bool *ours) {
  void *known = image.current_thread(isolate);
  *ours = false;
  if (known == NULL) {
    panamem_image_lock();
    *ours = image.attach_thread(isolate, &known) == 0;
    panamem_image_unlock();
  }
  thread->isolate_thread = (uint64_t)known;
  return known != NULL;
}

static void detach(struct panamem_thread *thread) {
  panamem_image_lock();
  image.detach_thread((void *)thread->isolate_thread);
  panamem_image_unlock();
  thread->isolate_thread = 0;
}

/* ---- What it must not do to the process -------------------------------------------------------------------------------- */

/* Its own file, which it keeps open for a second isolate; -1 when it does not. */
static int own_descriptor = -1;

static int guarded_open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  int descriptor = panamem_descriptors_open(path, flags, panamem_imports_mode(flags, arguments));
  va_end(arguments);
  const char *slash = strrchr(path, '/');
  if (slash != NULL && strcmp(slash + 1, PANAMEM_IMAGE_NAME) == 0) {
    own_descriptor = descriptor;
  }
  return descriptor;
}

static int guarded_close(int descriptor) {
  own_descriptor = descriptor == own_descriptor ? -1 : own_descriptor;
  return panamem_descriptors_close(descriptor);
}

/* The program's locale is the program's. */
static char *guarded_setlocale(int category, const char *locale) {
  (void)locale;
  return setlocale(category, NULL);
}

/* The limit on open files is the program's; it would be raised to the largest allowed. */
static int guarded_setrlimit(int resource, const struct rlimit *limit) {
  (void)resource, (void)limit;
  return 0;
}

static void guard(void *library) {
  static const struct panamem_import imports[] = {
      {"open", (void *)guarded_open},   {"open64", (void *)guarded_open},
      {"close", (void *)guarded_close}, {"setlocale", (void *)guarded_setlocale},
      {"setrlimit", (void *)guarded_setrlimit}, {"setrlimit64", (void *)guarded_setrlimit},
      {NULL, NULL},
  };
  panamem_imports_redirect(library, imports);
}

static void close_own_file(void) {
  if (own_descriptor >= 0) {
    panamem_descriptors_close(own_descriptor);
    own_descriptor = -1;
  }
}

/* ---- Loading ---------------------------------------------------------------------------------------------------------------- */

static bool find(char path[PATH_MAX], char *error, size_t error_bytes) {
  char library[PATH_MAX];
  char folder[PATH_MAX];
  if (!panamem_own_path(library, folder)) {
    snprintf(error, error_bytes, "cannot tell where libpanamem was loaded from");
    return false;
  }
  int length = snprintf(path, PATH_MAX, "%s/" PANAMEM_IMAGE_NAME, folder);
  if (length >= PATH_MAX || access(path, R_OK) != 0) {
    snprintf(error, error_bytes, "no " PANAMEM_IMAGE_NAME " in %.300s; ./panamem build --native makes it", folder);
    return false;
  }
  return true;
}

bool panamem_image_is_there(char *error, size_t error_bytes) {
  char path[PATH_MAX];
  return find(path, error, error_bytes);
}

static bool load(const char *path) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "cannot load the native core: %.400s", dlerror());
    return false;
  }
  const struct {
    const char *name;
    void *address;
  } functions[] = {
      {"graal_create_isolate", &image.create_isolate}, {"graal_attach_thread", &image.attach_thread},
      {"graal_detach_thread", &image.detach_thread},   {"graal_get_current_thread", &image.current_thread},
      {"panamem_core_start", &image.start},
  };
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
    void *function = dlsym(library, functions[i].name);
    if (function == NULL) {
      snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "%.300s is no native core: it has no function %s", path,
               functions[i].name);
      return false;
    }
    *(void **)functions[i].address = function;
  }
  guard(library);
  panamem_boot_loaded();
  return !panamem_boot_comes_too_late();
}

/* ---- The boot --------------------------------------------------------------------------------------------------------------- */

static int create_isolate(void **made, void **thread) {
  struct isolate_parameters parameters = {PARAMETERS_VERSION, ISOLATE_BYTES};
  int error = image.create_isolate(&parameters, made, thread);
  close_own_file();
  return error;
}

/* The thread that boots leaves again: it is attached like any other when it first crosses. */
static bool start(void) {
  void *made = NULL;
  void *thread = NULL;
  int error = create_isolate(&made, &thread);
  if (error != 0) {
    snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "the native core did not start (error %d of native-image)",
             error);
    return false;
  }
  bool serves = image.start(thread, (int64_t)&panamem_heap, (int64_t)panamem_arrival.error) != 0;
  image.detach_thread(thread);
  if (serves) {
    isolate = made;
    panamem_attachment = (struct panamem_attachment){attach, detach};
  } else if (panamem_arrival.error[0] == '\0') {
    snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "the native core refused to serve");
  }
  return serves;
}

static void boot(void) {
  panamem_arrival_begin();
  char path[PATH_MAX];
  if (!find(path, panamem_arrival.error, sizeof panamem_arrival.error) || !load(path) || !start()) {
    panamem_boot_fail();
    return;
  }
  panamem_main_stack_bytes = MOST_MAIN_STACK_BYTES; /* it reads RLIMIT_STACK itself, when the main thread is attached */
  panamem_boot_succeed("the native core");
}

enum panamem_boot_begin panamem_image_boot(void) {
  return panamem_boot_in_background(boot);
}

void panamem_image_boot_here(void) {
  panamem_boot_here(boot);
}
