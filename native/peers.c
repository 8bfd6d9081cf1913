/* SPDX-License-Identifier: Apache-2.0
 *
 * One set of four functions turns any malloc family into a row; ctx is the family.
 */
#include "peers.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SONAMES_MOST 3
#define WEAK_BYTES 8     /* up to here libraries align to 8 bytes only … */
#define ALIGNED_BYTES 16 /* … and from here to 16 */

struct family {
  void *(*malloc)(size_t size);
  void *(*calloc)(size_t nelem, size_t elsize);
  void *(*realloc)(void *ptr, size_t new_size);
  void (*free)(void *ptr);
};

struct peer {
  const char *name;
  const char *debian_package;
  const char *sonames[SONAMES_MOST]; /* best first */
  const char *prefix;                /* of malloc, calloc, realloc and free in the library */
  struct family family;
};

static struct peer peers[] = {
    {"mimalloc", "libmimalloc2.0", {"libmimalloc.so.3", "libmimalloc.so.2"}, "mi_", {0}},
    {"jemalloc", "libjemalloc2", {"libjemalloc.so.2"}, "", {0}},
    {"tcmalloc", "libtcmalloc-minimal4", {"libtcmalloc_minimal.so.4", "libtcmalloc.so.4"}, "tc_", {0}},
};

/* ---- The row --------------------------------------------------------------------------------------------------------- */

static size_t at_least_aligned(size_t bytes) {
  return bytes > WEAK_BYTES ? bytes : ALIGNED_BYTES;
}

static void *peer_malloc(void *ctx, size_t size) {
  return ((struct family *)ctx)->malloc(at_least_aligned(size));
}

static void *peer_calloc(void *ctx, size_t nelem, size_t elsize) {
  size_t bytes;
  if (!__builtin_mul_overflow(nelem, elsize, &bytes) && bytes <= WEAK_BYTES) {
    return ((struct family *)ctx)->calloc(1, ALIGNED_BYTES);
  }
  return ((struct family *)ctx)->calloc(nelem, elsize);
}

static void *peer_realloc(void *ctx, void *ptr, size_t new_size) {
  return ((struct family *)ctx)->realloc(ptr, at_least_aligned(new_size));
}

static void peer_free(void *ctx, void *ptr) {
  ((struct family *)ctx)->free(ptr);
}

static PyMemAllocatorEx row_of(struct family *family) {
  return (PyMemAllocatorEx){family, peer_malloc, peer_calloc, peer_realloc, peer_free};
}

/* glibc aligns every block to 16 bytes, so only 0 bytes are special. */
static void *libc_malloc(void *ctx, size_t size) {
  (void)ctx;
  return malloc(size > 0 ? size : 1);
}

static void *libc_calloc(void *ctx, size_t nelem, size_t elsize) {
  (void)ctx;
  return nelem == 0 || elsize == 0 ? calloc(1, 1) : calloc(nelem, elsize);
}

static void *libc_realloc(void *ctx, void *ptr, size_t new_size) {
  (void)ctx;
  return realloc(ptr, new_size > 0 ? new_size : 1);
}

static void libc_free(void *ctx, void *ptr) {
  (void)ctx;
  free(ptr);
}

PyMemAllocatorEx panamem_libc_row(void) {
  return (PyMemAllocatorEx){NULL, libc_malloc, libc_calloc, libc_realloc, libc_free};
}

/* ---- Loading --------------------------------------------------------------------------------------------------------- */

static bool find(void *library, const char *prefix, const char *name, void *function) {
  char symbol[32];
  snprintf(symbol, sizeof symbol, "%s%s", prefix, name);
  void *address = dlsym(library, symbol);
  memcpy(function, &address, sizeof address);
  return address != NULL;
}

static bool find_family(void *library, struct peer *peer) {
  return find(library, peer->prefix, "malloc", &peer->family.malloc) &&
         find(library, peer->prefix, "calloc", &peer->family.calloc) &&
         find(library, peer->prefix, "realloc", &peer->family.realloc) &&
         find(library, peer->prefix, "free", &peer->family.free);
}

static void explain(const struct peer *peer, const char *soname, const char *reason, char *error, size_t error_bytes) {
  if (strstr(reason, "static TLS") != NULL) {
    snprintf(error, error_bytes,
             "%s: %s needs more static thread-local storage than a running program has left; start it with "
             "GLIBC_TUNABLES=glibc.rtld.optional_static_tls=8192 or with panamem run",
             peer->name, soname);
    return;
  }
  char tried[128] = "";
  for (int i = 0; i < SONAMES_MOST && peer->sonames[i] != NULL; i++) {
    size_t length = strlen(tried);
    snprintf(tried + length, sizeof tried - length, "%s%s", i > 0 ? ", " : "", peer->sonames[i]);
  }
  snprintf(error, error_bytes, "%s: cannot load %s (Debian package %s): %s", peer->name, tried, peer->debian_package,
           reason);
}

static bool load(struct peer *peer, char *error, size_t error_bytes) {
  bool explained = false; /* a library that is there but fails says more than one that is not */
  for (int i = 0; i < SONAMES_MOST && peer->sonames[i] != NULL; i++) {
    void *library = dlopen(peer->sonames[i], RTLD_NOW | RTLD_LOCAL);
    if (library != NULL && find_family(library, peer)) {
      return true;
    }
    const char *reason = dlerror();
    bool missing = library == NULL && reason != NULL && strstr(reason, "cannot open shared object file") != NULL;
    if (!explained) {
      explain(peer, peer->sonames[i], reason != NULL ? reason : "a function is missing", error, error_bytes);
      explained = !missing;
    }
  }
  return false;
}

bool panamem_peer_load(const char *name, PyMemAllocatorEx *row, char *error, size_t error_bytes) {
  for (size_t i = 0; i < sizeof peers / sizeof peers[0]; i++) {
    if (strcmp(name, peers[i].name) == 0) {
      *row = row_of(&peers[i].family);
      return peers[i].family.free != NULL || load(&peers[i], error, error_bytes);
    }
  }
  snprintf(error, error_bytes, "%s: no such comparison allocator; there are mimalloc, jemalloc and tcmalloc", name);
  return false;
}
