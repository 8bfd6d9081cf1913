/* SPDX-License-Identifier: Apache-2.0 */
#include "jni_entry.h"

#include <stddef.h>

#define JNI_VERSION_NEEDED JNI_VERSION_21
#define CLASS "io/github/panamem/bridge/Dispatch"

static JavaVM *java_vm;
static jclass dispatch;
static jmethodID enter;

bool panamem_jni_entry_find(JavaVM *vm, JNIEnv *environment) {
  java_vm = vm;
  jclass found = (*environment)->FindClass(environment, CLASS);
  dispatch = found == NULL ? NULL : (*environment)->NewGlobalRef(environment, found);
  enter = dispatch == NULL ? NULL : (*environment)->GetStaticMethodID(environment, dispatch, "enter", "(JJJJ)J");
  (*environment)->ExceptionClear(environment);
  return enter != NULL;
}

int64_t panamem_jni_entry(int64_t a, int64_t b, int64_t c, uint64_t entry) {
  void *found = NULL;
  (*java_vm)->GetEnv(java_vm, &found, JNI_VERSION_NEEDED);
  JNIEnv *environment = found;
  jlong answer = (*environment)->CallStaticLongMethod(environment, dispatch, enter, (jlong)a, (jlong)b, (jlong)c, (jlong)entry);
  if ((*environment)->ExceptionCheck(environment)) { /* not even Dispatch had room on the stack */
    (*environment)->ExceptionClear(environment);
    answer = 0;
  }
  return answer;
}
