/* SPDX-License-Identifier: Apache-2.0
 *
 * The JVM's last words: where it cannot start, it prints and ends the process. The program shall hear one line instead, and
 * go on.
 */
#ifndef PANAMEM_NATIVE_JVM_WORDS_H
#define PANAMEM_NATIVE_JVM_WORDS_H

#include <stdbool.h>
#include <sys/types.h>

#define PANAMEM_JVM_WORDS_BYTES 256

/* What the JVM printed while we listened, in one line; "" when nothing. */
extern char panamem_jvm_words[PANAMEM_JVM_WORDS_BYTES];

/* Listens. When the JVM then ends the process, gave_up is called on the thread that would do so; that thread rests for ever
 * (it may hold locks of the JVM) and the process goes on. With keep false the JVM's words go where it sends them. */
void panamem_jvm_words_begin(void (*gave_up)(void), bool keep);
void panamem_jvm_words_end(void);

/* For the JVM's imports of the same names. */
ssize_t panamem_jvm_write(int descriptor, const void *text, size_t bytes);
void panamem_jvm_exit(int status);
void panamem_jvm_exit_at_once(int status);
void panamem_jvm_abort(void);

#endif
