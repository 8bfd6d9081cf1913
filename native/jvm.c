/* SPDX-License-Identifier: Apache-2.0
 *
 * The boot: find a JDK, load libjvm, create the VM, and let Java fill the entry table; all on the boot thread, which ends
 * when Java serves through its upcall.
 */
#include "jvm.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <jni.h>
#include <limits.h>
#include <link.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "arrival.h"
#include "boot.h"
#include "descriptors.h"
#include "entry.h"
#include "heap.h"
#include "jdk.h"
#include "jni_entry.h"
#include "jni_libc.h"
#include "jvm_flags.h"
#include "jvm_guard.h"
#include "jvm_room.h"
#include "jvm_words.h"
#include "mapping.h"
#include "options.h"
#include "ready.h"
#include "signals.h"

#define BOOT_CLASS "io/github/panamem/bridge/Boot"

static JavaVM *java_vm;
static char user_class_name[256];
static struct panamem_jvm_kind kind_wanted;

/* ---- Threads ---------------------------------------------------------------------------------------------------------------- */

static bool attach(struct panamem_thread *thread, bool *ours) {
  (void)thread;
  void *environment = NULL;
  *ours = false;
  if ((*java_vm)->GetEnv(java_vm, &environment, PANAMEM_JNI_VERSION) == JNI_OK) {
    return true; /* a Java thread, or attached by someone else */
  }
  JavaVMAttachArgs arguments = {.version = PANAMEM_JNI_VERSION};
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

/* The JVM would have ended the process. Runs on whatever thread of it. */
static void give_up(void) {
  snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "the JVM did not start%s%s", panamem_jvm_words[0] == '\0' ? "" : ": ",
           panamem_jvm_words);
  panamem_jvm_guard_end();
  panamem_boot_fail();
}

/* What the JVM's compilers free stays with libc's malloc, some MiB that grow with the program's first seconds. */
static void give_compilers_memory_back(void) {
  malloc_trim(0);
}

static void succeed(void) {
  panamem_attachment = (struct panamem_attachment){attach, detach};
  panamem_boot_succeed("Java");
}

/* ---- The boot ---------------------------------------------------------------------------------------------------------------- */

/* Lets Java serve, through this entry; or, when it is NULL, through an upcall. Answers whether it does. */
static bool start_java(JNIEnv *environment, panamem_entry entry) {
  jclass boot = (*environment)->FindClass(environment, BOOT_CLASS);
  jmethodID start = boot == NULL ? NULL : (*environment)->GetStaticMethodID(environment, boot, "start", "(JJJJ)J");
  if (start == NULL) {
    (*environment)->ExceptionClear(environment);
    snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "no class %s on the JVM's class path", BOOT_CLASS);
    return false;
  }
  panamem_jni_libc_register(environment);
  jlong user_class = user_class_name[0] == '\0' ? 0 : (jlong)user_class_name;
  jlong served = (*environment)->CallStaticLongMethod(environment, boot, start, (jlong)&panamem_heap, (jlong)entry, user_class,
                                                      (jlong)panamem_arrival.error);
  if ((*environment)->ExceptionCheck(environment)) {
    (*environment)->ExceptionClear(environment);
    served = 0;
  }
  if (served == 0 && panamem_arrival.error[0] == '\0') {
    snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "Java refused to serve");
  }
  if (served != 0 && entry == NULL) {
    panamem_entries_settle(panamem_heap.entries[PANAMEM_ENTRY_PING]);
  }
  return served != 0;
}

/* Puts an upcall into the place of the entries by JNI, which serve until then; and on, where Java can make none. */
static void make_upcall(void) {
  void *found = NULL;
  (*java_vm)->GetEnv(java_vm, &found, PANAMEM_JNI_VERSION);
  JNIEnv *environment = found;
  jclass boot = (*environment)->FindClass(environment, BOOT_CLASS);
  jmethodID make = boot == NULL ? NULL : (*environment)->GetStaticMethodID(environment, boot, "upcall", "()J");
  jlong upcall = make == NULL ? 0 : (*environment)->CallStaticLongMethod(environment, boot, make);
  (*environment)->ExceptionClear(environment);
  if (panamem_boot_comes_too_late()) {
    return;
  }
  if (upcall != 0) {
    panamem_entries_settle((panamem_entry)upcall);
    panamem_entries_replace((panamem_entry)upcall);
  } else if (panamem_options.verbose) {
    fprintf(stderr, "panamem: Java makes no upcall; every crossing goes by JNI\n");
  }
}

