# Nothing of this process appears in /tmp: no socket, no performance data, no error file.
import os
import re
import threading
import time

MINUTES = 5  # a process that had this number before may have left something: only young files count

threading.Event().wait(0.5)
# The whole number: the digits of a small one stand by chance within the random names of others' temporary files.
ours = re.compile(rf"(?<!\d){os.getpid()}(?!\d)")


def is_young(path):
    try:
        return time.time() - os.lstat(path).st_mtime < MINUTES * 60
    except FileNotFoundError:
        return False


found = []
for folder in ["/tmp"] + ["/tmp/" + name for name in os.listdir("/tmp") if name.startswith("hsperfdata")]:
    found += [name for name in os.listdir(folder) if ours.search(name) and not name.startswith("panamem-run") and is_young(f"{folder}/{name}")]
print(found)
