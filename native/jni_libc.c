/* SPDX-License-Identifier: Apache-2.0
 *
 * Java could call libc without us, by java.lang.foreign. But the first such call has the JVM make some twenty classes, which
 * is a sixth of a start, and these four are all that the core needs.
 */
#include "jni_libc.h"

#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define CLASS "io/github/panamem/os/JniLibC"

static jint protect(JNIEnv *environment, jclass type, jlong address, jlong bytes, jint protection) {
  (void)environment;
  (void)type;
  return mprotect((void *)(uintptr_t)address, (size_t)bytes, protection);
}

static jint advise(JNIEnv *environment, jclass type, jlong address, jlong bytes, jint advice) {
  (void)environment;
  (void)type;
  return madvise((void *)(uintptr_t)address, (size_t)bytes, advice);
}

static jlong limit_of(JNIEnv *environment, jclass type, jint kind) {
  (void)environment;
  (void)type;
  struct rlimit limit;
  return getrlimit((__rlimit_resource_t)kind, &limit) == 0 ? (jlong)limit.rlim_cur : -1;
}

static jint page_bytes(JNIEnv *environment, jclass type) {
  (void)environment;
  (void)type;
  return getpagesize();
}

static const JNINativeMethod methods[] = {
    {"protect", "(JJI)I", (void *)protect},
    {"advise", "(JJI)I", (void *)advise},
    {"limitOf", "(I)J", (void *)limit_of},
    {"pageBytes", "()I", (void *)page_bytes},
};

void panamem_jni_libc_register(JNIEnv *environment) {
  jclass type = (*environment)->FindClass(environment, CLASS);
  if (type != NULL) {
    (*environment)->RegisterNatives(environment, type, methods, sizeof methods / sizeof methods[0]);
    (*environment)->DeleteLocalRef(environment, type);
  }
  if ((*environment)->ExceptionCheck(environment)) {
    (*environment)->ExceptionClear(environment);
  }
}
