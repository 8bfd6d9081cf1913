# greenlet moves the stack pointer off the thread's own stack: deep greenlets allocate, switch, end and are abandoned.
# needs: greenlet
import threading

import greenlet


def descend(depth, parent):
    data = [bytearray(depth * 3), str(depth) * 7]
    if depth % 50 == 0:
        parent.switch(depth)
    return len(data) + (descend(depth - 1, parent) if depth else 0)


def round():
    me = greenlet.getcurrent()
    many = [greenlet.greenlet(descend) for _ in range(40)]
    values = [one.switch(200, me) for one in many]
    while not all(one.dead for one in many[:30]):
        values += [one.switch() for one in many[:30] if not one.dead]
    return sum(values), len([bytes(i) for i in range(3000)])


for _ in range(5):
    print(round())
thread = threading.Thread(target=lambda: print("thread", round()))
thread.start()
thread.join()
