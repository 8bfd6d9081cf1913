/* SPDX-License-Identifier: Apache-2.0
 *
 * A core's descriptors: out of the program's way, and nothing to it. The process's table of them grows before it costs.
 */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../descriptors.h"
#include "../entry.h"
#include "capture.h"

/* How many descriptors the kernel has room for in this process's table. */
static int table_size(void) {
  FILE *status = fopen("/proc/self/status", "r");
  assert_non_null(status);
  char line[256];
  int size = 0;
  while (size == 0 && fgets(line, sizeof line, status) != NULL) {
    sscanf(line, "FDSize: %d", &size);
  }
  fclose(status);
  return size;
}

static int lowest_free(void) {
  int descriptor = dup(STDIN_FILENO);
  close(descriptor);
  return descriptor;
}

static void make_room(void *argument) {
  int least = *(int *)argument;
  int before = lowest_free();
  REQUIRE(table_size() < least);
  panamem_descriptors_make_room();
  REQUIRE(table_size() > least);
  REQUIRE(lowest_free() == before && fcntl(least, F_GETFD) == -1);
}

static void make_room_within(void *argument) {
  REQUIRE(setrlimit(RLIMIT_NOFILE, &(struct rlimit){400, 400}) == 0);
  make_room(argument);
}

static void a_single_thread_makes_room_and_leaves_nothing_open(void **state) {
  (void)state;
  capture_assert(make_room, &(int){768}, 0, "");
  capture_assert(make_room_within, &(int){320}, 0, "");
}

static void *stay(void *go) {
  sem_wait(go);
  return NULL;
}

static void make_none(void *argument) {
  (void)argument;
  pthread_t thread;
  sem_t go;
  sem_init(&go, 0, 0);
  int before = table_size();
  REQUIRE(pthread_create(&thread, NULL, stay, &go) == 0);
  panamem_descriptors_make_room();
  REQUIRE(table_size() == before);
  sem_post(&go);
  REQUIRE(pthread_join(thread, NULL) == 0);
}

/* The kernel would have it wait. */
static void a_program_with_threads_is_left_alone(void **state) {
  (void)state;
  capture_assert(make_none, NULL, 0, "");
}

static void a_cores_descriptor_is_high_and_the_program_cannot_close_it(void **state) {
  (void)state;
  int descriptor = panamem_descriptors_open("/dev/null", O_RDONLY, 0);
  assert_true(descriptor >= 768);
  assert_true((fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0);
  errno = 0;
  assert_int_equal(panamem_descriptors_program_close(descriptor), -1);
  assert_int_equal(errno, EBADF);
  assert_int_equal(panamem_descriptors_program_close_range(700, ~0u, 0), 0);
  assert_true(fcntl(descriptor, F_GETFD) >= 0);
  assert_int_equal(panamem_descriptors_close(descriptor), 0);
  assert_int_equal(fcntl(descriptor, F_GETFD), -1);
}

static void a_forked_child_closes_what_it_likes(void **state) {
  (void)state;
  int descriptor = panamem_descriptors_open("/dev/null", O_RDONLY, 0);
  panamem_state_set(PANAMEM_STATE_CHILD);
  assert_int_equal(panamem_descriptors_program_close(descriptor), 0);
  panamem_state_set(PANAMEM_STATE_IDLE);
  assert_int_equal(panamem_descriptors_close(descriptor), -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_single_thread_makes_room_and_leaves_nothing_open),
      cmocka_unit_test(a_program_with_threads_is_left_alone),
      cmocka_unit_test(a_cores_descriptor_is_high_and_the_program_cannot_close_it),
      cmocka_unit_test(a_forked_child_closes_what_it_likes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
