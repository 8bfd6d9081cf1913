/* SPDX-License-Identifier: Apache-2.0
 *
 * A program that forks while the thread that starts Java walks the loader's list of libraries. The list is locked for the
 * walk, and a child that was forked meanwhile finds it locked for ever (glibc 2.36). So the fork must wait.
 *   status 0: the child could walk the list; else the signal or status that ended it
 */
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../include/panamem/pymem.h"

#define CHILD_SECONDS 20

typedef int (*look_at)(struct dl_phdr_info *, size_t, void *);

static pthread_t main_thread;
static sem_t walking, forking;

struct walk {
  look_at look;
  void *argument;
  bool lingered;
};

static int linger(struct dl_phdr_info *library, size_t bytes, void *argument) {
  struct walk *walk = argument;
  if (!walk->lingered) {
    walk->lingered = true;
    sem_post(&walking);
    sem_wait(&forking);
    sem_post(&forking); /* for later walks */
  }
  return walk->look(library, bytes, walk->argument);
}

/* In place of libc's, also for libpanamem: other threads walk until the fork has begun. */
__attribute__((visibility("default"))) int dl_iterate_phdr(look_at look, void *argument) {
  int (*libc)(look_at, void *) = (int (*)(look_at, void *))dlsym(RTLD_NEXT, "dl_iterate_phdr");
  struct walk walk = {look, argument, false};
  bool stays = main_thread != 0 && !pthread_equal(main_thread, pthread_self());
  return stays ? libc(linger, &walk) : libc(look, argument);
}

static int first(struct dl_phdr_info *library, size_t bytes, void *argument) {
  (void)library, (void)bytes, (void)argument;
  return 1;
}

static void fork_begins(void) {
  sem_post(&forking);
}

int main(void) {
  sem_init(&walking, 0, 0);
  sem_init(&forking, 0, 0);
  main_thread = pthread_self();
  void *block = PyMem_RawMalloc(1);
  sem_wait(&walking);
  pthread_atfork(fork_begins, NULL, NULL); /* the last that was registered comes first */
  pid_t child = fork();
  if (child == 0) {
    alarm(CHILD_SECONDS);
    _exit(dl_iterate_phdr(first, NULL) == 1 ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  PyMem_RawFree(block);
  printf("child %d\n", status);
  return status != 0;
}
