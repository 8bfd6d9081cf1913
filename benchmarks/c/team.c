/* SPDX-License-Identifier: Apache-2.0
 *
 * The threads of a workload and the two barriers around what is measured.
 */
#include "team.h"

#include "usage.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct team {
  const struct pattern *pattern;
  void *state;
  uint64_t warmup_operations;
  uint64_t operations;
  pthread_barrier_t barrier;
  int64_t process_cpu_ns; /* of the measured section */
  struct measured measured;
};

struct member {
  struct team *team;
  unsigned thread_index;
  pthread_t thread;
  int64_t cpu_ns;
};

/* Member 0 reads the clocks while all others stand between the two barriers of a phase change. */
static void start_clocks(struct team *team) {
  allocator_read_facts(&team->measured.before);
  team->process_cpu_ns = usage_cpu_ns();
  team->measured.wall_ns = usage_wall_ns();
}

static void stop_clocks(struct team *team) {
  team->measured.wall_ns = usage_wall_ns() - team->measured.wall_ns;
  team->process_cpu_ns = usage_cpu_ns() - team->process_cpu_ns;
  allocator_read_facts(&team->measured.after);
}

static void change_phase(struct member *member, void (*clocks)(struct team *)) {
  pthread_barrier_wait(&member->team->barrier);
  if (member->thread_index == 0) {
    clocks(member->team);
  }
  pthread_barrier_wait(&member->team->barrier);
}

static void *member_main(void *argument) {
  struct member *member = argument;
  struct team *team = member->team;
  const struct pattern *pattern = team->pattern;
  if (pattern->enter != NULL) {
    pattern->enter(team->state, member->thread_index);
  }
  pattern->run(team->state, member->thread_index, team->warmup_operations);
  change_phase(member, start_clocks);
  int64_t begin_ns = usage_thread_ns();
  pattern->run(team->state, member->thread_index, team->operations);
  member->cpu_ns = usage_thread_ns() - begin_ns;
  change_phase(member, stop_clocks);
  if (pattern->leave != NULL) {
    pattern->leave(team->state, member->thread_index);
  }
  return NULL;
}

struct measured team_run(const struct pattern *pattern, const struct workload *workload, uint64_t warmup_operations,
                         uint64_t operations) {
  const unsigned thread_count = workload->thread_count;
  struct team team = {.pattern = pattern,
                      .state = pattern->create(workload),
                      .warmup_operations = warmup_operations,
                      .operations = operations};
  struct member *members = workload_scratch(thread_count * sizeof *members);
  pthread_barrier_init(&team.barrier, NULL, thread_count);
  for (unsigned i = 0; i < thread_count; i++) {
    members[i] = (struct member){.team = &team, .thread_index = i};
  }
  for (unsigned i = 1; i < thread_count; i++) {
    if (pthread_create(&members[i].thread, NULL, member_main, &members[i]) != 0) {
      fputs("panamem-bench: cannot start a thread\n", stderr);
      exit(1);
    }
  }
  member_main(&members[0]);
  for (unsigned i = 1; i < thread_count; i++) {
    pthread_join(members[i].thread, NULL);
  }
  for (unsigned i = 0; i < thread_count; i++) {
    team.measured.cpu_ns += members[i].cpu_ns;
  }
  if (pattern->starts_threads) {
    team.measured.cpu_ns = team.process_cpu_ns;
  }
  pthread_barrier_destroy(&team.barrier);
  return team.measured;
}
