/* SPDX-License-Identifier: Apache-2.0
 *
 * The boot of a core, once per process: where it runs, how far it is, and who waits for it.
 */
#ifndef PANAMEM_NATIVE_BOOT_H
#define PANAMEM_NATIVE_BOOT_H

#include <stdbool.h>

/* What brings the core. It calls panamem_boot_loaded when its libraries are there, and panamem_boot_succeed or panamem_boot_fail
 * at the end of what others wait for. What it does after that, only a fork waits for, a bounded time. */
typedef void (*panamem_boot_body)(void);

enum panamem_boot_begin {
  PANAMEM_BOOT_BEGAN,
  PANAMEM_BOOT_NO_THREAD, /* none could be made */
  PANAMEM_BOOT_AMID_FORK  /* the child would inherit a boot that is under way */
};

/* Runs it on a thread of its own, which has every signal blocked, and returns at once. When it has not begun,
 * panamem_arrival.error says why, and it may be asked for again after panamem_boot_cancel. */
enum panamem_boot_begin panamem_boot_in_background(panamem_boot_body body);

/* Whoever took the boot, by changing the state from IDLE, makes it IDLE again, because none has begun. */
void panamem_boot_cancel(void);

/* Runs it on this thread, after a fork that is under way: before main, when nothing else runs. */
void panamem_boot_here(panamem_boot_body body);

/* The loader is not needed any more; process-wide state may be held changed from here on to the end. */
void panamem_boot_loaded(void);

/* The ends. A failure's reason is in panamem_arrival.error; a process that exits is not told. */
void panamem_boot_succeed(const char *who);
void panamem_boot_fail(void);

/* exit waits for the loader, then runs the libraries' destructors: nothing must be created beside them. */
bool panamem_boot_comes_too_late(void);

/* Waits until no boot is under way. With patience false it gives up when the boot cannot load its libraries, because the
 * caller itself holds the loader's lock. */
void panamem_boot_wait(bool patience);

/* Around a fork. Waits, a bounded time, until a running boot has put back what it holds changed and its thread is gone; none
 * begins until the fork is over. In the child no boot runs. */
void panamem_boot_before_fork(void);
void panamem_boot_after_fork(void);
void panamem_boot_after_fork_in_child(void);

#endif
