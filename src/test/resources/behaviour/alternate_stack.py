# Handlers with SA_ONSTACK run on the stack of sigaltstack, in the main thread and in others; they may allocate.
import ctypes
import pathlib
import subprocess
import tempfile
import threading

SOURCE = r"""
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>

static __thread char *stack;
static __thread int on_it;
static void *(*allocate)(size_t);
static void (*release)(void *);

static void handler(int number) {
  char here;
  on_it += (uintptr_t)(&here - stack) < 65536;
  for (size_t bytes = 1; number == SIGUSR1 && bytes < 100000; bytes = bytes * 3 + 1) {
    release(allocate(bytes));
  }
}

int run(void *malloc_function, void *free_function, int rounds) {
  allocate = malloc_function;
  release = free_function;
  on_it = 0;
  stack = malloc(65536);
  stack_t mine = {.ss_sp = stack, .ss_size = 65536}, before, now;
  sigaltstack(&mine, &before);
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK}, old1, old2;
  sigaction(SIGUSR1, &action, &old1);
  sigaction(SIGSEGV, &action, &old2);
  for (int i = 0; i < rounds; i++) {
    raise(SIGUSR1);
    raise(SIGSEGV);
  }
  sigaltstack(NULL, &now);
  int kept = now.ss_sp == stack && now.ss_size == 65536;
  sigaction(SIGUSR1, &old1, NULL);
  sigaction(SIGSEGV, &old2, NULL);
  sigaltstack(&before, NULL);
  free(stack);
  return on_it * 10 + kept;
}

int alternate_flags(void) {
  stack_t now;
  sigaltstack(NULL, &now);
  return now.ss_flags;
}
"""

with tempfile.TemporaryDirectory() as folder:
    source, library = pathlib.Path(folder, "stacks.c"), pathlib.Path(folder, "stacks.so")
    source.write_text(SOURCE)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    stacks = ctypes.PyDLL(str(library))


def address(name):
    return ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p)


def run():
    data = [bytearray(i) for i in range(3000)]
    print(stacks.alternate_flags(), len(data), stacks.run(address("PyMem_Malloc"), address("PyMem_Free"), 100))
    print(stacks.alternate_flags(), stacks.run(address("PyMem_RawMalloc"), address("PyMem_RawFree"), 100))


run()
for _ in range(3):
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
run()
