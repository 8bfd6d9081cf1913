# A Python-level SIGSEGV handler runs for a sent signal, and the default can be put back.
import os
import signal

print(signal.signal(signal.SIGSEGV, lambda n, f: print("handled", n)))
os.kill(os.getpid(), signal.SIGSEGV)
print([str([0] * i) for i in range(2000)][-1][:20])
signal.signal(signal.SIGSEGV, signal.SIG_DFL)
print(signal.getsignal(signal.SIGSEGV), flush=True)
os.kill(os.getpid(), signal.SIGSEGV)
