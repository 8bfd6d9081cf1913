# A process that executes another program in its place.
import os
import sys

if len(sys.argv) == 1:
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, __file__, "again"])
print("again", os.path.basename(sys.argv[0]))
sys.stdout.flush()
os.execvp("sh", ["sh", "-c", "echo shell; exit 6"])
