/* SPDX-License-Identifier: Apache-2.0
 *
 * One bit per descriptor. The JVM's close themselves on exec, and a forked child closes what it likes.
 */
#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/single_threaded.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "entry.h"

#define TRACKED 1024
#define WORD_BITS 64

/* libc's own, by the name that the preload library does not take over. */
int __close(int descriptor);

static uint64_t held[TRACKED / WORD_BITS];

static uint64_t bit_of(unsigned descriptor) {
  return 1ull << (descriptor % WORD_BITS);
}

static bool is_held(unsigned descriptor) {
  return descriptor < TRACKED &&
         (__atomic_load_n(&held[descriptor / WORD_BITS], __ATOMIC_ACQUIRE) & bit_of(descriptor)) != 0;
}

void panamem_descriptors_add(int descriptor) {
  if (descriptor >= PANAMEM_DESCRIPTORS_LOW && descriptor < TRACKED) {
    __atomic_fetch_or(&held[descriptor / WORD_BITS], bit_of((unsigned)descriptor), __ATOMIC_RELEASE);
  }
}

/* A copy out of the program's way, as high as the limit on open files allows. */
static int duplicate_high(int low) {
  static const int floors[] = {768, 320, PANAMEM_DESCRIPTORS_LOW};
  int high = -1;
  for (size_t i = 0; i < sizeof floors / sizeof floors[0] && high < 0; i++) {
    high = fcntl(low, F_DUPFD_CLOEXEC, floors[i]);
    if (high < 0 && errno != EINVAL && errno != EMFILE) {
      break;
    }
  }
  return high;
}

void panamem_descriptors_make_room(void) {
  if (!__libc_single_threaded) {
    return;
  }
  for (int standard = STDIN_FILENO; standard <= STDERR_FILENO; standard++) {
    int high = duplicate_high(standard);
    if (high >= 0) {
      __close(high); /* the table stays as large */
      return;
    }
  }
}

int panamem_descriptors_open(const char *path, int flags, mode_t mode) {
  int low;
  int high;
  do {
    low = open(path, flags | O_CLOEXEC, mode);
    high = low < 0 || low >= PANAMEM_DESCRIPTORS_LOW ? low : duplicate_high(low);
  } while (high < 0 && low >= 0 && errno == EBADF); /* the program closed it meanwhile, not knowing what it was */
  if (high < 0) {
    return low; /* no such file, or the limit on open files is lower than that */
  }
  if (high != low) {
    __close(low);
  }
  panamem_descriptors_add(high);
  return high;
}

int panamem_descriptors_close(int descriptor) {
  if (descriptor >= 0 && is_held((unsigned)descriptor)) {
    __atomic_fetch_and(&held[descriptor / WORD_BITS], ~bit_of((unsigned)descriptor), __ATOMIC_RELEASE);
  }
  return __close(descriptor);
}

int panamem_descriptors_program_close(int descriptor) {
  if (descriptor >= 0 && is_held((unsigned)descriptor) && panamem_state() != PANAMEM_STATE_CHILD) {
    errno = EBADF;
    return -1;
  }
  return __close(descriptor);
}

static int close_range_of(unsigned first, unsigned last, int flags) {
  return (int)syscall(SYS_close_range, first, last, flags);
}

/* What lies between the JVM's, piece by piece. */
int panamem_descriptors_program_close_range(unsigned first, unsigned last, int flags) {
  if (first > last || panamem_state() == PANAMEM_STATE_CHILD) {
    return close_range_of(first, last, flags);
  }
  unsigned begin = first;
  for (unsigned descriptor = first; descriptor <= last && descriptor < TRACKED; descriptor++) {
    if (is_held(descriptor)) {
      if (begin < descriptor && close_range_of(begin, descriptor - 1, flags) != 0) {
        return -1;
      }
      begin = descriptor + 1;
    }
  }
  return begin <= last ? close_range_of(begin, last, flags) : 0;
}
