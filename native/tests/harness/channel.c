/* SPDX-License-Identifier: Apache-2.0
 *
 * A ring between threads: what one allocates, another checks, resizes and frees.
 */
#include <pthread.h>

#include "harness.h"

#define RING 256

struct handed {
  void *block;
  size_t bytes;
  const struct family *family;
};

static struct {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  struct handed ring[RING];
  size_t put;
  size_t taken;
} channel = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void put(struct handed handed) {
  pthread_mutex_lock(&channel.mutex);
  while (channel.put - channel.taken == RING) {
    pthread_cond_wait(&channel.changed, &channel.mutex);
  }
  channel.ring[channel.put++ % RING] = handed;
  pthread_cond_broadcast(&channel.changed);
  pthread_mutex_unlock(&channel.mutex);
}

static struct handed take(void) {
  pthread_mutex_lock(&channel.mutex);
  while (channel.put == channel.taken) {
    pthread_cond_wait(&channel.changed, &channel.mutex);
  }
  struct handed handed = channel.ring[channel.taken++ % RING];
  pthread_cond_broadcast(&channel.changed);
  pthread_mutex_unlock(&channel.mutex);
  return handed;
}

void hand_over(uint64_t seed, int count) {
  struct random random = {seed * 2 + 1};
  for (int i = 0; i < count; i++) {
    struct handed handed = {.bytes = random_bytes(&random), .family = &families[next_random(&random) % DOMAINS]};
    if (handed.bytes > 100000) {
      handed.bytes /= 8; /* still large, and the ring stays small */
    }
    handed.block = handed.family->malloc(handed.bytes);
    EXPECT(handed.block != NULL);
    fill(handed.block, handed.bytes, handed.bytes);
    put(handed);
  }
}

void take_over(int count) {
  for (int i = 0; i < count; i++) {
    struct handed handed = take();
    EXPECT(holds(handed.block, handed.bytes, handed.bytes));
    if (i % 5 == 0) {
      handed.block = handed.family->realloc(handed.block, handed.bytes * 2);
      EXPECT(handed.block != NULL && holds(handed.block, handed.bytes, handed.bytes));
    }
    handed.family->free(handed.block);
  }
}
