# signal.set_wakeup_fd gets one byte for every signal, in the order in which they came.
import os
import signal
import socket

reader, writer = socket.socketpair()
reader.setblocking(False)
writer.setblocking(False)
print(signal.set_wakeup_fd(writer.fileno()))
numbers = [signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGHUP, signal.SIGTERM, signal.SIGRTMIN, signal.SIGRTMAX - 2]
for number in numbers:
    signal.signal(number, lambda *arguments: [bytes(i) for i in range(500)])
got = b""
for round in range(50):
    for number in numbers:
        os.kill(os.getpid(), number)
    data = [bytearray(round * 10) for _ in range(1000)]
    got += reader.recv(100)
print(got == bytes(numbers) * 50, len(got), signal.set_wakeup_fd(-1) == writer.fileno())
