# No child, thread name or time of somebody else's is seen: wait finds nobody, and only Python's threads have Python's name.
import os
import resource
import threading

data = [bytearray(i) for i in range(3000)]
try:
    os.wait()
except ChildProcessError as error:
    print(error)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(usage.ru_utime, usage.ru_stime, usage.ru_maxrss)
with open(f"/proc/self/task/{threading.get_native_id()}/comm") as file:
    print(file.read().strip()[:6])
print(threading.active_count(), [thread.name for thread in threading.enumerate()], threading.get_native_id() == os.getpid())
print(os.getsid(0) == os.getsid(os.getppid()), os.getpgid(0) == os.getpgid(os.getppid()))
