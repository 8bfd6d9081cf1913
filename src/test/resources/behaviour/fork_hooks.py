# os.register_at_fork's functions and C's pthread_atfork handlers allocate, and run in their order around every fork.
# allow: fork-warning
import ctypes
import os

order = []
MALLOC = ctypes.pythonapi.PyMem_RawMalloc
FREE = ctypes.pythonapi.PyMem_RawFree
MALLOC.argtypes, MALLOC.restype, FREE.argtypes = [ctypes.c_size_t], ctypes.c_void_p, [ctypes.c_void_p]


def hook(name):
    def run():
        blocks = [MALLOC(i * 37) for i in range(300)]
        order.append((name, len([bytearray(i) for i in range(500)]), None in blocks))
        for block in blocks:
            FREE(block)

    return run


os.register_at_fork(before=hook("before"), after_in_parent=hook("parent"), after_in_child=hook("child"))
C_HOOK = ctypes.CFUNCTYPE(None)
kept = [C_HOOK(hook("C before")), C_HOOK(hook("C parent")), C_HOOK(hook("C child"))]
print(ctypes.CDLL(None).__register_atfork(*kept, None) if hasattr(ctypes.CDLL(None), "__register_atfork") else "none")
for round in range(3):
    child = os.fork()
    if child == 0:
        print(order, flush=True)
        os._exit(0)
    os.waitpid(child, 0)
    print(order)
    order.clear()
