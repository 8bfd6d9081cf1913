/* SPDX-License-Identifier: Apache-2.0
 *
 * Only from JNI_CreateJavaVM until it returns; afterwards all of this passes through.
 */
#include "jvm_words.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lock.h"

char panamem_jvm_words[PANAMEM_JVM_WORDS_BYTES];

static void (*on_giving_up)(void);
static bool keeping;
static uint32_t words_lock;

void panamem_jvm_words_begin(void (*gave_up)(void), bool keep) {
  panamem_jvm_words[0] = '\0';
  __atomic_store_n(&keeping, keep, __ATOMIC_RELEASE);
  __atomic_store_n(&on_giving_up, gave_up, __ATOMIC_RELEASE);
}

void panamem_jvm_words_end(void) {
  __atomic_store_n(&keeping, false, __ATOMIC_RELEASE);
  __atomic_store_n(&on_giving_up, NULL, __ATOMIC_RELEASE);
}

/* Ends of lines become single blanks, and so do the number signs with which the JVM frames a report. */
static void keep_words(const char *text, size_t bytes) {
  size_t length = strlen(panamem_jvm_words);
  for (size_t i = 0; i < bytes && length < sizeof panamem_jvm_words - 1; i++) {
    bool blank = isspace((unsigned char)text[i]) || text[i] == '#';
    if (!blank) {
      panamem_jvm_words[length++] = text[i];
    } else if (length > 0 && panamem_jvm_words[length - 1] != ' ') {
      panamem_jvm_words[length++] = ' ';
    }
  }
  panamem_jvm_words[length] = '\0';
}

ssize_t panamem_jvm_write(int descriptor, const void *text, size_t bytes) {
  bool spoken = descriptor == STDOUT_FILENO || descriptor == STDERR_FILENO;
  if (!spoken || !__atomic_load_n(&keeping, __ATOMIC_ACQUIRE)) {
    return write(descriptor, text, bytes);
  }
  panamem_lock(&words_lock);
  keep_words(text, bytes);
  panamem_unlock(&words_lock);
  return (ssize_t)bytes;
}

/* Does not return when somebody listens. */
static void give_up(void) {
  void (*gave_up)(void) = __atomic_exchange_n(&on_giving_up, NULL, __ATOMIC_ACQ_REL);
  if (gave_up != NULL) {
    gave_up();
    for (;;) {
      pause();
    }
  }
}

void panamem_jvm_exit(int status) {
  give_up();
  exit(status);
}

void panamem_jvm_exit_at_once(int status) {
  give_up();
  _exit(status);
}

void panamem_jvm_abort(void) {
  give_up();
  abort();
}
