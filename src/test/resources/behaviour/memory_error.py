# Memory that is refused is MemoryError, and Python goes on: by our limit as by the kernel's.
# options: limit=400m
import os
import resource

if "PANAMEM_OPTIONS" not in os.environ:
    resource.setrlimit(resource.RLIMIT_AS, (500 << 20, 500 << 20))
for bytes_each in 1 << 20, 100_000, 3000:
    blocks = []
    try:
        while True:
            blocks.append(bytearray(bytes_each))
    except MemoryError as error:
        reached = len(blocks) * bytes_each
        del blocks
    print(bytes_each, 100 << 20 < reached < 500 << 20)
try:
    [0] * (1 << 40)
except MemoryError:
    print("absurd sizes too")
print(len([str(i) for i in range(100000)]))
