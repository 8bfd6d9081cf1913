/* SPDX-License-Identifier: Apache-2.0
 *
 * How much garbage Java makes while it serves: the same threads work to warm up, and once more between two looks at the
 * Java heap. Remote frees, resizes and large blocks are part of the work.
 */
#include <pthread.h>

#include "harness.h"

#define OPERATIONS 300000 /* of each of the two threads alone … */
#define HANDED 100000     /* … and blocks that go from one to the other, each way */
#define PHASES 3

static pthread_barrier_t phase;
static pthread_barrier_t turn_ended; /* or a thread would take what it handed over itself */

static void work(bool first) {
  work_at_random(first ? 31 : 32, OPERATIONS, 2000);
  for (int turn = 0; turn < 2; turn++) {
    if (first == (turn == 0)) {
      hand_over(33, HANDED);
    } else {
      take_over(HANDED);
    }
    pthread_barrier_wait(&turn_ended);
  }
}

static void *work_in_phases(void *argument) {
  for (int i = 0; i < PHASES; i++) {
    pthread_barrier_wait(&phase);
    work(argument != NULL);
    pthread_barrier_wait(&phase);
  }
  return NULL;
}

void scenario_garbage(void) {
  pthread_t threads[2];
  static char first;
  EXPECT(panamem_start() == 0);
  await_upcall();
  EXPECT(pthread_barrier_init(&phase, NULL, 3) == 0 && pthread_barrier_init(&turn_ended, NULL, 2) == 0);
  EXPECT(pthread_create(&threads[0], NULL, work_in_phases, &first) == 0);
  EXPECT(pthread_create(&threads[1], NULL, work_in_phases, NULL) == 0);
  for (int i = 0; i < 2 * (PHASES - 1); i++) {
    pthread_barrier_wait(&phase);
  }
  panamem_java_heap_bytes();
  int64_t asked = panamem_java_heap_bytes();
  int64_t before = panamem_java_heap_bytes();
  pthread_barrier_wait(&phase);
  pthread_barrier_wait(&phase);
  int64_t after = panamem_java_heap_bytes();
  EXPECT(asked > 0 && pthread_join(threads[0], NULL) == 0 && pthread_join(threads[1], NULL) == 0);
  printf("garbage %lld\n", (long long)((after - before) - (before - asked)));
}
