# A fork in the first moment, while Java may still be starting.
# args: -S -E
# allow: fork-warning
import os

for i in range(20):
    child = os.fork()
    if child == 0:
        data = [list(range(100)) for _ in range(1000)]
        os._exit(len(data) % 256)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
