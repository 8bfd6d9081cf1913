# Nothing of this process appears in /tmp: no socket, no performance data, no error file.
import os
import threading

threading.Event().wait(0.5)
pid = str(os.getpid())
found = []
for folder in ["/tmp"] + ["/tmp/" + name for name in os.listdir("/tmp") if name.startswith("hsperfdata")]:
    found += [name for name in os.listdir(folder) if pid in name and not name.startswith("panamem-run")]
print(found)
