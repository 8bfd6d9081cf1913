# A chain of twelve forks, each in a thread of the process before; every one frees a share of what the first had made.
# allow: fork-warning
import os
import threading

inherited = {i: [bytes(i * 7), str(i) * 9, bytearray(i * 31)] for i in range(1200)}


def live(depth):
    for key in range(depth * 100, depth * 100 + 100):
        del inherited[key]
    inherited[str(depth)] = [bytes(i) for i in range(2000)]
    if depth == 11:
        os._exit(len(inherited))
    child = os.fork()
    if child == 0:
        thread = threading.Thread(target=live, args=(depth + 1,))
        thread.start()
        thread.join()
    os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) + 1)


child = os.fork()
if child == 0:
    live(0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), len(inherited))
