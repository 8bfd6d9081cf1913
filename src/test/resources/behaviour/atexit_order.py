# What runs at the end, in which order, and that it can still allocate: atexit, finalizers, threads, C's atexit, destructors.
# mask: 0x[0-9a-f]+
import atexit
import ctypes
import sys
import threading
import weakref

RAW_MALLOC, RAW_FREE = ctypes.pythonapi.PyMem_RawMalloc, ctypes.pythonapi.PyMem_RawFree
RAW_MALLOC.argtypes, RAW_MALLOC.restype, RAW_FREE.argtypes = [ctypes.c_size_t], ctypes.c_void_p, [ctypes.c_void_p]


class Node:
    def __del__(self):
        print("deleted", len([bytearray(i) for i in range(100)]), flush=True)


def say(text):
    block = RAW_MALLOC(100_000)
    RAW_FREE(block)
    print(text, len([[str(i)] * 3 for i in range(3000)]), flush=True)


node = Node()
node.itself = node
module_level = Node()
weakref.finalize(module_level, say, "finalizer")
atexit.register(say, "registered first")
thread = threading.Thread(target=lambda: (threading.main_thread().join(), say("thread after main")))
thread.start()
atexit.register(say, "registered last")
try:
    atexit.register(lambda: 1 / 0)
finally:
    sys.excepthook = lambda *arguments: print("hook", arguments[0].__name__, flush=True)
sys.stderr = sys.stdout
raise SystemExit(4)
