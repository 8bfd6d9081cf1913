/* SPDX-License-Identifier: Apache-2.0
 *
 * What the arena rows do, behind a look at the mark; with zeroing also at the block's bytes.
 */
#include "hardened.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "heap.h"
#include "lock.h"
#include "magazine.h"
#include "meta.h"
#include "refusal.h"
#include "start.h"

#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define NOINLINE __attribute__((noinline))
#define INLINE inline __attribute__((always_inline))

#define GRANULE_SHIFT 4
#define MARK_LIVE 4u /* | domain */
#define MARK_HELD 1u /* freed, and zero until it is handed out again */

#define PROBED_BYTES 256u         /* a longer block is looked at so far from each end */
#define HELD_MOST 64u             /* small blocks in a thread's quarantine; a power of two */
#define LARGE_HELD_MOST 4u        /* large blocks in the quarantine of all */
#define LARGE_HELD_BYTES (4u << 20) /* larger ones go at once */
#define MEMSET_MOST_BYTES (256u << 10) /* more is zeroed by the OS */
#define EMPTY_TRIES 64

struct quarantine {
  struct quarantine *next, *previous;
  uint32_t random;
  void *held[HELD_MOST];
};

static uint8_t *marks; /* NULL before the first block, and for good where the OS refused */
static uint32_t lock; /* of what is made once, and of the list */
static struct quarantine *quarantines;
static bool prepared;
static __thread struct quarantine *quarantine __attribute__((tls_model("initial-exec")));
static pthread_key_t quarantine_key;
static void *large_held[LARGE_HELD_MOST];

static uint8_t live_mark(const void *ctx) {
  return (uint8_t)(MARK_LIVE | (uint32_t)((uintptr_t)ctx >> PANAMEM_BIN_SHIFT));
}

static uint8_t *mark_of(uint64_t offset) {
  return &marks[offset >> GRANULE_SHIFT];
}

static uint64_t offset_of(const void *block) {
  return (uint64_t)block - panamem_heap.range_base;
}

/* ---- Beginning, and threads ---------------------------------------------------------------------------------------------- */

static void link_quarantine(struct quarantine *made) {
  panamem_lock(&lock);
  made->next = quarantines;
  if (made->next != NULL) {
    made->next->previous = made;
  }
  quarantines = made;
  panamem_unlock(&lock);
}

static void unlink_quarantine(struct quarantine *ended) {
  panamem_lock(&lock);
  if (ended->next != NULL) {
    ended->next->previous = ended->previous;
  }
  *(ended->previous == NULL ? &quarantines : &ended->previous->next) = ended->next;
  panamem_unlock(&lock);
}

static void end_quarantine(void *argument) {
  struct quarantine *ended = argument;
  quarantine = NULL;
  unlink_quarantine(ended);
  for (uint32_t i = 0; i < HELD_MOST; i++) {
    if (ended->held[i] != NULL) {
      panamem_arena_free(NULL, ended->held[i]);
    }
  }
  panamem_meta_free(ended, sizeof *ended);
}

static void prepare_marks(void) {
  size_t bytes = panamem_heap.range_bytes >> GRANULE_SHIFT;
  void *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped != MAP_FAILED && pthread_key_create(&quarantine_key, end_quarantine) == 0) {
    madvise(mapped, bytes, MADV_NOHUGEPAGE);
    __atomic_store_n(&marks, mapped, __ATOMIC_RELEASE);
  }
  __atomic_store_n(&prepared, true, __ATOMIC_RELEASE);
}

/* False where there are no marks: then these are the arena rows. */
static bool is_ready(void) {
  if (LIKELY(__atomic_load_n(&marks, __ATOMIC_ACQUIRE) != NULL)) {
    return true;
  }
  if (!panamem_prepare()) {
    return false;
  }
  panamem_lock(&lock);
  if (!prepared) {
    prepare_marks();
  }
  panamem_unlock(&lock);
  return marks != NULL;
}

