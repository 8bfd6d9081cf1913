/* SPDX-License-Identifier: Apache-2.0
 *
 * The boot: find a JDK, load libjvm, create the VM, and let Java fill the entry table; all on the boot thread, which has
 * every signal blocked and ends when Java serves.
 */
#include "jvm.h"

#include <dlfcn.h>
#include <errno.h>
#include <jni.h>
#include <limits.h>
#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arrival.h"
#include "entry.h"
#include "heap.h"
#include "jdk.h"
#include "jvm_flags.h"
#include "jvm_guard.h"
#include "jvm_room.h"
#include "jvm_words.h"
#include "options.h"
#include "ready.h"
#include "signals.h"

#define BOOT_STACK_BYTES (8 << 20)
#define JNI_VERSION_NEEDED JNI_VERSION_21
#define LOADER_PATIENCE_SECONDS 2
#define FORK_PATIENCE_SECONDS 5
#define BOOT_CLASS "io/github/panamem/bridge/Boot"

/* How far the boot is. Between LOADED and ENDED it may hold process-wide state changed. */
enum progress { NOT_BEGUN, BEGUN, LOADED, ENDED };

static pthread_mutex_t progress_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t progress_changed = PTHREAD_COND_INITIALIZER;
static enum progress progress = NOT_BEGUN;

static JavaVM *java_vm;
static char user_class_name[256];

static void advance(enum progress next) {
  pthread_mutex_lock(&progress_mutex);
  progress = next;
  pthread_cond_broadcast(&progress_changed);
  pthread_mutex_unlock(&progress_mutex);
}

/* Waits while wanted has not been reached; seconds < 0 is for ever. */
static bool wait_for(enum progress wanted, int seconds) {
  struct timespec deadline;
  clock_gettime(CLOCK_REALTIME, &deadline);
  deadline.tv_sec += seconds;
  int error = 0;
  pthread_mutex_lock(&progress_mutex);
  while (progress < wanted && error != ETIMEDOUT) {
    error = seconds < 0 ? pthread_cond_wait(&progress_changed, &progress_mutex)
                        : pthread_cond_timedwait(&progress_changed, &progress_mutex, &deadline);
  }
  bool reached = progress >= wanted;
  pthread_mutex_unlock(&progress_mutex);
  return reached;
}

/* ---- Threads ---------------------------------------------------------------------------------------------------------------- */

static bool attach(struct panamem_thread *thread, bool *ours) {
  (void)thread;
  void *environment = NULL;
  *ours = false;
  if ((*java_vm)->GetEnv(java_vm, &environment, JNI_VERSION_NEEDED) == JNI_OK) {
    return true; /* a Java thread, or attached by someone else */
  }
  JavaVMAttachArgs arguments = {.version = JNI_VERSION_NEEDED};
  panamem_jvm_thread = true; /* attaching runs Java code, and so does detaching */
  *ours = (*java_vm)->AttachCurrentThreadAsDaemon(java_vm, &environment, &arguments) == JNI_OK;
  panamem_jvm_thread = false;
  return *ours;
}

static void detach(struct panamem_thread *thread) {
  (void)thread;
  panamem_jvm_thread = true;
  (*java_vm)->DetachCurrentThread(java_vm);
  panamem_jvm_thread = false;
}

/* ---- The end of the boot -------------------------------------------------------------------------------------------------- */

static void fail(void) {
  panamem_arrival_fail();
  advance(ENDED);
}

/* The JVM would have ended the process. Runs on whatever thread of it. */
static void give_up(void) {
  snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "the JVM did not start%s%s", panamem_jvm_words[0] == '\0' ? "" : ": ",
           panamem_jvm_words);
  panamem_jvm_guard_end();
  fail();
}

/* What the JVM's compilers free stays with libc's malloc, some MiB that grow with the program's first seconds. */
static void give_compilers_memory_back(void) {
  malloc_trim(0);
}

static void succeed(void) {
  panamem_attachment = (struct panamem_attachment){attach, detach};
  panamem_arrival_succeed("Java");
  advance(ENDED);
}

/* ---- The boot ---------------------------------------------------------------------------------------------------------------- */

