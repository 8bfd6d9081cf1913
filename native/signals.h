/* SPDX-License-Identifier: Apache-2.0
 *
 * Signals: the program owns them all; the JVM sees only the faults that happen while Java runs.
 */
#ifndef PANAMEM_NATIVE_SIGNALS_H
#define PANAMEM_NATIVE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* The calling thread is the JVM's own (one that it made, or the boot thread while it boots): its faults are the JVM's. */
extern __thread bool panamem_jvm_thread __attribute__((tls_model("initial-exec")));

/* What the JVM calls instead of sigaction: faults (SEGV, BUS, FPE, ILL) get the router, which asks the JVM only while the
 * thread is inside Java; the signal that suspends its threads is installed as it is; all others stay the program's. */
int panamem_signals_jvm_sigaction(int signal_number, const struct sigaction *action, struct sigaction *old_action);

/* sigaction as the program should see it: once the router stands, faults are answered from a table of the program's own
 * actions, so that the program neither sees nor removes the router. */
int panamem_signals_program_sigaction(int signal_number, const struct sigaction *action, struct sigaction *old_action);

/* Puts the router in front of the program's action for SIGSEGV, whether or not a JVM comes. watch is called in the signal
 * handler for each fault that is not the JVM's; the program's action follows, unless it answers false: then the handler
 * returns, and the instruction runs again. */
typedef bool (*panamem_fault_watch)(const siginfo_t *info, void *context);
void panamem_signals_watch_faults(panamem_fault_watch watch);

/* From now on SIGSEGV is handled on the stack of the thread that it happens on. */
void panamem_signals_leave_alternate_stacks(void);

/* The signal with which the JVM suspends threads, moved away from SIGUSR2. */
#define PANAMEM_SUSPEND_SIGNAL "62"

#endif
