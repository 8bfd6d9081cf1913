# The kernel's sets of pending, blocked and ignored signals are those of a stock process.
import signal

REAL_TIME = 32  # this one and the next belong to libc, which wakes them with the first thread
with open("/proc/self/status") as status:
    for line in status:
        name, _, value = line.partition(":")
        if name in ("SigPnd", "ShdPnd", "SigBlk", "SigIgn"):
            print(name, hex(int(value, 16) & ~(3 << REAL_TIME - 1)))
print(sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])), sorted(signal.sigpending()))
