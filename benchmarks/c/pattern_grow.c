/* SPDX-License-Identifier: Apache-2.0
 *
 * live_count arrays grow in turn, by an eighth and a little, as CPython's lists do: each operation is one realloc. One that
 * has reached max_bytes is freed and begins again at min_bytes.
 */
#include "workload.h"

struct array {
  unsigned char *block;
  size_t bytes;
};

struct grow {
  struct workload workload;
  struct array arrays[]; /* live_count per thread */
};

static void *create(const struct workload *workload) {
  size_t array_count = workload->thread_count * workload->live_count;
  struct grow *grow = workload_scratch(sizeof *grow + array_count * sizeof grow->arrays[0]);
  grow->workload = *workload;
  return grow;
}

static struct array *arrays_of(struct grow *grow, unsigned thread_index) {
  return grow->arrays + thread_index * grow->workload.live_count;
}

static size_t grown(size_t bytes) {
  return bytes + bytes / 8 + 16;
}

/* Each begins a little further on than the one before, so that they do not all grow out of a size at once. */
static void enter(void *state, unsigned thread_index) {
  struct grow *grow = state;
  struct array *arrays = arrays_of(grow, thread_index);
  size_t bytes = grow->workload.min_bytes;
  for (size_t i = 0; i < grow->workload.live_count; i++) {
    arrays[i] = (struct array){workload_allocate(&grow->workload.allocator, bytes), bytes};
    bytes = grown(bytes) <= grow->workload.max_bytes ? grown(bytes) : grow->workload.min_bytes;
  }
}

static void run(void *state, unsigned thread_index, uint64_t operations) {
  struct grow *grow = state;
  const struct workload workload = grow->workload;
  struct array *arrays = arrays_of(grow, thread_index);
  size_t next = 0;
  for (uint64_t i = 0; i < operations; i++) {
    struct array *array = &arrays[next];
    next = next + 1 == workload.live_count ? 0 : next + 1;
    array->bytes = grown(array->bytes);
    if (array->bytes > workload.max_bytes) {
      workload.allocator.free(array->block);
      *array = (struct array){NULL, workload.min_bytes};
    }
    array->block = workload_touched(workload.allocator.realloc(array->block, array->bytes), array->bytes);
  }
}

static void leave(void *state, unsigned thread_index) {
  struct grow *grow = state;
  for (size_t i = 0; i < grow->workload.live_count; i++) {
    grow->workload.allocator.free(arrays_of(grow, thread_index)[i].block);
  }
}

const struct pattern pattern_grow = {.name = "grow",
                                     .threads_per_operation = 1,
                                     .least_live_count = 1,
                                     .create = create,
                                     .enter = enter,
                                     .run = run,
                                     .leave = leave};
