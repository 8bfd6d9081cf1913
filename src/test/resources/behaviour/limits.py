# Resource limits, the core-dump filter, the working folder, the umask and the personality are untouched.
import os
import resource

names = sorted(name for name in dir(resource) if name.startswith("RLIMIT_"))
print([(name, resource.getrlimit(getattr(resource, name))) for name in names])
for name in "coredump_filter", "oom_score_adj", "personality", "comm", "timerslack_ns":
    with open("/proc/self/" + name) as file:
        print(name, file.read().strip())
umask = os.umask(0o22)
print(os.getcwd(), oct(umask), os.getpriority(os.PRIO_PROCESS, 0), os.sched_getaffinity(0) == os.sched_getaffinity(1))
