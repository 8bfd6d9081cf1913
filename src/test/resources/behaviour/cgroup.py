# In a control group with little memory Python fits as before, and one that takes too much is killed as before.
import os
import pathlib
import subprocess
import sys

FOLDER = pathlib.Path("/sys/fs/cgroup/memory")
group = FOLDER / f"panamem-case-{os.getpid()}"
code = """
import os, sys
open(sys.argv[1] + "/cgroup.procs", "w").write(str(os.getpid()))
blocks = [bytearray(b"x" * (1 << 20)) for _ in range(int(sys.argv[2]))]
print(len(blocks))
"""
try:
    group.mkdir()
    (group / "memory.limit_in_bytes").write_text(str(300 << 20))
except OSError:
    print("no control group can be made here")
    sys.exit()
for mib in 100, 1000:
    done = subprocess.run([sys.executable, "-c", code, str(group), str(mib)], capture_output=True, text=True)
    print(mib, done.returncode, done.stdout)
group.rmdir()
