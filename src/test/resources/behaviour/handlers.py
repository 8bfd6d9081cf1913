# Python's own handlers run for every signal that can be caught, and old handlers come back.
import os
import signal

numbers = [n for n in sorted(signal.valid_signals()) if n not in (signal.SIGKILL, signal.SIGSTOP, 32, 33)]
seen = []
for number in numbers:
    before = signal.signal(number, lambda n, frame: seen.append(int(n)))
    os.kill(os.getpid(), number)
    print(int(number), before, seen[-1:] == [int(number)])
    signal.signal(number, before if before is not None else signal.SIG_DFL)
    print(signal.getsignal(number))
