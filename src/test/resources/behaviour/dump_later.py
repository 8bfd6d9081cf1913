# faulthandler's watchdog dumps all threads after a while, and a chained handler runs after a registered one.
# mask: (?m)(?:^  File ".*\n?)+
# mask: 0x[0-9a-f]+
# mask: \[python3?[.0-9]*\]
# mask: \[Thread-[^]]*\]
import faulthandler
import os
import signal
import sys
import tempfile
import threading

with tempfile.TemporaryFile("w+") as file:
    faulthandler.dump_traceback_later(0.05, file=file)
    while os.fstat(file.fileno()).st_size == 0:
        [bytearray(i) for i in range(1000)]
    faulthandler.cancel_dump_traceback_later()
    file.seek(0)
    print(file.readline().strip(), flush=True)

resume = threading.Event()
started = threading.Event()
thread = threading.Thread(target=lambda: (started.set(), resume.wait()))
thread.start()
started.wait()
signal.signal(signal.SIGUSR2, lambda number, frame: print("Python's own", number, flush=True))
faulthandler.register(signal.SIGUSR2, chain=True)
os.kill(os.getpid(), signal.SIGUSR2)
resume.set()
thread.join()
print(faulthandler.unregister(signal.SIGUSR2), file=sys.stderr)
sys.stderr.flush()
faulthandler.dump_traceback_later(0.05, exit=True)
while True:
    [bytearray(i) for i in range(1000)]
