/* SPDX-License-Identifier: Apache-2.0
 *
 * The heap lives on from program to program, so a finding may need more than its last one. A mapped file keeps the last
 * RECORDED of them, and is whole whatever ends the process.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define RECORDED 1024
#define MAGIC 0x315a7a75464d5000 /* "\0PMFuzz1" */

struct recorded {
  uint32_t count;
  uint8_t bytes[PROGRAM_BYTES_MOST];
};

struct recording {
  uint64_t magic;
  uint64_t noted; /* programs ever; the newest is at (noted - 1) % RECORDED */
  struct recorded programs[RECORDED];
};

static struct recording *recording;

bool recorder_open(const char *path) {
  int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0 || ftruncate(file, sizeof *recording) != 0) {
    return false;
  }
  void *mapped = mmap(NULL, sizeof *recording, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (mapped == MAP_FAILED) {
    return false;
  }
  recording = mapped;
  recording->magic = MAGIC;
  return true;
}

void recorder_note(const uint8_t *bytes, size_t count) {
  if (recording != NULL && count <= PROGRAM_BYTES_MOST) {
    struct recorded *program = &recording->programs[recording->noted % RECORDED];
    program->count = (uint32_t)count;
    memcpy(program->bytes, bytes, count);
    recording->noted++;
  }
}

bool recorder_replay(const char *path, uint32_t last, void (*run)(const uint8_t *bytes, size_t count)) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  bool whole = file >= 0 && lseek(file, 0, SEEK_END) == (off_t)sizeof *recording;
  void *mapped = whole ? mmap(NULL, sizeof *recording, PROT_READ, MAP_PRIVATE, file, 0) : MAP_FAILED;
  if (file >= 0) {
    close(file);
  }
  if (mapped == MAP_FAILED || ((struct recording *)mapped)->magic != MAGIC) {
    return false;
  }
  const struct recording *old = mapped;
  uint64_t kept = old->noted < RECORDED ? old->noted : RECORDED;
  kept = last == 0 || kept < last ? kept : last;
  for (uint64_t i = old->noted - kept; i < old->noted; i++) {
    run(old->programs[i % RECORDED].bytes, old->programs[i % RECORDED].count);
  }
  return true;
}
