# Forks while C threads without the GIL are inside the allocator at any point, in every size of the raw domain.
# rounds: 60 1000
# allow: fork-warning
import ctypes
import os
import pathlib
import subprocess
import tempfile

SOURCE = r"""
#include <pthread.h>
#include <stddef.h>

static void *(*allocate)(size_t);
static void (*release)(void *);
static volatile int stop;
#define THREADS 2
static pthread_t threads[THREADS];

static void *work(void *unused) {
  (void)unused;
  void *blocks[64] = {NULL};
  for (size_t i = 0; !stop; i++) {
    release(blocks[i % 64]);
    blocks[i % 64] = allocate(i * 7919 % (i % 16 == 0 ? 200000 : 30000));
  }
  for (int i = 0; i < 64; i++) {
    release(blocks[i]);
  }
  return NULL;
}

void begin(void *malloc_function, void *free_function) {
  allocate = malloc_function;
  release = free_function;
  for (int i = 0; i < THREADS; i++) {
    pthread_create(&threads[i], NULL, work, NULL);
  }
}

void end(void) {
  stop = 1;
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
  }
}
"""


def address(name):
    return ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p)


with tempfile.TemporaryDirectory() as folder:
    source, library = pathlib.Path(folder, "busy.c"), pathlib.Path(folder, "busy.so")
    source.write_text(SOURCE)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    busy = ctypes.CDLL(str(library))
raw_malloc, raw_free = ctypes.pythonapi.PyMem_RawMalloc, ctypes.pythonapi.PyMem_RawFree
raw_malloc.argtypes, raw_malloc.restype, raw_free.argtypes = [ctypes.c_size_t], ctypes.c_void_p, [ctypes.c_void_p]
busy.begin(address("PyMem_RawMalloc"), address("PyMem_RawFree"))
inherited = [raw_malloc(i * 17) for i in range(2000)]
ends = []
for i in range(int(os.environ["ROUNDS"])):
    child = os.fork()
    if child == 0:
        for block in inherited:
            raw_free(block)
        own = [raw_malloc(j * 101) for j in range(1000)]
        os._exit(len(set(own)) // 8)
    ends.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
busy.end()
print(set(ends), len(ends))
