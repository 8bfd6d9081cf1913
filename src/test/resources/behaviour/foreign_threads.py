# Threads that Python did not make: C threads that allocate, call Python, and free in their key destructors at the very end.
import ctypes
import pathlib
import subprocess
import tempfile

SOURCE = r"""
#include <pthread.h>
#include <stddef.h>

static void *(*allocate)(size_t);
static void (*release)(void *);
static long (*call_python)(long);
static pthread_key_t key;
static int destructions;

static void destroy(void *block) {
  release(block);
  if (__atomic_add_fetch(&destructions, 1, __ATOMIC_RELAXED) % 3 != 0) {
    pthread_setspecific(key, allocate(5000));
  }
}

static void *work(void *argument) {
  pthread_setspecific(key, allocate(700));
  long sum = 0;
  for (long i = 0; i < 300; i++) {
    void *block = allocate((size_t)(i * 131));
    sum += i % 100 == 0 ? call_python((long)argument) : 0;
    release(block);
  }
  return (void *)sum;
}

long run(void *malloc_function, void *free_function, void *callback, int stack_kib) {
  allocate = malloc_function;
  release = free_function;
  call_python = callback;
  pthread_key_create(&key, destroy);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, (size_t)stack_kib << 10);
  pthread_t threads[20];
  long sum = 0;
  for (long i = 0; i < 20; i++) {
    pthread_create(&threads[i], &attributes, work, (void *)i);
  }
  for (int i = 0; i < 20; i++) {
    void *answer;
    pthread_join(threads[i], &answer);
    sum += (long)answer;
  }
  pthread_key_delete(key);
  return sum;
}
"""


def address(name):
    return ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p)


@ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_long)
def python(n):
    return len([bytearray(i) for i in range(200)]) + n


with tempfile.TemporaryDirectory() as folder:
    source, library = pathlib.Path(folder, "threads.c"), pathlib.Path(folder, "threads.so")
    source.write_text(SOURCE)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    threads = ctypes.CDLL(str(library))
threads.run.restype = ctypes.c_long
for stack_kib in 128, 256, 384, 400, 512, 8192:
    print(stack_kib, threads.run(address("PyMem_RawMalloc"), address("PyMem_RawFree"), python, stack_kib))
