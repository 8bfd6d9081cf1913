# Deep C recursion on a large stack, in a thread of its own: destructors and comparisons far down.
import sys
import threading


def work():
    sys.setrecursionlimit(20000)

    def descend(n):
        held = [bytearray(n % 3000), str(n) * 5]
        return 1 + max([descend(n - 1)] if n else [0], key=lambda v: v + len(held))

    print(descend(4000))


threading.stack_size(256 << 20)
thread = threading.Thread(target=work)
thread.start()
thread.join()
