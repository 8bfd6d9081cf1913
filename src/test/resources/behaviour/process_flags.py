# What prctl, the scheduler and the kernel's status file tell of a process is as stock: nothing of it is Java's.
import ctypes
import os
import threading

BOOTING = 1
core = getattr(ctypes.CDLL(None), "panamem_active_core", None)
while core is not None and core() == BOOTING:
    threading.Event().wait(0.01)
prctl = ctypes.CDLL(None, use_errno=True).prctl
value = ctypes.c_int()
for name, number in {"pdeathsig": 2, "subreaper": 37, "tsc": 25, "endian": 19, "unaligned": 5}.items():
    print(name, prctl(number, ctypes.byref(value)), value.value)
for name, number in {"dumpable": 3, "keepcaps": 7, "no_new_privs": 39, "thp_disable": 42, "timing": 13, "timerslack": 30,
                     "securebits": 27, "mce_kill": 34, "speculation": 52, "seccomp": 21, "io_flusher": 58}.items():
    print(name, prctl(number, 0, 0, 0, 0))
print(os.sched_getscheduler(0), os.sched_getparam(0), os.getpriority(os.PRIO_PROCESS, 0), os.getpgid(0) == os.getpid())
print(os.get_blocking(0), os.get_blocking(1), os.get_blocking(2), os.getgroups(), os.get_inheritable(1))
KEPT = "Name", "Umask", "Uid", "Gid", "VmLck", "VmPin", "NoNewPrivs", "Seccomp", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "Cpus_allowed", "Mems_allowed", "untag_mask", "CoreDumping", "THP_enabled"
with open("/proc/self/status") as status:
    print([line.strip() for line in status if line.split(":")[0] in KEPT])
