/* SPDX-License-Identifier: Apache-2.0
 *
 * Each name is one row; `<name>_debug` is the same with hooks, and `debug` is the default with hooks.
 */
#include "choice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "hardened.h"
#include "magazine.h"
#include "options.h"
#include "peers.h"
#include "pymalloc.h"
#include "pymalloc_arena.h"
#include "pymalloc_print.h"
#include "shown.h"
#include "upcall.h"
#include "user.h"

#define NAMES \
  "default, arena, upcall, pymalloc, malloc, mimalloc, jemalloc, tcmalloc, java:<class>, debug, <name>_debug, hardened, guard, " \
  "guard:rate=<N>, off"
#define DEBUG_SUFFIX "_debug"
#define JAVA_PREFIX "java:"
#define GUARD_RATE_PREFIX "guard:rate="

struct panamem_choice panamem_choice = {.name = "arena", .java = true};

static PyMemAllocatorEx arena_row(int domain) {
  return (PyMemAllocatorEx){PANAMEM_DOMAIN_CONTEXT(domain), panamem_arena_malloc, panamem_arena_calloc,
                            panamem_arena_realloc, panamem_arena_free};
}

static PyMemAllocatorEx upcall_row(int domain) {
  return (PyMemAllocatorEx){PANAMEM_DOMAIN_CONTEXT(domain), panamem_upcall_malloc, panamem_upcall_calloc,
                            panamem_upcall_realloc, panamem_upcall_free};
}

static PyMemAllocatorEx user_row(int domain) {
  return (PyMemAllocatorEx){PANAMEM_DOMAIN_CONTEXT(domain), panamem_user_malloc, panamem_user_calloc,
                            panamem_user_realloc, panamem_user_free};
}

static PyMemAllocatorEx guard_row(int domain) {
  return (PyMemAllocatorEx){PANAMEM_DOMAIN_CONTEXT(domain), panamem_guard_malloc, panamem_guard_calloc,
                            panamem_guard_realloc, panamem_guard_free};
}

static PyMemAllocatorEx hardened_row(int domain) {
  if (panamem_options.hardened_zeroes) {
    return (PyMemAllocatorEx){PANAMEM_HARDENED_CONTEXT(domain), panamem_zeroing_malloc, panamem_zeroing_calloc,
                              panamem_zeroing_realloc, panamem_zeroing_free};
  }
  return (PyMemAllocatorEx){PANAMEM_HARDENED_CONTEXT(domain), panamem_hardened_malloc, panamem_hardened_calloc,
                            panamem_hardened_realloc, panamem_hardened_free};
}

static PyMemAllocatorEx libc_row(int domain) {
  (void)domain;
  return panamem_libc_row();
}

static PyMemAllocatorEx pymalloc_row(int domain) {
  if (domain == PYMEM_DOMAIN_RAW) {
    return panamem_libc_row();
  }
  return (PyMemAllocatorEx){PANAMEM_DOMAIN_CONTEXT(domain), panamem_pymalloc_malloc, panamem_pymalloc_calloc,
                            panamem_pymalloc_realloc, panamem_pymalloc_free};
}

static const struct named {
  const char *name;
  bool java;
  enum panamem_crossings crossings;
  bool hides_addresses;
  PyMemAllocatorEx (*row)(int domain);
  void (*open)(void);
  int (*print)(FILE *out);
} named[] = {
    {"arena", true, PANAMEM_CROSSES_RARELY, false, arena_row, NULL, NULL},
    {"upcall", true, PANAMEM_CROSSES_EACH_CALL, false, upcall_row, NULL, NULL},
    {"pymalloc", true, PANAMEM_CROSSES_OFTEN, false, pymalloc_row, panamem_py_open, panamem_py_print},
    {"hardened", true, PANAMEM_CROSSES_RARELY, true, hardened_row, NULL, NULL},
    {"malloc", false, PANAMEM_CROSSES_RARELY, false, libc_row, NULL, NULL},
};

static const char *const peers[] = {"mimalloc", "jemalloc", "tcmalloc"};

static void fill(struct panamem_choice *choice, PyMemAllocatorEx (*row)(int domain)) {
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    choice->rows[domain] = row(domain);
  }
}

static bool choose_named(const char *name, struct panamem_choice *choice) {
  for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
    if (strcmp(name, named[i].name) == 0) {
      choice->java = named[i].java;
      choice->crossings = named[i].crossings;
      choice->hides_addresses = named[i].hides_addresses;
      choice->print = named[i].print;
      fill(choice, named[i].row);
      if (named[i].open != NULL) {
        named[i].open();
      }
      return true;
    }
  }
  return false;
}

static bool is_peer(const char *name) {
  for (size_t i = 0; i < sizeof peers / sizeof peers[0]; i++) {
    if (strcmp(name, peers[i]) == 0) {
      return true;
    }
  }
  return false;
}

static bool choose_peer(const char *name, struct panamem_choice *choice, char *error, size_t error_bytes) {
  PyMemAllocatorEx row;
  if (!panamem_peer_load(name, &row, error, error_bytes)) {
    return false;
  }
  for (int domain = 0; domain < PANAMEM_DOMAINS; domain++) {
    choice->rows[domain] = row;
  }
  return true;
}

