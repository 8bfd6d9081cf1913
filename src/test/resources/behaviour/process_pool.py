# ProcessPoolExecutor and shared memory.
# allow: fork-warning
import concurrent.futures
from multiprocessing import shared_memory


def fill(name, value):
    memory = shared_memory.SharedMemory(name)
    memory.buf[value] = value
    memory.close()
    return value


if __name__ == "__main__":
    memory = shared_memory.SharedMemory(create=True, size=100)
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        print(list(pool.map(fill, [memory.name] * 10, range(10))))
    print(bytes(memory.buf[:12]))
    memory.close()
    memory.unlink()
