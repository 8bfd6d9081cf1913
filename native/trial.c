/* SPDX-License-Identifier: Apache-2.0
 *
 * The child leaves what it found in a shared page; when it does not get so far, its end is the verdict. Its limits are of
 * requests, of CPU time, and, for what sleeps for ever, of the clock.
 */
#include "trial.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "leak.h"

#define ROUNDS 4
#define CPU_SECONDS 10
#define SECONDS 60
#define REQUESTS 100000

struct found {
  bool is_whole;
  int outcome;
  int64_t refused;
  int64_t leaked;
  struct panamem_fail_refusal refusal; /* of the call that came last */
};

static uint32_t or_else(uint32_t value, uint32_t otherwise) {
  return value > 0 ? value : otherwise;
}

/* ---- The call, several times over: what its error path keeps must settle --------------------------------------------------- */

static void run_rounds(const struct panamem_fail_test *each, const struct panamem_fail_plan *plan, struct found *found) {
  uint32_t rounds = or_else(each->rounds, ROUNDS);
  panamem_leak_start();
  for (uint32_t round = 0; round < rounds && found->outcome != PANAMEM_WRONG; round++) {
    if (round > 0) {
      panamem_leak_next();
    }
    panamem_fail_begin(plan, each->rests != 0);
    int outcome = each->call(each->argument);
    panamem_fail_stop();
    found->outcome = outcome == PANAMEM_RIGHT || outcome == PANAMEM_REFUSED ? found->outcome : PANAMEM_WRONG;
    found->refused = round == 0 ? panamem_fail_refused() : found->refused;
  }
  struct panamem_out out = {.used = 0};
  found->leaked = panamem_leak_finish(found->outcome == PANAMEM_WRONG ? NULL : &out);
  found->is_whole = true;
}

static void judge_found(const struct found *found, struct panamem_trial *trial) {
  if (found->refused == 0) {
    trial->verdict = PANAMEM_UNREACHED;
    snprintf(trial->how, sizeof trial->how, "no request was refused");
  } else if (found->outcome == PANAMEM_WRONG) {
    trial->verdict = PANAMEM_WRONG_RESULT;
    snprintf(trial->how, sizeof trial->how, "it answers wrongly");
  } else if (found->leaked > 0) {
    trial->verdict = PANAMEM_LEAK;
    snprintf(trial->how, sizeof trial->how, "it leaves %ld block%s", (long)found->leaked, found->leaked == 1 ? "" : "s");
  }
}

void panamem_trial_run_here(const struct panamem_fail_test *each, const struct panamem_fail_plan *plan,
                            struct panamem_trial *trial) {
  struct found found = {0};
  *trial = (struct panamem_trial){.verdict = PANAMEM_CLEAN};
  run_rounds(each, plan, &found);
  judge_found(&found, trial);
}

/* ---- The child -------------------------------------------------------------------------------------------------------------- */

/* Handlers that would make something else of a crash: a debugger's, a JVM's, a test framework's. */
static void die_of_crashes(void) {
  static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU};
  for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++) {
    signal(crashes[i], SIG_DFL);
  }
}

static void set_limits(const struct panamem_fail_test *each, uint64_t requests) {
  uint32_t seconds = or_else(each->cpu_seconds, CPU_SECONDS);
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  setrlimit(RLIMIT_CPU, &(struct rlimit){seconds, seconds + 1});
  uint64_t rounds = or_else(each->rounds, ROUNDS);
  panamem_fail_budget((int64_t)(rounds * requests + (each->requests > 0 ? each->requests : REQUESTS)));
}

_Noreturn static void run_child(const struct panamem_fail_test *each, const struct panamem_fail_plan *plan, uint64_t requests,
                                struct found *found, int said) {
  dup2(said, STDOUT_FILENO);
  dup2(said, STDERR_FILENO);
  die_of_crashes();
  set_limits(each, requests);
  panamem_fail_keep_refusal(&found->refusal);
  run_rounds(each, plan, found);
  _exit(0);
}

/* ---- Its end ------------------------------------------------------------------------------------------------------------------ */

/* False when the clock has run out: then it is killed. */
static bool wait_for(pid_t child, uint32_t seconds, int *status) {
  struct pollfd end = {.fd = pidfd_open(child, 0), .events = POLLIN};
  bool in_time = end.fd < 0 || poll(&end, 1, (int)seconds * 1000) != 0;
  if (!in_time) {
    kill(child, SIGKILL);
  }
  if (end.fd >= 0) {
    close(end.fd);
  }
  waitpid(child, status, 0);
  return in_time;
}

static void judge_end(int status, bool in_time, struct panamem_trial *trial) {
  int signal_number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  bool used_up_requests = WIFEXITED(status) && WEXITSTATUS(status) == PANAMEM_FAIL_HANGS;
  if (!in_time || signal_number == SIGXCPU || used_up_requests) {
    trial->verdict = PANAMEM_HANG;
    snprintf(trial->how, sizeof trial->how, "it goes on %s",
             !in_time           ? "for ever, without work"
             : used_up_requests ? "asking for memory"
                                : "for ever, busy");
  } else if (signal_number != 0) {
    const char *name = sigabbrev_np(signal_number);
    trial->verdict = PANAMEM_CRASH;
    snprintf(trial->how, sizeof trial->how, "it ends by SIG%s", name == NULL ? "?" : name);
  } else {
    trial->verdict = PANAMEM_WRONG_RESULT;
    snprintf(trial->how, sizeof trial->how, "it ends the process with status %d", WEXITSTATUS(status));
  }
}

static void read_said(int said, struct panamem_trial *trial) {
  ssize_t bytes = pread(said, trial->said, sizeof trial->said - 1, 0);
  trial->said[bytes > 0 ? bytes : 0] = '\0';
}

static void cannot(struct panamem_trial *trial, const char *what) {
  trial->verdict = PANAMEM_UNREACHED;
  snprintf(trial->how, sizeof trial->how, "%s", what);
}

void panamem_trial_run(const struct panamem_fail_test *each, const struct panamem_fail_plan *plan, uint64_t requests,
                       struct panamem_trial *trial) {
  *trial = (struct panamem_trial){.verdict = PANAMEM_CLEAN};
  struct found *found = mmap(NULL, sizeof *found, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int said = memfd_create("panamem-trial", MFD_CLOEXEC);
  if (found == MAP_FAILED || said < 0) {
    cannot(trial, "the OS refuses what a child process needs");
    return;
  }
  pid_t child = each->fork == NULL ? fork() : each->fork();
  if (child == 0) {
    run_child(each, plan, requests, found, said);
  }
  int status = 0;
  if (child < 0) {
    cannot(trial, "the OS refuses a child process");
  } else {
    bool in_time = wait_for(child, or_else(each->seconds, SECONDS), &status);
    trial->refused = found->refusal;
    if (found->is_whole && in_time) {
      judge_found(found, trial);
    } else {
      judge_end(status, in_time, trial);
    }
  }
  read_said(said, trial);
  close(said);
  munmap(found, sizeof *found);
}
