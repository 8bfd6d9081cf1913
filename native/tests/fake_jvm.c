/* SPDX-License-Identifier: Apache-2.0
 *
 * A JVM's boot ends when somebody waits for it; a native core's in the background is over at once.
 */
#include "fake_jvm.h"

#include <pthread.h>
#include <stdio.h>

#include "../arrival.h"
#include "../boot.h"
#include "../entry.h"
#include "../jvm.h"

struct fake_jvm fake_jvm;

enum panamem_boot_begin panamem_jvm_boot(const char *user_class, struct panamem_jvm_kind kind) {
  __atomic_fetch_add(&fake_jvm.boots, 1, __ATOMIC_RELAXED);
  snprintf(fake_jvm.user_class, sizeof fake_jvm.user_class, "%s", user_class);
  fake_jvm.kind = kind;
  return fake_jvm.begins;
}

/* ---- boot.h -------------------------------------------------------------------------------------------------------------------- */

void panamem_boot_here(panamem_boot_body body) {
  body();
}

static void *run(void *body) {
  (*(panamem_boot_body *)body)();
  return NULL;
}

enum panamem_boot_begin panamem_boot_in_background(panamem_boot_body body) {
  static panamem_boot_body kept;
  fake_jvm.asked++;
  if (fake_jvm.begins == PANAMEM_BOOT_BEGAN) {
    kept = body;
    pthread_t thread;
    pthread_create(&thread, NULL, run, &kept);
    pthread_join(thread, NULL);
    fake_jvm.in_background = true;
  }
  return fake_jvm.begins;
}

void panamem_boot_cancel(void) {
  panamem_state_set(PANAMEM_STATE_IDLE);
}

void panamem_boot_loaded(void) {
}

bool panamem_boot_comes_too_late(void) {
  return false;
}

void panamem_boot_succeed(const char *who) {
  panamem_arrival_succeed(who);
}

void panamem_boot_fail(void) {
  panamem_arrival_fail();
}

static void end_boot_of_jvm(void) {
  if (!fake_jvm.serves) {
    snprintf(panamem_arrival.error, sizeof panamem_arrival.error, "no JDK in this test");
  }
  panamem_state_set(fake_jvm.serves ? PANAMEM_STATE_READY : PANAMEM_STATE_FAILED);
}

void panamem_boot_wait(bool patience) {
  fake_jvm.waits++;
  fake_jvm.patience = patience;
  if (panamem_state() == PANAMEM_STATE_BOOTING) {
    end_boot_of_jvm();
  }
}

void panamem_boot_before_fork(void) {
}

void panamem_boot_after_fork(void) {
}

void panamem_boot_after_fork_in_child(void) {
}

/* ---- jvm.h --------------------------------------------------------------------------------------------------------------------- */

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