static NOINLINE struct quarantine *make_quarantine(void) {
  struct quarantine *made = panamem_meta_allocate(sizeof *made);
  if (made != NULL) {
    made->random = (uint32_t)((uintptr_t)made >> 6) | 1;
    quarantine = made;
    link_quarantine(made);
    pthread_setspecific(quarantine_key, made);
  }
  return made;
}

/* ---- The end ----------------------------------------------------------------------------------------------------------- */

static uint32_t first_page_of_large(uint32_t page) {
  while (panamem_record(page)->state != PANAMEM_PAGE_LARGE) {
    page--;
  }
  return page;
}

/* What can be told of a block around the address: where it begins, and its usable bytes. */
static struct panamem_history history_around(const void *address) {
  uint32_t page = panamem_page_of(address);
  uint32_t bin = panamem_page_map()[page];
  uint32_t class = bin % PANAMEM_CLASS_SLOTS;
  struct panamem_history history = {.domain = (int)panamem_bin_domain(bin)};
  if (class == PANAMEM_CLASS_NONE) {
    return history;
  }
  if (class == PANAMEM_CLASS_LARGE) {
    uint32_t first = first_page_of_large(page);
    history.bytes = (uint64_t)panamem_record(first)->run_pages << PANAMEM_PAGE_SHIFT;
    history.block = (uint64_t)panamem_page_address(first);
  } else {
    uint64_t pool = (uint64_t)panamem_page_address(page - panamem_back_map()[page]);
    history.bytes = panamem_heap.classes[class].block_bytes;
    history.block = pool + ((uint64_t)address - pool) / history.bytes * history.bytes;
  }
  uint8_t mark = *mark_of(history.block - panamem_heap.range_base);
  history.state = mark >= MARK_LIVE ? PANAMEM_BLOCK_LIVE : mark == MARK_HELD ? PANAMEM_BLOCK_FREED : PANAMEM_BLOCK_UNKNOWN;
  return history;
}

/* The mark is not that of a live block of the domain. */
_Noreturn static NOINLINE void refuse(const char *operation, void *ctx, uintptr_t caller, const void *block) {
  const struct panamem_row_call *call = &(struct panamem_row_call){operation, ctx, caller};
  uint64_t offset = offset_of(block);
  uint8_t mark = *mark_of(offset);
  struct panamem_history history = history_around(block);
  bool is_begin = offset % PANAMEM_ALIGNMENT == 0;
  bool is_realloc = call->operation[0] == 'R';
  if (is_begin && mark >= MARK_LIVE) {
    history.state = PANAMEM_BLOCK_LIVE;
    history.block = (uint64_t)block;
    history.domain = (int)(mark & ~MARK_LIVE);
    panamem_refuse_misuse(call, PANAMEM_WRONG_DOMAIN, block, &history);
  }
  if (is_begin && mark == MARK_HELD) {
    panamem_refuse_misuse(call, is_realloc ? PANAMEM_REALLOC_OF_FREED : PANAMEM_DOUBLE_FREE, block, &history);
  }
  panamem_refuse_misuse(call, history.state == PANAMEM_BLOCK_LIVE ? PANAMEM_INTERIOR_POINTER : PANAMEM_FOREIGN_POINTER, block,
                        &history);
}

static bool is_zero(const void *from, size_t bytes) {
  const uint64_t *words = from;
  uint64_t any = 0;
  for (size_t i = 0; i < bytes / sizeof *words; i++) {
    any |= words[i];
  }
  return any == 0;
}

_Noreturn static NOINLINE void refuse_written(const char *operation, void *ctx, uintptr_t caller, const void *block) {
  panamem_refuse_misuse(&(struct panamem_row_call){operation, ctx, caller}, PANAMEM_USE_AFTER_FREE, block, NULL);
}

