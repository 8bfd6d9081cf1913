/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads and locks as CPython's pythread.h has them. A lock may be released by another thread than the one that took it.
 */
#include "python.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

struct start {
  void (*run)(void *);
  void *argument;
};

static void *run(void *data) {
  struct start start = *(struct start *)data;
  free(data);
  start.run(start.argument);
  return NULL;
}

unsigned long PyThread_start_new_thread(void (*function)(void *), void *argument) {
  pthread_t thread;
  struct start *start = malloc(sizeof *start);
  if (start == NULL) {
    return PYTHREAD_INVALID_THREAD_ID;
  }
  *start = (struct start){function, argument};
  if (pthread_create(&thread, NULL, run, start) != 0) {
    free(start);
    return PYTHREAD_INVALID_THREAD_ID;
  }
  pthread_detach(thread);
  return (unsigned long)thread;
}

PyThread_type_lock PyThread_allocate_lock(void) {
  sem_t *lock = malloc(sizeof *lock);
  if (lock != NULL) {
    sem_init(lock, 0, 1);
  }
  return lock;
}

void PyThread_free_lock(PyThread_type_lock lock) {
  sem_destroy(lock);
  free(lock);
}

int PyThread_acquire_lock(PyThread_type_lock lock, int waits) {
  return (waits ? sem_wait(lock) : sem_trywait(lock)) == 0;
}

void PyThread_release_lock(PyThread_type_lock lock) {
  sem_post(lock);
}
