# Forks while other threads allocate: no child hangs.
# allow: fork-warning
import os
import threading

stop = threading.Event()


def work():
    while not stop.is_set():
        [bytearray(i) for i in range(0, 40000, 400)]


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for i in range(40):
    child = os.fork()
    if child == 0:
        total = sum(len(bytes(j)) for j in range(2000))
        os._exit(total % 101)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == sum(range(2000)) % 101
stop.set()
for thread in threads:
    thread.join()
print("done")