/* Lets Java fill the entries. Answers whether it serves. */
static bool start_java(JNIEnv *environment) {
  jclass boot = (*environment)->FindClass(environment, BOOT_CLASS);
  jmethodID start = boot == NULL ? NULL : (*environment)->GetStaticMethodID(environment, boot, "start", "(JJJ)J");
  if (start == NULL) {
    (*environment)->ExceptionClear(environment);
    snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "no class %s on the JVM's class path", BOOT_CLASS);
    return false;
  }
  jlong heap = (jlong)&panamem_heap;
  jlong user_class = user_class_name[0] == '\0' ? 0 : (jlong)user_class_name;
  jlong served = (*environment)->CallStaticLongMethod(environment, boot, start, heap, user_class, (jlong)panamem_arrival.error);
  if ((*environment)->ExceptionCheck(environment)) {
    (*environment)->ExceptionClear(environment);
    served = 0;
  }
  if (served == 0 && panamem_arrival.error[0] == '\0') {
    snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "Java refused to serve");
  }
  return served != 0;
}

static bool exiting;

static void note_exit(void) {
  __atomic_store_n(&exiting, true, __ATOMIC_RELEASE);
}

/* exit waits for the loader, then runs libjvm's destructors: no VM must be created beside them. */
static bool is_exiting(void) {
  return __atomic_load_n(&exiting, __ATOMIC_ACQUIRE);
}

/* Creates the VM and lets it serve. */
static bool create(jint (*create_vm)(JavaVM **, void **, void *), struct panamem_jvm_flags *flags) {
  JavaVMOption vm_options[PANAMEM_JVM_FLAGS_MOST];
  for (int i = 0; i < flags->count; i++) {
    vm_options[i] = (JavaVMOption){.optionString = flags->flags[i]};
  }
  JavaVMInitArgs arguments = {
      .version = JNI_VERSION_NEEDED, .nOptions = flags->count, .options = vm_options, .ignoreUnrecognized = JNI_FALSE};
  JNIEnv *environment = NULL;
  panamem_jvm_words_begin(give_up, panamem_options.jvm_flags[0] == '\0');
  jint error = create_vm(&java_vm, (void **)&environment, &arguments);
  panamem_jvm_words_end();
  if (error != JNI_OK) {
    snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "the JVM did not start (JNI_CreateJavaVM answered %d)%s%s", error,
             panamem_jvm_words[0] == '\0' ? "" : ": ", panamem_jvm_words);
    return false;
  }
  return start_java(environment);
}

static int is_libjvm(struct dl_phdr_info *object, size_t bytes, void *path) {
  (void)bytes;
  const char *slash = strrchr(object->dlpi_name, '/');
  bool found = slash != NULL && strcmp(slash + 1, "libjvm.so") == 0;
  if (found) {
    snprintf(path, PATH_MAX, "%s", object->dlpi_name);
  }
  return found;
}

/* A handle of the libjvm that somebody loaded, or NULL. By its path: by its name alone the loader would look for it in every
 * folder that it knows. */
static void *loaded_libjvm(void) {
  char path[PATH_MAX];
  return dl_iterate_phdr(is_libjvm, path) != 0 ? dlopen(path, RTLD_NOW | RTLD_NOLOAD) : NULL;
}

/* Is there a JVM in this process already? Then java_vm is it. */
static bool find_running(void) {
  jint (*created)(JavaVM **, jsize, jsize *) =
      (jint(*)(JavaVM **, jsize, jsize *))dlsym(RTLD_DEFAULT, "JNI_GetCreatedJavaVMs");
  if (created == NULL) {
    void *libjvm = loaded_libjvm();
    created = libjvm == NULL ? NULL : (jint(*)(JavaVM **, jsize, jsize *))dlsym(libjvm, "JNI_GetCreatedJavaVMs");
  }
  jsize count = 0;
  return created != NULL && created(&java_vm, 1, &count) == JNI_OK && count > 0;
}

/* A Java program whose C code uses us without Panamem.open: its JVM serves, and keeps its signals and flags. */
static bool join(void) {
  JNIEnv *environment = NULL;
  JavaVMAttachArgs arguments = {.version = JNI_VERSION_NEEDED};
  advance(LOADED);
  if ((*java_vm)->AttachCurrentThreadAsDaemon(java_vm, (void **)&environment, &arguments) != JNI_OK) {
    snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "the JVM of this process lets no thread attach");
    return false;
  }
  return start_java(environment);
}

