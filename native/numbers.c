/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages of pointers, so that nothing moves while others read.
 */
#include "numbers.h"

#include <stddef.h>

#include "aside.h"

void *panamem_numbered(const struct panamem_numbers *numbers, uint32_t number) {
  if (number == 0 || number > __atomic_load_n(&numbers->count, __ATOMIC_ACQUIRE)) {
    return NULL;
  }
  return numbers->pages[(number - 1) / PANAMEM_NUMBERS_PAGE][(number - 1) % PANAMEM_NUMBERS_PAGE];
}

uint32_t panamem_number_it(struct panamem_numbers *numbers, void *thing) {
  uint32_t page = numbers->count / PANAMEM_NUMBERS_PAGE;
  if (numbers->pages[page] == NULL) {
    numbers->pages[page] = panamem_aside_allocate(PANAMEM_NUMBERS_PAGE * sizeof(void *));
  }
  if (numbers->pages[page] == NULL) {
    return 0;
  }
  numbers->pages[page][numbers->count % PANAMEM_NUMBERS_PAGE] = thing;
  __atomic_store_n(&numbers->count, numbers->count + 1, __ATOMIC_RELEASE);
  return numbers->count;
}
