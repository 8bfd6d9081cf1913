"""2,000 threads that are alive at once, each with a little memory of its own; argument: what it holds."""
import sys
import threading

THREADS = 2000
HOLDINGS = {
    "lists": lambda: [[i] for i in range(100)],
    "strings": lambda: [str(i) * 3 for i in range(500)],
    "bytes": lambda: [bytes(i * 20) for i in range(100)],
}
hold = HOLDINGS[sys.argv[1]]
ready = threading.Semaphore(0)
go = threading.Event()


def work():
    holding = hold()
    ready.release()
    go.wait()
    return holding


threads = [threading.Thread(target=work) for _ in range(THREADS)]
for thread in threads:
    thread.start()
for _ in threads:
    ready.acquire()
go.set()
for thread in threads:
    thread.join()