/* Did the JVM take the AOT cache? Without it an upcall's classes come from files, which the program may close as soon as Java
 * serves. */
static bool has_cache(void) {
  int maps = panamem_descriptors_open("/proc/self/maps", O_RDONLY, 0);
  bool answer = panamem_is_mapped(PANAMEM_CACHE_FILE, maps);
  if (maps >= 0) {
    panamem_descriptors_close(maps);
  }
  return answer;
}

/* Creates the VM and lets it serve. */
static bool create(jint (*create_vm)(JavaVM **, void **, void *), struct panamem_jvm_flags *flags) {
  JavaVMOption vm_options[PANAMEM_JVM_FLAGS_MOST];
  for (int i = 0; i < flags->count; i++) {
    vm_options[i] = (JavaVMOption){.optionString = flags->flags[i]};
  }
  JavaVMInitArgs arguments = {
      .version = PANAMEM_JNI_VERSION, .nOptions = flags->count, .options = vm_options, .ignoreUnrecognized = JNI_FALSE};
  JNIEnv *environment = NULL;
  panamem_jvm_words_begin(give_up, panamem_options.jvm_flags[0] == '\0');
  jint error = create_vm(&java_vm, (void **)&environment, &arguments);
  panamem_jvm_words_end();
  if (error != JNI_OK) {
    snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "the JVM did not start (JNI_CreateJavaVM answered %d)%s%s", error,
             panamem_jvm_words[0] == '\0' ? "" : ": ", panamem_jvm_words);
    return false;
  }
  bool upcall_can_wait = has_cache() && panamem_jni_entry_find(java_vm, environment);
  return start_java(environment, upcall_can_wait ? panamem_jni_entry : NULL);
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
  JavaVMAttachArgs arguments = {.version = PANAMEM_JNI_VERSION};
  panamem_boot_loaded();
  if ((*java_vm)->AttachCurrentThreadAsDaemon(java_vm, (void **)&environment, &arguments) != JNI_OK) {
    snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "the JVM of this process lets no thread attach");
    return false;
  }
  return start_java(environment, NULL);
}

static bool boot(void) {
  if (find_running()) {
    return join();
  }
  char home[PATH_MAX];
  char library[PATH_MAX + 32];
  struct panamem_jvm_flags flags;
  if (!panamem_jdk_find(home, sizeof home, panamem_arrival.error, sizeof panamem_arrival.error) ||
      !panamem_jvm_flags_compose(&flags, kind_wanted, panamem_jdk_release(home), panamem_arrival.error,
                                 sizeof panamem_arrival.error) ||
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
  if (panamem_boot_comes_too_late()) {
    return false;
  }
  panamem_jvm_guard(home, libjvm);
  panamem_boot_loaded();
  panamem_jvm_guard_begin();
  bool serves = create(create_vm, &flags);
  panamem_jvm_guard_end();
  __atomic_store_n(&panamem_ready_of_others, give_compilers_memory_back, __ATOMIC_RELAXED);
  return serves;
}

static void boot_and_say(void) {
  panamem_jvm_thread = true;
  panamem_arrival_begin();
  bool serves = boot();
  if (panamem_state() == PANAMEM_STATE_FAILED) {
    return; /* another thread of the JVM gave up meanwhile */
  }
  if (serves) {
    succeed();
  } else {
    panamem_boot_fail();
  }
  if (serves && panamem_heap.entries[PANAMEM_ENTRY_PING] == panamem_jni_entry && !panamem_boot_comes_too_late()) {
    make_upcall();
  }
  if (java_vm != NULL) {
    detach(panamem_self);
  }
}

enum panamem_boot_begin panamem_jvm_boot(const char *user_class, struct panamem_jvm_kind kind) {
  kind_wanted = kind;
  snprintf(user_class_name, sizeof user_class_name, "%s", user_class == NULL ? "" : user_class);
  panamem_descriptors_make_room();
  enum panamem_boot_begin begun = panamem_boot_in_background(boot_and_say);
  if (begun == PANAMEM_BOOT_NO_THREAD) { /* a JVM needs several */
    panamem_boot_fail();
    return PANAMEM_BOOT_BEGAN;
  }
  return begun;
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
