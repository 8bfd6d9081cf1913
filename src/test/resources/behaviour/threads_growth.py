# Short threads, thousands of them, leave nothing behind: resident memory does not grow.
# rounds: 5000 100000
import os
import threading

ROUNDS = int(os.environ["ROUNDS"])


def resident_kib():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4


def work():
    [bytes(i * 50) for i in range(40)]


def run(count):
    for _ in range(count):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()


run(1500)
before = resident_kib()
run(ROUNDS)
print(resident_kib() - before < 8192, threading.active_count())
