/* SPDX-License-Identifier: Apache-2.0
 *
 * A JVM that cannot start says so to us alone, and the process goes on.
 */
#include "cmocka_all.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../jvm_words.h"

static int ends[2];

static void say(const char *text) {
  assert_int_equal(panamem_jvm_write(STDERR_FILENO, text, strlen(text)), strlen(text));
}

/* The thread that gave up rests; this tells the test. */
static void gave_up(void) {
  assert_int_equal(write(ends[1], panamem_jvm_words, strlen(panamem_jvm_words)), strlen(panamem_jvm_words));
}

static void *end_by_exit(void *unused) {
  say("#\n# There is no\n# memory\n\n");
  panamem_jvm_exit(1);
  return unused;
}

static void *end_at_once(void *unused) {
  say("at once");
  panamem_jvm_exit_at_once(1);
  return unused;
}

static void *end_by_abort(void *unused) {
  say("aborted");
  panamem_jvm_abort();
  return unused;
}

static void a_jvm_that_ends_the_process_does_not(void **state) {
  (void)state;
  const struct {
    void *(*end)(void *);
    const char *words;
  } ways[] = {{end_by_exit, "There is no memory "}, {end_at_once, "at once"}, {end_by_abort, "aborted"}};
  for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
    char heard[PANAMEM_JVM_WORDS_BYTES] = "";
    pthread_t thread;
    assert_int_equal(pipe(ends), 0);
    panamem_jvm_words_begin(gave_up, true);
    assert_int_equal(pthread_create(&thread, NULL, ways[i].end, NULL), 0);
    assert_true(read(ends[0], heard, sizeof heard - 1) > 0);
    assert_string_equal(heard, ways[i].words);
    pthread_detach(thread);
    panamem_jvm_words_end();
    close(ends[0]);
    close(ends[1]);
  }
}

static void long_words_are_cut(void **state) {
  (void)state;
  panamem_jvm_words_begin(gave_up, true);
  for (int i = 0; i < 100; i++) {
    say("twenty bytes of text");
  }
  assert_int_equal(strlen(panamem_jvm_words), PANAMEM_JVM_WORDS_BYTES - 1);
  panamem_jvm_words_begin(gave_up, true);
  assert_string_equal(panamem_jvm_words, "");
  panamem_jvm_words_end();
}

static void other_descriptors_are_written(void **state) {
  (void)state;
  char read_back[8] = "";
  assert_int_equal(pipe(ends), 0);
  panamem_jvm_words_begin(gave_up, true);
  assert_int_equal(panamem_jvm_write(ends[1], "data", 4), 4);
  panamem_jvm_words_end();
  assert_int_equal(read(ends[0], read_back, sizeof read_back), 4);
  assert_string_equal(read_back, "data");
  assert_string_equal(panamem_jvm_words, "");
}

/* In a child whose stderr is a pipe: what it says arrives, and it ends with the status. */
static void afterwards_all_passes_through(void **state) {
  (void)state;
  void (*const exits[])(int) = {panamem_jvm_exit, panamem_jvm_exit_at_once};
  for (size_t i = 0; i < sizeof exits / sizeof exits[0]; i++) {
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
      dup2(ends[1], STDERR_FILENO);
      panamem_jvm_words_begin(gave_up, true);
      panamem_jvm_words_end();
      panamem_jvm_write(STDERR_FILENO, "aloud", 5);
      exits[i](7);
    }
    int status = 0;
    char heard[8] = "";
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    assert_int_equal(read(ends[0], heard, 5), 5);
    assert_string_equal(heard, "aloud");
    close(ends[0]);
    close(ends[1]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_jvm_that_ends_the_process_does_not),
      cmocka_unit_test(long_words_are_cut),
      cmocka_unit_test(other_descriptors_are_written),
      cmocka_unit_test(afterwards_all_passes_through),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