static bool choose_user(const char *class_name, struct panamem_choice *choice) {
  snprintf(choice->user_class, sizeof choice->user_class, "%s", class_name);
  choice->java = true;
  choice->crossings = PANAMEM_CROSSES_EACH_CALL;
  fill(choice, user_row);
  return true;
}

/* "guard" with the rate of the options, or with its own. Its blocks need no padding, so it has no "_debug". */
static bool choose_guard(const char *name, struct panamem_choice *choice, char *error, size_t error_bytes) {
  const char *rate = strncmp(name, GUARD_RATE_PREFIX, sizeof GUARD_RATE_PREFIX - 1) == 0
                         ? name + sizeof GUARD_RATE_PREFIX - 1
                         : NULL;
  if (rate != NULL && !panamem_parse_guard_rate(rate, &panamem_options.guard_rate)) {
    snprintf(error, error_bytes, "PANAMEM_MALLOC: bad rate '%s' of 'guard'; allowed: guard:rate=<N>, N from 1 on",
             panamem_show(rate).text);
    return false;
  }
  snprintf(choice->name, sizeof choice->name, "%s", name);
  choice->java = true;
  choice->crossings = PANAMEM_CROSSES_OFTEN;
  choice->prepare = panamem_guard_prepare;
  fill(choice, guard_row);
  return true;
}

static bool is_guard(const char *name) {
  return strcmp(name, "guard") == 0 || strncmp(name, GUARD_RATE_PREFIX, sizeof GUARD_RATE_PREFIX - 1) == 0;
}

/* The name without "_debug", and whether it had it. "debug" and "default" stand for arena. */
static bool strip_debug(const char *name, char *base, size_t base_bytes) {
  size_t length = strlen(name);
  size_t suffix = sizeof DEBUG_SUFFIX - 1;
  bool debug = length > suffix && strcmp(name + length - suffix, DEBUG_SUFFIX) == 0;
  snprintf(base, base_bytes, "%.*s", (int)(debug ? length - suffix : length), name);
  if (strcmp(base, "debug") == 0 && !debug) {
    debug = true;
    snprintf(base, base_bytes, "arena");
  }
  if (strcmp(base, "default") == 0) {
    snprintf(base, base_bytes, "arena");
  }
  return debug;
}

bool panamem_choose(const char *name, struct panamem_choice *choice, char *error, size_t error_bytes) {
  *choice = (struct panamem_choice){0};
  char base[sizeof choice->name - sizeof DEBUG_SUFFIX];
  if (name == NULL || name[0] == '\0') {
    name = "default";
  }
  if (strlen(name) >= sizeof base) {
    snprintf(error, error_bytes, "PANAMEM_MALLOC: name of %zu bytes is too long", strlen(name));
    return false;
  }
  if (strcmp(name, "off") == 0) {
    choice->off = true;
    fill(choice, arena_row);
    snprintf(choice->name, sizeof choice->name, "off");
    return true;
  }
  if (is_guard(name)) {
    return choose_guard(name, choice, error, error_bytes);
  }
  choice->debug = strip_debug(name, base, sizeof base);
  snprintf(choice->name, sizeof choice->name, "%s%s", base, choice->debug ? DEBUG_SUFFIX : "");
  if (strncmp(base, JAVA_PREFIX, sizeof JAVA_PREFIX - 1) == 0 && base[sizeof JAVA_PREFIX - 1] != '\0') {
    return choose_user(base + sizeof JAVA_PREFIX - 1, choice);
  }
  if (is_peer(base)) {
    return choose_peer(base, choice, error, error_bytes);
  }
  if (choose_named(base, choice)) {
    return true;
  }
  snprintf(error, error_bytes, "PANAMEM_MALLOC: unknown allocator '%s'; allowed: " NAMES, panamem_show(name).text);
  return false;
}

bool panamem_choice_from_environment(bool heed_pythonmalloc, const char **name, char *error, size_t error_bytes) {
  const char *own = getenv("PANAMEM_MALLOC");
  const char *pythons = heed_pythonmalloc ? getenv("PYTHONMALLOC") : NULL;
  *name = own;
  if ((own != NULL && own[0] != '\0') || pythons == NULL || pythons[0] == '\0') {
    return true;
  }
  static const char *const shared[] = {"default", "debug", "malloc", "malloc_debug", "pymalloc", "pymalloc_debug"};
  for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++) {
    if (strcmp(pythons, shared[i]) == 0) {
      *name = pythons;
      return true;
    }
  }
  bool mimalloc = strncmp(pythons, "mimalloc", 8) == 0;
  snprintf(error, error_bytes, "PYTHONMALLOC=%s: %s", panamem_show(pythons).text,
           mimalloc ? "CPython's built-in mimalloc is not here; PANAMEM_MALLOC=mimalloc takes an installed one"
                    : "unknown allocator; allowed: default, debug, malloc, malloc_debug, pymalloc, pymalloc_debug");
  return false;
}
