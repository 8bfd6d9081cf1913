# Where no further thread may be made, Python says so; memory and the threads that live go on.
# boot: sync
import os
import resource
import threading

go, ready = threading.Event(), threading.Event()
done = []
thread = threading.Thread(target=lambda: (ready.set(), go.wait(), done.append(len([bytes(i * 9) for i in range(9000)]))))
thread.start()
ready.wait()
resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
if os.getuid() == 0:
    os.setuid(61_237)
try:
    threading.Thread(target=print).start()
except RuntimeError as error:
    print(error)
try:
    os.posix_spawn("/bin/true", ["true"], {})
except BlockingIOError as error:
    print(error)
go.set()
thread.join()
print(done, len([str(i) for i in range(50000)]))
