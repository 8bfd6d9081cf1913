/* SPDX-License-Identifier: Apache-2.0
 *
 * The router stands in the OS for four fault signals and the JVM's suspend signal; behind it are two actions each, the
 * JVM's and the program's. In guard mode it tells of the program's faults before the program's action runs.
 *
 * HotSpot needs its faults: safepoint polls, null checks and stack banging are SIGSEGV in compiled Java code. They can
 * only happen on a thread that is inside Java: one that has crossed (PANAMEM_THREAD_IN_JAVA) or one of the JVM's own,
 * which have no struct here and run no C code of the program.
 */
#include "signals.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "thread.h"

/* libc's own, by the name that the preload library does not take over. */
int __sigaction(int signal_number, const struct sigaction *action, struct sigaction *old_action);

__thread bool panamem_jvm_thread __attribute__((tls_model("initial-exec")));

struct route {
  int signal_number;
  bool stands;   /* the router is installed */
  bool suspends; /* the real-time signal by which the JVM stops its threads */
  struct sigaction jvm;
  struct sigaction program;
};

#define UNKNOWN 0 /* until the JVM installs it */

static struct route routes[] = {{.signal_number = SIGSEGV},
                                {.signal_number = SIGBUS},
                                {.signal_number = SIGFPE},
                                {.signal_number = SIGILL},
                                {.signal_number = UNKNOWN, .suspends = true}};

static panamem_fault_watch fault_watch;

static struct route *route_of(int signal_number) {
  for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
    if (routes[i].signal_number == signal_number) {
      return &routes[i];
    }
  }
  return NULL;
}

static bool has_handler(const struct sigaction *action) {
  return action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN; /* the place of sa_sigaction, as for the kernel */
}

static bool is_javas(const struct route *route, const siginfo_t *info) {
  if (route->suspends) {
    bool from_here = info->si_code == SI_TKILL && info->si_pid == getpid();
    return from_here && (panamem_jvm_thread || !has_handler(&route->program));
  }
  return panamem_jvm_thread || (panamem_self->flags & PANAMEM_THREAD_IN_JAVA) != 0;
}

/* The program's own action, as the kernel would have run it: the default ends the process by this very signal. */
static void run_program_action(struct route *route, siginfo_t *info, void *context) {
  const struct sigaction action = route->program; /* the handler may install another */
  if (!has_handler(&action)) {
    struct sigaction fatal = {.sa_handler = SIG_DFL};
    bool sent = info->si_code <= 0; /* by kill or raise: returning would not fault again */
    if (sent && action.sa_handler == SIG_IGN) {
      return;
    }
    __sigaction(route->signal_number, &fatal, NULL);
    if (sent) {
      raise(route->signal_number);
    }
    return; /* faults again, now by default */
  }
  if ((action.sa_flags & (int)SA_RESETHAND) != 0) {
    route->program.sa_handler = SIG_DFL;
  }
  sigset_t own, before;
  sigemptyset(&own);
  sigaddset(&own, route->signal_number);
  pthread_sigmask(SIG_BLOCK, &action.sa_mask, &before);
  if ((action.sa_flags & SA_NODEFER) != 0 && sigismember(&action.sa_mask, route->signal_number) == 0) {
    pthread_sigmask(SIG_UNBLOCK, &own, NULL);
  }
  if ((action.sa_flags & SA_SIGINFO) != 0) {
    action.sa_sigaction(route->signal_number, info, context);
  } else {
    action.sa_handler(route->signal_number);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void route_signal(int signal_number, siginfo_t *info, void *context) {
  int saved_errno = errno;
  struct route *route = route_of(signal_number);
  if (is_javas(route, info) && (route->jvm.sa_flags & SA_SIGINFO) != 0) {
    route->jvm.sa_sigaction(signal_number, info, context);
  } else {
    bool watched = signal_number == SIGSEGV && fault_watch != NULL;
    if (!watched || fault_watch(info, context)) {
      run_program_action(route, info, context);
    }
  }
  errno = saved_errno;
}

static int install_router(struct route *route) {
  struct sigaction action = {.sa_sigaction = route_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
  sigemptyset(&action.sa_mask);
  __sigaction(route->signal_number, NULL, &route->program);
  int answer = __sigaction(route->signal_number, &action, NULL);
  route->stands = answer == 0;
  return answer;
}

void panamem_signals_watch_faults(panamem_fault_watch watch) {
  struct route *route = route_of(SIGSEGV);
  fault_watch = watch;
  if (!route->stands) {
    install_router(route);
  }
}

void panamem_signals_leave_alternate_stacks(void) {
  struct sigaction action;
  if (__sigaction(SIGSEGV, NULL, &action) == 0 && action.sa_sigaction == route_signal) {
    action.sa_flags &= ~SA_ONSTACK;
    __sigaction(SIGSEGV, &action, NULL);
  }
}

int panamem_signals_jvm_sigaction(int signal_number, const struct sigaction *action, struct sigaction *old_action) {
  if (action != NULL && signal_number >= SIGRTMIN && route_of(UNKNOWN) != NULL) {
    route_of(UNKNOWN)->signal_number = signal_number;
  }
  struct route *route = route_of(signal_number);
  if (route != NULL) {
    if (old_action != NULL) {
      *old_action = route->jvm;
    }
    if (action == NULL) {
      return 0;
    }
    route->jvm = *action;
    return route->stands ? 0 : install_router(route);
  }
  return __sigaction(signal_number, NULL, old_action); /* PIPE, XFSZ and the like stay the program's */
}

int panamem_signals_program_sigaction(int signal_number, const struct sigaction *action,
                                      struct sigaction *old_action) {
  struct route *route = route_of(signal_number);
  if (route == NULL || !route->stands) {
    return __sigaction(signal_number, action, old_action);
  }
  struct sigaction before = route->program;
  if (action != NULL) {
    route->program = *action;
  }
  if (old_action != NULL) {
    *old_action = before;
  }
  return 0;
}
