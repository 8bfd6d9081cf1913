# Forked children allocate, free what they inherited, start threads and fork again.
# allow: fork-warning
import gc
import os
import threading

inherited = [[str(i)] * 50 for i in range(20000)]


def live(generation):
    del inherited[: len(inherited) // 2]
    gc.collect()
    own = [bytearray(i) for i in range(3000)]
    thread = threading.Thread(target=lambda: own.append([object() for _ in range(50000)]))
    thread.start()
    thread.join()
    if generation:
        child = os.fork()
        if child == 0:
            live(generation - 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == generation - 1
    os._exit(generation)


for round in range(5):
    child = os.fork()
    if child == 0:
        live(2)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(len(inherited))
