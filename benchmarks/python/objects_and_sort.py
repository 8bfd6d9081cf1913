"""Makes objects with attributes, sorts them by two keys, and keeps every tenth until the next round."""

import random
import sys

COUNT = 60_000


class Event:
    def __init__(self, time, priority, label):
        self.time = time
        self.priority = priority
        self.label = label


generator = random.Random(7)
kept = []
for _ in range(int(sys.argv[1])):
    events = [Event(generator.random(), generator.randrange(100), f"event {i}") for i in range(COUNT)]
    events.sort(key=lambda event: (event.priority, event.time))
    if any(a.priority > b.priority for a, b in zip(events, events[1:])):
        sys.exit("the events are out of order")
    kept = events[::10]
