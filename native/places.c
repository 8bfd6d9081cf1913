/* SPDX-License-Identifier: Apache-2.0
 *
 * A place is known by its instruction's address and by the serial of the block that the code object lies in, because the
 * address of a code object that was freed is soon that of another.
 */
#include "places.h"

#include <stddef.h>
#include <string.h>

#include "aside.h"
#include "history.h"
#include "numbers.h"

struct text {
  struct text *next;
  char chars[];
};

struct place {
  struct place *next;
  uintptr_t instruction;
  uint64_t code_serial;
  struct panamem_place place;
  uint32_t number;
};

static struct text *texts[PANAMEM_CHAINS];
static struct place *places[PANAMEM_CHAINS];
static struct panamem_numbers place_numbers;

/* ---- Texts: under the lock -------------------------------------------------------------------------------------------- */

static const char *keep_text(const char *chars) {
  uint64_t hash = 1;
  for (const char *c = chars; *c != '\0'; c++) {
    hash = panamem_mix(hash, (uint8_t)*c);
  }
  struct text **chain = &texts[panamem_chain_of(hash)];
  for (const struct text *text = *chain; text != NULL; text = text->next) {
    if (strcmp(text->chars, chars) == 0) {
      return text->chars;
    }
  }
  size_t bytes = strlen(chars) + 1;
  struct text *text = panamem_aside_allocate(sizeof *text + bytes);
  if (text == NULL) {
    return NULL;
  }
  memcpy(text->chars, chars, bytes);
  text->next = *chain;
  *chain = text;
  return text->chars;
}

/* ---- Places ---------------------------------------------------------------------------------------------------------- */

static uint32_t find_place(uint32_t chain, uintptr_t instruction, uint64_t code_serial) {
  const struct place *place = __atomic_load_n(&places[chain], __ATOMIC_ACQUIRE);
  while (place != NULL && (place->instruction != instruction || place->code_serial != code_serial)) {
    place = place->next;
  }
  return place == NULL ? 0 : place->number;
}

/* Under the lock. */
static uint32_t keep_place(uint32_t chain, uintptr_t instruction, uint64_t code_serial,
                           const struct panamem_python_place *read) {
  struct place *place =
      panamem_numbers_are_used_up(&place_numbers) ? NULL : panamem_aside_allocate(sizeof *place);
  if (place == NULL) {
    return 0;
  }
  *place = (struct place){places[chain], instruction, code_serial,
                          {keep_text(read->file), keep_text(read->function), read->line}, 0};
  bool is_whole = place->place.file != NULL && place->place.function != NULL;
  place->number = is_whole ? panamem_number_it(&place_numbers, place) : 0;
  if (place->number != 0) {
    __atomic_store_n(&places[chain], place, __ATOMIC_RELEASE);
  }
  return place->number;
}

uint32_t panamem_place_number(const struct panamem_python_frame *frame) {
  uint64_t code_serial = panamem_history_serial(frame->code);
  uint32_t chain = panamem_chain_of(panamem_mix(panamem_mix(2, frame->instruction), code_serial));
  uint32_t number = find_place(chain, frame->instruction, code_serial);
  if (number != 0) {
    return number;
  }
  struct panamem_python_place read;
  panamem_python_place(frame, &read);
  if (!panamem_aside_lock()) {
    return 0;
  }
  number = find_place(chain, frame->instruction, code_serial);
  if (number == 0) {
    number = keep_place(chain, frame->instruction, code_serial, &read);
  }
  panamem_aside_unlock();
  return number;
}

struct panamem_place panamem_place_read(uint32_t number) {
  const struct place *place = panamem_numbered(&place_numbers, number);
  return place == NULL ? (struct panamem_place){"?", "?", 0} : place->place;
}
