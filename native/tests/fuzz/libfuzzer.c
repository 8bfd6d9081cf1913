/* SPDX-License-Identifier: Apache-2.0
 *
 * What libFuzzer calls. HotSpot owns SIGSEGV and its siblings, so the recording, not libFuzzer, keeps what ended the process.
 *
 *   PANAMEM_FUZZ_RECORDING   the file of the last programs
 *   PANAMEM_FUZZ_SAID        the file of what the last program wrote to stderr: reports of mistakes, mostly refused plans
 *   PANAMEM_FUZZ_TOTALS      gets a line of numbers at the end
 */
#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static int said = -1;

static void say_totals(void) {
  const char *path = getenv("PANAMEM_FUZZ_TOTALS");
  FILE *file = path == NULL ? NULL : fopen(path, "ae");
  if (file != NULL) {
    fprintf(file, "%s programs %lu steps %lu proofs %lu forks %lu storms %lu mistakes %lu refusals %lu core %d\n",
            panamem_active(), totals.programs, totals.steps, totals.proofs, totals.forks, totals.storms, totals.mistakes,
            totals.refusals, (int)panamem_active_core());
    fclose(file);
  }
}

int LLVMFuzzerInitialize(int *count, char ***arguments) {
  (void)count, (void)arguments;
  const char *recording = getenv("PANAMEM_FUZZ_RECORDING");
  const char *path = getenv("PANAMEM_FUZZ_SAID");
  program_prepare();
  if (recording != NULL && !recorder_open(recording)) {
    perror(recording);
    exit(2);
  }
  said = path == NULL ? -1 : open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
  atexit(say_totals);
  return 0;
}

/* libFuzzer has its own stderr by now (-close_fd_mask=2). */
static void forget_what_was_said(void) {
  static bool redirected;
  if (said >= 0) {
    redirected = redirected || dup2(said, STDERR_FILENO) >= 0;
    if (lseek(said, 0, SEEK_END) > 0 && ftruncate(said, 0) != 0) {
      abort();
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
  forget_what_was_said();
  recorder_note(bytes, count);
  program_run(bytes, count);
  return 0;
}
