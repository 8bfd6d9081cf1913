/* SPDX-License-Identifier: Apache-2.0
 *
 * Forks. A child takes the program's next steps on the fallback, frees all that it has inherited, and is asked how it went;
 * the parent then takes the same steps. Mistakes are made in children too: a report ends the process.
 */
#include "fuzz.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../include/panamem/abi.h"

#define CHILD_STEPS 12
#define CHILD_SECONDS 60 /* more than that is a hang */

/* ---- Children ----------------------------------------------------------------------------------------------------------- */

/* The child's part of a fork; never returns in the child. Answers the child's status, as waitpid tells it. */
static int in_child(struct world *world, void (*work)(struct world *world)) {
  int status = 0;
  world->forks_left--;
  totals.forks++;
  pid_t child = fork();
  EXPECT(child >= 0, "no fork to be had");
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGABRT, SIG_DFL);
    signal(SIGALRM, SIG_DFL);
    alarm(CHILD_SECONDS);
    world->is_child = true;
    crew_forget();
    work(world);
    _exit(0);
  }
  while (waitpid(child, &status, 0) < 0) {
    EXPECT(errno == EINTR, "the child is gone");
  }
  EXPECT(!WIFSIGNALED(status) || WTERMSIG(status) != SIGALRM, "a child hangs");
  return status;
}

static bool can_fork(const struct world *world) {
  return !world->is_child && !world->os_refuses && world->forks_left > 0;
}

static void go_well(int status) {
  EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a child %s %d", WIFSIGNALED(status) ? "ended by signal" : "answers",
         WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static void take_steps(struct world *world) {
  if (input_byte(&world->input) % 4 == 0) {
    panamem_host_close();
  }
  program_steps(world, CHILD_STEPS);
  control_restore(world);
  testing_restore(world);
  free_all(world);
  model_count(world);
  program_prove(world, true);
}

void step_fork(struct world *world) {
  if (can_fork(world)) {
    go_well(in_child(world, take_steps));
  }
}

/* The heap is as other threads left it in the middle of their work: nothing can be proved but that it serves. */
static void serve_on(struct world *world) {
  world->at_sea = true;
  program_steps(world, CHILD_STEPS);
  control_restore(world);
  testing_restore(world);
  free_all(world);
}

void fork_at_sea(struct world *world) {
  if (mode.forks_at_sea && can_fork(world)) {
    go_well(in_child(world, serve_on));
  }
}

/* ---- Mistakes ----------------------------------------------------------------------------------------------------------- */

enum mistake { SECOND_FREE, REALLOC_OF_FREED, OTHER_DOMAIN, INTERIOR, OVERFLOW, WRITE_AFTER_FREE, MISTAKES };

static enum mistake mistake;
static struct slot *victim;

static void make_mistake(struct world *world) {
  const struct slot slot = *victim;
  const struct family *family = &families[slot.domain];
  switch (mistake) {
    case SECOND_FREE:
      family->free(slot.block);
      family->free(slot.block);
      break;
    case REALLOC_OF_FREED:
      family->free(slot.block);
      family->free(family->realloc(slot.block, slot.bytes + 100));
      break;
    case OTHER_DOMAIN:
      families[(slot.domain + 1) % DOMAINS].free(slot.block);
      break;
    case INTERIOR:
      family->free(slot.block + PANAMEM_ALIGNMENT);
      break;
    case OVERFLOW:
      slot.block[slot.bytes] ^= 0x5a;
      family->free(slot.block);
      break;
    default:
      family->free(slot.block);
      slot.block[slot.bytes / 2] ^= 0x5a;
  }
  victim->block = NULL;
  program_steps(world, CHILD_STEPS);
  free_all(world);
}

/* Debug hooks and guarded blocks see it at once, hardened ones what a free is told. */
static bool must_be_seen(const struct world *world) {
  if (world->planned || mistake == WRITE_AFTER_FREE) {
    return false;
  }
  return mode.debug || world->hooks_set || (mode.hardened && mistake < OVERFLOW);
}

/* Whatever a program does wrong, it ends with a report, or the heap goes on; it never crashes inside. */
void step_mistake(struct world *world) {
  mistake = (enum mistake)input_below(&world->input, MISTAKES);
  victim = &world->slots[input_below(&world->input, SLOTS)];
  if (!can_fork(world) || !mode.counts_all || victim->block == NULL || victim->bytes <= PANAMEM_ALIGNMENT) {
    return;
  }
  int status = in_child(world, make_mistake);
  int signal_number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  bool reported = signal_number == SIGABRT || (mode.guard && signal_number == SIGSEGV);
  bool went_on = signal_number == 0 && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == CHILD_FOUND);
  totals.mistakes++;
  EXPECT(reported || went_on, "mistake %d ended by signal %d, status %d", (int)mistake, signal_number, WEXITSTATUS(status));
  EXPECT(reported || !must_be_seen(world), "mistake %d in a block of %zu bytes was not seen", (int)mistake, victim->bytes);
}
