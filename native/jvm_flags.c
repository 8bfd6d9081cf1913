/* SPDX-License-Identifier: Apache-2.0
 *
 * A small, quiet JVM: it keeps off signals, files in /tmp, standard output and the resource limits of its host.
 */
#include "jvm_flags.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "options.h"
#include "own_path.h"

#define MOST_MAIN_STACK_BYTES (1ull << 30) /* the JVM takes no larger -Xss */
#define OS_DEFAULT_STACK_BYTES (8ull << 20)
#define RELEASE_WITH_CACHE_FLAGS 25
#define MEMORY "io.github.panamem.memory.Memory"

static void add(struct panamem_jvm_flags *flags, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct panamem_jvm_flags *flags, const char *format, ...) {
  char *flag = NULL;
  va_list arguments;
  va_start(arguments, format);
  if (flags->count < PANAMEM_JVM_FLAGS_MOST - 1 && vasprintf(&flag, format, arguments) >= 0) {
    flags->flags[flags->count++] = flag;
    flags->flags[flags->count] = NULL;
  }
  va_end(arguments);
}

/* The JVM must know as much of the main thread's stack as the program may use. */
static uint64_t main_stack_bytes(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == 0) {
    return OS_DEFAULT_STACK_BYTES;
  }
  return limit.rlim_cur < MOST_MAIN_STACK_BYTES ? limit.rlim_cur : MOST_MAIN_STACK_BYTES;
}

static void add_users_flags(struct panamem_jvm_flags *flags) {
  static char text[PANAMEM_OPTION_PATH_BYTES];
  strcpy(text, panamem_options.jvm_flags);
  char *rest = NULL;
  for (char *flag = strtok_r(text, " ", &rest); flag != NULL; flag = strtok_r(NULL, " ", &rest)) {
    add(flags, "%s", flag);
  }
}

/* JDK 25 takes the classes of an AOT cache without comparing them with the jar: a cache that is older holds others. */
static bool cache_serves(const char *cache, const char *jar) {
  struct stat cache_stat;
  struct stat jar_stat;
  if (access(cache, R_OK) != 0 || stat(cache, &cache_stat) != 0 || stat(jar, &jar_stat) != 0) {
    return false;
  }
  const struct timespec *made = &cache_stat.st_mtim;
  const struct timespec *changed = &jar_stat.st_mtim;
  return made->tv_sec > changed->tv_sec || (made->tv_sec == changed->tv_sec && made->tv_nsec >= changed->tv_nsec);
}

/* The cache maps as it was written where its own address is free. Elsewhere all its pointers must be changed first, which
 * takes some milliseconds and makes the pages this process's own, 5 MiB. That is what the JVM does unless it is told. And it
 * has a thread look for methods to compile among what was recorded in training, which is nothing: 3 ms. Both flags are of
 * the kind that may go without notice, and a JVM does not start with a flag that it does not know. */
static void add_flags_of_cache(struct panamem_jvm_flags *flags, const char *cache, bool hides_addresses, int release) {
  add(flags, "-XX:AOTCache=%s", cache);
  if (release != RELEASE_WITH_CACHE_FLAGS) {
    return;
  }
  add(flags, "-XX:+UnlockDiagnosticVMOptions");
  add(flags, "-XX:-AOTReplayTraining");
  if (!hides_addresses) {
    add(flags, "-XX:ArchiveRelocationMode=0");
  }
}

/* A program pays for what the JIT does while it lasts. Where Java is asked now and then, for pools and large blocks, C2 would
 * cost more time and memory than its code saves. C1 need not open every access to memory, which is some 20 methods deep:
 * compiled at once, it spares each of these the interpreter's calls that would have it compiled by itself.
 *
 * Where calls cross often, most of what is compiled soon belongs to the start all the same. But C2 does open every access, and
 * would not if it had been compiled before. */
static void add_flags_of_jit(struct panamem_jvm_flags *flags, bool crosses_often) {
  add(flags, "-XX:C1MaxInlineSize=10"); /* bytes of code: less than Memory's accessors have */
  if (crosses_often) {
    add(flags, "-XX:CompileThresholdScaling=3");
  } else {
    add(flags, "-XX:TieredStopAtLevel=1");
    add(flags, "-XX:CompileCommand=quiet");
    add(flags, "-XX:CompileCommand=CompileThresholdScaling," MEMORY "::*,0.01");
  }
}

static void add_own_flags(struct panamem_jvm_flags *flags) {
  add(flags, "--enable-native-access=ALL-UNNAMED");
  add(flags, "-Xrs"); /* INT, TERM, HUP and QUIT stay the program's */
  add(flags, "-XX:+UseSerialGC");
  add(flags, "-Xms16m");
  add(flags, "-Xmx16m");
  flags->main_stack_bytes = main_stack_bytes();
  add(flags, "-Xss%llu", (unsigned long long)flags->main_stack_bytes);
  add(flags, "-XX:ReservedCodeCacheSize=16m");
  add(flags, "-XX:CompressedClassSpaceSize=16m");
  add(flags, "-XX:-UsePerfData");           /* no file in /tmp */
  add(flags, "-XX:+DisableAttachMechanism"); /* no socket in /tmp */
  add(flags, "-XX:-MaxFDLimit");             /* RLIMIT_NOFILE stays */
  add(flags, "-XX:+DisplayVMOutputToStderr");
  add(flags, "-Djava.lang.foreign.VERIFY_BINDINGS=false"); /* java.lang.foreign's check of itself: a part of the start */
  add(flags, "-Xlog:disable");
  add(flags, "-XX:ErrorFile=/tmp/panamem_hs_err_%%p.log");
}

bool panamem_jvm_flags_compose(struct panamem_jvm_flags *flags, struct panamem_jvm_kind kind, int release, char *error,
                               size_t error_bytes) {
  *flags = (struct panamem_jvm_flags){0};
  char library[PATH_MAX];
  char folder[PATH_MAX];
  char jar[PATH_MAX + 32];
  char cache[PATH_MAX + 32];
  if (!panamem_own_path(library, folder)) {
    snprintf(error, error_bytes, "cannot tell where libpanamem was loaded from");
    return false;
  }
  snprintf(jar, sizeof jar, "%s/panamem/panamem.jar", folder);
  snprintf(cache, sizeof cache, "%s/panamem/" PANAMEM_CACHE_FILE, folder);
  if (access(jar, R_OK) != 0) {
    snprintf(error, error_bytes, "missing %.400s; install it beside the library", jar);
    return false;
  }
  const char *user_path = panamem_options.class_path;
  add(flags, "-Djava.class.path=%s%s%s", jar, user_path[0] == '\0' ? "" : ":", user_path);
  add(flags, "-Dpanamem.library=%s", library);
  if (cache_serves(cache, jar)) { /* also before a longer class path */
    add_flags_of_cache(flags, cache, kind.hides_addresses, release);
  }
  add_own_flags(flags);
  add_flags_of_jit(flags, kind.crosses_often);
  add_users_flags(flags);
  return true;
}
