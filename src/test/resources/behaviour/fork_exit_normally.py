# A forked child that ends like a program runs its own atexit functions and flushes its own streams.
# allow: fork-warning
import atexit
import os

child = os.fork()
if child:
    os.waitpid(child, 0)
atexit.register(lambda: print("atexit in", "parent" if child else "child"))
