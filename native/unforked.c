/* SPDX-License-Identifier: Apache-2.0
 *
 * A lock of pthread's, since those that wait may wait for a while; forks come first, else threads that unwind all the time
 * would keep one waiting for ever.
 */
#include "unforked.h"

#include <pthread.h>

#define FORKS_FIRST PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP

static pthread_rwlock_t lock = FORKS_FIRST;

void panamem_unforked_begin(void) {
  pthread_rwlock_rdlock(&lock);
}

void panamem_unforked_end(void) {
  pthread_rwlock_unlock(&lock);
}

void panamem_unforked_before_fork(void) {
  pthread_rwlock_wrlock(&lock);
}

void panamem_unforked_after_fork(void) {
  pthread_rwlock_unlock(&lock);
}

/* The lock still counts the threads that wait for it, and the child does not have them. */
void panamem_unforked_after_fork_in_child(void) {
  lock = (pthread_rwlock_t)FORKS_FIRST;
}
