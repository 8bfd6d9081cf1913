# Timer signals interrupt a computation again and again, system calls are resumed.
import signal
import time

ticks = 0


def tick(number, frame):
    global ticks
    ticks += 1
    if ticks == 50:
        signal.setitimer(signal.ITIMER_REAL, 0)


signal.signal(signal.SIGALRM, tick)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
while ticks < 50:
    sum(len(str(i)) for i in range(1000))
    time.sleep(0.0005)
print(ticks)
