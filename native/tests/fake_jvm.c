/* SPDX-License-Identifier: Apache-2.0
 *
 * The boot ends when somebody waits for it.
 */
#include "fake_jvm.h"

#include <stdio.h>

#include "../arrival.h"
#include "../entry.h"
#include "../jvm.h"

struct fake_jvm fake_jvm;

void panamem_jvm_boot(const char *user_class) {
  __atomic_fetch_add(&fake_jvm.boots, 1, __ATOMIC_RELAXED);
  snprintf(fake_jvm.user_class, sizeof fake_jvm.user_class, "%s", user_class);
}

void panamem_jvm_wait(bool patience) {
  fake_jvm.waits++;
  fake_jvm.patience = patience;
  if (!fake_jvm.serves) {
    snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "no JDK in this test");
  }
  panamem_state_set(fake_jvm.serves ? PANAMEM_STATE_READY : PANAMEM_STATE_FAILED);
}

void panamem_jvm_wait_fork_safe(void) {
}

void panamem_jvm_after_fork_in_child(void) {
}

static bool attach(struct panamem_thread *thread, bool *ours) {
  (void)thread;
  *ours = false;
  return true;
}

bool panamem_jvm_runs(void) {
  return fake_jvm.runs;
}

bool panamem_jvm_adopt(void) {
  if (fake_jvm.runs) {
    panamem_attachment = (struct panamem_attachment){attach, NULL};
  }
  return fake_jvm.runs;
}
