# Several threads fork at the same time, each waits for its own children, while others allocate.
# allow: fork-warning
import os
import threading

ends = []


def work(n):
    keep = []
    for i in range(15):
        keep.append([bytes(j * n) for j in range(300)])
        child = os.fork()
        if child == 0:
            keep.clear()
            own = [str(j) * n for j in range(1000)]
            os._exit(n if len(own) == 1000 else 99)
        ends.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 5)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(ends))
