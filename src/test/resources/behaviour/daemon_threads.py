# Daemon threads that allocate while the process ends.
import threading

started = threading.Event()


def work():
    while True:
        [bytearray(1000) for _ in range(100)]
        started.set()


for i in range(4):
    threading.Thread(target=work, daemon=True).start()
started.wait()
print("ending")
