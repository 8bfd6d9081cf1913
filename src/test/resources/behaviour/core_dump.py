# A crash leaves a core where the system would have left one: by limit, filter, dumpable flag and the status's core bit.
import os
import resource
import subprocess
import sys
import tempfile

code = """
import ctypes, resource, sys
resource.setrlimit(resource.RLIMIT_CORE, (int(sys.argv[1]), resource.RLIM_INFINITY))
data = [bytearray(i) for i in range(3000)]
open("/proc/self/coredump_filter", "w").write("0x0")
print(open("/proc/self/coredump_filter").read().strip(), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), flush=True)
ctypes.string_at(0)
"""
HARD = resource.getrlimit(resource.RLIMIT_CORE)[1] == resource.RLIM_INFINITY
for limit in (0, 1 << 24) if HARD else (0,):
    with tempfile.TemporaryDirectory() as folder:
        child = os.posix_spawn("/bin/sh", ["sh", "-c", 'cd "$0" && exec "$@"', folder, sys.executable, "-c", code, str(limit)], os.environ)
        status = os.waitpid(child, 0)[1]
        print(limit, os.WTERMSIG(status), os.WCOREDUMP(status), [name.split(".")[0] for name in os.listdir(folder)])
