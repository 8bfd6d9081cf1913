# C code that allocates all the way down to the last pages of a stack, or on a stack of its own making (ucontext): there is no room for Java there.
import ctypes
import pathlib
import subprocess
import tempfile
import threading

SOURCE = r"""
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <ucontext.h>

#define LEFT_BYTES (64 << 10)
#define STEP_BYTES (1 << 20)

static void *(*allocate)(size_t);
static void (*release)(void *);

static long churn(void) {
  static const size_t sizes[] = {0, 24, 300, 1200, 9000, 33000, 100000};
  long count = 0;
  for (int round = 0; round < 2; round++) {
    void *blocks[200];
    for (int i = 0; i < 200; i++) {
      blocks[i] = allocate(sizes[(i + round) % 7] + (size_t)i);
      count += blocks[i] != NULL;
    }
    for (int i = 0; i < 200; i++) {
      release(blocks[i]);
    }
  }
  return count;
}

static long descend(uintptr_t low) {
  volatile char frame[4096];
  frame[0] = 1;
  if ((uintptr_t)frame < low + LEFT_BYTES) {
    return churn();
  }
  long here = (uintptr_t)frame / STEP_BYTES != ((uintptr_t)frame - sizeof frame) / STEP_BYTES ? churn() : 0;
  return descend(low) + here * frame[0];
}

void use(void *malloc_function, void *free_function) {
  allocate = malloc_function;
  release = free_function;
}

long down_to_the_end(void) {
  pthread_attr_t attributes;
  void *low;
  size_t bytes, guard;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &low, &bytes);
  pthread_attr_getguardsize(&attributes, &guard);
  pthread_attr_destroy(&attributes);
  return descend((uintptr_t)low + guard);
}

static ucontext_t caller, other;
static long answer;

static void on_other(void) {
  answer = churn();
}

long elsewhere(int stack_bytes) {
  char *stack = malloc((size_t)stack_bytes);
  getcontext(&other);
  other.uc_stack.ss_sp = stack;
  other.uc_stack.ss_size = (size_t)stack_bytes;
  other.uc_link = &caller;
  makecontext(&other, on_other, 0);
  swapcontext(&caller, &other);
  free(stack);
  return answer;
}
"""


def address(name):
    return ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p)


def run(name):
    data = [bytearray(i * 3) for i in range(3000)]
    print(name, [stacks.elsewhere(kib << 10) for kib in (24, 200, 1000)], stacks.down_to_the_end() >= 400, len(data))


with tempfile.TemporaryDirectory() as folder:
    source, library = pathlib.Path(folder, "stacks.c"), pathlib.Path(folder, "stacks.so")
    source.write_text(SOURCE)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    stacks = ctypes.PyDLL(str(library))
stacks.down_to_the_end.restype = stacks.elsewhere.restype = ctypes.c_long
for domain in "PyMem_Raw", "PyMem_", "PyObject_":
    stacks.use(address(domain + "Malloc"), address(domain + "Free"))
    run("main")
    for kib in 128, 256, 600, 16384:
        threading.stack_size(kib << 10)
        thread = threading.Thread(target=run, args=(kib,))
        thread.start()
        thread.join()
