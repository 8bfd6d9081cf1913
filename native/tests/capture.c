/* SPDX-License-Identifier: Apache-2.0
 *
 * A pipe stands in for the child's stderr; the child leaves no core file.
 */
#include "capture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmocka_all.h"

_Noreturn static void run_child(int write_end, void (*run)(void *), void *argument) {
  struct rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
    signal(faults[i], SIG_DFL); /* else cmocka would go on with the other tests in the child */
  }
  dup2(write_end, STDERR_FILENO);
  close(write_end);
  run(argument);
  _exit(0);
}

struct capture capture(void (*run)(void *argument), void *argument) {
  struct capture result = {0};
  int ends[2];
  if (pipe(ends) != 0) {
    abort();
  }
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    run_child(ends[1], run, argument);
  }
  close(ends[1]);
  ssize_t got;
  while ((got = read(ends[0], result.text + result.bytes, sizeof result.text - 1 - result.bytes)) > 0) {
    result.bytes += (size_t)got;
  }
  close(ends[0]);
  int status;
  waitpid(child, &status, 0);
  result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  return result;
}

const char *capture_after_report(const struct capture *capture) {
  if (strncmp(capture->text, "panamem: ", 9) != 0) {
    return capture->text;
  }
  const char *end = strstr(capture->text, "\n\n");
  return end == NULL ? "" : end + 2;
}

void capture_assert(void (*run)(void *argument), void *argument, int status, const char *text) {
  struct capture child = capture(run, argument);
  if (child.signal != 0 || child.status != status || strcmp(child.text, text) != 0) {
    fail_msg("signal %d, status %d: '%s'", child.signal, child.status, child.text);
  }
}
