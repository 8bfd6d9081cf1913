# A forked child has its parent's memory limit, and what it frees it can have again.
# options: limit=300m
# allow: fork-warning
import os
import resource

if "PANAMEM_OPTIONS" not in os.environ:
    resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))
inherited = [bytearray(1 << 20) for _ in range(100)]


def blocks_until_refused(bytes_each):
    blocks = []
    try:
        while len(blocks) * bytes_each < 1 << 30:
            blocks.append(bytes(bytes_each))
    except MemoryError:
        return len(blocks) * bytes_each >> 20
    return "no limit"


def live(generation):
    for bytes_each in 1 << 20, 50_000:
        print(generation, bytes_each, 100 < blocks_until_refused(bytes_each) < 300, flush=True)
    if generation < 2:
        child = os.fork()
        if child == 0:
            live(generation + 1)
            os._exit(generation)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    inherited.clear()
    print(generation, blocks_until_refused(1 << 20) > 200, flush=True)


live(0)
