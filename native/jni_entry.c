/* SPDX-License-Identifier: Apache-2.0 */
#include "jni_entry.h"

#include <stddef.h>

#include "entry.h"

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

/* The thread was attached when the gate opened, but perhaps by somebody who has detached it since. */
static JNIEnv *environment_of_thread(void) {
  void *found = NULL;
  bool ours = false;
  if ((*java_vm)->GetEnv(java_vm, &found, PANAMEM_JNI_VERSION) != JNI_OK && panamem_attachment.attach(panamem_self, &ours)) {
    panamem_self->flags |= ours ? PANAMEM_THREAD_DETACH : 0;
    (*java_vm)->GetEnv(java_vm, &found, PANAMEM_JNI_VERSION);
  }
  return found;
}

int64_t panamem_jni_entry(int64_t a, int64_t b, int64_t c, uint64_t entry) {
  JNIEnv *environment = environment_of_thread();
  if (environment == NULL) {
    return 0;
  }
  jlong answer = (*environment)->CallStaticLongMethod(environment, dispatch, enter, (jlong)a, (jlong)b, (jlong)c, (jlong)entry);
  if ((*environment)->ExceptionCheck(environment)) { /* thrown where Entries does not catch */
    (*environment)->ExceptionClear(environment);
    answer = 0;
  }
  return answer;
}
