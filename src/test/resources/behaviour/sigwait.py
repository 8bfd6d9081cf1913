# Blocked signals wait for sigwait, sigtimedwait and sigwaitinfo, whichever thread asks, and no other thread takes them.
import os
import signal
import threading

waited = {signal.SIGUSR1, signal.SIGUSR2, signal.SIGINT, signal.SIGCHLD, signal.SIGRTMIN + 3}
signal.pthread_sigmask(signal.SIG_BLOCK, waited)
for number in sorted(waited):
    data = [bytearray(i) for i in range(3000)]
    os.kill(os.getpid(), number)
    print(sorted(map(int, signal.sigpending())), signal.sigwait(waited) == number)
for number in sorted(waited):
    os.kill(os.getpid(), number)
    info = signal.sigtimedwait(waited, 20)
    print(int(info.si_signo), info.si_code, info.si_pid == os.getpid())
print(signal.sigtimedwait(waited, 0))
got = []
thread = threading.Thread(target=lambda: got.append([signal.sigwaitinfo(waited).si_signo for _ in range(3)]))
thread.start()
for number in signal.SIGUSR1, signal.SIGUSR2, signal.SIGRTMIN + 3:
    os.kill(os.getpid(), number)
thread.join()
print(sorted(map(int, got[0])), signal.sigpending())