static bool boot(void) {
  if (find_running()) {
    return join();
  }
  char home[PATH_MAX];
  char library[PATH_MAX + 32];
  struct panamem_jvm_flags flags;
  if (!panamem_jdk_find(home, sizeof home, panamem_arrival.error, sizeof panamem_arrival.error) ||
      !panamem_jvm_flags_compose(&flags, panamem_arrival.error, sizeof panamem_arrival.error) ||
      !panamem_jvm_has_room(flags.main_stack_bytes, panamem_arrival.error, sizeof panamem_arrival.error)) {
    return false;
  }
  panamem_main_stack_bytes = flags.main_stack_bytes;
  snprintf(library, sizeof library, "%s/lib/server/libjvm.so", home);
  void *libjvm = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (libjvm == NULL) {
    snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "cannot load libjvm: %.400s", dlerror());
    return false;
  }
  jint (*create_vm)(JavaVM **, void **, void *) =
      (jint(*)(JavaVM **, void **, void *))dlsym(libjvm, "JNI_CreateJavaVM");
  if (is_exiting()) {
    return false;
  }
  panamem_jvm_guard(home, libjvm);
  advance(LOADED);
  panamem_jvm_guard_begin();
  bool serves = create(create_vm, &flags);
  panamem_jvm_guard_end();
  __atomic_store_n(&panamem_ready_of_others, give_compilers_memory_back, __ATOMIC_RELAXED);
  return serves;
}

static void *boot_thread(void *unused) {
  (void)unused;
  panamem_jvm_thread = true;
  pthread_setname_np(pthread_self(), "panamem-boot");
  panamem_arrival_begin();
  bool serves = boot();
  if (panamem_state() == PANAMEM_STATE_FAILED) {
    return NULL; /* another thread of the JVM gave up meanwhile */
  }
  if (serves) {
    succeed();
  } else if (is_exiting()) { /* nobody wants to know */
    panamem_state_set(PANAMEM_STATE_FAILED);
    advance(ENDED);
  } else {
    fail();
  }
  if (java_vm != NULL) {
    detach(panamem_self);
  }
  return NULL;
}

static bool start_boot_thread(void) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, BOOT_STACK_BYTES);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  int error = pthread_create(&thread, &attributes, boot_thread, NULL);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  return error == 0;
}

void panamem_jvm_boot(const char *user_class) {
  snprintf(user_class_name, sizeof user_class_name, "%s", user_class == NULL ? "" : user_class);
  advance(BEGUN);
  atexit(note_exit);
  if (!start_boot_thread()) {
    snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "cannot make the boot thread");
    fail();
  }
}

void panamem_jvm_wait(bool patience) {
  if (patience || wait_for(LOADED, LOADER_PATIENCE_SECONDS)) {
    wait_for(ENDED, -1);
  }
}

void panamem_jvm_wait_fork_safe(void) {
  pthread_mutex_lock(&progress_mutex);
  enum progress now = progress;
  pthread_mutex_unlock(&progress_mutex);
  if (panamem_jvm_thread || now == NOT_BEGUN || now == ENDED) {
    return;
  }
  /* A child that inherits the loader's list locked (glibc's dl_load_write_lock) hangs when it unwinds. The forking thread may
   * hold the loader itself, inside a constructor; then nobody comes further. */
  if (now == LOADED || wait_for(LOADED, LOADER_PATIENCE_SECONDS)) {
    wait_for(ENDED, FORK_PATIENCE_SECONDS);
  }
}

void panamem_jvm_after_fork_in_child(void) {
  pthread_mutex_init(&progress_mutex, NULL); /* the boot thread may have held it; it is not here */
  pthread_cond_init(&progress_changed, NULL);
  progress = ENDED;
}

bool panamem_jvm_runs(void) {
  return java_vm != NULL || find_running();
}

bool panamem_jvm_adopt(void) {
  if (!panamem_jvm_runs()) {
    return false;
  }
  panamem_attachment = (struct panamem_attachment){attach, detach};
  return true;
}
