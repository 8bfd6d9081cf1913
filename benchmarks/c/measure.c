/* SPDX-License-Identifier: Apache-2.0
 *
 * panamem-measure [--set NAME=VALUE]... FILE COMMAND...: runs a command and writes its cost to FILE as one JSON line.
 * The variables reach the command only, not this program: a preloaded library must not be measured twice.
 */
#include "usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double milliseconds(const struct timeval *time) {
  return (double)time->tv_sec * 1e3 + (double)time->tv_usec / 1e3;
}

static _Noreturn void become(char **command, char **settings, int setting_count) {
  for (int i = 0; i < setting_count; i++) {
    putenv(settings[2 * i + 1]);
  }
  execvp(command[0], command);
  perror(command[0]);
  _exit(127);
}

/* The kernel's peak of the command and of the children it waited for; this program's own few pages are the floor. */
static int write_cost(const char *path, int64_t wall_ns, const struct rusage *usage) {
  FILE *file = fopen(path, "w");
  if (file == NULL) {
    perror(path);
    return 1;
  }
  fprintf(file, "{\"processWallMs\":%.3f,\"processCpuMs\":%.3f,\"peakRssKib\":%ld}\n", (double)wall_ns / 1e6,
          milliseconds(&usage->ru_utime) + milliseconds(&usage->ru_stime), usage->ru_maxrss);
  return fclose(file) == 0 ? 0 : 1;
}

int main(int argc, char **argv) {
  int setting_count = 0;
  while (2 * setting_count + 2 < argc && strcmp(argv[2 * setting_count + 1], "--set") == 0) {
    setting_count++;
  }
  char **rest = argv + 1 + 2 * setting_count;
  if (argv + argc - rest < 2) {
    fputs("usage: panamem-measure [--set NAME=VALUE]... FILE COMMAND...\n", stderr);
    return 2;
  }
  int64_t begin_ns = usage_wall_ns();
  pid_t child = fork();
  if (child == 0) {
    become(rest + 1, argv + 1, setting_count);
  }
  int status;
  struct rusage usage;
  if (child < 0 || wait4(child, &status, 0, &usage) != child) {
    perror("panamem-measure");
    return 1;
  }
  int64_t wall_ns = usage_wall_ns() - begin_ns;
  if (!WIFEXITED(status)) {
    fprintf(stderr, "panamem-measure: ended by signal %d\n", WTERMSIG(status));
    return 1;
  }
  return WEXITSTATUS(status) != 0 ? WEXITSTATUS(status) : write_cost(rest[0], wall_ns, &usage);
}
