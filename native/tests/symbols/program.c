/* SPDX-License-Identifier: Apache-2.0
 *
 * A program with a Python in it.
 */
#include "python.h"

int main(void) {
  python_runs();
  return 0;
}
