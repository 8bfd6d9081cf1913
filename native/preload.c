/* SPDX-License-Identifier: Apache-2.0
 *
 * What both preload libraries define in the program's place, so that the JVM does not show: its signal actions, and its
 * descriptors.
 */
#include <limits.h>
#include <unistd.h>

#include "../include/panamem/panamem.h"
#include "descriptors.h"
#include "signals.h"

/* ---- Signal actions: the program sees its own, never the router's (signals.h) ------------------------------------------- */

PANAMEM_API int sigaction(int signal_number, const struct sigaction *action, struct sigaction *old_action) {
  return panamem_signals_program_sigaction(signal_number, action, old_action);
}

PANAMEM_API sighandler_t signal(int signal_number, sighandler_t handler) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
  struct sigaction before;
  sigemptyset(&action.sa_mask);
  return sigaction(signal_number, &action, &before) == 0 ? before.sa_handler : SIG_ERR;
}

/* ---- Descriptors: the JVM's are not the program's to close (descriptors.h) ------------------------------------------------ */

PANAMEM_API int close(int descriptor) {
  return panamem_descriptors_program_close(descriptor);
}

PANAMEM_API int close_range(unsigned first, unsigned last, int flags) {
  return panamem_descriptors_program_close_range(first, last, flags);
}

PANAMEM_API void closefrom(int lowest) {
  unsigned first = lowest < 0 ? 0 : (unsigned)lowest;
  if (close_range(first, UINT_MAX, 0) == 0) {
    return;
  }
  for (long last = sysconf(_SC_OPEN_MAX); (long)first < last; first++) { /* Linux before 5.9 */
    close((int)first);
  }
}
