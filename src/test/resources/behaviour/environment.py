# The environment and the arguments are the same; so is what a child inherits.
import os
import subprocess
import sys

ours = {"LD_PRELOAD", "PANAMEM_OPTIONS", "PANAMEM_JAVA_HOME", "_"}
print(sorted((name, value) for name, value in os.environ.items() if name not in ours))
inherited = subprocess.run(["env"], capture_output=True, text=True).stdout.splitlines()
print(sorted(line for line in inherited if line.split("=")[0] not in ours))
print(sys.argv[1:], sys.flags, sys.warnoptions)
