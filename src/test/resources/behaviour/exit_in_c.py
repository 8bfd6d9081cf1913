# C code ends the process: exit, _exit and quick_exit, from the main thread and from another one, with handlers of C.
import subprocess
import sys

code = """
import ctypes, sys, threading
libc = ctypes.CDLL(None)
kind, where = sys.argv[1:]
handler = ctypes.CFUNCTYPE(None)(lambda: print("from C's list", len([bytearray(i) for i in range(999)]), flush=True))
libc.__cxa_atexit(handler, None, None)
data = [bytearray(i) for i in range(3000)]
busy = threading.Thread(target=lambda: [bytearray(i % 40000) for i in range(10**9)], daemon=True)
busy.start()
end = lambda: getattr(libc, kind)(7)
if where == "main":
    end()
thread = threading.Thread(target=end)
thread.start()
thread.join()
"""
for kind in "exit", "_exit", "quick_exit", "abort":
    for where in "main", "thread":
        done = subprocess.run([sys.executable, "-c", code, kind, where], capture_output=True, text=True, timeout=100)
        print(kind, where, done.returncode, repr(done.stdout), repr(done.stderr))
