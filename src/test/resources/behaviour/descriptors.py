# Once Java serves, the first descriptors are Python's: open files get the same numbers.
import ctypes
import os
import threading

BOOTING = 1
core = getattr(ctypes.CDLL(None), "panamem_active_core", None)
while core is not None and core() == BOOTING:
    threading.Event().wait(0.01)
print([n for n in range(256) if os.path.exists(f"/proc/self/fd/{n}")])
files = [os.open("/dev/null", os.O_RDONLY) for _ in range(8)]
print(files)
