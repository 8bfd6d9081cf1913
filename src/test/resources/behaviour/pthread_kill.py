# Signals to one thread: its system call is interrupted, the main thread runs the handler, and masks are inherited.
import os
import signal
import threading

counts = []
signal.signal(signal.SIGUSR2, lambda number, frame: counts.append(number))
ready = threading.Barrier(5)
stop = threading.Event()
masks = []


def work():
    masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, []))
    ready.wait()
    while not stop.is_set():
        [bytearray(i) for i in range(0, 3000, 7)]


signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
ready.wait()
for round in range(50):
    for thread in threads:
        before = len(counts)
        signal.pthread_kill(thread.ident, signal.SIGUSR2)
        while len(counts) == before:
            pass
stop.set()
for thread in threads:
    thread.join()
print(len(counts), masks == [{signal.SIGHUP}] * 4)
reader, writer = os.pipe()
signal.signal(signal.SIGALRM, lambda number, frame: os.write(writer, b"x"))
signal.alarm(1)
print(os.read(reader, 1))
