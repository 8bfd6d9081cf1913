/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions of native/start.c that requests come through.
 */
#include "fake_start.h"

#include "../start.h"

bool fake_start_refuses;

bool panamem_prepare(void) {
  return !fake_start_refuses;
}

bool panamem_prepare_and_boot_when_due(void) {
  return !fake_start_refuses;
}

bool panamem_prepare_and_boot(void) {
  return !fake_start_refuses;
}
