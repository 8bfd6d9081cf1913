# After chroot into an empty folder nothing of Java's files can be found any more; memory goes on.
# allow: no-java
import gc
import os
import tempfile
import threading

folder = tempfile.mkdtemp()
if os.getuid() == 0:
    os.chroot(folder)
    os.chdir("/")
    print(os.listdir("/"))
for round in range(20):
    threads = [threading.Thread(target=lambda: [bytes(i * 5) for i in range(3000)]) for _ in range(3)]
    for thread in threads:
        thread.start()
    text = [str(i) * 20 for i in range(20000)]
    for thread in threads:
        thread.join()
    gc.collect()
print(len(text))
