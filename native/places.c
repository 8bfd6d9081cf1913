/* SPDX-License-Identifier: Apache-2.0
 *
 * Many instructions are of one place. An instruction is known by its address and by a serial of its code object, because the
 * address of a code object that was freed is soon that of another.
 */
#include "places.h"

#include <stddef.h>
#include <string.h>

#include "aside.h"
#include "numbers.h"

struct text {
  struct text *next;
  char chars[];
};

struct place {
  struct place *next;
  struct panamem_place place;
  uint32_t number;
};

struct instruction {
  struct instruction *next;
  uintptr_t address;
  uint64_t code_serial;
  uint32_t place;
};

static struct text *texts[PANAMEM_CHAINS];
static struct place *places[PANAMEM_CHAINS];
static struct instruction *instructions[PANAMEM_CHAINS];
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

/* ---- Places: under the lock ------------------------------------------------------------------------------------------ */

static uint32_t keep_new_place(struct place **chain, const struct panamem_place *place) {
  struct place *kept = panamem_numbers_are_used_up(&place_numbers) ? NULL : panamem_aside_allocate(sizeof *kept);
  if (kept == NULL) {
    return 0;
  }
  *kept = (struct place){*chain, *place, 0};
  kept->number = panamem_number_it(&place_numbers, kept);
  if (kept->number != 0) {
    *chain = kept;
  }
  return kept->number;
}

static uint32_t keep_place(const struct panamem_python_place *read) {
  struct panamem_place place = {keep_text(read->file), keep_text(read->function), read->line};
  if (place.file == NULL || place.function == NULL) {
    return 0;
  }
  uint64_t hash = panamem_mix(panamem_mix((uintptr_t)place.file, (uintptr_t)place.function), (uint64_t)place.line);
  struct place **chain = &places[panamem_chain_of(hash)];
  for (const struct place *kept = *chain; kept != NULL; kept = kept->next) {
    if (kept->place.file == place.file && kept->place.function == place.function && kept->place.line == place.line) {
      return kept->number;
    }
  }
  return keep_new_place(chain, &place);
}

/* ---- Instructions ---------------------------------------------------------------------------------------------------- */

static uint32_t find_place(uint32_t chain, uintptr_t address, uint64_t code_serial) {
  const struct instruction *instruction = __atomic_load_n(&instructions[chain], __ATOMIC_ACQUIRE);
  while (instruction != NULL && (instruction->address != address || instruction->code_serial != code_serial)) {
    instruction = instruction->next;
  }
  return instruction == NULL ? 0 : instruction->place;
}

/* Under the lock. */
static uint32_t keep_instruction(uint32_t chain, uintptr_t address, uint64_t code_serial,
                                 const struct panamem_python_place *read) {
  uint32_t place = keep_place(read);
  struct instruction *instruction = place == 0 ? NULL : panamem_aside_allocate(sizeof *instruction);
  if (instruction != NULL) {
    *instruction = (struct instruction){instructions[chain], address, code_serial, place};
    __atomic_store_n(&instructions[chain], instruction, __ATOMIC_RELEASE);
  }
  return place;
}

uint32_t panamem_place_number(const struct panamem_python_frame *frame, uint64_t code_serial) {
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
    number = keep_instruction(chain, frame->instruction, code_serial, &read);
  }
  panamem_aside_unlock();
  return number;
}

struct panamem_place panamem_place_read(uint32_t number) {
  const struct place *place = panamem_numbered(&place_numbers, number);
  return place == NULL ? (struct panamem_place){"?", "?", 0} : place->place;
}
