"""Prints the live megabytes of its exact lines: by tracemalloc where it traces, else by Panamem's trace.

They ask for MEM blocks only, which are traced in a free-threaded CPython too. There each thread runs a copy of each function's
instructions, copies are freed when their thread is gone, and code objects are freed without our seeing it.
"""

import ctypes
import gc
import threading

import told

MEGABYTE = 1_000_000
THREADS = 4
ROUNDS = 3
CALLS = 100

malloc = ctypes.pythonapi.PyMem_Malloc
malloc.argtypes = [ctypes.c_size_t]
malloc.restype = ctypes.c_void_p


def first(kept):
    for i in range(CALLS):
        kept.append(malloc(10_000))  # exact


def second(kept):
    def inner():
        return malloc(10_000)  # exact

    for i in range(CALLS):
        kept.append(inner())


def third():
    while True:
        yield malloc(10_000)  # exact


def work(barrier, kept, shared):
    barrier.wait()
    first(kept)
    second(kept)
    with shared.lock:  # one thread's generator goes on in another
        for i in range(CALLS):
            kept.append(next(shared.generator))
    barrier.wait()  # all their copies are alive at once


class Shared:
    def __init__(self):
        self.lock = threading.Lock()
        self.generator = third()


def in_threads(kept):
    shared = Shared()
    for i in range(ROUNDS):
        barrier = threading.Barrier(THREADS)
        threads = [threading.Thread(target=work, args=(barrier, kept, shared)) for i in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        gc.collect()


def in_code_that_goes(kept):
    for i in range(50):
        exec("\n" * i + "kept.append(malloc(MEGABYTE))", {"kept": kept, "malloc": malloc, "MEGABYTE": MEGABYTE})
        gc.collect()  # without a GIL code objects wait for it


with open(__file__) as source:
    EXACT = {number for number, text in enumerate(source, 1) if text.rstrip().endswith("# exact")}

kept = []
in_threads(kept)
in_code_that_goes(kept)
for (file, line), (count, size) in sorted(told.lines().items()):
    if file == "<string>" or file == __file__ and line in EXACT:
        if size >= MEGABYTE:
            print(file.rpartition("/")[2], line, size // MEGABYTE)
