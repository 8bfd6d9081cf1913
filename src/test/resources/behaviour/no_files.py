# Nothing of this process appears in /tmp: no socket, no performance data, no error file.
import os
import re
import threading

threading.Event().wait(0.5)
# The whole number: the digits of a small one stand by chance within the random names of others' temporary files.
ours = re.compile(rf"(?<!\d){os.getpid()}(?!\d)")
found = []
for folder in ["/tmp"] + ["/tmp/" + name for name in os.listdir("/tmp") if name.startswith("hsperfdata")]:
    found += [name for name in os.listdir(folder) if ours.search(name) and not name.startswith("panamem-run")]
print(found)
