/* SPDX-License-Identifier: Apache-2.0
 *
 * The entries by JNI, against a JVM of a handful of functions: what they hand over, and what may go wrong on the way.
 */
#include "fixture.h"

#include <jni.h>
#include <stdarg.h>
#include <string.h>

#include "../entry.h"
#include "../jni_entry.h"

static struct {
  bool has_class, is_attached, attaches, throws;
  bool pending;
  int attached, cleared;
  jlong arguments[4];
} jvm;

static struct panamem_thread thread;
static const struct JNINativeInterface_ *environment;

static jclass find_class(JNIEnv *env, const char *name) {
  (void)env;
  assert_string_equal(name, "io/github/panamem/bridge/Dispatch");
  jvm.pending = !jvm.has_class;
  return jvm.has_class ? (jclass)&jvm : NULL;
}

static jobject new_global_ref(JNIEnv *env, jobject object) {
  (void)env;
  return object;
}

static jmethodID static_method(JNIEnv *env, jclass type, const char *name, const char *signature) {
  (void)env;
  (void)type;
  assert_string_equal(name, "enter");
  assert_string_equal(signature, "(JJJJ)J");
  return (jmethodID)&jvm;
}

static jlong call_static(JNIEnv *env, jclass type, jmethodID method, ...) {
  assert_true(env == (JNIEnv *)&environment && type == (jclass)&jvm && method == (jmethodID)&jvm);
  va_list arguments;
  va_start(arguments, method);
  for (int i = 0; i < 4; i++) {
    jvm.arguments[i] = va_arg(arguments, jlong);
  }
  va_end(arguments);
  jvm.pending = jvm.throws;
  return 42;
}

static jboolean exception_check(JNIEnv *env) {
  (void)env;
  return jvm.pending;
}

static void exception_clear(JNIEnv *env) {
  (void)env;
  jvm.cleared += jvm.pending;
  jvm.pending = false;
}

static jint get_env(JavaVM *vm, void **found, jint version) {
  (void)vm;
  assert_int_equal(version, PANAMEM_JNI_VERSION);
  *found = jvm.is_attached ? (void *)&environment : NULL;
  return jvm.is_attached ? JNI_OK : JNI_EDETACHED;
}

static bool attach(struct panamem_thread *asking, bool *ours) {
  assert_ptr_equal(asking, &thread);
  jvm.attached++;
  jvm.is_attached = *ours = jvm.attaches;
  return jvm.attaches;
}

static const struct JNINativeInterface_ functions = {
    .FindClass = find_class,
    .NewGlobalRef = new_global_ref,
    .GetStaticMethodID = static_method,
    .CallStaticLongMethod = call_static,
    .ExceptionCheck = exception_check,
    .ExceptionClear = exception_clear,
};
static const struct JNINativeInterface_ *environment = &functions;
static const struct JNIInvokeInterface_ invocations = {.GetEnv = get_env};
static JavaVM vm = &invocations;

static bool find(void) {
  return panamem_jni_entry_find(&vm, (JNIEnv *)&environment);
}

static int fresh(void **state) {
  (void)state;
  memset(&jvm, 0, sizeof jvm);
  jvm.has_class = jvm.is_attached = jvm.attaches = true;
  thread = (struct panamem_thread){0};
  panamem_self = &thread;
  panamem_attachment.attach = attach;
  return find() ? 0 : -1;
}

static void a_call_hands_over_its_arguments_and_the_answer(void **state) {
  (void)state;
  assert_int_equal(panamem_jni_entry(1, -2, 3, 4), 42);
  const jlong expected[] = {1, -2, 3, 4};
  assert_memory_equal(jvm.arguments, expected, sizeof expected);
  assert_int_equal(jvm.attached, 0);
  assert_int_equal(thread.flags, 0);
}

static void an_exception_is_cleared_and_the_answer_is_no(void **state) {
  (void)state;
  jvm.throws = true;
  assert_int_equal(panamem_jni_entry(1, 2, 3, 4), 0);
  assert_int_equal(jvm.cleared, 1);
  assert_false(jvm.pending);
}

static void a_thread_that_was_detached_is_attached_and_will_be_detached(void **state) {
  (void)state;
  jvm.is_attached = false;
  assert_int_equal(panamem_jni_entry(1, 2, 3, 4), 42);
  assert_int_equal(jvm.attached, 1);
  assert_int_equal(thread.flags, PANAMEM_THREAD_DETACH);
}

static void a_jvm_that_lets_no_thread_attach_answers_no(void **state) {
  (void)state;
  jvm.is_attached = jvm.attaches = false;
  assert_int_equal(panamem_jni_entry(1, 2, 3, 4), 0);
  assert_int_equal(thread.flags, 0);
}

static void without_the_class_there_is_no_entry_and_no_exception(void **state) {
  (void)state;
  jvm.has_class = false;
  assert_false(find());
  assert_false(jvm.pending);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_call_hands_over_its_arguments_and_the_answer, fresh),
      cmocka_unit_test_setup(an_exception_is_cleared_and_the_answer_is_no, fresh),
      cmocka_unit_test_setup(a_thread_that_was_detached_is_attached_and_will_be_detached, fresh),
      cmocka_unit_test_setup(a_jvm_that_lets_no_thread_attach_answers_no, fresh),
      cmocka_unit_test_setup(without_the_class_there_is_no_entry_and_no_exception, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
