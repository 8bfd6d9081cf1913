/* SPDX-License-Identifier: Apache-2.0
 *
 * panamem-fuzz-replay [--steps] [--last N] [--random COUNT [SEED]] [FILE …]: runs the programs in files and recordings (the
 * last N of each; 0: all), and random ones, without libFuzzer. --steps names each step.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t last; /* 0: all */

static void run_file(const char *path) {
  uint8_t bytes[PROGRAM_BYTES_MOST];
  if (recorder_replay(path, last, program_run)) {
    return;
  }
  FILE *file = fopen(path, "rbe");
  if (file == NULL) {
    perror(path);
    exit(2);
  }
  size_t count = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  program_run(bytes, count);
}

static void run_random(uint64_t programs, uint64_t seed) {
  uint8_t bytes[512];
  uint64_t random = seed;
  for (uint64_t i = 0; i < programs; i++) {
    size_t count = random_next(&random) % sizeof bytes;
    for (size_t at = 0; at < count; at++) {
      bytes[at] = (uint8_t)(random_next(&random) >> 24);
    }
    recorder_note(bytes, count);
    program_run(bytes, count);
  }
}

int main(int count, char **arguments) {
  const char *recording = getenv("PANAMEM_FUZZ_RECORDING");
  program_prepare();
  if (recording != NULL && !recorder_open(recording)) {
    perror(recording);
    return 2;
  }
  for (int i = 1; i < count; i++) {
    if (strcmp(arguments[i], "--last") == 0 && i + 1 < count) {
      last = (uint32_t)strtoul(arguments[++i], NULL, 10);
    } else if (strcmp(arguments[i], "--steps") == 0) {
      program_tells = true;
    } else if (strcmp(arguments[i], "--random") == 0 && i + 1 < count) {
      uint64_t programs = strtoull(arguments[++i], NULL, 10);
      bool seeded = i + 1 < count && arguments[i + 1][0] >= '1' && arguments[i + 1][0] <= '9';
      run_random(programs, seeded ? strtoull(arguments[++i], NULL, 10) : 1);
    } else {
      run_file(arguments[i]);
    }
  }
  printf("%s: %lu programs, %lu steps, %lu proofs, %lu forks, %lu storms, %lu mistakes, %lu refusals, nothing found\n",
         panamem_active(), totals.programs, totals.steps, totals.proofs, totals.forks, totals.storms, totals.mistakes,
         totals.refusals);
  return 0;
}