/* What the arena handed out was freed before, or never used: it is zero. */
static inline bool reads_as_zero(const void *block, size_t bytes) {
  bytes = (bytes + sizeof(uint64_t) - 1) & ~(sizeof(uint64_t) - 1);
  return bytes <= 2 * PROBED_BYTES
             ? is_zero(block, bytes)
             : is_zero(block, PROBED_BYTES) && is_zero((const char *)block + bytes - PROBED_BYTES, PROBED_BYTES);
}

/* ---- Blocks of 0 bytes ------------------------------------------------------------------------------------------------ */

#define EMPTY_BLOCKS (PANAMEM_ARENA_BYTES >> GRANULE_SHIFT)

/* The next free granule of arena 0, or NULL. */
static NOINLINE void *allocate_empty(void *ctx) {
  static uint32_t last;
  for (int i = 0; i < EMPTY_TRIES; i++) {
    uint32_t granule = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED) % EMPTY_BLOCKS;
    uint8_t mark = __atomic_load_n(&marks[granule], __ATOMIC_RELAXED);
    if (mark < MARK_LIVE &&
        __atomic_compare_exchange_n(&marks[granule], &mark, live_mark(ctx), false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
      return (void *)(panamem_heap.range_base + ((uint64_t)granule << GRANULE_SHIFT)); /* NOLINT: address arithmetic */
    }
  }
  return NULL;
}

static bool is_empty_block(uint64_t offset) {
  return offset < PANAMEM_ARENA_BYTES;
}

/* ---- Quarantine -------------------------------------------------------------------------------------------------------- */

/* Puts the block in a random place, and frees what was there. */
static inline void hold(void *ctx, void *block) {
  struct quarantine *own = quarantine;
  if (!LIKELY(own != NULL) && (own = make_quarantine()) == NULL) {
    panamem_arena_free(ctx, block);
    return;
  }
  own->random = own->random * 1664525u + 1013904223u; /* Knuth and Lewis; the upper bits are the good ones */
  void **place = &own->held[own->random >> 26];
  void *left = *place;
  *place = block;
  if (left != NULL) {
    panamem_arena_free(ctx, left);
  }
}

_Static_assert(HELD_MOST == 1u << (32 - 26), "the upper bits of a random number are a place");

static void hold_large(void *ctx, void *block, size_t bytes) {
  static uint32_t next;
  void *left = block;
  if (bytes <= LARGE_HELD_BYTES) {
    uint32_t place = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) % LARGE_HELD_MOST;
    left = __atomic_exchange_n(&large_held[place], block, __ATOMIC_ACQ_REL);
  }
  if (left != NULL) {
    panamem_arena_free(ctx, left);
  }
}

/* The heap is at its limit: what waits goes back to it. */
static bool release_held(void *ctx) {
  bool any = false;
  for (uint32_t i = 0; quarantine != NULL && i < HELD_MOST; i++) {
    if (quarantine->held[i] != NULL) {
      panamem_arena_free(ctx, quarantine->held[i]);
      quarantine->held[i] = NULL;
      any = true;
    }
  }
  for (uint32_t i = 0; i < LARGE_HELD_MOST; i++) {
    void *block = __atomic_exchange_n(&large_held[i], NULL, __ATOMIC_ACQ_REL);
    if (block != NULL) {
      panamem_arena_free(ctx, block);
      any = true;
    }
  }
  return any;
}

static void count_held(const void *block, struct panamem_hardened_held held[PANAMEM_DOMAINS]) {
  if (block != NULL) {
    uint32_t domain = panamem_bin_domain(panamem_page_map()[panamem_page_of(block)]);
    held[domain].blocks++;
    held[domain].bytes += panamem_block_bytes(block);
  }
}

void panamem_hardened_count(struct panamem_hardened_held held[PANAMEM_DOMAINS]) {
  memset(held, 0, PANAMEM_DOMAINS * sizeof held[0]);
  panamem_lock(&lock);
  for (const struct quarantine *each = quarantines; each != NULL; each = each->next) {
    for (uint32_t i = 0; i < HELD_MOST; i++) {
      count_held(__atomic_load_n(&each->held[i], __ATOMIC_RELAXED), held);
    }
  }
  panamem_unlock(&lock);
  for (uint32_t i = 0; i < LARGE_HELD_MOST; i++) {
    count_held(__atomic_load_n(&large_held[i], __ATOMIC_RELAXED), held);
  }
}

