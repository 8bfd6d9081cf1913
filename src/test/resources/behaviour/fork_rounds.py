# Fork after fork, each child allocates in all sizes and frees what it inherited: none hangs, none is lost.
# rounds: 300 10000
# allow: fork-warning
import os

ROUNDS = int(os.environ["ROUNDS"])
inherited = [bytearray(i * 3) for i in range(1000)]
ends = 0
for i in range(ROUNDS):
    child = os.fork()
    if child == 0:
        inherited.clear()
        total = sum(len(bytes(j * 11)) for j in range(300)) + len(str([str(j) for j in range(300)]))
        os._exit(total % 199)
    ends += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print(ends / ROUNDS)
