# Handlers that are interrupted by other handlers, ten deep, and all of them allocate.
import os
import signal

numbers = [signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP, signal.SIGALRM, signal.SIGTERM] + list(range(signal.SIGRTMIN, signal.SIGRTMIN + 5))
order = []


def handle(number, frame):
    data = [bytearray(i * 41) for i in range(200)]
    position = numbers.index(number)
    order.append(position)
    if position + 1 < len(numbers):
        os.kill(os.getpid(), numbers[position + 1])
    order.append((position, len(data)))


for number in numbers:
    signal.signal(number, handle)
for round in range(20):
    os.kill(os.getpid(), numbers[0])
print(order[:20], len(order))
