# Threads of Python count the words of the standard library's own sources.
import collections
import pathlib
import re
import threading

counts = collections.Counter()
lock = threading.Lock()


def count(paths):
    words = collections.Counter()
    for path in paths:
        words.update(re.findall(r"[a-z]+", path.read_text(encoding="utf-8")))
    with lock:
        counts.update(words)


paths = sorted(pathlib.Path(threading.__file__).parent.glob("*.py"))
threads = [threading.Thread(target=count, args=(paths[i::4],)) for i in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(paths), "modules,", len(counts), "distinct words; most often:", counts.most_common(1)[0][0], flush=True)
