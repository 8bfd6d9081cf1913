# SIGUSR1 and SIGUSR2 arrive at Python handlers while memory is allocated, none is lost in Java.
import os
import signal
import threading

counts = {signal.SIGUSR1: 0, signal.SIGUSR2: 0}


def count(number, frame):
    counts[number] += 1
    [bytearray(5000) for _ in range(10)]


for number in counts:
    signal.signal(number, count)
keep = []
for i in range(200):
    for number in counts:
        os.kill(os.getpid(), number)
    keep.append([bytes(j * 37) for j in range(60)])
print(counts[signal.SIGUSR1], counts[signal.SIGUSR2], len(keep))
