# Interval timers of all three kinds fire while memory is allocated in every size; their handlers allocate as well.
import signal

ticks = {signal.SIGALRM: 0, signal.SIGVTALRM: 0, signal.SIGPROF: 0}


def tick(number, frame):
    ticks[number] += 1
    [bytearray(i * 97) for i in range(300)]
    signal.setitimer(timers[number], SECONDS)


SECONDS = 0.002
timers = {signal.SIGALRM: signal.ITIMER_REAL, signal.SIGVTALRM: signal.ITIMER_VIRTUAL, signal.SIGPROF: signal.ITIMER_PROF}
for number, timer in timers.items():
    signal.signal(number, tick)
    signal.setitimer(timer, SECONDS)
while min(ticks.values()) < 20:
    keep = [bytes(i * 131) for i in range(500)]
    text = "".join(map(str, range(1000)))
for timer in timers.values():
    signal.setitimer(timer, 0)
    print(signal.getitimer(timer))
print(len(text), len(keep))
