# Stacks of every size for the main thread: the same recursion succeeds, and threads get the stacks that they would get.
for kib in 1024 2048 16384 65536 1048576 4194304 unlimited; do
  (ulimit -Ss "$kib" 2>/dev/null && exec "$PYTHON" - "$kib") <<'SCRIPT'
import resource, sys, threading
sys.setrecursionlimit(100000)


def descend(n):
    held = bytearray(n % 4000)
    return len(held) if n == 0 else max(descend(n - 1), len(held), key=lambda v: v)


def stack_of_thread():
    with open("/proc/thread-self/stat"):
        return descend(300)


print(sys.argv[1], descend(500 if sys.argv[1] == "1024" else 1500), resource.getrlimit(resource.RLIMIT_STACK)[0])
threads = [threading.Thread(target=stack_of_thread) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
SCRIPT
  echo "status $?"
done