void panamem_hardened_lock(void) {
  panamem_lock(&lock);
}

void panamem_hardened_unlock(void) {
  panamem_unlock(&lock);
}

bool panamem_hardened_is_held(const void *block) {
  return marks != NULL && panamem_is_ours(block) && *mark_of(offset_of(block)) == MARK_HELD;
}

/* ---- Allocate and free: the same twice, with zeroing and without --------------------------------------------------------- */

static NOINLINE void *allocate_rare(void *ctx, size_t bytes, bool zeroing) {
  if (!is_ready()) {
    return panamem_arena_malloc(ctx, bytes);
  }
  void *block = bytes == 0 ? allocate_empty(ctx) : NULL;
  if (block == NULL) {
    block = panamem_arena_malloc(ctx, bytes);
  }
  if (block == NULL && zeroing && release_held(ctx)) {
    block = panamem_arena_malloc(ctx, bytes);
  }
  if (block != NULL) {
    *mark_of(offset_of(block)) = live_mark(ctx);
  }
  return block;
}

static INLINE void *allocate(const char *operation, void *ctx, size_t bytes, uintptr_t caller, bool zeroing) {
  void *block = LIKELY(bytes != 0 && marks != NULL) ? panamem_arena_malloc(ctx, bytes) : NULL;
  if (LIKELY(block != NULL)) {
    *mark_of(offset_of(block)) = live_mark(ctx);
  } else if ((block = allocate_rare(ctx, bytes, zeroing)) == NULL || bytes == 0) {
    return block;
  }
  if (zeroing && !LIKELY(reads_as_zero(block, bytes))) {
    refuse_written(operation, ctx, caller, block);
  }
  return block;
}

static void zero_large(void *block, size_t bytes) {
  if (bytes <= MEMSET_MOST_BYTES || madvise(block, bytes, MADV_DONTNEED) != 0) {
    memset(block, 0, bytes);
  }
}

/* A block whose mark says already that it is free. */
static inline void zero_and_hold(void *ctx, void *block) {
  uint32_t class = panamem_page_map()[panamem_page_of(block)] % PANAMEM_CLASS_SLOTS;
  if (LIKELY(class != PANAMEM_CLASS_LARGE)) {
    memset(block, 0, panamem_heap.classes[class].block_bytes);
    hold(ctx, block);
  } else {
    size_t bytes = panamem_block_bytes(block);
    zero_large(block, bytes);
    hold_large(ctx, block, bytes);
  }
}

static inline bool is_live(uint64_t offset, const void *ctx) {
  return offset % PANAMEM_ALIGNMENT == 0 && *mark_of(offset) == live_mark(ctx);
}

static INLINE void release(const char *operation, void *ctx, void *block, uintptr_t caller, bool zeroing) {
  uint64_t offset = offset_of(block);
  if (!LIKELY(is_live(offset, ctx))) {
    refuse(operation, ctx, caller, block);
  }
  *mark_of(offset) = MARK_HELD;
  if (!LIKELY(!is_empty_block(offset))) {
    return;
  }
  if (zeroing) {
    zero_and_hold(ctx, block);
  } else {
    panamem_arena_free(ctx, block);
  }
}

/* Is it for the arena row: foreign, or from before there were marks? */
static NOINLINE void pass_on(const char *operation, void *ctx, void *block, uintptr_t caller) {
  if (!panamem_is_ours(block) && panamem_is_no_block(block)) {
    panamem_refuse_misuse(&(struct panamem_row_call){operation, ctx, caller}, PANAMEM_FOREIGN_POINTER, block, NULL);
  }
}

