# tracemalloc counts the same blocks and bytes, and names the same lines.
# args: -X tracemalloc=5
import tracemalloc

before = tracemalloc.take_snapshot()
data = [bytearray(1000) for _ in range(500)]
after = tracemalloc.take_snapshot()
own = [d for d in after.compare_to(before, "lineno") if d.traceback[0].filename == __file__ and d.traceback[0].lineno == 6]
print([(d.size_diff, d.count_diff) for d in own])
tracemalloc.stop()
print(tracemalloc.get_traced_memory())