static inline bool has_mark(const void *block) {
  return panamem_is_ours(block) && marks != NULL;
}

static INLINE void free_block(void *ctx, void *block, uintptr_t caller, bool zeroing) {
  if (LIKELY(has_mark(block))) {
    release("Free", ctx, block, caller, zeroing);
  } else if (block != NULL) {
    pass_on("Free", ctx, block, caller);
    panamem_arena_free(ctx, block);
  }
}

/* The mark of a block that the arena moved goes with it. */
static void *resize_large(void *ctx, void *block, size_t bytes) {
  *mark_of(offset_of(block)) = MARK_HELD; /* before the arena may hand it to another thread */
  void *moved = panamem_arena_realloc(ctx, block, bytes);
  *mark_of(offset_of(moved != NULL ? moved : block)) = live_mark(ctx);
  return moved;
}

/* Keeps its place while the new size fits and uses more than three quarters of it, as in the arena. Where freed memory is
 * zero the arena's own realloc will not do: it may free pages as they are. */
static INLINE void *reallocate(void *ctx, void *block, size_t bytes, uintptr_t caller, bool zeroing) {
  if (block == NULL) {
    return allocate("Realloc", ctx, bytes, caller, zeroing);
  }
  if (!has_mark(block)) {
    pass_on("Realloc", ctx, block, caller);
    return panamem_arena_realloc(ctx, block, bytes);
  }
  if (!LIKELY(is_live(offset_of(block), ctx))) {
    refuse("Realloc", ctx, caller, block);
  }
  size_t block_bytes = panamem_block_bytes(block);
  if (bytes <= block_bytes && bytes > block_bytes / 4 * 3) {
    return block;
  }
  if (!zeroing && bytes > PANAMEM_SMALL_MAX_BYTES && block_bytes > PANAMEM_SMALL_MAX_BYTES) {
    return resize_large(ctx, block, bytes);
  }
  void *moved = allocate("Realloc", ctx, bytes, caller, zeroing);
  if (moved != NULL) {
    memcpy(moved, block, block_bytes < bytes ? block_bytes : bytes);
    release("Realloc", ctx, block, caller, zeroing);
  }
  return moved;
}

/* ---- The rows ------------------------------------------------------------------------------------------------------------ */

/* What the program's call returns to: PyMem_Malloc and its siblings jump here. */
#define CALLER ((uintptr_t)__builtin_return_address(0))

void *panamem_hardened_malloc(void *ctx, size_t bytes) {
  return allocate("Malloc", ctx, bytes, CALLER, false);
}

void *panamem_hardened_calloc(void *ctx, size_t count, size_t element_bytes) {
  void *block = panamem_arena_calloc(ctx, count, element_bytes);
  if (block != NULL && is_ready()) {
    *mark_of(offset_of(block)) = live_mark(ctx);
  }
  return block;
}

void *panamem_hardened_realloc(void *ctx, void *block, size_t bytes) {
  return reallocate(ctx, block, bytes, CALLER, false);
}

void panamem_hardened_free(void *ctx, void *block) {
  free_block(ctx, block, CALLER, false);
}

void *panamem_zeroing_malloc(void *ctx, size_t bytes) {
  return allocate("Malloc", ctx, bytes, CALLER, true);
}

void *panamem_zeroing_calloc(void *ctx, size_t count, size_t element_bytes) {
  size_t bytes;
  void *block = __builtin_mul_overflow(count, element_bytes, &bytes) ? NULL : allocate("Calloc", ctx, bytes, CALLER, true);
  if (block != NULL && bytes > 2 * PROBED_BYTES) { /* what is shorter was found to be zero */
    memset(block, 0, bytes);
  }
  return block;
}

void *panamem_zeroing_realloc(void *ctx, void *block, size_t bytes) {
  return reallocate(ctx, block, bytes, CALLER, true);
}

void panamem_zeroing_free(void *ctx, void *block) {
  free_block(ctx, block, CALLER, true);
}
